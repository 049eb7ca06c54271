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
    named = fields.Integer(
        string="Known by Name",
        compute="_compute_named",
        help="Those of them who are known by name today: the count never moves.",
    )

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

    def _compute_named(self):
        named = {}
        for holder in self._holders():
            named.update(holder._named_by_row())
        for headcount in self:
            headcount.named = named.get(headcount, 0)

    def _holders(self):
        """What these people were counted at, one recordset per model.

        :rtype: list
        """
        return list(self.action_id)

    def _check_holders(self):
        for holder in self._holders():
            holder._check_headcount()

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._check_holders()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self._check_holders()
        return result

    def unlink(self):
        holders = self._holders()
        result = super().unlink()
        for holder in holders:
            holder.exists()._check_headcount()
        return result
