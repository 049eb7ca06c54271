"""Recognition: which person, and which parcours of that person, a row is about.

The rules are those of ``tools/identity.py``; a mere namesake is somebody new, told
as a warning.

A row goes to a parcours of the person that is open on its day (its latest outcome
until then, if any, is "process goes on") and of the same nature of project, a nature
not told being that of the only open parcours; else to a new one.
"""

# There is no environment here: a sentence is translated where it is shown.
# pylint: disable=prefer-env-translation

from dataclasses import dataclass, field
from datetime import date

from ..tools.identity import Directory, email_key, names_agree, phone_key
from .problems import _lt

OPEN_OUTCOMES = ("ongoing",)

# Column to look at, and what is told, when somebody else shares this with a row.
_SHARED = _lt("also that of %(name)s, another person: taken for somebody else")
COLUMNS = {"email": "email", "phone": "phone", "name": "last_name"}
SENTENCES = {
    "email": _SHARED,
    "phone": _SHARED,
    "name": _lt(
        "somebody else is named %(name)s: a birth date, an e-mail or a phone would "
        "tell whether it is the same person"
    ),
}


@dataclass(eq=False, slots=True)
class Parcours:
    """A project of a person, stored (``id``) or to be created."""

    id: int | None = None
    nature: object = None
    outcomes: list = field(default_factory=list)  # (date, value)
    start: date | None = None

    def is_open_on(self, day):
        """Whether a row of that day may carry this project on."""
        until = sorted(outcome for outcome in self.outcomes if outcome[0] < day)
        return not until or until[-1][1] in OPEN_OUTCOMES


@dataclass(eq=False, slots=True)
class Person:
    """A person of the structure, stored (``id``) or to be created."""

    id: int | None = None
    name: str = ""
    birthdate: date | None = None
    gender: str | None = None
    parcours: list = field(default_factory=list)
    # Day of the latest row of any register: an older row never overwrites it.
    latest: date | None = None

    def parcours_for(self, day, nature):
        """The parcours that a row continues, or ``None`` for a new project.

        :param date day: day of the row
        :param nature: nature of project that the row tells, if any
        """
        carried = [one for one in self.parcours if one.is_open_on(day)]
        carried.sort(key=lambda one: (one.start or day, one.id or 0), reverse=True)
        if not nature:
            return carried[0] if carried else None
        same = [one for one in carried if one.nature == nature]
        untold = [one for one in carried if not one.nature]
        return (same + untold + [None])[0]


class People(Directory):
    """The people of a structure, found by what a register tells of them."""

    def find(self, row):
        """Who a row is about.

        :param rows.RegisterRow row: a row of a register
        :return: ``(person or None, [(column key, sentence, params)])``, the
            sentences being warnings
        """
        person, others = self.recognise(row)
        if person:
            return person, self._doubts(person, row)
        notes = [
            (COLUMNS[reason], SENTENCES[reason], {"name": other.name})
            for reason, other in others
        ]
        return None, notes[:2]

    def _doubts(self, person, row):
        if row.birthdate and person.birthdate and row.birthdate != person.birthdate:
            return [
                (
                    "birthdate",
                    _lt("%(name)s is known as born on %(known)s: check which is right"),
                    {
                        "name": person.name,
                        "known": person.birthdate.strftime("%d/%m/%Y"),
                    },
                )
            ]
        return []


def is_correction(person, row, email="", phone=""):
    """Whether a row may be about the person that its number already stands for.

    :param Person person: person of the former import of that number
    :param str email: e-mail of that person
    :param str phone: phone of that person
    """
    return bool(
        names_agree(person.name, row.name)
        or (row.birthdate and row.birthdate == person.birthdate)
        or (row.email_key and row.email_key == email_key(email))
        or (row.phone_key and row.phone_key == phone_key(phone))
    )
