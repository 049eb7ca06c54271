from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BudgetCase


@tagged("post_install", "-at_install")
class TestConvention(BudgetCase):
    def test_g7_yearly_lies_in_its_frame(self):
        with self._refused("outside its framework"):
            self._convention(
                "2025", date(2025, 1, 1), date(2025, 12, 31), frame_id=self.frame.id
            )
        yearly = self.frame.yearly_ids[0]
        with self._refused("outside its framework"):
            self.frame.date_end = date(yearly.date_end.year, 6, 30)

    def test_g7_three_years_of_budget(self):
        self.assertIn("2022, 2023, 2024", self.frame.warning)
        self._budget({}, year=2023)
        self.assertIn("2022, 2024", self.frame.warning)
        self.frame.action_prepare_budgets()
        self.assertFalse(self.frame.warning)
        budgets = self.frame.budget_ids.sorted("date_from")
        self.assertEqual([b.date_from.year for b in budgets], [2022, 2023, 2024])
        self.assertEqual(budgets[0].investment_case, "first")
        self.assertTrue(budgets[0].line_ids)

    def test_g7_budget_lies_in_its_frame(self):
        with self._refused("lies outside"):
            self._budget({}, year=2025)

    def test_frame_of_four_years(self):
        with self._refused("36 months"):
            self._convention("Trop", date(2026, 1, 1), date(2029, 12, 31), kind="frame")

    def test_a_later_text_may_allow_four_years(self):
        self.env["citeslab.parameter"].sudo().create(
            {
                "code": "convention_frame_months",
                "name": "Durée d'une convention-cadre (mois)",
                "value": 48,
                "valid_from": date(2027, 1, 1),
                "source": "Avenant",
            }
        )
        self._convention("Quatre", date(2027, 1, 1), date(2030, 12, 31), kind="frame")
        with self._refused("36 months"):
            self._convention("Trop", date(2026, 1, 1), date(2029, 12, 31), kind="frame")

    def test_instalments(self):
        yearly = self.frame.yearly_ids[0]
        Instalment = self.env["citeslab.convention.instalment"]
        first = Instalment.create(
            {
                "convention_id": yearly.id,
                "name": "Avance",
                "date_due": date(2022, 3, 1),
                "amount": 12000,
            }
        )
        self.assertEqual(first.state, "late")
        first.write({"amount_paid": 12000, "date_paid": date(2022, 3, 15)})
        self.assertEqual(first.state, "paid")
        self.assertEqual((yearly.amount_paid, yearly.amount_due), (12000, 4000))
        self.assertEqual(self.frame.amount_paid, 12000)
        Instalment.create(
            {
                "convention_id": yearly.id,
                "name": "Solde",
                "date_due": date(2023, 3, 1),
                "amount": 4000.01,
            }
        )
        self.assertIn("more than", yearly.warning)
        self.assertEqual(Instalment.search([("state", "=", "paid")]), first)
        with self._refused("both an amount and a date"):
            first.date_paid = False

    def test_line_reads_its_convention(self):
        yearly = self.frame.yearly_ids[0]
        budget = self._budget({"bpifrance": 16000})
        line = budget.line_ids
        line.convention_id = yearly
        self.assertEqual(line.granted, 16000)
        self.env["citeslab.convention.instalment"].create(
            {
                "convention_id": yearly.id,
                "name": "Avance",
                "date_due": date(2022, 3, 1),
                "date_paid": date(2022, 3, 1),
                "amount_paid": 8000,
            }
        )
        self.assertEqual(line.paid, 8000)

    def test_obligation_is_an_activity(self):
        yearly = self.frame.yearly_ids[0]
        duty = self.env["citeslab.convention.obligation"].create(
            {
                "convention_id": yearly.id,
                "name": "Rendre le bilan",
                "date_due": date(2023, 3, 31),
                "user_id": self.chef.id,
            }
        )
        activity = yearly.activity_ids
        self.assertEqual(activity.summary, "Rendre le bilan")
        self.assertEqual(activity.user_id, self.chef)
        duty.date_due = date(2023, 4, 30)
        self.assertEqual(activity.date_deadline, date(2023, 4, 30))
        duty.action_done()
        self.assertFalse(yearly.activity_ids)
        told = yearly.message_ids
        duty.name = "Rendre le bilan 2022"
        self.assertEqual(yearly.message_ids, told, "done once, told once")
        duty.date_done = False  # ticked by mistake
        self.assertEqual(yearly.activity_ids.summary, "Rendre le bilan 2022")
        self.assertEqual(yearly.activity_ids.user_id, self.chef)

    def test_signed_convention_is_kept(self):
        yearly = self.frame.yearly_ids[0]
        yearly.action_sign()
        with self._refused("kept", UserError):
            yearly.unlink()
