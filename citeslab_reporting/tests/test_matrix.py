import json
from datetime import date
from types import SimpleNamespace

from odoo.tests import BaseCase, tagged

from odoo.addons.citeslab_base.tools.rounding import half_up, percentages, rate
from odoo.addons.citeslab_base.tools.text import safe_cell

from ..figures import svg
from ..figures.layout import Layout
from ..figures.matrix import (
    DECLARED,
    DISTRIBUTION,
    Figure,
    Item,
    Matrix,
    Section,
    distribution,
)
from ..figures.text import Style, data_uri
from ..report.words import words
from . import brest_2023

ENGLISH = words(SimpleNamespace(_=str))


def layout(matrix=None):
    return Layout(matrix or brest_2023.matrix(), ENGLISH, Style())


def lonely(figure, **changes):
    """A matrix of one figure."""
    values = {
        "figures": {figure.code: figure},
        "sections": (Section("one", "One", (figure.code,)),),
        "definitions": (),
    }
    return brest_2023.matrix(**{**values, **changes})


@tagged("post_install", "-at_install")
class TestRounding(BaseCase):
    def test_percentages_of_the_printed_bilan(self):
        self.assertEqual(percentages([71, 47]), [60, 40])
        self.assertEqual(percentages([50, 33, 35]), [42, 28, 30])
        self.assertEqual(
            percentages([16, 12, 12, 18, 45, 15]), [14, 10, 10, 15, 38, 13]
        )
        self.assertEqual(percentages([21, 3, 45, 11, 38]), [18, 3, 38, 9, 32])

    def test_percentages_always_add_up(self):
        for size in range(1, 40):
            values = [(7 * size + 13 * place) % 97 for place in range(size)]
            with self.subTest(values=values):
                expected = 100 if any(values) else 0
                self.assertEqual(sum(percentages(values)), expected)

    def test_equal_shares_favour_the_first(self):
        self.assertEqual(percentages([1, 1, 1]), [34, 33, 33])
        self.assertEqual(percentages([0.5, 0.25, 0.25]), [50, 25, 25])

    def test_nothing_to_share(self):
        self.assertEqual(percentages([]), [])
        self.assertEqual(percentages([0, None]), [0, 0])
        self.assertIsNone(rate(3, 0))

    def test_negative_share_is_refused(self):
        with self.assertRaisesRegex(ValueError, "negative"):
            percentages([3, -1])

    def test_halves_go_up(self):
        self.assertEqual(rate(50, 118), 42.4)
        self.assertEqual(half_up(0.25, 1), 0.3)
        self.assertEqual(half_up(-2.5), -3)


@tagged("post_install", "-at_install")
class TestMatrix(BaseCase):
    def test_contract_of_the_json(self):
        found = json.loads(brest_2023.matrix().as_json())
        self.assertEqual(
            list(found),
            [
                "schema",
                "structure",
                "territory",
                "period",
                "definitions",
                "indicators",
                "sections",
            ],
        )
        self.assertEqual(found["schema"], "citeslab.bilan/1")
        self.assertEqual(found["period"], {"from": "2023-01-01", "to": "2023-12-31"})
        gender = found["indicators"]["gender"]
        self.assertEqual(list(gender), ["value", "previous", "status", "items"])
        self.assertEqual(
            gender["items"],
            [
                {
                    "code": "female",
                    "label": "Femmes",
                    "value": 71,
                    "previous": 64,
                    "percent": 60,
                },
                {
                    "code": "male",
                    "label": "Hommes",
                    "value": 47,
                    "previous": 43,
                    "percent": 40,
                },
                {
                    "code": "unknown",
                    "label": "Non renseigné",
                    "value": 0,
                    "previous": 0,
                    "percent": 0,
                },
            ],
        )
        self.assertEqual(
            found["sections"][0],
            {
                "code": "persons",
                "title": "Les personnes",
                "indicators": list(brest_2023.SECTIONS[0][2]),
            },
        )

    def test_what_nobody_feeds(self):
        webinars = json.loads(brest_2023.matrix().as_json())["indicators"]["webinars"]
        self.assertEqual(
            webinars,
            {"value": None, "previous": None, "status": "not_registered", "items": []},
        )

    def test_further_columns_and_sources_reach_the_json(self):
        found = json.loads(brest_2023.matrix().as_json())["indicators"]
        self.assertEqual(found["programs"]["items"][0]["accepted"], 4)
        self.assertEqual(found["persons_met"]["previous_status"], "declared")
        self.assertIn("bilan 2022", found["persons_met"]["notes"][0])

    def test_same_bytes_and_no_logo(self):
        structure = {"logo": b"\x89PNG", "name": "Estuaire", "city": "Brest"}
        first = brest_2023.matrix(structure=structure).as_json()
        second = brest_2023.matrix(structure=dict(reversed(structure.items())))
        self.assertEqual(first, second.as_json())
        self.assertNotIn("PNG", first)

    def test_filters_are_told(self):
        matrix = brest_2023.matrix(meta={"filters": ["Bellevue"]})
        self.assertEqual(matrix.as_dict()["filters"], ["Bellevue"])

    def test_a_section_cannot_name_a_missing_figure(self):
        with self.assertRaisesRegex(ValueError, "gnder"):
            Matrix(
                structure={"name": "Estuaire"},
                territory=None,
                period=(date(2023, 1, 1), date(2023, 12, 31)),
                previous_period=None,
                figures={},
                sections=(Section("portrait", "Portrait", ("gnder",)),),
            )

    def test_a_status_is_one_of_three(self):
        with self.assertRaisesRegex(ValueError, "typed"):
            Figure("gender", "Gender", status="typed")

    def test_empty_rows_are_dropped_but_the_unknown_one(self):
        items = distribution(
            [Item("a", "A", 3, 0), Item("b", "B", 0, 0), Item("unknown", "?", 0, 0)]
        )
        self.assertEqual([item.code for item in items], ["a", "unknown"])
        self.assertEqual([item.percent for item in items], [100, 0])


@tagged("post_install", "-at_install")
class TestLayout(BaseCase):
    def block(self, code):
        for section in layout().sections():
            for block in section["blocks"]:
                if block["code"] == code:
                    return block
        self.fail(f"no block {code}")

    def test_tiles_and_their_notes(self):
        found = layout()
        tiles = {tile["code"]: tile for tile in found.tiles()}
        self.assertEqual(tiles["persons_accompanied"]["change_text"], "+11")
        self.assertEqual(
            tiles["persons_accompanied"]["detail"], "118 new + 0 already followed"
        )
        self.assertEqual(tiles["qpv_rate"]["value_text"], "42,4\xa0%")
        self.assertEqual(tiles["qpv_rate"]["change_text"], "+1,3\xa0pts")
        self.assertEqual(tiles["creations"]["change_text"], "−14")
        self.assertEqual(tiles["persons_met"]["marks"], "1")
        self.assertTrue(tiles["persons_met"]["is_previous_declared"])
        self.assertEqual(tiles["jobseekers"]["marks"], "2")
        self.assertEqual([note["mark"] for note in found.key_notes()], ["1", "2"])

    def test_a_section_that_the_tiles_tell_is_not_told_twice(self):
        codes = [section["code"] for section in layout().sections()]
        self.assertEqual(codes, ["portrait", "paths", "animation"])
        self.assertEqual(layout().key_blocks(), [])

    def test_totals_open_a_section(self):
        portrait = layout().sections()[0]
        self.assertEqual(portrait["blocks"][0]["type"], "lines")
        self.assertEqual(
            [row["code"] for row in portrait["blocks"][0]["rows"]],
            ["qpv_rate", "qpv_and_near_rate", "jobseekers"],
        )
        self.assertEqual(portrait["blocks"][1]["code"], "gender")

    def test_shares_of_both_years(self):
        block = self.block("outcome")
        self.assertEqual(
            [row["percent_text"] for row in block["rows"]],
            ["4\xa0%", "38\xa0%", "20\xa0%", "10\xa0%", "28\xa0%"],
        )
        self.assertEqual(sum(row["previous_percent"] for row in block["rows"]), 100)
        self.assertEqual(block["maximum"], 48)
        self.assertTrue(block["rows"][-1]["is_unknown"])

    def test_an_unknown_row_of_zero_is_not_shown(self):
        self.assertEqual(
            [row["code"] for row in self.block("gender")["rows"]], ["female", "male"]
        )

    def test_a_column_that_repeats_the_value_names_it(self):
        block = self.block("programs")
        self.assertEqual(block["value_label"], "Oriented")
        self.assertEqual(block["columns"], ["Accepted"])
        self.assertEqual([row["extra"] for row in block["rows"]], [[4], [2], [3], [3]])
        self.assertFalse(block["has_percent"])

    def test_year_before_known_in_all_only(self):
        figure = Figure(
            "gender",
            "Gender",
            value=5,
            previous=107,
            kind=DISTRIBUTION,
            items=distribution([Item("female", "F", 5, 0), Item("unknown", "?", 0, 0)]),
            previous_status=DECLARED,
        )
        (block,) = layout(lonely(figure)).sections()[0]["blocks"]
        self.assertFalse(block["has_previous"])
        self.assertEqual(block["aside"], "2022: 107 in all, rows not known.")
        self.assertEqual(
            [note["text"] for note in block["notes"]],
            ["Total declared by the structure."],
        )

    def test_nobody_counted_gives_a_sentence_not_an_empty_chart(self):
        items = distribution([Item("unknown", "?", 0, 0)])
        figure = Figure("gender", "Gender", 0, 0, kind=DISTRIBUTION, items=items)
        found = layout(lonely(figure))
        (block,) = found.sections()[0]["blocks"]
        self.assertEqual(block["type"], "empty")
        self.assertTrue(found.is_empty)

    def test_unregistered_figures_share_one_sentence(self):
        self.assertEqual(
            layout().unregistered(),
            "Not registered this period: Lettres d'information, Webinaires, "
            "Permanences, Financements, Budget.",
        )
        codes = [definition.code for definition in layout().definitions()]
        self.assertNotIn("budget", codes)
        self.assertIn("gender", codes)

    def test_no_year_before_at_all(self):
        figure = Figure("persons_met", "Met", 4)
        found = layout(lonely(figure, previous_period=None))
        self.assertFalse(found.has_previous)

    def test_labels_of_the_period(self):
        label = Layout._period_label
        self.assertEqual(label((date(2023, 1, 1), date(2023, 12, 31))), "2023")
        self.assertEqual(label((date(2021, 1, 1), date(2023, 12, 31))), "2021–2023")
        self.assertEqual(
            label((date(2023, 3, 1), date(2023, 5, 31))), "01/03/2023–31/05/2023"
        )


@tagged("post_install", "-at_install")
class TestText(BaseCase):
    def test_numbers(self):
        style = Style()
        self.assertEqual(style.number(1234567), "1\xa0234\xa0567")
        self.assertEqual(style.number(-3), "−3")
        self.assertEqual(style.number(None), "–")
        self.assertEqual(style.value(1234.5, "hours"), "1\xa0234,5\xa0h")
        self.assertEqual(style.value(51128.16, "amount"), "51\xa0128,16\xa0€")
        self.assertEqual(style.value(40, "rate"), "40,0\xa0%")
        self.assertEqual(style.change(40.04, 40, "rate"), "=")
        english = Style(decimal=".", thousands=",", percent="%")
        self.assertEqual(english.value(1234.5, "amount"), "1,234.50\xa0€")

    def test_safe_cell(self):
        self.assertEqual(safe_cell("=1+1\x00\x08"), "=1+1")
        self.assertEqual(safe_cell(None), "")
        self.assertEqual(len(safe_cell("a" * 40000)), 32767)

    def test_images_only(self):
        self.assertIsNone(data_uri(b"%PDF-1.7"))
        self.assertIsNone(data_uri(None))
        self.assertEqual(data_uri(b"GIF89a"), "data:image/gif;base64,R0lGODlh")
        self.assertEqual(data_uri(b"R0lGODlh"), "data:image/gif;base64,R0lGODlh")

    def test_bars(self):
        drawing = svg.bar_pair(50, 25, 100, label='<b>"QPV"</b>')
        self.assertIn('width="100"', drawing)
        self.assertIn("&lt;b&gt;&quot;QPV&quot;&lt;/b&gt;", drawing)
        self.assertNotIn("<b>", drawing)
        self.assertNotIn("<rect", svg.bar_pair(0, 25, 100))
        self.assertNotIn("<path", svg.bar_pair(50, None, 100))
        self.assertIn("<svg", svg.bar_pair(0, 0, 0))
