from odoo import fields, models
from odoo.tools import SQL


class CiteslabMissionTime(models.Model):
    """Events of ours take time too; the RDV held in them count their own."""

    _inherit = "citeslab.mission.time"
    _depends = {"citeslab.fact.event": ["event_id"], "event.event": ["user_id"]}

    origin = fields.Selection(selection_add=[("event", "Event")])

    def _time_sources(self):
        events = SQL(
            """SELECT held.id::bigint * 4 + 2, held.company_id, held.territory_id,
                      event.user_id, held.date, held.mission_id, 'event', held.hours
                 FROM (%s) held
                 JOIN event_event event ON event.id = held.event_id
                WHERE held.is_own""",
            self.env["citeslab.fact.event"]._table_query,
        )
        return [*super()._time_sources(), events]
