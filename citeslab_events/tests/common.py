"""Two structures with their people, and what tests of events ask all the time."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

ROLES = {
    "volunteer": "citeslab_base.group_volunteer",
    "chef": "citeslab_base.group_chef",
    "manager": "citeslab_base.group_manager",
}


class EventCase(TransactionCase):
    """Structures A and B, one user per role each, and users of the host."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "no_reset_password": True, "lang": "en_US"}
        )
        cls.company_a = cls._structure("Structure A")
        cls.company_b = cls._structure("Structure B")
        cls.users = {}
        for letter, company in (("a", cls.company_a), ("b", cls.company_b)):
            for role, group in ROLES.items():
                login = f"events_{role}_{letter}"
                cls.users[f"{role}_{letter}"] = new_test_user(
                    cls.env,
                    login,
                    groups=group,
                    company_id=company.id,
                    company_ids=[fields.Command.set(company.ids)],
                    tz="Europe/Paris",
                )
        cls.host_event_user = new_test_user(
            cls.env,
            "events_host",
            groups="event.group_event_manager,mass_mailing.group_mass_mailing_user",
            company_id=cls.company_a.id,
            company_ids=[fields.Command.set(cls.company_a.ids)],
        )
        cls.chef = cls.users["chef_a"]
        cls.kinds = {
            kind.code: kind for kind in cls.env["citeslab.event.kind"].search([])
        }
        cls.area = cls.env["citeslab.neighborhood"].create(
            {"name": "Quartier des tests", "kind": "qpv"}
        )

    @classmethod
    def _structure(cls, name):
        company = cls.env["res.company"].create({"name": name})
        company.partner_id.tz = "Europe/Paris"
        cls.env["citeslab.territory"].create(
            {"name": f"Territoire de {name}", "company_id": company.id}
        )
        return company

    @classmethod
    def acting(cls, user, model):
        """A model as a user sees it, in his company."""
        return (
            cls.env[model]
            .with_user(user)
            .with_context(
                allowed_company_ids=user.company_ids.ids, tracking_disable=True
            )
        )

    @classmethod
    def event(cls, kind="workshop", day="2023-03-14", hour=14, user=None, **values):
        """An event of structure A, by its chef, at an hour of Paris in winter."""
        user = user or cls.chef
        start = fields.Datetime.to_datetime(day) + timedelta(hours=hour - 1)
        values = {
            "name": f"{kind} {day}",
            "citeslab_kind_id": cls.kinds[kind].id,
            "date_begin": start,
            "date_end": start + timedelta(hours=values.pop("hours", 2)),
            **values,
        }
        return cls.acting(user, "event.event").create(values)

    @classmethod
    def register(cls, event, name, user=None, **values):
        """Register somebody by a name."""
        model = cls.acting(user or cls.chef, "event.registration")
        return model.create({"event_id": event.id, "name": name, **values})

    @classmethod
    def porteur(cls, name, company=None, **values):
        """A porteur of structure A."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_porteur": True,
                "company_id": (company or cls.company_a).id,
                **values,
            }
        )

    @classmethod
    def tomorrow(cls, hour=14):
        """Day and hour of Paris in a near future, as arguments of ``event``."""
        day = datetime.now() + timedelta(days=10)
        return {"day": day.strftime("%Y-%m-%d"), "hour": hour}
