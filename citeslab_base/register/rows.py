"""Lines of a table become typed rows; every problem is told, not only the first."""

# There is no environment here: a sentence is translated where it is shown.
# pylint: disable=prefer-env-translation

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from ..tools.dates import age_at
from ..tools.identity import email_key, is_email, phone_key
from ..tools.text import normalise
from .problems import Problem, Told, _lt
from .values import (
    EXCEL_ERRORS,
    WrongValue,
    full_name,
    is_formula,
    to_date,
    to_phone,
    to_text,
    to_zip,
)
from .vocabulary import CLOSED

# No CitésLab is older; an earlier date is a slip of the keyboard.
FIRST_DAY = date(1995, 1, 1)
FIRST_BIRTH = date(1900, 1, 1)
USUAL_AGES = range(14, 100)
MAX_NAME = 128

READERS = {"zip": to_zip, "phone": to_phone}
DATES = ("birthdate", "contact_date", "interview_date", "outcome_date")
_FORMULA = _lt("this cell holds a formula: paste its value instead")
NOMENCLATURES = ("employment", "resource", "education", "nature", "discovery")
SHOWN_LABELS = 25


@dataclass(frozen=True, slots=True)
class NewLabel:
    """Label of a nomenclature that the import will add."""

    key: str
    label: str


@dataclass(slots=True)
class RegisterRow:
    """One person's year in a register.

    Labels hold the value that stands for them (a code of a closed list, the id of
    a nomenclature, or a ``NewLabel``), dates a ``date``, the rest text; nothing is
    ``None`` or ``""``.
    """

    line: int
    number: str = ""
    last_name: str = ""
    first_name: str = ""
    gender: str | None = None
    birthdate: date | None = None
    email: str = ""
    phone: str = ""
    street: str = ""
    zip: str = ""
    city: str = ""
    neighborhood: str = ""
    residence: str | None = None
    target_public: str | None = None
    employment: object = None
    resource: object = None
    education: object = None
    title: str = ""
    nature: object = None
    discovery: object = None
    prescriber: str = ""
    contact_date: date | None = None
    interview_date: date | None = None
    orientation: str | None = None
    organization: str = ""
    outcome: str | None = None
    outcome_date: date | None = None
    # Texts of the row as written, to know it again: what a label stands for may
    # change between two imports, what the chef wrote does not.
    texts: tuple = ()

    @property
    def number_key(self):
        return normalise(self.number) or self.number

    @property
    def name(self):
        return full_name(self.last_name, self.first_name)

    @property
    def day(self):
        """Day of the photograph: that of the first RDV, else of the contact."""
        return self.interview_date or self.contact_date

    @property
    def email_key(self):
        return email_key(self.email)

    @property
    def phone_key(self):
        return phone_key(self.phone)


@dataclass(slots=True)
class Checked(Told):
    """Rows of a register and all that was found about them."""

    rows: list
    problems: list
    new_labels: dict = field(default_factory=dict)


def check_table(table, labels, today, create_labels=False, corrections=None):
    """Read every row of a table.

    :param reader.Table table: the register
    :param dict labels: key of a nomenclature → ``vocabulary.Labels``
    :param date today: the structure's day; a later date is an error
    :param bool create_labels: unknown labels of nomenclatures are to be added
    :param dict corrections: ``(line, key)`` → text typed on screen
    :rtype: Checked
    """
    checker = _Checker(table, labels, today, create_labels, corrections or {})
    return checker.run()


def formula_problems(table):
    """Tell every cell that holds a formula: only values are imported.

    :param reader.Table table: the register
    :rtype: list[Problem]
    """
    keys = {index: key for key, index in table.columns.items()}
    cells = dict(table.rows)
    problems = []
    for line, index in table.formulas:
        is_row = line > table.header_line
        named = index < len(table.header) and is_row and table.header[index]
        problems.append(
            Problem(
                line,
                named or str(index + 1),
                _FORMULA,
                key=keys.get(index, "") if is_row else "",
                value=to_text(cells[line][index]) if is_row else "",
            )
        )
    return problems


def main_year(rows):
    """Year of most rows of a register, the latest one of two equal ones.

    :param list rows: ``RegisterRow``
    :return: the year, or ``None`` without any date
    """
    years = Counter(
        (row.contact_date or row.interview_date).year for row in rows if row.day
    )
    return max(years, key=lambda year: (years[year], year), default=None)


class _Checker:
    """State of one reading: what was said, what was seen."""

    def __init__(self, table, labels, today, create_labels, corrections):
        self.table = table
        self.labels = {**labels, **CLOSED}
        self.today = today
        self.create_labels = create_labels
        self.corrections = corrections
        self.problems = []
        self.new_labels = {}
        self.numbers = {}
        self.failed = set()

    def run(self):
        rows = [self._row(line, cells) for line, cells in self.table.rows]
        for name in self.table.ignored:
            self._say(
                self.table.header_line,
                None,
                _lt("this column is not known to the import: it is left out"),
                column=name,
                is_error=False,
            )
        # those of known columns were told with their rows, as they may be mended
        found = [one for one in formula_problems(self.table) if not one.key]
        self.problems = sorted(self.problems + found, key=lambda one: one.line)
        return Checked(rows, self.problems, self.new_labels)

    def _say(self, line, key, message, is_error=True, column=None, value="", **params):
        heading = self.table.heading(key) if column is None else column
        params = {"value": value, **params}
        self.problems.append(
            Problem(line, heading, message, params, is_error, key or "", value)
        )
        if is_error:
            self.failed.add((line, key))

    def _row(self, line, cells):
        row = RegisterRow(line)
        texts = []
        for key, index in self.table.columns.items():
            cell = cells[index] if index < len(cells) else None
            cell = self.corrections.get((line, key), cell)
            value = self._value(line, key, cell)
            texts.append((key, self._text(key, cell)))
            if value not in (None, ""):
                setattr(row, key, value)
        row.texts = tuple(sorted(pair for pair in texts if pair[1]))
        self._check_identity(row)
        self._check_dates(row)
        self._check_links(row)
        return row

    # ------------------------------------------------------------------ cells

    def _text(self, key, cell):
        """Text of a cell, the same from a CSV and from a workbook."""
        if key in DATES and not isinstance(cell, str):
            with contextlib.suppress(WrongValue):
                cell = to_date(cell, self.table.is_1904)
        return READERS.get(key, to_text)(cell)

    def _value(self, line, key, cell):
        text = to_text(cell)
        if text.upper() in EXCEL_ERRORS:
            self._say(
                line,
                key,
                _lt("this cell holds an error of the spreadsheet (%(value)s)"),
                value=text,
            )
            return None
        if is_formula(text):
            self._say(line, key, _FORMULA, value=text)
            return None
        if not text:
            return None
        if key in DATES:
            return self._date(line, key, cell)
        if key in self.labels:
            return self._label(line, key, text)
        return READERS.get(key, to_text)(cell)

    def _date(self, line, key, cell):
        try:
            day = to_date(cell, self.table.is_1904)
        except WrongValue as wrong:
            params = {"value": to_text(cell), **wrong.params}
            self._say(line, key, wrong.message, **params)
            return None
        shown = _shown(day)
        if day > self.today:
            self._say(line, key, _lt("%(value)s is in the future"), value=shown)
        elif day < (FIRST_BIRTH if key == "birthdate" else FIRST_DAY):
            self._say(line, key, _lt("%(value)s is too long ago"), value=shown)
        else:
            return day
        return None

    def _label(self, line, key, text):
        labels = self.labels[key]
        if text in labels:
            return labels[text]
        if key in NOMENCLATURES and self.create_labels:
            return self.new_labels.setdefault(
                (key, normalise(text)), NewLabel(key, text)
            )
        known = labels.known
        shown = "; ".join(known[:SHOWN_LABELS]) + ("; …" * (len(known) > SHOWN_LABELS))
        self._say(
            line,
            key,
            _lt('unknown label "%(value)s"; known labels: %(known)s'),
            value=text,
            known=shown,
        )
        return None

    # ------------------------------------------------------------------- rows

    def _check_identity(self, row):
        if (row.line, "number") in self.failed:
            pass
        elif not row.number:
            self._say(row.line, "number", _lt("the number is missing"))
        else:
            self._check_number(row)
        key = "last_name" if "last_name" in self.table.columns else "first_name"
        failed = {(row.line, "last_name"), (row.line, "first_name")} & self.failed
        if not normalise(row.name) and not failed:
            self._say(row.line, key, _lt("the name is missing"), value=row.name)
        elif len(row.name) > MAX_NAME:
            self._say(row.line, key, _lt("the name is too long"), value=row.name)
        if row.email and not is_email(row.email):
            self._say(
                row.line,
                "email",
                _lt("%(value)s is not an e-mail address: kept, not used to recognise"),
                is_error=False,
                value=row.email,
            )
        if row.phone and not row.phone_key:
            self._say(
                row.line,
                "phone",
                _lt("%(value)s is not a phone number: kept, not used to recognise"),
                is_error=False,
                value=row.phone,
            )

    def _check_number(self, row):
        first = self.numbers.setdefault(row.number_key, row.line)
        if first != row.line:
            self._say(
                row.line,
                "number",
                _lt("the number %(value)s is already that of line %(first)s"),
                value=row.number,
                first=first,
            )

    def _check_dates(self, row):
        if not row.day:
            self._check_dated(row)
            return
        first = min(filter(None, (row.contact_date, row.interview_date)))
        self._check_birth(row, first)
        if row.contact_date and row.interview_date and first != row.contact_date:
            self._say(
                row.line,
                "interview_date",
                _lt("the first RDV is before the contact of %(contact)s"),
                is_error=False,
                value=_shown(row.interview_date),
                contact=_shown(row.contact_date),
            )
        if row.outcome_date and row.outcome_date < first:
            self._say(
                row.line,
                "outcome_date",
                _lt("the outcome (%(value)s) is before the first contact (%(first)s)"),
                value=_shown(row.outcome_date),
                first=_shown(first),
            )

    def _check_dated(self, row):
        dates = ("contact_date", "interview_date")
        if any((row.line, key) in self.failed for key in dates):
            return
        key = next(key for key in dates if key in self.table.columns)
        self._say(row.line, key, _lt("a date of contact or of RDV is needed"))

    def _check_birth(self, row, first):
        if not row.birthdate:
            return
        age = age_at(row.birthdate, row.day)
        if row.birthdate >= first:
            what = "interview_date" if first == row.interview_date else "contact_date"
            self._say(
                row.line,
                "birthdate",
                _lt('born on %(value)s, after "%(what)s" (%(first)s)'),
                value=_shown(row.birthdate),
                first=_shown(first),
                what=self.table.heading(what),
            )
        elif age not in USUAL_AGES:
            self._say(
                row.line,
                "birthdate",
                _lt("born on %(value)s: %(age)s years old, is it right?"),
                is_error=False,
                value=_shown(row.birthdate),
                age=age,
            )

    def _check_links(self, row):
        """A detail without what it details cannot be stored: say so."""
        pairs = (("organization", "orientation"), ("outcome_date", "outcome"))
        for key, needed in pairs:
            if (row.line, needed) in self.failed:
                continue
            if getattr(row, key) and not getattr(row, needed):
                self._say(
                    row.line,
                    key,
                    _lt('left out, since "%(needed)s" is empty'),
                    is_error=False,
                    needed=self.table.heading(needed),
                )
        failed = (row.line, "outcome_date") in self.failed
        if row.outcome and not row.outcome_date and not failed:
            self._say(
                row.line,
                "outcome",
                _lt("an outcome without its date: the last day of the year is taken"),
                is_error=False,
            )


def _shown(day):
    return day.strftime("%d/%m/%Y")
