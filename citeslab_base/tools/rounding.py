"""Rounding that a reader can add up by hand."""

from fractions import Fraction


def percentages(values):
    """Whole percentages of ``values`` that add up to 100 (largest remainder).

    :param values: non-negative numbers (counts, hours, euros); ``None`` is 0.
    :return: list of int, in the same order; only zeros when the total is zero.
    :raises ValueError: when a value is negative.
    """
    shares = [Fraction(value or 0) for value in values]
    if any(share < 0 for share in shares):
        raise ValueError(f"A share can not be negative: {list(values)}.")
    total = sum(shares)
    if not total:
        return [0] * len(shares)
    return spread([share * 100 / total for share in shares], 100)


def spread(exact, target):
    """Whole numbers near ``exact`` that add up to ``target``.

    :param exact: list of ``Fraction`` whose sum, rounded, is ``target``

    Each is cut down, then the missing units go to the largest remainders; equal
    remainders go to the larger value, then to the first.
    """
    whole = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], -exact[i], i))
    for i in order[: target - sum(whole)]:
        whole[i] += 1
    return whole


def rate(part, whole, digits=1):
    """Percentage ``part / whole``, halves rounded up (42.35 -> 42.4).

    :param digits: decimals kept (1 for the rates of a bilan).
    :return: float, or ``None`` when there is nothing to divide by.
    """
    if not whole:
        return None
    return half_up(Fraction(part or 0) * 100 / Fraction(whole), digits)


def half_up(value, digits=0):
    """``value`` rounded to ``digits`` decimals, halves away from zero.

    Python's ``round`` gives 2 for 2.5: a reader with a calculator disagrees.
    """
    scaled = Fraction(value) * 10**digits
    sign = -1 if scaled < 0 else 1
    rounded = sign * int(abs(scaled) + Fraction(1, 2))
    return rounded / 10**digits if digits else rounded
