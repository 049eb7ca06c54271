import io
import random
import zipfile
from dataclasses import replace

import openpyxl

from odoo.tests import BaseCase, tagged

from odoo.addons.citeslab_base.tools.text import safe_cell

from ..figures.layout import Layout
from ..figures.matrix import Figure, Item, Section, distribution
from ..figures.text import Style
from ..figures.xlsx import workbook
from . import brest_2023
from .test_matrix import ENGLISH, layout

FACTS = [("Structure", "CitésLab Brest"), ("Period", "2023")]
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=cmd|"/c calc"!A1', "http://a.b")


def written(matrix=None):
    found = Layout(matrix, ENGLISH, Style()) if matrix else layout()
    return workbook(found, FACTS)


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def rows(sheet):
    """``{first cell: the other cells}`` of a sheet."""
    return {row[0]: list(row[1:]) for row in sheet.iter_rows(values_only=True)}


@tagged("post_install", "-at_install")
class TestXlsx(BaseCase):
    def test_a_sheet_a_section(self):
        self.assertEqual(
            opened(written()).sheetnames,
            [
                "Key figures",
                "Portrait des personnes",
                "Projets et parcours",
                "Animation et partenariats",
                "How the figures are counted",
            ],
        )

    def test_numbers_are_numbers(self):
        book = opened(written())
        key = rows(book["Key figures"])
        self.assertEqual(key["Personnes accompagnées"][:3], [118, 107, "+11"])
        self.assertEqual(key["Part résidant en QPV"][:2], [42.4, 41.1])
        portrait = rows(book.worksheets[1])
        self.assertEqual(portrait["Femmes"][:4], [71, 0.6, 64, 0.6])
        self.assertEqual(portrait["Total"][:4], [118, 1, 107, 1])
        self.assertEqual(rows(book.worksheets[3])["EITI Sato"][:2], [6, 4])

    def test_formats_of_numbers(self):
        sheet = opened(written()).worksheets[1]
        cells = {row[0].value: row for row in sheet.iter_rows()}
        self.assertEqual(cells["Femmes"][2].number_format, "0%")
        self.assertEqual(
            cells["Part résidant en QPV"][1].number_format, '0.0" %"', "one decimal"
        )

    def test_native_charts(self):
        archive = zipfile.ZipFile(io.BytesIO(written()))
        charts = [name for name in archive.namelist() if "charts/chart" in name]
        self.assertEqual(len(charts), len(brest_2023.DISTRIBUTIONS) + 1)
        self.assertIn(b"pattFill", archive.read(charts[0]))

    def test_ready_to_print(self):
        for sheet in opened(written()).worksheets:
            with self.subTest(sheet=sheet.title):
                self.assertEqual(sheet.freeze_panes, "A2")
                self.assertEqual(sheet.page_setup.paperSize, 9)
                self.assertIn("&P / &N", sheet.oddFooter.right.text)
        portrait = opened(written()).worksheets[1]
        self.assertEqual(portrait.page_setup.orientation, "landscape")
        breaks = [one.id for one in portrait.row_breaks.brk]
        titles = [portrait.cell(row + 1, 1).value for row in breaks]
        self.assertTrue(breaks)
        for title in titles:
            self.assertIn(title, [f.label for f in brest_2023.figures().values()])

    def test_same_bytes_twice(self):
        self.assertEqual(written(), written())

    def test_no_text_is_ever_live(self):
        items = [Item(f"c{n}", text, n + 1, 0) for n, text in enumerate(HOSTILE)]
        figure = Figure("gender", "=1+2", 28, 0, items=distribution(items))
        matrix = brest_2023.matrix(
            figures={"gender": figure},
            sections=(Section("one", "=A1&[x]:*?/\\", ("gender",)),),
            definitions=(),
            structure={"name": "=HYPERLINK(1)"},
        )
        content = written(matrix)
        book = opened(content)
        cells = [c for s in book.worksheets for row in s.iter_rows() for c in row]
        self.assertFalse([c for c in cells if c.data_type == "f" or c.hyperlink])
        texts = {c.value for c in cells}
        self.assertTrue(set(HOSTILE) - {"\t=1"} <= {str(text) for text in texts})
        archive = zipfile.ZipFile(io.BytesIO(content))
        self.assertNotIn(
            "externalLink", "".join(archive.namelist()), "no link to the outside"
        )

    def test_ten_thousand_strings_come_back_as_text(self):
        letters = random.Random(7)
        alphabet = "=+-@\t\n '\"|!A1(),;:&<>é€\u202e\U0001f600\x00\x0b_x"
        texts = [
            "".join(letters.choices(alphabet, k=letters.randint(1, 12)))
            for _number in range(10_000)
        ]
        items = tuple(Item(f"c{n}", text, 1) for n, text in enumerate(texts))
        figure = Figure("gender", "Gender", 10_000, items=items)
        matrix = brest_2023.matrix(
            figures={"gender": figure},
            sections=(Section("one", "One", ("gender",)),),
            definitions=(),
        )
        sheet = opened(written(matrix)).worksheets[1]
        cells = [row[0] for row in sheet.iter_rows(min_row=5, max_row=10_004)]
        self.assertFalse([cell for cell in cells if cell.data_type == "f"])
        self.assertEqual(
            [cell.value or "" for cell in cells], list(map(safe_cell, texts))
        )

    def test_sheets_with_the_same_title(self):
        matrix = brest_2023.matrix()
        sections = [replace(one, title="x" * 40) for one in matrix.sections[1:3]]
        matrix = replace(matrix, sections=tuple(sections))
        names = opened(written(matrix)).sheetnames
        self.assertEqual(names[1:3], ["x" * 31, "x" * 27 + " (2)"])

    def test_notes_and_absence_are_written(self):
        texts = {
            cell
            for sheet in opened(written()).worksheets
            for row in sheet.iter_rows(values_only=True)
            for cell in row
        }
        self.assertIn("(1) 2022 : total déclaré, bilan 2022 de la structure.", texts)
        self.assertIn(layout().unregistered(), texts)
