from odoo import fields, models


class CiteslabBudgetNext(models.TransientModel):
    """Index to apply when a budget is copied to the following year."""

    _name = "citeslab.budget.next"
    _description = "Copy of a Budget to the Next Year"

    budget_id = fields.Many2one("citeslab.budget", required=True)
    index = fields.Float(
        string="Index (%)", digits=(16, 2), help="2.5 raises each amount by 2.5 %."
    )

    def action_copy(self):
        self.ensure_one()
        return self.budget_id._copy_to_next_year(self.index)._open()
