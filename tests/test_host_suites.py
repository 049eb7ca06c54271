"""Odoo's own suites, on fresh databases without and with us: nothing newly red.

About three minutes a run on two cores (measured): all together take more than a
journey should, so this runs by `./citeslab test --nightly`.
"""

import re

import pytest
from citeslab_tool.lab import addons
from citeslab_tool.templates import stock_dependencies
from conftest import free_ports

pytestmark = pytest.mark.nightly

# What is installed beside our dependencies, and the suites whose models we extend
# (mass_mailing_event has none). A structure may add the website, where events have
# public pages; nothing of ours needs it.
STACKS = {
    "sales": ((), ("crm",)),
    "events": (
        ("website_event",),
        ("event", "event_booth", "mass_mailing", "website_event"),
    ),
}

VISITOR = (
    "/citeslab_events:TestIsolationHttp",
    "/citeslab_events:TestClaimedPeople",
)

FAILURE = re.compile(r" (?:ERROR|FAIL): (?:Subtest )?(?P<test>[\w.]+)")
VERDICT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def run_suite(lab, database, modules, tags, how="-i"):
    """Failed tests, by name, and how many ran.

    The suites by `-i` on a fresh database: tests at install would otherwise run with
    our rules and without our fields.
    """
    log = f"suite-{database}{how}.log"
    lab.odoo(
        "-d", database, how, ",".join(modules), "--without-demo",
        "--test-tags", ",".join(tags),
        "--http-port", str(free_ports()[0]), "--stop-after-init",
        what="Running the suites of the host", log=log, check=False,
    )  # fmt: skip
    text = (lab.home / "log" / log).read_text(encoding="utf-8")
    verdict = VERDICT.findall(text)
    assert verdict, f"the suite did not finish: see {lab.home / 'log' / log}"
    failed = {match["test"] for match in FAILURE.finditer(text)}
    return failed, int(verdict[-1][2])


@pytest.mark.parametrize("stack", STACKS)
def test_suites_of_the_host_are_as_green_with_us(lab, new_database, stack):
    beside, suites = STACKS[stack]
    host = [*stock_dependencies(), *beside]
    tags = [f"/{suite}" for suite in suites]
    with new_database() as alone, new_database() as together:
        before, count = run_suite(lab, alone, host, tags)
        after, count_with_us = run_suite(lab, together, [*host, *addons()], tags)
        newly = after - before
        if newly:
            # a tour that waited too long on a busy machine is played once more
            again = [f":{test}" for test in newly]
            newly &= run_suite(lab, together, suites, again, how="-u")[0]
        told = set()
        if "website_event" in beside:
            # what a visitor learns on pages that only a website has
            told, _count = run_suite(lab, together, addons(), VISITOR, how="-u")
    assert count > 50
    assert count_with_us == count
    assert not told
    assert not newly, f"newly red: {sorted(newly)}; red without us: {sorted(before)}"
