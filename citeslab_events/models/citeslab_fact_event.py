from odoo import fields, models
from odoo.tools import SQL


class CiteslabFactEvent(models.Model):
    """One row per event held, with its people and hours: what the bilan adds up.

    Cancelled events and events to come are left out; those of others are kept
    apart by ``is_own``.
    """

    _name = "citeslab.fact.event"
    _description = "Event Held"
    _auto = False
    _order = "date, id"
    _depends = {
        "event.event": [
            "is_citeslab",
            "is_own",
            "company_id",
            "territory_id",
            "citeslab_date",
            "citeslab_kind_id",
            "mission_id",
            "work_hours",
            "headcount_people",
            "date_precision",
            "kanban_state",
            "place_id",
            "active",
        ],
        "citeslab.place": ["neighborhood_id"],
        "citeslab.event.kind": [
            "is_workshop",
            "is_animation",
            "is_permanence",
            "is_webinar",
        ],
        "event.registration": [
            "event_id",
            "state",
            "active",
            "porteur_id",
            "interview_id",
            "residence",
        ],
        "citeslab.headcount": ["event_id", "count", "neighborhood_id"],
        "citeslab.neighborhood": ["kind"],
        "citeslab.interview": ["state", "duration"],
        "res.partner": ["residence"],
    }

    event_id = fields.Many2one("event.event", readonly=True)
    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    territory_id = fields.Many2one("citeslab.territory", readonly=True)
    date = fields.Date(readonly=True)
    kind_id = fields.Many2one("citeslab.event.kind", readonly=True)
    mission_id = fields.Many2one("citeslab.mission", readonly=True)
    place_id = fields.Many2one("citeslab.place", string="Place", readonly=True)
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood", string="Quartier of the Place", readonly=True
    )
    is_own = fields.Boolean(readonly=True)
    is_workshop = fields.Boolean(string="Counts as Atelier", readonly=True)
    is_animation = fields.Boolean(readonly=True)
    is_permanence = fields.Boolean(readonly=True)
    is_webinar = fields.Boolean(readonly=True)
    attendance = fields.Integer(readonly=True)
    named = fields.Integer(string="Known by Name", readonly=True)
    qpv_known = fields.Integer(string="Residence Known", readonly=True)
    qpv_count = fields.Integer(string="From a QPV", readonly=True)
    qpv_share = fields.Float(
        string="Share from QPV (%)",
        readonly=True,
        aggregator="avg",
        help="Of the people whose residence is known: of several events, all of their "
        "people together.",
    )
    hours = fields.Float(
        readonly=True,
        help="Time of the event, without the RDV held in it: they count their own.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT held.*, CASE WHEN held.qpv_known > 0
                           THEN 100.0 * held.qpv_count / held.qpv_known
                           END::float8 AS qpv_share
              FROM (SELECT event.id, event.id AS event_id, event.company_id,
                   event.territory_id, event.citeslab_date AS date,
                   event.citeslab_kind_id AS kind_id, event.mission_id,
                   event.place_id, place.neighborhood_id, event.is_own,
                   event.is_own AND COALESCE(kind.is_workshop, FALSE) AS is_workshop,
                   event.is_own AND COALESCE(kind.is_animation, FALSE) AS is_animation,
                   event.is_own AND COALESCE(kind.is_permanence, FALSE)
                       AS is_permanence,
                   event.is_own AND COALESCE(kind.is_webinar, FALSE) AS is_webinar,
                   GREATEST(event.headcount_people, people.present)::int AS attendance,
                   people.named::int AS named,
                   CASE WHEN heads.known >= people.known THEN heads.known
                        ELSE people.known END::int AS qpv_known,
                   CASE WHEN heads.known >= people.known THEN heads.qpv
                        ELSE people.qpv END::int AS qpv_count,
                   CASE WHEN event.is_own
                        THEN GREATEST(event.work_hours - people.rdv_hours, 0)
                        ELSE 0 END::float8 AS hours
              FROM event_event event
              JOIN citeslab_event_kind kind ON kind.id = event.citeslab_kind_id
         LEFT JOIN citeslab_place place ON place.id = event.place_id
        CROSS JOIN LATERAL (%(people)s) AS people
        CROSS JOIN LATERAL (%(heads)s) AS heads
             WHERE event.is_citeslab AND event.active
               AND COALESCE(event.date_precision, 'day') != 'month'
               AND COALESCE(event.kanban_state, 'normal') != 'cancel'
               AND event.date_begin <= (now() AT TIME ZONE 'UTC')) held
            """,
            people=self._people_query(),
            heads=self._heads_query(),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The share of several events weighs each by its people (CDC §1.1)."""
        if aggregate_spec != "qpv_share:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "100.0 * SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "qpv_count", query),
            self._field_to_sql(self._table, "qpv_known", query),
        )

    def _people_query(self):
        """Registrations of one event: who came, from where, in which RDV."""
        home = SQL("COALESCE(NULLIF(r.residence, ''), partner.residence, 'unknown')")
        return SQL(
            """
            SELECT COUNT(*) AS present, COUNT(r.porteur_id) AS named,
                   COUNT(*) FILTER (WHERE %(home)s != 'unknown') AS known,
                   COUNT(*) FILTER (WHERE %(home)s = 'qpv') AS qpv,
                   COALESCE(SUM(rdv.duration), 0) AS rdv_hours
              FROM event_registration r
         LEFT JOIN res_partner partner ON partner.id = r.porteur_id
         LEFT JOIN citeslab_interview rdv
                ON rdv.id = r.interview_id AND rdv.state = 'done'
             WHERE r.event_id = event.id AND r.active AND r.state = 'done'
            """,
            home=home,
        )

    def _heads_query(self):
        """Anonymous people of one event whose quartier is told."""
        return SQL(
            """
            SELECT COALESCE(SUM(h.count), 0) AS known,
                   COALESCE(SUM(h.count) FILTER (WHERE area.kind = 'qpv'), 0) AS qpv
              FROM citeslab_headcount h
              JOIN citeslab_neighborhood area ON area.id = h.neighborhood_id
             WHERE h.event_id = event.id
            """
        )
