from odoo import fields, models


class CiteslabReportReturn(models.TransientModel):
    """Asks what is missing in a report, to send it back."""

    _name = "citeslab.report.return"
    _description = "Send a Report Back"

    report_id = fields.Many2one("citeslab.report", required=True, readonly=True)
    missing = fields.Text(required=True, help="One thing a line.")

    def action_send_back(self):
        """Send the report back with the list."""
        self.ensure_one()
        self.report_id._return(self.missing.splitlines())
        return {"type": "ir.actions.act_window_close"}
