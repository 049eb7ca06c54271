from datetime import date

from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import BudgetCase


@tagged("post_install", "-at_install")
class TestRules(BudgetCase):
    def _over(self, budget):
        return {one["code"]: one["over"] for one in budget._findings() if one["rule"]}

    def test_m2_direct_costs_ceilings(self):
        """Exactly at each ceiling passes; one cent over warns, with the amount."""
        local = {"bpifrance": 0, "communes": 1}
        for code, rule, ceiling in (
            ("travel", "travel_ceiling", 2000),
            ("communication", "communication_ceiling", 3000),
            ("supervision", "supervision_ceiling", 2500),
        ):
            with self.subTest(code=code):
                budget = self._budget({code: ceiling, **local})
                self.assertNotIn(rule, self._codes(budget))
                self._line(budget, code).planned = ceiling + 0.01
                self.assertEqual(self._over(budget)[rule], 0.01)
                self._line(budget, code).planned = ceiling + 1
                self.assertEqual(self._over(budget)[rule], 1)
                budget.unlink()

    def test_m2_direct_costs_together(self):
        budget = self._budget(
            {"travel": 2000, "communication": 3000, "supervision": 2500, "communes": 1}
        )
        self.assertFalse(self._broken(budget))
        self._line(budget, "supervision").planned = 2501
        self.assertEqual(
            self._over(budget), {"supervision_ceiling": 1, "direct_ceiling": 1}
        )

    def test_m3_investment(self):
        amounts = {"furniture": 1000, "hardware": 1500, "telephony": 500, "communes": 1}
        budget = self._budget(amounts, investment_case="first")
        self.assertFalse(self._broken(budget))
        self._line(budget, "telephony").planned = 500.01
        self.assertEqual(self._over(budget), {"investment_ceiling": 0.01})
        budget.investment_case = "renewal"
        self.assertEqual(self._over(budget), {"investment_ceiling": 0.01})
        budget.investment_case = "none"
        self.assertEqual(self._over(budget), {"investment_year": 3000.01})

    def test_m4_indirect_costs(self):
        """15.00 % of lines 1 and 2 pass, 15.01 % don't; supervision is no base."""
        budget = self._budget(
            {
                "salary": 30000,
                "charges": 10000,
                "supervision": 2500,
                "indirect": 6000,
                "communes": 1,
            }
        )
        self.assertFalse(self._broken(budget))
        self._line(budget, "indirect").planned = 6004
        self.assertEqual(self._over(budget), {"indirect_rate": 4})

    def test_m4_fraction_of_a_cent(self):
        """15 % of 1,000.10 is 150.015: 150.01 passes, 150.02 doesn't."""
        budget = self._budget({"salary": 1000.10, "indirect": 150.01, "communes": 1})
        self.assertFalse(self._broken(budget))
        self._line(budget, "indirect").planned = 150.02
        self.assertEqual(self._over(budget), {"indirect_rate": 0.01})

    def test_m5_three_rules_apart(self):
        """30 %, local authorities, local funding required: one sentence each."""
        budget = self._budget({"salary": 40000, "bpifrance": 12000, "state": 28000})
        self.assertEqual(
            self._over(budget), {"main_local": 12000, "local_required": 0.01}
        )
        self._line(budget, "state").planned = 27000
        self._line(budget, "bpifrance").planned = 12000.01
        self.env["citeslab.budget.line"].create(
            {
                "budget_id": budget.id,
                "category_id": self._category("communes").id,
                "planned": 1000,
            }
        )
        self.assertEqual(
            self._over(budget), {"main_rate": 0.01, "main_local": 11000.01}
        )
        sentences = [one["sentence"] for one in budget._findings() if one["rule"]]
        self.assertEqual(len(set(sentences)), 2)
        for sentence in sentences:
            self.assertIn("CDC §6.3", sentence)
            self.assertIn("forecast", sentence)

    def test_m5_every_level_of_local_authority_counts(self):
        budget = self._budget(
            {"salary": 40000, "bpifrance": 12000, "region": 5000, "department": 7000}
        )
        self.assertFalse(self._broken(budget))

    def test_m5_override_needs_reason(self):
        budget = self._budget({"salary": 40000, "bpifrance": 13000, "communes": 27000})
        [finding] = [one for one in budget._findings() if one["rule"]]
        self.assertEqual(budget.uncovered_count, 1)
        derogation = self.env["citeslab.budget.derogation"].create(
            {
                "budget_id": budget.id,
                "rule_id": finding["rule"].id,
                "reason": "Deux quartiers de plus",
                "decided_by": "RCE Bretagne",
            }
        )
        self.assertEqual(derogation.amount, 1000)
        self.assertEqual(budget.uncovered_count, 0)
        self.assertEqual(budget.finding_count, 1)
        self.assertIn("Deux quartiers de plus", budget.findings_html)
        self.assertIn("Deux quartiers", budget.message_ids[:1].body)

    def test_derogation_covers_what_was_decided_only(self):
        budget = self._budget({"salary": 40000, "bpifrance": 13000, "communes": 27000})
        self.env["citeslab.budget.derogation"].create(
            {
                "budget_id": budget.id,
                "rule_id": self.env.ref("citeslab_budget.rule_main_rate").id,
                "reason": "Deux quartiers de plus",
                "decided_by": "RCE Bretagne",
            }
        )
        self._line(budget, "bpifrance").planned = 13000.01
        self.assertEqual(budget.uncovered_count, 1)

    def test_live_while_typing(self):
        budget = self._budget({"travel": 1000, "communes": 1000})
        with Form(budget, view=self._typing_view()) as form:
            with form.line_ids.edit(0) as line:
                line.planned = 2000.01
            self.assertIn("0.01", form.findings_html)
            with form.line_ids.edit(0) as line:
                line.planned = 2000
            self.assertNotIn("CDC §6.4", form.findings_html)
            with form.line_ids.edit(1) as line:
                line.planned = 2000
            self.assertIn("Every rule is kept", form.findings_html)

    def _typing_view(self):
        view = (
            self.env["ir.ui.view"]
            .sudo()
            .create(
                {
                    "name": "typing",
                    "model": "citeslab.budget",
                    "type": "form",
                    "arch": """<form><field name="date_from"/><field name="company_id"/>
                    <field name="investment_case"/><field name="findings_html"/>
                    <field name="derogation_ids"/>
                    <field name="line_ids"><list editable="bottom">
                    <field name="category_id"/><field name="parent_id"/>
                    <field name="funder_id"/><field name="planned"/></list></field>
                    </form>""",
                }
            )
        )
        return view.sudo(False)

    def test_rule_of_another_year_is_a_record(self):
        old = self.env.ref("citeslab_budget.rule_travel_ceiling").sudo()
        old.date_to = date(2023, 12, 31)
        old.copy({"date_from": date(2024, 1, 1), "date_to": False, "amount": 2200})
        for year, over in (
            (2023, {"travel_ceiling": 300}),
            (2024, {"travel_ceiling": 100}),
        ):
            budget = self._budget({"travel": 2300, "communes": 1}, year=year)
            self.assertEqual(self._over(budget), over)

    def test_rule_of_another_funder_is_a_record(self):
        self.env["citeslab.budget.rule"].create(
            {
                "code": "city_half",
                "name": "Ville : la moitié au plus",
                "company_id": self.company.id,
                "funder_id": self.city.id,
                "date_from": date(2020, 1, 1),
                "source": "Règlement de la ville",
                "message": "La ville paie plus de la moitié",
                "subject_kind_ids": [Command.link(self._kind("commune").id)],
                "rate": 50,
                "base_total": True,
            }
        )
        budget = self._budget({"salary": 10000, "communes": 6000, "own": 4000})
        self.assertFalse(self._broken(budget), "the city is not named in this budget")
        self._line(budget, "communes").funder_id = self.city
        self.assertEqual(self._over(budget), {"city_half": 1000})

    def test_rule_on_actual_column(self):
        rule = self.env.ref("citeslab_budget.rule_travel_ceiling").sudo()
        budget = self._budget({"travel": 2500, "communes": 2500})
        self.assertIn("travel_ceiling", self._broken(budget))
        rule.column = "actual"
        self.assertNotIn("travel_ceiling", self._broken(budget))
        self.env["citeslab.budget.entry"].create(
            {
                "name": "Train",
                "date": date(2023, 3, 1),
                "budget_id": budget.id,
                "line_id": self._line(budget, "travel").id,
                "amount": 2000.01,
            }
        )
        [finding] = [
            one for one in budget._findings() if one["code"] == "travel_ceiling"
        ]
        self.assertEqual(finding["over"], 0.01)
        self.assertIn("actual", finding["sentence"])

    def test_rule_without_line(self):
        with self._refused("reads no line"):
            self.env["citeslab.budget.rule"].create(
                {
                    "code": "empty",
                    "name": "Vide",
                    "date_from": date(2020, 1, 1),
                    "source": "—",
                    "message": "—",
                }
            )

    def test_rate_without_base(self):
        with self._refused("needs lines"):
            self.env["citeslab.budget.rule"].create(
                {
                    "code": "half",
                    "name": "Moitié",
                    "date_from": date(2020, 1, 1),
                    "source": "—",
                    "message": "—",
                    "rate": 50,
                    "subject_kind_ids": [Command.link(self._kind("commune").id)],
                }
            )

    def test_pot_must_be_split(self):
        pot = self.env["citeslab.funder"].create(
            {"name": "Contrat de ville", "kind_id": self._kind("pooled").id}
        )
        budget = self._budget(
            {"salary": 30000, "bpifrance": 5000, "public_other": 25000}
        )
        self._line(budget, "public_other").funder_id = pot
        self.assertEqual(
            self._codes(budget), ["main_local", "local_required", "pooled"]
        )

    def test_unbalanced_says_so(self):
        budget = self._budget({"salary": 1000, "communes": 999.99})
        [finding] = budget._findings()
        self.assertEqual((finding["code"], finding["over"]), ("balance", 0.01))
        self.assertFalse(budget.is_balanced)

    def test_kind_contributions_are_apart(self):
        budget = self._budget(
            {
                "salary": 1000,
                "communes": 1000,
                "inkind_expense": 300,
                "inkind_resource": 300,
            }
        )
        self.assertFalse(budget._findings())
        self.assertEqual(budget.total_expense, 1000)
        self._line(budget, "inkind_resource").planned = 200
        self.assertEqual(self._codes(budget), ["inkind_balance"])

    def test_year_without_convention(self):
        amounts = {"salary": 1000, "bpifrance": 300, "communes": 700}
        budget = self._budget(amounts, year=2026, frame_id=False)
        self.assertEqual(self._codes(budget), ["convention"])
        self.assertIn("2026", budget._findings()[0]["sentence"])

    def test_another_currency(self):
        company = (
            self.env["res.company"]
            .sudo()
            .create({"name": "Ailleurs", "currency_id": self.env.ref("base.USD").id})
        )
        budget = (
            self.env["citeslab.budget"]
            .sudo()
            .create(
                {
                    "company_id": company.id,
                    "date_from": date(2023, 1, 1),
                    "line_ids": [
                        Command.create(
                            {"category_id": self._category(code).id, "planned": 50000}
                        )
                        for code in ("travel", "communes")
                    ],
                }
            )
        )
        self.assertEqual(self._codes(budget), ["currency"])
        self.assertIn("USD", budget._findings()[0]["sentence"])
