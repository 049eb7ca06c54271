"""A chef prepares the bilan, the manager submits it, a late RDV makes version 2."""

import json

LATE = """
import json
company = env["res.company"].search([("name", "like", "Brest")], limit=1)
chef = env["res.users"].search([("login", "=", "chef")])
Lead = env["crm.lead"].with_user(chef).with_company(company)
parcours = Lead.create({"is_parcours": True, "contact_name": "Tardive du parcours"})
row = parcours.env["citeslab.interview"].create(
    {"parcours_id": parcours.id, "date": "2023-06-01", "state": "done", "duration": 1})
env.cr.commit()
"""

STATE = """
import json
reports = env["citeslab.report"].search(
    [("date_from", "=", "2023-01-01"), ("company_id.name", "like", "Brest")],
    order="version")
told = []
for report in reports:
    line = report.line_ids.filtered(
        lambda one: one.code == "persons_accompanied" and not one.item_code)
    told.append([report.version, report.state, line.value, report._problems()
                 if report.state != "draft" else []])
print("STATE", json.dumps(told))
"""


def _said(text, tag):
    line = next(one for one in text.splitlines() if one.startswith(tag))
    return json.loads(line.removeprefix(tag))


def _write(page, title, words):
    """Type words in a section of the draft that is open."""
    row = page.locator(f".o_field_widget[name=section_ids] tr:has-text('{title}')")
    row.locator("button[name=action_write]").click()
    page.wait_for_selector(".modal .odoo-editor-editable")
    page.click(".modal .odoo-editor-editable")
    page.keyboard.type(words)
    page.click(".modal .o_form_button_save")
    page.wait_for_selector(".modal", state="detached")


def _prepare(page, server):
    page.goto(f"{server.url}/odoo/citeslab-reports")
    page.click(".o_list_button_add")
    page.wait_for_selector(".o_form_view")
    for name, day in (("date_from", "01/01/2023"), ("date_to", "31/12/2023")):
        field = page.locator(f".o_field_widget[name={name}]")
        field.locator("button, input").first.click()
        field.locator("input").fill(day)
        field.locator("input").press("Tab")
    page.click(".o_form_button_save")
    page.wait_for_selector("td:has-text('Points forts')")
    _write(page, "Points forts", "Bac et inférieurs : près de 50 %.")
    page.wait_for_selector(".alert-warning:visible")
    page.click("a[name=claims]")
    page.wait_for_selector("td:has-text('66,1')")


def _look(page, shots, name):
    """Keep pictures of the page, wide and as on a phone, for whoever looks."""
    page.screenshot(path=str(shots / f"{name}-1400.png"))
    phone = page.context.new_page()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(page.url)
    phone.wait_for_selector(".o_form_view")
    phone.screenshot(path=str(shots / f"{name}-390.png"))
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, f"{name} is wider than a phone"
    phone.close()


def test_a_late_rdv_makes_a_second_version(demo_server, login, odoo_env, tmp_path):
    page = login(demo_server, "chef")
    _prepare(page, demo_server)
    _look(page, tmp_path, "claims")
    page.reload()
    page.click("a[name=claims]")
    page.click("tr:has-text('66,1') td[name=reason]")
    page.keyboard.type("Citation du bilan papier")
    page.click(".o_form_button_save")
    page.wait_for_selector(".o_form_button_save", state="hidden")
    page.click("button[name=action_prepare]")
    page.wait_for_selector("button[name=action_prepare]", state="hidden")
    assert not page.locator("button[name=action_submit]:visible").count()
    address = page.url

    page.context.clear_cookies()
    page = login(demo_server, "responsable")
    page.goto(address)
    page.click("button[name=action_submit]:visible")
    page.click(".modal-footer .btn-primary")
    page.wait_for_selector("a[name=figures]")
    page.click("a[name=figures]")
    page.click("td:has-text('Personnes accompagnées') >> nth=0")
    page.wait_for_selector(".modal .o_field_widget[name=now_text]")
    _look(page, tmp_path, "figure")
    page.click(".modal .btn-close")

    odoo_env(demo_server.db, LATE)
    page.click("button[name=action_new_version]:visible")
    page.click("a[name=differences]")
    page.wait_for_selector("td:has-text('118 → 119')")
    _look(page, tmp_path, "differences")
    page.click("button[name=action_submit]:visible")
    page.click(".modal-footer .btn-primary")
    page.wait_for_selector("a[name=files]")
    page.click("button[name=action_verify]:visible")
    page.wait_for_selector(".o_notification:has-text('tel')")
    _look(page, tmp_path, "sealed")
    told = _said(odoo_env(demo_server.db, STATE), "STATE")
    assert told == [[1, "submitted", 118.0, []], [2, "submitted", 119.0, []]]
    assert not page.outside
