"""January: 118 parcours without an outcome, corrected and saved in one go."""

import os
import time

import pytest
from http_race import tagged
from test_screens import DESK, PHONE, choose

PARCOURS = 118

PREPARE = """
import json
from datetime import timedelta
company = env["res.company"].create({"name": "%(structure)s"})
company.partner_id.tz = "Europe/Paris"
env["citeslab.territory"].create({"name": "Territoire", "company_id": company.id})
chef = env["res.users"].create({
    "name": "Chef de janvier", "login": "%(login)s", "password": "%(login)s",
    "odoobot_state": "disabled",  # else its chat covers a phone
    "lang": "fr_FR", "tz": "Europe/Paris", "company_id": company.id,
    "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_chef").id)]})
env = env(user=chef, context={"tracking_disable": True, "lang": "fr_FR"})
Grid = env["citeslab.outcome.grid"]
grid = Grid.new({})
first, last = grid._period()
last = grid._last_day()
count = %(count)d
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
    [("company_id.name", "=", "%(structure)s")], order="parcours_id")
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


def _save_at_a_desk(page):
    page.keyboard.press("Alt+q")


def _accept_the_refusal_at_a_desk(page):
    page.locator(".o_data_row").nth(1).locator("[name=orientation_refused]").click()
    page.wait_for_selector(".o_selected_row [name=orientation_refused] input")
    page.locator(".o_selected_row [name=orientation_refused] input").check()


def _open_card(page, name):
    page.locator("[name=line_ids] .o_kanban_record", has_text=name).click()
    form = page.locator(".modal .o_form_view")
    form.locator("[name=value]").wait_for()
    return form


def _choose(page, form, field, words):
    form.locator(f"[name={field}] input").first.click()
    found = page.locator(".o_select_menu_item, .modal .o_kanban_record")
    choose(found.filter(has_text=words).first)


def _keep_card(page):
    page.locator(".modal footer .o_form_button_save").click()
    page.wait_for_selector(".modal", state="detached")


def _touch_the_corrections(page):
    """The same three by touch: each opens its parcours, and closes it kept."""
    form = _open_card(page, "Personne 000")
    _choose(page, form, "value", "Création")
    form.locator("[name=siren] input").fill("732829320")
    _keep_card(page)
    form = _open_card(page, "Personne 001")
    _choose(page, form, "value", "Abandon")
    _choose(page, form, "reason_id", "Autre motif")
    _keep_card(page)
    form = _open_card(page, "Personne 002")
    form.locator("[name=value] input").first.click()
    choose(page.locator(".o_clear_button"))
    _keep_card(page)


def _save_on_a_phone(page):
    page.locator("button[name=action_save]").dblclick()


def _accept_the_refusal_on_a_phone(page):
    card = page.locator("[name=line_ids] .o_kanban_record", has_text="Personne 001")
    assert "Motif ou orientation à dire" in card.inner_text()
    form = _open_card(page, "Personne 001")
    form.locator("[name=orientation_refused] input").check()
    _keep_card(page)


@pytest.fixture
def look(request):
    """Function: `look(page, name)` keeps a picture if asked to."""
    folder = os.environ.get("CITESLAB_PICTURES")

    def keep(page, name):
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"]
        if folder:
            width = page.viewport_size["width"]
            page.screenshot(path=f"{folder}/january-{name}-{width}.png")

    return keep


@pytest.mark.parametrize(
    ("size", "correct", "save", "accept_refusal"),
    [
        (
            DESK,
            _type_the_corrections,
            _save_at_a_desk,
            _accept_the_refusal_at_a_desk,
        ),
        (
            PHONE,
            _touch_the_corrections,
            _save_on_a_phone,
            _accept_the_refusal_on_a_phone,
        ),
    ],
    ids=["desk", "phone"],
)
def test_118_outcomes_corrected_and_saved_in_one_go(
    addons_server, odoo_env, login, look, size, correct, save, accept_refusal
):
    """A chef corrects three of 118 proposals, by keyboard or by touch, and saves all.

    A désamorçage without its orientation is refused first, by name, and what was
    typed stays, even when the chef leaves and opens January again from its address.
    January takes 20 minutes: opening and saving take seconds of them.
    """
    told = {
        "count": PARCOURS,
        "structure": f"Structure de janvier {size['width']}",
        "login": f"chef-janvier-{size['width']}",
    }
    tagged(odoo_env(addons_server.db, PREPARE % told), "GRID ")
    page = login(addons_server, told["login"])
    page.set_viewport_size(size)
    january = f"{addons_server.url}/odoo/issues-de-l-annee"
    lines = "[name=line_ids] :is(.o_data_row, .o_kanban_record:not(.o_kanban_ghost))"
    began = time.monotonic()
    page.goto(january)
    page.wait_for_selector(f"{lines} >> nth={PARCOURS - 1}")
    opened = time.monotonic() - began
    look(page, "opened")
    correct(page)
    look(page, "corrected")
    save(page)
    refusal = page.locator(".modal-body")
    words = refusal.inner_text()
    look(page, "refused")
    assert "Personne 001" in words and "Personne 117" not in words
    page.locator(".modal footer button").first.click()
    page.wait_for_selector(".modal", state="detached")
    page.goto(january)  # called away, back later
    page.wait_for_selector(f"{lines} >> nth={PARCOURS - 1}")
    accept_refusal(page)
    began = time.monotonic()
    save(page)
    page.wait_for_selector("[name=line_ids]", state="detached", timeout=60_000)
    page.wait_for_selector(".o_searchview, .o_kanban_renderer", timeout=60_000)
    saved = time.monotonic() - began
    look(page, "saved")
    print(f"opened in {opened:.1f} s, saved in {saved:.1f} s")
    assert opened < 30 and saved < 30
    assert not page.outside
    state = odoo_env(addons_server.db, STATE % told)
    rows = {row[0]: row[1:] for row in tagged(state, "OUTCOMES ")}
    assert len(rows) == PARCOURS - 1
    assert rows["Personne 000"] == ["created", "", False, "732829320"]
    assert rows["Personne 001"] == ["abandoned", "other", True, ""]
    assert "Personne 002" not in rows
    assert rows["Personne 117"] == ["redirected", "job", False, ""]
