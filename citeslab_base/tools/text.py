"""Comparison of labels and names as people type them."""

import re
import unicodedata

# Letters that NFKD does not split, as met in French and neighbouring names.
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ß": "ss", "ł": "l"})
# What neither XML nor a cell may hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# The same for the database, which holds neither NUL nor half a pair.
FORBIDDEN_SQL = "[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]"
CELL_LIMIT = 32767
_NOT_WORD = re.compile(r"[^0-9a-z+<>]+")


def normalise(label):
    """Fold a label so that two spellings of the same words are equal.

    Case, accents, apostrophes, punctuation and repeated spaces do not count;
    ``+``, ``<`` and ``>`` do, since "bac+2" and "> bac+4" differ by them.

    :param str | None label: text as typed
    :return: folded text, ``""`` for nothing
    :rtype: str
    """
    text = (label or "").casefold().translate(_LIGATURES)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(_NOT_WORD.sub(" ", text).split()).replace(" +", "+")


def normalise_name(name):
    """Fold a person's name; the order of first and last name does not count.

    :param str | None name: full name as typed
    :return: words of the name, folded and sorted
    :rtype: str
    """
    return " ".join(sorted(normalise(name).split()))


def quoted(value, limit=60):
    """Start of what was typed, to be quoted in a sentence that stays readable."""
    text = "" if value is None else str(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


def without_formula(value):
    """A value that the host's own workbook does not evaluate: text stays text."""
    is_formula = isinstance(value, str) and value.startswith(("=", "{="))
    return f"'{value}" if is_formula else value


def safe_cell(value, limit=CELL_LIMIT):
    """Text that a cell can hold: no control characters, at most ``limit`` long.

    Workbooks write it with ``write_string``, so that a label that begins with
    ``=`` stays the label somebody typed and is never evaluated.
    """
    return _FORBIDDEN.sub("", "" if value is None else str(value))[:limit]


def sheet_name(name, taken):
    """Name of a worksheet: at most 31 characters, none that Excel refuses, never twice.

    :param set taken: names of the sheets before, folded; the new one is added
    """
    clean = "".join(c for c in safe_cell(name) if c not in "[]:*?/\\").strip(" '")
    if len(clean) > 31:  # whole words only
        clean = clean[:32].rsplit(" ", 1)[0][:31].strip(" '")
    clean = clean or "Bilan"
    unique, number = clean, 2
    while unique.casefold() in taken or unique.casefold() == "history":
        suffix = f" ({number})"
        unique, number = clean[: 31 - len(suffix)] + suffix, number + 1
    taken.add(unique.casefold())
    return unique
