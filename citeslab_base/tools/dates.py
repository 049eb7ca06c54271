"""Dates of facts: a day is that of the structure, never of the server."""

from datetime import date

import pytz

DEFAULT_TIMEZONE = "Europe/Paris"
# No list of a structure goes back that far: an earlier day, as of 1826, is a slip of
# the keyboard, and no bilan would ever show it.
EARLIEST_DAY = date(2000, 1, 1)


def company_timezone(company):
    """Timezone in which the structure's days are counted.

    :param company: a ``res.company`` record
    :return: a ``pytz`` timezone
    """
    return pytz.timezone(company.sudo().partner_id.tz or DEFAULT_TIMEZONE)


def local_moment(moment, company):
    """What the clock of the structure says at a UTC datetime.

    :param datetime moment: naive datetime in UTC, as the ORM stores it
    :param company: a ``res.company`` record
    :return: naive datetime in the structure's zone
    :rtype: datetime.datetime
    """
    aware = pytz.utc.localize(moment).astimezone(company_timezone(company))
    return aware.replace(tzinfo=None)


def local_date(moment, company):
    """Day of a UTC datetime in the structure's zone, see :func:`local_moment`.

    :rtype: datetime.date
    """
    return local_moment(moment, company).date()


def utc_moment(local, company):
    """The UTC datetime, as the ORM stores it, of an hour of the structure's clock.

    :param datetime local: naive datetime in the structure's zone
    :param company: a ``res.company`` record
    :rtype: datetime.datetime
    """
    aware = company_timezone(company).localize(local)
    return aware.astimezone(pytz.utc).replace(tzinfo=None)


def age_at(birthdate, day):
    """Age in whole years on a day.

    :param date | None birthdate: birth date, or nothing when unknown
    :param date day: day at which the age is read
    :return: age, or ``False`` when it cannot be known
    """
    if not birthdate or not day or birthdate > day:
        return False
    return (
        day.year
        - birthdate.year
        - ((day.month, day.day) < (birthdate.month, birthdate.day))
    )


# First age of each band but the first one (CDC: ages of the bilan, plus under 18).
_BANDS = (
    (56, "56_plus"),
    (46, "46_55"),
    (36, "36_45"),
    (26, "26_35"),
    (18, "18_25"),
)


def age_band(age):
    """Band of an age, as the head-counts and the bilan have them.

    :param age: whole years, or ``False`` when unknown
    :return: code of the band, or ``None`` when unknown
    :rtype: str | None
    """
    if not age:
        return None
    return next((band for first, band in _BANDS if age >= first), "under_18")
