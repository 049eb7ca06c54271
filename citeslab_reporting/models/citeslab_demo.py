from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Command

STRUCTURES = (
    ("citeslab_base.company_brest", "demo-brest", "29"),
    ("citeslab_base.company_quimper", "demo-quimper", "29"),
)


class CiteslabDemo(models.AbstractModel):
    _inherit = "citeslab.demo"

    @api.model
    def _network(self):
        """The structures as their animator follows them, one in another database."""
        Structure = self.env["citeslab.network.structure"].with_context(
            mail_create_nolog=True
        )
        animator = self.env.ref("citeslab_base.user_network")
        for xmlid, code, department in STRUCTURES:
            company = self.env.ref(xmlid)
            Structure._ensure_for(company)
            Structure.search([("company_id", "=", company.id)]).write(
                {
                    "code": code,
                    "department_id": self._department(department).id,
                    "animator_ids": [Command.set(animator.ids)],
                }
            )
        Structure.create(
            {
                "name": "CitésLab Lorient (démonstration)",
                "code": "demo-lorient",
                "department_id": self._department("56").id,
                "email": "citeslab-lorient@example.org",
                "animator_ids": [Command.set(animator.ids)],
            }
        )

    def _department(self, code):
        return self.env.ref(f"citeslab_reporting.department_{code}")

    @api.model
    def _committees(self):
        """A COPIL held, with its decisions, and a technical committee to come."""
        company = self.env.ref("citeslab_base.company_brest")
        env = self._as("citeslab_base.user_chef", company)
        today = fields.Date.context_today(self)
        copil, technical = (
            env["citeslab.committee"].search(
                [("company_id", "=", company.id), ("kind", "=", kind)], limit=1
            )
            for kind in ("copil", "technical")
        )
        self._seat(env, copil | technical)
        self._hold_copil(env, copil, today - relativedelta(months=3))
        env["citeslab.committee.meeting"].create(
            {
                "committee_id": technical.id,
                "date": today + relativedelta(days=20),
                "place": "Maison de quartier",
                "agenda": "<ol><li>Projets en cours et prochaine étape</li>"
                "<li>Nouvelles des personnes orientées</li>"
                "<li>Actions à venir</li></ol>",
            }
        )

    def _seat(self, env, committees):
        """The same five organisations sit in each committee."""
        organizations = env["res.partner"].search(
            [("organization_kind", "!=", False)], order="id", limit=5
        )
        for committee in committees:
            committee.member_ids = [
                Command.create(
                    {
                        "organization_id": organization.id,
                        "referent_id": organization.child_ids[:1].id,
                        "immersion_promised": 2,
                    }
                )
                for organization in organizations
            ]

    def _hold_copil(self, env, copil, day):
        """A COPIL that decided something, and who is to do it."""
        held = env["citeslab.committee.meeting"].create(
            {
                "committee_id": copil.id,
                "date": day,
                "place": "Hôtel de métropole",
                "state": "held",
                "agenda": "<ol><li>Résultats au regard des objectifs</li>"
                "<li>Budget et financements</li>"
                "<li>Décisions et actions correctives</li></ol>",
            }
        )
        held.decision_ids = [
            Command.create(
                {"kind": "plan", "name": "Une permanence de plus à la médiathèque"}
            )
        ]
        held.action_ids = [
            Command.create(
                {
                    "name": "Ouvrir la permanence de la médiathèque des Capucins",
                    "user_id": env.user.id,
                    "date_due": day + relativedelta(months=4),
                }
            )
        ]
