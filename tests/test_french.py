"""The French of every addon: each term that Odoo would export has its translation."""

import json

import polib
import pytest
from citeslab_tool import templates
from citeslab_tool.lab import addons
from conftest import REPO, run_in_shell

EXPORT = """
import io, json
from odoo.tools.translate import trans_export
found = {}
for name in %s:
    stream = io.BytesIO()
    trans_export(False, [name], stream, "po", env)
    found[name] = stream.getvalue().decode()
print("TERMS" + json.dumps(found))
"""


@pytest.fixture(scope="module")
def exported(lab, new_database):
    """Addon → the terms that Odoo finds in it today, as a polib file."""
    with new_database(templates.all_addons(lab)) as name:
        answer = run_in_shell(lab, name, EXPORT % addons())
    terms = json.loads(answer.rpartition("TERMS")[2])
    return {name: polib.pofile(text) for name, text in terms.items()}


@pytest.mark.parametrize("addon", addons())
def test_every_term_has_its_french(exported, addon):
    french = polib.pofile(str(REPO / addon / "i18n/fr.po"))
    known = {entry.msgid: entry for entry in french if not entry.obsolete}
    missing = [
        entry.msgid
        for entry in exported[addon]
        if entry.msgid not in known or not known[entry.msgid].msgstr
    ]
    assert not missing, f"{len(missing)} terms without French: {missing[:20]}"
    fuzzy = [entry.msgid for entry in french if entry.fuzzy]
    assert not fuzzy, f"terms to be read again: {fuzzy[:20]}"


def places(entry):
    """Fields and views where a term stands; code finds its French by the text alone."""
    return {place for place, _line in entry.occurrences if place.startswith("model")}


@pytest.mark.parametrize("addon", addons())
def test_the_french_of_a_term_reaches_each_place(exported, addon):
    """Odoo translates a field or a view only where the catalogue names it."""
    french = polib.pofile(str(REPO / addon / "i18n/fr.po"))
    known = {(entry.msgctxt, entry.msgid): places(entry) for entry in french}
    english = [
        f"{entry.msgid} ({place})"
        for entry in exported[addon]
        for place in places(entry) - known.get((entry.msgctxt, entry.msgid), set())
    ]
    assert not english, f"{len(english)} places stay in English: {english[:20]}"


@pytest.mark.parametrize("addon", addons())
def test_no_french_for_what_is_gone(exported, addon):
    living = {entry.msgid for entry in exported[addon]}
    french = polib.pofile(str(REPO / addon / "i18n/fr.po"))
    gone = [entry.msgid for entry in french if entry.msgid not in living]
    assert not gone, f"{len(gone)} terms that nothing shows any more: {gone[:20]}"
