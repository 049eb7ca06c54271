"""The national export: what leaves, under which names, and what never does."""

import csv
import io
import itertools
import json
import subprocess
import zipfile
from collections import Counter
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from unittest import skipUnless

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL
from odoo.tools.misc import file_open

from odoo.addons.citeslab_base.tests.common import CANARY

from ..figures import anonymity, export
from ..models.citeslab_export_people import PERSON_KEYS
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

    def test_a_sheet_prints_on_pages_as_wide_as_its_columns(self):
        section = self.env.ref("citeslab_reporting.export_section_people")
        section.name = "Porteurs de l'année"
        page = load_workbook(io.BytesIO(self.export("xlsx")))[section.name]
        self.assertEqual(page.print_title_rows, "$1:$1")
        self.assertTrue(page.sheet_properties.pageSetUpPr.fitToPage)
        self.assertEqual(page.page_setup.orientation, "landscape")
        self.assertEqual(page.page_setup.fitToHeight, 0)

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
        header = self.Export._header(matrix.structure, matrix.period, "yearly", 1)
        files = [
            self.Export._file(one, header, *self.Export._thaw(kept))[1]
            for one in ("zip", "xlsx", "json", "csv")
        ]
        self.person("Une autre", "female", 30, self.area)
        # nor on the columns that the network chooses for the next ones
        columns = self.env["citeslab.export.column"].search([])
        columns[0].name = "Un autre libellé"
        columns[1:4].active = False
        again = [
            self.Export._file(one, header, *self.Export._thaw(kept))[1]
            for one in ("zip", "xlsx", "json", "csv")
        ]
        self.assertEqual(files, again)


HOSTILE = (
    "=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\rx", "'=1", "a;b", 'say "no"', "a\nb",
    "\n", "\x01\x02", "\x0b=1+1", "\ufffe=2", " =3", "é\u202e", "x\x1f", "\\.", "\\N",
    "NULL", "%s", "{}", "😀" * 20_000, "&<>]]>", "_x0041_", "x\r\ny",
    "Tôt ou tard, (l’été) 2/3; fin-",
)  # fmt: skip


def told(values):
    """A query that gives one text a row, in their order."""
    rows = SQL(", ").join(SQL("(%s, %s)", *pair) for pair in enumerate(values))
    return SQL("SELECT text FROM (VALUES %s) AS told(rank, text) ORDER BY rank", rows)


@tagged("post_install", "-at_install")
class TestWrittenByTheDatabase(ExportCase):
    """What the database writes by itself is what Python would have written."""

    def guarded(self, values):
        query = SQL(
            "SELECT %s FROM (%s) told", export.guard_sql(SQL("text")), told(values)
        )
        return [text for (text,) in self.env.execute_query(query)]

    def test_hostile_texts_are_guarded_alike(self):
        self.assertEqual(self.guarded(HOSTILE), [export.guard(one) for one in HOSTILE])

    @skipUnless(find_spec("hypothesis"), "hypothesis is a library of the tests")
    def test_any_text_is_guarded_alike(self):
        from hypothesis import given, settings
        from hypothesis import strategies as st

        letters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
        text = st.text(letters | st.sampled_from("=+-@\t\r\n;\"'\x01\ufffe"))

        @settings(max_examples=200, deadline=None, derandomize=True)
        @given(st.lists(text, min_size=1, max_size=20))
        def check(values):
            self.assertEqual(
                self.guarded(values), [export.guard(one) for one in values]
            )

        check()

    def people_rows(self):
        return self.Export.env["citeslab.export.people"]._rows(
            self.structure, date(2023, 1, 1), date(2023, 12, 31)
        )

    def test_a_file_of_the_database_is_that_of_python_byte_for_byte(self):
        nature = self.env["citeslab.project.nature"].create(
            [
                {"name": one, "code": f"n{rank}", "company_id": self.structure.id}
                for rank, one in enumerate(HOSTILE)
                if one.strip() and len(one) < 100
            ]
        )
        parcours = self.env["crm.lead"].search(
            [("company_id", "=", self.structure.id), ("is_parcours", "=", True)]
        )
        for rank, one in enumerate(nature):
            found = (
                parcours[rank]
                if rank < len(parcours)
                else self.person(f"Porteuse {rank}", "female", 30, self.area)
            )
            found.project_nature_id = one
        self.area.commune = '=Brest;"l’été"\n'
        rows = self.people_rows()
        for show in ("code", "label"):
            columns = tuple(
                export.Column(one.key, one.key, one.key, show) for one in rows.fields
            )
            kept = export.Rows(rows.fields, list(rows.rows))
            files = []
            for source in (rows, kept):
                out = io.BytesIO()
                export.write_csv(export.Sheet("p", "P", columns, source), out)
                files.append(out.getvalue())
            self.assertEqual(files[0], files[1], show)
            self.assertGreater(files[0].count(b"\r\n"), 20)
        self.assertIn("'=1+1", files[0].decode())

    def test_people_read_all_at_once_are_those_read_one_by_one(self):
        fact = self.env["citeslab.fact.person"].with_context(
            citeslab_from="2023-01-01",
            citeslab_to="2023-12-31",
            citeslab_company_ids=self.structure.ids,
        )
        names = [name for name in fact._fields if fact._fields[name].store]

        def told_by(model):
            query = model._search([("company_id", "=", self.structure.id)])
            columns = [model._field_to_sql(query.table, name) for name in names]
            return sorted(map(repr, self.env.execute_query(query.select(*columns))))

        one_by_one = told_by(fact)
        self.assertEqual(len(one_by_one), 7)
        self.assertEqual(
            told_by(fact.with_context(citeslab_all_at_once=True)), one_by_one
        )

    @skipUnless(which("soffice"), "LibreOffice is not installed")
    def test_a_workbook_opens_in_libreoffice_with_the_same_rows(self):
        fields = (export.Field("text"), export.Field("n", "integer"))
        rows = [(text[:500], rank) for rank, text in enumerate(HOSTILE)] + [
            (None, None)
        ]
        columns = (export.Column("a", "=Text", "text"), export.Column("b", "N", "n"))
        sheet = export.Sheet("s", "S'é & <1>", columns, export.Rows(fields, rows))
        with TemporaryDirectory() as folder:
            path = Path(folder, "book.xlsx")
            with path.open("wb") as out:
                export.write_xlsx([sheet], "T & <é>", out)
            filters = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false"
            subprocess.run(
                [
                    "soffice", f"-env:UserInstallation=file://{folder}/home",
                    "--headless", "--convert-to", filters, "--outdir", folder, path,
                ],
                check=True,
                capture_output=True,
                timeout=180,
            )  # fmt: skip
            with Path(folder, "book.csv").open(encoding="utf-8", newline="") as file:
                read = list(csv.reader(file, delimiter=";"))
        self.assertEqual(read[0], ["=Text", "N"])
        self.assertEqual(len(read) - 1, len(HOSTILE))
        for (text, rank), (found, number) in zip(rows, read[1:], strict=False):
            self.assertEqual(number, str(rank))
            wanted = export.safe_cell(text).replace("\r\n", "\n").replace("\r", "\n")
            self.assertEqual(found.replace("\r\n", "\n").replace("\r", "\n"), wanted)

    def test_more_rows_than_a_sheet_holds_is_one_sentence(self):
        matrix = self.matrix(date(2023, 1, 1), date(2023, 12, 31), user=self.manager)
        fields = tuple(export.Field(key) for key in PERSON_KEYS)
        row = (None,) * len(fields)
        people = export.Rows(fields, itertools.repeat(row, 1_048_576))
        header = self.Export._header(matrix.structure, matrix.period, "live")
        with self.assertRaises(UserError) as refusal:
            self.Export._file("xlsx", header, {"people": people}, self.Export._layout())
        self.assertIn("CSV", str(refusal.exception))


def naive_steps(rows, k):
    """The same rule in plain Python, row by row."""
    found = [None] * len(rows)
    sizes = {}
    for step, names in enumerate(anonymity.STEPS[:-1]):
        keys = [(row["structure"], *(row[name] for name in names)) for row in rows]
        counts = Counter(
            key for key, seen in zip(keys, found, strict=True) if seen is None
        )
        for rank, key in enumerate(keys):
            if found[rank] is None and counts[key] >= k:
                found[rank] = step
                sizes[step, key] = counts[key]
    found = [anonymity.COARSEST if one is None else one for one in found]
    for structure in {row["structure"] for row in rows}:
        own = [rank for rank, row in enumerate(rows) if row["structure"] == structure]
        alone = sum(found[rank] == anonymity.COARSEST for rank in own)
        groups = sorted(
            (-step, size) for (step, key), size in sizes.items() if key[0] == structure
        )
        wanted = Counter()
        for step, size in groups:
            if not 0 < alone < k:
                break
            alone += size
            wanted[-step] += size
        yield structure, Counter(found[rank] for rank in own), wanted


@tagged("post_install", "-at_install")
class TestAnonymity(TransactionCase):
    ROW = {
        "structure": 1, "gender": "f", "residence": "qpv", "age": 30,
        "age_band": "26_35", "area": 1, "month": date(2023, 1, 1),
    }  # fmt: skip

    def rows(self, *changes):
        return [{**self.ROW, **change} for change in changes]

    def steps(self, rows, k):
        names = list(self.ROW)
        values = SQL(", ").join(
            SQL("%s", (rank, *(row[name] for name in names)))
            for rank, row in enumerate(rows)
        )
        table = SQL(
            "SELECT * FROM (VALUES %s) AS told(id, %s)",
            values,
            SQL(", ").join(map(SQL.identifier, names)),
        )
        texts = {
            name: sorted({row[name] for row in rows} - {None})
            for name in ("gender", "residence", "age_band")
        }
        told = self.env.execute_query(anonymity.graded(table, k, texts))
        found = {row[0]: row[-1] for row in told}
        return [found[rank] for rank in range(len(rows))]

    def test_each_step_drops_the_last_names(self):
        for step in range(len(anonymity.STEPS)):
            names = tuple(
                name for name in anonymity.QUASI if name in anonymity.kept(step)
            )
            self.assertEqual(names, anonymity.QUASI[: len(names)], step)

    def test_a_text_that_the_bits_do_not_hold_is_refused(self):
        rows = self.rows(*[{"gender": str(rank)} for rank in range(16)])
        with self.assertRaises(ValueError):
            self.steps(rows, 5)

    def test_equal_rows_are_told_whole(self):
        self.assertEqual(set(self.steps(self.rows(*[{}] * 5), 5)), {0})

    def test_a_few_people_are_told_nothing_of(self):
        found = self.steps(self.rows(*[{}] * 4), 5)
        self.assertEqual(set(found), {anonymity.COARSEST})

    def test_one_apart_takes_others_with_him(self):
        """A row that shows nothing would be his, if it were alone."""
        found = self.steps(self.rows(*[{}] * 5, {"gender": "m", "age": 60}), 5)
        self.assertEqual(set(found), {anonymity.COARSEST})

    @skipUnless(find_spec("hypothesis"), "hypothesis is a library of the tests")
    def test_no_row_is_ever_alone_nor_told_less_than_the_rule_allows(self):
        from hypothesis import given, settings
        from hypothesis import strategies as st

        row = st.fixed_dictionaries(
            {
                "structure": st.integers(1, 2),
                "gender": st.sampled_from(["f", "m", None]),
                "residence": st.sampled_from(["qpv", "near"]),
                "age": st.integers(20, 60),
                "area": st.integers(1, 3),
                "month": st.sampled_from([date(2023, 1, 1), date(2023, 2, 1)]),
            }
        ).map(lambda one: {**one, "age_band": str(one["age"] // 10)})

        @settings(max_examples=150, deadline=None, derandomize=True)
        @given(st.lists(row, min_size=1, max_size=60))
        def check(rows):
            found = self.steps(rows, 5)
            told = Counter(
                (one["structure"], step, *(one[name] for name in anonymity.STEPS[step]))
                for one, step in zip(rows, found, strict=True)
            )
            sizes = Counter(one["structure"] for one in rows)
            for key, count in told.items():
                self.assertGreaterEqual(count, min(5, sizes[key[0]]))
            for structure, before, moved in naive_steps(rows, 5):
                wanted = before - moved
                wanted[anonymity.COARSEST] += sum(moved.values())
                actual = Counter(
                    step
                    for one, step in zip(rows, found, strict=True)
                    if one["structure"] == structure
                )
                self.assertEqual(actual, +wanted)

        check()
