"""What is frozen: canonical bytes, their seal, and the difference of two versions."""

import hashlib
import json
from dataclasses import dataclass

from odoo.addons.citeslab_base.tools.rounding import rate

from .matrix import RATE


def canonical(values):
    """The one JSON text of ``values``: sorted keys, no spaces, UTF-8."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(content):
    """SHA-256 of a text or of bytes, in hexadecimal."""
    data = content.encode() if isinstance(content, str) else bytes(content or b"")
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Sealed:
    """One line of a frozen report, as plain data.

    ``counted`` is ``{(model, id): part}``: the part of each record in the figure,
    1 or 0 for a rate.
    """

    code: str
    item: str | None
    label: str
    kind: str
    value: float | None
    counted: dict
    spec: str = ""

    @property
    def key(self):
        return (self.code, self.item or "")


@dataclass(frozen=True, slots=True)
class Change:
    """What differs in one line from one version to the next.

    ``added``, ``removed`` and ``changed`` are keys of records; ``redefined`` says
    that the figure is not counted the same way any more.
    """

    code: str
    item: str | None
    label: str
    kind: str
    before: float | None
    after: float | None
    added: tuple = ()
    removed: tuple = ()
    changed: tuple = ()
    redefined: bool = False

    def as_dict(self):
        return {
            "code": self.code,
            "item": self.item or None,
            "label": self.label,
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
            "added": [list(key) for key in self.added],
            "removed": [list(key) for key in self.removed],
            "changed": [list(key) for key in self.changed],
            "redefined": self.redefined,
        }


def restate(former, latter):
    """Differences of two versions, in the order of the later one.

    A line whose value stays may have changed all the same: one person came, another
    one went. It is told too.

    :param former: iterable of :class:`Sealed`
    :param latter: the same for the later version
    :rtype: list[Change]
    """
    before = {line.key: line for line in former}
    after = {line.key: line for line in latter}
    changes = []
    for key in dict.fromkeys((*after, *before)):
        change = _change(before.get(key), after.get(key))
        if change:
            changes.append(change)
    return changes


def _change(old, new):
    one = new or old
    then, now = old.counted if old else {}, new.counted if new else {}
    added = sorted(now.keys() - then.keys())
    removed = sorted(then.keys() - now.keys())
    changed = sorted(key for key in then.keys() & now.keys() if then[key] != now[key])
    redefined = bool(old and new and old.spec != new.spec)
    before, after = old and old.value, new and new.value
    if not (added or removed or changed or redefined or before != after):
        return None
    return Change(
        code=one.code,
        item=one.item,
        label=one.label,
        kind=one.kind,
        before=before,
        after=after,
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple(changed),
        redefined=redefined,
    )


def counted_total(line):
    """The value of a line, from what it counted: the proof of the figure.

    :rtype: float | int | None
    """
    parts = line.counted.values()
    if line.kind == RATE:
        return rate(sum(parts), len(parts))
    return sum(parts)
