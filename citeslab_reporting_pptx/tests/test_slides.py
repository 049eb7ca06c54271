import io
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from odoo.tests import HttpCase, tagged

from odoo.addons.citeslab_base.tests.common import CiteslabCast
from odoo.addons.citeslab_reporting.figures.layout import Layout
from odoo.addons.citeslab_reporting.report.words import words
from odoo.addons.citeslab_reporting.tests import brest_2023
from odoo.addons.citeslab_reporting.tests.renderer_common import RendererCase

from ..figures.slides import Brand, color, on, picture, presentation


def png(size=(40, 20), mode="RGB"):
    """Bytes of a small picture."""
    stream = io.BytesIO()
    Image.new(mode, size, "#17457f").save(stream, "PNG")
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestSlides(RendererCase):
    """The slides of Brest 2023, read back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.content = cls.renderer._pptx(cls.matrix)
        cls.deck = Presentation(io.BytesIO(cls.content))
        cls.figures = json.loads(cls.matrix.as_json())["indicators"]

    def _texts(self, deck=None):
        """Every text of the slides."""
        found = []
        for slide in (deck or self.deck).slides:
            for shape in slide.shapes:
                if shape.has_text_frame:
                    found.append(shape.text_frame.text)
                elif shape.has_table:
                    found += [c.text for row in shape.table.rows for c in row.cells]
        return "\n".join(found)

    def _charts(self):
        """``{label of the figure: [chart]}``, in the order of the slides."""
        found = {}
        for slide in self.deck.slides:
            for shape in slide.shapes:
                if shape.has_chart:
                    title = slide.shapes[2].text_frame.text.split(" (")[0]
                    found.setdefault(title, []).append(shape.chart)
        return found

    def test_charts_hold_the_figures_of_the_json(self):
        """Each distribution is charts whose numbers are those of the bilan."""
        charts = self._charts()
        checked = 0
        for code, figure in self.figures.items():
            items = [
                item
                for item in figure["items"]
                if item["value"] or item["previous"]
                or any(v for k, v in item.items()
                       if k not in ("code", "label", "value", "previous", "percent"))
            ]  # fmt: skip
            label = self.matrix[code].label
            if not items:
                self.assertNotIn(label, charts)
                continue
            parts = charts[label]
            values = [v for chart in parts for v in chart.plots[0].series[0].values]
            self.assertEqual(
                values, [None if i["value"] is None else float(i["value"])
                         for i in items], code,
            )  # fmt: skip
            names = [c for chart in parts for c in chart.plots[0].categories]
            for name, item in zip(names, items, strict=True):
                self.assertTrue(name.startswith(item["label"]), name)
            if len(parts[0].plots[0].series) > 1:
                before = [v for c in parts for v in c.plots[0].series[1].values]
                self.assertEqual(before, [i["previous"] for i in items], code)
            checked += 1
        self.assertGreater(checked, 10)

    def test_key_figures_and_totals_are_those_of_the_pdf(self):
        layout = self.renderer._layout(self.matrix)
        text = self._texts()
        for tile in layout.tiles():
            self.assertIn(tile["label"], text)
            self.assertIn(tile["value_text"], text)
        for section in layout.sections():
            for block in section["blocks"]:
                if block["type"] == "lines":
                    for row in block["rows"]:
                        self.assertIn(row["label"], text)
                        self.assertIn(row["value_text"], text)

    def test_charts_are_native_and_can_be_edited(self):
        for charts in self._charts().values():
            for chart in charts:
                workbook = chart.part.chart_workbook.xlsx_part
                self.assertTrue(workbook.blob.startswith(b"PK"))

    def test_definitions_are_in_the_notes_of_the_speaker(self):
        notes = "\n".join(
            slide.notes_slide.notes_text_frame.text
            for slide in self.deck.slides
            if slide.has_notes_slide
        )
        for definition in self.renderer._layout(self.matrix).definitions():
            self.assertIn(definition.text, notes)

    def test_footnotes_are_on_the_slide(self):
        layout = self.renderer._layout(self.matrix)
        text = self._texts()
        for note in layout.key_notes():
            self.assertIn(note["text"], text)

    def test_same_figures_same_file(self):
        parts = []
        for content in (self.content, self.renderer._pptx(self.matrix)):
            deck = Presentation(io.BytesIO(content))
            parts.append([slide.part.blob for slide in deck.slides])
        self.assertEqual(*parts)

    def _deck(self, **brand):
        layout = Layout(self.matrix, words(self.env), self.renderer._style())
        content = presentation(layout, Brand(**brand))
        return Presentation(io.BytesIO(content))

    def test_logo_colours_and_funders(self):
        deck = self._deck(
            primary="#336600",
            logo=png(),
            funders=[
                {"name": "Bpifrance", "logo": png((200, 10))},
                {"name": "Ville sans logo", "logo": None},
            ],
        )
        cover = deck.slides[0]
        pictures = [shape for shape in cover.shapes if shape.shape_type == 13]
        self.assertEqual(len(pictures), 2)
        for shape in pictures:
            self.assertLessEqual(shape.left + shape.width, deck.slide_width)
        self.assertEqual(str(cover.shapes[0].fill.fore_color.rgb), "336600")
        text = self._texts(deck)
        self.assertIn("Ville sans logo", text)
        self.assertGreater(text.count("Bpifrance"), 3, "support shown on every slide")

    def test_company_colours(self):
        self.env.company.primary_color = "#123456"
        brand = self.renderer._brand(self.matrix, self.renderer._layout(self.matrix))
        self.assertEqual(brand.primary, "#123456")

    def test_wrong_colour_and_pictures(self):
        self.assertEqual(str(color("not a colour")), "17457F")
        self.assertEqual(str(color("#abc")), "AABBCC")
        self.assertEqual(str(on(color("#ffffff"))), "1B2733")
        self.assertEqual(str(on(color("#000000"))), "FFFFFF")
        for content in (None, b"", b"<svg></svg>", b"nothing", b"####"):
            self.assertIsNone(picture(content))
        self.assertIsNotNone(picture(png(mode="P")))

    def test_names_that_xml_refuses(self):
        matrix = brest_2023.matrix()
        matrix.structure["name"] = "Structure \x07<b>&\ud800"
        deck = Presentation(io.BytesIO(self.renderer._pptx(matrix)))
        self.assertIn("Structure <b>&", self._texts(deck))

    def test_empty_year(self):
        matrix = brest_2023.matrix()
        empty = type(matrix)(
            structure={"name": "Vide"}, territory=None, period=matrix.period,
            previous_period=None, figures={},
        )  # fmt: skip
        deck = Presentation(io.BytesIO(self.renderer._pptx(empty)))
        self.assertEqual(len(deck.slides), 2)

    def test_opens_in_libreoffice(self):
        """LibreOffice reads it without repair and draws as many pages as slides."""
        soffice = shutil.which("soffice")
        if not soffice:
            self.skipTest("LibreOffice is not on this machine")
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "bilan.pptx"
            source.write_bytes(self.content)
            subprocess.run(
                [
                    soffice, f"-env:UserInstallation=file://{folder}/profile",
                    "--headless", "--convert-to", "pdf", "--outdir", folder,
                    str(source),
                ],
                check=True, capture_output=True, timeout=180,
            )  # fmt: skip
            pages = PdfReader(f"{folder}/bilan.pdf").pages
            self.assertEqual(len(pages), len(self.deck.slides))


@tagged("post_install", "-at_install")
class TestSlidesFile(CiteslabCast, HttpCase):
    """The file as it is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build_cast()

    def _download(self, user):
        self.authenticate(user.login, user.login)
        return self.url_open(
            f"/citeslab/bilan/pptx?year=2023&company_id={self.structure.id}"
        )

    def test_a_chef_downloads_the_slides(self):
        self.meet(self.create_parcours(), "2023-05-03")
        answer = self._download(self.chef)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("bilan-2023.pptx", answer.headers["Content-Disposition"])
        self.assertIn("presentationml", answer.headers["Content-Type"])
        deck = Presentation(io.BytesIO(answer.content))
        self.assertIn("Estuaire", deck.slides[0].shapes[3].text_frame.text)

    def test_another_structure_does_not(self):
        self.assertNotEqual(self._download(self.other_chef).content[:2], b"PK")

    def test_format_is_offered(self):
        choices = self.env["citeslab.bilan.renderer"].with_user(self.chef).choices()
        self.assertEqual(choices["formats"], ["pdf", "xlsx", "json", "pptx"])
        wizard = (
            self.env["citeslab.bilan.wizard"]
            .with_user(self.chef)
            .create(
                {
                    "company_id": self.structure.id,
                    "file_format": "pptx",
                    "year": "2023",
                    "date_from": "2023-01-01",
                    "date_to": "2023-12-31",
                }
            )
        )
        self.assertIn("/citeslab/bilan/pptx?", wizard.action_print()["url"])
