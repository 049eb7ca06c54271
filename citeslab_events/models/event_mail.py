from odoo import models


class EventMail(models.Model):
    """A confirmation is for what is to come: never for who is already there."""

    _inherit = "event.mail"

    def _create_missing_mail_registrations(self, registrations):
        """Leave out people added at the door, and events noted afterwards."""
        ours = registrations.filtered("is_citeslab")
        over = ours.filtered(
            lambda row: row.state == "done" or row.event_end_date < self.env.cr.now()
        )
        return super()._create_missing_mail_registrations(registrations - over)
