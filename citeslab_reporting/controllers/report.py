from odoo import http
from odoo.exceptions import MissingError, UserError
from odoo.http import request

from odoo.addons.citeslab_base.tools.download import file_response
from odoo.addons.citeslab_base.tools.replica import once_there

from ..report.citeslab_bilan_renderer import FORMATS


class ReportController(http.Controller):
    """Files of a report, read with the rights of who asks for them."""

    @http.route(
        "/citeslab/report/<int(min=1,max=2147483647):report_id>/<string:file_format>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=once_there("citeslab.report", "report_id"),
    )
    def report_file(self, report_id, file_format):
        """One file of a report: the bytes that were frozen, or a draft of now.

        :raises AccessError: for a report of another structure
        """
        if file_format not in FORMATS:
            raise UserError(
                request.env._(
                    "“%(format)s” is not a format of a report: choose among "
                    "%(formats)s.",
                    format=file_format,
                    formats=", ".join(FORMATS),
                )
            )
        report = request.env["citeslab.report"].browse(report_id)
        if not report.exists():
            raise MissingError(request.env._("This report does not exist any more."))
        report.check_access("read")
        renderer = request.env["citeslab.report.renderer"]
        name, content = renderer._file_of(report, file_format)
        return file_response(name, content, FORMATS[file_format])
