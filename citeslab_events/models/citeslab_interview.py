from odoo import fields, models

# State of a RDV → values of the booking that planned it.
REGISTRATION_VALUES = {
    "planned": {"state": "open", "absence": False},
    "done": {"state": "done", "absence": False},
    "no_show": {"state": "open", "absence": "no_show"},
    "excused": {"state": "open", "absence": "excused"},
    "cancelled": {"state": "cancel", "absence": False},
}


class CiteslabInterview(models.Model):
    """A RDV booked in a permanence follows its booking, and is followed by it."""

    _inherit = "citeslab.interview"

    registration_ids = fields.One2many(
        "event.registration", "interview_id", string="Booking"
    )

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals and not self.env.context.get("citeslab_from_registration"):
            bookings = self.sudo().registration_ids.filtered("active")
            values = REGISTRATION_VALUES[vals["state"]]
            bookings = bookings.filtered(
                lambda row: row.state != values["state"]
                or row.absence != values["absence"]
            )
            bookings.with_context(citeslab_from_interview=True).write(values)
        return result
