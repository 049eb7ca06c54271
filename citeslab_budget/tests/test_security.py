from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import BudgetCase

MODELS = (
    "citeslab.budget",
    "citeslab.budget.line",
    "citeslab.budget.derogation",
    "citeslab.budget.entry",
    "citeslab.budget.share",
    "citeslab.budget.key",
    "citeslab.budget.key.line",
    "citeslab.budget.mapping",
    "citeslab.convention",
    "citeslab.convention.instalment",
    "citeslab.convention.obligation",
)
LISTS = (
    "citeslab.funder",
    "citeslab.funder.kind",
    "citeslab.budget.account",
    "citeslab.budget.category",
    "citeslab.budget.rule",
)


@tagged("post_install", "-at_install")
class TestSecurity(BudgetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = (
            cls.env["res.company"]
            .sudo()
            .create({"name": "Autre structure", "currency_id": cls.euro.id})
        )
        cls.env = cls.env(su=True)
        cls.stranger = cls._user("autre", "citeslab_base.group_manager", other)
        cls.volunteer = cls._user("volontaire", "citeslab_base.group_volunteer")
        cls.network = cls._user("reseau", "citeslab_base.group_network")
        cls.nobody = cls._user("personne", "base.group_user")
        cls.env = cls.env(user=cls.manager, su=False)

    def _everything(self):
        """One record of each model in our structure."""
        budget = self._budget({"salary": 1000, "communes": 1000})
        expense, resource = budget.line_ids
        entry = self.env["citeslab.budget.entry"].create(
            {
                "name": "Paie",
                "date": date(2023, 1, 31),
                "budget_id": budget.id,
                "line_id": expense.id,
                "amount": 10,
            }
        )
        shares = [{"line_id": resource.id, "rate": 50}]
        values = {
            "citeslab.budget.derogation": {
                "budget_id": budget.id,
                "rule_id": self.env.ref("citeslab_budget.rule_main_rate").id,
                "reason": "—",
                "decided_by": "—",
            },
            "citeslab.budget.share": {"entry_id": entry.id, **shares[0]},
            "citeslab.budget.key": {
                "name": "Clé",
                "budget_id": budget.id,
                "line_ids": [Command.create(one) for one in shares],
            },
            "citeslab.budget.mapping": {
                "prefix": "641",
                "category_id": expense.category_id.id,
            },
            "citeslab.convention.instalment": {
                "convention_id": self.frame.yearly_ids[0].id,
                "name": "Avance",
                "date_due": date(2022, 3, 1),
            },
            "citeslab.convention.obligation": {
                "convention_id": self.frame.yearly_ids[0].id,
                "name": "Bilan",
                "date_due": date(2022, 3, 1),
            },
        }
        for model, vals in values.items():
            self.env[model].create(vals)

    def test_another_structure_sees_nothing(self):
        self._everything()
        for model in MODELS:
            with self.subTest(model=model):
                ours = self.env[model].search([])
                self.assertTrue(ours)
                theirs = ours.with_user(self.stranger).with_context(
                    allowed_company_ids=self.stranger.company_ids.ids
                )
                self.assertFalse(theirs.search([]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])

    def test_a_chef_reads_and_changes_nothing(self):
        self._everything()
        for model in MODELS:
            with self.subTest(model=model):
                records = self.env[model].with_user(self.chef).search([])
                self.assertTrue(records.read())
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(records.has_access(operation))

    def test_others_have_no_access(self):
        for user in (self.volunteer, self.network, self.nobody):
            for model in MODELS + LISTS:
                with self.subTest(user=user.login, model=model):
                    records = self.env[model].with_user(user)
                    for operation in ("read", "write", "create", "unlink"):
                        self.assertFalse(records.has_access(operation))

    def test_national_lists_are_read_only(self):
        for model in LISTS:
            with self.subTest(model=model):
                national = self.env[model].search([("company_id", "=", False)])
                self.assertTrue(national)
                self.assertFalse(national[:1].has_access("write"))

    def test_a_chef_sees_the_check(self):
        budget = self._brest(2022).with_user(self.chef)
        budget.invalidate_recordset()
        self.assertEqual(budget.finding_count, 2)
        self.assertIn("CDC §6.3", budget.findings_html)
        self.assertTrue(budget.fit_html)
