"""A file becomes a table: CSV of any usual kind, or a sheet of an Excel workbook."""

# There is no environment here: a sentence is translated where it is shown.
# pylint: disable=prefer-env-translation

import csv
import io
import re
from dataclasses import dataclass, field

from .headers import find_header
from .problems import FileRefused, _lt
from .values import is_formula
from .workbook import read_workbook, too_many_columns, too_many_rows

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 20_000

_PDF = _lt("The file is a PDF: give the spreadsheet itself (.csv or .xlsx).")
_OLD_EXCEL = _lt(
    "The file is an old .xls or protected by a password: save it as .xlsx "
    "without a password."
)
_IMAGE = _lt("The file is an image: give the spreadsheet (.csv or .xlsx).")
_ARCHIVE = _lt("The file is an archive: unzip it and give the spreadsheet.")
_SIGNATURES = (
    (b"%PDF", _PDF),
    (b"\xd0\xcf\x11\xe0", _OLD_EXCEL),
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
)
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|table|svg|script)", re.IGNORECASE)


@dataclass(slots=True)
class Table:
    """Lines of a register, before anything is understood of them.

    ``columns`` maps the key of a known column to its place; ``header`` holds the
    headers as written; ``rows`` are ``(line, cells)``; ``ignored`` are headers that
    mean nothing to us; ``is_1904`` is the calendar of the workbook; ``formulas`` are
    the places, ``(line, index)``, of the cells that hold one.
    """

    header: list
    columns: dict
    rows: list
    ignored: list = field(default_factory=list)
    is_1904: bool = False
    header_line: int = 1
    formulas: list = field(default_factory=list)

    def heading(self, key):
        """Header of a column as written in the file."""
        return self.header[self.columns[key]] if key in self.columns else key


def read_table(content):
    """Read a register.

    :param bytes content: the file
    :rtype: Table
    :raise FileRefused: with one sentence, when the file cannot be a register
    """
    _check_signature(content)
    if content.startswith(b"PK"):
        sheets, is_1904 = read_workbook(content, MAX_ROWS + 1, MAX_COLUMNS)
        return _table_of_sheets(sheets, is_1904)
    rows = _read_csv(_decode(content))
    return _table(rows)


def _check_signature(content):
    if not content.strip():
        raise FileRefused(_lt("The file is empty."))
    if len(content) > MAX_BYTES:
        raise FileRefused(
            _lt("The file weighs %(size)s MB; the limit is %(limit)s MB."),
            size=round(len(content) / 1024**2, 1),
            limit=MAX_BYTES // 1024**2,
        )
    for signature, sentence in _SIGNATURES:
        if content.startswith(signature):
            raise FileRefused(sentence)
    if _MARKUP.match(content):
        raise FileRefused(
            _lt("The file is a web page or XML: save it as .xlsx or .csv.")
        )


# ---------------------------------------------------------------------- CSV


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_wide(content)
    if b"\0" in content:
        raise FileRefused(
            _lt("The file is not text: give a .csv or .xlsx file, not another kind.")
        )
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if not content[: error.start].isascii() or content.startswith(b"\xef\xbb\xbf"):
            # Accents were right until here: another encoding would spoil them.
            raise FileRefused(
                _lt(
                    "The file is damaged at line %(line)s: its accents cannot be read. "
                    "Save it again as CSV UTF-8."
                ),
                line=line,
            ) from None
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = "\x01"
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text):
        raise FileRefused(
            _lt("The file is not text: give a .csv or .xlsx file, not another kind.")
        )
    return text


def _decode_wide(content):
    """Excel's “Unicode text” is UTF-16."""
    try:
        text = content.decode("utf-16")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise FileRefused(
            _lt("The file is not text: give a .csv or .xlsx file, not another kind.")
        )
    return text


def _delimiter(text):
    """Separator of a CSV: the one that splits its first lines into most headers."""
    first = [line for line in text.splitlines()[:20] if line.strip()][:10]
    if first and re.fullmatch(r"sep=[;,\t]", first[0].strip("\r\n ")):
        return first[0].strip("\r\n ")[4]
    best = max(
        ";,\t", key=lambda char: max((ln.count(char) for ln in first), default=0)
    )
    if not any(best in line for line in first):
        raise FileRefused(
            _lt(
                "No column was found: the values of a CSV must be separated by a "
                "semicolon, a comma or a tab."
            )
        )
    return best


def _read_csv(text):
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    line = 0
    try:
        for line, cells in enumerate(reader, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) > MAX_ROWS:
                raise too_many_rows(MAX_ROWS)
            if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                raise too_many_columns(MAX_COLUMNS)
            if len(cells) == 1 and cells[0].startswith("sep="):
                continue
            rows.append((line, cells))
    except csv.Error:
        raise FileRefused(
            _lt(
                "The CSV cannot be read after line %(line)s: a quotation mark is "
                "missing or misplaced."
            ),
            line=line,
        ) from None
    _check_not_cut(text, rows)
    return rows


def _check_not_cut(text, rows):
    """A last line that is short and unfinished is a file cut on its way."""
    if len(rows) < 2 or text.endswith(("\n", "\r")):
        return
    width = max(len(cells) for _line, cells in rows[:-1])
    line, last = rows[-1]
    if len(last) < width:
        raise FileRefused(
            _lt(
                "The file is cut at line %(line)s: %(found)s values instead of "
                "%(expected)s. Export it again."
            ),
            line=line,
            found=len(last),
            expected=width,
        )


# -------------------------------------------------------------------- tables


def _table_of_sheets(sheets, is_1904):
    """Take the first visible sheet whose headers are those of a register."""
    filled = [rows for _title, rows in sheets if rows]
    if not filled:
        raise FileRefused(_lt("The file is empty."))
    for rows in filled:
        if find_header(rows) is not None:
            return _table(rows, is_1904)
    return _table(filled[0], is_1904)


def _table(rows, is_1904=False):
    header_line, header, columns, ignored = find_header(rows, strict=True)
    formulas = [
        (line, index)
        for line, cells in rows
        for index, cell in enumerate(cells)
        if is_formula(cell)
    ]
    body = [(line, cells) for line, cells in rows if line > header_line]
    if not body:
        raise FileRefused(_lt("The file has headers but no row."))
    _check_cells(body, header)
    return Table(header, columns, body, ignored, is_1904, header_line, formulas)


def _check_cells(body, header):
    for line, cells in body:
        for index, cell in enumerate(cells):
            if isinstance(cell, str) and len(cell) > MAX_CELL:
                raise FileRefused(
                    _lt("line %(line)s: a cell holds more than %(limit)s characters."),
                    line=line,
                    limit=MAX_CELL,
                )
            if index >= len(header) and cell not in (None, ""):
                raise FileRefused(
                    _lt(
                        "line %(line)s has more values than there are headers: is a "
                        "separator written inside a value without quotation marks?"
                    ),
                    line=line,
                )
