"""The national export: sections of rows, written as CSV, workbook or JSON.

Nothing here knows the ORM. What is written, under which name and in which order is data
(:class:`Column`). The same rows and columns give the same bytes.
"""

import csv
import io
import json
import zipfile
from dataclasses import dataclass, field
from operator import itemgetter
from types import SimpleNamespace

from odoo.tools import SQL

from odoo.addons.citeslab_base.tools.text import (
    CELL_LIMIT,
    FORBIDDEN_SQL,
    safe_cell,
    sheet_name,
)

from .workbook import EPOCH, write_workbook

SCHEMA = "citeslab.export/1"
TYPES = ("text", "integer", "number", "boolean", "date", "month")
NUMBERS = ("integer", "number", "boolean")
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
    """Rows of one section, in the order of ``fields``; codes, not labels."""

    fields: tuple
    rows: object

    def pick(self, keys):
        """The rows as tuples of some of their values."""
        places = {one.key: rank for rank, one in enumerate(self.fields)}
        wanted = [places[key] for key in keys]
        if len(wanted) == 1:
            return ((row[wanted[0]],) for row in self.rows)
        return map(itemgetter(*wanted), self.rows)


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

    def keys(self):
        return [column.key for column in self.columns]

    def rows(self, clean=None):
        """Values in the order of the columns.

        :param clean: function applied to every text; yes is then 1, and no is 0
        """
        writers = self.writers(clean)
        if not any(writers):
            return self.source.pick(self.keys())
        return (
            [
                value if write is None else write(value)
                for write, value in zip(writers, row, strict=True)
            ]
            for row in self.source.pick(self.keys())
        )

    def writers(self, clean=None):
        """How a value of each column is written: a function, or ``None`` as it is."""
        known = {one.key: one for one in self.source.fields}
        return [
            self._writer(known[column.key], column.show, clean)
            for column in self.columns
        ]

    @staticmethod
    def _writer(one, show, clean):
        """Each text is cleaned once, not once a row."""
        if one.type == "boolean" and clean:
            return {True: 1, False: 0}.get
        if one.type not in ("text", "month", "date"):
            return None
        labels = one.labels if show == "label" else {}
        if not labels and not clean:
            return None
        known = {None: None}

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


def guard_sql(value):
    """What :func:`guard` does, done by the database."""
    text = SQL(
        "left(regexp_replace(%s, %s, '', 'g'), %s)", value, FORBIDDEN_SQL, CELL_LIMIT
    )
    return SQL(
        "CASE WHEN %(value)s ~ %(plain)s THEN left(%(value)s, %(limit)s)"
        " WHEN left(%(text)s, 1) IN %(signs)s THEN '''' || %(text)s"
        " ELSE %(text)s END",
        value=value,
        # most texts: nothing to take out, no sign before
        plain="^[[:alnum:]][[:alnum:] .,;()/-]*$",
        limit=CELL_LIMIT,
        text=text,
        signs=FORMULA,
    )


def write_csv(sheet, out):
    """Write one section as CSV (semicolons, UTF-8 with its mark).

    :param out: binary file
    """
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([guard(column.label) for column in sheet.columns])
    copy = getattr(sheet.source, "copy_csv", None)
    if not copy:
        writer.writerows(sheet.rows(guard))
    text.flush()
    text.detach()
    if copy:
        columns = [(one.key, one.show == "label") for one in sheet.columns]
        # the database ends its lines as Unix does
        lines = SimpleNamespace(write=lambda line: out.write(line[:-1] + b"\r\n"))
        copy(columns, lines)


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
    names = set()
    pages = [
        (
            sheet_name(sheet.label, names),
            [safe_cell(column.label) for column in sheet.columns],
            [
                (kind in NUMBERS, write)
                for kind, write in zip(
                    sheet.types(), sheet.writers(safe_cell), strict=True
                )
            ],
            sheet.source.pick(sheet.keys()),
        )
        for sheet in sheets
    ]
    write_workbook(safe_cell(title, 255), pages, out)


def write_json(header, sheets, out):
    """Write contract ``citeslab.export/1`` as UTF-8 text, a row a line.

    :param dict header: ``structure``, ``period``, ``kind``, ``version``, ``frozen``
    """
    head = json.dumps({"schema": SCHEMA, **header}, ensure_ascii=False, indent=1)
    _put(out, head.removesuffix("\n}") + ',\n "sections": [')
    for rank, sheet in enumerate(sheets):
        columns = [
            {"code": column.code, "label": column.label, "type": kind}
            for column, kind in zip(sheet.columns, sheet.types(), strict=True)
        ]
        told = {"code": sheet.code, "label": sheet.label, "columns": columns}
        told = json.dumps(told, ensure_ascii=False).removesuffix("}")
        _put(out, ("," if rank else "") + f'\n  {told}, "rows": [')
        mark = ""
        for row in sheet.rows():
            _put(out, f"{mark}\n   {json.dumps(list(row), ensure_ascii=False)}")
            mark = ","
        _put(out, "]}")
    _put(out, "]\n}\n")


def _put(out, text):
    out.write(text.encode())
