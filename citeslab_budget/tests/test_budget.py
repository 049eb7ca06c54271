from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BREST, BudgetCase

RULES = {"main_rate", "main_local"}


@tagged("post_install", "-at_install")
class TestBudget(BudgetCase):
    def _shares(self, year):
        budget = self._brest(year)
        total, paid = BREST[year]
        self.assertEqual(budget.total_expense, total)
        self.assertEqual(budget.total_resource, total)
        self.assertTrue(budget.is_balanced)
        rows = budget._financing()
        self.assertEqual(
            [row["cents"] for row in rows], [round(100 * v) for v in paid.values()]
        )
        self.assertEqual(set(self._codes(budget)), RULES)
        return [row["percent"] for row in rows]

    def test_m6_brest_2022(self):
        self.assertEqual(self._shares(2022), [31, 20, 49])

    def test_m7_brest_2023(self):
        self.assertEqual(self._shares(2023), [31, 19, 29, 21])

    def test_m8_brest_2024(self):
        self.assertEqual(self._shares(2024), [50, 27, 23])

    def test_m9_funding_on_half_a_year(self):
        budget = self._budget({"salary": 1000, "state": 1000})
        line = self._line(budget, "state")
        self.assertEqual(line.coverage, 100)
        line.write({"date_from": date(2023, 1, 1), "date_to": date(2023, 6, 30)})
        self.assertEqual(line.coverage, 49.6)

    def test_sub_lines_add_up(self):
        budget = self._budget({"communication": 0})
        parent = self._line(budget, "communication")
        for name, amount in (("Affiches", 100.10), ("Stand", 200.20)):
            self.env["citeslab.budget.line"].create(
                {
                    "budget_id": budget.id,
                    "category_id": parent.category_id.id,
                    "parent_id": parent.id,
                    "name": name,
                    "planned": amount,
                }
            )
        self.assertEqual(parent.planned, 300.30)
        self.assertEqual(budget.total_expense, 300.30)

    def test_sub_line_of_another_budget(self):
        one = self._budget({"salary": 1})
        two = self._budget({"salary": 1}, year=2024)
        with self._refused("another budget"):
            one.line_ids.parent_id = two.line_ids

    def test_next_year_with_index(self):
        budget = self._brest(2022)
        new = budget._copy_to_next_year(2.5)
        self.assertEqual(
            (new.date_from, new.date_to), (date(2023, 1, 1), date(2023, 12, 31))
        )
        self.assertEqual(new.frame_id, self.frame)
        self.assertEqual(self._line(new, "salary").planned, 52406.36)
        pot = new.line_ids.filtered("child_ids")
        self.assertEqual(pot.child_ids.mapped("planned"), [5125, 5125])
        self.assertIn("2023", new.name)

    def test_agreed_budget_is_closed(self):
        budget = self._budget({"salary": 1000, "communes": 1000})
        budget.action_submit()
        budget.action_agree()
        with self._refused("amend", UserError):
            budget.line_ids[0].planned = 5
        with self._refused("amend", UserError):
            budget.line_ids[0].unlink()
        with self._refused("amend", UserError):
            budget.date_to = date(2023, 6, 30)
        with self._refused("kept", UserError):
            budget.unlink()
        for state in ("draft", "submitted"):
            with self._refused("can't pass", UserError):
                budget.state = state
        with self._refused("amend", UserError):
            budget.action_back_to_draft()

    def test_amendment_takes_the_actuals_over(self):
        budget = self._budget({"salary": 1000, "communes": 1000})
        budget.action_submit()
        budget.action_agree()
        entry = self.env["citeslab.budget.entry"].create(
            {
                "name": "Paie",
                "date": date(2023, 2, 1),
                "budget_id": budget.id,
                "line_id": self._line(budget, "salary").id,
                "amount": 400,
            }
        )
        new = self.env["citeslab.budget"].browse(budget.action_amend()["res_id"])
        self.assertEqual(
            (new.version, new.state, new.previous_id), (2, "draft", budget)
        )
        self._line(new, "salary").planned = 1200
        new.action_submit()
        new.action_agree()
        self.assertEqual(budget.state, "amended")
        self.assertEqual(entry.line_id, self._line(new, "salary"))
        self.assertEqual(self._line(new, "salary").actual, 400)
        self.assertEqual(self._line(budget, "salary").actual, 0)

    def test_thirteen_months(self):
        with self._refused("12 months"):
            self._budget({}, date_to=date(2024, 1, 31), frame_id=False)

    def test_overlapping_budgets(self):
        self._budget({})
        with self._refused("overlaps"):
            self._budget({}, date_from=date(2023, 7, 1))

    def test_replaced_amount_is_kept_in_the_log(self):
        budget = self._budget({"salary": 1000, "communes": 1000})
        line = self._line(budget, "salary")
        line.planned = 1100
        line.with_user(self.manager).planned = 1200
        bodies = " ".join(budget.message_ids.mapped("body"))
        self.assertIn("1,000.00", bodies)
        self.assertIn("1,100.00", bodies)
