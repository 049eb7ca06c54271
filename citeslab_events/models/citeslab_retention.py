from odoo import models
from odoo.tools import SQL


class CiteslabRetention(models.AbstractModel):
    """Coming to an event is a sign of life."""

    _inherit = "citeslab.retention"

    def _last_sign_sources(self):
        return [
            *super()._last_sign_sources(),
            SQL(
                "SELECT porteur_id AS partner_id, attendance_date AS date "
                "FROM event_registration WHERE is_citeslab AND porteur_id IS NOT NULL"
            ),
        ]
