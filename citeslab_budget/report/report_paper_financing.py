from odoo import api, models


class ReportPaperFinancing(models.AbstractModel):
    _name = "report.citeslab_budget.paper_financing"
    _description = "Print: financing"

    @api.model
    def _get_report_values(self, docids, data=None):
        budgets = self.env["citeslab.budget"].browse(docids)
        return {"docs": budgets, "sheets": [one._sheet_financing() for one in budgets]}
