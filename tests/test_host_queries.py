"""Stock leads and contacts cost the host as many queries with us as without us."""

import json

import pytest
from citeslab_tool import templates

SCRIPT = """
import json
from odoo import Command

company = env.company
seller = env["res.users"].create({
    "name": "Vendeuse", "login": "vendeuse",
    "group_ids": [Command.set([env.ref("sales_team.group_sale_manager").id,
                               env.ref("base.group_partner_manager").id])],
})
other = seller.copy({"login": "vendeur", "name": "Vendeur"})
env = env(user=seller, context={"lang": "fr_FR", "tz": "Europe/Paris"})
Lead, Partner = env["crm.lead"], env["res.partner"]
stages = env["crm.stage"].search([("is_won", "=", False)], limit=2)
won = env["crm.stage"].search([("is_won", "=", True)], limit=1)
state = {}


def create_one():
    state["lead"] = Lead.create({"name": "Devis", "type": "opportunity",
        "contact_name": "Client", "email_from": "client@example.org"})


def create_ten():
    state["ten"] = Lead.create([{"name": f"Devis {n}"} for n in range(10)])


def create_with_customer():
    state["sale"] = Lead.create({"name": "Vente", "partner_id": state["partner"].id})


def create_partner():
    state["partner"] = Partner.create({"name": "Client", "email": "c@example.org"})


operations = {
    "create a contact": create_partner,
    "rename a contact": lambda: state["partner"].write({"name": "Client SA"}),
    "move a contact": lambda: state["partner"].write({"city": "Brest"}),
    "create a lead": create_one,
    "create ten leads": create_ten,
    "create a sale": create_with_customer,
    "rename a lead": lambda: state["lead"].write({"name": "Devis 2"}),
    "rename ten leads": lambda: state["ten"].write({"name": "Devis 3"}),
    "next stage": lambda: state["lead"].write({"stage_id": stages[1].id}),
    "give a lead": lambda: state["lead"].write({"user_id": other.id}),
    "change the customer": lambda: state["lead"].write(
        {"partner_id": state["partner"].id}),
    "win": lambda: state["lead"].action_set_won(),
    "lose": lambda: state["ten"].action_set_lost(),
    "kanban": lambda: Lead.web_read_group(
        [("type", "=", "opportunity")], ["stage_id"], ["__count"]),
    "columns": lambda: Lead.with_context(read_group_expand=True).formatted_read_group(
        [], ["stage_id"], ["__count", "expected_revenue:sum"]),
    "list": lambda: Lead.web_search_read(
        [], {"name": {}, "partner_id": {"fields": {"display_name": {}}},
             "stage_id": {"fields": {"display_name": {}}}}, limit=80),
    "labels": lambda: Lead.search([]).mapped("display_name"),
    "duplicates": lambda: state["lead"].duplicate_lead_count,
    "contacts": lambda: Partner.web_search_read(
        [], {"display_name": {}, "opportunity_count": {}}, limit=80),
    "find a contact": lambda: Partner.name_search("Cli"),
    "delete leads": lambda: (state["ten"] | state["sale"]).unlink(),
    "delete a contact": lambda: state["lead"].unlink() and state["partner"].unlink(),
}


def measure():
    counts = {}
    for label, operation in operations.items():
        env.flush_all()
        env.invalidate_all()
        before = env.cr.sql_log_count
        operation()
        env.flush_all()
        counts[label] = env.cr.sql_log_count - before
    return counts


measure()  # fills the caches of the registry
print("COUNTS" + json.dumps(measure()))
env.cr.rollback()
"""


def counts(odoo_env, database):
    for line in odoo_env(database, SCRIPT).splitlines():
        _prompt, found, text = line.partition("COUNTS")
        if found:
            return json.loads(text)
    raise AssertionError("the script printed no counts")


@pytest.fixture
def both(lab, new_database, odoo_env):
    """Counts of queries without and with our addons."""
    with (
        new_database(templates.stock(lab)) as stock,
        new_database(templates.all_addons(lab)) as ours,
    ):
        yield counts(odoo_env, stock), counts(odoo_env, ours)


def test_same_queries_with_and_without_us(both):
    stock, ours = both
    assert sum(stock.values()) > 100
    dearer = {
        label: (stock[label], ours[label])
        for label in stock
        if ours[label] > stock[label]
    }
    assert not dearer, f"queries (without, with): {dearer}"
