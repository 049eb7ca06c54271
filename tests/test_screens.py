"""The screens of the app in a real browser, at desk and at phone width.

Labels may be translated: what is looked for are names of fields and the people of
the demo.
"""

import pytest

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
SCREENS = {
    "volontaire": ("parcours", "porteurs", "rdv", "actions-citeslab"),
    "chef": ("parcours", "porteurs", "rdv", "orientations", "organisations"),
    "responsable": ("territoires", "quartiers", "promotions", "citeslab-missions"),
}


def find_card(page, name):
    """Card of a person in the kanban of parcours."""
    return page.locator(f".o_kanban_record:has-text('{name}')").first


def choose(choice):
    """Click a choice of a list; on a phone its sheet slides in first.

    Playwright scrolls to what still moves, which a sheet takes for a wish to close it.
    """
    choice.wait_for()
    if choice.page.locator(".o_bottom_sheet").count():
        choice.page.wait_for_timeout(600)
    choice.click()


def open_screen(page, server, path):
    """Open a screen of the app by its address and wait until it is drawn."""
    page.goto(f"{server.url}/odoo/{path}")
    page.wait_for_selector(".o_action_manager .o_view_controller")
    page.wait_for_timeout(800)


def assert_no_trouble(page):
    """Neither an error dialog, nor a request to somebody else."""
    assert not page.locator(".o_error_dialog").count()
    assert not page.outside


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("role", SCREENS)
def test_every_screen_opens(login, demo_server, role, size):
    page = login(demo_server, role)
    page.set_viewport_size(size)
    for path in SCREENS[role]:
        open_screen(page, demo_server, path)
        assert_no_trouble(page)


@pytest.mark.parametrize("role", ["volontaire", "chef", "responsable", "animation"])
def test_the_whole_menu_shows_at_a_desk(login, demo_server, role):
    """At most seven entries, none behind the "+" of a menu that is too long."""
    page = login(demo_server, role)
    page.set_viewport_size(DESK)
    path = "reseau-structures" if role == "animation" else "parcours"
    page.goto(f"{demo_server.url}/odoo/{path}")  # as from a bookmark
    menu = page.locator(".o_menu_sections")
    menu.locator("[data-section]:visible").first.wait_for()
    assert 2 <= menu.locator("> *:visible").count() <= 7
    assert not menu.locator(".o_menu_sections_more:visible").count()
    assert_no_trouble(page)


def test_card_tells_what_a_chef_needs(login, demo_server):
    page = login(demo_server, "chef")
    open_screen(page, demo_server, "parcours")
    card = find_card(page, "Awa Diallo")
    text = card.inner_text()
    for words in ("Traiteur ouest-africain", "QPV", "Pontanézen"):
        assert words in text
    assert card.locator(".o_citeslab_silence").inner_text().strip()[:1].isdigit()
    assert card.locator(".o_mail_activity, [name=activity_ids]").count()
    assert card.locator("[name=user_id] img").count()
    late = find_card(page, "Élodie Quéméneur")
    assert late.locator(".fa-exclamation-triangle").count()


def test_market_capture_in_four_gestures(login, demo_server):
    page = login(demo_server, "volontaire")
    open_screen(page, demo_server, "parcours")
    page.locator(".o_kanban_quick_add").first.click()  # 1
    form = page.locator(".o_kanban_quick_create")
    form.locator("[name=contact_name] input").fill("Inès Capture")  # 2
    form.locator("[name=person_neighborhood_id] input").fill("Bellevue")  # 3
    choices = page.locator(".o-autocomplete--dropdown-item:has-text('Bellevue')")
    choices.first.wait_for()
    assert "2015" not in " ".join(choices.all_inner_texts())
    choices.first.click()
    form.locator(".o_kanban_add").click()  # 4
    find_card(page, "Inès Capture").wait_for()
    assert "Bellevue" in find_card(page, "Inès Capture").inner_text()
    assert_no_trouble(page)


def test_interview_is_logged_from_the_form(login, demo_server):
    page = login(demo_server, "chef")
    open_screen(page, demo_server, "parcours")
    find_card(page, "Brieuc Morvan").click()
    page.wait_for_selector(".o_form_view")
    assert page.locator(".o_statusbar_status button[data-value]").count()
    page.locator(".o_statusbar_buttons button.btn-primary").first.click()
    page.locator(".modal [name=target_public] input[type=radio]").first.check()
    page.fill(".modal [name=next_step] input", "Écrire le projet en une page")
    page.locator(".modal footer button.btn-primary").click()
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_selector("text=Écrire le projet en une page")
    open_screen(page, demo_server, "parcours")
    column = page.locator(".o_kanban_group", has=find_card(page, "Brieuc Morvan"))
    first = page.locator(".o_kanban_group").first
    assert column.get_attribute("data-id") != first.get_attribute("data-id")
    assert_no_trouble(page)


@pytest.mark.parametrize("name", ["Ismaël Traoré", "Soizic Le Goff"])
def test_form_fits_a_phone(login, demo_server, name):
    page = login(demo_server, "chef")
    page.set_viewport_size(PHONE)
    open_screen(page, demo_server, "parcours")
    find_card(page, name).click()
    page.wait_for_selector(".o_form_view")
    page.wait_for_timeout(500)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]


def test_calendar_names_people_to_the_chef(login, demo_server):
    page = login(demo_server, "chef")
    open_screen(page, demo_server, "rdv")
    page.locator(".o_calendar_button_next").click()
    page.wait_for_selector(".fc-event:has-text('Awa Diallo')")
    assert_no_trouble(page)


def test_network_meets_no_porteur(login, demo_server):
    page = login(demo_server, "animation")
    page.goto(f"{demo_server.url}/odoo/parcours")
    page.wait_for_timeout(2000)
    assert not page.locator(".o_kanban_record").count()
