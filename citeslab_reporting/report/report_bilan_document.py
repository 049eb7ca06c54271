from odoo import api, models


class ReportBilanDocument(models.AbstractModel):
    """Values of the printed bilan for Odoo's report machinery."""

    _name = "report.citeslab_reporting.bilan_document"
    _description = "Printed Bilan"

    @api.model
    def _get_report_values(self, docids, data=None):
        """``data`` holds the parameters of :meth:`citeslab.bilan.renderer._parse`."""
        renderer = self.env["citeslab.bilan.renderer"]
        matrix = renderer._matrix(data or {})
        return renderer._document_values(matrix)
