"""Rows of people told so that each one is like several others.

What may give somebody away (age, gender, quartier, month) is told only as finely as
at least ``k`` rows of the structure share it; the others less finely, step by step.
"""

from collections import Counter

# What is kept at each step, from the finest to nothing.
STEPS = (
    ("gender", "residence", "age", "area", "month"),
    ("gender", "residence", "age_band", "area", "month"),
    ("gender", "residence", "age_band", "area"),
    ("gender", "residence", "age_band"),
    ("gender", "residence"),
    ("gender",),
    (),
)
COARSEST = len(STEPS) - 1
# What tells as much as another column, or less.
IMPLIED = {"age": ("age", "age_band"), "area": ("area", "commune")}


def kept(step):
    """Quasi-identifiers that a row of this step still shows.

    :rtype: frozenset[str]
    """
    names = STEPS[step]
    return frozenset(one for name in names for one in IMPLIED.get(name, (name,)))


def steps(rows, k):
    """Step of each row.

    :param rows: dicts of ``structure`` and of the names in :data:`STEPS`; the same
        object may stand for several equal rows
    :param int k: how many rows must share what is shown
    :return: list of ranks in :data:`STEPS`
    """
    rows = list(rows)
    found = [COARSEST] * len(rows)
    left = range(len(rows))
    groups = Counter()
    for step in range(COARSEST):
        keys = {id(rows[rank]): _key(rows[rank], step) for rank in left}
        sizes = Counter(keys[id(rows[rank])] for rank in left)
        others = []
        for rank in left:
            key = keys[id(rows[rank])]
            if sizes[key] >= k:
                found[rank] = step
                groups[key] = sizes[key]
            else:
                others.append(rank)
        left = others
    _fill_up(rows, found, groups, k)
    return found


def _key(row, step):
    return (step, row["structure"], *(row[name] for name in STEPS[step]))


def _fill_up(rows, found, groups, k):
    """Rows that show nothing are as many as the others, or would be one by one."""
    alone = Counter(
        row["structure"]
        for row, step in zip(rows, found, strict=True)
        if step == COARSEST
    )
    moved = set()
    for structure, count in alone.items():
        own = [key for key in groups if key[1] == structure]
        while count < k and own:
            key = min(own, key=lambda key: (-key[0], groups[key], str(key)))
            own.remove(key)
            moved.add(key)
            count += groups[key]
    if not moved:
        return
    for rank, row in enumerate(rows):
        if found[rank] != COARSEST and _key(row, found[rank]) in moved:
            found[rank] = COARSEST
