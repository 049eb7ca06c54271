import io

from odoo import models

from ..report.citeslab_report_renderer import DOCUMENT


class IrActionsReport(models.Model):
    """A report prints one by one; of a frozen one, the bytes that were submitted."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        action = self._get_report(report_ref)
        if action.report_name != DOCUMENT:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        renderer = self.env["citeslab.report.renderer"]
        reports = self.env["citeslab.report"].browse(res_ids)
        reports.check_access("read")
        return {
            report.id: {
                "stream": io.BytesIO(renderer._file_of(report, "pdf")[1]),
                "attachment": None,
            }
            for report in reports
        }
