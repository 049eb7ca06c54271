from odoo import api, fields, models
from odoo.fields import Domain

# Line 3 of annexe 2: travel and lodging of trainings and gatherings (CDC §6.4).
TRAVEL = "travel"


class CiteslabTraining(models.Model):
    """What a training cost: expenses of line 3 of the budget."""

    _inherit = "citeslab.training"

    entry_ids = fields.One2many(
        "citeslab.budget.entry", "training_id", string="Expenses"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(compute="_compute_cost")

    @api.depends("entry_ids.amount", "entry_ids.is_ineligible")
    def _compute_cost(self):
        for training in self:
            counted = training.entry_ids.filtered(lambda entry: not entry.is_ineligible)
            training.cost = sum(counted.mapped("amount"))

    def action_add_expense(self):
        """Open a new expense of the training, on line 3 of the budget of its day.

        :rtype: dict
        """
        self.ensure_one()
        budget = self.env["citeslab.budget"].search(self._domain_budget(), limit=1)
        line = budget.line_ids.filtered(lambda one: one.category_id.code == TRAVEL)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Expense of a Training"),
            "res_model": "citeslab.budget.entry",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_training_id": self.id,
                "default_name": self.name,
                "default_date": self.date,
                "default_budget_id": budget.id,
                "default_line_id": line[:1].id,
            },
        }

    def _domain_budget(self):
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("date_from", "<=", self.date)
            & Domain("date_to", ">=", self.date)
        )
