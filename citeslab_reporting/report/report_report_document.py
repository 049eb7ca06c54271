from odoo import api, models


class ReportReportDocument(models.AbstractModel):
    """Values of a printed report for Odoo's report machinery."""

    _name = "report.citeslab_reporting.report_document"
    _description = "Printed Report"

    @api.model
    def _get_report_values(self, docids, data=None):
        """The document of a draft; of a frozen report, its bytes are handed over."""
        report = self.env["citeslab.report"].browse(docids)[:1]
        renderer = self.env["citeslab.report.renderer"]
        return renderer._report_values(report, report._matrix())
