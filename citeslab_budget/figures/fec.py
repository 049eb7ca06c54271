"""The FEC, legal French export of a ledger (article A47 A-1 of the LPF).

Eighteen columns in the legal order, separated by a tab or a vertical bar; amounts
as Debit/Credit or as Montant/Sens; dates yyyymmdd; comma as decimal mark.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

LARGEST = 50 * 1024 * 1024
LONGEST_CELL = 5000
LONGEST_AMOUNT = 15  # a float holds no more euros to the cent
COMMON = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum",
    "CompteLib", "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib",
)  # fmt: skip
CLOSING = ("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise")
LAYOUTS = (
    COMMON + ("Debit", "Credit") + CLOSING,
    COMMON + ("Montant", "Sens") + CLOSING,
)
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d{1,2})?")


@dataclass
class FecProblem(Exception):
    """What is wrong, where; the caller words it.

    ``code``: empty, too_big, encoding, separator, column, missing, width, long,
    date, amount, account.
    """

    code: str
    line: int = 0
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger; ``cents`` is debit less credit."""

    line: int
    key: str
    account: str
    label: str
    piece: str
    day: date
    cents: int


def read(content):
    """Rows of a FEC.

    :param bytes content: the file
    :return: (entries, problems); entries are only worth using without problems
    """
    try:
        rows = _rows(_text(content))
        layout = _layout(rows[0])
    except FecProblem as problem:
        return [], [problem]
    entries, problems, seen = [], [], Counter()
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            entries.append(_entry(number, row, layout, seen))
        except FecProblem as problem:
            problems.append(problem)
    return entries, problems


def _text(content):
    if not content or not content.strip():
        raise FecProblem("empty")
    if len(content) > LARGEST:
        raise FecProblem("too_big")
    if b"\0" in content:
        raise FecProblem("encoding")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # ISO 8859-15 is the other one that the law allows; it accepts every byte,
        # so control characters tell a file that is neither.
        text = content.decode("iso8859-15")
        if re.search("[\x80-\x9f]", text):
            raise FecProblem("encoding") from None
        return text


def _rows(text):
    head = text.split("\n", 1)[0]
    separator = next((mark for mark in "\t|" if mark in head), None)
    if not separator:
        raise FecProblem("separator")
    # Any kind of line end; one within a cell makes a line too short, which is told.
    lines = io.StringIO(text, newline=None)
    reader = csv.reader(
        lines, delimiter=separator, quoting=csv.QUOTE_NONE, strict=False
    )
    try:
        return list(reader)
    except csv.Error:  # a cell longer than the library takes
        raise FecProblem("long", reader.line_num) from None


def _layout(head):
    """Column → place; the first column that is not the legal one is named."""
    head = [cell.strip() for cell in head]
    folded = [cell.casefold() for cell in head]
    for names in LAYOUTS:
        if folded[: len(names)] == [name.casefold() for name in names]:
            return {name: place for place, name in enumerate(names)}
    names = LAYOUTS[1] if "montant" in folded else LAYOUTS[0]
    for place, name in enumerate(names):
        if place >= len(head):
            raise FecProblem("missing", 1, name)
        if folded[place] != name.casefold():
            raise FecProblem("column", 1, name, head[place])
    raise FecProblem("separator")


def _entry(number, row, layout, seen):
    if len(row) < len(layout):
        raise FecProblem("width", number, value=str(len(row)))
    if max(map(len, row)) > LONGEST_CELL:
        raise FecProblem("long", number)
    cell = {name: row[place].strip() for name, place in layout.items()}
    if not cell["CompteNum"]:
        raise FecProblem("account", number, "CompteNum")
    base = "|".join(
        cell[name]
        for name in (
            "JournalCode",
            "EcritureNum",
            "EcritureDate",
            "CompteNum",
            "CompAuxNum",
        )  # fmt: skip
    )
    seen[base] += 1
    return Entry(
        line=number,
        key=f"{base}|{seen[base]}",
        account=cell["CompteNum"],
        label=cell["EcritureLib"] or cell["CompteLib"] or "/",
        piece=cell["PieceRef"],
        day=_day(cell["EcritureDate"], number),
        cents=_cents(cell, number),
    )


def _day(text, number):
    try:
        if len(text) != 8:
            raise ValueError
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise FecProblem("date", number, "EcritureDate", text) from None


def _cents(cell, number):
    if "Debit" in cell:
        debit = _amount(cell["Debit"], number, "Debit")
        return debit - _amount(cell["Credit"], number, "Credit")
    amount = _amount(cell["Montant"], number, "Montant")
    side = cell["Sens"].upper()
    if side not in ("D", "C", "+1", "-1"):
        raise FecProblem("amount", number, "Sens", cell["Sens"])
    return amount if side in ("D", "+1") else -amount


def _amount(text, number, column):
    clean = text.replace(" ", "").replace("\xa0", "").replace("\u202f", "")
    if not clean:
        return 0
    if len(clean) > LONGEST_AMOUNT or not NUMBER.fullmatch(clean):
        raise FecProblem("amount", number, column, text)
    whole, _mark, rest = clean.replace(",", ".").partition(".")
    cents = abs(int(whole)) * 100 + int((rest + "00")[:2])
    return -cents if clean.startswith("-") else cents
