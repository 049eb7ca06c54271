"""Rows of people told so that each one is like several others.

What may give somebody away (age, gender, quartier, month) is told only as finely as
at least ``k`` rows of the structure share it; the others less finely, step by step.
The database decides it, in one pass over rows sorted once.
"""

from odoo.tools import SQL

# What is kept at each step, from the finest to nothing. Each tells less of the one
# before: all the groups of all the steps follow each other in one order of the rows.
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
# What may give somebody away, in that order.
QUASI = ("gender", "residence", "age_band", "area", "month", "age")


def kept(step):
    """Quasi-identifiers that a row of this step still shows.

    :rtype: frozenset[str]
    """
    names = STEPS[step]
    return frozenset(one for name in names for one in IMPLIED.get(name, (name,)))


def last_step(name):
    """The coarsest step that still shows a quasi-identifier."""
    return max(step for step in range(len(STEPS)) if name in kept(step))


def graded(rows, k):
    """Query of the step of each row.

    :param SQL rows: query of ``id``, ``structure`` and of the names in :data:`QUASI`;
        an age has one band
    :param int k: how many rows must share what is shown
    :return: query of ``id``, ``structure`` and ``step``, a rank in :data:`STEPS`
    :rtype: SQL
    """
    found = SQL(
        "SELECT id, structure, %s, NULL::int AS step, NULL::bigint AS size"
        " FROM (%s) told",
        SQL(", ").join(map(SQL.identifier, QUASI)),
        rows,
    )
    for step in range(COARSEST):
        found = _step(found, step, k)
    return _filled_up(found, k)


def _key(step):
    """Columns that rows of a group of this step share, in the order of the rows."""
    names = kept(step)
    return [SQL.identifier(name) for name in QUASI if name in names]


def _step(rows, step, k):
    """Rows left by the steps before that are enough to share this one."""
    return SQL(
        """SELECT id, structure, gender, residence, age_band, area, month, age,
                  CASE WHEN step IS NULL AND n >= %(k)s THEN %(step)s ELSE step END
                    AS step,
                  CASE WHEN step IS NULL AND n >= %(k)s THEN n ELSE size END AS size
             FROM (SELECT *, count(*) FILTER (WHERE step IS NULL)
                                OVER (PARTITION BY %(key)s) AS n
                     FROM (%(rows)s) before) counted""",
        k=k,
        step=step,
        key=SQL(", ").join([SQL("structure"), *_key(step)]),
        rows=rows,
    )


def _filled_up(rows, k):
    """Rows that show nothing are as many as the others, or would be one by one.

    Whole groups join them, the coarsest and smallest first.
    """
    order = [SQL("COALESCE(step, %s) DESC", COARSEST), SQL("size")]
    order += [
        SQL("CASE WHEN step <= %s THEN %s END", last_step(name), SQL.identifier(name))
        for name in QUASI
    ]
    return SQL(
        """SELECT id, structure,
                  CASE WHEN alone > 0 AND told - size < %(k)s THEN %(coarsest)s
                           ELSE COALESCE(step, %(coarsest)s) END AS step
             FROM (SELECT id, structure, step, size, alone,
                          count(*) OVER (PARTITION BY structure ORDER BY %(order)s)
                            AS told
                     FROM (SELECT *, count(*) FILTER (WHERE step IS NULL)
                                       OVER (PARTITION BY structure) AS alone
                             FROM (%(rows)s) stepped) few) ranked""",
        k=k,
        coarsest=COARSEST,
        order=SQL(", ").join(order),
        rows=rows,
    )
