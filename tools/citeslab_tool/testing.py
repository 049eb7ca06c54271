"""`./citeslab test`: the addons' tests and the journeys, in throwaway databases."""

import json
import os
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from datetime import datetime

from . import templates
from .browser import ensure_browser
from .errors import Trouble
from .home import REPO
from .lab import Lab, addons
from .process import pass_through
from .progress import say

NO_TESTS = 5
NIGHTLY = "--nightly"
HELP = """usage: citeslab test [--nightly] [PATH ...] [pytest's own options]

Runs the tests of the addons, then the journeys, each in a throwaway database; with
paths, those alone: a folder, a file, or FILE::TEST. It prints how many passed, and
writes log/summary-test.json in its home.

  --nightly   also the tests that take long: faults, host suites, standby, upgrade…
  -q, -x, -k WORDS, -n 0, --pdb and the other options of pytest go to pytest
"""


def _is_path(word):
    return not word.startswith("-") and (REPO / word.split("::")[0]).exists()


def _in_addon(word):
    first = os.path.relpath(REPO / word.split("::")[0], REPO).split(os.sep)[0]
    return first in addons()


def _workers(words):
    """Two workers unless the user says otherwise or debugs."""
    chosen = any(word.startswith(("-n", "--numprocesses", "--pdb")) for word in words)
    count = min(2, os.cpu_count() or 1)
    return [] if chosen or count < 2 else ["-n", str(count), "--dist", "loadscope"]


class Part:
    """One run of pytest: its arguments, and afterwards its exit code and counts."""

    def __init__(self, lab, label, words):
        self.lab = lab
        self.label = label
        self.words = words
        self.report = lab.home / f"log/junit-{label}.xml"
        self.code = None
        self.seconds = 0

    def run(self, env):
        """Run pytest on our terminal."""
        self.report.unlink(missing_ok=True)
        start = time.monotonic()
        say(f"\n== tests: {self.label} ==")
        command = [
            self.lab.venv.python, "-m", "pytest", f"--rootdir={REPO}",
            "-o", f"cache_dir={self.lab.home / 'pytest-cache'}",
            f"--junitxml={self.report}", *self.words,
        ]  # fmt: skip
        self.code = pass_through(command, env=env, cwd=REPO)
        self.seconds = round(time.monotonic() - start)

    def counts(self):
        """(passed, failed, skipped) read from pytest's own report."""
        failed = skipped = total = 0
        with suppress(OSError, ET.ParseError):
            for suite in ET.parse(self.report).iter("testsuite"):
                failed += int(suite.get("failures")) + int(suite.get("errors"))
                skipped += int(suite.get("skipped"))
                total += int(suite.get("tests"))
        return total - failed - skipped, failed, skipped

    def _named(self, *outcomes):
        """Test → the first line of what pytest says of it, for these outcomes."""
        found = {}
        with suppress(OSError, ET.ParseError):
            for case in ET.parse(self.report).iter("testcase"):
                for outcome in outcomes:
                    for told in case.iter(outcome):
                        name = f"{case.get('classname')}::{case.get('name')}"
                        found[name] = (told.get("message") or "").split("\n")[0]
        return found

    def summary(self):
        """Counts, seconds, and by name what failed and what was skipped and why."""
        passed, failed, skipped = self.counts()
        return {
            "passed": passed,
            "failed": failed,
            "skipped": skipped,
            "seconds": self.seconds,
            "exit": self.code,
            "failures": self._named("failure", "error"),
            "skips": self._named("skipped"),
        }


def _write_summary(lab, parts, nightly):
    """Tell the run in `log/summary-test.json` of the home."""
    path = lab.home / "log/summary-test.json"
    told = {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "nightly": nightly,
        "parts": {part.label: part.summary() for part in parts},
    }
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False), encoding="utf-8")
    say(f"  summary in {path}")


def _addon_part(lab, options, paths):
    """The Odoo tests of the addons, each xdist worker on its own copy."""
    name = f"citeslab_test_{os.getpid()}"
    lab.copy(templates.all_addons(lab), name)
    words = [
        f"--odoo-database={name}", f"--odoo-config={lab.config}", "--odoo-http",
        *_workers(options), *options, *paths,
    ]  # fmt: skip
    part = Part(lab, "addons", words)
    try:
        part.run(lab.env)
    finally:
        for database in lab.databases():
            if database == name or database.startswith(f"{name}-"):
                lab.drop(database)
    return part


def _journey_part(lab, options, paths):
    """The tests of `tests/`: they start what they need through fixtures."""
    part = Part(
        lab, "journeys", ["-p", "no:odoo", *_workers(options), *options, *paths]
    )
    env = {**lab.env, "CITESLAB_TEST_RUN": str(os.getpid())}
    env.pop("ODOO_RC")
    try:
        part.run(env)
    finally:
        for database in lab.databases():
            if database.startswith(f"citeslab_run{os.getpid()}_"):
                lab.drop(database)
    return part


def _plan(words):
    """Which parts to run, from the paths among pytest's arguments."""
    paths = [word for word in words if _is_path(word)]
    options = [word for word in words if word not in paths]
    own = [word for word in paths if _in_addon(word)]
    top = [word for word in paths if word not in own]
    if not paths:
        own = [f"{name}/tests" for name in addons() if (REPO / name / "tests").exists()]
        top = ["tests"]
    return options, own, top


def _verdict(parts, filtered):
    """Exit code of the whole: any failure fails, and so does a run of nothing."""
    passed, failed, skipped = (
        sum(column) for column in zip(*(p.counts() for p in parts), strict=True)
    )
    print(
        f"\nciteslab: {passed} passed, {failed} failed, {skipped} skipped", flush=True
    )
    for part in parts:
        allowed = (0, NO_TESTS) if filtered else (0,)
        if part.code not in allowed:
            say(f"citeslab: the tests of the {part.label} failed (exit {part.code})")
            return part.code if 0 < part.code < NO_TESTS else 1
    if not passed:
        say("citeslab: no test was run")
        return 1
    return 0


def main(words):
    """Run the tests; return the exit code.

    :param words: pytest's arguments; paths choose the part(s) to run, `--nightly`
        adds the tests that take long (`@pytest.mark.nightly`)
    """
    if {"-h", "--help"} & set(words):
        print(HELP, end="")
        return 0
    nightly = NIGHTLY in words
    words = [word for word in words if word != NIGHTLY]
    if nightly:
        os.environ["CITESLAB_NIGHTLY"] = "1"
    lab = Lab(throwaway=True)
    lab.set_up(tests=True)
    options, own, top = _plan(words)
    ensure_browser(lab.home)
    with lab.database_server():
        parts = []
        if own:
            parts.append(_addon_part(lab, options, own))
        if top:
            parts.append(_journey_part(lab, options, top))
        if not parts:
            raise Trouble("There is no test to run.")
    _write_summary(lab, parts, nightly)
    return _verdict(parts, filtered=bool(options))
