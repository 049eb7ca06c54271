from odoo import api, models


class ReportPaperFinal(models.AbstractModel):
    _name = "report.citeslab_budget.paper_final"
    _description = "Print: final"

    @api.model
    def _get_report_values(self, docids, data=None):
        budgets = self.env["citeslab.budget"].browse(docids)
        return {"docs": budgets, "sheets": [one._sheet_final() for one in budgets]}
