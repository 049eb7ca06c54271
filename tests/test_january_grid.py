"""January: 118 parcours without an outcome, told with the keyboard, saved in one go."""

import time

from http_race import tagged

PARCOURS = 118

PREPARE = """
import json
from datetime import timedelta
company = env["res.company"].create({"name": "Structure de janvier"})
company.partner_id.tz = "Europe/Paris"
env["citeslab.territory"].create({"name": "Territoire", "company_id": company.id})
chef = env["res.users"].create({
    "name": "Chef de janvier", "login": "chef-janvier", "password": "chef-janvier",
    "lang": "fr_FR", "tz": "Europe/Paris", "company_id": company.id,
    "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_chef").id)]})
env = env(user=chef, context={"tracking_disable": True, "lang": "fr_FR"})
Grid = env["citeslab.outcome.grid"]
grid = Grid.new({})
first, last = grid._period()
last = grid._last_day()
count = %d
parcours = env["crm.lead"].create([
    {"is_parcours": True, "contact_name": f"Personne {number:03}",
     "name": "Projet", "user_id": chef.id} for number in range(count)])
env["citeslab.interview"].create([
    {"parcours_id": one.id, "state": "done", "duration": 1.0,
     "date": first + timedelta(days=(last - first).days * rank // count)}
    for rank, one in enumerate(parcours)])
placed = parcours[-1]
env["citeslab.orientation"].create({
    "parcours_id": placed.id, "family": "employment", "date": last})
print("GRID", json.dumps({"year": grid.year, "placed": placed.id}))
env.cr.commit()
"""

STATE = """
import json
rows = env["citeslab.outcome"].search(
    [("company_id.name", "=", "Structure de janvier")], order="parcours_id")
print("OUTCOMES", json.dumps([
    [row.parcours_id.partner_id.name, row.value, row.reason_id.code or "",
     row.orientation_refused, row.siren or ""] for row in rows]))
"""


def _focused(page):
    """Column that holds the keyboard, and the rank of its line."""
    return tuple(
        page.evaluate(
            "[document.activeElement.closest('td')?.getAttribute('name'),"
            " document.activeElement.closest('tr')?.rowIndex]"
        )
    )


def _type_the_corrections(page):
    """A creation, a désamorçage and one left open, without touching the mouse."""
    keys = page.keyboard
    page.wait_for_selector(".o_selected_row [name=value] select")
    assert _focused(page) == ("value", 1)
    keys.type("Cré")
    keys.press("Tab")
    page.wait_for_function("document.activeElement.closest('[name=siren]')")
    keys.type("732829320")
    keys.press("Enter")
    _wait_for_line(page, 2)
    keys.type("Aban")
    keys.press("Tab")
    page.wait_for_function("document.activeElement.closest('[name=reason_id]')")
    keys.type("Autre")
    keys.press("Enter")
    _wait_for_line(page, 3)
    keys.press("Home")  # the empty choice: nothing to tell yet
    keys.press("Enter")
    _wait_for_line(page, 4)


def _wait_for_line(page, rank):
    page.wait_for_function(
        f"document.activeElement.closest('tr')?.rowIndex === {rank} &&"
        " document.activeElement.closest('[name=value]')"
    )


def _tell_the_refusal(page):
    """The sentence of the refusal names the line; it is mended and saved again."""
    page.keyboard.press("Alt+q")
    words = page.locator(".modal-body").inner_text()
    assert "Personne 001" in words and "Personne 117" not in words
    page.keyboard.press("Escape")
    page.wait_for_selector(".modal", state="detached")
    page.locator(".o_data_row").nth(1).locator("[name=orientation_refused]").click()
    page.wait_for_selector(".o_selected_row [name=orientation_refused] input")
    page.locator(".o_selected_row [name=orientation_refused] input").check()
    page.keyboard.press("Alt+q")


def test_118_outcomes_with_the_keyboard(odoo_db, odoo_env, start_server, login):
    """A chef corrects three of 118 proposals with the keyboard, and saves in one go.

    A désamorçage without its orientation is refused first, by name, and what was
    typed stays. January takes 20 minutes: opening and saving take seconds of them.
    """
    tagged(odoo_env(odoo_db, PREPARE % PARCOURS), "GRID ")
    with start_server(odoo_db) as server:
        page = login(server, "chef-janvier")
        began = time.monotonic()
        page.goto(f"{server.url}/odoo/issues-de-l-annee")
        page.wait_for_selector(f".o_data_row >> nth={PARCOURS - 1}")
        opened = time.monotonic() - began
        _type_the_corrections(page)
        _tell_the_refusal(page)
        began = time.monotonic()
        page.wait_for_selector(".o_list_view .o_searchview", timeout=60_000)
        saved = time.monotonic() - began
        print(f"opened in {opened:.1f} s, saved in {saved:.1f} s")
        assert opened < 30 and saved < 30
        assert not page.outside
    rows = {row[0]: row[1:] for row in tagged(odoo_env(odoo_db, STATE), "OUTCOMES ")}
    assert len(rows) == PARCOURS - 1
    assert rows["Personne 000"] == ["created", "", False, "732829320"]
    assert rows["Personne 001"] == ["abandoned", "other", True, ""]
    assert "Personne 002" not in rows
    assert rows["Personne 117"] == ["redirected", "job", False, ""]
