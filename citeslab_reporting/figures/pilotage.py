"""Objectives of a year: how far one is, and how far one should be."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

AHEAD, ON_TRACK, BEHIND, MISSED, REACHED, NO_TARGET = (
    "ahead", "on_track", "behind", "missed", "reached", "no_target",
)  # fmt: skip
# Within five points of the pace one is on it: a week of holidays is no alarm.
MARGIN = 5


@dataclass(frozen=True, slots=True)
class Measure:
    """A total, or a part and its whole; ``None`` where nothing is registered."""

    numerator: int | float | None = None
    denominator: int | float | None = None
    is_share: bool = False

    @property
    def value(self):
        """The total, or the part in percent with one decimal."""
        if not self.is_share:
            return self.numerator
        if self.numerator is None or not self.denominator:
            return None
        return float(round(Fraction(self.numerator) * 100 / Fraction(self.denominator),
                           1))  # fmt: skip


def pace(first, last, today):
    """Part of the period that has passed at the end of today, in percent.

    :rtype: float, one decimal, from 0 to 100
    """
    days = (last - first).days + 1
    passed = min(max((today - first).days + 1, 0), days)
    return round(100 * passed / days, 1)


def reached(measure, target):
    """How much of the target is reached, in percent; ``None`` without a target."""
    if not target or measure.value is None:
        return None
    return round(100 * measure.value / target, 1)


def status(measure, target, share):
    """Whether the measure keeps pace; a rate does not grow with the days.

    :param share: part of the period that has passed, in percent
    """
    done = reached(measure, target)
    if done is None:
        return NO_TARGET
    if done >= 100:
        return REACHED
    if share >= 100:  # the period is over: there is no pace any more
        return MISSED
    expected = 100 if measure.is_share else share
    if done >= expected + MARGIN:
        return AHEAD
    return ON_TRACK if done >= expected - MARGIN else BEHIND


def year_bounds(year):
    """First and last day of a civil year."""
    return date(year, 1, 1), date(year, 12, 31)


def same_day(day, years):
    """The same day some years before; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return (day + timedelta(days=-1)).replace(year=day.year - years)


def middle(days):
    """Median of delays in days, ``None`` of none; halves stay halves."""
    return median(days) if days else None
