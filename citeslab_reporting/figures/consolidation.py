"""Figures of several structures added up, by place, without a small cell of people."""

from dataclasses import dataclass, field

from odoo.addons.citeslab_base.tools.rounding import rate

from .suppression import suppress

NETWORK = "network"
REGION = "region"
DEPARTMENT = "department"
STRUCTURE = "structure"
ROOT = (NETWORK, None)

# How a figure is added up
SUM = "sum"  # a headline count, hours or euros: always shown
PLAIN = "plain"  # a distribution of things: always shown
PEOPLE = "people"  # a distribution of people: small cells are kept secret
FLAG = "flag"  # people among others: the same, with those who are not
SHARE = "share"  # rows of a distribution of people over its total


@dataclass(frozen=True, slots=True)
class Source:
    """What one structure sent: ``indicators`` of contract ``citeslab.bilan/1``."""

    key: object
    region: object
    department: object
    indicators: dict

    def path(self):
        """Its place, then those that hold it, up to the network."""
        places = [(STRUCTURE, self.key)]
        if self.department is not None:
            places.append((DEPARTMENT, self.department))
        places += [(REGION, self.region), ROOT]
        return places


@dataclass(frozen=True, slots=True)
class Spec:
    """How a figure is added up: one of the words above.

    ``of`` is the code of the base of a flag, or of the distribution of a share, whose
    rows are ``items``.
    """

    code: str
    treatment: str
    of: str | None = None
    items: tuple = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One number of one place; ``value`` is ``None`` where it is kept secret."""

    place: tuple
    code: str
    item: str | None
    value: float | None
    count: int
    percent: float | None = None

    @property
    def is_hidden(self):
        return self.value is None


@dataclass(slots=True)
class _Network:
    sources: list
    threshold: int
    tables: dict = field(default_factory=dict)

    def parents(self, sources):
        """Tree of the places of some sources."""
        parents = {ROOT: None}
        for source in sources:
            path = source.path()
            parents.update(zip(path, path[1:], strict=False))
        return parents

    def known(self, code):
        """Sources that tell this figure."""
        return [
            source
            for source in self.sources
            if (source.indicators.get(code) or {}).get("value") is not None
        ]

    def counts(self, sources):
        """How many structures lie in each place."""
        counts = {}
        for source in sources:
            for place in source.path():
                counts[place] = counts.get(place, 0) + 1
        return counts


def consolidate(sources, specs, threshold):
    """Lines of every place, network first.

    :param sources: list of :class:`Source`
    :param specs: list of :class:`Spec`, in the order to tell
    :param int threshold: smallest number of people shown beside an attribute
    :rtype: list[Line]
    """
    network = _Network(list(sources), threshold)
    lines = []
    for spec in specs:
        lines += _TREATMENTS[spec.treatment](network, spec)
    return lines


def _totals(network, spec):
    known = network.known(spec.code)
    counts, totals = network.counts(known), {}
    for source in known:
        for place in source.path():
            totals[place] = totals.get(place, 0) + _value(source, spec.code)
    return known, counts, totals


def _value(source, code):
    return source.indicators[code]["value"]


def _items(source, code):
    """``{row: value}`` of a figure; what its rows leave of it is unknown."""
    items = {
        item["code"]: item["value"] or 0
        for item in source.indicators[code].get("items", ())
    }
    return items or {"unknown": _value(source, code)}


def _ordered(totals):
    rank = {NETWORK: 0, REGION: 1, DEPARTMENT: 2, STRUCTURE: 3}
    return sorted(totals, key=lambda place: (rank[place[0]], str(place[1])))


def _sum(network, spec):
    _known, counts, totals = _totals(network, spec)
    return [
        Line(place, spec.code, None, round(totals[place], 2), counts[place])
        for place in _ordered(totals)
    ]


def _plain(network, spec):
    known, counts, totals = _totals(network, spec)
    parts = {}
    for source in known:
        for item, value in _items(source, spec.code).items():
            for place in source.path():
                parts[place, item] = parts.get((place, item), 0) + value
    return _sum(network, spec) + [
        Line(
            place, spec.code, item, round(value, 2), counts[place],
            rate(value, totals[place]),
        )
        for (place, item), value in _by_place(parts, totals)
    ]  # fmt: skip


def _by_place(parts, totals):
    rank = {place: number for number, place in enumerate(_ordered(totals))}
    return sorted(parts.items(), key=lambda part: rank[part[0][0]])


def _people_cells(network, code):
    """Cells of a distribution of people that may be told, at every level."""
    if code not in network.tables:
        known = network.known(code)
        rows = {(STRUCTURE, one.key): _items(one, code) for one in known}
        # what nobody is does not stand in the table: its nought would hide another cell
        categories = dict.fromkeys(
            item for row in rows.values() for item, value in row.items() if value
        )
        full = {
            place: {item: row.get(item, 0) for item in categories}
            for place, row in rows.items()
        }
        network.tables[code] = (
            suppress(network.parents(known), full, network.threshold) if full else {}
        )
    return network.tables[code]


def _people(network, spec):
    known, counts, _totals_told = _totals(network, spec)
    totals = {}
    for source in known:
        for place in source.path():
            told = sum(_items(source, spec.code).values())
            totals[place] = totals.get(place, 0) + told
    cells = _people_cells(network, spec.code)
    lines = [
        Line(place, spec.code, None, totals[place], counts[place])
        for place in _ordered(totals)
    ]
    return lines + [
        Line(
            place, spec.code, item, value, counts[place],
            None if value is None else rate(value, totals[place]),
        )
        for (place, item), value in _by_place(cells, totals)
    ]  # fmt: skip


def _flag(network, spec):
    """Those who are, as one cell beside those who are not."""
    known = [one for one in network.known(spec.code) if one in network.known(spec.of)]
    if not known:
        return []
    counts, totals, rows = network.counts(known), {}, {}
    for source in known:
        yes, everybody = _value(source, spec.code), _value(source, spec.of)
        rows[STRUCTURE, source.key] = {"yes": yes, "no": max(everybody - yes, 0)}
        for place in source.path():
            totals[place] = totals.get(place, 0) + everybody
    cells = suppress(network.parents(known), rows, network.threshold)
    return [
        Line(
            place, spec.code, None, cells[place, "yes"], counts[place],
            None if cells[place, "yes"] is None
            else rate(cells[place, "yes"], totals[place]),
        )
        for place in _ordered(totals)
    ]  # fmt: skip


def _share(network, spec):
    """A rate told only where each of its rows is told."""
    known = network.known(spec.of)
    counts, totals = network.counts(known), {}
    for source in known:
        for place in source.path():
            told = sum(_items(source, spec.of).values())
            totals[place] = totals.get(place, 0) + told
    cells = _people_cells(network, spec.of)
    lines = []
    for place in _ordered(totals):
        parts = [cells.get((place, item), 0) for item in spec.items]
        secret = None in parts
        value = None if secret else rate(sum(parts), totals[place])
        if secret or value is not None:
            lines.append(Line(place, spec.code, None, value, counts[place]))
    return lines


_TREATMENTS = {SUM: _sum, PLAIN: _plain, PEOPLE: _people, FLAG: _flag, SHARE: _share}
