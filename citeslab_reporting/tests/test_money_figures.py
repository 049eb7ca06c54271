import base64
from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import file_open

from .engine_common import EngineCase

YEARS = {year: (date(year, 1, 1), date(year, 12, 31)) for year in (2022, 2023, 2024)}
# Brest, as its bilans print it: costs, then who paid.
BREST = {
    2022: (51128.16, {"bpifrance": 16000, "pot": 10000, "pic": 25128.16}),
    2023: (52276.49, {"bpifrance": 16000, "pot": 10000, "pic": 15000, "own": 11276.49}),
    2024: (56466.00, {"bpifrance": 28225, "pot": 15000, "own": 13241}),
}


@tagged("post_install", "-at_install")
class TestMoneyFigures(EngineCase):
    """Who pays and what it costs: every euro once, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.structure.currency_id = euro
        cls.bpifrance = cls.env.ref("citeslab_budget.funder_bpifrance")
        cls.pic = cls.funder("PIC", "state")
        cls.city = cls.funder("Ville", "commune")
        plan = cls.env["account.analytic.plan"].create({"name": "Actions"})
        cls.account = cls.env["account.analytic.account"].create(
            {"name": "CitésLab", "plan_id": plan.id, "company_id": cls.structure.id}
        )

    @classmethod
    def funder(cls, name, kind, **values):
        return cls.env["citeslab.funder"].create(
            {
                "name": name,
                "kind_id": cls.env.ref(f"citeslab_budget.funder_kind_{kind}").id,
                "company_id": cls.structure.id,
                **values,
            }
        )

    def budget(self, year=2023, user=None, **values):
        model = self.env["citeslab.budget"].with_user(user or self.manager)
        return model.create({"date_from": date(year, 1, 1), **values})

    def line(self, budget, code, planned=0, **values):
        category = self.env.ref(f"citeslab_budget.category_{code}")
        return budget.env["citeslab.budget.line"].create(
            {
                "budget_id": budget.id,
                "category_id": category.id,
                "planned": planned,
                **values,
            }
        )

    def brest(self, year):
        """Budget of Brest; half of the contrat de ville comes from the city."""
        total, paid = BREST[year]
        budget = self.budget(year)
        self.line(budget, "salary", total - 8000)
        self.line(budget, "charges", 8000)
        self.line(budget, "bpifrance", paid["bpifrance"], funder_id=self.bpifrance.id)
        pot = self.line(budget, "public_other", name="Contrat de ville", sequence=115)
        for code, funder in (("state", self.pic), ("communes", self.city)):
            self.line(
                budget,
                code,
                paid["pot"] / 2,
                parent_id=pot.id,
                funder_id=funder.id,
            )
        if "pic" in paid:
            self.line(
                budget, "state", paid["pic"], funder_id=self.pic.id, name=f"PIC {year}"
            )
        if "own" in paid:
            self.line(budget, "own", paid["own"])
        return budget

    def spend(self, budget, line, amount, **values):
        return budget.env["citeslab.budget.entry"].create(
            {
                "budget_id": budget.id,
                "line_id": line.id,
                "name": "Facture",
                "date": budget.date_from,
                "amount": amount,
                "state": "actual",
                **values,
            }
        )

    def open(self, code, item=None, year=2023):
        bilan = self.env["citeslab.bilan"].with_user(self.chef)
        params = {"company_id": self.structure.id, "year": year}
        action = bilan.action_open_records(params, code, item)
        model = bilan.env[action["res_model"]].with_context(**action["context"])
        return model.search(action["domain"])

    def test_what_an_event_cost_is_read_on_it(self):
        """The invoices of a market, beside its planned cost; committed ones wait."""
        kind = self.env.ref("citeslab_events.event_kind_market")
        market = self.env["event.event"].create(
            {
                "name": "Marché",
                "company_id": self.structure.id,
                "citeslab_kind_id": kind.id,
                "date_begin": "2023-05-29 08:00:00",
                "date_end": "2023-05-29 16:00:00",
                "citeslab_cost": 300,
            }
        )
        budget = self.budget(analytic_account_id=self.account.id)
        line = self.line(budget, "communication", 3000)
        for amount, state in ((120.5, "actual"), (80, "actual"), (50, "committed")):
            self.spend(budget, line, amount, state=state, event_id=market.id)
        self.assertEqual(market.with_user(self.chef).citeslab_spent, 200.5)

    def test_brest_to_the_cent(self):
        """31/20/49 % in 2022, 31/19/29/21 % in 2023, 50/27/23 % in 2024."""
        shares = {2022: [31, 20, 49], 2023: [31, 19, 29, 21], 2024: [50, 27, 23]}
        for year in BREST:
            self.brest(year)
        for year, percents in shares.items():
            matrix = self.matrix(*YEARS[year])
            total, paid = BREST[year]
            funding = matrix["funding"]
            rows = [item for item in funding.items if item.value]
            self.assertEqual([item.percent for item in rows], percents, year)
            self.assertEqual([i.value for i in rows], list(paid.values()), year)
            self.assertEqual((funding.value, matrix["budget"].value), (total, total))
            self.assertEqual(
                self.items(matrix["budget"]),
                {"salary": round(total - 8000, 2), "charges": 8000},
            )

    def test_year_before_follows_the_funder_whatever_the_line_is_called(self):
        self.brest(2022)
        self.brest(2023)
        funding = self.figure("funding", *YEARS[2023])
        self.assertEqual(funding.previous, 51128.16)
        self.assertEqual(
            self.items(funding, "previous"),
            {"bpifrance": 16000, "contrat_de_ville": 10000, "pic": 25128.16},
        )
        labels = [item.label for item in funding.items if item.value]
        self.assertEqual(labels[:3], ["Bpifrance", "Contrat de ville", "PIC"])

    def test_cost_per_person_accompanied(self):
        self.brest(2022)
        self.brest(2023)
        for rank in range(118):
            self.meet(self.new_parcours(f"Personne {rank}"), date(2023, 3, 1))
        cost = self.figure("cost_per_person", *YEARS[2023])
        self.assertEqual((cost.value, cost.previous), (443.02, None))
        records = self.open("cost_per_person")
        self.assertEqual(round(sum(records.mapped("amount")), 2), 52276.49)

    def test_nobody_accompanied_gives_no_cost_per_person(self):
        self.brest(2023)
        matrix = self.matrix(*YEARS[2023])
        self.assertEqual(matrix["cost_per_person"].status, "not_registered")
        self.assertEqual(matrix["cost_per_person"].value, None)

    def test_a_quartier_has_no_cost_of_its_own(self):
        self.brest(2023)
        area = self.env["citeslab.neighborhood"].create({"name": "Bellevue"})
        parcours = self.new_parcours()
        self.photograph(parcours, date(2023, 3, 1), neighborhood_id=area.id)
        self.meet(parcours, date(2023, 3, 1))
        matrix = self.matrix(*YEARS[2023], neighborhoods=area)
        self.assertEqual(matrix["persons_accompanied"].value, 1)
        self.assertEqual(matrix["cost_per_person"].value, None)
        self.assertIn("whole territory", " ".join(matrix["budget"].notes))

    def test_actual_amounts_replace_the_forecast(self):
        """Side by side: expenses entered say nothing of what was received."""
        budget = self.budget(analytic_account_id=self.account.id)
        salary = self.line(budget, "salary", 30000)
        self.line(budget, "charges", 9000)
        self.line(budget, "bpifrance", 39000, funder_id=self.bpifrance.id)
        before = self.figure("budget", *YEARS[2023])
        self.assertEqual(before.value, 39000)
        self.assertIn("no actual amount", before.notes[0])
        self.spend(budget, salary, 29500.55)
        matrix = self.matrix(*YEARS[2023])
        self.assertEqual(matrix["budget"].value, 29500.55)
        self.assertEqual(matrix["budget"].notes, ())
        self.assertEqual(matrix["funding"].value, 39000)
        self.assertIn("no actual amount", matrix["funding"].notes[0])

    def test_the_version_in_force_is_read_once(self):
        budget = self.budget()
        self.line(budget, "salary", 30000)
        budget.action_submit()
        budget.action_agree()
        amended = self.env["citeslab.budget"].browse(budget.action_amend()["res_id"])
        line = amended.with_user(self.manager).line_ids
        line.planned = 32000
        self.assertEqual(self.figure("budget", *YEARS[2023]).value, 30000)
        amended.with_user(self.manager).action_submit()
        amended.with_user(self.manager).action_agree()
        self.assertEqual(self.figure("budget", *YEARS[2023]).value, 32000)

    def test_contributions_in_kind_are_apart(self):
        budget = self.brest(2023)
        self.line(budget, "inkind_expense", 5000)
        self.line(budget, "inkind_resource", 5000)
        matrix = self.matrix(*YEARS[2023])
        self.assertEqual(matrix["budget"].value, 52276.49)
        self.assertEqual(matrix["funding"].value, 52276.49)

    def test_part_of_a_year_shows_the_whole_budget_and_says_so(self):
        self.brest(2023)
        for first, last in (
            (date(2023, 1, 1), date(2023, 3, 31)),
            (date(2023, 7, 1), date(2023, 9, 30)),
        ):
            figure = self.figure("budget", first, last)
            self.assertEqual(figure.value, 52276.49)
            self.assertTrue(any("Whole amounts" in note for note in figure.notes))
        self.assertFalse(
            any("Whole" in n for n in self.figure("budget", *YEARS[2023]).notes)
        )

    def test_a_credit_note_is_no_negative_share(self):
        budget = self.budget(analytic_account_id=self.account.id)
        salary = self.line(budget, "salary", 100)
        travel = self.line(budget, "travel", 100)
        self.spend(budget, salary, 100)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE citeslab_budget_line SET actual = -20 WHERE id = %s", [travel.id]
        )
        self.env.invalidate_all()
        figure = self.figure("budget", *YEARS[2023])
        self.assertEqual(figure.value, 80)
        percents = {item.code: item.percent for item in figure.items}
        self.assertEqual((percents["salary"], percents["travel"]), (100, 0))
        self.assertEqual(self.open("budget", "travel").amount, -20)
        self.assertTrue(self.renderer(figure))

    def renderer(self, figure):
        """PDF, workbook and screen of a bilan that holds such a figure."""
        renderer = self.env["citeslab.bilan.renderer"].with_user(self.chef)
        matrix = renderer._matrix({"company_id": self.structure.id, "year": 2023})
        return renderer._html(matrix) and renderer._xlsx(matrix)

    def test_every_amount_opens_its_lines(self):
        self.brest(2023)
        matrix = self.matrix(*YEARS[2023])
        for code in ("funding", "budget"):
            amount = sum(self.open(code).mapped("amount"))
            self.assertEqual(round(amount, 2), matrix[code].value)
            for item in matrix[code].items:
                if item.value:
                    amount = sum(self.open(code, item.code).mapped("amount"))
                    self.assertEqual(round(amount, 2), item.value, item.code)
        self.assertEqual(len(self.open("funding", "contrat_de_ville")), 2)
        line = self.open("budget", "salary")
        self.assertEqual(line.action_open_budget()["res_id"], line.budget_id.id)

    def test_a_year_is_told_to_the_cent_and_adds_up_to_100(self):
        self.brest(2024)
        matrix = self.matrix(*YEARS[2024])
        self.assertEqual(matrix["funding"].value, 56466.00)
        self.assertEqual(matrix["budget"].value, 56466.00)
        self.assertEqual(
            sorted((i.value, i.percent) for i in matrix["funding"].items if i.value),
            [(13241, 23), (15000, 27), (28225, 50)],
        )

    def test_typed_amounts_of_a_year_without_budget(self):
        self.brest(2023)
        indicator = self.env.ref("citeslab_reporting.indicator_funding")
        Declared = self.env["citeslab.declared.figure"].with_user(self.manager)
        for item, value in ((False, 51128.16), ("bpifrance", 16000)):
            Declared.create(
                {
                    "indicator_id": indicator.id,
                    "item_code": item,
                    "value": value,
                    "date_from": YEARS[2022][0],
                    "date_to": YEARS[2022][1],
                    "source": "bilan 2022",
                }
            )
        funding = self.figure("funding", *YEARS[2023])
        self.assertEqual(funding.previous, 51128.16)
        self.assertEqual(self.items(funding, "previous")["bpifrance"], 16000)
        self.assertEqual(funding.previous_status, "declared")

    def test_without_a_budget_nothing_is_registered(self):
        matrix = self.matrix(*YEARS[2023])
        for code in ("funding", "budget", "cost_per_person"):
            self.assertEqual(matrix[code].status, "not_registered")
            self.assertEqual(matrix[code].as_dict()["value"], None)
            self.assertEqual(matrix[code].as_dict()["items"], [])
        self.assertEqual(matrix.meta["funders"], [])

    def test_each_structure_reads_its_own_euros(self):
        self.brest(2023)
        self.other.currency_id = self.structure.currency_id
        theirs = self.budget(user=self.env.user, company_id=self.other.id)
        self.line(theirs, "salary", 777)
        matrix = self.matrix(*YEARS[2023], company=self.other, user=self.other_chef)
        self.assertEqual(matrix["budget"].value, 777)
        self.assertEqual(self.figure("budget", *YEARS[2023]).value, 52276.49)
        rows = self.env["citeslab.fact.money"].with_user(self.chef)
        self.assertEqual(rows.search([]).company_id, self.structure)
        foreign = rows.browse(theirs.line_ids.ids)
        with self.assertRaises(AccessError):
            foreign.read(["amount"])
        for name, user in self.users.items():
            if name in ("chef", "manager"):
                continue
            with self.subTest(user=name), self.assertRaises(AccessError):
                rows.with_user(user).search_count([])

    def test_funders_of_the_period_are_on_the_cover(self):
        """Conventions in force and who pays; our own part is no support (G9)."""
        with file_open("base/static/img/avatar.png", "rb") as image:
            self.city.logo = base64.b64encode(image.read())
        department = self.funder("Département", "department")
        self.env["citeslab.convention"].create(
            [
                {
                    "name": f"{department.name} {state} {year}",
                    "company_id": self.structure.id,
                    "funder_id": funder.id,
                    "date_start": date(year, 1, 1),
                    "date_end": date(year, 12, 31),
                    "state": state,
                }
                for funder, year, state in (
                    (department, 2023, "signed"),
                    (self.funder("Région", "region"), 2023, "asked"),
                    (self.funder("Fonds privé", "private"), 2022, "signed"),
                )
            ]
        )
        self.brest(2023)
        meta = self.matrix(*YEARS[2023]).meta
        names = {funder["name"] for funder in meta["funders"]}
        self.assertEqual(names, {"Bpifrance", "PIC", "Ville", "Département"})
        logos = {one["name"] for one in meta["funders"] if one["logo"]}
        self.assertIn("Ville", logos)
        self.assertIn("Département", meta["warnings"][0])
        self.assertNotIn("Ville", meta["warnings"][0])
        renderer = self.env["citeslab.bilan.renderer"].with_user(self.chef)
        params = {"company_id": self.structure.id, "year": 2023}
        html = renderer._html(renderer._matrix(params))
        self.assertTrue('alt="Ville"' in html)
        self.assertTrue("52\xa0276,49\xa0€" in html)
        self.assertIn("Département", renderer.screen(params)["warnings"][0])

    def test_what_can_be_divided(self):
        """Hours or an amount without rows, by a number; else one sentence."""
        people = self.env.ref("citeslab_reporting.indicator_persons_met")
        values = {
            "code": "met_cost",
            "name": "Coût par personne rencontrée",
            "kind": "amount",
            "section": "8_funding",
            "source": "citeslab.fact.money",
            "base_field": "is_cost",
            "measure_field": "amount",
            "divisor_id": people.id,
        }
        Indicator = self.env["citeslab.indicator"].with_user(self.manager)
        for change in (
            {"group_field": "category_id"},
            {"kind": "count"},
            {"divisor_id": self.env.ref("citeslab_reporting.indicator_budget").id},
        ):
            with self.subTest(change), self.refused("can be divided"):
                Indicator.create({**values, **change})
        Indicator.create(values)
        self.brest(2023)
        for rank in range(3):
            self.meet(
                self.new_parcours(f"Personne {rank}"), date(2023, 3, 1), kind="contact"
            )
        self.assertEqual(self.figure("met_cost", *YEARS[2023]).value, 17425.50)

    def test_commands_of_lines(self):
        """A line that is given sub-lines is read through them at once."""
        budget = self.budget()
        pot = self.line(budget, "public_other", 100, name="Contrat de ville")
        self.assertEqual(self.figure("funding", *YEARS[2023]).value, 100)
        category = self.env.ref("citeslab_budget.category_communes")
        pot.child_ids = [
            Command.create(
                {
                    "budget_id": budget.id,
                    "category_id": category.id,
                    "funder_id": self.city.id,
                    "planned": amount,
                }
            )
            for amount in (60, 70)
        ]
        funding = self.figure("funding", *YEARS[2023])
        self.assertEqual(self.items(funding), {"contrat_de_ville": 130})
