from odoo import models


class CiteslabLedgerPrint(models.TransientModel):
    """The answers of the partners show who supports the action (CDC §6.7)."""

    _inherit = "citeslab.ledger.print"

    def _supporters(self):
        conventions = self.env["citeslab.convention"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("granted", "signed", "closed")),
                ("date_start", "<=", self.date_to),
                ("date_end", ">=", self.date_from),
            ]
        )
        funders = conventions.funder_id.filtered(lambda one: not one.kind_id.is_own)
        return [
            *super()._supporters(),
            *({"name": one.name, "logo": one.logo} for one in funders.sorted()),
        ]
