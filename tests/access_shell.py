"""Run in `odoo shell` on the demo: prints who may do what with whose record, as JSON.

A record of each model and owner: those of the access tests of `citeslab_base`, else
one of the demo, else one made up of its required fields; where none of these gives one,
the access lines alone are told (owner ``-``). Every role exists in the structure of
the record (owner ``own``) and in another one (owner ``other``).
"""

import json

from odoo.exceptions import MissingError
from odoo.tools import mute_logger

from odoo.addons.citeslab_base.tests.common import OUTSIDERS, ROLES
from odoo.addons.citeslab_base.tests.test_access import OPERATIONS, ROW_OF, AccessCase

PEOPLE = {
    **ROLES,
    "national": "citeslab_reporting.group_network_national",
    **OUTSIDERS,
    "event_user": "event.group_event_user",
    "event_manager": "event.group_event_manager",
    "mailing_user": "mass_mailing.group_mass_mailing_user",
}
# Models of the host that hold or name a porteur, and which of their records do; those
# of `AccessCase` come to these.
HOST = {
    "account.analytic.account": [],
    "account.analytic.line": [],
    "crm.tag": [],
    "digest.digest": [],
    "event.booth": [("event_id.citeslab_kind_id", "!=", False)],
    "event.event": [("citeslab_kind_id", "!=", False)],
    "event.mail": [("event_id.citeslab_kind_id", "!=", False)],
    "event.question": [],
    "event.registration": [("event_id.citeslab_kind_id", "!=", False)],
    "event.registration.answer": [],
    "event.slot": [("event_id.citeslab_kind_id", "!=", False)],
    "event.type": [],
    "mailing.contact": [],
    "mailing.list": [],
    "mailing.mailing": [],
    "mailing.subscription": [],
    "mailing.trace": [],
    "privacy.log": [],
}
OWN, OTHER, NONE, LINES = "own", "other", "none", "-"
# Links that do not tell the owner of a row.
SKIPPED = {"create_uid", "write_uid", "partner_id", "author_id"}


class Cast(AccessCase):
    """The records and users of the access tests, on this database."""

    _teams = {}

    @classmethod
    def team(cls, company):
        """A user of each role in a structure."""
        if company not in cls._teams:
            known = cls.users if company == cls.structure else {}
            cls._teams[company] = {
                role: known.get(role)
                or cls._create_user(f"{role}_{company.id}", groups, company)
                for role, groups in PEOPLE.items()
            }
        return cls._teams[company]

    @classmethod
    def strangers(cls, company):
        """The same in a structure that is not this one."""
        return cls.team(cls.structure if company == cls.other else cls.other)


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


class Maker:
    """Makes up a record of a model in the cast's structure, from required fields."""

    PLAIN = {
        "char": "x",
        "text": "x",
        "html": "<p>x</p>",
        "date": "2023-01-01",
        "datetime": "2023-01-01 10:00:00",
        "integer": 1,
        "float": 1,
        "monetary": 1,
        "boolean": True,
        "binary": "eA==",
        "json": {},
    }

    def __init__(self):
        self.made = {}

    def record(self, name, depth=0):
        """One record, empty where the model takes none made up so."""
        model = env[name].sudo().with_company(Cast.structure)
        if (name, "structure") in Cast.records:
            return Cast.records[name, "structure"].sudo()
        if name == "res.company":
            return Cast.structure
        if name not in self.made:
            self.made[name] = model.browse()
            if model._auto and depth < 4:
                self.made[name] = self._create(model, depth)
        return self.made[name]

    def _create(self, model, depth):
        try:
            with env.cr.savepoint(), mute_logger("odoo.sql_db"):
                record = model.create(self._values(model, depth))
                env.flush_all()
                return record
        except Exception:  # a row that needs more than its required fields
            return model.browse()

    def _values(self, model, depth):
        names = [name for name, field in model._fields.items() if self._asked(field)]
        values = {k: v for k, v in model.default_get(names).items() if v}
        for name in names:
            if name not in values:
                value = self._value(model._fields[name], depth)
                if value:
                    values[name] = value
        return values

    def _asked(self, field):
        if not field.store or field.name in SKIPPED or field.related:
            return False
        wanted = field.required or field.name in ("company_id", "parcours_id")
        return wanted and (not field.compute or not field.readonly)

    def _value(self, field, depth):
        if field.type == "many2one":
            found = self.record(field.comodel_name, depth + 1)
            return (found or env[field.comodel_name].sudo().search([], limit=1)).id
        if field.type == "selection":
            return field.get_values(env)[0]
        if field.type == "many2one_reference":
            return Cast.records["crm.lead", "structure"].id
        if field.name in ("model", "res_model"):
            return "crm.lead"
        return self.PLAIN.get(field.type)


def examples(name, maker):
    """Records of a model by owner, with the structure that owns each."""
    known = {
        ROW_OF[owner]: record
        for (model, owner), record in Cast.records.items()
        if model == name and owner not in ("other", "dialog")
    }
    if known:
        return {owner: (record, Cast.structure) for owner, record in known.items()}
    model = env[name].sudo().with_context(active_test=False)
    if model._transient:
        return {}
    domain, path = HOST.get(name, []), structure_of(model)
    if not path:
        found = model.search(domain, limit=1) or maker.record(name)
        return {NONE: (found, Cast.structure)} if found else {}
    owned = model.search([*domain, (path, "!=", False)], limit=1, order="id")
    owned = owned or maker.record(name)
    lost = model.search([*domain, (path, "=", False)], limit=1, order="id")
    found = {}
    if owned and (company := owned.mapped(path)[:1]):
        found[OWN] = (owned, company)
    if lost:
        found[NONE] = (lost, Cast.structure)
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
    ours = {name for name in ours if not env[name]._abstract}
    return sorted(ours | set(HOST) | {model for model, _owner in Cast.records})


def rows(maker):
    """``(model, owner, record, users)`` of each line of the matrix."""
    for name in models():
        found = examples(name, maker)
        if not found:
            yield name, LINES, env[name], Cast.team(Cast.structure)
        for owner, (record, company) in found.items():
            yield name, owner, record, Cast.team(company)
        if OWN in found:
            record, company = found[OWN]
            yield name, OTHER, record, Cast.strangers(company)


def participant():
    """What hangs on a participant, which required fields do not make up.

    :return: model → record of the cast's structure
    """
    company = Cast.structure

    def make(model, /, **values):
        return env[model].sudo().with_company(company).create(values)

    event = make(
        "event.event",
        name="Café",
        company_id=company.id,
        citeslab_kind_id=env.ref("citeslab_events.event_kind_cafe").id,
        date_begin="2023-01-10 10:00:00",
        date_end="2023-01-10 12:00:00",
    )
    person = make("event.registration", event_id=event.id, name="Anne")
    slot = make(
        "event.slot", event_id=event.id, date="2023-01-10", start_hour=11, end_hour=12
    )
    mailing = make("mailing.mailing", subject="Invitation", company_id=company.id)
    question = env.ref("citeslab_events.question_project")
    by_scheduler = {"scheduler_id": event.event_mail_ids[0].id}
    return {
        "citeslab.event.witness": make(
            "citeslab.event.witness", event_id=event.id, partner_id=person.porteur_id.id
        ),
        "event.mail.registration": make(
            "event.mail.registration", registration_id=person.id, **by_scheduler
        ),
        "event.mail.slot": make(
            "event.mail.slot", event_slot_id=slot.id, **by_scheduler
        ),
        "event.registration.answer": make(
            "event.registration.answer",
            registration_id=person.id,
            question_id=question.id,
            value_text_box="Oui",
        ),
        "mail.blacklist": make("mail.blacklist", email="anne@example.org"),
        "mailing.trace": make(
            "mailing.trace",
            mass_mailing_id=mailing.id,
            model="event.registration",
            res_id=person.id,
        ),
    }


Cast.env = env
Cast.build_cast()
Cast.build_records()
Cast.records.update(
    {(name, "structure"): record for name, record in participant().items()}
)
lines = list(rows(Maker()))
env.flush_all()
matrix = {}
for name, owner, record, users in lines:
    env.invalidate_all()
    for role, user in users.items():
        matrix.setdefault(f"{name},{owner}", {})[role] = letters(record, user) or "-"
print("MATRIX" + json.dumps(matrix))
