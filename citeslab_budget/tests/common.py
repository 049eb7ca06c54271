from contextlib import contextmanager
from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

# Brest, as printed in its bilans: costs, then who paid.
BREST = {
    2022: (51128.16, {"bpifrance": 16000, "pot": 10000, "state": 25128.16}),
    2023: (
        52276.49,
        {"bpifrance": 16000, "pot": 10000, "state": 15000, "own": 11276.49},
    ),
    2024: (56466.00, {"bpifrance": 28225, "pot": 15000, "own": 13241}),
}


class BudgetCase(TransactionCase):
    """A structure that counts in euros, its manager, its funders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.company = cls.env["res.company"].create(
            {"name": "Structure de test", "currency_id": cls.euro.id}
        )
        cls.territory = cls.env["citeslab.territory"].create(
            {"name": "Rive droite", "company_id": cls.company.id}
        )
        cls.manager = cls._user("responsable", "citeslab_base.group_manager")
        cls.chef = cls._user("chef", "citeslab_base.group_chef")
        plan = cls.env["account.analytic.plan"].create({"name": "Actions"})
        cls.account = cls.env["account.analytic.account"].create(
            {"name": "CitésLab", "plan_id": plan.id, "company_id": cls.company.id}
        )
        cls.bpifrance = cls.env.ref("citeslab_budget.funder_bpifrance")
        cls.state = cls._funder("État, PIC", "state")
        cls.city = cls._funder("Ville", "commune")
        cls.frame = cls._convention(
            "Convention-cadre", date(2022, 1, 1), date(2024, 12, 31), kind="frame"
        )
        for year in (2022, 2023, 2024):
            cls._convention(
                f"Convention {year}",
                date(year, 1, 1),
                date(year, 12, 31),
                frame_id=cls.frame.id,
                amount_granted=16000,
            )
        cls.env = cls.env(
            user=cls.manager,
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "lang": "en_US",
            },
        )
        for name in ("frame", "bpifrance", "state", "city", "company", "account"):
            setattr(cls, name, getattr(cls, name).with_env(cls.env))

    @classmethod
    def _user(cls, login, group, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"budget_{login}",
            groups=group,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _funder(cls, name, kind):
        return cls.env["citeslab.funder"].create(
            {
                "name": name,
                "kind_id": cls.env.ref(f"citeslab_budget.funder_kind_{kind}").id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _convention(cls, name, start, end, kind="yearly", **values):
        return cls.env["citeslab.convention"].create(
            {
                "name": name,
                "kind": kind,
                "company_id": cls.company.id,
                "funder_id": cls.bpifrance.id,
                "date_start": start,
                "date_end": end,
                **values,
            }
        )

    @contextmanager
    def _refused(self, words, exception=ValidationError):
        """What happens inside is refused in one sentence, and undone."""
        with self.assertRaisesRegex(exception, words) as caught:
            with self.env.cr.savepoint():
                yield
        self.assertNotIn("\n", str(caught.exception))

    def _category(self, code):
        return self.env.ref(f"citeslab_budget.category_{code}")

    def _kind(self, code):
        return self.env.ref(f"citeslab_budget.funder_kind_{code}")

    def _budget(self, amounts=None, year=2023, **values):
        """A budget whose lines have these amounts, by code of category."""
        return self.env["citeslab.budget"].create(
            {
                "company_id": self.company.id,
                "date_from": date(year, 1, 1),
                "frame_id": self.frame.id,
                "analytic_account_id": self.account.id,
                "line_ids": [
                    Command.create(
                        {"category_id": self._category(code).id, "planned": amount}
                    )
                    for code, amount in (amounts or {}).items()
                ],
                **values,
            }
        )

    def _line(self, budget, code):
        category = self._category(code)
        return budget.line_ids.filtered(lambda line: line.category_id == category)[:1]

    def _codes(self, budget, column=None):
        """Codes of everything that the check finds."""
        return [one["code"] for one in budget._findings(column)]

    def _broken(self, budget):
        """Codes of the broken rules, without the remarks on the budget itself."""
        return [one["code"] for one in budget._findings() if one["rule"]]

    def _brest(self, year):
        """Budget of Brest; half of the contrat de ville comes from the city."""
        total, paid = BREST[year]
        budget = self._budget({"salary": total}, year=year)
        Line = self.env["citeslab.budget.line"]
        for code, amount in paid.items():
            if code != "pot":
                funder = self.bpifrance if code == "bpifrance" else self.state
                Line.create(
                    {
                        "budget_id": budget.id,
                        "category_id": self._category(code).id,
                        "funder_id": False if code == "own" else funder.id,
                        "planned": amount,
                    }
                )
                continue
            pot = Line.create(
                {
                    "budget_id": budget.id,
                    "category_id": self._category("public_other").id,
                    "name": "Contrat de ville",
                }
            )
            for part, funder in (("state", self.state), ("communes", self.city)):
                Line.create(
                    {
                        "budget_id": budget.id,
                        "parent_id": pot.id,
                        "category_id": self._category(part).id,
                        "funder_id": funder.id,
                        "planned": amount / 2,
                    }
                )
        return budget
