from odoo import fields, models


class CiteslabBudgetKeyLine(models.Model):
    """Share of one funding in a key."""

    _name = "citeslab.budget.key.line"
    _description = "Share of a Key"
    _check_company_auto = True
    _order = "key_id, id"

    key_id = fields.Many2one(
        "citeslab.budget.key", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="key_id.company_id", store=True, index=True)
    budget_id = fields.Many2one(related="key_id.budget_id")
    line_id = fields.Many2one(
        "citeslab.budget.line",
        string="Funding",
        required=True,
        ondelete="cascade",
        domain="[('budget_id', '=', budget_id), ('side', '=', 'resource'),"
        " ('child_ids', '=', False)]",
        check_company=True,
    )
    rate = fields.Float(string="Share (%)", required=True, digits=(16, 2))

    _rate_range = models.Constraint(
        "CHECK (rate > 0 AND rate <= 100)",
        "A share lies above 0 %, and is 100 % at most.",
    )
    _line_unique = models.UniqueIndex(
        "(key_id, line_id)", "This funding already has a share of this key."
    )
