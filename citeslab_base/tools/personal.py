"""What an erasure does with the rows of one model that concern a person."""

from dataclasses import dataclass, field

# Addresses of the person, for rows that only an e-mail ties to him.
EMAIL = "@email"


@dataclass(frozen=True, slots=True)
class Personal:
    """Rows of one model: how a person's are found, and what becomes of them.

    :param dict links: column → model that it points to, or :data:`EMAIL`
    :param tuple document: columns of a (model, id) pair that may name a person's
        document
    :param bool deleted: the rows go whole
    :param tuple emptied: columns that identity is in, or may be
    :param dict replaced: column that cannot be empty → key of its neutral text
    :param dict kept: column → why it may stay
    """

    links: dict = field(default_factory=dict)
    document: tuple = ()
    deleted: bool = False
    emptied: tuple = ()
    replaced: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)

    def decided(self):
        """Columns that somebody decided about.

        :rtype: set[str]
        """
        return {
            *self.links,
            *self.document,
            *self.emptied,
            *self.replaced,
            *self.kept,
        }


@dataclass(slots=True)
class Scope:
    """Ids of all rows that concern a set of people, by model."""

    ids: dict = field(default_factory=dict)
    emails: list = field(default_factory=list)
    unshared_emails: list = field(default_factory=list)
    companies: list = field(default_factory=list)

    def add(self, model, ids):
        """Add rows; tell whether some were not known yet.

        :rtype: bool
        """
        known = self.ids.setdefault(model, set())
        before = len(known)
        known.update(ids)
        return len(known) > before
