import io
import json
import re
from unittest.mock import patch

import openpyxl
from lxml import html as lxml_html
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.citeslab_base.tools import pdf

from . import brest_2023
from .engine_common import EngineCase
from .renderer_common import RendererCase, load_registers

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


def text_of(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return without_spaces("".join(page.extract_text() for page in pages))


def without_spaces(text):
    """Kerning reads as spaces: "T erritoire"."""
    return re.sub(r"\s+", "", text)


@tagged("post_install", "-at_install")
class TestBilanHtml(RendererCase):
    def document(self, matrix=None):
        return lxml_html.fromstring(self.renderer._html(matrix or self.matrix))

    def test_it_is_self_contained(self):
        page = self.renderer._html(self.matrix)
        addresses = re.findall(r"(?:\bsrc=|\bhref=|url\()[\"']?(.{0,40})", page)
        self.assertTrue(addresses)
        self.assertFalse([one for one in addresses if not one.startswith("data:")])
        self.assertNotIn("@import", page)

    def test_language_title_and_headings(self):
        page = self.document()
        self.assertEqual(page.get("lang"), "en")
        self.assertEqual(page.findtext(".//title"), "Activity report 2023")
        self.assertEqual(len(page.findall(".//h1")), 1)
        headings = [h.text_content() for h in page.findall(".//h2")]
        self.assertEqual(
            headings,
            [
                "Key figures",
                "Portrait des personnes accompagnées",
                "Projets et parcours",
                "Animation et partenariats",
                "How the figures are counted",
            ],
        )

    def test_each_row_is_drawn_and_told(self):
        page = self.document()
        rows = page.xpath("//tbody/tr[td[contains(@class, 'cl-bars')]]")
        shown = [row for row in rows if row.xpath("td/*[name()='svg']")]
        expected = sum(
            len(figure.visible_items) for figure in self.matrix.figures.values()
        )
        self.assertEqual(len(shown), expected)

    def test_what_users_typed_is_escaped(self):
        matrix = brest_2023.matrix(structure={"name": "<script>alert(1)</script>"})
        page = self.renderer._html(matrix)
        self.assertNotIn("<script", page)
        self.assertIn("&lt;script&gt;", page)

    def test_logos(self):
        funders = [{"name": "Ville", "logo": PNG.encode()}, {"name": "État"}]
        structure = {"name": "Estuaire", "logo": PNG.encode()}
        matrix = brest_2023.matrix(structure=structure, meta={"funders": funders})
        images = self.document(matrix).xpath("//img")
        self.assertEqual([img.get("alt") for img in images], ["", "Ville"])
        default = {"name": "Estuaire", "logo": self.env["res.company"]._get_logo()}
        page = self.document(brest_2023.matrix(structure=default))
        self.assertFalse(page.xpath("//img"), "Odoo's own placeholder is no logo")

    def test_place_for_funders_that_are_not_known(self):
        page = self.document(brest_2023.matrix(meta={}))
        (place,) = page.find_class("cl-free")
        self.assertEqual(
            place.text_content().strip(), "Place for the logos of the funders"
        )

    def test_the_shortest_interview_is_printed(self):
        page = self.renderer._html(self.matrix)
        self.assertIn("An interview counts whatever its duration.", page)
        page = self.renderer._html(brest_2023.matrix(meta={"min_minutes": 15}))
        self.assertIn("An interview counts from 15 minutes on.", page)

    def test_french_days(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        renderer = self.renderer.with_context(lang="fr_FR")
        day = self.matrix.period[0]
        self.assertEqual(renderer._day(day), "1er janvier 2023")
        self.assertEqual(renderer._style().value(42.4, "rate"), "42,4\xa0%")

    def test_name_of_the_files(self):
        self.assertEqual(self.renderer._file(self.matrix, "json")[0], "bilan-2023.json")
        self.assertEqual(
            self.renderer._file(self.quarter, "json")[0],
            "bilan-2023-01-01_2023-03-31.json",
        )
        with self.assertRaisesRegex(UserError, "docx"):
            self.renderer._file(self.matrix, "docx")


@tagged("post_install", "-at_install")
class TestBilanPdf(RendererCase):
    def setUp(self):
        super().setUp()
        if not pdf.is_available():
            self.skipTest("WeasyPrint is not installed")

    def test_pages_outline_and_metadata(self):
        reader = PdfReader(io.BytesIO(self.renderer._pdf(self.matrix)))
        self.assertEqual(reader.metadata.title, "Activity report 2023")
        self.assertEqual(reader.trailer["/Root"]["/Lang"], "en")
        self.assertTrue(reader.trailer["/Root"]["/MarkInfo"]["/Marked"])
        titles = [one.title for one in reader.outline if not isinstance(one, list)]
        self.assertIn("Activity report", " ".join(titles))
        total = len(reader.pages)
        for number, page in enumerate(reader.pages, 1):
            found = f"page {number} / {total}" in page.extract_text()
            self.assertEqual(found, number > 1, f"number of page {number}")
            self.assertAlmostEqual(float(page.mediabox.width), 595.3, delta=1)

    def test_nothing_is_read_from_outside(self):
        asked = []

        def fetch(self, url, *args, **kwargs):
            asked.append(url)
            raise ValueError(url)

        with patch("urllib.request.OpenerDirector.open", fetch):
            page = (
                "<p>Brest</p><img src='http://example.com/a.png'>"
                "<link rel=stylesheet href='file:///etc/passwd'>"
            )
            content = pdf.print_html(page)
        self.assertIn("Brest", text_of(content))
        self.assertFalse(asked)

    def test_report_of_the_host_prints_ours_with_weasyprint(self):
        company = self.env.company
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        data = {"company_id": company.id, "year": "2023"}
        with patch.object(type(report), "_run_wkhtmltopdf") as host:
            content, kind = report._render_qweb_pdf(
                "citeslab_reporting.action_report_bilan", data=data
            )
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF"))
        host.assert_not_called()

    def test_reports_of_others_keep_their_engine(self):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with (
            patch.object(
                type(report), "_run_wkhtmltopdf", return_value=b"host"
            ) as host,
            patch.object(type(report), "get_wkhtmltopdf_state", return_value="ok"),
        ):
            content, _kind = report._render_qweb_pdf(
                "base.report_ir_model_overview",
                self.env.ref("base.model_res_users").ids,
            )
        self.assertEqual(content, b"host")
        host.assert_called_once()


@tagged("post_install", "-at_install")
class TestHostEngine(RendererCase):
    """A host without WeasyPrint prints with its own engine."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(pdf, "is_available", lambda: False))

    def test_footer_and_style_reach_the_old_engine(self):
        report = type(self.env["ir.actions.report"])
        with (
            patch.object(report, "_run_wkhtmltopdf", return_value=b"host") as host,
            patch.object(report, "get_wkhtmltopdf_state", return_value="ok"),
        ):
            self.assertEqual(self.renderer._pdf(self.matrix), b"host")
        (bodies,) = host.call_args.args
        self.assertEqual(len(bodies), 1)
        self.assertIn(".cl-tiles", bodies[0])
        self.assertIn("topage", str(host.call_args.kwargs["footer"]))

    def test_no_engine_at_all(self):
        report = type(self.env["ir.actions.report"])
        with (
            patch.object(report, "get_wkhtmltopdf_state", return_value="install"),
            self.assertRaisesRegex(UserError, "weasyprint"),
        ):
            self.renderer._pdf(self.matrix)


@tagged("post_install", "-at_install")
class TestSameFiguresEverywhere(EngineCase):
    """The registers of two years: PDF text, cells and JSON tell the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_registers(cls.env, cls.structure)
        cls.renderer = cls.env["citeslab.bilan.renderer"].with_user(cls.chef)
        cls.found = cls.renderer._matrix({"year": 2023, "company_id": cls.structure.id})
        cls.json = json.loads(cls.renderer._json(cls.found))["indicators"]

    def shown_rows(self):
        for figure in self.json.values():
            for item in figure["items"]:
                if item["value"] or item["previous"]:
                    yield figure, item

    def test_xlsx_tells_the_json(self):
        book = openpyxl.load_workbook(io.BytesIO(self.renderer._xlsx(self.found)))
        cells = {
            (row[0], row[1], row[3])
            for sheet in book.worksheets
            for row in sheet.iter_rows(values_only=True)
            if len(row) > 3
        }
        for _figure, item in self.shown_rows():
            self.assertIn((item["label"], item["value"], item["previous"]), cells)

    def test_pdf_tells_the_json(self):
        if not pdf.is_available():
            self.skipTest("WeasyPrint is not installed")
        text = text_of(self.renderer._pdf(self.found))
        for _figure, item in self.shown_rows():
            row = f"{item['label']}{item['value']}{item['percent']}%"
            self.assertIn(without_spaces(row), text)

    def test_screen_tells_the_json(self):
        screen = self.renderer.screen({"year": 2023, "company_id": self.structure.id})
        rows = {
            (block["code"], row["code"]): (row["value"], row["previous"])
            for section in [{"blocks": screen["key_blocks"]}, *screen["sections"]]
            for block in section["blocks"]
            if block["type"] == "table"
            for row in block["rows"]
        }
        expected = {
            (code, item["code"]): (item["value"], item["previous"])
            for code, figure in self.json.items()
            for item in figure["items"]
            if item["value"] or item["previous"]
        }
        self.assertEqual(rows, expected)
