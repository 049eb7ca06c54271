"""The bilan as plain data: computed once, read by every renderer.

Nothing here knows the ORM. The engine builds a :class:`Matrix`; the PDF, the
workbook, the JSON file and the screen only read it.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date

from odoo.addons.citeslab_base.tools.rounding import percentages

SCHEMA = "citeslab.bilan/1"
UNKNOWN = "unknown"

OK = "ok"
DECLARED = "declared"
NOT_REGISTERED = "not_registered"
STATUSES = (OK, DECLARED, NOT_REGISTERED)

COUNT = "count"
RATE = "rate"
DISTRIBUTION = "distribution"
HOURS = "hours"
AMOUNT = "amount"
KINDS = (COUNT, RATE, DISTRIBUTION, HOURS, AMOUNT)


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a figure: a value of this period and of the one before.

    ``percent`` is the whole share of the figure; ``extra`` holds further
    columns of the row (``{"sent": 6, "accepted": 4}``).
    """

    code: str
    label: str
    value: int | float | None
    previous: int | float | None = None
    percent: int | None = None
    extra: dict = field(default_factory=dict)

    @property
    def is_empty(self):
        """Nothing in either year."""
        return not (self.value or self.previous or any(self.extra.values()))

    def as_dict(self):
        """The item as the JSON contract writes it."""
        return {
            **self.extra,
            "code": self.code,
            "label": self.label,
            "value": self.value,
            "previous": self.previous,
            "percent": self.percent,
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator: its total, the year before, its rows and its status.

    ``base`` is the code of the figure that the items add up to.
    ``previous_status`` says where ``previous`` comes from: computed (``ok``),
    typed with its source (``declared``) or unknown (``None``). ``notes`` are
    printed as footnotes of the figure.
    """

    code: str
    label: str
    value: int | float | None = None
    previous: int | float | None = None
    status: str = OK
    items: tuple = ()
    kind: str = COUNT
    section: str | None = None
    definition: str = ""
    base: str | None = None
    previous_status: str | None = None
    notes: tuple = ()

    def __post_init__(self):
        if self.status not in STATUSES:
            raise ValueError(f"{self.code}: unknown status {self.status!r}.")
        if self.kind not in KINDS:
            raise ValueError(f"{self.code}: unknown kind {self.kind!r}.")

    @property
    def is_registered(self):
        return self.status != NOT_REGISTERED

    @property
    def visible_items(self):
        """Items that a reader is shown: the empty ones stay in the JSON."""
        return tuple(item for item in self.items if not item.is_empty)

    def as_dict(self):
        """The figure as the JSON contract writes it.

        ``previous_status`` and ``notes`` are only there when they say something.
        """
        values = {
            "value": self.value,
            "previous": self.previous,
            "status": self.status,
            "items": [item.as_dict() for item in self.items],
        }
        if self.previous_status not in (None, OK):
            values["previous_status"] = self.previous_status
        if self.notes:
            values["notes"] = list(self.notes)
        return values


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the bilan: the codes of its figures, in order."""

    code: str
    title: str
    figures: tuple = ()

    def as_dict(self):
        return {
            "code": self.code,
            "title": self.title,
            "indicators": list(self.figures),
        }


@dataclass(frozen=True, slots=True)
class Definition:
    """How a figure is counted, as printed in the annex."""

    code: str
    label: str
    text: str

    def as_dict(self):
        return {"code": self.code, "label": self.label, "text": self.text}


@dataclass(frozen=True, slots=True)
class Matrix:
    """A whole bilan.

    :param structure: ``{"name": …}`` and, if known, ``city``, ``siret``,
        ``website``, ``logo`` (bytes of an image or their base64; never part of
        the JSON).
    :param territory: ``{"name": …}`` and, if known, ``region``,
        ``population``, ``neighborhoods`` (list of dicts); or ``None``.
    :param period: ``(first day, last day)``, dates.
    :param previous_period: the same for the comparison, or ``None``.
    :param figures: ``{code: Figure}``.
    :param sections: :class:`Section` in the order of the document.
    :param definitions: :class:`Definition` in the order of the annex.
    :param meta: ``min_minutes`` (int), ``filters`` (list of labels of the
        filters in force), ``generated_on`` (date), ``author`` (name of
        who signs), ``funders`` (list of ``{"name", "logo": bytes|None}``),
        ``warnings`` (sentences for whoever is about to print).
    """

    structure: dict
    territory: dict | None
    period: tuple
    previous_period: tuple | None
    figures: dict
    sections: tuple = ()
    definitions: tuple = ()
    meta: dict = field(default_factory=dict)

    def __post_init__(self):
        missing = [
            code
            for section in self.sections
            for code in section.figures
            if code not in self.figures
        ]
        if missing:
            raise ValueError(f"Sections name figures without value: {missing}.")

    def __getitem__(self, code):
        return self.figures[code]

    def section_figures(self, section, registered_only=True):
        """Figures of ``section`` in order, without those nobody feeds."""
        figures = (self.figures[code] for code in section.figures)
        return [f for f in figures if f.is_registered or not registered_only]

    @property
    def unregistered(self):
        """Figures that nobody feeds, in the order of the sections."""
        codes = dict.fromkeys(
            code for section in self.sections for code in section.figures
        )
        return [
            self.figures[code] for code in codes if not self.figures[code].is_registered
        ]

    def as_dict(self):
        """Contract ``citeslab.bilan/1`` as plain Python values.

        ``filters`` is there only when the bilan does not cover everybody.
        """
        values = {
            "schema": SCHEMA,
            "structure": plain(self.structure),
            "territory": plain(self.territory),
            "period": period_dict(self.period),
            "definitions": [d.as_dict() for d in self.definitions],
            "indicators": {
                code: self.figures[code].as_dict() for code in sorted(self.figures)
            },
            "sections": [section.as_dict() for section in self.sections],
        }
        if self.meta.get("filters"):
            values["filters"] = plain(self.meta["filters"])
        return values

    def as_json(self):
        """The contract as text: UTF-8, two spaces, the same bytes every time."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2) + "\n"


def period_dict(period):
    """``{"from", "to"}`` in ISO dates, or ``None``."""
    return period and {"from": period[0].isoformat(), "to": period[1].isoformat()}


def plain(value):
    """``value`` for JSON: dates in ISO, keys sorted, bytes (logos) left out."""
    if isinstance(value, dict):
        return {
            key: plain(value[key])
            for key in sorted(value)
            if not isinstance(value[key], bytes)
        }
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def distribution(items):
    """Items of a distribution: shares filled, rows empty in both years dropped.

    ``unknown`` always stays, so that a consumer finds it without asking.

    :return: tuple for :attr:`Figure.items`.
    """
    kept = [item for item in items if item.code == UNKNOWN or not item.is_empty]
    # money given back is no share of the rest
    shares = percentages([max(item.value or 0, 0) for item in kept])
    return tuple(
        replace(item, percent=share) for item, share in zip(kept, shares, strict=True)
    )
