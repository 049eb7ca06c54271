from odoo import api, fields, models

SECTIONS = [
    ("staff", "Staff costs"),
    ("direct", "Direct costs of the action"),
    ("investment", "Investment"),
    ("indirect", "Indirect running costs"),
    ("inkind_expense", "Use of voluntary contributions in kind"),
    ("public", "Public counterparts"),
    ("private", "Private counterparts"),
    ("own", "Self-financing"),
    ("other", "Others"),
    ("inkind_resource", "Voluntary contributions in kind"),
]
INKIND = ("inkind_expense", "inkind_resource")


class CiteslabBudgetCategory(models.Model):
    """Line of the budget form "annexe 2" (CDC §6.4, §6.5)."""

    _name = "citeslab.budget.category"
    _inherit = ["citeslab.nomenclature"]
    _description = "Line of Annexe 2"

    number = fields.Char(help="Number printed on the form.")
    side = fields.Selection(
        [("expense", "Expense"), ("resource", "Resource")], required=True
    )
    section = fields.Selection(SECTIONS, required=True)
    is_inkind = fields.Boolean(compute="_compute_is_inkind", store=True)
    account_id = fields.Many2one(
        "citeslab.budget.account", string="Cerfa Account", required=True
    )
    kind_id = fields.Many2one(
        "citeslab.funder.kind",
        string="Kind of Funder",
        help="Read by the rules when a line of this category names no funder.",
    )

    @api.depends("section")
    def _compute_is_inkind(self):
        for category in self:
            category.is_inkind = category.section in INKIND

    @api.depends("number", "name")
    def _compute_display_name(self):
        for category in self:
            number = f"{category.number}. " if category.number else ""
            category.display_name = f"{number}{category.name}"
