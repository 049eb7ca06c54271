from odoo import models


class CalendarAttendee(models.Model):
    """An attendee copies name, e-mail and phone of a contact."""

    _name = "calendar.attendee"
    _inherit = ["calendar.attendee", "citeslab.partner.link"]
