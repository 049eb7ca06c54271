"""The bilan as slides: the blocks of the printed one, with native charts.

Reads a :class:`~odoo.addons.citeslab_reporting.figures.layout.Layout` and nothing
else; each chart holds its own little workbook, so that who presents can edit it.
"""

import io
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, UnidentifiedImageError
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from odoo.addons.citeslab_base.tools.text import safe_cell
from odoo.addons.citeslab_reporting.figures.matrix import AMOUNT, HOURS
from odoo.addons.citeslab_reporting.figures.text import decoded

WIDTH, HEIGHT = 13.333, 7.5  # inches, 16:9
MARGIN = 0.6
BLANK = 6  # layout without placeholders of the library's own template
CREATED = datetime(2000, 1, 1)
INK, GREY, PALE = "#1b2733", "#44576b", "#f1f5fa"
ROWS = 11  # bars that stay readable on one slide
TABLE_ROWS = 9
FRENCH = "[$-40C]"  # a format code of Excel: separators of this language
NUMBERS = {AMOUNT: '#,##0.00" €"', HOURS: '#,##0.##" h"'}


@dataclass(frozen=True)
class Brand:
    """Colours (``#rrggbb``) and pictures of who presents and of who pays.

    :param logo: bytes of an image, or their base64
    :param facts: ``[(label, text)]`` of the cover
    :param funders: ``[{"name", "logo"}]``
    :param counting: sentence on what counts as an interview
    """

    primary: str = "#17457f"
    secondary: str = "#9db4cf"
    logo: bytes | None = None
    facts: tuple = ()
    funders: tuple = ()
    counting: str = ""


def presentation(layout, brand):
    """Bytes of the ``.pptx`` file: the same for the same figures."""
    return _Deck(layout, brand).render()


def picture(content):
    """An image that PowerPoint reads, as a stream, or ``None`` if it is none.

    :param content: bytes of a file, or the same in base64 (as Odoo keeps images)
    """
    for decode in (bytes, decoded):
        try:
            image = Image.open(io.BytesIO(decode(content or b"")))
            stream = io.BytesIO()
            image.convert("RGBA").save(stream, "PNG")
        except (UnidentifiedImageError, OSError, ValueError):
            continue
        stream.seek(0)
        return stream
    return None


def color(text, fallback=Brand.primary):
    """A colour as typed on the structure; a wrong one is the fallback."""
    digits = str(text or "").lstrip("#")
    if len(digits) == 3:
        digits = "".join(one * 2 for one in digits)
    try:
        return RGBColor.from_string(digits[:6].upper())
    except ValueError:
        return RGBColor.from_string(fallback.lstrip("#").upper())


def on(background):
    """White or ink, whichever reads better on a colour."""
    red, green, blue = background
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return color(INK) if light > 150 else RGBColor(255, 255, 255)


class _Deck:
    def __init__(self, layout, brand):
        self.layout = layout
        self.words = layout.words
        self.brand = brand
        self.primary = color(brand.primary)
        self.secondary = color(brand.secondary, Brand.secondary)
        self.definitions = {one.code: one for one in layout.definitions()}
        self.asides = []  # what has no chart, told on the last slide
        self.deck = Presentation()
        self.deck.slide_width = Inches(WIDTH)
        self.deck.slide_height = Inches(HEIGHT)

    def render(self):
        self._cover()
        self._tiles()
        self._blocks(self.words["key_figures"], self.layout.key_blocks())
        for section in self.layout.sections():
            self._blocks(section["title"], section["blocks"])
        self._counting()
        self._properties()
        stream = io.BytesIO()
        self.deck.save(stream)
        return stream.getvalue()

    def _properties(self):
        properties = self.deck.core_properties
        properties.title = self._title()
        properties.author = safe_cell(self.layout.matrix.structure["name"])
        properties.created = properties.modified = CREATED

    def _title(self):
        return safe_cell(f"{self.words['title']} {self.layout.year}")

    # Pieces

    def _text(self, slide, box, lines, size=14, **style):
        """A text box; ``lines`` are its paragraphs."""
        frame = slide.shapes.add_textbox(*(Inches(one) for one in box)).text_frame
        frame.word_wrap = True
        frame.vertical_anchor = style.pop("anchor", MSO_ANCHOR.TOP)
        self._fill(frame, lines, size, **style)
        return frame

    def _fill(self, frame, lines, size, bold=False, ink=None, align=None):
        for rank, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if not rank else frame.add_paragraph()
            if align:
                paragraph.alignment = align
            run = paragraph.add_run()
            run.text = safe_cell(line)
            run.font.size = Pt(size)
            run.font.bold = bold
            run.font.color.rgb = ink or color(INK)

    def _rectangle(self, slide, box, fill):
        shape = slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *(Inches(one) for one in box)
        )
        shape.fill.solid()
        shape.fill.fore_color.rgb = fill
        shape.line.fill.background()
        shape.shadow.inherit = False
        return shape

    def _picture(self, slide, content, left, top, width, height):
        """A picture within a box, its proportions kept; whether there was one."""
        stream = picture(content)
        if not stream:
            return False
        shape = slide.shapes.add_picture(stream, Inches(left), Inches(top))
        scale = min(Inches(width) / shape.width, Inches(height) / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        return True

    def _slide(self, section, title, notes=()):
        """A slide with its head, its foot and what the speaker may say."""
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[BLANK])
        self._rectangle(slide, (0, 0, 0.18, HEIGHT), self.primary)
        wide = WIDTH - 2 * MARGIN
        self._text(slide, (MARGIN, 0.3, wide, 0.4), [section], 14, ink=self.primary)
        self._text(slide, (MARGIN, 0.62, wide, 0.8), [title], 28, bold=True)
        self._foot(slide)
        if notes:
            frame = slide.notes_slide.notes_text_frame
            frame.text = safe_cell("\n".join(notes))
        return slide

    def _foot(self, slide):
        names = ", ".join(funder["name"] for funder in self.brand.funders)
        parts = [self.layout.matrix.structure["name"]]
        if names:
            parts.append(f"{self.words['funders']} {names}")
        place = (MARGIN, HEIGHT - 0.5, WIDTH - 2 * MARGIN - 0.8, 0.35)
        self._text(slide, place, [" · ".join(parts)], 10, ink=color(GREY))
        number = (WIDTH - MARGIN - 0.7, HEIGHT - 0.5, 0.7, 0.35)
        count = str(len(self.deck.slides))
        self._text(slide, number, [count], 10, ink=color(GREY), align=PP_ALIGN.RIGHT)

    # Cover and key figures

    def _cover(self):
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[BLANK])
        self._rectangle(slide, (0, 0, WIDTH, 3.6), self.primary)
        ink = on(self.primary)
        self._text(slide, (MARGIN, 0.9, 9, 0.5), [self.words["scheme"]], 20, ink=ink)
        self._text(slide, (MARGIN, 1.4, 9, 1), [self._title()], 44, bold=True, ink=ink)
        name = self.layout.matrix.structure["name"]
        self._text(slide, (MARGIN, 2.5, 9, 0.6), [name], 24, ink=ink)
        if self.brand.logo:
            self._rectangle(slide, (9.9, 0.7, 2.9, 2.2), RGBColor(255, 255, 255))
            self._picture(slide, self.brand.logo, 10.05, 0.85, 2.6, 1.9)
        facts = [f"{label} : {text}" for label, text in self.brand.facts]
        self._text(slide, (MARGIN, 3.8, WIDTH - 2 * MARGIN, 1.6), facts, 14)
        self._funders(slide)

    def _funders(self, slide):
        """Logos of who pays; the name where there is no logo (CDC §6.7)."""
        if not self.brand.funders:
            return
        words = [self.words["funders"]]
        self._text(slide, (MARGIN, 5.55, 6, 0.35), words, 12, ink=color(GREY))
        step = min(2.4, (WIDTH - 2 * MARGIN) / len(self.brand.funders))
        for rank, funder in enumerate(self.brand.funders):
            left = MARGIN + rank * step
            if not self._picture(
                slide, funder.get("logo"), left, 5.95, step - 0.3, 0.9
            ):
                box = (left, 5.95, step - 0.2, 0.9)
                self._text(slide, box, [funder["name"]], 13, bold=True)

    def _tiles(self):
        tiles = self.layout.tiles()
        if not tiles:
            return
        title = self.words["key_figures"]
        notes = self._definitions_of([tile["code"] for tile in tiles])
        slide = self._slide(self.layout.year, title, notes)
        across, gap = 4, 0.25
        width = (WIDTH - 2 * MARGIN - (across - 1) * gap) / across
        for rank, tile in enumerate(tiles):
            left = MARGIN + (rank % across) * (width + gap)
            top = 1.7 + (rank // across) * 2.5
            self._tile(slide, (left, top, width, 2.25), tile)
        self._notes_line(slide, self.layout.key_notes())

    def _tile(self, slide, box, tile):
        left, top, width, height = box
        self._rectangle(slide, box, color(PALE))
        inside = (left + 0.1, top + 0.1, width - 0.2, 0.8)
        value = [self._marked(tile["value_text"], tile, False)]
        self._text(slide, inside, value, 34, bold=True, ink=self.primary)
        lines = [tile["label"]] + ([tile["detail"]] if tile.get("detail") else [])
        place = (left + 0.1, top + 0.85, width - 0.2, 0.85)
        self._text(slide, place, lines, 13)
        if tile["previous"] is not None:
            before = self._marked(tile["previous_text"], tile, True)
            text = f"{self.layout.previous_year} : {before} ({tile['change_text']})"
            place = (left + 0.1, top + height - 0.5, width - 0.2, 0.4)
            self._text(slide, place, [text], 11, ink=color(GREY))

    @staticmethod
    def _marked(text, line, is_previous):
        """A number with the mark of its footnote, beside the year it is about."""
        is_here = line["is_previous_declared"] == is_previous
        return f"{text} [{line['marks']}]" if line["marks"] and is_here else text

    def _definitions_of(self, codes):
        found = (self.definitions.get(code) for code in codes)
        return [f"{one.label} : {one.text}" for one in found if one]

    def _notes_line(self, slide, notes, aside=""):
        lines = [f"[{note['mark']}] {note['text']}" for note in notes]
        lines = ([aside] if aside else []) + lines
        if lines:
            place = (MARGIN, HEIGHT - 1.05, WIDTH - 2 * MARGIN, 0.5)
            self._text(
                slide, place, lines, 10, ink=color(GREY), anchor=MSO_ANCHOR.BOTTOM
            )

    # Blocks of the bilan

    def _blocks(self, section, blocks):
        for block in blocks:
            if block["type"] == "table":
                for part in self._in_parts(block["rows"], ROWS):
                    self._chart(section, block, *part)
            elif block["type"] == "lines":
                for part in self._in_parts(block["rows"], TABLE_ROWS):
                    self._table(section, block, *part)
            else:
                self.asides.append(f"{block['label']} : {block['text']}")

    @staticmethod
    def _in_parts(rows, size):
        """``(rows, "2/3")`` of each slide; no rank where one slide is enough."""
        count = -(-len(rows) // size)
        return [
            (
                rows[place * size : (place + 1) * size],
                f" ({place + 1}/{count})" if count > 1 else "",
            )
            for place in range(count)
        ]

    def _chart(self, section, block, rows, rank):
        """Bars of one figure, this year and the one before."""
        total = block["total"]
        title = f"{block['label']}{rank}"
        notes = self._definitions_of([block["code"]])
        slide = self._slide(section, title, notes)
        if block["has_total"]:
            here = self._marked(total["value_text"], total, False)
            line = f"{self.words['total']} : {here}"
            if total["previous"] is not None:
                before = self._marked(total["previous_text"], total, True)
                line += f"   ({self.layout.previous_year} : {before})"
            place = (MARGIN, 1.25, WIDTH - 2 * MARGIN, 0.4)
            self._text(slide, place, [line], 14, ink=color(GREY))
        data = CategoryChartData(number_format=self._number_format(total["kind"]))
        data.categories = [self._category(row, block) for row in rows]
        data.add_series(safe_cell(self.layout.year), [row["value"] for row in rows])
        if block["has_previous"]:
            before = [row["previous"] for row in rows]
            data.add_series(safe_cell(self.layout.previous_year), before)
        shape = slide.shapes.add_chart(
            XL_CHART_TYPE.BAR_CLUSTERED,
            Inches(MARGIN), Inches(1.65), Inches(WIDTH - 2 * MARGIN),
            Inches(min(4.75, 1.2 + 1.2 * len(rows))), data,
        )  # fmt: skip
        self._dress(shape.chart, total["kind"], block, len(rows))
        self._notes_line(slide, block["notes"], block["aside"])

    def _number_format(self, kind):
        """Format of the numbers; French ones are told apart from the host's."""
        french = FRENCH if self.layout.style.decimal == "," else ""
        return french + NUMBERS.get(kind, "#,##0")

    @staticmethod
    def _category(row, block):
        """Name of a row, its share, and its further columns."""
        parts = [row["label"]]
        if block["has_percent"] and row["percent_text"]:
            parts.append(row["percent_text"])
        for label, text in zip(block["columns"], row["extra_text"], strict=True):
            parts.append(f"{label} {text}")
        return safe_cell(" · ".join(parts))

    def _dress(self, chart, kind, block, count):
        has_legend = block["has_previous"]
        chart.has_title = False
        chart.has_legend = has_legend
        if has_legend:
            chart.legend.position = XL_LEGEND_POSITION.BOTTOM
            chart.legend.include_in_layout = False
            chart.legend.font.size = Pt(12)
        axis = chart.category_axis
        axis.reverse_order = True  # the first row on top, as in the table
        axis.tick_labels.font.size = Pt(12 if count <= 8 else 10)
        axis.format.line.color.rgb = color(GREY)
        axis.has_major_gridlines = False
        chart.value_axis.visible = False
        if block["maximum"]:
            # Room for the number beside the longest bar; the same scale on each part.
            chart.value_axis.maximum_scale = block["maximum"] * 1.1
        if all(row["value"] >= 0 for row in block["rows"] if row["value"]):
            chart.value_axis.minimum_scale = 0
        chart.value_axis.has_major_gridlines = False
        plot = chart.plots[0]
        plot.gap_width = 45
        plot.overlap = 0
        fills = (self.primary, self.secondary)
        for series, fill in zip(plot.series, fills, strict=False):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = fill
            labels = series.data_labels
            labels.show_value = True
            labels.number_format = self._number_format(kind)
            labels.number_format_is_linked = False
            labels.position = XL_LABEL_POSITION.OUTSIDE_END
            labels.font.size = Pt(11 if count <= 8 else 9)

    def _table(self, section, block, rows, rank):
        """Totals under each other."""
        notes = self._definitions_of([row["code"] for row in rows])
        slide = self._slide(section, f"{section}{rank}", notes)
        heads = [self.words["figure"], self.layout.year]
        if self.layout.has_previous:
            heads += [self.layout.previous_year, self.words["change"]]
        numbers = len(heads) - 1
        wide = WIDTH - 2 * MARGIN
        frame = slide.shapes.add_table(
            len(rows) + 1, len(heads), Inches(MARGIN), Inches(1.6), Inches(wide),
            Inches(0.45 * (len(rows) + 1)),
        )  # fmt: skip
        table = frame.table
        table.columns[0].width = Inches(wide - 1.9 * numbers)
        for column in range(1, len(heads)):
            table.columns[column].width = Inches(1.9)
        self._cells(table, 0, heads, on(self.primary), self.primary)
        for place, row in enumerate(rows, 1):
            texts = [row["label"], self._marked(row["value_text"], row, False)]
            if self.layout.has_previous:
                before = self._marked(row["previous_text"], row, True)
                texts += [before, row["change_text"]]
            fill = color(PALE) if place % 2 else RGBColor(255, 255, 255)
            self._cells(table, place, texts, color(INK), fill)
        self._notes_line(slide, block["notes"])

    def _cells(self, table, place, texts, ink, fill):
        for column, text in enumerate(texts):
            cell = table.cell(place, column)
            cell.fill.solid()
            cell.fill.fore_color.rgb = fill
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            align = PP_ALIGN.RIGHT if column else PP_ALIGN.LEFT
            self._fill(
                cell.text_frame, [text], 14, bold=not place, ink=ink, align=align
            )

    # How the figures are counted

    def _counting(self):
        slide = self._slide(
            self.layout.year,
            self.words["definitions"],
            [f"{one.label} : {one.text}" for one in self.definitions.values()],
        )
        lines = [self.words["definitions_intro"], self.brand.counting]
        lines += [*self.asides, self.layout.unregistered()]
        place = (MARGIN, 1.6, WIDTH - 2 * MARGIN, 4.8)
        self._text(slide, place, [line for line in lines if line], 14)
