from odoo import fields, models


class CiteslabBudgetEntry(models.Model):
    """An expense may be that of an event: what it really cost, and who pays."""

    _inherit = "citeslab.budget.entry"

    event_id = fields.Many2one(
        "event.event",
        string="Event",
        check_company=True,
        index="btree_not_null",
        domain="[('is_citeslab', '=', True), ('company_id', '=', company_id)]",
    )
