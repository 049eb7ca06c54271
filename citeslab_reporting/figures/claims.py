"""Claims made in words about figures: « près de 50 % », « plus de la moitié »…

Pure Python: finds the claims of a French text, ties each one to the figure it
speaks of, and says whether the figure bears it out. A claim is never corrected
here: whoever signs the text decides.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from odoo.addons.citeslab_base.tools.text import normalise

from .matrix import RATE

PERCENT, COUNT = "percent", "count"
EXACT, NEAR, ABOUT = "exact", "near", "about"
MORE, LESS, AT_LEAST, AT_MOST = "more", "less", "at_least", "at_most"

TRUE, FALSE, OTHER_BASE, UNTIED = "true", "false", "other_base", "untied"

_RELATIONS = (
    (NEAR, r"près d(?:e\s|')|proches? d(?:e\s|')|presque\s|quasiment\s"),
    (
        ABOUT,
        r"environ\s|autour d(?:e\s|')|à peu près\s|de l'ordre d(?:e\s|')|quelque\s",
    ),
    (AT_LEAST, r"au moins\s|au minimum\s"),
    (AT_MOST, r"au plus\s|au maximum\s"),
    (MORE, r"plus d(?:e\s|')|au-delà d(?:e\s|')|au-dessus d(?:e\s|')"),
    (LESS, r"moins d(?:e\s|')|à peine\s|en dessous d(?:e\s|')"),
)
_WORD_NUMBERS = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
}
_PARTS = {
    "moitié": 2,
    "tiers": 3,
    "quart": 4,
    "quarts": 4,
    "cinquième": 5,
    "cinquièmes": 5,
    "dixième": 10,
    "dixièmes": 10,
}
# Whole expressions, with what they say.
_SAYINGS = (
    (r"(?:la )?quasi[- ]totalité", AT_LEAST, Fraction(90)),
    (r"(?:une|la) (?:très )?(?:grande|large) majorité", AT_LEAST, Fraction(200, 3)),
    (r"(?:une|la) majorité|majoritairement|la plupart", MORE, Fraction(50)),
    (r"(?:une|la) minorité", LESS, Fraction(50)),
)
_NUMBER = r"\d{1,3}(?:[ .]\d{3})+|\d+"
_WORD = "|".join(_WORD_NUMBERS)
_COUNTED = (
    r"personnes|porteurs|porteuses|femmes|hommes|jeunes|habitants|demandeurs|"
    r"créations|créateurs|créatrices|entreprises|ateliers|cafés|animations|"
    r"réunions|rencontres|permanences|webinaires|newsletters|lettres|partenaires|"
    r"événements|orientations|formations|candidatures|candidats"
)
_AMOUNTS = (
    r"(?P<percent>\d+(?:[.,]\d+)?) ?(?:%|pour cent)",
    rf"(?:(?P<top>{_WORD}|\d+)(?: [^\W\d]+)? sur (?P<bottom>{_WORD}|\d+))(?!\w)",
    rf"(?:(?:la|les?|l') ?)?(?:(?P<times>{_WORD}) )?"
    rf"(?P<part>{'|'.join(_PARTS)})(?![\w-]| d'heure)",
    rf"(?P<count>{_NUMBER}) (?={_COUNTED})",
)
_CLAIM = re.compile(
    "(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _RELATIONS)
    + ")?(?:"
    + "|".join(_AMOUNTS)
    + ")",
    re.IGNORECASE,
)
_SAYING = re.compile(
    "|".join(f"(?P<s{rank}>{saying[0]})" for rank, saying in enumerate(_SAYINGS)),
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?;\n]+(?:\.(?=\d)[^.!?;\n]+)*")
# Lists that run from the most to the least: what « inférieurs » adds comes after.
_FALLING = ("education",)
_BELOW = r"(?:et|ou) (?:inferieurs?|moins|en dessous|au dessous)"
_ABOVE = r"(?:et|ou) (?:superieurs?|plus|au dela|au dessus)"
# What people are called, and the figure that counts them.
POPULATIONS = (
    ("persons_met", r"rencontre(?:e|s|es)?\b|(?:personnes|porteurs) (?:vu|recu)e?s\b"),
    ("persons_oriented", r"oriente(?:e|s|es)\b"),
    ("persons_accompanied", r"accompagne(?:e|s|es)?\b|suivi(?:e|s|es)\b"),
)
_PEOPLE = {code for code, _pattern in POPULATIONS}
# How people write of a figure, beside its own label.
_SUBJECTS = (
    (
        r"(?:qpv|quartiers? prioritaires?).{0,40}?(?:limite|proximite|a cote|bordure"
        r"|abords|alentour|pres d un)|qpv et limite",
        "qpv_and_near_rate",
        (),
    ),
    (r"qpv|quartiers? prioritaires?", "qpv_rate", ()),
    (r"demandeu(?:r|rs|ses) d emploi", "jobseekers", ()),
    (r"\bfemmes\b", "gender", ("female",)),
    (r"\bhommes\b", "gender", ("male",)),
    (r"creations? d entreprises?|entreprises? creees?|creations", "creations", ()),
    (r"personnes (?:\w+ ){0,3}?(?:rencontrees|sensibilisees)", "persons_met", ()),
    (
        r"(?:personnes|porteurs|porteuses)(?: de projets?)? (?:accompagne|suivi)e?s",
        "persons_accompanied",
        (),
    ),
    (r"reunions? (?:partenariales?|de partenaires)", "partner_meetings", ()),
    (r"newsletters?|lettres d information", "newsletters", ()),
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a text says of a number.

    ``text`` is the expression, ``sentence`` the one around it, ``number`` a
    percentage or a count, ``start`` its place in the sentence; ``reach`` bounds the
    words of the sentence that speak of it rather than of the claim beside.
    """

    text: str
    sentence: str
    unit: str
    relation: str
    number: Fraction
    start: int
    reach: tuple
    digits: int = 0
    is_round: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """The figure that a claim speaks of, some of its rows, and about whom."""

    code: str
    items: tuple = ()
    population: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a figure bears a claim out: ``value`` is what the figure says."""

    status: str
    value: float | None = None
    base: str | None = None


def plain(text):
    """Typed text with ordinary spaces and apostrophes."""
    text = re.sub("[\u00a0\u202f\u2009\t]", " ", text or "")
    return re.sub(" {2,}", " ", text.replace("\u2019", "'"))


def find(text):
    """Claims of a text, in order.

    :rtype: list[Claim]
    """
    return [
        claim
        for match in _SENTENCE.finditer(plain(text))
        for claim in _in_sentence(match.group().strip())
    ]


def _in_sentence(sentence):
    found = [
        (match.start(), match.end(), *read)
        for pattern, reader in ((_CLAIM, _read_amount), (_SAYING, _read_saying))
        for match in pattern.finditer(sentence)
        if (read := reader(match))
    ]
    found.sort(key=lambda one: one[0])
    claims = []
    for rank, (start, end, unit, relation, number, digits, is_round) in enumerate(
        found
    ):
        before = found[rank - 1][1] if rank else 0
        after = found[rank + 1][0] if rank + 1 < len(found) else len(sentence)
        claims.append(
            Claim(
                text=sentence[start:end].strip(),
                sentence=sentence,
                unit=unit,
                relation=relation,
                number=number,
                start=start,
                reach=(before, after),
                digits=digits,
                is_round=is_round,
            )
        )
    return claims


def _read_saying(match):
    for rank, (_pattern, relation, number) in enumerate(_SAYINGS):
        if match.group(f"s{rank}"):
            return PERCENT, relation, number, 0, True
    return None


def _read_amount(match):
    """Unit, relation, number, digits and roundness of a match."""
    groups = match.groupdict()
    relation = next((name for name, _pattern in _RELATIONS if groups[name]), EXACT)
    if groups["percent"]:
        number = groups["percent"].replace(",", ".")
        digits = len(number.partition(".")[2])
        return PERCENT, relation, Fraction(number), digits, False
    if groups["count"]:
        return COUNT, relation, Fraction(re.sub(r"\D", "", groups["count"])), 0, False
    if groups["part"]:
        part = groups["part"].lower()
        times = _number(groups["times"] or "un")
        if part != "moitié" and not groups["times"] and relation == EXACT:
            return None  # « un quartier », « le tiers payant »: nothing is claimed
        return PERCENT, relation, Fraction(100 * times, _PARTS[part]), 0, True
    top, bottom = _number(groups["top"]), _number(groups["bottom"])
    if not bottom or top > bottom:
        return None
    return PERCENT, relation, Fraction(100 * top, bottom), 0, True


def _number(text):
    return int(text) if text.isdecimal() else _WORD_NUMBERS[text.lower()]


# What a claim speaks of


def tie(claim, figures):
    """The figure that a claim speaks of.

    :param dict figures: ``{code: Figure}`` of a matrix
    :rtype: Tie | None
    """
    before, after = claim.reach
    position = len(normalise(claim.sentence[before : claim.start]))
    words = normalise(claim.sentence[before:after])
    best = None
    for start, end, code, items in _subjects(words, figures):
        figure = figures.get(code)
        if not figure or not figure.is_registered or figure.value is None:
            continue
        if claim.unit == COUNT and figure.kind == RATE:
            continue
        gap = start - position if start >= position else position - end + 8
        # a share is that of something else among the people it names
        is_people = claim.unit == PERCENT and code in _PEOPLE
        rank = (is_people, -(end - start) // 12, gap)
        if best is None or rank < best[0]:
            best = rank, Tie(code, items, population(claim.sentence))
    return best and best[1]


def population(sentence):
    """Figure that counts the people a sentence names, or ``None``."""
    words = normalise(sentence)
    for code, pattern in POPULATIONS:
        if re.search(pattern, words):
            return code
    return None


def _subjects(words, figures):
    """Places of a text that name a figure: start, end, code, rows."""
    for pattern, code, items in _SUBJECTS:
        for match in re.finditer(pattern, words):
            yield match.start(), match.end(), code, items
    for figure in figures.values():
        for match in _whole_word(normalise(figure.label), words):
            yield match.start(), match.end(), figure.code, ()
        for rank, item in enumerate(figure.items):
            for match in _whole_word(normalise(item.label), words):
                yield _with_neighbours(figure, rank, match, words)


def _whole_word(label, words):
    if len(label) < 3:
        return ()
    return re.finditer(rf"(?<!\w){re.escape(label)}s?(?![\w+])", words)


def _with_neighbours(figure, rank, match, words):
    """« bac et inférieurs »: a row and those below it."""
    rest = words[match.end() :].lstrip()
    codes = [item.code for item in figure.items if item.code != "unknown"]
    end = match.end()
    chosen = (figure.items[rank].code,)
    for pattern, is_below in ((_BELOW, True), (_ABOVE, False)):
        found = re.match(pattern, rest)
        if found and figure.items[rank].code in codes:
            place = codes.index(figure.items[rank].code)
            takes_rest = is_below == (figure.code in _FALLING)
            chosen = tuple(codes[place:] if takes_rest else codes[: place + 1])
            end += 1 + found.end()
    return match.start(), end, figure.code, chosen


# Whether it holds


def check(claim, tied, figures):
    """Compare a claim with the figure it is tied to.

    :param Tie | None tied: see :func:`tie`
    :rtype: Verdict
    """
    figure = tied and figures.get(tied.code)
    if not figure or figure.value is None:
        return Verdict(UNTIED)
    value = measure(claim.unit, tied, figures)
    if value is None:
        return Verdict(UNTIED)
    named = tied.population
    if (
        claim.unit == PERCENT
        and named in _PEOPLE
        and figure.base in _PEOPLE
        and figure.base not in (named, figure.code)
    ):
        return Verdict(OTHER_BASE, float(value), figure.base)
    status = TRUE if holds(claim, value) else FALSE
    return Verdict(status, float(value), figure.base)


def measure(unit, tied, figures):
    """What the figures say, in the unit of a claim; ``None`` when they cannot."""
    figure = figures[tied.code]
    part = figure.value
    if tied.items:
        part = sum(item.value or 0 for item in figure.items if item.code in tied.items)
    if unit == COUNT:
        return None if figure.kind == RATE else Fraction(part)
    if figure.kind == RATE and not tied.items:
        return Fraction(str(part))
    whole = sum(item.value or 0 for item in figure.items)
    if not tied.items:
        base = figures.get(figure.base or "persons_accompanied")
        whole = base.value if base and base.code != figure.code else None
    return Fraction(100 * part, whole) if whole else None


def holds(claim, value):
    """Whether ``value`` bears out what a claim says."""
    number = claim.number
    if claim.relation == MORE:
        return value > number
    if claim.relation == LESS:
        return value < number
    if claim.relation == AT_LEAST:
        return value >= number
    if claim.relation == AT_MOST:
        return value <= number
    below, above = _margins(claim)
    return number - below <= value <= number + above


def _margins(claim):
    """How far from its number a claim may be: ``(below, above)``."""
    if claim.relation == EXACT:
        if claim.unit == COUNT:
            return 0, 0
        margin = Fraction(5, 2) if claim.is_round else Fraction(1, 2 * 10**claim.digits)
        return margin, margin
    wide = Fraction(4) if claim.unit == PERCENT else claim.number / 10
    # « près de » is said of what is not quite reached
    return (wide, wide / 4) if claim.relation == NEAR else (wide, wide)
