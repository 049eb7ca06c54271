from odoo import fields, models
from odoo.tools import SQL


class CiteslabTouch(models.Model):
    """Named attendance at an event of ours is a contact (never a RDV twice)."""

    _inherit = "citeslab.touch"
    _depends = {
        "event.registration": [
            "is_citeslab",
            "state",
            "active",
            "company_id",
            "porteur_id",
            "parcours_id",
            "interview_id",
            "attendance_date",
            "event_id",
            "event_slot_id",
        ],
        "event.event": [
            "is_own",
            "user_id",
            "date_begin",
            "work_hours",
            "address_id",
            "place_id",
            "event_url",
        ],
        "event.slot": ["start_datetime"],
    }

    registration_id = fields.Many2one("event.registration", readonly=True)

    def _touch_sources(self):
        """Add attendances; ids of this source end in 1 (modulo 8)."""
        without = SQL("NULL::int AS registration_id")
        sources = [
            SQL("SELECT source.*, %s FROM (%s) AS source", without, source)
            for source in super()._touch_sources()
        ]
        return [*sources, self._attendance_source()]

    def _attendance_source(self):
        return SQL(
            """
            SELECT r.id * 8 + 1 AS id, r.company_id, r.porteur_id AS partner_id,
                   r.parcours_id, e.user_id, r.attendance_date AS date,
                   COALESCE(s.start_datetime, e.date_begin) AS start,
                   'attendance' AS kind,
                   CASE WHEN e.address_id IS NULL AND e.place_id IS NULL
                             AND COALESCE(e.event_url, '') != ''
                        THEN 'visio' ELSE 'face' END AS mode,
                   e.work_hours AS duration, NULL::int AS interview_id,
                   r.id AS registration_id
              FROM event_registration r
              JOIN event_event e ON e.id = r.event_id
         LEFT JOIN event_slot s ON s.id = r.event_slot_id
             WHERE r.is_citeslab AND r.state = 'done' AND r.active
               AND r.porteur_id IS NOT NULL AND r.interview_id IS NULL
               AND e.is_own
            """
        )
