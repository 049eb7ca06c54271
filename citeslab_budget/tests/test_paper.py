import base64
import csv
import io
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from odoo.tests import HttpCase, tagged

from odoo.addons.citeslab_base.tools import pdf

from ..figures.sheets import Table
from .common import BREST, BudgetCase

PIXEL = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
        "awAAAABJRU5ErkJggg=="
    )
)


def _plain(text):
    """A label without case, punctuation and spaces, to compare two spellings."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


@tagged("post_install", "-at_install")
class TestPaper(BudgetCase):
    def _print(self, budget, code):
        """Text of a print, spaces folded."""
        report = f"citeslab_budget.paper_{code}"
        content, _kind = budget.env["ir.actions.report"]._render_qweb_html(
            report, budget.ids
        )
        page = html.fromstring(content.decode()).find(".//main")
        for style in page.iter("style"):
            style.text = ""
        return " ".join(page.text_content().split())

    def _rows(self, table):
        return {row.label: row.cells for row in table.rows}

    def test_m1_annexe2_layout(self):
        """Lines 1 to 8, indirect costs, resources; both totals equal."""
        budget = self._brest(2023)
        sheet = budget._sheet_annexe2()
        expenses, resources = sheet.tables
        numbers = [row.number for row in expenses.rows if row.number]
        self.assertEqual(numbers, list("12345678"))
        self.assertEqual(expenses.rows[-1].cells, resources.rows[-1].cells)
        self.assertEqual(expenses.euros()[-1], [52276])
        self.assertEqual(resources.euros()[-1], [52276])
        text = self._print(budget, "annexe2")
        for words in ("Indirect", "Self-financing", "52,276", "Balanced"):
            self.assertIn(words, text)

    def test_m1_unbalanced_says_so(self):
        budget = self._budget({"salary": 1000, "communes": 900})
        for code in ("annexe2", "financing", "cerfa", "final"):
            self.assertIn("Not balanced", self._print(budget, code))

    def test_financing_prints_whole_percentages(self):
        expected = {2022: (31, 20, 49), 2023: (31, 19, 29, 21), 2024: (50, 27, 23)}
        budgets = {year: self._brest(year) for year in BREST}
        sheet = budgets[2024]._sheet_financing()
        for table, year in zip(sheet.tables, BREST, strict=True):
            shares = [row.share for row in table.rows[:-1] if row.style == "line"]
            self.assertEqual(tuple(shares), expected[year])
            self.assertEqual(table.rows[-1].share, 100)
            self.assertEqual(table.rows[-1].cells, [round(BREST[year][0] * 100)])
        text = self._print(budgets[2024], "financing")
        self.assertIn("Contrat de ville", text)
        self.assertIn("50 %", text)

    def _as_printed(self, year, shares):
        budget = self._brest(year)
        rows = [row["line"] for row in budget._financing()]
        for line, share in zip(rows, shares, strict=True):
            line.printed_percent = share
        budget.is_as_printed = True
        return budget

    def test_m6_as_printed_2022(self):
        """31/19/50 where it is asked for, and the computed 31/20/49 told beside."""
        budget = self._as_printed(2022, (31, 19, 50))
        [table] = budget._sheet_financing().tables
        self.assertEqual([row.share for row in table.rows if row.style == "line"],
                         [31, 19, 50])  # fmt: skip
        self.assertEqual(table.rows[-1].share, 100)
        self.assertIn("computed: 31 / 20 / 49 %", self._print(budget, "financing"))
        budget.is_as_printed = False
        self.assertNotIn("computed:", self._print(budget, "financing"))

    def test_m7_as_printed_2023(self):
        budget = self._as_printed(2023, (30, 20, 29, 21))
        self.assertIn("computed: 31 / 19 / 29 / 21 %", self._print(budget, "financing"))

    def test_as_printed_is_a_whole(self):
        with self._refused("add up to 81 %"):
            self._as_printed(2022, (31, 0, 50))

    def test_findings_and_derogations_are_printed(self):
        budget = self._brest(2024)
        for finding in budget._findings():
            self.env["citeslab.budget.derogation"].create(
                {
                    "budget_id": budget.id,
                    "rule_id": finding["rule"].id,
                    "reason": f"Motif {finding['code']}",
                    "decided_by": "RCE Bretagne",
                }
            )
        for code in ("annexe2", "financing", "cerfa"):
            text = self._print(budget, code)
            for finding in budget._findings():
                self.assertIn(" ".join(finding["sentence"].split()), text)
                self.assertIn(f"Motif {finding['code']}", text)

    def test_g9_logos(self):
        budget = self._brest(2024)
        text = self._print(budget, "annexe2")
        self.assertIn("No logo for", text)
        self.assertIn("Ville", text)
        budget._funders().sudo().write({"logo": PIXEL})
        text = self._print(budget, "annexe2")
        self.assertNotIn("No logo for", text)
        self.assertEqual(len(budget._logos()), 1, "the same picture is shown once")

    def test_cerfa_accounts(self):
        budget = self._budget(
            {
                "salary": 1000,
                "travel": 200,
                "indirect": 100,
                "inkind_expense": 50,
                "inkind_resource": 50,
                "communes": 800,
                "own": 500,
            }
        )
        charges, products = budget._sheet_cerfa().tables
        heads = {row.number: row.cells for row in charges.rows if row.style == "head"}
        self.assertEqual(heads["64"], [1000_00])
        self.assertEqual(heads["62"], [200_00])
        self.assertEqual(heads["CI"], [100_00])
        self.assertEqual(heads["86"], [50_00])
        self.assertEqual(self._rows(products)["Total of products"], [1300_00])
        self.assertEqual(charges.rows[-1].cells, [1350_00])
        self.assertEqual(products.rows[-1].cells, [1350_00])

    def test_final_account(self):
        budget = self._brest(2023)
        bpifrance = self._line(budget, "bpifrance")
        bpifrance.explanation = "Solde versé en janvier"
        for line, amount in ((self._line(budget, "salary"), 50000), (bpifrance, 15000)):
            self.env["citeslab.budget.entry"].create(
                {
                    "name": "—",
                    "date": date(2023, 12, 1),
                    "budget_id": budget.id,
                    "line_id": line.id,
                    "amount": amount,
                }
            )
        text = self._print(budget, "final")
        self.assertIn("represents 100.0 % of the total of products", text)
        self.assertIn("95.6 %", text)
        self.assertIn("Solde versé en janvier", text)
        self.assertIn("I certify", text)

    def test_cerfa_12156_is_the_official_list(self):
        """Every account and sub-line of the form, in its words and on its side."""
        Account = self.env["citeslab.budget.account"].with_context(lang="fr_FR")
        sides = {"charge": "expense", "produit": "resource"}
        for row in self._nomenclature("cerfa_12156_budget.csv"):
            account = Account.search(
                [
                    ("code", "=", row["compte"]),
                    ("parent_id", "=", False),
                    ("company_id", "=", False),
                ]
            )
            self.assertEqual(len(account), 1, row)
            self.assertEqual(account.side, sides[row["sens"].split("_")[0]], row)
            self.assertEqual(account.is_inkind, row["sens"].endswith("volontaire"))
            self.assertEqual(_plain(account.name), _plain(row["libelle"]))
            wanted = [
                one.strip()
                for one in row["sous_lignes"].split(";")
                if one.strip() and one != "présent selon version"
            ]
            found = {
                _plain(f"{child.code} {child.name}" if child.code.isdigit()
                       else child.name)
                for child in account.child_ids
            }  # fmt: skip
            for one in wanted:
                self.assertTrue(
                    any(name.startswith(_plain(one)) for name in found), (one, found)
                )

    def test_cerfa_15059_has_every_field(self):
        """Head, qualitative report, table, annex and signature of the form."""
        if "fr_FR" not in dict(self.env["res.lang"].get_installed()):
            self.skipTest("the form is French, which is not installed here")
        self.company.sudo().company_registry = "12345678900012"
        budget = self._brest(2023).with_context(lang="fr_FR")
        text = _plain(self._print(budget, "final"))
        for words in (
            "SIRET", "12345678900012", "projet", "convention", "période",
            "mise en œuvre", "personnes bénéficiaires", "dates et lieux",
            "objectifs atteints", "prévision", "réalis", "représente",
            "répartition des charges indirectes", "explication des écarts",
            "dépenses", "contributions volontaires", "nom", "qualité", "date",
            "exact",
        ):  # fmt: skip
            self.assertIn(_plain(words), text)
        self.assertEqual(len(list(self._nomenclature("cerfa_15059_champs.csv"))), 14)

    def _nomenclature(self, name):
        """Rows of a reference list that lies beside the clone, if it does."""
        folder = Path(__file__).resolve().parents[3] / "shared/data/nomenclatures"
        if not folder.is_dir():
            self.skipTest("no shared/ folder beside the clone")
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @given(
        st.lists(
            st.lists(st.integers(0, 10**8), min_size=1, max_size=5),
            min_size=1,
            max_size=6,
        )
    )
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    def test_rounded_table_still_adds_up(self, groups):
        table = Table("", [""])
        heads = []
        for group in groups:
            place = table.open("")
            heads.append(
                table.close(place, [table.add("", [cents]) for cents in group])
            )
        table.total("", heads)
        euros = table.euros()
        exact = sum(map(sum, groups))
        self.assertEqual(euros[-1][0], (exact + 50) // 100)
        for row, whole in zip(table.rows, euros, strict=True):
            if row.parts is not None:
                self.assertEqual(whole[0], sum(euros[part][0] for part in row.parts))

    def test_pdf(self):
        if not pdf.is_available():
            self.skipTest("WeasyPrint is not on this host")
        budgets = self._brest(2023) | self._brest(2024)
        for code in ("annexe2", "financing", "cerfa", "final"):
            content, kind = (
                self.env["ir.actions.report"]
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(f"citeslab_budget.paper_{code}", budgets.ids)
            )
            self.assertEqual(kind, "pdf")
            self.assertTrue(content.startswith(b"%PDF"))

    def test_xlsx_totals_are_formulas(self):
        budget = self._brest(2022)
        book = openpyxl.load_workbook(io.BytesIO(budget._xlsx()))
        self.assertEqual(len(book.worksheets), 4)
        formulas = [
            cell.value
            for cell in book.worksheets[0]["C"]
            if isinstance(cell.value, str) and cell.value.startswith("=")
        ]
        self.assertGreater(len(formulas), 8)
        self.assertTrue(all(one.startswith("=SUM(") or one == "=0" for one in formulas))

    def test_xlsx_recomputed_by_libreoffice(self):
        """Our totals are what another program finds from our formulas."""
        soffice = shutil.which("soffice")
        if not soffice:
            self.skipTest("LibreOffice is not on this machine")
        budget = self._brest(2022)
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "budget.xlsx"
            stripped = openpyxl.load_workbook(io.BytesIO(budget._xlsx()))
            stripped.save(source)  # openpyxl drops the cached values
            subprocess.run(
                [
                    soffice, f"-env:UserInstallation=file://{folder}/profile",
                    "--headless", "--convert-to", "ods:calc8", "--outdir", folder,
                    str(source),
                ],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
            subprocess.run(
                [
                    soffice, f"-env:UserInstallation=file://{folder}/profile",
                    "--headless", "--convert-to", "xlsx", "--outdir", f"{folder}/back",
                    f"{folder}/budget.ods",
                ],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
            book = openpyxl.load_workbook(
                Path(folder) / "back" / "budget.xlsx", data_only=True
            )
        page = book.worksheets[0]
        totals = [
            page.cell(row=cell.row, column=3).value
            for cell in page["B"]
            if cell.value in ("Total of expenses", "Total of resources")
        ]
        self.assertEqual([round(total, 2) for total in totals], [51128.16, 51128.16])
        shares = [cell.value for cell in book.worksheets[1]["D"] if cell.value]
        self.assertIn(0.31, shares)

    def test_labels_are_never_formulas(self):
        budget = self._budget({"salary": 1000, "communes": 1000})
        self._line(budget, "salary").name = "=1+1"
        book = openpyxl.load_workbook(io.BytesIO(budget._xlsx()))
        cell = next(cell for cell in book.worksheets[0]["B"] if cell.value == "=1+1")
        self.assertEqual(cell.data_type, "s")


@tagged("post_install", "-at_install")
class TestDownload(BudgetCase, HttpCase):
    def test_download_by_role(self):
        budget = self._brest(2022)
        url = f"/citeslab_budget/{budget.id}/budget.xlsx"
        self.authenticate(self.chef.login, self.chef.login)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content[:2], b"PK")
        self.authenticate(None, None)
        self.assertNotEqual(self.url_open(url).content[:2], b"PK")
