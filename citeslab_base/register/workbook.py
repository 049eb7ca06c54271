"""Excel workbooks: checked as an archive first, parsed only when they are safe.

The parser is never given a file that could cost more than a few seconds: the
limits are read from the archive's own directory and from a quick scan of tags.
"""

# There is no environment here: a sentence is translated where it is shown.
# pylint: disable=prefer-env-translation

import io
import re
import zipfile

import openpyxl

from .problems import FileRefused, _lt

MAX_UNZIPPED = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 500
MAX_PART = 5 * 1024 * 1024  # parts that are neither a sheet nor its texts
MAX_TEXTS = 600_000
LAST_ROW = 1_048_576
# A small part full of zeros has a high ratio and is harmless.
RATIO_FROM = 256 * 1024

_TAG = re.compile(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])([^>]*)>")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
_TEXT_TAG = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")


def read_workbook(content, max_rows, max_columns):
    """Read the sheets of a workbook.

    :param bytes content: an .xlsx file
    :param int max_rows: rows allowed in a sheet, header included
    :param int max_columns: columns allowed in a sheet
    :return: ``(sheets, uses_1904)`` where sheets is a list of
        ``(title, [(line, [cell values])])``, visible sheets only; a formula is the
        text that starts with ``=``
    :raise FileRefused: when the file is unsafe, damaged or no workbook
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive, max_rows, max_columns)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, keep_links=False
        )
        try:
            return _read_sheets(book, max_rows), book.epoch.year == 1904
        finally:
            book.close()
    except FileRefused:
        raise
    except MemoryError:
        raise FileRefused(_lt("The file is too large to be read.")) from None
    except Exception:  # whatever a damaged file makes of the parser
        raise FileRefused(
            _lt("The Excel file is damaged: open it, save it again and retry.")
        ) from None


def _check_archive(archive, max_rows, max_columns):
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    _check_kind(archive, names)
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_UNZIPPED:
        raise FileRefused(
            _lt(
                "The Excel file holds %(size)s MB once unzipped; the limit is "
                "%(limit)s MB."
            ),
            size=total // 1024**2,
            limit=MAX_UNZIPPED // 1024**2,
        )
    heavy = [
        entry
        for entry in entries
        if entry.file_size > RATIO_FROM
        and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
    ]
    if heavy or (total > RATIO_FROM and total > MAX_RATIO * max(packed, 1)):
        raise FileRefused(_lt("The Excel file is compressed beyond reason: refused."))
    if len(entries) > MAX_ENTRIES or len(names) != len(entries):
        raise FileRefused(_lt("The Excel file has an unusual structure: refused."))
    if any(".." in name or name.startswith(("/", "\\")) for name in names):
        raise FileRefused(_lt("The Excel file has an unusual structure: refused."))
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused(
            _lt("The Excel file is protected by a password: save it without one.")
        )
    for entry in entries:
        _check_part(archive, entry, max_rows, max_columns)


def _check_kind(archive, names):
    if "mimetype" in names and b"opendocument" in archive.read("mimetype")[:200]:
        raise FileRefused(
            _lt("The file is an OpenDocument file: save it as .xlsx or .csv.")
        )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(
            _lt("The Excel file contains macros: save it as .xlsx, without macros.")
        )
    if "xl/workbook.xml" not in names:
        raise FileRefused(
            _lt("The file is not a spreadsheet: give a .csv or .xlsx file.")
        )


def _check_part(archive, entry, max_rows, max_columns):
    """Refuse what would make the XML parser work too much, or work for others."""
    name = entry.filename.lower()
    if not name.endswith((".xml", ".rels")):
        return
    data = archive.read(entry)
    if _DECLARATION.search(data) or data.startswith(_WIDE):
        raise FileRefused(_lt("The Excel file declares XML entities: refused."))
    if b"macroenabled" in data.lower() and name == "[content_types].xml":
        raise FileRefused(
            _lt("The Excel file contains macros: save it as .xlsx, without macros.")
        )
    if "/worksheets/" in name:
        _check_sheet_size(data, max_rows, max_columns)
    elif "sharedstrings" in name:
        if sum(1 for _match in _TEXT_TAG.finditer(data)) > MAX_TEXTS:
            raise FileRefused(_lt("The Excel file holds too many texts: refused."))
    elif len(data) > MAX_PART:
        raise FileRefused(_lt("The Excel file has an unusual structure: refused."))


def _check_sheet_size(data, max_rows, max_columns):
    """Count cells without parsing: an absurd address must not become a huge row.

    Rows without any cell are not counted: spreadsheets keep formatted blank rows.
    """
    rows = width = 0
    for match in _TAG.finditer(data):
        found = _REFERENCE.search(match[2])
        if match[1] == b"row":
            rows += width > 0
            width = 0
            if found and int(found[2]) > LAST_ROW:
                raise FileRefused(_lt("The Excel file is damaged: refused."))
            continue
        width += 1
        column = _column_index(found[1]) if found and found[1] else width
        if max(column, width) > max_columns:
            raise too_many_columns(max_columns)
    if rows > LAST_ROW // 4:
        raise too_many_rows(max_rows)


def _column_index(letters):
    index = 0
    for letter in letters.upper()[:4]:
        index = index * 26 + letter - 64
    return index


def too_many_rows(limit):
    return FileRefused(
        _lt(
            "The file has more than %(limit)s rows: split it, and import each part "
            "under the same register label."
        ),
        limit=limit,
    )


def too_many_columns(limit):
    return FileRefused(
        _lt("The file has more than %(limit)s columns: is it a register?"), limit=limit
    )


def _read_sheets(book, max_rows):
    sheets = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()
        sheets.append((sheet.title, _read_sheet(sheet, max_rows)))
    return sheets


def _read_sheet(sheet, max_rows):
    rows = []
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        values = [_cell_value(cell) for cell in cells]
        while values and values[-1] in (None, ""):
            values.pop()
        if not values:
            continue
        rows.append((line, values))
        if len(rows) > max_rows:
            raise too_many_rows(max_rows - 1)
    return rows


def _cell_value(cell):
    """Value of a cell; a formula of any kind is its text."""
    value = cell.value
    if value is None or cell.data_type != "f":
        return value
    return "=" + str(getattr(value, "text", None) or value).lstrip("=")
