"""Cents, and roundings that a reader can add up by hand."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def to_cents(amount):
    """Whole cents of an amount in euros, as the ORM keeps it (a float).

    :param amount: euros; ``None`` or ``False`` is 0
    :rtype: int
    """
    exact = Decimal(repr(float(amount or 0))) * 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_euros(cents):
    """Euros of whole cents, for a field or a cell."""
    return cents / 100


def has_too_many_decimals(amount):
    """Whether an amount is finer than the cent (12.345)."""
    amount = float(amount or 0)
    return abs(amount - round(amount, 2)) > 0.0005


def percentages(values):
    """Whole percentages of ``values`` that add up to 100 (largest remainder).

    :param values: whole numbers, none of them negative
    :return: list of int in the same order, only zeros when the total is zero
    """
    total = sum(values)
    if not total:
        return [0] * len(values)
    return _cut([Fraction(100 * value, total) for value in values], 100)


def whole_euros(values):
    """Euros without cents whose sum is the rounded sum of the exact amounts.

    :param values: whole cents
    :return: list of int, euros
    """
    target = half_up(Fraction(sum(values), 100))
    return _cut([Fraction(value, 100) for value in values], target)


def half_up(exact):
    """Nearest whole number, halves away from zero.

    :param exact: a ``Fraction``
    """
    sign = -1 if exact < 0 else 1
    return sign * int(abs(exact) + Fraction(1, 2))


def _cut(exact, target):
    """Cut each number down, then give the missing units to the largest rests."""
    whole = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], -exact[i], i))
    for i in order[: target - sum(whole)]:
        whole[i] += 1
    return whole


def percent(part, whole, digits=2):
    """``part / whole`` in percent, halves up; ``None`` without a whole."""
    if not whole:
        return None
    scale = 10**digits
    return half_up(Fraction(part * 100 * scale, whole)) / scale
