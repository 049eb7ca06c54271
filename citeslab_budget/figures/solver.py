"""The largest request that complies, and the local co-funding that frees more.

Each rule is linear in the request ``x`` and in the extra local co-funding ``e``:
``request * x + extra * e <= room``. Two unknowns and a handful of lines: the
optimum lies where two of them cross, so it is found exactly, without a library.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import ceil, floor

from .rules import AT_MOST, PLANNED, Line, check

NEED = "need"


@dataclass(frozen=True, slots=True)
class Bound:
    """``request * x + extra * e <= room``; ``code`` names the rule."""

    code: object
    request: Fraction
    extra: Fraction
    room: Fraction

    def holds(self, x, e=0):
        return self.request * x + self.extra * e <= self.room


@dataclass(frozen=True, slots=True)
class Answer:
    """What would fit; amounts in cents.

    ``request`` is ``None`` when no request complies (no local authority pays);
    ``binding`` holds the codes that forbid one cent more (``NEED``: everything
    is funded); ``extra`` is the smallest extra local co-funding that allows
    ``request_with_extra``; ``extra_for_current`` is what the present request
    lacks, ``None`` when no local co-funding can save it.
    """

    request: int | None
    binding: tuple
    extra: int
    request_with_extra: int | None
    current: int
    extra_for_current: int | None


def solve(lines, rules, main_kind, local_kind, own_kinds=frozenset()):
    """Largest compliant request of the main funder for these costs and pledges.

    :param lines: :class:`~.rules.Line` of one budget
    :param rules: :class:`~.rules.Rule` that hold for it
    :param main_kind: kind of the funder that is asked (Bpifrance)
    :param local_kind: a kind of local authority, which would pay the extra
    :param own_kinds: kinds that fill what is left (self-financing)
    :rtype: Answer
    """
    lines = list(lines)
    current = sum(line.planned for line in lines if line.kind == main_kind)
    fixed = [line for line in lines if line.kind != main_kind]
    bounds = [_bound(rule, fixed, main_kind, local_kind) for rule in rules]
    bounds = [bound for bound in bounds if bound.request or bound.extra]
    bounds.append(_need(fixed, own_kinds))
    request = _largest(bounds, 0)
    extra, freed = _smallest_extra(bounds, request)
    return Answer(
        request=request,
        binding=_binding(bounds, request),
        extra=extra,
        request_with_extra=freed,
        current=current,
        extra_for_current=_extra_for(bounds, current),
    )


def with_amounts(lines, main_kind, request, local_kind=None, extra=0):
    """The same budget with another request, and with extra local co-funding."""
    kept = [line for line in lines if line.kind != main_kind]
    added = [(main_kind, request)] + ([(local_kind, extra)] if extra else [])
    return kept + [
        Line(None, kind, planned=amount, is_expense=False) for kind, amount in added
    ]


def complies(lines, rules, main_kind, own_kinds=frozenset()):
    """Whether no rule about the request is broken, nor more asked than needed."""
    lines = list(lines)
    request = sum(line.planned for line in lines if line.kind == main_kind)
    about = [rule for rule in rules if rule.subject.kinds or rule.base.kinds]
    fixed = [line for line in lines if line.kind != main_kind]
    return not check(lines, about, PLANNED) and _need(fixed, own_kinds).holds(request)


def _bound(rule, fixed, main_kind, local_kind):
    share = rule.rate / 100
    room = rule.amount + share * rule.base.sum(fixed, PLANNED)
    room -= rule.subject.sum(fixed, PLANNED)
    sides = [
        (kind in rule.subject.kinds) - share * (kind in rule.base.kinds)
        for kind in (main_kind, local_kind)
    ]
    sign = 1 if rule.operator == AT_MOST else -1
    return Bound(rule.code, *(Fraction(sign * number) for number in (*sides, room)))


def _need(fixed, own_kinds):
    """Nobody may be asked for more than what the others leave to fund."""
    costs = sum(line.planned for line in fixed if line.is_expense)
    pledges = sum(
        line.planned
        for line in fixed
        if not line.is_expense and line.kind not in own_kinds
    )
    return Bound(NEED, Fraction(1), Fraction(1), Fraction(costs - pledges))


def _largest(bounds, extra):
    """Largest whole ``x >= 0`` allowed with this extra, or ``None``."""
    low, high = Fraction(0), None
    for bound in bounds:
        room = bound.room - bound.extra * extra
        if not bound.request:
            if room < 0:
                return None
        elif bound.request > 0:
            limit = room / bound.request
            high = limit if high is None else min(high, limit)
        else:
            low = max(low, room / bound.request)
    return floor(high) if floor(high) >= ceil(low) else None


def _binding(bounds, request):
    """Codes of the rules that forbid one cent more (or any request at all)."""
    x = 0 if request is None else request + 1
    return tuple(bound.code for bound in bounds if not bound.holds(x))


def _smallest_extra(bounds, request):
    """(extra, request) of the best request that local co-funding can free."""
    best = request
    for extra in _candidates(bounds):
        found = _largest(bounds, extra)
        if found is not None and (best is None or found > best):
            best = found
    if best is None or best == request:
        return 0, request
    return _extra_for(bounds, best), best


def _candidates(bounds):
    """Whole extras around each place where two bounds cross."""
    places = {Fraction(0)}
    for bound in bounds:
        if bound.extra:
            places.add(bound.room / bound.extra)
    for one, two in combinations(bounds, 2):
        slope = one.extra * two.request - two.extra * one.request
        if slope:
            places.add((one.room * two.request - two.room * one.request) / slope)
    whole = {number for place in places for number in (floor(place), ceil(place))}
    return sorted(number for number in whole if number >= 0)


def _extra_for(bounds, request):
    """Smallest extra with which ``request`` complies, or ``None``."""
    helped = [bound for bound in bounds if bound.extra < 0]
    missing = [
        ceil((bound.room - bound.request * request) / bound.extra) for bound in helped
    ]
    extra = max([0, *missing])
    fits = all(bound.holds(request, extra) for bound in bounds)
    return extra if fits else None
