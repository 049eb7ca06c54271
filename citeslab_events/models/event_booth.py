from odoo import api, fields, models


class EventBooth(models.Model):
    """A booth of a market, given to a creator that the structure follows."""

    _inherit = "event.booth"

    is_citeslab = fields.Boolean(
        compute="_compute_is_citeslab", store=True, precompute=True
    )
    trade = fields.Char(help="What is sold or shown there.")
    needs = fields.Char(help="Electricity, length, shelter…")

    _creator_once = models.UniqueIndex(
        "(event_id, partner_id) WHERE is_citeslab IS TRUE AND partner_id IS NOT NULL",
        "This creator already has a booth in this market.",
    )

    @api.depends("event_id.is_citeslab")
    def _compute_is_citeslab(self):
        for booth in self:
            booth.is_citeslab = booth.event_id.is_citeslab

    @api.constrains("partner_id", "state")
    def _check_creator(self):
        for booth in self.filtered("is_citeslab"):
            creator = booth.sudo().partner_id
            if booth.state == "unavailable" and not creator:
                continue  # a booth kept for the structure itself
            if creator:
                creator._check_may_hold_booth(booth.event_id.company_id)

    def _post_confirmation_message(self):
        """The chatter of an event is read by people who may not know our porteurs."""
        others = self.filtered(lambda booth: not booth.event_id.is_citeslab)
        return super(EventBooth, others)._post_confirmation_message()

    def action_release(self):
        """Free the booth; the first creator who waits may have it next."""
        self.write(
            {
                "state": "available",
                "partner_id": False,
                "contact_name": False,
                "contact_email": False,
                "contact_phone": False,
                "trade": False,
                "needs": False,
            }
        )
        requests = self.env["citeslab.booth.request"].search(
            [("booth_id", "in", self.ids)]
        )
        requests.write({"state": "declined", "booth_id": False})
