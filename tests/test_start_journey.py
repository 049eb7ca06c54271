"""A new structure: the manager's first start, then the journal of the first day."""

import json

import pytest
from test_screens import DESK, PHONE

PREPARE = """
company = env["res.company"].create({"name": "Structure de %(login)s"})
env["res.lang"]._activate_lang("fr_FR")
env["citeslab.neighborhood"].search([("code", "=", "QN02906M")]) or env[
    "citeslab.neighborhood"].create({
    "name": "Kérédern", "kind": "qpv", "vintage": 2024, "population": 1210,
    "code": "QN02906M", "commune": "Brest"})
env["res.users"].create({
    "name": "Responsable Neuve", "login": "%(login)s", "password": "%(login)s",
    "lang": "fr_FR", "tz": "Europe/Paris", "email": "%(login)s@example.org",
    "odoobot_state": "disabled",  # else its chat covers a phone
    "company_id": company.id, "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_manager").id)]})
env.cr.commit()
"""

STATE = """
import json
manager = env["res.users"].search([("login", "=", "%(login)s")])
env = env(user=manager, context={"lang": "fr_FR"})
territory = env["citeslab.territory"].search([])
action = env["citeslab.action"].search(
    [("name", "=", "Point avec le PLIE")], order="id")
print("STATE", json.dumps({
    "structure": env.company.name, "sender": env.company.email,
    "territory": territory.mapped("name"), "population": territory.population,
    "quartiers": sorted(territory.neighborhood_ids.mapped("name")),
    "chefs": sorted(territory.chef_ids.mapped("login")),
    "actions": action.mapped("mission_id.code"),
    "labels": action.mapped("date_label")}))
"""


def snap(page, name, shots):
    if shots:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{shots}/{name}.png")


@pytest.fixture
def shots():
    import os

    return os.environ.get("CITESLAB_SHOTS")


def invite(page, size, name, email):
    """A colleague: in the list at a desk, in a form of its own on a phone."""
    people = page.locator("div[name=person_ids]")
    if size == DESK:
        people.locator(".o_field_x2many_list_row_add a").click()
    else:
        people.locator(".o-kanban-button-new").click()
        people = page.locator(".modal")
    people.locator("div[name=name] input").fill(name)
    people.locator("div[name=email] input").fill(email)
    if size == PHONE:
        people.locator(".o_form_button_save").click()
        people.wait_for(state="detached")
        page.locator("div[name=person_ids] .o_kanban_record", has_text=name).wait_for()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_manager_starts_his_structure_and_notes_the_first_action(
    addons_server, odoo_env, login, shots, size
):
    """The first start opens by itself; five fields later the kanban is there.

    The button is pressed twice, as an impatient hand does: one structure is made.
    """
    width = size["width"]
    told = {"login": f"neuve{width}"}
    odoo_env(addons_server.db, PREPARE % told)
    page = login(addons_server, told["login"])
    page.set_viewport_size(size)
    page.goto(f"{addons_server.url}/odoo")
    if size == DESK:
        page.click(".o_navbar_apps_menu button")
        page.click("[data-menu-xmlid='citeslab_base.menu_root']")
    else:
        page.click(".o_menu_toggle")
        page.click(".o_app_menu_sidebar .o_sidebar_topbar .btn-primary")
        apps = page.locator(".o_app_menu_sidebar")
        apps.get_by_text("CitésLab", exact=True).click()
    page.wait_for_selector(".o_field_widget[name=territory_name]")
    snap(page, f"start-{width}", shots)
    page.fill("div[name=name] input", f"Rives d'Emploi {width}")
    page.fill("div[name=city] input", "Brest")
    page.fill("div[name=territory_name] input", "Brest")
    page.fill("div[name=neighborhood_text] textarea", "Kérédern\nPontanézen; 2623")
    mails = page.locator(".o_inner_group:has-text('Vos courriels')")
    mails.locator("[name=email] input").fill("c@example.org")
    invite(page, size, "Maëlle Kerjean", f"maelle{width}@example.org")
    snap(page, f"start-filled-{width}", shots)
    page.locator("button[name=action_start]").dblclick()
    page.wait_for_url("**/odoo/parcours")
    page.wait_for_selector(".o_kanban_renderer, .o_view_nocontent")
    snap(page, f"start-kanban-{width}", shots)
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.goto(f"{addons_server.url}/odoo/actions-citeslab")
    page.wait_for_selector(".o_view_nocontent")
    snap(page, f"journal-empty-{width}", shots)
    page.locator(".o_list_button_add:visible, .o-kanban-button-new:visible").click()
    page.fill("div[name=name] input", "Point avec le PLIE")
    if size == DESK:
        page.fill("div[name=kind_id] input", "Réunion parten")
        kinds = page.locator(".o-autocomplete--dropdown-item")
    else:
        page.click("div[name=kind_id] input")  # a phone chooses in a list of its own
        kinds = page.locator(".modal .o_kanban_record, .modal .o_data_row")
    kinds.filter(has_text="Réunion partenariale").first.click()
    page.click("div[name=date_precision] label:has-text('Mois')")
    snap(page, f"journal-form-{width}", shots)
    page.click("button.o_form_button_save")
    page.locator("button[name=action_repeat]:visible").click()
    page.wait_for_selector(
        "div[name=date_precision] input:checked + label:has-text('Jour')"
    )
    snap(page, f"journal-repeated-{width}", shots)
    for path in ("temps-par-mission", "territoires", "lieux", "quartiers"):
        page.goto(f"{addons_server.url}/odoo/{path}")
        page.wait_for_selector(
            ".o_view_nocontent, .o_graph_renderer, .o_data_row,"
            " .o_kanban_record:visible"
        )
        snap(page, f"{path}-{width}", shots)
    state = json.loads(odoo_env(addons_server.db, STATE % told).split("STATE ")[1])
    months = state.pop("labels")
    assert len(months) == 2 and months[0][0].isalpha() and months[1][0].isdigit()
    assert state == {
        "structure": f"Rives d'Emploi {width}",
        "sender": "c@example.org",
        "territory": ["Brest"],
        "population": 3833,
        "quartiers": ["Kérédern", "Pontanézen"],
        "chefs": [f"maelle{width}@example.org", told["login"]],
        "actions": ["animation"],
    }
    assert not page.outside


def test_the_chef_reads_his_journal(demo_server, login, shots):
    """Partnerships by theme, time by mission and places of the demo's structure."""
    page = login(demo_server, "chef")
    for path, words in (
        ("actions-citeslab", "Répéter ma dernière action"),
        ("partenariats", "Création"),
        ("temps-par-mission", "Temps par mission"),
        ("lieux", "Bus de l'entrepreneuriat"),
        ("territoires", "Brest"),
    ):
        page.goto(f"{demo_server.url}/odoo/{path}")
        page.wait_for_selector(f".o_action_manager :text({words!r})")
        snap(page, f"demo-{path}-1400", shots)
    page.click(".o_data_row:has-text('Brest')")
    page.wait_for_selector(".o_notebook")
    for tab in ("Structures présentes", "Bornes et permanences", "Diagnostic"):
        page.click(f".o_notebook .nav-link:has-text({tab!r})")
    page.click(".o_notebook .nav-link:has-text('Bornes et permanences')")
    snap(page, "demo-territory-1400", shots)
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("actions-citeslab", "partenariats", "temps-par-mission"):
        page.goto(f"{demo_server.url}/odoo/{path}")
        page.wait_for_selector(".o_kanban_renderer, .o_list_renderer, canvas")
        snap(page, f"demo-{path}-390", shots)
    assert not page.outside
