"""Bars drawn as SVG text: no library, the same in every print engine.

This period is a solid bar, the one before an outlined, hatched one: they stay
apart on a black and white copy. Hatches are plain lines because old print
engines ignore patterns.
"""

from html import escape

WIDTH = 200
SOLID = 9
HATCHED = 6
GAP = 1.5
STEP = 5
COLORS = {"solid": "#17457f", "unknown": "#9aa7b6", "line": "#5f7288"}


def _number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _svg(width, height, body, label=""):
    described = (
        f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cl-bar" {described} '
        f'width="{_number(width)}" height="{_number(height)}" '
        f'viewBox="0 0 {_number(width)} {_number(height)}" '
        f'preserveAspectRatio="xMinYMid meet">{body}</svg>'
    )


def solid(length, top, height, color):
    """A filled bar; a value that is not zero is never invisible."""
    return (
        f'<rect x="0" y="{_number(top)}" width="{_number(max(length, 1.5))}" '
        f'height="{_number(height)}" fill="{color}"/>'
    )


def hatched(length, top, height, color):
    """An outlined bar filled with slanted lines."""
    length = max(length, 2)
    lines = []
    start = 1.5
    while start + height <= length:
        lines.append(
            f"M{_number(start)} {_number(top + height)}"
            f"L{_number(start + height)} {_number(top)}"
        )
        start += STEP
    frame = (
        f"M.4 {_number(top + 0.4)}H{_number(length - 0.4)}"
        f"V{_number(top + height - 0.4)}H.4Z"
    )
    return (
        f'<path d="{frame}{"".join(lines)}" fill="none" '
        f'stroke="{color}" stroke-width=".8"/>'
    )


def bar_pair(value, previous, maximum, label="", unknown=False, width=WIDTH):
    """Bars of one row: ``value`` above ``previous``, on a scale of ``maximum``.

    :param previous: ``None`` draws no second bar.
    :param label: read aloud instead of the drawing.
    :param width: length of the longest bar, in pixels.
    :return: SVG markup; user text in it is escaped.
    """
    scale = width / maximum if maximum else 0
    color = COLORS["unknown" if unknown else "solid"]
    parts = []
    if value and value > 0:
        parts.append(solid(value * scale, 0, SOLID, color))
    height = SOLID
    if previous is not None:
        if previous > 0:
            top = SOLID + GAP
            parts.append(hatched(previous * scale, top, HATCHED, COLORS["line"]))
        height = SOLID + GAP + HATCHED
    return _svg(width, height, "".join(parts), label)


def swatch(kind):
    """Small square of the legend: ``solid`` or ``hatched``."""
    if kind == "solid":
        return _svg(14, 7, solid(14, 0, 7, COLORS["solid"]))
    return _svg(14, 7, hatched(14, 0, 7, COLORS["line"]))
