"""Cents, and roundings that a reader can add up by hand."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from odoo.addons.citeslab_base.tools.rounding import half_up, spread


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


def whole_euros(values):
    """Euros without cents whose sum is the rounded sum of the exact amounts.

    :param values: whole cents
    :return: list of int, euros
    """
    target = half_up(Fraction(sum(values), 100))
    return spread([Fraction(value, 100) for value in values], target)
