"""When the committees are expected: from a start date and a cadence (CDC §4)."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

HELD = "held"
PLANNED = "planned"
TO_PLAN = "to_plan"
MISSING = "missing"
LATER = "later"
ALERTS = (TO_PLAN, MISSING)


@dataclass(frozen=True, slots=True)
class Slot:
    """Days within which the meeting number ``rank`` of a year is expected.

    Rank 0 is the start-up meeting.
    """

    rank: int
    first: date
    last: date

    def __contains__(self, day):
        return self.first <= day <= self.last


def activity_year(start, day):
    """Year of activity that holds ``day``: 1 for the first twelve months.

    :return: ``(number, first day, last day)``; before the start: the first year
    """
    number = max(relativedelta(day, start).years, 0)
    first = start + relativedelta(years=number)
    last = start + relativedelta(years=number + 1) - timedelta(days=1)
    return number + 1, first, last


def year_slots(first, per_year):
    """The ``per_year`` equal slots of the year that begins on ``first``."""
    if not per_year:
        return []
    bounds = [
        first + relativedelta(months=round(12 * rank / per_year))
        for rank in range(per_year + 1)
    ]
    return [
        Slot(rank, bounds[rank - 1], bounds[rank] - timedelta(days=1))
        for rank in range(1, per_year + 1)
    ]


def startup_slot(start, months):
    """Slot of the start-up meeting, within so many months of the start."""
    return Slot(0, start, start + relativedelta(months=months) - timedelta(days=1))


def review(slots, held, planned, today, by_year):
    """State of each slot.

    :param slots: :class:`Slot` of one year, in order
    :param held: days of the meetings held that year
    :param planned: days of the meetings to come that year
    :param bool by_year: whether the meetings of the year count wherever they fall
        ("at least two a year"), or each within its slot ("one a quarter")
    :return: ``[(Slot, state)]``
    """
    return [
        (slot, _state(slot, held, planned, today, rank if by_year else None))
        for rank, slot in enumerate(slots)
    ]


def _state(slot, held, planned, today, rank):
    if rank is None:
        held = [day for day in held if day in slot]
        planned = [day for day in planned if day in slot]
        rank = 0
    if len(held) > rank:
        return HELD
    if today > slot.last:
        return MISSING
    if len(held) + len(planned) > rank:
        return PLANNED
    return TO_PLAN if today >= slot.first else LATER
