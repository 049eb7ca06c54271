from odoo import api, fields, models

from ..figures.follow import Follow, Key
from ..figures.money import to_cents, to_euros


class CiteslabBudget(models.Model):
    """Follow-up of a budget: its costs by line and by funder."""

    _inherit = "citeslab.budget"  # pylint: disable=consider-merging-classes-inherited

    follow_html = fields.Html(
        string="Lines and Funders", compute="_compute_follow_html", sanitize=False
    )

    @api.depends(
        "line_ids.planned", "line_ids.granted", "line_ids.actual",
        "line_ids.committed", "line_ids.charged", "key_ids.line_ids.rate",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_follow_html(self):
        for budget in self:
            follow = budget._origin._follow() if budget._origin else None
            budget.follow_html = (
                self.env["ir.qweb"]._render(
                    "citeslab_budget.follow_table",
                    {"budget": budget._origin, "follow": follow},
                )
                if follow and follow.total().used
                else False
            )

    def _follow(self):
        """Planned, committed, actual and remaining, by line and by funder.

        What is planned by line *and* funder comes from the sharing keys, days of
        the period weighing alike; without a key only the sums are planned. Expenses
        that are set aside (CDC §6.6) or still to be allotted count nowhere.

        :rtype: odoo.addons.citeslab_budget.figures.follow.Follow
        """
        self.ensure_one()
        leaves = self._cash_leaves()
        costs = leaves.filtered(
            lambda line: line.side == "expense"
            and (line.planned or line.actual or line.committed)
        )
        payers = leaves.filtered(
            lambda line: line.side == "resource" and (line.planned or line.charged)
        )
        follow = Follow(
            [(line, line.category_id, to_cents(line.planned)) for line in costs],
            [(line, line._available()) for line in payers],
        )
        follow.plan(self._plain_keys(), *self._ordinals(self.date_from, self.date_to))
        for entry in self.entry_ids:
            if entry.line_id in follow.lines and not entry.is_ineligible:
                follow.spend(
                    entry.line_id,
                    to_cents(entry.amount),
                    [(one.line_id, to_cents(one.amount)) for one in entry.share_ids],
                    entry.state == "committed",
                )
        return follow

    def _plain_keys(self):
        return [
            Key(
                *self._ordinals(key.date_from, key.date_to),
                frozenset(key.category_ids),
                tuple((part.line_id, round(part.rate * 100)) for part in key.line_ids),
            )
            for key in self.key_ids
        ]

    @api.model
    def _ordinals(self, first, last):
        return first.toordinal(), last.toordinal()

    @api.model
    def _format_cents(self, cents):
        return self._format_cell(round(to_euros(cents)))
