from odoo import fields, models


class CiteslabReportRequest(models.Model):
    """One thing that the network misses in a report that it sends back."""

    _name = "citeslab.report.request"
    _description = "Missing in a Report"
    _order = "report_id, sequence, id"

    report_id = fields.Many2one(
        "citeslab.report",
        string="Sent Back",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Missing", required=True, readonly=True)
    is_done = fields.Boolean(string="Done")
    answer = fields.Char(help="Why it stays as it is, or what was done.")
