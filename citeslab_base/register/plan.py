"""What an import decides before it writes anything."""

# There is no environment here: a sentence is translated where it is shown.
# pylint: disable=prefer-env-translation

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from ..tools.text import normalise
from .people import Parcours, Person
from .problems import Problem, Told, _lt
from .rows import RegisterRow

REPEATED = 5


@dataclass(eq=False, slots=True)
class Step:
    """What becomes of one row."""

    row: RegisterRow
    person: Person
    parcours: Parcours
    fingerprint: str
    known: object = None  # citeslab.register.row of a former import
    # Columns that a corrected row empties: what they had told goes, or stays.
    cleared: set = field(default_factory=set)
    kept: set = field(default_factory=set)


@dataclass(slots=True)
class Plan(Told):
    """An import, decided and not yet done: what the preview shows."""

    company: object
    label: str = ""
    table: object = None
    rows: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    new_labels: list = field(default_factory=list)
    new_areas: dict = field(default_factory=dict)
    new_organizations: dict = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)


def area_of(index, home, row):
    """Quartier that a row names: of the structure's territory, else of its city.

    The same name exists in many cities: a national quartier of another city is
    never taken.
    """
    day, city = row.day, normalise(row.city)
    valid = [
        area
        for area in index.get(normalise(row.neighborhood), ())
        if (not area.valid_from or area.valid_from <= day)
        and (not area.valid_to or area.valid_to >= day)
    ]
    ranks = (
        lambda area: area in home,
        lambda area: city and normalise(area.commune) == city,
        lambda area: city and city in normalise(area.commune).split(),
        lambda area: bool(area.company_id),
    )
    for rank in ranks:
        for area in valid:
            if rank(area):
                return area
    return None


def fold_warnings(problems):
    """Say a warning that comes again and again a few times, then how many more.

    :param list problems: in the order of the file
    :rtype: list
    """
    seen = Counter()
    kept = []
    for problem in problems:
        place = (problem.column, problem.message)
        seen[place] += not problem.is_error
        if problem.is_error or seen[place] <= REPEATED:
            kept.append(problem)
    one_more = _lt("the same warning for 1 more row")
    many_more = _lt("the same warning for %(count)s more rows")
    for problem in list(kept):
        place = (problem.column, problem.message)
        more = seen.pop(place, 0) - REPEATED
        if more > 0:
            kept.append(
                Problem(
                    problem.line,
                    problem.column,
                    one_more if more == 1 else many_more,
                    {"count": more},
                    is_error=False,
                )
            )
    return kept


def area_kind(residences):
    """Kind of a new quartier: priority as soon as one row says so."""
    return "qpv" if "qpv" in residences else "qva" if "qva" in residences else "other"


def outcome_day(row):
    """Day of an outcome; without one, the end of the row's year or what has passed."""
    if row.outcome_date:
        return row.outcome_date
    return min(row.day.replace(month=12, day=31), max(row.day, date.today()))
