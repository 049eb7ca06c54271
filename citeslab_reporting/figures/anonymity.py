"""Rows of people told so that each one is like several others.

What may give somebody away (age, gender, quartier, month) is told only as finely as
at least ``k`` rows of the structure share it; the others less finely, step by step.
The database decides it: what a row may give away is one number, of which each step
drops the last bits.
"""

from odoo.tools import SQL

# What is kept at each step, from the finest to nothing: each drops the last of the
# names in ``BITS`` that the one before keeps.
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
# What may give somebody away, the last one dropped first: bits that hold it.
BITS = {"gender": 4, "residence": 4, "age_band": 4, "area": 31, "month": 12, "age": 8}
QUASI = tuple(BITS)


def kept(step):
    """Quasi-identifiers that a row of this step still shows.

    :rtype: frozenset[str]
    """
    names = STEPS[step]
    return frozenset(one for name in names for one in IMPLIED.get(name, (name,)))


def last_step(name):
    """The coarsest step that still shows a quasi-identifier."""
    return max(step for step in range(len(STEPS)) if name in kept(step))


def graded(rows, k, texts):
    """Query of rows with the step that each is told at.

    :param SQL rows: query of ``structure``, of the names in :data:`QUASI` (texts, ids,
        years, a day of the month; an age has one band) and of whatever is told
    :param int k: how many rows must share what is shown
    :param dict texts: every text that ``gender``, ``residence`` and ``age_band`` take
    :return: query of the same columns, and of ``step``, a rank in :data:`STEPS`
    :rtype: SQL
    :raises ValueError: when a column takes more texts than its bits hold
    """
    steps = range(COARSEST)
    # OFFSET 0: what the number is made of is computed once
    told = SQL("SELECT one.*, %s AS key FROM (%s OFFSET 0) one", _key(texts), rows)
    named = {"told": told}
    for step in steps:
        named[f"left_{step}"] = _left(step, k)
    named["alone"] = SQL(
        "SELECT structure, SUM(size)::int AS size FROM %s"
        " WHERE size < %s GROUP BY structure",
        SQL.identifier(f"left_{COARSEST - 1}"),
        k,
    )
    named["enough"] = SQL(" UNION ALL ").join(_enough(step, k) for step in steps)
    named["shown"] = _shown(k)
    found = (SQL("WHEN %s THEN %s", _is_shown(step), step) for step in steps)
    return SQL(
        "WITH %s SELECT told.*, CASE %s ELSE %s END AS step FROM told",
        SQL(", ").join(
            SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
            for name, query in named.items()
        ),
        SQL(" ").join(found),
        COARSEST,
    )


def _key(texts):
    """The names in :data:`QUASI` as one number; 0 stands for what is not known."""
    number = SQL("0::bigint")
    for name, bits in BITS.items():
        number = SQL("(%s << %s) | %s", number, bits, _rank(name, texts.get(name)))
    return number


def _rank(name, texts):
    column = SQL.identifier("one", name)
    if texts is not None:
        if len(texts) >= 2 ** BITS[name]:
            raise ValueError(f"{name}: more than {2 ** BITS[name] - 1} texts")
        column = SQL("ARRAY_POSITION(%s::text[], %s::text)", list(texts), column)
    elif name == "month":  # counted from January 1900
        column = SQL(
            "date_part('year', %(day)s)::int * 12 + date_part('month', %(day)s)::int"
            " - 22800",
            day=column,
        )
    return SQL("COALESCE(%s, 0)", column)


def _dropped(step):
    """How many bits of the number this step tells nothing of."""
    names = kept(step)
    return sum(bits for name, bits in BITS.items() if name not in names)


def _left(step, k):
    """Groups, at this step, of the rows that no step before tells."""
    if not step:
        size, key, rows = SQL("count(*)"), SQL("key"), SQL("told")
    else:
        size = SQL("SUM(size)")
        key = SQL("key >> %s", _dropped(step) - _dropped(step - 1))
        before = SQL.identifier(f"left_{step - 1}")
        rows = SQL("%s WHERE size < %s", before, k)
    return SQL(
        "SELECT structure, %(key)s AS key, %(size)s::int AS size FROM %(rows)s"
        " GROUP BY structure, %(key)s",
        key=key,
        size=size,
        rows=rows,
    )


def _enough(step, k):
    """Groups that are large enough to be told at this step."""
    return SQL(
        "SELECT structure, key, size, %s AS step FROM %s WHERE size >= %s",
        step,
        SQL.identifier(f"left_{step}"),
        k,
    )


def _shown(k):
    """Large enough groups, but those that join the rows that show nothing.

    Such rows are as many as the others, or would be one by one: whole groups of their
    structure join them, the coarsest and smallest first. A group that joins them
    leaves none of a coarser step, at which its rows would be told.
    """
    return SQL(
        """SELECT structure, key, step
             FROM (SELECT enough.*, alone.size AS alone, SUM(enough.size) OVER filling
                          - enough.size AS joined
                     FROM enough LEFT JOIN alone USING (structure)
                   WINDOW filling AS (PARTITION BY structure
                                      ORDER BY step DESC, enough.size, key)) one
            WHERE alone IS NULL OR alone + joined >= %s""",
        k,
    )


def _is_shown(step):
    """Whether the group of the row is shown at this step.

    Looked up in a table of groups: a join might go through all of them for each row,
    where PostgreSQL expects few.
    """
    return SQL(
        "(structure, key >> %s) IN (SELECT structure, key FROM shown WHERE step = %s)",
        _dropped(step),
        step,
    )
