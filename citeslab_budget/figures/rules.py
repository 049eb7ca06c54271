"""Rules of a funder, read on the lines of a budget.

A rule compares a *subject* (the sum of some lines) with a limit:
``amount + rate % of a base`` (the sum of other lines). Everything is in whole
cents, so that exactly at the limit passes and one cent over does not.
"""

from dataclasses import dataclass, field
from fractions import Fraction

AT_MOST, AT_LEAST = "at_most", "at_least"
PLANNED, ACTUAL = "planned", "actual"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without sub-lines: its place in the form, its funder, its cents."""

    category: object
    kind: object = None
    planned: int = 0
    actual: int = 0
    is_expense: bool = True

    def amount(self, column):
        """Cents of the forecast or of the actual column."""
        return self.planned if column == PLANNED else self.actual


@dataclass(frozen=True, slots=True)
class Terms:
    """Which lines add up: of these categories, of these funders, or all costs."""

    categories: frozenset = frozenset()
    kinds: frozenset = frozenset()
    total: bool = False

    def holds(self, line):
        """Whether ``line`` counts; in-kind lines never reach this engine."""
        return (
            (self.total and line.is_expense)
            or line.category in self.categories
            or (line.kind is not None and line.kind in self.kinds)
        )

    def sum(self, lines, column):
        """Cents of the lines that count."""
        return sum(line.amount(column) for line in lines if self.holds(line))


@dataclass(frozen=True, slots=True)
class Rule:
    """``subject`` at most (at least) ``amount + rate % × base``, in one column."""

    code: object
    subject: Terms
    amount: int = 0
    rate: Fraction = Fraction(0)
    base: Terms = field(default_factory=Terms)
    operator: str = AT_MOST
    column: str = PLANNED

    def limit(self, lines, column):
        """Limit in whole cents: a fraction of a cent is never granted."""
        exact = self.amount + self.rate * self.base.sum(lines, column) / 100
        if self.operator == AT_MOST:
            return exact.numerator // exact.denominator
        return -(-exact.numerator // exact.denominator)


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule: what was found, what is allowed, by how much, where read."""

    rule: Rule
    column: str
    subject: int
    limit: int

    @property
    def over(self):
        """Cents over the limit, or short of it for a rule that asks for more."""
        return abs(self.subject - self.limit)


def check(lines, rules, column=None):
    """Findings of the broken rules, in the order of the rules.

    :param lines: :class:`Line` of one budget
    :param rules: :class:`Rule` that hold for it
    :param column: reads every rule on this column instead of its own
    """
    lines = list(lines)
    found = []
    for rule in rules:
        read = column or rule.column
        subject, limit = rule.subject.sum(lines, read), rule.limit(lines, read)
        broken = subject > limit if rule.operator == AT_MOST else subject < limit
        if broken:
            found.append(Finding(rule, read, subject, limit))
    return found
