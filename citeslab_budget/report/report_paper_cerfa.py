from odoo import api, models


class ReportPaperCerfa(models.AbstractModel):
    _name = "report.citeslab_budget.paper_cerfa"
    _description = "Print: cerfa"

    @api.model
    def _get_report_values(self, docids, data=None):
        budgets = self.env["citeslab.budget"].browse(docids)
        return {"docs": budgets, "sheets": [one._sheet_cerfa() for one in budgets]}
