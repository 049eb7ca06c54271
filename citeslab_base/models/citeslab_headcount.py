from odoo import api, fields, models

from .selections import AGE_BANDS, GENDER


class CiteslabHeadcount(models.Model):
    """Anonymous people met in an action, counted and never invented."""

    _name = "citeslab.headcount"
    _inherit = ["citeslab.period.guard"]
    _description = "Head-count"
    _order = "id"

    action_id = fields.Many2one(
        "citeslab.action", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    gender = fields.Selection(GENDER)
    age_band = fields.Selection(AGE_BANDS)
    neighborhood_id = fields.Many2one("citeslab.neighborhood", ondelete="restrict")
    count = fields.Integer(required=True, default=1)

    _count_positive = models.Constraint(
        "CHECK (count > 0)", "A head-count holds at least one person."
    )

    _belongs_to_a_structure = models.Constraint(
        "CHECK (company_id IS NOT NULL)",
        "Say where these people were counted: choose an action.",
    )

    @api.depends("action_id")
    def _compute_company_id(self):
        for headcount in self:
            headcount.company_id = headcount.action_id.company_id

    def _guarded_days(self):
        return [(row, row.company_id, (row.action_id.date,)) for row in self.sudo()]
