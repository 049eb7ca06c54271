"""Public holidays of metropolitan France (Code du travail, art. L3133-1)."""

from datetime import date, timedelta

from dateutil.easter import easter

FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday


def public_holidays(year):
    """The eleven public holidays of a year.

    :param int year: civil year
    :rtype: set[datetime.date]
    """
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in AFTER_EASTER}
    return {date(year, month, day) for month, day in FIXED} | moving


def is_public_holiday(day):
    """Whether nobody is expected at work on that day, all over France."""
    return day in public_holidays(day.year)
