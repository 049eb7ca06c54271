from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.citeslab_base.tools.rounding import half_up

from ..figures.money import to_cents, to_euros


class CiteslabBudgetShare(models.Model):
    """Part of an expense charged to one funder: one euro is never counted twice."""

    _name = "citeslab.budget.share"
    _description = "Share of an Expense"
    _check_company_auto = True
    _order = "entry_id, id"

    entry_id = fields.Many2one(
        "citeslab.budget.entry", required=True, index=True, ondelete="cascade"
    )
    budget_id = fields.Many2one(related="entry_id.budget_id")
    company_id = fields.Many2one(related="entry_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_id = fields.Many2one(
        "citeslab.budget.line",
        string="Funding",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('budget_id', '=', budget_id), ('side', '=', 'resource'),"
        " ('child_ids', '=', False)]",
        check_company=True,
    )
    funder_id = fields.Many2one(related="line_id.funder_id", store=True)
    rate = fields.Float(string="Share (%)", required=True, digits=(16, 2))
    amount = fields.Monetary(compute="_compute_amount", store=True)

    _line_unique = models.UniqueIndex(
        "(entry_id, line_id)", "This funder already has a share of this expense."
    )
    _rate_range = models.Constraint(
        "CHECK (rate > 0 AND rate <= 100)",
        "A share lies above 0 %, and is 100 % at most.",
    )

    @api.depends("rate", "entry_id.amount", "entry_id.share_ids.rate")
    def _compute_amount(self):
        """Cents that add up: the last share of a whole takes what is left."""
        for entry in self.entry_id:
            entry.share_ids._spread(to_cents(entry.amount))
        for share in self - self.entry_id.share_ids:
            share.amount = 0

    def _spread(self, cents):
        exact, given, rate = 0, 0, 0
        for share in self:
            # Hundredths of a percent are whole, so no rounding creeps in.
            rate += round(share.rate * 100)
            exact = half_up(Fraction(cents * rate, 10_000))
            share.amount = to_euros(exact - given)
            given = exact

    @api.constrains("rate", "entry_id")
    def _check_whole(self):
        entries = self.entry_id
        entries._lock_for_shares()
        for entry in entries:
            if round(sum(entry.share_ids.mapped("rate")), 2) > 100:
                raise ValidationError(
                    self.env._(
                        "%(name)s: its shares add up to %(rate)s %%, a euro would be "
                        "counted twice. Lower a share.",
                        name=entry.name,
                        rate=round(sum(entry.share_ids.mapped("rate")), 2),
                    )
                )

    @api.constrains("line_id", "entry_id")
    def _check_period(self):
        """A funding pays nothing outside its own dates (M9)."""
        for share in self:
            entry, line = share.entry_id, share.line_id
            if line.budget_id != entry.budget_id or line.side != "resource":
                raise ValidationError(
                    self.env._(
                        "%(name)s: choose a resource line of %(budget)s.",
                        name=entry.name,
                        budget=entry.budget_id.name,
                    )
                )
            if line.child_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s: %(line)s is split; choose one of its contributors.",
                        name=entry.name,
                        line=line._label(),
                    )
                )
            start, end = line._funding_period()
            if not start <= entry.date <= end:
                raise ValidationError(
                    self.env._(
                        "%(name)s of %(date)s: %(line)s pays only from %(start)s to "
                        "%(end)s.",
                        name=entry.name,
                        date=entry.date,
                        line=line._label(),
                        start=start,
                        end=end,
                    )
                )
