"""Cells become values: text, numbers, dates, phones, names."""

# There is no environment here: a sentence is translated where it is shown.
# pylint: disable=prefer-env-translation

import re
from datetime import date, datetime, timedelta

from ..tools.identity import phone_key
from .problems import _lt

EXCEL_ERRORS = frozenset(
    ("#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#NOM?")
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]"
)
_FRENCH_DATE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?:[ T].*)?")
_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_SHORT_DATE = re.compile(r"\d{1,2}[/.\- ]\d{1,2}[/.\- ]\d{2}")
_SERIAL = re.compile(r"\d{4,6}(?:[.,]\d+)?")


class WrongValue(Exception):
    """A cell that cannot be read; the sentence goes with its line and column."""

    def __init__(self, message, **params):
        self.message = message
        self.params = params
        super().__init__(message)


def to_text(cell):
    """Text of a cell, on one line, without invisible characters.

    :rtype: str
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        return cell.strftime("%d/%m/%Y")
    return " ".join(_CONTROL.sub("", str(cell)).split())


def is_formula(cell):
    """Whether a cell holds a formula, as a CSV and as a workbook write it."""
    return isinstance(cell, str) and cell.lstrip().startswith("=")


def to_zip(cell):
    """Postal code; a spreadsheet drops the leading zero of 01000."""
    text = to_text(cell)
    return text.zfill(5) if text.isdigit() and len(text) == 4 else text


def to_date(cell, is_1904=False):
    """Read a date: dd/mm/yyyy, ISO, or a date or serial number of Excel.

    :param cell: value of the cell
    :param bool is_1904: calendar of the workbook
    :return: the day, or ``None`` for an empty cell
    :raise WrongValue: when it is no date
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _serial_date(cell, is_1904)
    text = to_text(cell)
    if not text:
        return None
    return _text_date(text, is_1904)


def _text_date(text, is_1904):
    if found := _FRENCH_DATE.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif _SERIAL.fullmatch(text):
        return _serial_date(float(text.replace(",", ".")), is_1904)
    elif _SHORT_DATE.fullmatch(text):
        raise WrongValue(
            _lt("%(value)s: write the year with four digits (dd/mm/yyyy)"), value=text
        )
    else:
        raise WrongValue(_lt("%(value)s is not a date (dd/mm/yyyy)"), value=text)
    try:
        return date(year, month, day)
    except ValueError:
        raise WrongValue(
            _lt("%(value)s does not exist in the calendar"), value=text
        ) from None


def _serial_date(number, is_1904):
    """Day of an Excel serial; its calendar believes that 29/02/1900 existed."""
    if 1900 <= number <= 2100:
        raise WrongValue(
            _lt("%(value)s is a year alone: write the whole date (dd/mm/yyyy)"),
            value=to_text(number),
        )
    if not 1 <= number < 110_000:
        raise WrongValue(
            _lt("%(value)s is not a date (dd/mm/yyyy)"), value=to_text(number)
        )
    if is_1904:
        return date(1904, 1, 1) + timedelta(days=int(number))
    return date(1899, 12, 30 + (number < 60)) + timedelta(days=int(number))


def to_phone(cell):
    """Phone as written, with the zero that a spreadsheet drops."""
    text = to_text(cell)
    if text.isdigit() and len(text) == 9 and text[0] != "0":
        key = phone_key(text)
        return " ".join(key[i : i + 2] for i in range(0, 10, 2))
    return text


def full_name(last_name, first_name):
    """Name of a person as stored: last name, then first name."""
    return " ".join(part for part in (last_name, first_name) if part)
