"""Odoo's own suites, on fresh databases without and with us: nothing newly red.

About three minutes a run on two cores (measured): both together take more than a
journey should, so this runs by `./citeslab test --nightly`.
"""

import re

import pytest
from citeslab_tool.lab import addons
from citeslab_tool.templates import stock_dependencies

pytestmark = pytest.mark.nightly

# Those whose models our addons extend.
SUITES = ("crm", "event", "event_booth", "mass_mailing", "mass_mailing_event")

FAILURE = re.compile(r" (?:ERROR|FAIL): (?:Subtest )?(?P<test>[\w.]+)")
VERDICT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def run_suite(lab, database, modules):
    """Failed tests, by name, and how many ran.

    Always `-i` on a fresh database: tests at install would otherwise run with our
    rules and without our fields.
    """
    log = f"suite-{database}.log"
    lab.odoo(
        "-d", database, "-i", ",".join(modules), "--without-demo",
        "--test-tags", ",".join(f"/{suite}" for suite in SUITES),
        "--http-port", "8479", "--stop-after-init",
        what="Running the suites of the host", log=log, check=False,
    )  # fmt: skip
    text = (lab.home / "log" / log).read_text(encoding="utf-8")
    verdict = VERDICT.findall(text)
    assert verdict, f"the suite did not finish: see {lab.home / 'log' / log}"
    failed = {match["test"] for match in FAILURE.finditer(text)}
    return failed, int(verdict[-1][2])


def test_suites_of_the_host_are_as_green_with_us(lab, new_database):
    host = stock_dependencies()
    with new_database() as alone, new_database() as together:
        before, count = run_suite(lab, alone, host)
        after, count_with_us = run_suite(lab, together, [*host, *addons()])
    assert count > 100
    assert count_with_us == count
    assert not after - before, f"newly red: {sorted(after - before)}"
