"""A chef's day: a RDV told in one dialog, what is over completed, projects stopped."""

from test_screens import PHONE, assert_no_trouble, find_card, open_screen

PLAN = """
from datetime import timedelta
from odoo import fields
env = env(user=env.ref("citeslab_base.user_chef"))
parcours = env["crm.lead"].search([("partner_id.name", "=", "Ismaël Traoré")], limit=1)
now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
env["citeslab.interview"].create({
    "parcours_id": parcours.id, "start": now - timedelta(days=1), "duration": 0.5,
    "place": "Bus de la création"})
env.cr.commit()
"""


class Gestures:
    """Counts what a hand does: each click, each field typed."""

    def __init__(self, page):
        self.page = page
        self.count = 0

    def click(self, target):
        self.count += 1
        target.click()

    def fill(self, target, text):
        self.count += 1
        target.fill(text)


def test_full_rdv_with_orientation_in_8_gestures(login, demo_server):
    """A first RDV from the kanban: public, next step, activity, orientation, kept."""
    page = login(demo_server, "chef")
    open_screen(page, demo_server, "parcours")
    hand = Gestures(page)
    hand.click(find_card(page, "Fatoumata Camara").locator(".o_citeslab_log"))
    dialog = page.locator(".modal")
    hand.click(dialog.locator("[name=target_public] label").first)
    hand.fill(dialog.locator("[name=next_step] input"), "Écrire l'offre en une page")
    hand.fill(dialog.locator("[name=activity_summary] input"), "Relire son offre")
    dialog.locator("[name=activity_summary] input").blur()
    dialog.locator("[name=activity_date]").wait_for()  # it moves what is below
    hand.click(dialog.locator("[name=orientation_family] label").first)
    dialog.locator("[name=organization_id] input").wait_for()
    hand.fill(dialog.locator("[name=organization_id] input"), "Adie")
    choice = page.locator(".o-autocomplete--dropdown-item", has_text="Adie")
    hand.click(choice.first)
    hand.click(dialog.locator("button[name=action_apply]"))
    page.wait_for_selector(".modal", state="detached")
    assert hand.count <= 8
    find_card(page, "Fatoumata Camara").click()
    page.wait_for_selector("text=Écrire l'offre en une page")
    page.wait_for_selector("text=Relire son offre")
    page.locator("[name=orientations]").first.click()
    page.wait_for_selector("[name=orientation_ids] .o_data_row:has-text('Adie')")
    assert_no_trouble(page)


def test_what_is_over_is_completed_on_a_phone(login, demo_server, odoo_env):
    """The RDV of yesterday waits in the worklist; a thumb tells it, and it is gone."""
    odoo_env(demo_server.db, PLAN)
    page = login(demo_server, "chef")
    page.set_viewport_size(PHONE)
    open_screen(page, demo_server, "rdv-a-completer")
    card = find_card(page, "Ismaël Traoré")
    card.locator("button[name=action_log]").click()
    page.fill(".modal [name=next_step] input", "Revoir le plan de financement")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"]
    page.locator(".modal button[name=action_apply]").click()
    page.wait_for_selector(".modal", state="detached")
    card.wait_for(state="detached")
    assert_no_trouble(page)


def test_calendar_of_the_chef_names_nobody(login, demo_server):
    page = login(demo_server, "chef")
    page.goto(f"{demo_server.url}/odoo/calendar")
    page.wait_for_selector(".o_calendar_button_next")
    meeting = page.locator(".fc-event:has-text('RDV CitésLab')")
    if not meeting.count():
        page.locator(".o_calendar_button_next").click()
    meeting.first.wait_for()
    words = page.locator(".o_calendar_renderer").inner_text()
    for name in ("Awa", "Diallo", "Mickaël", "Céline"):
        assert name not in words
    assert_no_trouble(page)


def test_P4_project_that_stops_tells_why_and_where(login, demo_server):
    """From the card: without reason nor orientation, one sentence; then it closes."""
    page = login(demo_server, "chef")
    open_screen(page, demo_server, "parcours")
    card = find_card(page, "Céline Roudaut")
    card.hover()
    card.locator(".o_dropdown_kanban button").click()
    page.locator(".o-dropdown--menu a:has-text('Issue')").click()
    dialog = page.locator(".modal").first
    dialog.locator("[name=value] label:has-text('Abandon')").click()
    dialog.locator("[name=reason_id]").wait_for()
    dialog.locator("button[name=action_apply]").click()
    assert dialog.is_visible()
    dialog.locator("[name=reason_id] input").fill("Autre")
    page.locator(".o-autocomplete--dropdown-item:has-text('Autre motif')").click()
    dialog.locator("button[name=action_apply]").click()
    page.wait_for_selector(".modal >> nth=1")  # the refusal, in one sentence
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('.modal').length === 1")
    dialog.locator("[name=orientation_refused] input").check()
    dialog.locator("button[name=action_apply]").click()
    page.wait_for_selector(".modal", state="detached")
    assert_no_trouble(page)
