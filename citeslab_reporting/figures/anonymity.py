"""Rows of people told so that each one is like several others.

What may give somebody away (age, gender, quartier, month) is told only as finely as
at least ``k`` rows of the structure share it; the others less finely, step by step.
The database decides it: what a row may give away is one number, of which each step
drops the last bits.
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
    """Query of the step of each row.

    :param SQL rows: query of ``place`` and ``id``, that tell the row, of ``structure``
        and of the names in :data:`QUASI`: ids, years, months as ``2023-01``, texts; an
        age has one band
    :param int k: how many rows must share what is shown
    :param dict texts: every text that ``gender``, ``residence`` and ``age_band`` take
    :return: query of ``place``, ``id`` and ``step``, a rank in :data:`STEPS`
    :rtype: SQL
    :raises ValueError: when a column takes more texts than its bits hold
    """
    found = [
        SQL(
            # OFFSET 0: the number is made once, and sorted without what it is made of
            "told AS (SELECT place, id, structure, %s AS key FROM (%s) one OFFSET 0)",
            _key(texts),
            rows,
        )
    ]
    found += [_left(step, k) for step in range(COARSEST)]
    found.append(_alone(k))
    stepped = [_shared(step, k) for step in range(COARSEST)]
    stepped.append(SQL("SELECT *, %s AS step FROM alone", COARSEST))
    found.append(SQL("stepped AS (%s)", SQL(" UNION ALL ").join(stepped)))
    return SQL("WITH %s %s", SQL(", ").join(found), _filled_up(k))


def _key(texts):
    """The names in :data:`QUASI` as one number; 0 stands for what is not known."""
    number = SQL("0::bigint")
    for name, bits in BITS.items():
        number = SQL("(%s << %s) | %s", number, bits, _rank(name, texts.get(name)))
    return number


def _rank(name, texts):
    column = SQL.identifier(name)
    if texts is not None:
        if len(texts) >= 2 ** BITS[name]:
            raise ValueError(f"{name}: more than {2 ** BITS[name] - 1} texts")
        column = SQL("ARRAY_POSITION(%s::text[], %s::text)", list(texts), column)
    elif name == "month":
        column = SQL(
            "left(%(month)s, 4)::int * 12 + right(%(month)s, 2)::int - 22800",
            month=column,
        )
    return SQL("COALESCE(%s, 0)", column)


def _group(step):
    """What rows of a group of this step share, beside their structure."""
    names = kept(step)
    return SQL("key >> %s", sum(BITS[name] for name in QUASI if name not in names))


def _left(step, k):
    """Rows that no step before tells, and how many share this one."""
    before = SQL.identifier(f"left_{step - 1}" if step else "told")
    return SQL(
        "%s AS (SELECT place, id, structure, key,"
        " count(*) OVER (PARTITION BY %s, structure) AS size FROM %s%s)",
        SQL.identifier(f"left_{step}"),
        _group(step),
        before,
        SQL(" WHERE size < %s", k) if step else SQL(),
    )


def _shared(step, k):
    """Rows that this step tells."""
    return SQL(
        "SELECT place, id, structure, %s AS key, size, %s AS step FROM %s"
        " WHERE size >= %s",
        _group(step),
        step,
        SQL.identifier(f"left_{step}"),
        k,
    )


def _alone(k):
    """Rows that no step tells."""
    return SQL(
        "alone AS (SELECT place, id, structure, 0::bigint AS key, 0::bigint AS size"
        " FROM %s WHERE size < %s)",
        SQL.identifier(f"left_{COARSEST - 1}"),
        k,
    )


def _filled_up(k):
    """Rows that show nothing are as many as the others, or would be one by one.

    Whole groups of their structure join them, the coarsest and smallest first.
    """
    return SQL(
        """SELECT place, id, step FROM stepped
            WHERE structure NOT IN (%(few)s)
        UNION ALL
           SELECT place, id, CASE WHEN count(*) OVER filling - size < %(k)s
                                  THEN %(coarsest)s ELSE step END
             FROM stepped WHERE structure IN (%(few)s)
           WINDOW filling AS (PARTITION BY structure ORDER BY step DESC, size, key)""",
        few=SQL(
            "SELECT structure FROM alone GROUP BY structure HAVING count(*) < %s", k
        ),
        k=k,
        coarsest=COARSEST,
    )
