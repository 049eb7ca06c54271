from odoo import api, fields, models


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
        self.report_id._refuse_if_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.report_id._refuse_if_frozen()
