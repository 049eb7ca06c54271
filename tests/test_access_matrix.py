"""Who may do what with whose record: every model of every addon, and of the host.

`access_matrix.csv` is made to be read: a line per model and owner of the record (typed
by the reader himself, own structure, other structure, none; ``-`` where the access
lines alone are told, as for dialogs), a column per role, letters of *create, read,
write, delete*. A model that is not in it is red. `CITESLAB_WRITE_MATRIX=1` writes it
anew, to be read before it is committed.
"""

import csv
import json
import os
from pathlib import Path

from citeslab_tool import templates
from conftest import run_in_shell

MATRIX = Path(__file__).with_name("access_matrix.csv")
SCRIPT = Path(__file__).with_name("access_shell.py")


def measured(lab, database):
    """``{(model, owner): {role: letters}}`` as the code gives it today."""
    answer = run_in_shell(lab, database, SCRIPT.read_text(encoding="utf-8"))
    found = json.loads(answer.rpartition("MATRIX")[2])
    return {tuple(key.split(",")): rights for key, rights in found.items()}


def reviewed():
    """The same as it was read and agreed."""
    with MATRIX.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {(row.pop("model"), row.pop("owner")): row for row in rows}


def write(found):
    """Write the matrix for somebody to read."""
    roles = next(iter(found.values()))
    with MATRIX.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", "owner", *roles])
        writer.writerows([*key, *found[key].values()] for key in sorted(found))


def test_T1_T5_matrix(lab, new_database):
    with new_database(templates.demo(lab)) as database:
        found = measured(lab, database)
    if os.environ.get("CITESLAB_WRITE_MATRIX"):
        write(found)
    expected = reviewed()
    assert {model for model, _owner in found} == {model for model, _owner in expected}
    wrong = [
        f"{model} ({owner}), {role}: {rights[role]}, agreed {agreed}"
        for (model, owner), rights in found.items()
        for role, agreed in expected.get((model, owner), {}).items()
        if rights[role] != agreed
    ]
    assert not wrong, "\n".join(wrong)
    assert set(found) == set(expected)
