"""Runs one benchmark: `bench_NAME.py` beside this file has `main(bench)`.

`bench.env` is an Odoo environment on a throwaway copy of a database with all our
addons; `bench.compare(...)` measures and prints.
"""

import contextlib
import importlib.util
import json
import os
import statistics
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parents[1] / "tools"), str(FOLDER)]

from citeslab_tool import templates  # noqa: E402
from citeslab_tool.lab import Lab  # noqa: E402


class Bench:
    """What a benchmark gets: `env`, `lab`, `db` and the two ways to measure."""

    def __init__(self, lab, db, env):
        self.lab = lab
        self.db = db
        self.env = env
        self.measures = []

    @staticmethod
    def time(work, repeat=5):
        """Median duration of `work()` in seconds."""
        samples = []
        for _ in range(repeat):
            start = time.perf_counter()
            work()
            samples.append(time.perf_counter() - start)
        return statistics.median(samples)

    def compare(self, label, work, floor, *, repeat=5, floor_label="floor"):
        """Measure `work` and `floor` in turn; print both medians and their ratio.

        :return: the ratio work / floor
        """
        pairs = [(self.time(work, 1), self.time(floor, 1)) for _ in range(repeat)]
        ours, base = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = ours / base
        self.tell(
            f"{label}: {ours * 1000:.1f} ms, {floor_label} {base * 1000:.1f} ms, "
            f"ratio {ratio:.2f}",
            label=label,
            ours_ms=round(ours * 1000, 2),
            beside=floor_label,
            beside_ms=round(base * 1000, 2),
            ratio=round(ratio, 3),
        )
        return ratio

    def tell(self, sentence, **figures):
        """Print a line of the benchmark and keep its figures for the summary."""
        print(sentence, flush=True)
        self.measures.append({"line": sentence, **figures})


def load(name):
    """The module of a benchmark."""
    path = FOLDER / f"bench_{name}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(name):
    """Run one benchmark on its own database, dropped at the end."""
    lab = Lab(throwaway=True)
    lab.set_up(tests=True)
    db = f"citeslab_bench_{os.getpid()}"
    with lab.database_server():
        lab.copy(templates.all_addons(lab), db)
        try:
            run(name, lab, db)
        finally:
            lab.drop(db)


def run(name, lab, db):
    """Open the registry in this process and hand it to the benchmark."""
    import odoo
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(
        ["-c", str(lab.config), "-d", db, "--no-http", "--log-level=error"],
        setup_logging=True,
    )
    try:
        with contextlib.closing(Registry(db).cursor()) as cr:
            env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {"lang": "fr_FR"})
            bench = Bench(lab, db, env)
            load(name).main(bench)
        path = lab.home / f"log/bench-{name}.json"
        path.write_text(json.dumps(bench.measures, ensure_ascii=False), "utf-8")
    finally:
        odoo.sql_db.close_all()


if __name__ == "__main__":
    main(sys.argv[1])
