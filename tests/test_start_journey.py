"""A new structure: the manager's first start, then the journal of the first day."""

import json

import pytest

PREPARE = """
company = env.company
company.write({"name": "Ma structure", "email": False, "city": False})
env["res.lang"]._activate_lang("fr_FR")
env["citeslab.neighborhood"].create({
    "name": "Kérédern", "kind": "qpv", "vintage": 2024, "population": 1210,
    "code": "QN02906M", "commune": "Brest"})
env["res.users"].create({
    "name": "Responsable Neuve", "login": "neuve", "password": "neuve",
    "lang": "fr_FR", "tz": "Europe/Paris", "email": "neuve@example.org",
    "company_id": company.id, "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_manager").id)]})
env.cr.commit()
"""

STATE = """
import json
territory = env["citeslab.territory"].search([], limit=1)
action = env["citeslab.action"].search(
    [("name", "=", "Point avec le PLIE")], order="id")
print("STATE", json.dumps({
    "structure": env.company.name, "sender": env.company.email,
    "territory": territory.name, "population": territory.population,
    "quartiers": sorted(territory.neighborhood_ids.mapped("name")),
    "chefs": sorted(territory.chef_ids.mapped("login")),
    "actions": action.mapped("mission_id.code"),
    "labels": action.with_context(lang="fr_FR").mapped("date_label")}))
"""


@pytest.fixture(scope="module")
def new_server(lab, new_database, start_server):
    from citeslab_tool import templates

    with (
        new_database(templates.all_addons(lab)) as name,
        start_server(name) as running,
    ):
        yield running


def snap(page, name, shots):
    if shots:
        page.wait_for_timeout(400)
        page.screenshot(path=f"{shots}/{name}.png")


@pytest.fixture
def shots():
    import os

    return os.environ.get("CITESLAB_SHOTS")


def test_a_manager_starts_his_structure_and_notes_the_first_action(
    new_server, odoo_env, login, shots
):
    """The first start opens by itself; five fields later the kanban is there."""
    odoo_env(new_server.db, PREPARE)
    page = login(new_server, "neuve")
    page.click(".o_navbar_apps_menu button")
    page.click("[data-menu-xmlid='citeslab_base.menu_root']")
    page.wait_for_selector(".o_field_widget[name=territory_name]")
    snap(page, "start-1400", shots)
    page.set_viewport_size({"width": 390, "height": 844})
    snap(page, "start-390", shots)
    page.set_viewport_size({"width": 1400, "height": 900})
    page.fill("div[name=name] input", "Rives d'Emploi")
    page.fill("div[name=city] input", "Brest")
    page.fill("div[name=territory_name] input", "Brest")
    page.fill("div[name=neighborhood_text] textarea", "Kérédern\nPontanézen; 2623")
    mails = page.locator(".o_inner_group:has-text('Vos courriels')")
    mails.locator("[name=email] input").fill("c@example.org")
    page.click("div[name=person_ids] .o_field_x2many_list_row_add a")
    page.fill("div[name=person_ids] div[name=name] input", "Maëlle Kerjean")
    page.fill("div[name=person_ids] div[name=email] input", "maelle@example.org")
    snap(page, "start-filled-1400", shots)
    page.click("button[name=action_start]")
    page.wait_for_selector(".o_kanban_renderer, .o_view_nocontent")
    snap(page, "start-kanban-1400", shots)

    page.goto(f"{new_server.url}/odoo/actions-citeslab")
    page.wait_for_selector(".o_view_nocontent")
    snap(page, "journal-empty-1400", shots)
    page.click(".o_list_button_add")
    page.fill("div[name=name] input", "Point avec le PLIE")
    page.fill("div[name=kind_id] input", "Réunion parten")
    page.click(".o-autocomplete--dropdown-item:has-text('Réunion partenariale')")
    page.click("div[name=date_precision] label:has-text('Mois')")
    snap(page, "journal-form-1400", shots)
    page.click("button.o_form_button_save")
    page.wait_for_selector("button[name=action_repeat]")
    page.click("button[name=action_repeat]")
    page.wait_for_selector(
        "div[name=date_precision] input:checked + label:has-text('Jour')"
    )
    page.set_viewport_size({"width": 390, "height": 844})
    snap(page, "journal-form-390", shots)
    page.set_viewport_size({"width": 1400, "height": 900})
    for path in ("temps-par-mission", "territoires", "lieux", "quartiers"):
        page.goto(f"{new_server.url}/odoo/{path}")
        page.wait_for_selector(".o_view_nocontent, .o_graph_renderer, .o_data_row")
        snap(page, f"{path}-1400", shots)
    state = json.loads(odoo_env(new_server.db, STATE).split("STATE ")[1])
    months = state.pop("labels")
    assert len(months) == 2 and months[0][0].isalpha() and months[1][0].isdigit()
    assert state == {
        "structure": "Rives d'Emploi",
        "sender": "c@example.org",
        "territory": "Brest",
        "population": 3833,
        "quartiers": ["Kérédern", "Pontanézen"],
        "chefs": ["maelle@example.org", "neuve"],
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
