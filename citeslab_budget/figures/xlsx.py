"""The sheets as a workbook whose totals are formulas of ours."""

import io
import re
from datetime import datetime

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from odoo.addons.citeslab_base.tools.text import safe_cell

CREATED = datetime(2000, 1, 1)
BLUE, PALE, GREY = "#17457F", "#F1F5FA", "#5F7288"
EUROS = "#,##0.00"


def workbook(sheets, facts, words):
    """Bytes of the workbook.

    :param sheets: list of :class:`~.sheets.Sheet`
    :param facts: ``[(label, text)]`` printed above each table
    :param words: labels in the reader's language: ``share``, ``rate``, ``gap``,
        ``explanation``, ``remarks``
    """
    return _Workbook(words).render(sheets, facts)


class _Workbook:
    def __init__(self, words):
        self.words = words
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

    def render(self, sheets, facts):
        self.book.set_properties({"created": CREATED})
        for sheet in sheets:
            self._sheet(sheet, facts)
        self.book.close()
        return self.stream.getvalue()

    def _format(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(
                {"font_name": "Calibri", "font_size": 11, **properties}
            )
        return self.formats[key]

    def _text(self, page, row, column, value, **properties):
        page.write_string(row, column, safe_cell(value), self._format(**properties))

    def _sheet(self, sheet, facts):
        page = self.book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:31])
        page.hide_gridlines(2)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_column(0, 0, 5)
        page.set_column(1, 1, 52)
        page.set_column(2, 7, 16)
        self._text(page, 0, 0, sheet.title, bold=True, font_size=16, font_color=BLUE)
        row = 1
        for label, text in facts:
            self._text(page, row, 0, f"{label} {text}", font_color=GREY)
            row += 1
        for table in sheet.tables:
            row = self._table(page, row + 1, table, sheet) + 1
        if sheet.sentences:
            self._text(page, row, 0, self.words["remarks"], bold=True, font_color=BLUE)
        for sentence in sheet.sentences:
            row += 1
            self._text(page, row, 0, sentence)

    def _labels(self, table, sheet):
        labels = list(table.columns)
        if sheet.has_share:
            labels.append(self.words["share"])
        if sheet.has_rate:
            labels += [self.words["rate"], self.words["gap"], self.words["explanation"]]
        return labels

    def _table(self, page, top, table, sheet):
        """Write a table; return the first free row."""
        head = {"bold": True, "font_color": BLUE, "bottom": 1}
        self._text(page, top, 0, table.title, **head)
        self._text(page, top, 1, "", **head)
        for place, label in enumerate(self._labels(table, sheet), 2):
            self._text(page, top, place, label, align="right", **head)
        for place, row in enumerate(table.rows):
            self._row(page, top + 1, place, row, table, sheet)
        return top + 1 + len(table.rows)

    def _row(self, page, first, place, row, table, sheet):
        at = first + place
        style = {"bold": True} if row.style in ("head", "total") else {}
        if row.style == "head":
            style["bg_color"] = PALE
        if row.style == "total":
            style["top"] = 1
        indent = {"indent": 2} if row.style == "sub" else {}
        self._text(page, at, 0, row.number, **style)
        self._text(page, at, 1, row.label, text_wrap=True, **style, **indent)
        for column, cents in enumerate(row.cells, 2):
            money = self._format(num_format=EUROS, **style)
            if row.parts is None:
                page.write_number(at, column, cents / 100, money)
            else:
                self._sum(page, at, column, row.parts, first, cents, money)
        column = 2 + len(row.cells)
        if sheet.has_share and row.share is not None:
            share = self._format(num_format="0%", **style)
            page.write_number(at, column, row.share / 100, share)
        if sheet.has_rate:
            self._rate(page, at, column, row, style)

    def _sum(self, page, at, column, parts, first, cents, money):
        cells = ",".join(xl_rowcol_to_cell(first + part, column) for part in parts)
        page.write_formula(at, column, f"=SUM({cells})" if cells else "=0", money,
                           cents / 100)  # fmt: skip

    def _rate(self, page, at, column, row, style):
        planned, actual = (xl_rowcol_to_cell(at, place) for place in (2, 3))
        rate = row.cells[1] / row.cells[0] if row.cells[0] else ""
        page.write_formula(
            at, column, f'=IF({planned}=0,"",{actual}/{planned})',
            self._format(num_format="0.0%", **style), rate,
        )  # fmt: skip
        page.write_formula(
            at, column + 1, f"={actual}-{planned}",
            self._format(num_format=EUROS, **style),
            (row.cells[1] - row.cells[0]) / 100,
        )  # fmt: skip
        self._text(page, at, column + 2, row.note, text_wrap=True, **style)
