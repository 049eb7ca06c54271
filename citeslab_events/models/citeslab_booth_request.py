from odoo import api, fields, models
from odoo.exceptions import UserError


class CiteslabBoothRequest(models.Model):
    """A creator who wants a booth in a market, and the rank in the waiting list."""

    _name = "citeslab.booth.request"
    _description = "Request for a Booth"
    _order = "event_id, sequence, id"

    event_id = fields.Many2one(
        "event.event",
        string="Market",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_market', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Creator",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_porteur', '=', True), ('company_id', '=', company_id)]",
    )
    trade = fields.Char(help="What is sold or shown there.")
    needs = fields.Char(help="Electricity, length, shelter…")
    sequence = fields.Integer(default=10)
    state = fields.Selection(
        [("waiting", "Waiting"), ("placed", "Has a booth"), ("declined", "Given up")],
        default="waiting",
        required=True,
    )
    booth_id = fields.Many2one(
        "event.booth", readonly=True, ondelete="set null", copy=False
    )

    _once = models.UniqueIndex(
        "(event_id, partner_id)", "This creator already asked for a booth."
    )

    @api.depends("event_id")
    def _compute_company_id(self):
        for request in self:
            request.company_id = request.event_id.company_id

    @api.depends("event_id", "partner_id")
    def _compute_display_name(self):
        """Named by its market: a creator's name never leaves that way."""
        for request in self:
            request.display_name = f"{request.event_id.name or ''} · {request.id or ''}"

    @api.constrains("event_id", "partner_id")
    def _check_followed(self):
        for request in self.sudo():
            request.partner_id._check_may_hold_booth(request.company_id)

    def action_give_booth(self):
        """Give the first free booth of the market to each creator, in order.

        :raise UserError: when no booth is left
        """
        left = self._give_booths()
        if left:
            raise UserError(
                self.env._(
                    "No booth is left in %(market)s: add one or release one.",
                    market=left[0].event_id.name,
                )
            )

    def _give_booths(self):
        """Give free booths as long as there are some.

        :return: requests that found none
        """
        left = self.browse()
        for event, requests in self.grouped("event_id").items():
            event._serialize_registrations()
            free = self.env["event.booth"].search(
                [("event_id", "=", event.id), ("state", "=", "available")], order="id"
            )
            waiting = requests.filtered(lambda row: row.state == "waiting").sorted()
            for request, booth in zip(waiting, free, strict=False):
                request._take(booth)
            left |= waiting[len(free) :]
        return left

    def _take(self, booth):
        self.ensure_one()
        booth.action_confirm(
            {
                "partner_id": self.partner_id.id,
                "trade": self.trade,
                "needs": self.needs,
            }
        )
        self.write({"state": "placed", "booth_id": booth.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_release_booth(self):
        """A booth whose request goes is free again, unless the market goes with it."""
        self.booth_id.exists().action_release()

    def action_give_up(self):
        """The creator gives up: the booth, if any, is free again."""
        self.booth_id.action_release()
        self.write({"state": "declined", "booth_id": False})
