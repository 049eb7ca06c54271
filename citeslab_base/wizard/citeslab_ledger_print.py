from datetime import date

from odoo import api, fields, models


class CiteslabLedgerPrint(models.TransientModel):
    """Period of the answers of the partners, printed for the COPIL."""

    _name = "citeslab.ledger.print"
    _description = "Answers of the Partners: Print"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._this_year(1, 1)
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self._this_year(12, 31)
    )

    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The period must end after it starts."
    )

    @api.model
    def _this_year(self, month, day):
        return date(fields.Date.context_today(self).year, month, day)

    def action_print(self):
        """Print the ledger of the period."""
        return self.env.ref("citeslab_base.action_report_ledger").report_action(self)

    def _supporters(self):
        """Funders to show on the document (CDC §6.7): hook.

        :return: entries ``{"name", "logo"}``; the logo in base64, or nothing
        :rtype: list[dict]
        """
        return []

    def _entries(self):
        """What the document prints, see ``citeslab.orientation.ledger``."""
        self.ensure_one()
        return self.env["citeslab.orientation.ledger"]._summary(
            self.company_id, self.date_from, self.date_to
        )
