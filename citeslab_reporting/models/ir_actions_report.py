import io

from odoo import models

from ..figures import pdf


class IrActionsReport(models.Model):
    """Our own report prints with WeasyPrint; no other report changes engine."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        if report.report_name != "citeslab_reporting.bilan_document" or (
            not pdf.is_available()
        ):
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        html, _type = self._render_qweb_html(report_ref, res_ids, data=data)
        stream = io.BytesIO(pdf.print_html(html))
        return {False: {"stream": stream, "attachment": None}}
