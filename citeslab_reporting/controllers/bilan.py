from odoo import http
from odoo.http import request

from odoo.addons.citeslab_base.tools.download import file_response


class BilanController(http.Controller):
    """Files of the bilan, read with the rights of who asks for them."""

    @http.route(
        "/citeslab/bilan/<string:file_format>",
        type="http",
        auth="user",
        methods=["GET", "POST"],
        readonly=True,
    )
    def bilan_file(self, file_format, **params):
        """One file of the bilan, in a format of ``citeslab.bilan.renderer._formats``.

        :param params: see ``citeslab.bilan.renderer._parse``.
        """
        renderer = request.env["citeslab.bilan.renderer"]
        matrix = renderer._matrix(params)
        name, content = renderer._file(matrix, file_format)
        return file_response(name, content, renderer._formats()[file_format])
