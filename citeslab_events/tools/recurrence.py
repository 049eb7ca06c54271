"""Days of a permanence: every week, every other week, or some weeks of a month."""

from datetime import timedelta

LAST = -1


def weeks_of_month(text):
    """Read the weeks of a month, as in ``"1, 3"``; ``-1`` is the last one.

    :raise ValueError: for anything but -1 and 1 to 5
    :rtype: set[int]
    """
    weeks = {int(word) for word in (text or "").replace(";", ",").split(",")}
    if not weeks <= {LAST, 1, 2, 3, 4, 5}:
        raise ValueError(text)
    return weeks


def occurrences(start, end, weekday, step=1, weeks=None):
    """Numbered days of a recurrence, from its first one on.

    :param date start: first day of the rule: numbering starts there
    :param date end: last day, included
    :param int weekday: 0 for Monday
    :param int step: 1 for every week, 2 for every other week
    :param set weeks: ranks in the month (see ``weeks_of_month``), which win over
        ``step``
    :return: pairs (rank from 0, day)
    """
    day = start + timedelta(days=(weekday - start.weekday()) % 7)
    rank = 0
    while day <= end:
        if weeks is None or _in_weeks(day, weeks):
            yield rank, day
            rank += 1
        day += timedelta(days=7 * (step if weeks is None else 1))


def _in_weeks(day, weeks):
    is_last = (day + timedelta(days=7)).month != day.month
    return (day.day + 6) // 7 in weeks or (is_last and LAST in weeks)
