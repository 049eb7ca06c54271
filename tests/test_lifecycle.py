"""Install, update, uninstall, install again: the host is left as it was found."""

import json
import re

import pytest
from citeslab_tool import templates
from citeslab_tool.lab import addons

# Each after those that it builds on.
BUILT = (
    "citeslab_base",
    "citeslab_events",
    "citeslab_budget",
    "citeslab_reporting",
    "citeslab_reporting_pptx",
)
# What the schema of a database is made of, without our own tables' content.
SNAPSHOT = """
import json
QUERIES = {
    "columns": '''
        SELECT table_name, column_name, data_type, is_nullable, column_default
          FROM information_schema.columns WHERE table_schema = 'public' ''',
    "constraints": '''
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace''',
    "indexes": '''
        SELECT tablename, indexname, indexdef FROM pg_indexes
         WHERE schemaname = 'public' ''',
    "sequences": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
    "xmlids": "SELECT module, name, model FROM ir_model_data",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model, name, ttype, relation FROM ir_model_fields",
    "rules": "SELECT name, domain_force, active FROM ir_rule",
    "access": "SELECT name, perm_read, perm_write, perm_create, perm_unlink "
              "FROM ir_model_access",
    "groups": "SELECT name->>'en_US' FROM res_groups",
    "views": "SELECT model, name, md5(arch_db::text), active FROM ir_ui_view",
    "menus": "SELECT name->>'en_US', active FROM ir_ui_menu",
    "actions": "SELECT type, name->>'en_US' FROM ir_actions",
    "crons": "SELECT cron_name, active FROM ir_cron",
    "parameters": "SELECT key FROM ir_config_parameter",
    "stages": "SELECT name->>'en_US', sequence, is_won, fold FROM crm_stage",
    "teams": "SELECT name->>'en_US', sequence, active FROM crm_team",
    "leads": "SELECT id, name, type, stage_id, team_id, company_id, probability "
             "FROM crm_lead",
    "partners": "SELECT id, name, company_id, active FROM res_partner",
    "scoring": "SELECT variable, value, won_count, lost_count "
               "FROM crm_lead_scoring_frequency",
}
found = {}
for key, query in QUERIES.items():
    env.cr.execute(query)
    found[key] = sorted(json.dumps(row, default=str) for row in env.cr.fetchall())
print("SNAPSHOT" + json.dumps(found))
"""

HOST_DATA = """
partner = env["res.partner"].create({"name": "Client de toujours"})
leads = env["crm.lead"].create([
    {"name": "Devis A", "partner_id": partner.id, "type": "opportunity"},
    {"name": "Devis B", "type": "opportunity", "email_from": "b@example.org"},
])
leads[0].action_set_won()
env.cr.commit()
"""

OUR_DATA = """
company = env.company
chef = env["res.users"].create({
    "name": "Chef", "login": "chef_lifecycle", "company_id": company.id,
    "company_ids": [(6, 0, company.ids)],
    "group_ids": [(6, 0, [env.ref("citeslab_base.group_manager").id])],
})
Lead = env(user=chef)["crm.lead"]
customer = env["res.partner"].search([("name", "=", "Client de toujours")])
customer.company_id = company
alone = Lead.create({"is_parcours": True, "contact_name": "Porteuse seule"})
shared = Lead.create({"is_parcours": True, "partner_id": customer.id})
for parcours in alone | shared:
    parcours.env["citeslab.interview"].create(
        {"parcours_id": parcours.id, "date": "2023-02-01", "state": "done"})
    parcours.env["citeslab.orientation"].create(
        {"parcours_id": parcours.id, "date": "2023-02-01", "family": "creation"})
    parcours.env["citeslab.outcome"].create(
        {"parcours_id": parcours.id, "date": "2023-03-01", "value": "created"})
    parcours.message_post(body="Vu sur le marché")
    parcours.activity_schedule("mail.mail_activity_data_todo", user_id=chef.id)
sold = env["res.partner"].search([("name", "=", "Porteuse seule")])
used = Lead.create({"is_parcours": True, "contact_name": "Porteuse et cliente"})
env["crm.lead"].create({"name": "Vente", "partner_id": used.partner_id.id})
event = env["event.event"].create({
    "name": "Atelier passé", "date_begin": "2023-02-01 09:00:00",
    "date_end": "2023-02-01 11:00:00",
    "citeslab_kind_id": env["citeslab.event.kind"].search([], limit=1).id})
came = Lead.create({"is_parcours": True, "contact_name": "Porteuse venue"})
env["event.registration"].create({
    "event_id": event.id, "porteur_id": came.partner_id.id, "state": "done"})
env["citeslab.retention"]._run()
env.cr.commit()
"""

UNINSTALL = """
module = env["ir.module.module"].search([("name", "=", "%s")])
module.button_immediate_uninstall()
env.cr.commit()
"""

REST = """
import json
env.cr.execute("SELECT name, company_id FROM res_partner WHERE name LIKE ANY(%s)",
               [["Client%%", "Porteuse%%", "Personne%%"]])
partners = sorted(row[0] for row in env.cr.fetchall())
env.cr.execute("SELECT name FROM crm_lead")
leads = sorted(row[0] for row in env.cr.fetchall())
env.cr.execute("SELECT count(*) FROM mail_message WHERE body LIKE '%%marché%%'")
messages = env.cr.fetchone()[0]
env.cr.execute("SELECT name->>'en_US' FROM event_event")
events = sorted(row[0] for row in env.cr.fetchall())
print("REST" + json.dumps([partners, leads, messages, events]))
"""

# Written by the host at any install, whatever the module; the foreign key is one that
# ``ir.rule`` declares and that the host writes again, where another module of its own
# had dropped it, when a module extends ``res.groups``.
OWN_TRACES = re.compile(
    r"\"base\", \"module_|chef_lifecycle|\"Chef\"|Vente|"
    r"Porteuse et cliente|Client de toujours|rule_group_rel_group_id_fkey"
)
WARNING = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ", re.M)


def printed(text, word):
    """JSON that a snippet printed after a word."""
    return json.loads(text.rpartition(word)[2].strip().splitlines()[0])


def complaints(lab, log):
    """Lines of an Odoo log that are no information."""
    text = (lab.home / "log" / log).read_text(encoding="utf-8")
    return [text[match.start() :].splitlines()[0] for match in WARNING.finditer(text)]


def odoo_modules(lab, database, option, log, names=None):
    lab.odoo(
        "-d", database, option, ",".join(names or addons()), "--without-demo",
        "--stop-after-init", "--no-http", what=f"Odoo {option}", log=log,
    )  # fmt: skip
    return complaints(lab, log)


@pytest.fixture
def host(lab, new_database, odoo_env):
    """A host with data of its own, none of ours."""
    with new_database(templates.stock(lab)) as name:
        odoo_env(name, HOST_DATA)
        yield name


def differences(before, after):
    """What appeared and what is gone, our own test data apart."""
    found = {}
    for key, rows in before.items():
        former, now = set(rows), set(after[key])
        for sign, lines in (("+", now - former), ("-", former - now)):
            lines = {line for line in lines if not OWN_TRACES.search(line)}
            if lines:
                found[sign + key] = sorted(lines)[:20]
    return found


def test_install_and_update_without_a_warning(lab, host):
    log = f"lifecycle-{host}.log"
    assert not odoo_modules(lab, host, "-i", log)
    assert not odoo_modules(lab, host, "-u", log)


def test_uninstall_leaves_no_trace(lab, host, odoo_env):
    log = f"lifecycle-{host}.log"
    before = printed(odoo_env(host, SNAPSHOT), "SNAPSHOT")
    assert not odoo_modules(lab, host, "-i", log)
    odoo_env(host, OUR_DATA)
    odoo_env(host, UNINSTALL % "citeslab_base")
    after = printed(odoo_env(host, SNAPSHOT), "SNAPSHOT")
    assert not differences(before, after)
    partners, leads, messages, events = printed(odoo_env(host, REST), "REST")
    assert partners == ["Client de toujours", "Porteuse et cliente"]
    assert leads == ["Devis A", "Devis B", "Vente"]
    assert messages == 0
    assert not events
    assert not odoo_modules(lab, host, "-i", log)
    again = printed(odoo_env(host, SNAPSHOT), "SNAPSHOT")
    assert len(again["models"]) > len(before["models"])


@pytest.mark.nightly
def test_each_addon_leaves_alone_as_it_came(lab, host, odoo_env):
    """Installed one on the other, taken away one by one, the last first."""
    log = f"lifecycle-{host}.log"
    order = [one for one in BUILT if one in addons()]
    assert sorted(order) == sorted(addons())
    pictures = [printed(odoo_env(host, SNAPSHOT), "SNAPSHOT")]
    for one in order:
        assert not odoo_modules(lab, host, "-i", log, [one])
        pictures.append(printed(odoo_env(host, SNAPSHOT), "SNAPSHOT"))
    for one in reversed(order):
        pictures.pop()
        odoo_env(host, UNINSTALL % one)
        after = printed(odoo_env(host, SNAPSHOT), "SNAPSHOT")
        assert not differences(pictures[-1], after), one
    for one in order:
        assert not odoo_modules(lab, host, "-i", log, [one])
