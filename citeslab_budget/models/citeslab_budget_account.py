from odoo import api, fields, models


class CiteslabBudgetAccount(models.Model):
    """Account or sub-line of the budget table of Cerfa 12156."""

    _name = "citeslab.budget.account"
    _inherit = ["citeslab.nomenclature"]
    _description = "Cerfa Account"
    _order = "sequence, code, id"

    side = fields.Selection(
        [("expense", "Expense"), ("resource", "Resource")], required=True
    )
    is_inkind = fields.Boolean(string="In Kind")
    parent_id = fields.Many2one(
        "citeslab.budget.account", index="btree_not_null", ondelete="restrict"
    )
    child_ids = fields.One2many("citeslab.budget.account", "parent_id")

    @api.depends("code", "name", "parent_id.code")
    def _compute_display_name(self):
        for account in self:
            code = account.parent_id.code or account.code
            account.display_name = f"{code} {account.name}"
