"""The national export: sections of rows, written as CSV, workbook or JSON.

Nothing here knows the ORM. What is written, under which name and in which order is data
(:class:`Column`). The same rows and columns give the same bytes.
"""

import csv
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import datetime

import xlsxwriter

from odoo.addons.citeslab_base.tools.text import safe_cell, sheet_name

SCHEMA = "citeslab.export/1"
TYPES = ("text", "integer", "number", "boolean", "date", "month")
NUMBERS = ("integer", "number", "boolean")
# First day that a zip file can write: no date of today in the bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
# Signs at which a spreadsheet begins to calculate.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Field:
    """What a section knows of each row: its key, its type, the labels of its codes."""

    key: str
    type: str = "text"
    labels: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one section, in the order of ``fields``; codes, not labels.

    ``rows`` may be read once only.
    """

    fields: tuple
    rows: object


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the export: where it comes from and how it is called.

    ``show`` is ``code`` or ``label``.
    """

    code: str
    label: str
    key: str
    show: str = "code"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A section as it is written: its columns, and the rows in their order."""

    code: str
    label: str
    columns: tuple
    source: Rows

    def types(self):
        """Type of each column; a label is a text."""
        known = {one.key: one for one in self.source.fields}
        return [
            "text"
            if column.show == "label" and known[column.key].labels
            else known[column.key].type
            for column in self.columns
        ]

    def rows(self, clean=None):
        """Values in the order of the columns.

        :param clean: function applied to every text
        """
        places = {one.key: rank for rank, one in enumerate(self.source.fields)}
        picks = []
        for column in self.columns:
            place = places[column.key]
            one = self.source.fields[place]
            picks.append((place, self._writer(one, column.show, clean)))
        for row in self.source.rows:
            yield [
                row[place] if write is None else write(row[place])
                for place, write in picks
            ]

    @staticmethod
    def _writer(one, show, clean):
        """How a value is written; each text is cleaned once, not once a row.

        In a table yes is 1 and no is 0.
        """
        if one.type == "boolean" and clean:
            return {True: 1, False: 0}.get
        if one.type not in ("text", "month", "date"):
            return None
        known = {None: None}
        labels = one.labels if show == "label" else {}

        def write(value):
            if value not in known:
                text = labels.get(value, value)
                known[value] = clean(text) if clean else text
            return known[value]

        return write


def guard(text):
    """A text that no spreadsheet takes for a formula."""
    text = safe_cell(text)
    return "'" + text if text.startswith(FORMULA) else text


def write_csv(sheet, out):
    """Write one section as CSV (semicolons, UTF-8 with its mark).

    :param out: binary file
    """
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([guard(column.label) for column in sheet.columns])
    writer.writerows(sheet.rows(guard))
    text.flush()
    text.detach()


def write_zip(sheets, out):
    """Write each section as a CSV of its name in one zip file."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets:
            info = zipfile.ZipInfo(f"{sheet.code}.csv", date_time=EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w") as member:
                write_csv(sheet, member)


def write_xlsx(sheets, title, out):
    """Write each section as a sheet, row by row: memory does not grow with them."""
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties(
        {"title": safe_cell(title, 255), "created": datetime(2000, 1, 1)}
    )
    head = book.add_format({"bold": True, "font_color": "#17457F", "bottom": 1})
    names = set()
    for sheet in sheets:
        page = book.add_worksheet(sheet_name(sheet.label, names))
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.columns), 18)
        for place, column in enumerate(sheet.columns):
            page.write_string(0, place, safe_cell(column.label), head)
        numbers = [kind in NUMBERS for kind in sheet.types()]
        for rank, row in enumerate(sheet.rows(safe_cell), 1):
            for place, value in enumerate(row):
                if value is None:
                    continue
                if numbers[place]:
                    page.write_number(rank, place, value)
                else:
                    page.write_string(rank, place, value)
    book.close()


def as_dict(header, sheets):
    """The export as plain values: contract ``citeslab.export/1``.

    :param dict header: ``structure``, ``period``, ``kind``, ``version``, ``frozen``
    """
    return {
        "schema": SCHEMA,
        **header,
        "sections": [
            {
                "code": sheet.code,
                "label": sheet.label,
                "columns": [
                    {"code": column.code, "label": column.label, "type": kind}
                    for column, kind in zip(sheet.columns, sheet.types(), strict=True)
                ],
                "rows": list(sheet.rows()),
            }
            for sheet in sheets
        ],
    }


def write_json(header, sheets, out):
    """Write the contract as UTF-8 text."""
    text = json.dumps(as_dict(header, sheets), ensure_ascii=False, indent=1)
    out.write(text.encode() + b"\n")
