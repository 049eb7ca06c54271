from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .selections import ORGANIZATION_KIND

# Actions that keep a prescriber awake, whatever else the structure does with it.
VISIT_KINDS = ("prescriber_visit", "prescriber_training")
MEETING_KIND = "partner_meeting"


class CiteslabPrescriber(models.Model):
    """What a structure shares with one organisation that sends people to it.

    One row per structure and organisation which sent somebody or was visited: who
    sends, who sleeps, who was given news (CDC §2: build and animate the network).
    """

    _name = "citeslab.prescriber"
    _description = "Prescriber"
    _auto = False
    _order = "sent_count desc, last_contact_date desc, id"
    _rec_name = "organization_id"
    _depends = {
        "crm.lead": [
            "is_parcours",
            "company_id",
            "prescriber_id",
            "first_contact_date",
        ],
        "citeslab.action": ["company_id", "date", "kind_id", "organization_ids"],
        "citeslab.action.kind": ["code"],
        "citeslab.prescriber.news": ["company_id", "organization_id", "date"],
        "citeslab.parameter": ["code", "value", "valid_from", "valid_to"],
        "res.partner": ["organization_kind", "active"],
    }

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    organization_id = fields.Many2one("res.partner", string="Prescriber", readonly=True)
    organization_kind = fields.Selection(
        ORGANIZATION_KIND, string="Kind of Organisation", readonly=True
    )
    sent_count = fields.Integer(string="People Sent", readonly=True)
    sent_this_year = fields.Integer(readonly=True)
    last_sent_date = fields.Date(string="Last Person Sent", readonly=True)
    visit_count = fields.Integer(string="Visits and Trainings", readonly=True)
    last_visit_date = fields.Date(string="Last Visit", readonly=True)
    news_count = fields.Integer(string="News Given", readonly=True)
    last_news_date = fields.Date(string="Last News Given", readonly=True)
    last_contact_date = fields.Date(readonly=True)
    silent_days = fields.Integer(
        string="Days Without Contact", readonly=True, aggregator="max"
    )
    is_asleep = fields.Boolean(
        string="Asleep",
        readonly=True,
        help="Neither a visit nor a person sent for longer than the number of days "
        "of the scheme.",
    )

    @property
    def _table_query(self):
        today = fields.Date.context_today(self)
        limit = self.env["citeslab.parameter"]._value_at(
            "prescriber_asleep_days", today
        )
        return SQL(
            """
            SELECT shared.company_id * 4294967296 + shared.organization_id AS id,
                   shared.company_id, shared.organization_id,
                   partner.organization_kind,
                   COUNT(*) FILTER (WHERE source = 'sent') AS sent_count,
                   COUNT(*) FILTER (WHERE source = 'sent' AND shared.date >= %(year)s)
                       AS sent_this_year,
                   MAX(shared.date) FILTER (WHERE source = 'sent') AS last_sent_date,
                   COUNT(*) FILTER (WHERE source = 'visit') AS visit_count,
                   MAX(shared.date) FILTER (WHERE source = 'visit')
                       AS last_visit_date,
                   COUNT(*) FILTER (WHERE source = 'news') AS news_count,
                   MAX(shared.date) FILTER (WHERE source = 'news') AS last_news_date,
                   MAX(shared.date) AS last_contact_date,
                   %(today)s - MAX(shared.date) AS silent_days,
                   COALESCE(%(today)s - MAX(shared.date) > %(limit)s, FALSE)
                       AS is_asleep
              FROM (%(shared)s) shared
              JOIN res_partner partner ON partner.id = shared.organization_id
             WHERE partner.active
          GROUP BY shared.company_id, shared.organization_id,
                   partner.organization_kind
            HAVING BOOL_OR(source IN ('sent', 'visit'))
            """,
            shared=SQL(" UNION ALL ").join(self._shared_sources()),
            year=today.replace(month=1, day=1),
            today=today,
            limit=int(limit or 0),
        )

    def _shared_sources(self):
        """Dated rows shared with an organisation: company, organisation, date, source.

        :rtype: list[SQL]
        """
        return [
            SQL(
                """SELECT company_id::bigint, prescriber_id AS organization_id,
                          first_contact_date AS date, 'sent' AS source
                     FROM crm_lead
                    WHERE is_parcours AND prescriber_id IS NOT NULL"""
            ),
            SQL(
                """SELECT action.company_id, rel.partner_id, action.date,
                          CASE WHEN kind.code = %s THEN 'meeting' ELSE 'visit' END
                     FROM citeslab_action action
                     JOIN citeslab_action_organization_rel rel
                          ON rel.action_id = action.id
                     JOIN citeslab_action_kind kind ON kind.id = action.kind_id
                    WHERE kind.code IN %s AND action.date <= %s""",
                MEETING_KIND,
                (*VISIT_KINDS, MEETING_KIND),
                fields.Date.context_today(self),
            ),
            SQL(
                """SELECT company_id, organization_id, date, 'news'
                     FROM citeslab_prescriber_news"""
            ),
        ]

    def action_open_sent(self):
        """Open the parcours of the people sent by the organisation."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.crm_lead_action_parcours"
        )
        return {
            **action,
            "name": self.env._("People Sent"),
            "domain": [
                ("is_parcours", "=", True),
                ("prescriber_id", "in", self.organization_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            "views": [(False, "list"), (False, "form")],
            "view_mode": "list,form",
        }

    def action_log_visit(self):
        """Open a new action: a visit of the organisation, today."""
        kind = self.env.ref("citeslab_base.action_kind_prescriber_visit")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Visit"),
            "res_model": "citeslab.action",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_kind_id": kind.id,
                "default_name": kind.name,
                "default_organization_ids": self.organization_id.ids,
            },
        }

    def action_give_news(self):
        """Prepare a mail with news of the people whom the organisation sent.

        :return: window of the mail, to read over before sending
        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give News"),
            "res_model": "citeslab.prescriber.mail",
            "view_mode": "form",
            "target": "new",
            "context": {"default_organization_id": self.organization_id.id},
        }

    def action_wake(self):
        """Open a ready mail to the prescribers chosen: the structure is there.

        :raise UserError: when one of them has no address
        """
        without = self.organization_id.filtered(lambda partner: not partner.email)
        if without:
            raise UserError(
                self.env._(
                    "No e-mail address: %(names)s. Complete the form, or leave them "
                    "out.",
                    names=", ".join(without.mapped("name")),
                )
            )
        template = self.env.ref("citeslab_base.mail_template_prescriber_wake")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the Prescribers"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": "res.partner",
                "default_res_ids": self.organization_id.ids,
                "default_composition_mode": (
                    "comment" if len(self) == 1 else "mass_mail"
                ),
                "default_template_id": template.id,
            },
        }
