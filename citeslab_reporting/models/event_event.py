from odoo import api, fields, models


class EventEvent(models.Model):
    """What an event really cost, from the budget, beside what was planned."""

    _inherit = "event.event"

    budget_entry_ids = fields.One2many(
        "citeslab.budget.entry",
        "event_id",
        string="Expenses",
        groups="citeslab_base.group_chef",
    )
    citeslab_spent = fields.Monetary(
        string="Spent",
        compute="_compute_citeslab_spent",
        currency_field="citeslab_currency_id",
        groups="citeslab_base.group_chef",
    )

    @api.depends("budget_entry_ids.amount", "budget_entry_ids.state")
    def _compute_citeslab_spent(self):
        for event in self:
            actual = event.budget_entry_ids.filtered(lambda row: row.state == "actual")
            event.citeslab_spent = sum(actual.mapped("amount"))
