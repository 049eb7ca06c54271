"""Who is the same person: the one set of rules of typing, imports and lists.

Within one structure only:

* the same e-mail or the same phone is the same person, unless the names cannot be
  those of one person (a family often shares both) and no equal birth date says
  otherwise; namesakes born on days that no slip explains are two;
* the same name, in any order of its words, and the same birth date is the same
  person;
* anything else that looks alike is told with a score and its reasons, and decided by
  a chef.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from .text import normalise, normalise_name

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
# Numbers of the overseas departments, written the national way.
_OVERSEAS = re.compile(r"(?:262|590|594|596|508|687|689)(?=\d{9}$)")
# National start of these numbers → their country code (ARCEP's numbering plan).
_TERRITORIES = (
    *((start, "262") for start in ("0262", "0263", "0269", "0692", "0693")),
    *((start, "590") for start in ("0590", "0690", "0691")),
    *((start, "594") for start in ("0594", "0694")),
    *((start, "596") for start in ("0596", "0696", "0697")),
)
SIMILAR = 0.8

# Points of a resemblance; a pair is worth a look from LISTED points on.
SAME_EMAIL = SAME_PHONE = 60
SAME_NAME, NEAR_NAME, PART_OF_NAME = 45, 40, 20
SAME_BIRTHDATE = 45
SAME_AREA = 20
OTHER_NAME = OTHER_GENDER = -20
OTHER_BIRTHDATE = -40
LISTED = 40
# What a chef sees while typing a first name only.
WHILE_TYPING = 20


def is_email(text):
    """Whether a text looks like one e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def email_key(text):
    """What makes two e-mail addresses the same."""
    text = (text or "").strip().lower()
    return text if is_email(text) else ""


def phone_key(text):
    """What makes two French phone numbers the same: their ten national digits.

    :param str text: number as typed, national or international
    :return: ``"0639980001"``, a foreign number as ``"+32470123456"``, or ``""``
    """
    text = (text or "").strip()
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    foreign = text.startswith("+") or digits.startswith("00")
    if foreign:
        digits = digits.removeprefix("00")
        if digits.startswith("33") and len(digits) in (11, 12):
            return "0" + digits[-9:]
        if _OVERSEAS.match(digits):
            return "0" + digits[-9:]
        return "+" + digits if len(digits) >= 8 else ""
    if len(digits) == 9 and not digits.startswith("0"):
        return "0" + digits  # a spreadsheet dropped the leading zero
    return digits if len(digits) == 10 and digits.startswith("0") else ""


def international_number(text):
    """Digits of a phone with its country, as WhatsApp and other links want them.

    :param str text: number as typed; without a country it is French
    :return: ``"33639980001"``, ``"262692123456"``, or ``""`` when it is none
    """
    key = phone_key(text)
    if key.startswith("+"):
        return key[1:]
    codes = (code for start, code in _TERRITORIES if key.startswith(start))
    return key and next(codes, "33") + key[1:]


def names_agree(one, other):
    """Whether two full names may be those of one person.

    The order of the words does not count, nor a typing error, nor a second name
    that only one of them gives; but "Le Roux Malo" and "Le Roux Valérie" are two.

    :param str one: full name
    :param str other: full name
    """
    first, second = normalise(one).split(), normalise(other).split()
    if not first or not second:
        return True
    if set(first) <= set(second) or set(second) <= set(first):
        return True
    ratio = SequenceMatcher(None, "".join(sorted(first)), "".join(sorted(second)))
    if ratio.real_quick_ratio() <= SIMILAR:  # the cheap bound, for long lists
        return False
    pairs = [max(_likeness(word, near) for near in second) for word in first]
    return min(pairs) > SIMILAR and ratio.ratio() > SIMILAR


def _likeness(word, other):
    return SequenceMatcher(None, word, other).ratio()


def same_person(one, other):
    """Whether two people who have the same e-mail or phone are one.

    :param one: has ``name``, ``birthdate`` and ``gender``
    :param other: as ``one``
    """
    if one.birthdate and one.birthdate == other.birthdate:
        return True
    born_apart = one.birthdate and other.birthdate
    if normalise_name(one.name) == normalise_name(other.name):
        # a slip in one of two birth dates is more likely than a namesake at home
        return not born_apart or is_slip(one.birthdate, other.birthdate)
    differ = (
        born_apart,
        one.gender and other.gender and one.gender != other.gender,
    )
    return not any(differ) and names_agree(one.name, other.name)


def is_slip(one, other):
    """Whether a slip of the pen makes one birth date of the other.

    One of day, month and year is wrong, or day and month changed places; two dates
    apart by more are a father and his son.

    :param date one: birth date
    :param date other: birth date
    """
    same = [
        one.day == other.day,
        one.month == other.month,
        one.year == other.year,
    ]
    swapped = (one.day, one.month, one.year) == (other.month, other.day, other.year)
    return swapped or sum(same) >= 2


@dataclass(eq=False, slots=True)
class Identity:
    """What is known, or typed, of somebody."""

    name: str = ""
    email: str = ""
    phone: str = ""
    birthdate: date | None = None
    gender: str | None = None
    area: int | None = None
    id: int | None = None
    name_key: str = field(init=False)
    email_key: str = field(init=False)
    phone_key: str = field(init=False)

    def __post_init__(self):
        self.name_key = normalise_name(self.name)
        self.email_key = email_key(self.email)
        self.phone_key = phone_key(self.phone)


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How much two people look alike, in points of 100, and why."""

    score: int
    reasons: tuple = ()


def resemblance(one, other):
    """Compare two people.

    :param Identity one: somebody
    :param Identity other: somebody else, or the same
    :return: score from 0 to 100, reasons among ``email``, ``phone``, ``name``,
        ``near_name``, ``part_of_name``, ``birthdate``, ``area``
    :rtype: Resemblance
    """
    points = {}
    if one.email_key and one.email_key == other.email_key:
        points["email"] = SAME_EMAIL
    if one.phone_key and one.phone_key == other.phone_key:
        points["phone"] = SAME_PHONE
    named = _name_reason(one, other)
    if named:
        points[named[0]] = named[1]
    if not points:
        return Resemblance(0)
    if one.birthdate and one.birthdate == other.birthdate:
        points["birthdate"] = SAME_BIRTHDATE
    if one.area and one.area == other.area:
        points["area"] = SAME_AREA
    malus = 0
    if not named and one.name_key and other.name_key:
        malus += OTHER_NAME
    if one.birthdate and other.birthdate and one.birthdate != other.birthdate:
        malus += OTHER_BIRTHDATE
    if one.gender and other.gender and one.gender != other.gender:
        malus += OTHER_GENDER
    score = max(0, min(100, sum(points.values()) + malus))
    return Resemblance(score, tuple(points))


def _name_reason(one, other):
    """Reason and points of two names, or nothing."""
    if not one.name_key or not other.name_key:
        return None
    if one.name_key == other.name_key:
        is_whole = " " in one.name_key  # "Awa" and "Awa" may well be two
        return ("name", SAME_NAME) if is_whole else ("part_of_name", PART_OF_NAME)
    if not names_agree(one.name, other.name):
        return None
    if " " in one.name_key and " " in other.name_key:
        return ("near_name", NEAR_NAME)
    return ("part_of_name", PART_OF_NAME)


class Directory:
    """People, found again by what somebody tells of himself."""

    def __init__(self):
        self.by_email = defaultdict(list)
        self.by_phone = defaultdict(list)
        self.by_name = defaultdict(list)

    def add(self, person, email="", phone=""):
        """Make a person known by an e-mail and a phone besides the name."""
        for index, key in (
            (self.by_email, email_key(email)),
            (self.by_phone, phone_key(phone)),
            (self.by_name, normalise_name(person.name)),
        ):
            if key and person not in index[key]:
                index[key].append(person)

    def recognise(self, told):
        """Who somebody is, by the rules that leave no doubt.

        :param told: has ``name``, ``email_key``, ``phone_key``, ``birthdate`` and
            ``gender``
        :return: ``(person or None, [(reason, person)])``, the latter sharing an
            e-mail, a phone or a name without being the same for sure
        """
        for person in self.without_doubt(told):
            return person, []
        doubtful = [
            ("name", person)
            for person in self._namesakes(told)
            if not (told.birthdate and person.birthdate)
        ]
        return None, [*self._sharers(told), *doubtful[:1]]

    def without_doubt(self, told):
        """Everybody who somebody may be by the rules of :meth:`recognise`.

        More than one: a file twice, or two namesakes of one phone.

        :param told: as for :meth:`recognise`
        :return: the people, the surest first
        """
        for _reason, person in self._sharers(told):
            if same_person(person, told):
                yield person
        for person in self._namesakes(told):
            if told.birthdate and person.birthdate == told.birthdate:
                yield person

    def _sharers(self, told):
        for reason, index, key in (
            ("email", self.by_email, told.email_key),
            ("phone", self.by_phone, told.phone_key),
        ):
            for person in index.get(key, ()) if key else ():
                yield reason, person

    def _namesakes(self, told):
        return self.by_name.get(normalise_name(told.name), ())


def alike_pairs(people, minimum=LISTED):
    """Pairs of people who look alike.

    Only people who share an e-mail, a phone, a name, or a word of the name besides
    the first letter of another are compared: thousands take seconds.

    :param list people: ``Identity`` of one structure, with their ids
    :param int minimum: points from which a pair is told
    :return: ``{(lower id, higher id): Resemblance}``
    :rtype: dict
    """
    blocks = defaultdict(list)
    for person in people:
        for key in _block_keys(person):
            blocks[key].append(person)
    pairs = {}
    for block in blocks.values():
        for rank, one in enumerate(block):
            for other in block[rank + 1 :]:
                key = (min(one.id, other.id), max(one.id, other.id))
                if key not in pairs:
                    pairs[key] = resemblance(one, other)
    return {key: found for key, found in pairs.items() if found.score >= minimum}


def _block_keys(person):
    words = person.name_key.split()
    keys = {("e", person.email_key), ("p", person.phone_key), ("n", person.name_key)}
    keys |= {
        ("w", word, other[0]) for word in words for other in words if word != other
    }
    if len(words) == 1 and person.area:
        keys.add(("a", words[0], person.area))
    elif person.area:
        keys |= {("a", word, person.area) for word in words}
    return {key for key in keys if key[1]}
