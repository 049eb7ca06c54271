from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .engine_common import EngineCase

YEAR = (date(2023, 1, 1), date(2023, 12, 31))
PERIOD = {"citeslab_from": "2023-01-01", "citeslab_to": "2023-12-31"}
PERSONAL = ("citeslab.fact.person", "citeslab.fact.activity", "citeslab.fact.delay")


@tagged("post_install", "-at_install")
class TestAccessReporting(EngineCase):
    """Figures stay within the structure, and persons within its roles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mine = cls.create_parcours(contact_name="Odile Marchand")
        cls.theirs = cls.create_parcours(
            cls.other_chef, contact_name="Yves Le Gall", company_id=cls.other.id
        )
        for parcours in (cls.mine, cls.theirs):
            cls.meet(parcours, date(2023, 5, 4), duration=1)
            cls.end(parcours, date(2023, 9, 4), "created")

    def rows(self, model, user, **context):
        return self.env[model].with_user(user).with_context(**PERIOD, **context)

    def test_only_chefs_and_managers_read_facts(self):
        for name, user in self.users.items():
            for model in PERSONAL:
                with self.subTest(user=name, model=model):
                    rows = self.rows(model, user)
                    if name in ("chef", "manager"):
                        self.assertTrue(rows.search_count([]))
                        continue
                    with self.assertRaises(AccessError):
                        rows.search_count([])
                    with self.assertRaises(AccessError):
                        rows._read_group([], ["company_id"], ["__count"])

    def test_nobody_prints_a_bilan_without_a_role(self):
        for name in ("volunteer", "network", "sales_manager", "employee", "admin"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self.matrix(*YEAR, user=self.users[name])

    def test_a_structure_never_counts_another(self):
        for user, company, other in (
            (self.chef, self.structure, self.other),
            (self.other_chef, self.other, self.structure),
        ):
            matrix = self.matrix(*YEAR, company=company, user=user)
            self.assertEqual(matrix["persons_met"].value, 1)
            self.assertEqual(matrix["creations"].value, 1)
            self.assertEqual(matrix["mission_time"].value, 1)
            with self.assertRaises(AccessError):
                self.matrix(*YEAR, company=other, user=user)

    def test_context_is_no_permission(self):
        """Naming another structure in the context opens nothing."""
        for model in PERSONAL:
            rows = self.rows(
                model, self.chef, citeslab_company_ids=[self.other.id]
            ).search([])
            self.assertNotIn(self.other, rows.company_id)
            both = self.rows(
                model,
                self.chef,
                citeslab_company_ids=[self.other.id, self.structure.id],
            ).search([])
            self.assertEqual(both.company_id, self.structure)
            with self.assertRaises(AccessError):
                self.rows(model, self.chef, allowed_company_ids=[self.other.id]).search(
                    []
                )

    def test_a_foreign_row_cannot_be_read_by_its_id(self):
        foreign = self.rows("citeslab.fact.person", self.other_chef).search([])
        self.assertEqual(foreign.parcours_id, self.theirs)
        mine = self.rows("citeslab.fact.person", self.chef).browse(foreign.ids)
        self.assertFalse(mine.exists() & foreign and mine._filtered_access("read"))
        with self.assertRaises(AccessError):
            self.rows(
                "citeslab.fact.person",
                self.chef,
                citeslab_company_ids=[self.other.id],
            ).browse(foreign.ids).mapped("parcours_id")

    def test_opened_records_obey_the_same_rules(self):
        bilan = self.env["citeslab.bilan"].with_user(self.chef)
        params = {"date_from": "2023-01-01", "date_to": "2023-12-31"}
        with self.assertRaises(AccessError):
            bilan.action_open_records(
                {**params, "company_id": self.other.id}, "persons_met"
            )
        volunteer = bilan.with_user(self.volunteer)
        with self.assertRaises(AccessError):
            volunteer.action_open_records(
                {**params, "company_id": self.structure.id}, "creations"
            )

    def test_typed_figures_stay_in_the_structure(self):
        values = {
            "item_code": False,
            "indicator_id": self.env.ref("citeslab_reporting.indicator_persons_met").id,
            "value": 12,
            "date_from": date(2022, 1, 1),
            "date_to": date(2022, 12, 31),
            "source": "bilan 2022",
        }
        Declared = self.env["citeslab.declared.figure"]
        line = Declared.with_user(self.chef).create(values)
        self.assertEqual(line.company_id, self.structure)
        with self.assertRaises(AccessError):
            line.with_user(self.other_chef).read(["value"])
        with self.assertRaises(AccessError):
            Declared.with_user(self.other_chef).create(
                {**values, "company_id": self.structure.id, "date_to": YEAR[1]}
            )
        for name in ("volunteer", "network", "employee"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                Declared.with_user(self.users[name]).search([])

    def test_the_network_reads_definitions_only(self):
        network = self.users["network"]
        self.assertTrue(self.env["citeslab.indicator"].with_user(network).search([]))
        with self.assertRaises(AccessError):
            self.env.ref("citeslab_reporting.indicator_gender").with_user(
                network
            ).definition = "…"

    def test_a_user_of_two_structures_reads_one_at_a_time(self):
        self.chef.company_ids |= self.other
        for company in (self.structure, self.other):
            matrix = self.matrix(*YEAR, company=company)
            self.assertEqual(matrix["persons_met"].value, 1)
            self.assertEqual(matrix.structure["name"], company.name)
