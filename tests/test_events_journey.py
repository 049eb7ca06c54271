"""A chef prepares an atelier, fills a market, writes to people, prints his sheets."""

import email
import io
import json
import os
from pathlib import Path

from pypdf import PdfReader

PREPARE = """
company = env.company
company.write({"name": "Structure du parcours", "email": "citeslab@example.org"})
company.partner_id.tz = "Europe/Paris"
env["citeslab.territory"].create({"name": "Territoire", "company_id": company.id})
env["res.lang"]._activate_lang("fr_FR")
chef = env["res.users"].create({
    "name": "Chef du parcours", "login": "chef-parcours", "password": "chef-parcours",
    "lang": "fr_FR", "tz": "Europe/Paris", "email": "chef@example.org",
    "company_id": company.id, "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_chef").id)]})
env["ir.mail_server"].search([]).active = False
env["ir.mail_server"].create({
    "name": "Local", "smtp_host": "127.0.0.1", "smtp_port": %d, "sequence": 1})
place = env["citeslab.place"].create({"name": "Médiathèque", "company_id": company.id})
env["citeslab.permanence"].with_user(chef).create({
    "name": "Permanence du mardi", "place_ids": [(6, 0, place.ids)]})
env.cr.commit()
"""

REGISTER = """
import json
from datetime import timedelta
from odoo import fields
event = env["event.event"].search([("name", "=", "Café du parcours")])
# under way: what begins in half an hour may be tomorrow
now = fields.Datetime.now()
event.write({"date_begin": now - timedelta(hours=2),
             "date_end": now + timedelta(hours=1)})
chef = env["res.users"].search([("login", "=", "chef-parcours")])
mine = env["event.registration"].with_user(chef)
for name in ("Anne Présente", "Bakary Absent"):
    mine.create({"event_id": event.id, "name": name,
                 "email": name.split()[0].lower() + "@example.org"})
print("EVENT", json.dumps({
    "id": event.id, "kind": event.citeslab_kind_id.code, "seats": event.seats_max,
    "mails": len(event.event_mail_ids)}))
env.cr.commit()
"""

SEND = """
env["mailing.mailing"]._process_mass_mailing_queue()
env["mail.mail"].process_email_queue()
env.cr.commit()
"""

STATE = """
import json
event = env["event.event"].search([("name", "=", "Café du parcours")])
print("STATE", json.dumps({
    row.name: [row.state, row.absence] for row in event.registration_ids}))
rule = env["citeslab.permanence"].search([("name", "=", "Permanence du mardi")])
dates = rule.event_ids
print("DATES", json.dumps([str(day) for day in dates.mapped("citeslab_date")]))
"""


def _told(text, tag):
    line = next(one for one in text.splitlines() if one.startswith(tag))
    return json.loads(line.removeprefix(tag))


def _prepare_from_template(page, server):
    page.goto(f"{server.url}/odoo/citeslab-events")
    page.click(".o_list_button_add, .o-kanban-button-new, .o_form_button_create")
    page.wait_for_selector(".o_form_view")
    page.fill(".o_field_widget[name=name] textarea", "Café du parcours")
    page.fill(".o_field_widget[name=citeslab_kind_id] input", "Café")
    page.click(".o-autocomplete--dropdown-item:has-text('Café créateurs')")
    page.click(".o_form_button_save")
    page.wait_for_selector("button[name=action_open_attendance]:visible")


def _mark(page, name, button):
    card = page.locator(f".o_kanban_record:has-text('{name}')")
    card.locator(f"button[name={button}]").click()


def _take_attendance_on_a_phone(page, server, event_id):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/odoo/citeslab-events/{event_id}")
    page.click("button[name=action_open_attendance]")
    page.wait_for_selector("button[name=action_add]")
    _mark(page, "Anne Présente", "action_set_done")
    page.wait_for_selector(".o_kanban_record:has-text('Anne') .text-bg-success")
    _mark(page, "Bakary Absent", "action_set_absent")
    page.wait_for_selector(".o_kanban_record:has-text('Bakary') .text-bg-secondary")
    page.fill(".o_field_widget[name=name] input", "Chloé Arrivée")
    page.click("button[name=action_add]")
    page.wait_for_selector(".o_kanban_record:has-text('Chloé') .text-bg-success")
    page.set_viewport_size({"width": 1400, "height": 900})


def _thank_those_present(page, server, event_id):
    page.goto(f"{server.url}/odoo/citeslab-events/{event_id}")
    page.locator("button[name=action_prepare_mailing]").nth(1).click()
    page.click("button[name=action_prepare]")
    page.click("button[name=action_launch]")
    confirm = page.locator(".modal button.btn-primary")
    confirm.click()
    page.wait_for_selector(".modal", state="detached")


def _make_a_quarter(page, server):
    page.goto(f"{server.url}/odoo/citeslab-permanences")
    page.click(".o_data_row td[name=name]")
    page.click("button[name=action_make_quarter]")
    page.wait_for_selector(".o_notification")


def test_from_the_template_to_the_thanks(
    odoo_db, odoo_env, start_server, login, mailbox
):
    odoo_env(odoo_db, PREPARE % mailbox.port)
    with start_server(odoo_db) as server:
        page = login(server, "chef-parcours")
        _prepare_from_template(page, server)
        event = _told(odoo_env(odoo_db, REGISTER), "EVENT ")
        assert (event["kind"], event["seats"], event["mails"]) == ("cafe", 15, 2)
        _take_attendance_on_a_phone(page, server, event["id"])
        _thank_those_present(page, server, event["id"])
        _make_a_quarter(page, server)
    odoo_env(odoo_db, SEND)
    printed = odoo_env(odoo_db, STATE)
    assert _told(printed, "STATE ") == {
        "Anne Présente": ["done", False],
        "Bakary Absent": ["open", "no_show"],
        "Chloé Arrivée": ["done", False],
    }
    assert len(_told(printed, "DATES ")) > 10
    thanks = " ".join(mailbox.recipients)
    assert "anne@example.org" in thanks
    assert "bakary@example.org" not in thanks
    assert any("unsubscribe" in mail for mail in mailbox.mails)


CREATORS = """
import json
market = env["event.event"].search([("name", "=", "Marché du parcours")])
chef = env["res.users"].search([("login", "=", "chef-parcours")])
market.event_booth_ids[2:].unlink()
Lead = env["crm.lead"].with_user(chef)
for name in ("Awa Bijoux", "Brieuc Beignets", "Cécile Savons"):
    Lead.create({"is_parcours": True, "contact_name": name,
                 "email_from": name.split()[1].lower() + "@example.org"})
env["citeslab.permanence"].search([]).with_user(chef).action_make_quarter()
permanence = env["event.event"].search(
    [("permanence_id", "!=", False)], order="date_begin", limit=1)
today = market.citeslab_date
calendar = env["citeslab.calendar.print"].with_user(chef).create(
    {"year": today.year, "quarter": str((today.month + 2) // 3)})
print("IDS", json.dumps({
    "market": market.id, "permanence": permanence.id, "calendar": calendar.id}))
env.cr.commit()
"""

BOOTHS = """
import json
market = env["event.event"].search([("name", "=", "Marché du parcours")])
print("BOOTHS", json.dumps({
    row.partner_id.name: [row.state, row.trade, bool(row.booth_id)]
    for row in market.booth_request_ids}))
"""


def _announce_a_market(page, server):
    page.goto(f"{server.url}/odoo/citeslab-events")
    page.click(".o_list_button_add, .o-kanban-button-new, .o_form_button_create")
    page.fill(".o_field_widget[name=name] textarea", "Marché du parcours")
    page.fill(".o_field_widget[name=citeslab_kind_id] input", "Marché")
    page.click(".o-autocomplete--dropdown-item:has-text('Marché de créateurs')")
    page.click(".o_form_button_save")
    page.wait_for_selector("button[name=action_open_attendance]:visible")


def _ask_for_a_booth(page, rank, name, trade):
    rows = page.locator("[name=booth_request_ids]")
    rows.locator(".o_field_x2many_list_row_add a").click()
    row = rows.locator(".o_data_row").nth(rank)
    row.locator("[name=partner_id] input").press_sequentially(name)
    page.click(f".o-autocomplete--dropdown-item:has-text({name!r})")
    row.locator("[name=trade] input").fill(trade)


def _fill_the_market(page, server, market):
    page.goto(f"{server.url}/odoo/citeslab-events/{market}")
    page.click(".nav-link[name=creators]")
    for rank, (name, trade) in enumerate(
        (
            ("Awa Bijoux", "Bijoux"),
            ("Brieuc Beignets", "Beignets"),
            ("Cécile Savons", "Savons"),
        )
    ):
        _ask_for_a_booth(page, rank, name, trade)
    page.click(".o_form_button_save")
    page.click("button[name=action_fill_market]")
    page.wait_for_selector("[name=booth_request_ids] .text-bg-success")


def _invite(page, server, market):
    page.goto(f"{server.url}/odoo/citeslab-events/{market}")
    page.locator("button[name=action_prepare_mailing]").first.click()
    page.click("button[name=action_prepare]")
    page.click("button[name=action_launch]")
    page.locator(".modal button.btn-primary").click()
    page.wait_for_selector(".modal", state="detached")


def _pdf(page, server, report, number):
    """Text of a printed report, page by page; the file where one wants to look."""
    path = f"/report/pdf/citeslab_events.{report}/{number}"
    answer = page.request.get(server.url + path)
    assert answer.headers["content-type"] == "application/pdf"
    if shots := os.environ.get("CITESLAB_SHOTS"):
        Path(shots, f"{report}.pdf").write_bytes(answer.body())
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.body())).pages]


def _body(mail):
    message = email.message_from_string(mail)
    parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
    return "".join(
        part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8")
        for part in parts
    )


def test_a_market_is_filled_announced_and_printed(
    odoo_db, odoo_env, start_server, login, mailbox
):
    odoo_env(odoo_db, PREPARE % mailbox.port)
    with start_server(odoo_db) as server:
        page = login(server, "chef-parcours")
        _announce_a_market(page, server)
        ids = _told(odoo_env(odoo_db, CREATORS), "IDS ")
        _fill_the_market(page, server, ids["market"])
        _snap(page, "market-1400")
        _invite(page, server, ids["market"])
        (town_hall,) = _pdf(page, server, "report_market_list", ids["market"])
        sheets = _pdf(page, server, "report_attendance_sheet", ids["permanence"])
        (calendar,) = _pdf(page, server, "report_calendar", ids["calendar"])
    assert _told(odoo_env(odoo_db, BOOTHS), "BOOTHS ") == {
        "Awa Bijoux": ["placed", "Bijoux", True],
        "Brieuc Beignets": ["placed", "Beignets", True],
        "Cécile Savons": ["waiting", "Savons", False],
    }
    assert "Awa Bijoux" in town_hall and "Beignets" in town_hall
    assert "Cécile Savons" not in town_hall
    assert len(sheets) == 3, "one sheet per slot of the permanence"
    assert all("Permanence du mardi" in sheet for sheet in sheets)
    assert "Marché du parcours" in calendar
    odoo_env(odoo_db, SEND)
    invited = " ".join(mailbox.recipients)
    for name in ("bijoux", "beignets", "savons"):
        assert f"{name}@example.org" in invited
    bodies = [_body(mail) for mail in mailbox.mails]
    assert any("Marché du parcours" in body for body in bodies)


def _snap(page, name):
    if shots := os.environ.get("CITESLAB_SHOTS"):
        page.wait_for_timeout(400)
        page.screenshot(path=f"{shots}/{name}.png")
