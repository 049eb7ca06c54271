from odoo import api, models


class ReportPaperAnnexe2(models.AbstractModel):
    _name = "report.citeslab_budget.paper_annexe2"
    _description = "Print: annexe2"

    @api.model
    def _get_report_values(self, docids, data=None):
        budgets = self.env["citeslab.budget"].browse(docids)
        return {"docs": budgets, "sheets": [one._sheet_annexe2() for one in budgets]}
