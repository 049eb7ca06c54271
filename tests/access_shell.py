"""Run in `odoo shell` on the demo: prints who may do what with whose record, as JSON.

One record of each model and owner is enough, since rules tell records apart by their
owner; where the demo has none, the access lines alone are told (owner ``-``).
"""

import itertools
import json

from odoo import Command
from odoo.exceptions import MissingError

OPERATIONS = (("c", "create"), ("r", "read"), ("w", "write"), ("d", "unlink"))
ROLES = {
    "volunteer": "citeslab_base.group_volunteer",
    "chef": "citeslab_base.group_chef",
    "manager": "citeslab_base.group_manager",
    "network": "citeslab_base.group_network",
    "national": "citeslab_reporting.group_network_national",
    "salesperson": "sales_team.group_sale_salesman",
    "sales_all": "sales_team.group_sale_salesman_all_leads",
    "sales_manager": "sales_team.group_sale_manager",
    "event_user": "event.group_event_user",
    "event_manager": "event.group_event_manager",
    "mailing_user": "mass_mailing.group_mass_mailing_user",
    "employee": "base.group_user",
    "contact_creator": "base.group_partner_manager",
    "admin": "base.group_system",
    "portal": "base.group_portal",
    "public": "base.group_public",
}
# Models of the host that hold or name a porteur, and which of their records do.
OF_PARCOURS = [("model", "=", "crm.lead"), ("res_id", "in", "PARCOURS")]
HOST = {
    "account.analytic.account": [],
    "account.analytic.line": [],
    "calendar.attendee": [("event_id", "in", "MEETINGS")],
    "calendar.event": [("id", "in", "MEETINGS")],
    "crm.lead": [("is_parcours", "=", True)],
    "crm.stage": [("phase", "!=", False)],
    "crm.tag": [],
    "crm.team": [("id", "=", "TEAM")],
    "digest.digest": [],
    "event.booth": [("event_id.citeslab_kind_id", "!=", False)],
    "event.event": [("citeslab_kind_id", "!=", False)],
    "event.mail": [("event_id.citeslab_kind_id", "!=", False)],
    "event.question": [],
    "event.registration": [("event_id.citeslab_kind_id", "!=", False)],
    "event.registration.answer": [],
    "event.slot": [("event_id.citeslab_kind_id", "!=", False)],
    "event.type": [],
    "ir.attachment": [("res_model", "=", "crm.lead")],
    "mail.activity": [("res_model", "=", "crm.lead"), ("res_id", "in", "PARCOURS")],
    "mail.followers": [("res_model", "=", "crm.lead"), ("res_id", "in", "PARCOURS")],
    "mail.mail": [],
    "mail.message": OF_PARCOURS,
    "mail.notification": [("mail_message_id.model", "=", "crm.lead")],
    "mail.scheduled.message": [],
    "mail.tracking.value": [("mail_message_id.model", "=", "crm.lead")],
    "mailing.contact": [],
    "mailing.list": [],
    "mailing.mailing": [],
    "mailing.subscription": [],
    "mailing.trace": [],
    "privacy.log": [],
    "res.partner": [("is_porteur", "=", True)],
}
OWN, OTHER, NONE, ANY, LINES = "own", "other", "none", "any", "-"


def people():
    """A user per role of the structure of Brest, and the other structure's chef."""
    parcours = env["crm.lead"].search([("is_parcours", "=", True)])
    companies = [
        company
        for company, _count in env["crm.lead"]._read_group(
            [("is_parcours", "=", True)], ["company_id"], ["__count"], order="__count"
        )
    ]
    own, other = companies[-1], companies[0]
    assert own != other and parcours
    users = {}
    for role, company in [*((role, own) for role in ROLES), ("other_chef", other)]:
        group = env.ref(ROLES.get(role, ROLES["chef"]))
        share = role in ("portal", "public")
        groups = group if share else group | env.ref("base.group_user")
        users[role] = env["res.users"].create(
            {
                "name": f"Matrice {role}",
                "login": f"matrix_{role}",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(groups.ids)],
            }
        )
    return own, other, users


def structure_of(model):
    """Path from a record of a model to its structure, or ``None``."""
    fields = model._fields
    if "company_id" in fields and fields["company_id"]._description_searchable:
        return "company_id"
    for name, field in fields.items():
        if field.type == "many2one" and field.store and name not in SKIPPED:
            target = env[field.comodel_name]
            if "company_id" in target._fields and target._fields["company_id"].store:
                if target._name != "res.users":
                    return f"{name}.company_id"
    return None


SKIPPED = {"create_uid", "write_uid", "partner_id", "author_id"}


def filled(domain):
    """A domain with the ids that it names in words."""
    words = {
        "PARCOURS": env["crm.lead"].search([("is_parcours", "=", True)]).ids,
        "MEETINGS": env["citeslab.interview"].search([]).calendar_event_id.ids,
        "TEAM": env.ref("citeslab_base.crm_team_citeslab").id,
    }
    return [
        (name, operator, words.get(value, value) if isinstance(value, str) else value)
        for name, operator, value in domain
    ]


def examples(name, own, other):
    """One record of each owner of a model."""
    model = env[name].sudo().with_context(active_test=False)
    if model._transient:
        return {}
    domain = filled(HOST.get(name, []))
    path = structure_of(model)
    if not path:
        found = model.search(domain, limit=1)
        return {NONE: found} if found else {}
    owners = ((OWN, own.ids), (OTHER, other.ids), (NONE, [False]))
    found = {
        owner: model.search([*domain, (path, "in", ids)], limit=1, order="id")
        for owner, ids in owners
    }
    found = {owner: record for owner, record in found.items() if record}
    if not found and (record := model.search(domain, limit=1, order="id")):
        found[ANY] = record  # of no structure that its columns tell
    return found


def letters(record, user):
    """What a user may do with a record: letters of create, read, write, delete."""
    mine = record.with_env(env(user=user, su=False)).with_context(
        allowed_company_ids=user.company_ids.ids
    )
    try:
        return "".join(
            one for one, operation in OPERATIONS if mine.has_access(operation)
        )
    except MissingError:  # a fact of another structure has no row at all for him
        return ""


def models():
    """Concrete models of ours, and those of the host that the matrix names."""
    ours = env["ir.model"].search([("model", "=like", "citeslab.%")]).mapped("model")
    return sorted({name for name in ours if not env[name]._abstract} | set(HOST))


own, other, users = people()
env.flush_all()
matrix = {}
for name in models():
    found = examples(name, own, other) or {LINES: env[name]}
    for (owner, record), (role, user) in itertools.product(
        found.items(), users.items()
    ):
        env.invalidate_all()
        matrix.setdefault(f"{name},{owner}", {})[role] = letters(record, user) or "-"
print("MATRIX" + json.dumps(matrix))
