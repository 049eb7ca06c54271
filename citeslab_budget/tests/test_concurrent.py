from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BudgetCase


@tagged("post_install", "-at_install")
class TestConcurrent(BudgetCase):
    """Two people with the same budget on screen: nothing is lost silently."""

    def setUp(self):
        super().setUp()
        self.colleague = new_test_user(
            self.env(su=True),
            login="budget_collegue",
            name="Anne Collègue",
            groups="citeslab_base.group_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.budget = self._budget({"salary": 1000, "travel": 500})
        self.salary = self._line(self.budget, "salary")
        self.travel = self._line(self.budget, "travel")

    def _save(self, line, amount, seen, budget=None):
        """What the form sends when a reader who saw ``seen`` types ``amount``."""
        budget = budget or self.budget
        budget.web_save(
            {
                "line_ids": [Command.update(line.id, {"planned": amount})],
                "citeslab_seen": {"line_ids": {str(line.id): {"planned": seen}}},
            },
            {},
        )

    def test_the_second_to_save_is_told_who_and_what(self):
        other = self.budget.with_user(self.colleague)
        self._save(self.salary, 1200, 1000, other)
        with self._refused("Anne Collègue.*Planned.*1,200", UserError):
            self._save(self.salary, 900, 1000)
        self.assertEqual(self.salary.planned, 1200)
        self._save(self.salary, 900, 1200)
        self.assertEqual(self.salary.planned, 900)

    def test_different_amounts_do_not_hinder_each_other(self):
        self._save(self.salary, 1200, 1000, self.budget.with_user(self.colleague))
        self._save(self.travel, 400, 500)
        self.assertEqual((self.salary.planned, self.travel.planned), (1200, 400))

    def test_refused_as_a_whole(self):
        self.salary.planned = 1200
        with self._refused("meanwhile", UserError):
            self.budget.web_save(
                {
                    "line_ids": [
                        Command.update(self.travel.id, {"planned": 1}),
                        Command.update(self.salary.id, {"planned": 2}),
                    ],
                    "citeslab_seen": {
                        "line_ids": {
                            str(self.travel.id): {"planned": 500},
                            str(self.salary.id): {"planned": 1000},
                        }
                    },
                },
                {},
            )
        self.assertEqual((self.salary.planned, self.travel.planned), (1200, 500))

    def test_line_deleted_meanwhile(self):
        line, seen = self.travel, 500
        self.travel.copy({"planned": 0})
        line.unlink()
        with self._refused("deleted meanwhile", UserError):
            self._save(line, 400, seen)

    def test_a_line_is_not_deleted_with_what_nobody_read(self):
        self.salary.planned = 1200
        with self._refused("meanwhile", UserError):
            self.budget.web_save(
                {
                    "line_ids": [Command.delete(self.salary.id)],
                    "citeslab_seen": {
                        "line_ids": {str(self.salary.id): {"planned": 1000}}
                    },
                },
                {},
            )
        self.assertTrue(self.salary.exists())

    def test_every_type_of_field(self):
        """Dates, choices, many2one and texts compare as the form sends them."""
        values = {
            "date_to": "2023-12-31",
            "investment_case": "none",
            "frame_id": self.frame.id,
            "final_places": False,
            "explanation": False,
        }
        self.budget.web_save({"final_places": "Brest", "citeslab_seen": values}, {})
        self.assertEqual(self.budget.final_places, "Brest")
        with self._refused("Dates and Places", UserError):
            self.budget.web_save(
                {"final_places": "Quimper", "citeslab_seen": values}, {}
            )

    def test_expense_and_convention_forms_too(self):
        entry = self.env["citeslab.budget.entry"].create(
            {
                "name": "Train",
                "date": "2023-02-01",
                "budget_id": self.budget.id,
                "line_id": self.travel.id,
                "amount": 80,
            }
        )
        entry.amount = 90
        with self._refused("90", UserError):
            entry.web_save({"amount": 85, "citeslab_seen": {"amount": 80}}, {})
        self.frame.name = "Cadre signé"
        with self._refused("Cadre signé", UserError):
            self.frame.web_save(
                {"name": "Cadre", "citeslab_seen": {"name": "Convention-cadre"}}, {}
            )

    def test_save_without_memory_is_the_usual_one(self):
        self.budget.web_save({"final_places": "Brest"}, {})
        self.assertEqual(self.budget.final_places, "Brest")
