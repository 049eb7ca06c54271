from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CiteslabBudgetKey(models.Model):
    """Key that shares the expenses of a period between funders."""

    _name = "citeslab.budget.key"
    _description = "Sharing Key"
    _order = "budget_id, sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    budget_id = fields.Many2one(
        "citeslab.budget", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="budget_id.company_id", store=True, index=True)
    date_from = fields.Date(
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_to = fields.Date(
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    category_ids = fields.Many2many(
        "citeslab.budget.category",
        "citeslab_budget_key_category_rel",
        "key_id",
        "category_id",
        string="Only for the Lines",
        help="Empty: for every expense of the period.",
    )
    line_ids = fields.One2many("citeslab.budget.key.line", "key_id", string="Shares")

    _date_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A key must end after it starts."
    )

    @api.depends("budget_id")
    def _compute_dates(self):
        for key in self:
            key.date_from = key.date_from or key.budget_id.date_from
            key.date_to = key.date_to or key.budget_id.date_to

    @api.constrains("line_ids", "date_from", "date_to", "budget_id")
    def _check_shares(self):
        for key in self:
            total = round(sum(key.line_ids.mapped("rate")), 2)
            if total > 100:
                raise ValidationError(
                    self.env._(
                        "Key %(key)s: its shares add up to %(rate)s %%; 100 %% at "
                        "most.",
                        key=key.name,
                        rate=total,
                    )
                )
            key._check_periods()

    def _check_periods(self):
        for line in self.line_ids.line_id:
            start, end = line._funding_period()
            if self.date_from < start or self.date_to > end:
                raise ValidationError(
                    self.env._(
                        "Key %(key)s: %(line)s pays only from %(start)s to %(end)s; "
                        "make a key for that period and another for the rest.",
                        key=self.name,
                        line=line._label(),
                        start=start,
                        end=end,
                    )
                )

    def _key_of(self, entry):
        """First key that holds for an expense, or none (receipts are not shared)."""
        if entry.line_id.side != "expense":
            return self.browse()
        return self.filtered(
            lambda key: key.date_from <= entry.date <= key.date_to
            and (not key.category_ids or entry.line_id.category_id in key.category_ids)
        )[:1]
