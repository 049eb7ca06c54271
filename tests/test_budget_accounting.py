"""A host that keeps its books in Odoo: actual amounts come from its invoices."""

import json

INVOICE = """
import json
from datetime import date

company = env.company
env["account.chart.template"].try_loading("generic_coa", company=company)
manager = env["res.users"].create(
    {
        "name": "Responsable",
        "login": "responsable_compta",
        "group_ids": [
            (4, env.ref("citeslab_base.group_manager").id),
            (4, env.ref("base.group_user").id),
        ],
    }
)
plan = env["account.analytic.plan"].create({"name": "Actions"})
action = env["account.analytic.account"].create(
    {"name": "CitésLab", "plan_id": plan.id, "company_id": company.id}
)
expense = env["account.account"].search(
    [("account_type", "=", "expense"), ("company_ids", "in", company.ids)], limit=1
)
env["citeslab.budget.mapping"].create(
    {
        "company_id": company.id,
        "prefix": expense.code[:4],
        "category_id": env.ref("citeslab_budget.category_travel").id,
    }
)
supplier = env["res.partner"].create({"name": "Compagnie de trains"})
bill = env["account.move"].create(
    {
        "move_type": "in_invoice",
        "partner_id": supplier.id,
        "invoice_date": date(2023, 3, 1),
        "date": date(2023, 3, 1),
        "ref": "F-2023-001",
        "invoice_line_ids": [
            (
                0,
                0,
                {
                    "name": "Billets de train",
                    "account_id": expense.id,
                    "price_unit": 123.45,
                    "tax_ids": [],
                    "analytic_distribution": {str(action.id): 100},
                },
            )
        ],
    }
)
budget = env["citeslab.budget"].create(
    {
        "company_id": company.id,
        "date_from": date(2023, 1, 1),
        "analytic_account_id": action.id,
    }
)
answers = {}
mine = budget.with_user(manager)
mine.action_collect()
answers["before it is posted"] = len(budget.entry_ids)
bill.action_post()
mine.action_collect()
mine.action_collect()
entry = budget.entry_ids
answers["entry"] = [
    entry.name,
    entry.amount,
    str(entry.date),
    entry.source,
    entry.partner_id.name,
    entry.ledger_account == expense.code,
    entry.line_id.category_id.code,
    entry.line_id.actual,
]
bill.button_draft()
env.invalidate_all()
answers["back to draft"] = len(budget.entry_ids)
print(json.dumps(answers))
"""


def test_actual_amounts_come_from_the_accounting(lab, odoo_db, odoo_env):
    """A posted bill on the action's account is collected once, on its line."""
    lab.odoo(
        "-d", odoo_db, "-i", "account", "--without-demo", "--stop-after-init",
        "--no-http", what="Installing accounting", log="accounting.log",
    )  # fmt: skip
    answers = json.loads(odoo_env(odoo_db, INVOICE).strip().splitlines()[-1])
    name = answers["entry"].pop(0)
    assert "Billets de train" in name
    assert answers == {
        "before it is posted": 0,
        "entry": [123.45, "2023-03-01", "analytic", "Compagnie de trains", True,
                  "travel", 123.45],
        "back to draft": 0,
    }  # fmt: skip
