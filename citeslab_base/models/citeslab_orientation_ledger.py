from odoo import api, fields, models
from odoo.tools import SQL

from .selections import (
    ANSWERED_STATES,
    ORGANIZATION_KIND,
    ORIENTATION_FAMILY,
    ORIENTATION_STATE,
)


class CiteslabOrientationLedger(models.Model):
    """What each partner does with the people sent to it (CDC §4.3).

    One row per orientation, which names no person: the COPIL reads it.
    """

    _name = "citeslab.orientation.ledger"
    _description = "Answers of the Partners"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "organization_id"
    _depends = {
        "citeslab.orientation": [
            "company_id",
            "organization_id",
            "promotion_id",
            "family",
            "date",
            "state",
            "reason_id",
            "asked_date",
            "answer_date",
            "news_date",
            "withdrawn_date",
        ],
        "citeslab.program.promotion": ["program_id"],
        "res.partner": ["organization_kind"],
    }

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    organization_id = fields.Many2one(
        "res.partner", string="Organisation", readonly=True
    )
    organization_kind = fields.Selection(
        ORGANIZATION_KIND, string="Network", readonly=True
    )
    program_id = fields.Many2one("citeslab.program", string="Programme", readonly=True)
    family = fields.Selection(ORIENTATION_FAMILY, readonly=True)
    date = fields.Date(readonly=True)
    state = fields.Selection(ORIENTATION_STATE, readonly=True)
    reason_id = fields.Many2one(
        "citeslab.orientation.reason", string="Reason", readonly=True
    )
    sent = fields.Integer(readonly=True)
    accepted = fields.Integer(readonly=True)
    refused = fields.Integer(readonly=True)
    waiting = fields.Integer(
        readonly=True,
        help="No answer noted so far, and not called sans réponse: still within the "
        "days left to the partner, or never sent by mail.",
    )
    silent = fields.Integer(string="Sans Réponse", readonly=True)
    owed = fields.Integer(
        string="Answers Owed",
        readonly=True,
        help="Sent to an organisation which has not answered yet, late or not.",
    )
    answer_days = fields.Float(
        string="Median Days",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Half of the answers came sooner. Counted from the mail, else from "
        "the day of the orientation.",
    )
    news = fields.Integer(string="News Given", readonly=True)

    @property
    def _table_query(self):
        return SQL("SELECT %s FROM %s", self._select(), self._from())

    def _select(self):
        return SQL(
            """o.id, o.company_id, o.organization_id, partner.organization_kind,
               promotion.program_id, o.family, o.date, o.state, o.reason_id,
               1 AS sent,
               (o.state = 'accepted')::int AS accepted,
               (o.state = 'refused')::int AS refused,
               (o.state = 'sent' AND o.organization_id IS NOT NULL
                AND o.withdrawn_date IS NULL)::int AS waiting,
               (o.state = 'no_answer')::int AS silent,
               (o.state NOT IN %(answered)s AND o.organization_id IS NOT NULL
                AND o.withdrawn_date IS NULL)::int AS owed,
               CASE WHEN o.state IN %(answered)s THEN GREATEST(
                   o.answer_date - COALESCE(o.asked_date, o.date), 0
               ) END AS answer_days,
               (o.news_date IS NOT NULL)::int AS news""",
            answered=ANSWERED_STATES,
        )

    def _from(self):
        return SQL(
            """citeslab_orientation o
               LEFT JOIN res_partner partner ON partner.id = o.organization_id
               LEFT JOIN citeslab_program_promotion promotion
                    ON promotion.id = o.promotion_id"""
        )

    def _read_group_select(self, aggregate_spec, query):
        """The middle delay: one answer that took a year must not hide the others."""
        if aggregate_spec != "answer_days:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)",
            self._field_to_sql(self._table, "answer_days", query),
        )

    @api.model
    def _summary(self, company, date_from, date_to):
        """The ledger of a structure over a period, one entry per organisation.

        :param company: structure
        :param date date_from: first day of the orientations told
        :param date date_to: last day, included
        :return: entries ``{"organization", "sent", "accepted", "refused",
            "waiting", "silent", "owed", "answer_days", "news", "reasons"}``, the
            most sent to first; ``reasons`` are (label, count)
        :rtype: list[dict]
        """
        domain = [
            ("company_id", "=", company.id),
            ("date", ">=", date_from),
            ("date", "<=", date_to),
        ]
        counted = ("sent", "accepted", "refused", "waiting", "silent", "owed", "news")
        reasons = self._refusals(domain)
        groups = self._read_group(
            domain,
            ["organization_id"],
            [*(f"{name}:sum" for name in counted), "answer_days:avg"],
        )
        entries = [
            {
                "organization": organization,
                **dict(zip(counted, figures, strict=True)),
                "answer_days": None if days is False else days,
                "reasons": reasons.get(organization, []),
            }
            for organization, *figures, days in groups
        ]
        return sorted(
            entries, key=lambda row: (-row["sent"], row["organization"].name or "~")
        )

    def _refusals(self, domain):
        """Reasons of the refusals of each organisation, the most frequent first.

        :return: organisation → [(label, count)]
        """
        reasons = {}
        for organization, reason, count in self._read_group(
            [*domain, ("state", "=", "refused")],
            ["organization_id", "reason_id"],
            ["__count"],
        ):
            label = reason.name or self.env._("no reason given")
            reasons.setdefault(organization, []).append((label, count))
        return {
            organization: sorted(told, key=lambda pair: -pair[1])
            for organization, told in reasons.items()
        }

    def action_open_orientations(self):
        """Open the orientations behind the rows chosen."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.citeslab_orientation_action"
        )
        return {**action, "domain": [("id", "in", self.ids)]}
