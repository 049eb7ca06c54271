"""The national export: what leaves, under which names, and what never does."""

import csv
import io
import json
import zipfile
from collections import Counter
from datetime import date
from importlib.util import find_spec
from unittest import skipUnless

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools.misc import file_open

from odoo.addons.citeslab_base.tests.common import CANARY

from ..figures import anonymity
from .engine_common import EngineCase

SCHEMA = "citeslab_reporting/static/schema/citeslab.export-1.schema.json"
YEAR = {"date_from": "2023-01-01", "date_to": "2023-12-31"}


def check_schema(values):
    """Validate an export with the schema that the addon publishes."""
    import jsonschema

    with file_open(SCHEMA) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(values, schema, cls=jsonschema.Draft202012Validator)
    for section in values["sections"]:
        for row in section["rows"]:
            assert len(row) == len(section["columns"]), section["code"]


class ExportCase(EngineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.area = cls.env["citeslab.neighborhood"].create(
            {"name": "Pontanézen", "code": "QN02907M", "commune": "Brest"}
        )
        cls.territory.neighborhood_ids = cls.area
        for rank in range(6):
            cls.person(f"{CANARY} {rank}", "female", 30, cls.area)
        cls.person(f"{CANARY} seul", "male", 61, cls.area)
        cls.env["citeslab.action"].with_user(cls.chef).create(
            {
                "name": f"Marché avec {CANARY}",
                "date": "2023-03-05",
                "mission_id": cls.env.ref("citeslab_base.mission_preparation").id,
            }
        )
        cls.Export = cls.env["citeslab.export"].with_user(cls.manager)

    @classmethod
    def person(cls, name, gender, age, area):
        parcours = cls.create_parcours(contact_name=name)
        cls.photograph(
            parcours,
            date(2023, 5, 4),
            gender=gender,
            age=age,
            residence="qpv",
            neighborhood_id=area.id,
        )
        cls.meet(parcours, date(2023, 5, 4), notes=f"Note {CANARY}")
        return parcours

    def export(self, file_format, user=None):
        params = {**YEAR, "company_id": self.structure.id}
        Export = self.Export.with_user(user or self.manager)
        return Export._export_live(file_format, params)[1]

    def people(self):
        text = self.export("csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@tagged("post_install", "-at_install")
class TestExport(ExportCase):
    @skipUnless(find_spec("jsonschema"), "jsonschema is a library of the tests")
    def test_json_follows_the_published_schema(self):
        values = json.loads(self.export("json"))
        check_schema(values)
        codes = [section["code"] for section in values["sections"]]
        self.assertEqual(
            codes, ["indicators", "actions", "territory", "budget", "people"]
        )
        self.assertFalse(values["frozen"])

    def test_nobody_is_named_in_any_file(self):
        for file_format in ("csv", "json"):
            self.assertNotIn(CANARY.encode(), self.export(file_format))
        with zipfile.ZipFile(io.BytesIO(self.export("zip"))) as archive:
            for name in archive.namelist():
                self.assertNotIn(CANARY.encode(), archive.read(name), name)
        book = load_workbook(io.BytesIO(self.export("xlsx")))
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                self.assertNotIn(CANARY, str(row))

    def test_who_stands_alone_is_told_less_finely(self):
        rows = self.people()
        self.assertEqual(len(rows), 7)
        self.assertNotIn("61", [row["Age"] for row in rows])
        told = Counter((row["Gender"], row["Age"], row["Quartier"]) for row in rows)
        self.assertGreaterEqual(min(told.values()), 5)
        self.assertTrue(all(row["Accompanied"] == "1" for row in rows))

    def test_months_and_ages_only(self):
        for row in self.people():
            for value in row.values():
                self.assertNotRegex(value, r"\d{4}-\d{2}-\d{2}")

    def test_columns_codes_and_order_are_data(self):
        network = self.users["network"]
        section = self.env.ref("citeslab_reporting.export_section_people")
        section = section.with_user(network)
        age = section.column_ids.filtered(lambda column: column.code == "age")
        age.write({"code": "age_years", "name": "Âge", "sequence": 1})
        section.column_ids.filtered(
            lambda column: column.code == "month"
        ).active = False
        head = list(self.people()[0])
        self.assertEqual(head[0], "Âge")
        self.assertNotIn("Month of the first contact", head)
        with self.assertRaises(ValidationError):
            age.source = "partner_id.name"
        with self.assertRaises(AccessError):
            age.with_user(self.chef).name = "…"

    def test_any_name_of_a_section_makes_a_sheet(self):
        section = self.env.ref("citeslab_reporting.export_section_people")
        section.name = "'> [people] * of: the/street'"
        book = load_workbook(io.BytesIO(self.export("xlsx")))
        self.assertIn("> people  of thestreet", book.sheetnames)

    def test_a_label_is_no_formula(self):
        nature = self.env["citeslab.project.nature"].create(
            {"name": "=1+1", "code": "danger", "company_id": self.structure.id}
        )
        self.env["crm.lead"].search(
            [("company_id", "=", self.structure.id), ("is_parcours", "=", True)]
        ).project_nature_id = nature
        column = self.env.ref("citeslab_reporting.export_column_people_project_nature")
        column.show = "label"
        self.assertEqual(self.people()[0]["Nature of the project"], "'=1+1")
        book = load_workbook(io.BytesIO(self.export("xlsx")))
        cells = [
            cell for row in book["People, without name"].iter_rows() for cell in row
        ]
        self.assertTrue([cell for cell in cells if cell.value == "=1+1"])
        self.assertFalse([cell for cell in cells if cell.data_type == "f"])

    def test_record_rules_and_roles_apply(self):
        for name in ("chef", "volunteer", "employee"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.export("csv", self.users[name])
        with self.assertRaises(AccessError):
            self.Export._export_live("csv", {**YEAR, "company_id": self.other.id})
        # The network reads what was handed over, never the people of today.
        with self.assertRaises(AccessError):
            self.export("csv", self.users["network"])

    def test_unknown_format_is_one_sentence(self):
        with self.assertRaises(UserError) as refusal:
            self.export("odt")
        self.assertIn("odt", str(refusal.exception))

    def test_what_is_kept_gives_the_same_bytes(self):
        """S1: what a report keeps does not depend on what changes afterwards."""
        matrix = self.matrix(date(2023, 1, 1), date(2023, 12, 31), user=self.manager)
        sources = self.Export._sources(
            matrix, self.structure, date(2023, 1, 1), date(2023, 12, 31)
        )
        kept = self.Export._freeze(sources)
        header = self.Export._header(matrix, "yearly", 1)
        files = [
            self.Export._file(one, header, self.Export._thaw(kept))[1]
            for one in ("zip", "xlsx", "json", "csv")
        ]
        self.person("Une autre", "female", 30, self.area)
        again = [
            self.Export._file(one, header, self.Export._thaw(kept))[1]
            for one in ("zip", "xlsx", "json", "csv")
        ]
        self.assertEqual(files, again)


@tagged("post_install", "-at_install")
class TestAnonymity(BaseCase):
    ROW = {
        "structure": 1, "gender": "f", "residence": "qpv", "age": 30,
        "age_band": "26_35", "area": 1, "month": "2023-01",
    }  # fmt: skip

    def rows(self, *changes):
        return [{**self.ROW, **change} for change in changes]

    def test_equal_rows_are_told_whole(self):
        self.assertEqual(set(anonymity.steps(self.rows(*[{}] * 5), 5)), {0})

    def test_a_few_people_are_told_nothing_of(self):
        found = anonymity.steps(self.rows(*[{}] * 4), 5)
        self.assertEqual(set(found), {anonymity.COARSEST})

    def test_one_apart_takes_others_with_him(self):
        """A row that shows nothing would be his, if it were alone."""
        found = anonymity.steps(self.rows(*[{}] * 5, {"gender": "m", "age": 60}), 5)
        self.assertEqual(set(found), {anonymity.COARSEST})

    @skipUnless(find_spec("hypothesis"), "hypothesis is a library of the tests")
    def test_no_row_is_ever_alone(self):
        from hypothesis import given, settings
        from hypothesis import strategies as st

        row = st.fixed_dictionaries(
            {
                "structure": st.integers(1, 2),
                "gender": st.sampled_from(["f", "m", None]),
                "residence": st.sampled_from(["qpv", "near"]),
                "age": st.integers(20, 60),
                "area": st.integers(1, 3),
                "month": st.sampled_from(["2023-01", "2023-02"]),
            }
        ).map(lambda one: {**one, "age_band": one["age"] // 10})

        @settings(max_examples=100, deadline=None, derandomize=True)
        @given(st.lists(row, min_size=1, max_size=60))
        def check(rows):
            found = anonymity.steps(rows, 5)
            told = Counter(
                (one["structure"], step, *(one[name] for name in anonymity.STEPS[step]))
                for one, step in zip(rows, found, strict=True)
            )
            sizes = Counter(one["structure"] for one in rows)
            for key, count in told.items():
                self.assertGreaterEqual(count, min(5, sizes[key[0]]))

        check()
