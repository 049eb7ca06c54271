from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from ..tools.download import file_response
from ..tools.replica import once_there


class MyFile(http.Controller):
    """Everything that is known of a person, for his chef to hand over."""

    @http.route(
        "/citeslab/my-file/<int(min=1,max=2147483647):partner_id>",
        type="http",
        auth="user",
        readonly=once_there("res.partner", "partner_id"),
    )
    def my_file(self, partner_id):
        """ZIP of a person's file: readable page, JSON, files.

        :raise AccessError: for whoever is no chef of the person's structure
        """
        if not request.env.user.has_group("citeslab_base.group_chef"):
            raise AccessError(
                request.env._("Only a chef de projet hands a file over to its person.")
            )
        partner = request.env["res.partner"].browse(partner_id)
        partner._check_counter()
        content = request.env["citeslab.access.document"]._archive(partner)
        name = request.env._("My file at %(name)s", name=partner.company_id.name)
        return file_response(f"{name}.zip", content, "application/zip")
