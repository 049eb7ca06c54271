from odoo import http
from odoo.http import content_disposition, request


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
        return request.make_response(
            content,
            headers=[
                ("Content-Type", renderer._formats()[file_format]),
                ("Content-Length", len(content)),
                ("Content-Disposition", content_disposition(name)),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
