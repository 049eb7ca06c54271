"""Which line of the budget an account of the ledger feeds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Accounts that begin with ``prefix`` and whose label holds ``words``."""

    prefix: str
    words: str
    category: object

    def matches(self, account, label):
        return account.startswith(self.prefix) and self.words.casefold() in (
            label.casefold()
        )


class Mapping:
    """Rows of a structure; the longest prefix wins, then the longest words."""

    def __init__(self, rows):
        self.rows = sorted(
            rows, key=lambda row: (-len(row.prefix), -len(row.words), row.prefix)
        )

    def __bool__(self):
        return bool(self.rows)

    def category_of(self, account, label):
        """Category fed by an account, ``None`` when no row matches."""
        return next(
            (row.category for row in self.rows if row.matches(account, label)), None
        )
