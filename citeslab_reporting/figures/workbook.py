"""A workbook of plain tables, written while its rows are read.

``xlsxwriter`` draws the bilans; a table of 100,000 rows spends three quarters of its
time in a call a cell. Here a cell is a look-up: each value becomes XML once.
"""

import zipfile
from xml.sax.saxutils import escape, quoteattr

# First day that a zip file can write: no date of today in the bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
LAST_ROW = 1_048_576
LEVEL = 4  # of compression: the file grows by a tenth, its writing halves
BATCH = 500

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CORE = "application/vnd.openxmlformats-package.core-properties+xml"

# Printed on A4 lying down, all the columns on one page, the head on each.
PAGE = (
    '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><color rgb="FF17457F"/><name val="Calibri"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom>'
    "<diagonal/></border></borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="2">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1"'
    ' applyBorder="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class TooManyRows(ValueError):
    """A sheet holds no more rows."""


class _Strings(dict):
    """Rank of each text of the workbook, in the order in which they come."""

    def __missing__(self, text):
        rank = self[text] = len(self)
        return rank

    def xml(self):
        yield f'{HEAD}<sst xmlns="{MAIN}" uniqueCount="{len(self)}">'
        for text in self:
            # _x000D_ is how Excel writes a character: an underscore of ours is one
            told = escape(text).replace("_x", "_x005F_x").replace("\r", "_x000D_")
            yield f'<si><t xml:space="preserve">{told}</t></si>'
        yield "</sst>"


class _Cells(dict):
    """XML of each value of a column: computed once."""

    def __init__(self, strings, is_number, write):
        super().__init__()
        self.strings = strings
        self.is_number = is_number
        self.write = write

    def __missing__(self, value):
        told = value if self.write is None else self.write(value)
        if told is None:
            xml = "<c/>"
        elif self.is_number:
            xml = f"<c><v>{told!r}</v></c>"
        else:
            xml = f'<c t="s"><v>{self.strings[told]}</v></c>'
        if len(self) < LAST_ROW:
            self[value] = xml
        return xml


def write_workbook(title, pages, out):
    """Write a workbook; the same pages give the same bytes.

    :param str title: of the document
    :param pages: ``[(name, labels, columns, rows)]``; a column is ``(whether it holds
        numbers, function of a value, or None as it is)``
    :param out: binary file
    :raises TooManyRows: with the name of the sheet
    """
    strings = _Strings()
    names = [name for name, *_rest in pages]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as book:
        for path, text in _fixed(title, names):
            _member(book, path, [text])
        for rank, (name, labels, columns, rows) in enumerate(pages, 1):
            cells = [_Cells(strings, *column) for column in columns]
            xml = _sheet_xml(name, [strings[one] for one in labels], cells, rows)
            _member(book, f"xl/worksheets/sheet{rank}.xml", xml)
        _member(book, "xl/sharedStrings.xml", strings.xml())


def _member(book, path, texts):
    info = zipfile.ZipInfo(path, date_time=EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with book.open(info, "w") as member:
        for text in texts:
            member.write(text.encode())


def _sheet_xml(name, head, cells, rows):
    yield (
        f'{HEAD}<worksheet xmlns="{MAIN}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f'</sheetView></sheetViews><cols><col min="1" max="{len(head)}" width="18"'
        ' customWidth="1"/></cols><sheetData><row>'
    )
    yield "".join(f'<c t="s" s="1"><v>{rank}</v></c>' for rank in head)
    yield "</row>"
    batch, left = [], LAST_ROW - 1
    for row in rows:
        told = [known[value] for known, value in zip(cells, row, strict=True)]
        batch.append("".join(told))
        if len(batch) == BATCH:
            yield _rows_xml(batch)
            left -= len(batch)
            if left < 0:
                raise TooManyRows(name)
            batch = []
    if len(batch) > left:
        raise TooManyRows(name)
    yield _rows_xml(batch) + f"</sheetData>{PAGE}</worksheet>"


def _rows_xml(batch):
    return f"<row>{'</row><row>'.join(batch)}</row>" if batch else ""


def _fixed(title, names):
    """Parts of the file that hold no row."""
    ranks = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{rank}" r:id="rId{rank}"/>'
        for rank, name in zip(ranks, names, strict=True)
    )
    titles = "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{rank}">'
        f"{escape(quoted)}!$1:$1</definedName>"
        for rank, quoted in enumerate(
            "'" + name.replace("'", "''") + "'" for name in names
        )
    )
    parts = [f"worksheets/sheet{rank}.xml" for rank in ranks]
    kinds = ["worksheet"] * len(names) + ["styles", "sharedStrings"]
    links = "".join(
        f'<Relationship Id="rId{rank}" Type="{OFFICE}/{kind}" Target="{part}"/>'
        for rank, (kind, part) in enumerate(
            zip(kinds, [*parts, "styles.xml", "sharedStrings.xml"], strict=True), 1
        )
    )
    types = [(f"/xl/{part}", f"{TYPE}.worksheet+xml") for part in parts]
    types += [
        ("/xl/workbook.xml", f"{TYPE}.sheet.main+xml"),
        ("/xl/styles.xml", f"{TYPE}.styles+xml"),
        ("/xl/sharedStrings.xml", f"{TYPE}.sharedStrings+xml"),
        ("/docProps/core.xml", CORE),
    ]
    overrides = "".join(
        f'<Override PartName="{path}" ContentType="{kind}"/>' for path, kind in types
    )
    yield (
        "[Content_Types].xml",
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
    )
    yield (
        "_rels/.rels",
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/'
        'core-properties" Target="docProps/core.xml"/></Relationships>',
    )
    yield (
        "docProps/core.xml",
        f'{HEAD}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2000-01-01T00:00:00Z'
        "</dcterms:created></cp:coreProperties>",
    )
    yield (
        "xl/workbook.xml",
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews>'
        f"<workbookView/></bookViews><sheets>{sheets}</sheets>"
        f"<definedNames>{titles}</definedNames></workbook>",
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
    )
    yield "xl/styles.xml", STYLES
