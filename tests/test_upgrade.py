"""From the first version to this one: nothing is lost, and a kill in the middle heals.

The first version is the first commit that had the four addons, installed with its own
demo: two structures and the registers of two years. Its rows are compared with
themselves, column by column, and its bilans figure by figure.
"""

import json
import os
import random
import signal
import subprocess
import time

import pytest
from citeslab_tool import templates
from citeslab_tool.lab import addons
from conftest import REPO, run_in_shell
from http_race import tagged
from test_lifecycle import SNAPSHOT, complaints, printed

pytestmark = pytest.mark.nightly
FIRST = "52def6cf42c1f4dcb5afd365b67c317549770982"
FIRST_ADDONS = (
    "citeslab_base",
    "citeslab_budget",
    "citeslab_events",
    "citeslab_reporting",
)
KILLS = 3
YEARS = (2022, 2023)

# Rows that people wrote, each with all of its columns.
ROWS = """
SELECT t.id, to_jsonb(t) - '{write_date,write_uid}'::text[] FROM "%(table)s" t
 WHERE %(where)s ORDER BY id
"""
TABLES = """
SELECT table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
   AND table_name LIKE 'citeslab\\_%%' AND table_name NOT LIKE '%%\\_rel'
   AND EXISTS (SELECT 1 FROM information_schema.columns c
                WHERE c.table_name = tables.table_name AND column_name = 'id')
"""
# Lists that the addons ship: a new version corrects them.
SHIPPED = """
SELECT DISTINCT model FROM ir_model_data
 WHERE module LIKE 'citeslab\\_%%' AND model LIKE 'citeslab.%%' AND NOT noupdate
"""
HOST_ROWS = {
    "crm_lead": "is_parcours",
    "res_partner": "is_porteur OR active",
    "res_company": "TRUE",
    "calendar_event": "TRUE",
    "event_event": "TRUE",
    "event_registration": "TRUE",
}
FIGURES = """
import json
told = {}
for company in env["res.company"].search([("name", "like", "CitésLab")], order="id"):
    for year in %s:
        renderer = env(context={
            "lang": "fr_FR", "allowed_company_ids": company.ids,
        })["citeslab.bilan.renderer"]
        matrix = renderer._matrix({"company_id": company.id, "year": year})
        for figure in matrix.figures.values():
            told[f"{company.name} {year} {figure.code}"] = [
                figure.status, figure.value,
                {item.code: item.value for item in figure.items}]
print("FIGURES", json.dumps(told, default=str))
"""


def git(*words):
    """Bytes that git prints; None when it refuses."""
    command = ["git", "-C", REPO, *words]
    done = subprocess.run(command, capture_output=True, check=False)
    return None if done.returncode else done.stdout


@pytest.fixture(scope="module")
def first_version(lab, new_database, tmp_path_factory):
    """Name of a database of the first version, with its demo, and what it held."""
    if git("cat-file", "-e", f"{FIRST}^{{commit}}") is None:
        pytest.skip(f"the history of git does not reach back to {FIRST}")
    folder = tmp_path_factory.mktemp("first")
    archive = git("archive", FIRST, *FIRST_ADDONS)
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    path = ",".join(map(str, [folder, lab.source / "addons"]))
    with new_database(templates.stock(lab)) as name:
        # Odoo loads the demo of an addon when all its dependencies have theirs.
        lab.sql(
            "UPDATE ir_module_module SET demo = TRUE WHERE state = 'installed'",
            dbname=name,
        )
        lab.odoo(
            "-d", name, f"--addons-path={path}", "-i", ",".join(FIRST_ADDONS),
            "--with-demo", "--stop-after-init", "--no-http",
            what="Installing the first version", log="upgrade-first.log",
        )  # fmt: skip
        # As in a structure at work: the demo of this version does not come along.
        lab.sql("UPDATE ir_module_module SET demo = FALSE", dbname=name)
        command = lab._command(
            ["shell", "-d", name, f"--addons-path={path}", "--no-http",
             "--log-level=error"]
        )  # fmt: skip
        done = subprocess.run(
            command, input=FIGURES % (YEARS,), capture_output=True, text=True,
            env=lab.env, check=True,
        )  # fmt: skip
        yield name, rows(lab, name), tagged(done.stdout, "FIGURES ")


def rows(lab, database):
    """`{table: {id: {column: value}}}` of what people wrote."""

    def ask(query):
        return lab.sql(query, dbname=database)

    shipped = {model.replace(".", "_") for (model,) in ask(SHIPPED.replace("%%", "%"))}
    names = {name for (name,) in ask(TABLES.replace("%%", "%"))} - shipped
    asked = {**dict.fromkeys(names, "TRUE"), **HOST_ROWS}
    known = {name for (name,) in ask("SELECT relname FROM pg_class")}
    return {
        table: dict(ask(ROWS % {"table": table, "where": where}))
        for table, where in sorted(asked.items())
        if table in known
    }


def upgrade_command(lab, name):
    """Command that brings a database of the first version to this one."""
    new = sorted(set(addons()) - set(FIRST_ADDONS))
    return [
        "-d", name, "-u", ",".join(FIRST_ADDONS), "-i", ",".join(new),
        "--stop-after-init", "--no-http",
    ]  # fmt: skip


def upgraded(lab, name, log):
    """Upgrade to the end; seconds it took."""
    start = time.monotonic()
    lab.odoo(*upgrade_command(lab, name), what="Upgrading", log=log)
    return time.monotonic() - start


def killed(lab, name, log, seconds):
    """Start an upgrade, and end it without a word after some seconds."""
    with open(lab.home / "log" / log, "a", encoding="utf-8") as out:
        child = subprocess.Popen(
            list(map(str, lab._command(upgrade_command(lab, name)))),
            env=lab.env, cwd=REPO, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
        try:
            child.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return True


def is_kept(value, now):
    """Whether a value is what it was; a translated one may gain languages."""
    if isinstance(value, dict) and isinstance(now, dict):
        return value.items() <= now.items()
    return value == now


def losses(before, after):
    """What rows of the first version lost: whole rows, columns, values."""
    found = []
    for table, known in before.items():
        now = after.get(table, {})
        gone = sorted(set(known) - set(now))
        if gone:
            found.append(f"{table}: {len(gone)} rows gone, such as {gone[:3]}")
        changed = {}
        for number in set(known) & set(now):
            for column, value in known[number].items():
                if not is_kept(value, now[number].get(column)):
                    changed.setdefault(column, []).append(
                        (number, value, now[number].get(column, "no such column"))
                    )
        found += [
            f"{table}.{column}: {len(cases)} rows, such as {cases[0]}"
            for column, cases in sorted(changed.items())
            if (table, column) not in MEANT
        ]
    return found


# Columns that this version means to change, and why.
MEANT = {}
# Figures whose definition this version means to change, and why.
REDEFINED = {}


# A view as two databases have it in common: its English, as the host fills the French
# of a changed view in at the next update only; the actions that its buttons open by
# their names, as `%(action)d` is kept as a number, and a transaction that was killed
# has used numbers up that no other gets.
ENGLISH = (
    "md5(regexp_replace(arch_db->>'en_US', ' name=.[0-9]+. ', ' name=action ', 'g')), "
    "(SELECT array_agg(data.module || '.' || data.name ORDER BY found.rank, data.id) "
    "FROM regexp_matches(arch_db->>'en_US', ' name=.([0-9]+). ', 'g') "
    "WITH ORDINALITY AS found(word, rank) "
    "JOIN ir_actions ON ir_actions.id = found.word[1]::int "
    "LEFT JOIN ir_model_data data "
    "ON data.model = ir_actions.type AND data.res_id = ir_actions.id)"
)


def state(lab, name):
    """Everything that two databases in the same state have in common."""
    snapshot = SNAPSHOT.replace("md5(arch_db::text)", ENGLISH)
    told = printed(run_in_shell(lab, name, snapshot), "SNAPSHOT")
    return told, rows(lab, name)


@pytest.fixture(scope="module")
def straight(lab, first_version, new_database):
    """The first version, upgraded in one go: name, log, seconds."""
    source, _rows, _figures = first_version
    with new_database(source) as name:
        log = f"upgrade-{name}.log"
        yield name, log, upgraded(lab, name, log)


def test_an_upgrade_loses_no_row_and_no_value(lab, first_version, straight):
    _source, before, _figures = first_version
    name, log, seconds = straight
    count = sum(len(known) for known in before.values())
    print(f"{count} rows of {len(before)} tables upgraded in {seconds:.0f} s")
    assert count > 1000
    assert not complaints(lab, log)
    found = losses(before, rows(lab, name))
    assert not found, "\n".join(found)


def test_an_upgrade_changes_no_figure_of_a_bilan(lab, first_version, straight):
    _source, _rows, before = first_version
    name, _log, _seconds = straight
    after = tagged(run_in_shell(lab, name, FIGURES % (YEARS,)), "FIGURES ")
    assert len(before) > 50
    found = {
        key: (told, after.get(key))
        for key, told in before.items()
        if after.get(key) != told and key.rpartition(" ")[2] not in REDEFINED
    }
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("rank", range(KILLS))
def test_an_upgrade_killed_in_the_middle_is_run_again(
    lab, first_version, straight, new_database, rank
):
    source, before, _figures = first_version
    name, _log, seconds = straight
    part = random.Random(rank).uniform(rank / KILLS, (rank + 1) / KILLS)
    with new_database(source) as broken:
        log = f"upgrade-{broken}.log"
        was_killed = killed(lab, broken, log, 3 + part * (seconds - 3))
        upgraded(lab, broken, log)
        print(f"killed after {part:.0%}: {was_killed}")
        now, wanted = state(lab, broken), state(lab, name)
    for key, found in wanted[0].items():
        extra, missing = set(now[0][key]) - set(found), set(found) - set(now[0][key])
        assert not (extra or missing), (key, sorted(extra)[:5], sorted(missing)[:5])
    assert not losses(before, now[1])
    counts = [{table: len(known) for table, known in one[1].items()}
              for one in (now, wanted)]  # fmt: skip
    assert counts[0] == counts[1]
