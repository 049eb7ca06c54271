"""Room in a head-count for the people who turn out to be known by name."""

from dataclasses import dataclass, field

TRAITS = ("gender", "age_band", "area")


@dataclass(eq=False, slots=True)
class Counted:
    """A line of a head-count: so many people, of whom this is known."""

    count: int
    gender: str | None = None
    age_band: str | None = None
    area: int | None = None
    named: list = field(default_factory=list)  # the people that it absorbed


@dataclass(eq=False, slots=True)
class Named:
    """Somebody known by name, and what is known of him."""

    gender: str | None = None
    age_band: str | None = None
    area: int | None = None


def fits(person, line):
    """Whether a person may be one of those counted on a line.

    What one of the two does not tell excludes nothing.
    """
    told = ((getattr(person, name), getattr(line, name)) for name in TRAITS)
    return all(not mine or not counted or mine == counted for mine, counted in told)


def absorb(people, lines):
    """Put each person known by name on a line of the head-count.

    Every one of them has a place of his own, whatever the order in which they come
    (augmenting paths), so that the total never moves and only its named part grows.

    :param list people: ``Named``
    :param list lines: ``Counted``, completed in place
    :return: the first person for whom no place is left, or ``None``
    """
    exact = sorted(lines, key=lambda line: sum(not getattr(line, t) for t in TRAITS))
    for person in people:
        if not _place(person, exact, set()):
            return person
    return None


def _place(person, lines, tried):
    for line in lines:
        if id(line) in tried or not fits(person, line):
            continue
        tried.add(id(line))
        if len(line.named) < line.count:
            line.named.append(person)
            return True
        for other in list(line.named):
            if _place(other, lines, tried):
                line.named.remove(other)
                line.named.append(person)
                return True
    return False
