"""Take each right of an addon away in turn: does the access matrix see it?

The rights of the base have a test of their own, in its addon.
"""

import json
from pathlib import Path

import pytest
from citeslab_tool import templates
from conftest import run_in_shell

pytestmark = pytest.mark.nightly

HERE = Path(__file__).parent
GOAL = 0.95


@pytest.mark.parametrize("addon", ["citeslab_events"])
def test_T1_each_right_is_there_for_a_reason(lab, new_database, addon, record_property):
    script = "\n".join(
        [
            f"ADDON = {addon!r}",
            (HERE / "access_shell.py").read_text(encoding="utf-8"),
            (HERE / "mutation_shell.py").read_text(encoding="utf-8"),
        ]
    )
    with new_database(templates.demo(lab)) as database:
        answer = run_in_shell(lab, database, script)
    found = json.loads(answer.rpartition("MUTANTS")[2])
    rate = 1 - len(found["alive"]) / found["count"]
    record_property("mutants", found["count"])
    record_property("alive", found["alive"])
    assert rate >= GOAL, f"{rate:.1%}, alive: {found['alive']}"
