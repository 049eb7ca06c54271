"""Files that somebody may choose by mistake, or made on purpose to do harm.

All are generated, always the same ones: (name, bytes).
"""

import gzip
import io
import json
import random
import zipfile
from datetime import date

import openpyxl

HEADERS = (
    "Numéro;Nom;Prénom;Genre;Date de naissance;Email;Téléphone;Quartier;Date de contact"
)
ROW = (
    "1;MARCHAND;Odile;Femme;04/05/1985;odile@example.org;0639981001;Bellevue;10/01/2023"
)
FEC = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\t"
    "CompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\t"
    "EcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n"
    "AC\tAchats\t1\t20230110\t606300\tFournitures\t\t\tF1\t20230110\tPapier\t12,50\t"
    "0,00\t\t\t20230131\t\t\r\n"
)
DEEP = 100_000
BOMB = 60 * 1024**2
LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def csv_file(text=None, encoding="utf-8-sig"):
    """A small register."""
    return (text or f"{HEADERS}\r\n{ROW}\r\n").encode(encoding)


def workbook(change=None):
    """A small register as a workbook; `change(book)` spoils it."""
    book = openpyxl.Workbook()
    for line in (HEADERS, ROW):
        book.active.append(line.split(";"))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def network_file(**values):
    """What a report handed over looks like, without its seal."""
    told = {
        "schema": "citeslab.handover/1",
        "structure": {"code": "29019", "name": "Brest"},
        "period": {"from": "2023-01-01", "to": "2023-12-31"},
        "kind": "yearly",
        "version": 1,
        "figures": "{}",
        "manifest": "{}",
        "hash": "0" * 64,
        "previous_hash": None,
        "uid": "x" * 32,
        "name": "Campagne",
        "deadline": "2024-02-01",
        "instructions": "",
    }
    return json.dumps({**told, **values}).encode()


def archive(*parts, method=zipfile.ZIP_DEFLATED):
    """A ZIP of (name, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in parts:
            made.writestr(name, content)
    return out.getvalue()


def rebuilt(content, change):
    """A workbook whose parts went through `change(name, bytes)`."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        return archive(
            *((name, change(name, old.read(name))) for name in old.namelist())
        )


def _in_part(word, text):
    """Change of the parts whose name holds `word`: XML declared before the root."""

    def change(name, data):
        if word not in name:
            return data
        head, _mark, rest = data.partition(b"?>")
        whole = head + b"?>" + text.encode() + rest if rest else text.encode() + data
        return whole.replace(b"MARCHAND", b"&l9;&e;")

    return change


def truncated():
    """Good files cut at steps, as by a bad network."""
    good = {
        "registre.csv": csv_file(),
        "registre.xlsx": workbook(),
        "fec.txt": FEC.encode(),
        "bilan.json": network_file(),
    }
    for name, content in good.items():
        for step in range(1, 31):
            yield f"cut {step}/31 {name}", content[: len(content) * step // 31]


def flipped():
    """Good files in which some bytes are others."""
    chance = random.Random(7)
    for name, content in (("x.xlsx", workbook()), ("x.csv", csv_file())):
        for number in range(30):
            spoilt = bytearray(content)
            for _byte in range(1 + number):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            yield f"flipped {number} {name}", bytes(spoilt)


def bombs():
    """Files that cost much more to open than to send."""
    book = workbook()
    for part in ("sharedStrings", "workbook.xml", "sheet1", "styles", "Content_Types"):
        doctype = f"<!DOCTYPE x [{LAUGHS}]>"
        yield f"laughs {part}.xlsx", rebuilt(book, _in_part(part, doctype))
        yield f"xxe {part}.xlsx", rebuilt(book, _in_part(part, XXE))
        wide = f"<!DOCTYPE x [{LAUGHS}]><x>&l9;</x>".encode("utf-16")
        yield (
            f"wide laughs {part}.xlsx",
            rebuilt(book, lambda name, old, p=part, w=wide: w if p in name else old),
        )
    xml = "<?xml version='1.0'?>"
    yield "laughs.csv", f"{xml}<!DOCTYPE x [{LAUGHS}]><x>&l9;</x>".encode()
    yield "xxe.xml", f"<?xml version='1.0'?>{XXE}<x>&e;</x>".encode()
    zeros = b"\0" * BOMB
    yield "zeros.zip", archive(("zeros", zeros))
    yield "zeros.xlsx", archive(("xl/workbook.xml", zeros))
    yield "zeros.csv.gz", gzip.compress(zeros)
    nested = archive(("zeros", zeros))
    for depth in range(5):
        nested = archive(*((f"{n}.zip", nested) for n in range(3)))
        yield f"nested {depth}.zip", nested
        yield f"nested {depth}.xlsx", nested
    yield "many parts.xlsx", archive(*((f"xl/{n}.xml", b"<x/>") for n in range(5000)))
    yield "twice.xlsx", _twice(book)
    for path in ("../../etc/x", "/etc/x", "\\\\host\\x", "xl/../../x"):
        yield f"path {path}.xlsx", archive(("xl/workbook.xml", b"<x/>"), (path, b"x"))
    yield "far cell.xlsx", workbook(lambda b: b.active.cell(1_048_576, 16_384, "x"))
    yield "wide.xlsx", workbook(lambda b: b.active.append(["x"] * 3000))
    yield "tall.csv", csv_file() + b";\r\n" * 300_000
    yield "long line.csv", csv_file() + b"x" * 3_000_000
    yield "long cell.csv", csv_file(f"{HEADERS}\r\n{ROW}{'x' * 200_000}\r\n")
    yield "long cell.fec", FEC.replace("Papier", "x" * 200_000).encode()
    yield "digits.fec", FEC.replace("12,50", "9" * 5000).encode()
    yield "amount.fec", FEC.replace("12,50", "9" * 40).encode()
    yield "wide head.csv", (";".join(["Nom"] * 20_000) + "\r\n").encode()
    for opening in (b"[", b'{"a":', b"[{", b'"\\ud800'):
        yield f"deep {opening!r}.json", opening * DEEP
    yield "deep whole.json", b"[" * DEEP + b"]" * DEEP
    yield "digits.json", b'{"version": ' + b"9" * 10_000 + b"}"


def _twice(book):
    """One part under two equal names: which of them is read?"""
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a") as made:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made.writestr("xl/workbook.xml", b"<x/>")
    return out.getvalue()


def encodings():
    """Text in an encoding that nobody expects."""
    text = f"{HEADERS}\r\n{ROW}\r\n"
    names = (
        "utf-16 utf-16-le utf-16-be utf-32 utf-7 cp1252 latin-1 cp850 cp437 mac_roman "
        "iso8859-15 cp037 cp500 utf-8"
    )
    for name in names.split():
        yield f"{name}.csv", text.encode(name, "replace")
        yield f"{name}.fec", FEC.replace("Papier", "Été").encode(name, "replace")
    yield (
        "mixed.csv",
        text.encode() + "2;É".encode("latin-1") + b";Zo\xc3\xa9;;;;;;\r\n",
    )
    yield "surrogate.csv", text.encode().replace(b"MARCHAND", b"\xed\xa0\x80")
    yield "overlong.csv", text.encode().replace(b"MARCHAND", b"\xc0\xaf")


def texts():
    """Good shape, strange content."""
    strange = {
        "nul": "a\0b", "nul escaped": "a\\u0000b", "rtl": "\u202eODILE\u202c",
        "isolate": "\u2067x\u2069", "zero width": "\u200b\u200d\ufeff",
        "combining": "e" + "\u0301" * 2000, "emoji": "👩‍👩‍👧‍👦" * 50,
        "bell": "\x07\x1b[31m",
        "quote": '"', "quotes": '"a"b"', "tab": "\t\t", "return": "a\rb",
        "formula": "=1+1", "link": '=HYPERLINK("http://x","y")',
        "dde": "+cmd|' /C x'!A0",
        "at": "@SUM(1)", "minus": "-2+3", "date 0": "00/00/0000",
        "date 1": "31/02/2023",
        "date 2": "01/01/0001", "date 3": "31/12/9999", "date 4": "99999",
        "date 5": "-1",
        "number": "1e400", "nan": "NaN", "inf": "-inf", "digits": "9" * 400,
        "arabic": "٠٤/٠٥/١٩٨٥", "sql": "'; DROP TABLE res_partner; --",
        "percent": "%(x)s %s %d", "brace": "{0.__class__}",
        "script": "<script>alert(1)</script>",
        "nonchar": "\uffff\ufffe", "line sep": "a\u2028b\u2029c", "next line": "a\x85b",
    }  # fmt: skip
    for label, value in strange.items():
        for cell in ROW.split(";")[1:]:
            text = f"{HEADERS}\r\n{ROW}\r\n".replace(cell, value)
            yield f"{label} for {cell}.csv", text.encode("utf-8", "replace")
        yield f"{label}.fec", FEC.replace("Papier", value).encode("utf-8", "replace")
        yield f"{label} date.fec", FEC.replace("20230110", value).encode()
        yield f"{label} amount.fec", FEC.replace("12,50", value).encode()
        yield (
            f"{label}.json",
            network_file(name=value, uid=value, structure={"code": value}),
        )
        yield f"{label} period.json", network_file(period={"from": value, "to": value})


def epochs():
    """Workbooks that count days from 1900 or from 1904, and impossible days."""

    def dated(epoch, *values):
        def change(book):
            book.epoch = epoch
            for value in values:
                book.active.append([2, "NOM", "Zoé", "", value, "", "", "", value])

        return change

    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

    for label, epoch in (("1900", CALENDAR_WINDOWS_1900), ("1904", CALENDAR_MAC_1904)):
        yield f"{label}.xlsx", workbook(dated(epoch, date(1985, 5, 4)))
        for number in (-1, 0, 1, 59, 60, 61, 2958465, 2958466, 1e18, 0.5):
            yield f"{label} day {number}.xlsx", workbook(dated(epoch, number))


def renamed():
    """Something else under the name of a register."""
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
    others = {
        "pdf": pdf, "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
        "exe": b"MZ" + b"\0" * 200,
        "xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "empty": b"",
        "space": b" \r\n \r\n", "bom": b"\xef\xbb\xbf",
        "html": b"<html><table><tr><td>Nom",
        "rtf": b"{\\rtf1 Nom}", "zip": archive(("registre.csv", csv_file())),
        "docx": archive(("word/document.xml", b"<x/>"), ("[Content_Types].xml", b"")),
        "ods": archive(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")),
        "macro": archive(("xl/workbook.xml", b"<x/>"), ("xl/vbaProject.bin", b"x")),
        "json list": b"[]", "json null": b"null", "json text": b'"x"', "json 1": b"1",
        "json nan": b'{"version": NaN}', "json twice": b'{"hash": 1, "hash": 2}',
        "headers": HEADERS.encode(), "one column": b"Nom\r\nMARCHAND\r\n",
        "random": random.Random(8).randbytes(4000), "xlsx in csv": workbook(),
    }  # fmt: skip
    for label, content in others.items():
        for ending in ("csv", "xlsx", "txt", "json"):
            yield f"{label}.{ending}", content
    for key in ("version", "period", "structure", "figures", "hash", "kind", "name"):
        for value in (None, [], {}, "", -1, True, 10**30, {"from": 1, "to": []}, "\0"):
            yield f"json {key} {value!r:.12}.json", network_file(**{key: value})


def every(limit=None):
    """All of them, or about `limit` spread over the kinds.

    :rtype: list[tuple[str, bytes]]
    """
    kinds = (truncated, flipped, bombs, encodings, texts, epochs, renamed)
    made = [list(kind()) for kind in kinds]
    if not limit:
        return [pair for files in made for pair in files]
    share = max(1, limit // len(kinds))
    return [
        pair for files in made for pair in files[:: max(1, len(files) // share)][:share]
    ]
