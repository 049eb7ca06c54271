from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.citeslab_base.models.selections import (
    ORIENTATION_FAMILY,
    TRAINING_KIND,
)

# Columns of one source that the others lack are empty there.
NO_VALUE = {
    "parcours_id": SQL("NULL::int"),
    "territory_id": SQL("NULL::int"),
    "mission_id": SQL("NULL::int"),
    "kind_id": SQL("NULL::int"),
    "event_kind_id": SQL("NULL::int"),
    "family": SQL("NULL::varchar"),
    "organization_id": SQL("NULL::int"),
    "program_id": SQL("NULL::int"),
    "contest_id": SQL("NULL::int"),
    "training_kind": SQL("NULL::varchar"),
    "hours": SQL("NULL::float8"),
    "occurrences": SQL("1"),
    "sent": SQL("0"),
    "accepted": SQL("0"),
    "is_work": SQL("FALSE"),
    "is_orientation": SQL("FALSE"),
    "is_program": SQL("FALSE"),
    "is_contest_entry": SQL("FALSE"),
    "is_partner_meeting": SQL("FALSE"),
    "is_newsletter": SQL("FALSE"),
    "is_webinar": SQL("FALSE"),
    "is_training": SQL("FALSE"),
}


class CiteslabFactActivity(models.Model):
    """Dated work of a structure: RDV held, actions, events, newsletters sent,
    orientations, contests."""

    _name = "citeslab.fact.activity"
    _description = "Activity of a Period"
    _auto = False
    _order = "date, id"

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    territory_id = fields.Many2one("citeslab.territory", readonly=True)
    date = fields.Date(readonly=True)
    res_model = fields.Char(string="Kind of Record", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True
    )
    parcours_id = fields.Many2one("crm.lead", string="Parcours", readonly=True)
    mission_id = fields.Many2one("citeslab.mission", readonly=True)
    kind_id = fields.Many2one("citeslab.action.kind", readonly=True)
    event_kind_id = fields.Many2one(
        "citeslab.event.kind", string="Kind of Event", readonly=True
    )
    family = fields.Selection(ORIENTATION_FAMILY, readonly=True)
    organization_id = fields.Many2one(
        "res.partner", string="Organisation", readonly=True
    )
    program_id = fields.Many2one("citeslab.program", string="Programme", readonly=True)
    contest_id = fields.Many2one("citeslab.contest", readonly=True)
    training_kind = fields.Selection(
        TRAINING_KIND, string="Kind of Training", readonly=True
    )
    hours = fields.Float(readonly=True)
    occurrences = fields.Integer(readonly=True)
    sent = fields.Integer(readonly=True)
    accepted = fields.Integer(readonly=True)
    is_work = fields.Boolean(
        string="Working Time",
        readonly=True,
        help="RDV held, action or event with hours.",
    )
    is_orientation = fields.Boolean(string="Orientation", readonly=True)
    is_program = fields.Boolean(string="Orientation to a Programme", readonly=True)
    is_contest_entry = fields.Boolean(string="Contest Entry", readonly=True)
    is_partner_meeting = fields.Boolean(string="Partner Meeting", readonly=True)
    is_newsletter = fields.Boolean(string="Newsletter", readonly=True)
    is_webinar = fields.Boolean(string="Webinar", readonly=True)
    is_training = fields.Boolean(string="Training", readonly=True)

    _depends = {
        "citeslab.interview": [
            "company_id",
            "parcours_id",
            "date",
            "state",
            "duration",
            "mission_id",
        ],
        "citeslab.action": [
            "company_id",
            "territory_id",
            "date",
            "kind_id",
            "mission_id",
            "occurrences",
            "total_duration",
            "date_precision",
        ],
        "citeslab.action.kind": [
            "code",
            "is_partner_meeting",
            "is_newsletter",
            "is_webinar",
        ],
        "citeslab.fact.event": ["event_id", "is_webinar", "hours"],
        "mailing.mailing": [
            "company_id",
            "citeslab_purpose",
            "citeslab_sent_on",
            "state",
        ],
        "citeslab.orientation": [
            "company_id",
            "parcours_id",
            "date",
            "family",
            "organization_id",
            "promotion_id",
            "state",
        ],
        "citeslab.contest.entry": [
            "company_id",
            "parcours_id",
            "date",
            "contest_id",
            "state",
        ],
        "citeslab.program.promotion": ["program_id"],
        "citeslab.training": ["company_id", "date", "kind", "state", "hours"],
        "crm.lead": ["territory_id"],
    }

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            self._source_query(rank, model, table, columns)
            for rank, (model, table, columns) in enumerate(self._activity_sources())
        )

    def _source_query(self, rank, model, table, columns):
        """SELECT of one source; ids of two sources never meet."""
        values = {
            "id": SQL("source.id::bigint * 16 + %s", rank),
            "company_id": SQL("source.company_id"),
            "date": SQL("source.date"),
            "res_model": SQL("%s::varchar", model),
            "res_id": SQL("source.id"),
            **NO_VALUE,
            **columns,
        }
        return SQL(
            "SELECT %s FROM %s",
            SQL(", ").join(
                SQL("%s AS %s", value, SQL.identifier(name))
                for name, value in values.items()
            ),
            table,
        )

    def _activity_sources(self):
        """Model, FROM clause (alias ``source``) and columns of each source: hook.

        A new one is appended, so that the ids of the others stay.

        :rtype: list[tuple[str, SQL, dict[str, SQL]]]
        """
        return [
            self._source_interview(),
            self._source_action(),
            self._source_orientation(),
            self._source_contest(),
            self._source_event(),
            self._source_mailing(),
            self._source_training(),
        ]

    def _source_interview(self):
        return (
            "citeslab.interview",
            SQL(
                """citeslab_interview source
                   JOIN crm_lead lead ON lead.id = source.parcours_id
                        AND source.state = 'done'"""
            ),
            {
                "parcours_id": SQL("source.parcours_id"),
                "territory_id": SQL("lead.territory_id"),
                "mission_id": SQL("source.mission_id"),
                "hours": SQL("COALESCE(source.duration, 0)::float8"),
                "is_work": SQL("COALESCE(source.duration, 0) > 0"),
            },
        )

    def _source_action(self):
        """Actions, without what an event or a mailing of the same day tells."""
        hours = SQL(
            """CASE WHEN twin.event OR twin.training THEN 0
                    ELSE COALESCE(source.total_duration, 0) END"""
        )
        return (
            "citeslab.action",
            SQL(
                """citeslab_action source
                   LEFT JOIN citeslab_action_kind kind ON kind.id = source.kind_id
                   CROSS JOIN LATERAL (%s) twin""",
                self._twin_query(),
            ),
            {
                "territory_id": SQL("source.territory_id"),
                "mission_id": SQL("source.mission_id"),
                "kind_id": SQL("source.kind_id"),
                "hours": SQL("(%s)::float8", hours),
                "occurrences": SQL("source.occurrences"),
                "is_work": SQL("%s > 0", hours),
                "is_partner_meeting": SQL("COALESCE(kind.is_partner_meeting, FALSE)"),
                "is_newsletter": SQL(
                    "COALESCE(kind.is_newsletter, FALSE) AND NOT twin.mailing"
                ),
                "is_webinar": SQL(
                    "COALESCE(kind.is_webinar, FALSE) AND NOT twin.event"
                ),
                "is_training": SQL(
                    "COALESCE(kind.code = 'training', FALSE) AND NOT twin.training"
                ),
            },
        )

    def _twin_query(self):
        """Whether a webinar is an event, a newsletter a mailing, a training one of
        the list, of the same day.

        A chef may note as an action what he also prepared in Odoo: it is one.
        """
        once = SQL("source.date_precision = 'day' AND source.occurrences = 1")
        return SQL(
            """SELECT CASE WHEN kind.is_webinar AND %(once)s THEN EXISTS (
                          SELECT 1 FROM event_event event
                            JOIN citeslab_event_kind held
                                 ON held.id = event.citeslab_kind_id
                           WHERE event.citeslab_date = source.date
                             AND event.company_id = source.company_id
                             AND event.active AND event.is_own AND held.is_webinar
                             AND COALESCE(event.date_precision, 'day') != 'month'
                             AND COALESCE(event.kanban_state, 'normal') != 'cancel'
                      ) ELSE FALSE END AS event,
                      CASE WHEN kind.is_newsletter AND %(once)s THEN EXISTS (
                          SELECT 1 FROM mailing_mailing sent
                           WHERE sent.citeslab_sent_on = source.date
                             AND sent.company_id = source.company_id
                             AND sent.citeslab_purpose = 'newsletter'
                             AND sent.state = 'done'
                      ) ELSE FALSE END AS mailing,
                      %(training)s AS training""",
            training=self.env["citeslab.mission.time"]._training_twin("source"),
            once=once,
        )

    def _source_event(self):
        """Events of ours; the RDV held in them count their own hours."""
        return (
            "event.event",
            SQL(
                "(SELECT * FROM (%s) held WHERE held.is_own) source",
                self.env["citeslab.fact.event"]._table_query,
            ),
            {
                "territory_id": SQL("source.territory_id"),
                "mission_id": SQL("source.mission_id"),
                "event_kind_id": SQL("source.kind_id"),
                "hours": SQL("source.hours"),
                "is_work": SQL("source.hours > 0"),
                "is_webinar": SQL("source.is_webinar"),
            },
        )

    def _source_mailing(self):
        """Newsletters that went out by the mailing application."""
        return (
            "mailing.mailing",
            SQL(
                """(SELECT id, company_id, citeslab_sent_on AS date
                      FROM mailing_mailing
                     WHERE citeslab_purpose = 'newsletter' AND state = 'done'
                       AND company_id IS NOT NULL AND citeslab_sent_on IS NOT NULL
                   ) source"""
            ),
            {"is_newsletter": SQL("TRUE")},
        )

    def _source_training(self):
        """Trainings, seminars and meetings of the network that were attended."""
        kind = self.env.ref(
            "citeslab_base.action_kind_training", raise_if_not_found=False
        )
        return (
            "citeslab.training",
            SQL(
                """(SELECT * FROM citeslab_training
                     WHERE state = 'attended') source"""
            ),
            {
                "mission_id": SQL("%s::int", kind and kind.mission_id.id or None),
                "training_kind": SQL("source.kind"),
                "hours": SQL("COALESCE(source.hours, 0)::float8"),
                "is_work": SQL("COALESCE(source.hours, 0) > 0"),
                "is_training": SQL("TRUE"),
            },
        )

    def _source_orientation(self):
        accepted = SQL("(source.state = 'accepted')::int")
        return (
            "citeslab.orientation",
            SQL(
                """citeslab_orientation source
                   JOIN crm_lead lead ON lead.id = source.parcours_id
                   LEFT JOIN citeslab_program_promotion promotion
                        ON promotion.id = source.promotion_id"""
            ),
            {
                "parcours_id": SQL("source.parcours_id"),
                "territory_id": SQL("lead.territory_id"),
                "family": SQL("source.family"),
                "organization_id": SQL("source.organization_id"),
                "program_id": SQL("promotion.program_id"),
                "sent": SQL("1"),
                "accepted": accepted,
                "is_orientation": SQL("TRUE"),
                "is_program": SQL("source.promotion_id IS NOT NULL"),
            },
        )

    def _source_contest(self):
        return (
            "citeslab.contest.entry",
            SQL(
                """citeslab_contest_entry source
                   JOIN crm_lead lead ON lead.id = source.parcours_id
                        AND source.state != 'withdrawn'"""
            ),
            {
                "parcours_id": SQL("source.parcours_id"),
                "territory_id": SQL("lead.territory_id"),
                "contest_id": SQL("source.contest_id"),
                "is_contest_entry": SQL("TRUE"),
            },
        )

    # Records behind a figure

    @api.model
    def _bilan_action(self, indicator, domain):
        """Window on the records of a domain, or on the rows where they differ.

        :rtype: dict
        """
        action = {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "views": [(False, "list"), (False, "pivot")],
            "view_mode": "list,pivot",
            "domain": list(domain),
            "context": {},
        }
        rows = self.search(domain)
        kinds = set(rows.mapped("res_model"))
        if len(kinds) == 1:
            action |= {
                "res_model": kinds.pop(),
                "views": [(False, "list"), (False, "form")],
                "view_mode": "list,form",
                "domain": [("id", "in", rows.mapped("res_id"))],
            }
        return action

    def action_open_record(self):
        """Open the RDV, action, event, mailing, orientation or entry of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
            "view_mode": "form",
        }
