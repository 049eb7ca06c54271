"""Tables of a budget: computed once, read by the PDF and by the spreadsheet."""

from dataclasses import dataclass, field

from .money import whole_euros


@dataclass(slots=True)
class Row:
    """One row; ``parts`` are the places of the rows that it adds up.

    ``cells`` holds whole cents, one by column; ``style`` is ``total``, ``head``,
    ``line`` or ``sub``; ``share`` a whole percentage.
    """

    label: str
    cells: list
    style: str = "line"
    number: str = ""
    parts: tuple | None = None
    share: int | None = None
    note: str = ""


@dataclass(slots=True)
class Table:
    """Rows under a title; sums are rows too and know what they add up."""

    title: str
    columns: list
    rows: list = field(default_factory=list)

    def add(self, label, cells, style="line", **more):
        """Append a row that is typed; return its place."""
        self.rows.append(Row(label, list(cells), style, **more))
        return len(self.rows) - 1

    def open(self, label, style="head", **more):
        """Append a sum whose parts come below; close it with :meth:`close`."""
        return self.add(label, [0] * len(self.columns), style, **more)

    def close(self, place, parts):
        """Give a sum its parts and its cells."""
        row = self.rows[place]
        row.parts = tuple(parts)
        for column in range(len(self.columns)):
            row.cells[column] = sum(self.rows[part].cells[column] for part in parts)
        return place

    def total(self, label, parts, style="total"):
        """Append the sum of rows above; return its place."""
        return self.close(self.open(label, style), parts)

    def euros(self):
        """Cells in euros without cents, as the form wants: sums still add up.

        :return: a list of lists of int, in the order of the rows
        """
        leaves = [place for place, row in enumerate(self.rows) if row.parts is None]
        found = [[0] * len(self.columns) for _row in self.rows]
        for column in range(len(self.columns)):
            whole = whole_euros([self.rows[place].cells[column] for place in leaves])
            known = dict(zip(leaves, whole, strict=True))
            for place in range(len(self.rows)):
                found[place][column] = self._euro(place, known)
        return found

    def _euro(self, place, known):
        if place not in known:
            parts = self.rows[place].parts
            known[place] = sum(self._euro(part, known) for part in parts)
        return known[place]


@dataclass(slots=True)
class Sheet:
    """A document of the budget: its tables side by side or one under the other."""

    code: str
    title: str
    tables: list
    has_share: bool = False
    has_rate: bool = False
    sentences: list = field(default_factory=list)
