"""A chef's day: a RDV told in one dialog, what is over completed, projects stopped."""

from test_screens import find_card, open_screen

PLAN = """
from datetime import timedelta
from odoo import fields
chef = env.ref("citeslab_base.user_chef")
env = env(user=chef, context={"tracking_disable": True})
parcours = env["crm.lead"].search([("partner_id.name", "=", %r)], limit=1)
now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
env["citeslab.interview"].create({
    "parcours_id": parcours.id, "start": now - timedelta(days=%d),
    "duration": 0.5, "place": "Bus"})
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

    def choose(self, field, text):
        """Type in a many2one and click the choice: two gestures."""
        self.fill(field.locator("input"), text)
        self.click(
            self.page.locator(
                f".o-autocomplete--dropdown-item:has-text('{text}')"
            ).first
        )


def _select(hand, field, text):
    """Open a list of choices and click one: two gestures."""
    hand.click(field.locator("input"))
    hand.click(hand.page.locator(f".o_select_menu_item:has-text('{text}')").first)


def test_full_rdv_with_orientation_in_8_gestures(login, demo_server):
    """From the kanban: public, next step, activity and orientation of a first RDV."""
    page = login(demo_server, "chef")
    open_screen(page, demo_server, "parcours")
    hand = Gestures(page)
    hand.click(find_card(page, "Fatoumata Camara").locator(".o_citeslab_log"))
    dialog = page.locator(".modal")
    dialog.wait_for()
    public = dialog.locator("[name=target_public] label:has-text('Intentionniste')")
    hand.click(public)
    hand.fill(dialog.locator("[name=next_step] input"), "Écrire l'offre en une page")
    hand.fill(dialog.locator("[name=activity_summary] input"), "Relire son offre")
    _select(hand, dialog.locator("[name=orientation_family]"), "création")
    hand.fill(dialog.locator("[name=organization_id] input"), "BGE")
    hand.click(page.locator(".o-autocomplete--dropdown-item:has-text('BGE')").first)
    page.screenshot(path="/tmp/h2_log.png")
    hand.click(dialog.locator("button[name=action_apply]"))
    page.wait_for_selector(".modal", state="detached")
    print(hand.count)
    assert hand.count <= 8
