"""Who pays for what: costs by line of the budget and by funder."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from .money import half_up


@dataclass(slots=True)
class Cell:
    """Cents of one line and one funder; ``planned`` is ``None`` where no key says."""

    planned: int | None = None
    committed: int = 0
    actual: int = 0

    @property
    def used(self):
        """Spent and committed."""
        return self.actual + self.committed

    @property
    def remaining(self):
        """What is left of the plan, ``None`` where there is none."""
        return None if self.planned is None else self.planned - self.used

    @property
    def is_empty(self):
        return not (self.planned or self.used)


@dataclass(frozen=True, slots=True)
class Key:
    """Shares, in hundredths of a percent by funder, of the costs of some days."""

    first: int
    last: int
    categories: frozenset
    rates: tuple

    def holds(self, day, category):
        return self.first <= day <= self.last and (
            not self.categories or category in self.categories
        )


def planned_shares(cents, category, keys, first, last):
    """Part of a line that each funder is meant to pay, by the keys of each day.

    The line is taken as spent evenly over the days ``first`` to ``last`` (whole
    numbers); the first key that holds on a day shares that day's part.

    :return: ``{funder: cents}``; what no key shares is left out
    """
    weights = defaultdict(int)
    for day in range(first, last + 1):
        key = next((one for one in keys if one.holds(day, category)), None)
        for funder, rate in key.rates if key else ():
            weights[funder] += rate
    days = last - first + 1
    shares, exact, given = {}, Fraction(0), 0
    for funder, weight in weights.items():
        # Rounded on the running sum: the shares of a whole add up to the cent.
        exact += Fraction(cents * weight, days * 10_000)
        shares[funder] = half_up(exact) - given
        given += shares[funder]
    return shares


class Follow:
    """Cells by line and funder, with their sums.

    :param lines: ``[(line, category, planned cents)]``
    :param funders: ``[(funder, available cents)]``
    """

    def __init__(self, lines, funders):
        self.lines = {line: (category, cents) for line, category, cents in lines}
        self.funders = dict(funders)
        self.cells = defaultdict(Cell)

    def plan(self, keys, first, last):
        """Spread what is planned by the sharing keys."""
        for line, (category, cents) in self.lines.items():
            shares = planned_shares(cents, category, keys, first, last)
            for funder, share in shares.items():
                self.cells[line, funder].planned = share

    def spend(self, line, cents, shares, is_committed):
        """Add an expense and its shares; what nobody pays goes under ``None``."""
        column = "committed" if is_committed else "actual"
        rest = cents - sum(share for _funder, share in shares)
        for funder, share in [*shares, (None, rest)]:
            if share:
                cell = self.cells[line, funder]
                setattr(cell, column, getattr(cell, column) + share)

    def line_total(self, line):
        """A line over all funders, against what is planned."""
        return self._sum(self.lines[line][1], lambda key: key[0] == line)

    def funder_total(self, funder):
        """A funder over all lines, against what may be used of his money."""
        return self._sum(self.funders.get(funder), lambda key: key[1] == funder)

    def total(self):
        """Everything, against what is planned."""
        planned = sum(cents for _category, cents in self.lines.values())
        return self._sum(planned, lambda key: True)

    def _sum(self, planned, chosen):
        cells = [cell for key, cell in self.cells.items() if chosen(key)]
        return Cell(
            planned,
            sum(cell.committed for cell in cells),
            sum(cell.actual for cell in cells),
        )
