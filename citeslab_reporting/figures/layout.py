"""What is shown of a matrix, and in which order: read by every renderer.

The PDF, the workbook and the screen show the same blocks with the same
numbers; they differ only in how they draw them. A block is a plain dictionary
(it travels to the screen as JSON):

``lines``  several totals under each other: ``rows``, ``notes``
``table``  the rows of one figure with bars: ``rows``, ``columns``, ``notes``
``empty``  a figure that is registered but counts nobody: ``text``

A table whose year before is only known in all says so in its ``aside``.
"""

from odoo.addons.citeslab_base.tools.rounding import half_up, percentages

from .matrix import AMOUNT, DECLARED, DISTRIBUTION, OK, UNKNOWN

TILES = (
    "persons_met",
    "persons_accompanied",
    "persons_new",
    "persons_oriented",
    "qpv_rate",
    "qpv_and_near_rate",
    "jobseekers",
    "creations",
)
# Totals that the tiles already tell, one of them in a detail.
COVERED = {*TILES, "persons_continuing"}


class Layout:
    """Blocks of one matrix.

    :param matrix: the figures.
    :param words: fixed words of the document, in the reader's language.
    :param style: :class:`~.text.Style` for the numbers.
    """

    def __init__(self, matrix, words, style):
        self.matrix = matrix
        self.words = words
        self.style = style

    # Whole document

    @property
    def has_previous(self):
        """Whether the year before says anything; if not, its columns go."""
        return any(f.previous is not None for f in self.matrix.figures.values())

    @property
    def year(self):
        return self._period_label(self.matrix.period)

    @property
    def previous_year(self):
        period = self.matrix.previous_period
        return self._period_label(period) if period else self.words["previous"]

    @staticmethod
    def _period_label(period):
        """``2023`` for a civil year, else ``01/03/2023 – 31/05/2023``."""
        start, end = period
        if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
            if start.year == end.year:
                return str(start.year)
            return f"{start.year}\N{EN DASH}{end.year}"
        return f"{start:%d/%m/%Y}\N{EN DASH}{end:%d/%m/%Y}"

    def tiles(self):
        """The key figures, each with its change and the year before."""
        notes = self.key_notes()
        return [
            {**self._line(figure, notes), "detail": self._detail(figure)}
            for figure in self._key_figures()
        ]

    def key_notes(self):
        """Footnotes of the key figures: marks are those of :meth:`tiles`."""
        return self._notes(self._key_figures())

    def _key_figures(self):
        figures = [self.matrix.figures.get(code) for code in TILES]
        return [f for f in figures if f and f.is_registered and f.value is not None]

    def key_blocks(self):
        """Blocks of the section that the tiles sum up, without what they say."""
        section = self._key_section()
        if not section:
            return []
        figures = self.matrix.section_figures(section)
        return self._blocks([f for f in figures if f.items or f.code not in COVERED])

    def _key_section(self):
        """The first section, when the tiles tell its totals, people first."""
        section = next(iter(self.matrix.sections), None)
        if not section:
            return None
        totals = [f for f in self.matrix.section_figures(section) if not f.items]
        codes = {figure.code for figure in totals}
        is_key = "persons_accompanied" in codes and codes <= COVERED
        return section if is_key else None

    def sections(self):
        """``[{code, title, blocks}]`` after the key figures.

        Sections that nobody feeds are left out.
        """
        sections = []
        for section in self.matrix.sections:
            if section == self._key_section():
                continue
            blocks = self._blocks(self.matrix.section_figures(section))
            if blocks:
                sections.append(
                    {"code": section.code, "title": section.title, "blocks": blocks}
                )
        return sections

    def definitions(self):
        """Definitions of the figures that are shown."""
        return [
            definition
            for definition in self.matrix.definitions
            if definition.code not in self.matrix.figures
            or self.matrix[definition.code].is_registered
        ]

    def unregistered(self):
        """One sentence that names the figures nobody feeds, or ``""``."""
        labels = [figure.label for figure in self.matrix.unregistered]
        if not labels:
            return ""
        return self.words["not_registered"] % {"figures": ", ".join(labels)}

    @property
    def is_empty(self):
        """Nobody was met and nothing was counted in the period."""
        return not any(figure.value for figure in self.matrix.figures.values())

    # Blocks

    def _blocks(self, figures):
        """A section opens with its totals, then shows its distributions."""
        lines = [figure for figure in figures if not figure.items]
        blocks = [self._lines_block(lines)] if lines else []
        return blocks + [self._items_block(f) for f in figures if f.items]

    def _lines_block(self, figures):
        notes = self._notes(figures)
        return {
            "type": "lines",
            "code": figures[0].code,
            "rows": [self._line(figure, notes) for figure in figures],
            "notes": notes,
        }

    def _items_block(self, figure):
        if not figure.visible_items:
            return {
                "type": "empty",
                "code": figure.code,
                "label": figure.label,
                "text": self.words["nothing"],
            }
        columns = self._extra_columns(figure)
        rows = self._rows(figure, columns)
        notes = self._notes([figure])
        has_previous = self._has_item_previous(figure)
        return {
            "type": "table",
            "code": figure.code,
            "label": figure.label,
            "value_label": columns.get("value", ""),
            "columns": [label for key, label in columns.items() if key != "value"],
            "rows": rows,
            "total": self._line(figure, notes),
            "has_total": self._has_total(figure),
            "has_percent": any(row["percent"] is not None for row in rows),
            "total_percent": self._total_percent(rows, "percent"),
            "total_previous_percent": self._total_percent(rows, "previous_percent"),
            "has_previous": has_previous,
            "is_wide": figure.kind == AMOUNT,
            "maximum": max(
                max(row["value"] or 0, row["previous"] or 0, 0) for row in rows
            ),
            "aside": "" if has_previous else self._previous_total(figure),
            "notes": notes,
        }

    @staticmethod
    def _has_item_previous(figure):
        """Whether the year before is known row by row, not only in all."""
        known = [item.previous for item in figure.items if item.previous is not None]
        return any(known) or (bool(known) and not figure.previous)

    def _total_percent(self, rows, key):
        total = sum(row[key] or 0 for row in rows)
        return self.style.share(total) if total else ""

    def _previous_total(self, figure):
        if figure.previous is None:
            return ""
        return self.words["previous_total"] % {
            "year": self.previous_year,
            "value": self.style.value(figure.previous, figure.kind),
        }

    def _has_total(self, figure):
        """Rows that do not add up to the figure have no total line."""
        return figure.value is not None and half_up(figure.value, 2) == half_up(
            sum(item.value or 0 for item in figure.items), 2
        )

    def _extra_columns(self, figure):
        """``{key: label}`` of further columns of the items.

        A column that only repeats the value gives it its name instead.
        """
        keys = dict.fromkeys(key for item in figure.items for key in item.extra)
        columns = {}
        for key in keys:
            label = self.words.get(key) or key.replace("_", " ").capitalize()
            repeats = all(item.extra.get(key) == item.value for item in figure.items)
            if repeats and figure.kind == DISTRIBUTION:
                columns["value"] = label
            else:
                columns[key] = label
        return columns

    def _rows(self, figure, columns):
        items = figure.visible_items
        shares = [None] * len(items)
        if any(item.percent is not None for item in items):
            shares = self._previous_shares(items)
        return [
            self._row(figure, item, share, columns)
            for item, share in zip(items, shares, strict=True)
        ]

    def _previous_shares(self, items):
        previous = [max(item.previous or 0, 0) for item in items]
        if not any(previous):
            return [None] * len(items)
        return percentages(previous)

    def _row(self, figure, item, previous_percent, columns):
        style = self.style
        return {
            "code": item.code,
            "label": item.label,
            "is_unknown": item.code == UNKNOWN,
            "value": item.value,
            "previous": item.previous,
            "percent": item.percent,
            "previous_percent": previous_percent,
            "value_text": style.value(item.value, figure.kind),
            "previous_text": style.value(item.previous, figure.kind),
            "percent_text": style.share(item.percent),
            "previous_percent_text": style.share(previous_percent),
            "extra": [item.extra.get(key) for key in columns if key != "value"],
            "extra_text": [
                style.number(item.extra.get(key)) for key in columns if key != "value"
            ],
        }

    def _line(self, figure, notes=None):
        notes = self._notes([figure]) if notes is None else notes
        style = self.style
        return {
            "code": figure.code,
            "label": figure.label,
            "kind": figure.kind,
            "value": figure.value,
            "previous": figure.previous,
            "value_text": style.value(figure.value, figure.kind),
            "previous_text": style.value(figure.previous, figure.kind),
            "change_text": style.change(figure.value, figure.previous, figure.kind),
            "marks": self._marks(figure, notes),
            "is_previous_declared": self._is_previous_declared(figure),
        }

    def _detail(self, figure):
        """People accompanied = new ones + those already followed before."""
        new = self.matrix.figures.get("persons_new")
        if figure.code != "persons_accompanied" or not new or new.value is None:
            return ""
        return self.words["new_and_continuing"] % {
            "new": self.style.number(new.value),
            "continuing": self.style.number(figure.value - new.value),
        }

    # Footnotes

    def _texts(self, figure):
        texts = list(figure.notes)
        if DECLARED in (figure.status, figure.previous_status) and not texts:
            texts.append(self.words["declared"])
        return texts

    def _notes(self, figures):
        """``[{mark, text}]``; figures with the same note share its mark."""
        texts = dict.fromkeys(
            text for figure in figures for text in self._texts(figure)
        )
        return [
            {"mark": str(number), "text": text} for number, text in enumerate(texts, 1)
        ]

    def _marks(self, figure, notes):
        marks = {note["text"]: note["mark"] for note in notes}
        return ",".join(marks[text] for text in self._texts(figure) if text in marks)

    @staticmethod
    def _is_previous_declared(figure):
        """The marks of such a figure stand beside the year before."""
        return figure.previous_status == DECLARED and figure.status == OK
