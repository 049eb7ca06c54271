"""Figures inside a text: ``{{persons_accompanied}}``, ``{{gender:female %}}``.

``{{code}}`` is a figure, ``{{code:row}}`` one of its rows, ``%`` the share of the row
and ``@previous`` the year before. ``{{year}}`` and ``{{previous_year}}`` are those of
the document.
"""

import re
from dataclasses import dataclass

from .matrix import Item

TOKEN = re.compile(
    r"\{\{\s*(?P<code>\w+)\s*(?:[:.]\s*(?P<item>\w+)\s*)?(?P<share>%)?\s*"
    r"(?P<previous>@\s*previous)?\s*\}\}"
)
ANY = re.compile(r"\{\{.*?\}\}", re.DOTALL)
YEARS = ("year", "previous_year")


@dataclass(frozen=True, slots=True)
class Problem:
    """A token that names nothing: what was written, and what may be."""

    token: str
    known: tuple


class Tokens:
    """Puts the figures of one layout into texts.

    :param layout: :class:`~.layout.Layout`
    :param rows: gives the rows that a figure may have, by its code; those told in
        the layout alone by default
    """

    def __init__(self, layout, rows=lambda code: ()):
        self.layout = layout
        self.rows = rows

    def problems(self, text):
        """Tokens of a text that name no figure, in order.

        :rtype: list[Problem]
        """
        found = []
        for match in ANY.finditer(text or ""):
            token = TOKEN.fullmatch(match.group())
            known = self._known(token)
            if known is not None:
                found.append(Problem(match.group(), known))
        return found

    def _known(self, token):
        """``None`` for a good token, else what may stand there."""
        figures = self.layout.matrix.figures
        if not token or (token["code"] not in figures and token["code"] not in YEARS):
            return tuple(figures)
        if token["code"] in YEARS or not token["item"]:
            return None
        codes = [item.code for item in figures[token["code"]].items]
        if token["item"] in codes:
            return None
        codes = tuple(dict.fromkeys((*codes, *self.rows(token["code"]))))
        return None if token["item"] in codes else codes

    def fill(self, text):
        """``text`` with each token replaced by its figure, as readers write it."""
        return TOKEN.sub(self._value, text or "")

    def _value(self, match):
        layout, code = self.layout, match["code"]
        if code in YEARS:
            return layout.year if code == "year" else layout.previous_year
        figure = layout.matrix.figures.get(code)
        if figure is None:
            return match.group()
        found = figure
        if match["item"]:
            known = {item.code: item for item in figure.items}
            # a row that nobody is in is not told
            nothing = 0 if figure.items else None
            found = known.get(match["item"]) or Item("", "", nothing, nothing, nothing)
        if match["share"] and match["item"]:
            return layout.style.share(found.percent) or layout.style.number(None)
        value = found.previous if match["previous"] else found.value
        return layout.style.value(value, figure.kind)
