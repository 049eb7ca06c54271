from odoo import http
from odoo.http import request

from odoo.addons.citeslab_base.tools.download import file_response
from odoo.addons.citeslab_base.tools.replica import once_there

from ..models.citeslab_export import FORMATS


class ExportController(http.Controller):
    """Files that leave the database, with the rights of who asks for them."""

    @http.route(
        "/citeslab/export/<int(min=1,max=2147483647):report_id>/<string:file_format>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=once_there("citeslab.report", "report_id"),
    )
    def report_export(self, report_id, file_format):
        """The national export of a frozen report, or the file for the network.

        :param str file_format: ``csv``, ``zip``, ``xlsx``, ``json`` or ``handover``
        """
        report = request.env["citeslab.report"].browse(report_id)
        if file_format == "handover":
            return file_response(*report._handover(), FORMATS["json"])
        name, content = report._export(file_format)
        return file_response(name, content, FORMATS[file_format])

    @http.route(
        "/citeslab/export/live/<string:file_format>",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=True,
    )
    def live_export(self, file_format, **params):
        """The export of figures of today, not frozen.

        :param params: see ``citeslab.bilan.renderer._parse``
        """
        export = request.env["citeslab.export"]
        name, content = export._export_live(file_format, params)
        return file_response(name, content, FORMATS[file_format])

    @http.route(
        "/citeslab/campaign/<int(min=1,max=2147483647):entry_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=once_there("citeslab.campaign.entry", "entry_id"),
    )
    def campaign_file(self, entry_id):
        """The campaign as a file, for a structure of another database."""
        entry = request.env["citeslab.campaign.entry"].browse(entry_id)
        entry.check_access("read")
        name, content = entry.campaign_id._as_file(entry.structure_id)
        return file_response(name, content, FORMATS["json"])

    @http.route(
        "/citeslab/answer/<int(min=1,max=2147483647):file_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def answer_file(self, file_id):
        """The answer to a report, for the database of its structure."""
        report = request.env["citeslab.report.file"].browse(file_id)
        return file_response(*report._answer_file(), FORMATS["json"])
