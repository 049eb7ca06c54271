from odoo import api, fields, models
from odoo.exceptions import AccessError

# What the structure says of it; the rest is the network's.
ANSWERED = {"is_done", "answer"}


class CiteslabReportRequest(models.Model):
    """One thing that the network missed in a report, to be put right in the next one.

    It belongs to the version that corrects, and is ticked or answered before that is
    submitted.
    """

    _name = "citeslab.report.request"
    _description = "Missing in a Report"
    _order = "report_id, sequence, id"

    report_id = fields.Many2one(
        "citeslab.report", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Missing", required=True)
    is_done = fields.Boolean(string="Done")
    answer = fields.Char(help="Why it stays as it is, or what was done.")

    def write(self, vals):
        """What the network asked stays; the structure ticks it, or answers.

        :raises AccessError: something else is written
        """
        if not self.env.su and vals.keys() - ANSWERED:
            raise AccessError(
                self.env._(
                    "What the network asked for stays as it is: tick it, or answer it."
                )
            )
        self.report_id._refuse_if_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.report_id._refuse_if_frozen()
