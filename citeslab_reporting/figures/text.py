"""Numbers, dates and labels as a reader expects to see them."""

import base64
from dataclasses import dataclass
from decimal import Decimal

from odoo.addons.citeslab_base.tools.rounding import half_up

from .matrix import AMOUNT, HOURS, RATE

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
ABSENT = "\N{EN DASH}"

_IMAGE_TYPES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "image/svg+xml"),
)


@dataclass(frozen=True, slots=True)
class Style:
    """How one language writes numbers (French unless told otherwise)."""

    decimal: str = ","
    thousands: str = NBSP
    percent: str = NBSP + "%"
    points: str = NBSP + "pts"

    def number(self, value, digits=None):
        """``1234.5`` -> ``1 234,5``; ``None`` -> an en dash.

        :param digits: decimals always shown; by default only those needed.
        """
        if value is None:
            return ABSENT
        exact = half_up(value, 2 if digits is None else digits)
        sign = MINUS if exact < 0 else ""
        text = f"{abs(Decimal(str(exact))):,.{2 if digits is None else digits}f}"
        if digits is None and "." in text:
            text = text.rstrip("0").rstrip(".")
        text = text.replace(",", "\0").replace(".", self.decimal)
        return sign + text.replace("\0", self.thousands)

    def value(self, value, kind):
        """``value`` with the unit of its ``kind`` of figure."""
        if value is None:
            return ABSENT
        if kind == RATE:
            return self.number(value, 1) + self.percent
        if kind == HOURS:
            return self.number(value) + NBSP + "h"
        if kind == AMOUNT:
            return self.number(value, 2) + NBSP + "€"
        return self.number(value)

    def share(self, percent):
        """A whole percentage: ``42`` -> ``42 %``."""
        return "" if percent is None else f"{percent}{self.percent}"

    def change(self, value, previous, kind):
        """Signed difference with the year before; rates in points."""
        if value is None or previous is None:
            return ABSENT
        gap = half_up(value, 2) - half_up(previous, 2)
        if kind == RATE:
            text = self.number(abs(gap), 1) + self.points
        else:
            text = self.value(abs(gap), kind)
        if not half_up(gap, 1 if kind == RATE else 2):
            return "="
        return ("+" if gap > 0 else MINUS) + text


def data_uri(content, mimetype=None):
    """``data:`` address of ``content``, or ``None`` if it is not an image.

    :param content: bytes of a file, or the same in base64 (as Odoo keeps images).
    :param mimetype: told by the first bytes unless given.
    """
    if not mimetype and content and not _image_type(content):
        content = decoded(content)
    mimetype = mimetype or _image_type(content)
    if not mimetype:
        return None
    return f"data:{mimetype};base64,{base64.b64encode(content).decode()}"


def decoded(content):
    """Bytes of a file in base64, as Odoo keeps images; none when it is not base64."""
    try:
        return base64.b64decode(content, validate=True)
    except ValueError:
        return b""


def _image_type(content):
    head = bytes(content or b"").lstrip()
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _IMAGE_TYPES if head.startswith(magic)), None)
