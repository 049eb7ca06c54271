from odoo import http
from odoo.http import request

from odoo.addons.citeslab_base.tools.download import file_response
from odoo.addons.citeslab_base.tools.replica import once_there

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CiteslabBudgetController(http.Controller):
    @http.route(
        "/citeslab_budget/<int(min=1,max=2147483647):budget_id>/budget.xlsx",
        type="http",
        auth="user",
        readonly=once_there("citeslab.budget", "budget_id"),
    )
    def budget_xlsx(self, budget_id):
        """Workbook of a budget that the user may read."""
        budget = request.env["citeslab.budget"].browse(budget_id).exists()
        if not budget:
            return request.not_found()
        budget.check_access("read")
        name = f"{budget.name}.xlsx".replace("/", "-")
        return file_response(name, budget._xlsx(), XLSX)
