"""`./citeslab bench [NAME…]`: the benchmarks of `tests/bench/`."""

import argparse
import json
from datetime import datetime

from .errors import Trouble
from .home import REPO
from .lab import Lab
from .process import pass_through
from .progress import say

FOLDER = REPO / "tests/bench"


def available():
    """Names of the benchmarks."""
    return sorted(
        path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py")
    )


def main(words):
    """Run the benchmarks named, or all; return the exit code."""
    names = available()
    parser = argparse.ArgumentParser(
        prog="citeslab bench",
        description="Run benchmarks: each prints ratios and the floor beside them.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    chosen = parser.parse_args(words).names or names
    unknown = [name for name in chosen if name not in names]
    if unknown or not names:
        raise Trouble(
            f"There is no benchmark {', '.join(unknown) or 'yet'}; "
            f"there are: {', '.join(names) or 'none'}."
        )
    lab = Lab(throwaway=True)
    lab.set_up(tests=True)
    worst, told = 0, {}
    with lab.database_server():
        for name in chosen:
            say(f"\n== bench: {name} ==")
            measures = lab.home / f"log/bench-{name}.json"
            measures.unlink(missing_ok=True)
            driver = [lab.venv.python, FOLDER / "driver.py", name]
            worst = max(worst, pass_through(driver, env=lab.env, cwd=REPO))
            if measures.exists():
                told[name] = json.loads(measures.read_text(encoding="utf-8"))
    _summary(lab, told)
    return worst


def _summary(lab, told):
    """Print every line again, together, and write them as JSON."""
    say("\n== bench: summary ==")
    for name, lines in told.items():
        for line in lines:
            print(f"{name}: {line['line']}", flush=True)
    path = lab.home / "log/summary-bench.json"
    day = datetime.now().astimezone().isoformat(timespec="seconds")
    text = json.dumps({"date": day, "bench": told}, indent=2, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    say(f"  summary in {path}")
