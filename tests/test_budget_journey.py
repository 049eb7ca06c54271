"""The budget as the responsable and the chef meet it, in a browser and on disk."""

import json
import re

SHARES = """
import threading
from datetime import date

company = env["res.company"].create(
    {"name": "Concurrence", "currency_id": env.ref("base.EUR").id}
)
plan = env["account.analytic.plan"].create({"name": "Actions"})
account = env["account.analytic.account"].create(
    {"name": "Action", "plan_id": plan.id, "company_id": company.id}
)
budget = env["citeslab.budget"].create(
    {
        "company_id": company.id,
        "date_from": date(2023, 1, 1),
        "analytic_account_id": account.id,
    }
)
Line = env["citeslab.budget.line"]
salary, state, city = (
    Line.create(
        {
            "budget_id": budget.id,
            "category_id": env.ref(f"citeslab_budget.category_{code}").id,
        }
    )
    for code in ("salary", "state", "communes")
)
entry = env["citeslab.budget.entry"].create(
    {
        "name": "Paie",
        "date": date(2023, 2, 1),
        "budget_id": budget.id,
        "line_id": salary.id,
        "amount": 100,
    }
)
env.cr.commit()
barrier = threading.Barrier(2)
answers = []


def share(line_id):
    from odoo.service.model import retrying

    with env.registry.cursor() as cr:
        other = env(cr=cr)
        cr.execute("SELECT 1")
        barrier.wait()
        try:
            retrying(
                lambda: other["citeslab.budget.share"].create(
                    {"entry_id": entry.id, "line_id": line_id, "rate": 60}
                ),
                other,
            )
            cr.commit()
            answers.append("shared")
        except Exception as error:
            cr.rollback()
            answers.append(type(error).__name__)


threads = [threading.Thread(target=share, args=(one.id,)) for one in (state, city)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
env.invalidate_all()
import json

print(json.dumps({"answers": sorted(answers), "rate": entry.shared_rate}))
"""


def test_two_people_share_the_same_expense(odoo_db, odoo_env):
    """One euro is never counted twice, even by two people at the same moment."""
    printed = odoo_env(odoo_db, SHARES).strip().splitlines()[-1]
    assert json.loads(printed) == {
        "answers": ["ValidationError", "shared"],
        "rate": 60.0,
    }


def test_responsable_types_and_reads_the_rules(demo_server, login):
    """A ceiling passed by one cent is told while typing; at the ceiling it is not."""
    page = login(demo_server, "responsable")
    page.goto(f"{demo_server.url}/odoo/budgets-citeslab/new")
    # By place: a row that is being edited holds inputs instead of its text.
    row = page.locator(".o_field_one2many[name=line_ids] .o_data_row").nth(2)
    row.get_by_text("3. Déplacements").wait_for()
    check = page.locator("[name=findings_html]")

    def plan(amount):
        row.locator("td[name=planned]").click()
        row.locator("td[name=planned] input").fill(amount)
        page.locator(".oe_title").click()

    plan("2000,01")
    check.get_by_text("déplacements et l'hébergement dépassent").wait_for()
    assert "0,01" in check.inner_text()
    plan("2000")
    check.get_by_text("déplacements et l'hébergement dépassent").wait_for(
        state="detached"
    )
    assert page.outside == []


def test_second_to_save_is_told_who_changed_what(demo_server, login):
    """Two windows on one budget: the later save loses nothing silently."""
    first = login(demo_server, "responsable")
    first.goto(f"{demo_server.url}/odoo/budgets-citeslab/new")
    row = ".o_field_one2many[name=line_ids] .o_data_row:nth-child(4)"

    def plan(page, amount):
        page.locator(f"{row} td[name=planned]").click()
        page.locator(f"{row} td[name=planned] input").fill(amount)
        with page.expect_response(re.compile("/web_save")):
            page.locator(".o_form_button_save").click()

    first.locator("[name=date_from] button, [name=date_from] input").first.click()
    first.locator("[name=date_from] input").fill("01/01/2031")
    plan(first, "1000")
    first.wait_for_url(re.compile(r"budgets-citeslab/\d+"))
    second = first.context.new_page()
    second.goto(first.url)
    second.locator(f"{row} td[name=planned]").wait_for()
    plan(first, "1100")
    plan(second, "900")
    message = second.locator(".o_error_dialog, .modal-body").first
    message.wait_for()
    assert "entre-temps" in message.inner_text()
    assert "1\N{NARROW NO-BREAK SPACE}100,00" in message.inner_text() or (
        "1\N{NO-BREAK SPACE}100,00" in message.inner_text()
    )
    second.reload()
    second.locator(f"{row} td[name=planned]").get_by_text("100,00").wait_for()


def test_follow_up_by_line_and_funder(demo_server, login):
    """What each funder pays of each line is a table, on a phone one that scrolls."""
    page = login(demo_server, "chef")
    page.goto(f"{demo_server.url}/odoo/budgets-citeslab")
    page.get_by_text("Budget 2023 – Brest").first.click()
    page.get_by_role("tab", name="Suivi").click()
    table = page.locator("[name=follow_html] table")
    table.wait_for()
    assert "15\N{NO-BREAK SPACE}683" in table.locator("tfoot").inner_text()
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.get_by_role("tab", name="Suivi").click()
    table.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_chef_reads_and_cannot_edit(demo_server, login):
    """A chef sees the six findings and their derogations, and no button to change."""
    page = login(demo_server, "chef")
    for year in ("2022", "2023", "2024"):
        page.goto(f"{demo_server.url}/odoo/budgets-citeslab")
        page.get_by_text(f"Budget {year} – Brest").first.click()
        check = page.locator("[name=findings_html]")
        check.locator("li").nth(1).wait_for()
        assert check.locator("li").count() == 2
        assert check.locator("em").count() == 2
        assert page.get_by_role("button", name="Faire un avenant").count() == 0
    page.get_by_role("button", name="Tableur").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Tableur").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def test_prints_of_the_demo(demo_db, odoo_env):
    """Each document is a PDF in French, with whole percentages that add up."""
    printed = odoo_env(
        demo_db,
        """
user = env["res.users"].search([("login", "=", "responsable")])
env = env(
    user=user,
    context={"lang": "fr_FR", "allowed_company_ids": user.company_ids.ids,
             "force_report_rendering": True},
)
budget = env["citeslab.budget"].search([("date_from", "=", "2023-01-01")])
for code in ("annexe2", "financing", "cerfa", "final"):
    content, kind = env["ir.actions.report"]._render_qweb_pdf(
        f"citeslab_budget.paper_{code}", budget.ids
    )
    print(kind, content[:4])
print([row["percent"] for row in budget._financing()])
print(budget.total_expense, budget.total_resource, budget.total_actual)
""",
    ).strip()
    assert printed.splitlines() == ["pdf b'%PDF'"] * 4 + [
        "[31, 19, 29, 21]",
        "52276.49 52276.49 52276.49",
    ]
