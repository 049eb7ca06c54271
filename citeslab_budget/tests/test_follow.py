from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from ..figures.follow import Key, planned_shares
from .common import BudgetCase


@tagged("post_install", "-at_install")
class TestFollow(BudgetCase):
    """Planned, committed, actual and remaining, by line and by funder."""

    def setUp(self):
        super().setUp()
        self.budget = self._budget(
            {"salary": 1000, "travel": 500, "state": 900, "communes": 600}
        )
        self.salary, self.travel, self.pays_state, self.pays_city = (
            self._line(self.budget, code)
            for code in ("salary", "travel", "state", "communes")
        )
        self.key = self.env["citeslab.budget.key"].create(
            {
                "name": "Année",
                "budget_id": self.budget.id,
                "line_ids": [
                    Command.create({"line_id": self.pays_state.id, "rate": 60}),
                    Command.create({"line_id": self.pays_city.id, "rate": 40}),
                ],
            }
        )

    def _spend(self, line, amount, **values):
        return self.env["citeslab.budget.entry"].create(
            {
                "name": "Dépense",
                "date": date(2023, 3, 1),
                "budget_id": self.budget.id,
                "line_id": line.id,
                "amount": amount,
                **values,
            }
        )

    def _cells(self, cell):
        return cell.planned, cell.committed, cell.actual, cell.remaining

    def test_cell_of_a_line_and_a_funder(self):
        self._spend(self.salary, 300)
        self._spend(self.salary, 100, state="committed")
        follow = self.budget._follow()
        self.assertEqual(
            self._cells(follow.cells[self.salary, self.pays_state]),
            (600_00, 60_00, 180_00, 360_00),
        )
        self.assertEqual(
            self._cells(follow.line_total(self.salary)),
            (1000_00, 100_00, 300_00, 600_00),
        )
        self.assertEqual(
            self._cells(follow.funder_total(self.pays_state)),
            (900_00, 60_00, 180_00, 660_00),
        )
        self.assertEqual(
            self._cells(follow.total()), (1500_00, 100_00, 300_00, 1100_00)
        )

    def test_what_nobody_pays_is_apart(self):
        entry = self._spend(self.travel, 100)
        entry.share_ids[0].unlink()
        cell = self.budget._follow().cells[self.travel, None]
        self.assertEqual(self._cells(cell), (None, 0, 60_00, None))

    def test_set_aside_and_unallotted_count_nowhere(self):
        self._spend(
            self.salary, 50, is_ineligible=True, ineligible_reason="Sans justificatif"
        )
        self.env["citeslab.budget.entry"].create(
            {"name": "À affecter", "date": date(2023, 3, 1), "amount": 10,
             "budget_id": self.budget.id}
        )  # fmt: skip
        self.assertEqual(self.budget._follow().total().used, 0)

    def test_sums_agree_with_the_lines(self):
        """The matrix tells the same as the columns of the lines."""
        for amount in (33.33, 66.67, 0.01, -5):
            self._spend(self.salary, amount)
        follow = self.budget._follow()
        for line in (self.salary, self.travel):
            total = follow.line_total(line)
            self.assertEqual(total.actual, round(line.actual * 100))
            self.assertEqual(total.remaining, round(line.remaining * 100))
        for payer in (self.pays_state, self.pays_city):
            total = follow.funder_total(payer)
            self.assertEqual(total.used, round(payer.charged * 100))
            self.assertEqual(total.remaining, round(payer.remaining * 100))

    def test_a_key_of_half_a_year_plans_half_of_it(self):
        self.key.date_to = date(2023, 7, 1)  # 182 of 365 days
        cell = self.budget._follow().cells[self.salary, self.pays_state]
        self.assertEqual(cell.planned, round(1000_00 * 0.6 * 182 / 365))

    def test_on_screen(self):
        self.assertFalse(self.budget.follow_html)
        self._spend(self.salary, 1200)
        self.budget.invalidate_recordset()
        text = " ".join(self.budget.follow_html.split())
        self.assertIn("1,200", text)
        self.assertIn("text-danger", text)
        self.assertIn("1,200", self.budget.with_user(self.chef).follow_html)

    @given(
        st.integers(0, 10**8),
        st.lists(st.integers(1, 3333), min_size=1, max_size=3),
        st.integers(1, 365),
    )
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def test_planned_shares_keep_every_cent(self, cents, rates, last):
        rates = [*rates, 10_000 - sum(rates)]
        key = Key(1, last, frozenset(), tuple(enumerate(rates)))
        shares = planned_shares(cents, "salary", [key], 1, last)
        self.assertEqual(sum(shares.values()), cents)
        self.assertTrue(all(share >= 0 for share in shares.values()))
