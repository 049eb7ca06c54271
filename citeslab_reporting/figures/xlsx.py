"""The bilan as a workbook: a sheet a section, native charts, no formula.

Numbers are numbers, shares are percentages, text is written as text whatever
it begins with. The same matrix gives the same bytes.
"""

import io
from datetime import datetime

import xlsxwriter

from odoo.addons.citeslab_base.tools.text import safe_cell, sheet_name

from .matrix import AMOUNT, HOURS, RATE

CREATED = datetime(2000, 1, 1)
BLUE, YELLOW, GREY, PALE = "#17457F", "#FFC629", "#5F7288", "#F1F5FA"
NUMBER_FORMATS = {RATE: '0.0" %"', HOURS: '#,##0.##" h"', AMOUNT: '#,##0.00" €"'}
WIDTHS = (44, 11, 11, 11, 11, 11, 11)
WIDE = 14  # euros with cents
ROW_PIXELS = 20
CHART_COLUMNS = 7
SCALE, PAGE_ROWS = 60, 48


def workbook(layout, facts):
    """Bytes of the workbook of ``layout``.

    :param layout: :class:`~.layout.Layout`
    :param facts: ``[(label, text)]`` of the first sheet: structure, period…
    """
    return _Workbook(layout).build(facts)


class _Workbook:
    def __init__(self, layout):
        self.layout = layout
        self.words = layout.words
        self.stream = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.stream,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self.formats = {}
        self.chart_column = 6
        self.names = set()

    def build(self, facts):
        title = f"{self.words['title']} {self.layout.year}"
        self.book.set_properties(
            {
                "title": safe_cell(title, 255),
                "author": safe_cell(self.layout.matrix.structure["name"], 255),
                "created": CREATED,
            }
        )
        self._key_sheet(title, facts)
        for section in self.layout.sections():
            self._section_sheet(section)
        self._definitions_sheet()
        self.book.close()
        return self.stream.getvalue()

    # Cells

    def _format(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
            self.formats[key] = self.book.add_format({**base, **properties})
        return self.formats[key]

    def _text(self, sheet, row, column, value, **properties):
        sheet.write_string(row, column, safe_cell(value), self._format(**properties))

    def _number(self, sheet, row, column, value, kind=None, **properties):
        if value is None:
            self._text(sheet, row, column, "–", align="right", **properties)
            return
        number_format = NUMBER_FORMATS.get(kind) or (
            "#,##0" if value == int(value) else "#,##0.##"
        )
        cell_format = self._format(num_format=number_format, **properties)
        sheet.write_number(row, column, value, cell_format)

    def _percent(self, sheet, row, column, percent, **properties):
        if percent is None:
            self._text(sheet, row, column, "", **properties)
            return
        cell_format = self._format(num_format="0%", **properties)
        sheet.write_number(row, column, percent / 100, cell_format)

    def _head(self, sheet, row, labels):
        for column, label in enumerate(labels):
            self._text(
                sheet,
                row,
                column,
                label,
                bold=True,
                font_color=BLUE,
                bottom=1,
                bottom_color=BLUE,
                align="right" if column else "left",
                text_wrap=True,
            )

    # Sheets

    def _sheet(self, name, title, portrait=False):
        sheet = self.book.add_worksheet(sheet_name(name, self.names))
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        if portrait:
            sheet.fit_to_pages(1, 0)
        else:  # page breaks chosen by hand hold only at a fixed scale
            sheet.set_landscape()
            sheet.set_print_scale(SCALE)
        structure = self.layout.matrix.structure["name"]
        header = safe_cell(structure, 100).replace("&", "&&")
        sheet.set_header(f"&L&9{header}&R&9{safe_cell(title, 100)}".replace("\n", " "))
        sheet.set_footer(f"&R&9{self.words['page']} &P / &N")
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width)
        self._text(sheet, 0, 0, title, bold=True, font_size=16, font_color=BLUE)
        sheet.set_row(0, 28)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _key_sheet(self, title, facts):
        sheet = self._sheet(self.words["key_figures"], title)
        row = 2
        for label, text in facts:
            self._text(sheet, row, 0, label, font_color=GREY)
            self._text(sheet, row, 1, text)
            row += 1
        tiles, notes = self.layout.tiles(), self.layout.key_notes()
        if tiles:
            row = self._lines(sheet, row + 1, {"rows": tiles, "notes": notes})
        row = self._blocks(sheet, row, self.layout.key_blocks())
        if self.layout.unregistered():
            self._paragraph(sheet, row, self.layout.unregistered())

    def _section_sheet(self, section):
        sheet = self._sheet(section["title"], section["title"])
        self._blocks(sheet, 2, section["blocks"])

    def _blocks(self, sheet, row, blocks):
        """Draw the blocks under each other, each whole on a printed page."""
        tables = [block for block in blocks if block["type"] == "table"]
        widths = [len(self._table_labels(block)) for block in tables]
        self.chart_column = max(widths, default=5) + 1
        if any(block["is_wide"] for block in tables):
            sheet.set_column(1, len(WIDTHS) - 1, WIDE)
        draw = {"table": self._table, "lines": self._lines, "empty": self._empty}
        breaks, page = [], 0
        for block in blocks:
            top, row = row, draw[block["type"]](sheet, row, block) + 1
            if row - page > PAGE_ROWS and top > 2:
                breaks.append(top)
                page = top
        sheet.set_h_pagebreaks(breaks)
        if tables:
            sheet.print_area(0, 0, row, self.chart_column + CHART_COLUMNS)
        return row

    def _definitions_sheet(self):
        title = self.words["definitions"]
        sheet = self._sheet(title, title, portrait=True)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)
        row = 2
        for definition in self.layout.definitions():
            self._text(
                sheet, row, 0, definition.label, bold=True, valign="top", text_wrap=True
            )
            self._text(sheet, row, 1, definition.text, valign="top", text_wrap=True)
            lines = max(
                1, -(-len(definition.text) // 95), -(-len(definition.label) // 34)
            )
            sheet.set_row(row, 16 * lines)
            row += 1

    # Blocks: each returns the first free row

    def _lines(self, sheet, row, block):
        labels = [self.words["figure"], self.layout.year]
        if self.layout.has_previous:
            labels += [self.layout.previous_year, self.words["change"]]
        self._head(sheet, row, labels)
        for line in block["rows"]:
            row += 1
            self._text(sheet, row, 0, self._marked(line), text_wrap=True)
            self._number(sheet, row, 1, line["value"], line["kind"], bold=True)
            if self.layout.has_previous:
                self._number(sheet, row, 2, line["previous"], line["kind"])
                self._text(sheet, row, 3, line["change_text"], align="right")
        return self._notes(sheet, row + 1, block["notes"])

    @staticmethod
    def _marked(line):
        return f"{line['label']} ({line['marks']})" if line["marks"] else line["label"]

    def _empty(self, sheet, row, block):
        self._block_title(sheet, row, block["label"])
        self._text(sheet, row + 1, 0, block["text"], italic=True, font_color=GREY)
        return row + 2

    def _block_title(self, sheet, row, label):
        self._text(sheet, row, 0, label, bold=True, font_size=12, font_color=BLUE)

    def _table(self, sheet, row, block):
        """Title, head, rows, total and notes; a chart beside them."""
        top = row
        self._block_title(sheet, row, self._marked(block["total"]))
        self._head(sheet, row + 1, self._table_labels(block))
        first = row + 2
        for row, line in enumerate(block["rows"], first):
            self._table_row(sheet, row, line, block)
        last = row
        if block["has_total"]:
            row += 1
            self._total_row(sheet, row, block)
        if block["aside"]:
            row += 1
            self._paragraph(sheet, row, block["aside"])
        row = self._notes(sheet, row + 1, block["notes"])
        return self._chart(sheet, block, (top, first, last), row)

    def _table_labels(self, block):
        labels = ["", block["value_label"] or self.layout.year]
        if block["has_percent"]:
            labels.append(self.words["share"])
        labels += block["columns"]
        if block["has_previous"]:
            labels.append(self.layout.previous_year)
            if block["has_percent"]:
                labels.append(self.words["share"])
        return labels

    def _table_row(self, sheet, row, line, block):
        kind = block["total"]["kind"]
        style = {"italic": True} if line["is_unknown"] else {}
        self._text(sheet, row, 0, line["label"], text_wrap=True, **style)
        self._number(sheet, row, 1, line["value"], kind, bold=True, **style)
        column = 2
        if block["has_percent"]:
            self._percent(sheet, row, column, line["percent"], **style)
            column += 1
        for value in line["extra"]:
            self._number(sheet, row, column, value, **style)
            column += 1
        if block["has_previous"]:
            grey = {**style, "font_color": GREY}
            self._number(sheet, row, column, line["previous"], kind, **grey)
            if block["has_percent"]:
                percent = line["previous_percent"]
                self._percent(sheet, row, column + 1, percent, **grey)

    def _total_row(self, sheet, row, block):
        total, line = block["total"], {"top": 1, "top_color": BLUE, "bold": True}
        labels = self._table_labels(block)
        for column in range(len(labels)):
            self._text(sheet, row, column, "", **line)
        self._text(sheet, row, 0, self.words["total"], **line)
        self._number(sheet, row, 1, total["value"], total["kind"], **line)
        if block["has_percent"]:
            shares = sum(one["percent"] or 0 for one in block["rows"])
            self._percent(sheet, row, 2, shares, **line)
        if block["has_previous"]:
            column = self._previous_column(block)
            self._number(sheet, row, column, total["previous"], total["kind"], **line)
            if block["total_previous_percent"]:
                self._percent(sheet, row, column + 1, 100, **line)

    @staticmethod
    def _previous_column(block):
        return 2 + block["has_percent"] + len(block["columns"])

    def _notes(self, sheet, row, notes):
        for note in notes:
            self._paragraph(sheet, row, f"({note['mark']}) {note['text']}")
            row += 1
        return row + 1

    def _paragraph(self, sheet, row, text):
        """Text across the columns of a table, as high as it needs."""
        cell_format = self._format(
            text_wrap=True, valign="top", font_size=9, font_color=GREY
        )
        sheet.merge_range(row, 0, row, len(WIDTHS) - 1, "", cell_format)
        sheet.write_string(row, 0, safe_cell(text), cell_format)
        sheet.set_row(row, 14 * -(-len(text) // 120))

    # Charts

    def _chart(self, sheet, block, rows, free):
        """A native bar chart; returns the first row under table and chart."""
        top, first, last = rows
        if not block["maximum"]:
            return free
        chart = self.book.add_chart({"type": "bar"})

        def cells(column):
            return [sheet.get_name(), first, column, last, column]

        chart.add_series(
            {
                "name": safe_cell(self.layout.year),
                "categories": cells(0),
                "values": cells(1),
                "fill": {"color": BLUE},
                "data_labels": {"value": True, "font": {"size": 9}},
                "gap": 45,
                "overlap": -5,
            }
        )
        if block["has_previous"]:
            chart.add_series(
                {
                    "name": safe_cell(self.layout.previous_year),
                    "categories": cells(0),
                    "values": cells(self._previous_column(block)),
                    "pattern": {
                        "pattern": "wide_upward_diagonal",
                        "fg_color": GREY,
                        "bg_color": "#FFFFFF",
                    },
                    "border": {"color": GREY},
                    "data_labels": {"value": True, "font": {"size": 9, "color": GREY}},
                }
            )
        height = max(
            170, 60 + (last - first + 1) * (34 if block["has_previous"] else 26)
        )
        self._decorate(chart, block, height)
        sheet.insert_chart(top, self.chart_column, chart, {"object_position": 1})
        return max(free, top + -(-height // ROW_PIXELS) + 1)

    def _decorate(self, chart, block, height):
        title = safe_cell(block["label"], 200)
        chart.set_title(
            {
                # a leading "=" would be read as a reference to a cell
                "name": f" {title}" if title.startswith("=") else title,
                "name_font": {"size": 11, "color": BLUE},
            }
        )
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        if block["has_previous"]:
            chart.set_legend({"position": "bottom", "font": {"size": 9}})
        else:
            chart.set_legend({"none": True})
        chart.set_size({"width": 520, "height": height})
