import io

from odoo import models
from odoo.exceptions import UserError

from ..tools import pdf

OURS = "citeslab_"


class IrActionsReport(models.Model):
    """Our own prints use WeasyPrint where it is; no other report changes engine."""

    _inherit = "ir.actions.report"

    def _render_qweb_html(self, report_ref, docids, data=None):
        """One sentence for a paper whose record is gone, as that of an old dialog."""
        report = self._get_report(report_ref)
        if report.report_name.startswith(OURS) and docids and report.model in self.env:
            asked = self.env[report.model].browse(docids)
            if asked.exists() != asked:
                raise UserError(
                    self.env._(
                        "What this paper tells is not there any more: open it again "
                        "from its screen."
                    )
                )
        return super()._render_qweb_html(report_ref, docids, data=data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        if not report.report_name.startswith(OURS) or not pdf.is_available():
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        html, _type = self._render_qweb_html(report_ref, res_ids, data=data)
        stream = io.BytesIO(pdf.print_html(html))
        return {False: {"stream": stream, "attachment": None}}
