"""A volunteer's first screen: three big buttons and the day, at 1400 and 390 px."""

import pytest
from test_screens import DESK, PHONE, assert_no_trouble

BUTTONS = ".o_citeslab_home_actions .btn"
PLAN = """
from datetime import timedelta
from odoo import fields
from odoo.addons.citeslab_base.tools.dates import local_moment, utc_moment
volunteer = env.ref("citeslab_base.user_volunteer")
chef = env.ref("citeslab_base.user_chef")
here = volunteer.company_id
today = local_moment(fields.Datetime.now(), here)
noon = utc_moment(today.replace(hour=12, minute=0, second=0, microsecond=0), here)
Lead = env(user=volunteer, context={"lang": "fr_FR"})["crm.lead"]
parcours = Lead.create({"is_parcours": True, "contact_name": "Rozenn Jour"})
parcours.env["citeslab.interview"].create({
    "parcours_id": parcours.id, "start": noon, "duration": 0.5, "place": "Halles",
    "user_id": volunteer.id})
env["citeslab.interview"].with_user(chef).create({
    "parcours_id": env["crm.lead"].search(
        [("partner_id.name", "=", "Ismaël Traoré")], limit=1).id,
    "start": noon + timedelta(hours=2), "duration": 0.5})
env["event.event"].with_user(chef).create({
    "name": "Permanence du jour", "citeslab_kind_id": env.ref(
        "citeslab_events.event_kind_permanence").id,
    "company_id": chef.company_id.id, "user_id": chef.id,
    "date_begin": noon - timedelta(hours=3), "date_end": noon - timedelta(hours=2)})
env.cr.commit()
"""


@pytest.fixture(scope="module")
def day(demo_server, lab):
    """A RDV of the volunteer, another of the chef and a permanence, all of today."""
    from conftest import run_in_shell

    run_in_shell(lab, demo_server.db, PLAN)
    return demo_server


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_volunteer_opens_his_day(page, login, day, size, tmp_path):
    page.set_viewport_size(size)
    login(day, "volontaire")  # the application opens with it
    page.wait_for_selector(BUTTONS)
    buttons = page.locator(BUTTONS)
    assert [one.strip() for one in buttons.all_inner_texts()] == [
        "Noter quelqu’un",
        "Compter",
        "Mes RDV",
    ]
    assert all(one.bounding_box()["height"] >= 44 for one in buttons.all())
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    told = page.locator(".o_citeslab_home_day").inner_text()
    assert "Rozenn Jour" in told
    assert "Halles" in told
    assert told.index("Permanence du jour") < told.index("Rozenn Jour")
    assert "Traoré" not in told
    page.screenshot(path=tmp_path / "home.png")
    page.locator(".o_citeslab_home_day button:has-text('Rozenn Jour')").click()
    page.wait_for_selector(".o_form_view")
    assert_no_trouble(page)


def test_the_buttons_of_the_day_open_what_they_say(login, day):
    page = login(day, "volontaire")
    home = f"{day.url}/odoo/ma-journee"
    for rank, shown in ((0, "#person"), (1, "#count")):
        page.goto(home)
        page.locator(BUTTONS).nth(rank).click()
        page.wait_for_selector(f"{shown}:visible")
    page.goto(home)
    page.locator(BUTTONS).nth(2).click()
    page.wait_for_selector(".o_calendar_view, .o_kanban_record:has-text('Rozenn')")
    assert_no_trouble(page)
