from datetime import date

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BudgetCase


@tagged("post_install", "-at_install")
class TestActual(BudgetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        self = cls
        cls.budget = cls.env["citeslab.budget"].create(
            {
                "company_id": cls.company.id,
                "date_from": date(2023, 1, 1),
                "analytic_account_id": cls.account.id,
                "line_ids": [
                    Command.create(
                        {
                            "category_id": self.env.ref(
                                f"citeslab_budget.category_{code}"
                            ).id,
                            "planned": amount,
                        }
                    )
                    for code, amount in {
                        "salary": 1000,
                        "travel": 500,
                        "state": 900,
                        "communes": 600,
                    }.items()
                ],
            }
        )

    def _entry(self, code="salary", amount=100, day=date(2023, 2, 1), **values):
        return self.env["citeslab.budget.entry"].create(
            {
                "name": f"Dépense {code}",
                "date": day,
                "budget_id": self.budget.id,
                "line_id": self._line(self.budget, code).id,
                "amount": amount,
                **values,
            }
        )

    def _share(self, entry, code, rate):
        return self.env["citeslab.budget.share"].create(
            {
                "entry_id": entry.id,
                "line_id": self._line(self.budget, code).id,
                "rate": rate,
            }
        )

    def test_G10_a_training_is_linked_to_cost_line_3(self):
        training = self.env["citeslab.training"].create(
            {
                "name": "Séminaire national",
                "kind": "seminar",
                "date": date(2023, 10, 10),
                "company_id": self.company.id,
            }
        )
        values = training.action_add_expense()["context"]
        self.assertEqual(values["default_budget_id"], self.budget.id)
        line = self._line(self.budget, "travel")
        self.assertEqual(line.category_id.number, "3")
        self.assertEqual(values["default_line_id"], line.id)
        self._entry("travel", 120, training_id=training.id)
        self._entry("travel", 60, training_id=training.id)
        self._entry(
            "travel",
            30,
            training_id=training.id,
            is_ineligible=True,
            ineligible_reason="Sans justificatif",
        )
        self.assertEqual(training.cost, 180)
        self.assertEqual(line.actual, 180)

    def test_g8_entry_carries_the_account(self):
        self.assertEqual(self._entry().analytic_account_id, self.account)
        self.budget.analytic_account_id = False
        with self._refused("analytic account"):
            self._entry()

    def test_columns(self):
        self._entry(amount=300)
        self._entry(amount=200, state="committed")
        self._entry(
            amount=50, is_ineligible=True, ineligible_reason="Sans justificatif"
        )
        self._entry(amount=-20)
        line = self._line(self.budget, "salary")
        self.assertEqual(
            (line.actual, line.committed, line.rejected, line.remaining),
            (280, 200, 50, 520),
        )

    def test_ineligible_needs_a_reason(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._entry(is_ineligible=True)

    def test_alerts_at_80_and_100_percent(self):
        line = self._line(self.budget, "salary")
        self._entry(amount=799.99)
        self.assertFalse(line.alert)
        self._entry(amount=0.01)
        self.assertEqual(line.alert, "near")
        self._entry(amount=200)
        self.assertEqual(line.alert, "full")
        self._entry(amount=0.01)
        self.assertIn("too much", self.budget.alerts_html)

    def test_expense_outside_the_year(self):
        with self._refused("outside"):
            self._entry(day=date(2024, 1, 1))

    def test_one_euro_one_funder(self):
        entry = self._entry()
        self._share(entry, "state", 60)
        with self._refused("counted twice"):
            self._share(entry, "communes", 40.01)
        self._share(entry, "communes", 40)
        self.assertEqual(entry.shared_rate, 100)

    def test_shares_keep_every_cent(self):
        entry = self._entry(amount=0.05)
        for code in ("state", "communes"):
            self._share(entry, code, 50)
        self.assertEqual(round(sum(entry.share_ids.mapped("amount")), 2), 0.05)

    def test_m9_no_cost_outside_the_funding(self):
        """Half-year money (PIC) can't take a cost of December."""
        line = self._line(self.budget, "state")
        line.write({"date_from": date(2023, 1, 1), "date_to": date(2023, 6, 30)})
        self._share(self._entry(day=date(2023, 6, 30)), "state", 100)
        with self._refused("pays only from"):
            self._share(self._entry(day=date(2023, 12, 1)), "state", 100)
        shared = self._entry(day=date(2023, 6, 1))
        self._share(shared, "state", 100)
        with self._refused("pays only from"):
            shared.date = date(2023, 7, 1)

    def test_keys_share_by_period(self):
        state, city = (self._line(self.budget, code) for code in ("state", "communes"))
        Key = self.env["citeslab.budget.key"]
        for name, start, end, parts in (
            ("S1", date(2023, 1, 1), date(2023, 6, 30), [(state, 70), (city, 30)]),
            ("S2", date(2023, 7, 1), date(2023, 12, 31), [(city, 100)]),
        ):
            Key.create(
                {
                    "name": name,
                    "budget_id": self.budget.id,
                    "date_from": start,
                    "date_to": end,
                    "line_ids": [
                        Command.create({"line_id": line.id, "rate": rate})
                        for line, rate in parts
                    ],
                }
            )
        self._entry(amount=100, day=date(2023, 3, 1))
        self._entry(amount=50, day=date(2023, 9, 1))
        self.assertEqual((state.charged, city.charged), (70, 80))
        with self._refused("100 % at most"):
            Key.search([("name", "=", "S2")]).line_ids = [
                Command.create({"line_id": state.id, "rate": 1})
            ]

    def test_key_outside_the_funding(self):
        state = self._line(self.budget, "state")
        state.date_to = date(2023, 6, 30)
        with self._refused("make a key for that period"):
            self.env["citeslab.budget.key"].create(
                {
                    "name": "Année",
                    "budget_id": self.budget.id,
                    "line_ids": [Command.create({"line_id": state.id, "rate": 100})],
                }
            )

    def test_collect_from_accounting_once(self):
        column = self.account.plan_id.sudo()._column_name()
        Line = self.env["account.analytic.line"].sudo()
        lines = Line.create(
            [
                {
                    "name": name,
                    "date": day,
                    "amount": amount,
                    column: self.account.id,
                    "company_id": self.company.id,
                }
                for name, day, amount in (
                    ("Paie", date(2023, 1, 31), -800),
                    ("Hors période", date(2024, 1, 31), -800),
                )
            ]
        )
        self.budget.action_collect()
        self.budget.action_collect()
        [entry] = self.budget.entry_ids
        self.assertEqual((entry.amount, entry.source), (800, "analytic"))
        self.assertFalse(entry.line_id)
        entry.line_id = self._line(self.budget, "salary")
        lines[0].amount = -850
        self.assertEqual(self._line(self.budget, "salary").actual, 850)
        lines[0].unlink()
        self.assertFalse(self.budget.entry_ids)

    def test_line_with_actuals_is_not_split(self):
        self._entry()
        parent = self._line(self.budget, "salary")
        with self._refused("before you split"):
            self.env["citeslab.budget.line"].create(
                {
                    "budget_id": self.budget.id,
                    "category_id": parent.category_id.id,
                    "parent_id": parent.id,
                }
            )
