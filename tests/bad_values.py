"""Values that no form expects, drawn by hypothesis: the same ones at every run."""

import json
from base64 import b64encode
from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

# What the web client lets through: whole numbers of 32 bits, days that exist.
EDGES = (2**31 - 1, -(2**31), 0, -1, 1)
HUGE = (2**31 - 1, 2**31, -(2**31) - 1, 2**63, 10**30, 0, -1)
ODD_TEXTS = (
    "", " ", "\0", "a\0b", "\u202ertl\u202c", "\u200b", "e\u0301" * 500,
    "👩‍👩‍👧‍👦",
    "\ufffe", "\uffff", "\x1b[31m", "x" * 100_000, "é" * 70_000, "=1+1", "@SUM(A1)",
    "+cmd|' /C calc'!A0", "'; DROP TABLE res_partner; --", "%(name)s %s %d %",
    "{0.env}",
    "<script>alert(1)</script>", "${7*7}", "\r\n\r\n", "\t", "../../etc/passwd", "None",
    "null", "NaN", "1e999", "9" * 5000, "٠٤/٠٥/١٩٨٥", "31/02/2023", "31/12/9999",
    "01/01/0001", "00/00/0000", "novembre", "2023-02-30", "12:75", "99h99", "\\", '"',
)  # fmt: skip
ODD_DATES = (
    "0001-01-01", "9999-12-31", "10000-01-01", "2023-02-30", "0000-00-00", "-044-03-15",
    "1899-12-31", "20230101", "2023-01-01T00:00:00Z", "infinity", "now", "",
)  # fmt: skip

texts = st.one_of(
    st.text(max_size=200),
    st.sampled_from(ODD_TEXTS),
    st.text(alphabet="0123456789/-., hH:+()€", max_size=30),
    st.text(alphabet=st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Mn"])),
)
wholes = st.one_of(st.integers(), st.sampled_from(HUGE))
numbers = st.one_of(wholes, st.floats(allow_nan=False, allow_infinity=False))
days = st.one_of(
    st.sampled_from(ODD_DATES),
    st.dates(date.min, date.max).map(date.isoformat),
    st.text(alphabet="0123456789-", max_size=12),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, days),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)
    ),
    max_leaves=12,
)
typed_wholes = st.one_of(st.integers(EDGES[1], EDGES[0]), st.sampled_from(EDGES))
typed_numbers = st.one_of(
    typed_wholes,
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from((1e15, 1e300, -1e300, 5e-324)),
)
typed_days = st.dates(date(1000, 1, 1), date.max).map(date.isoformat)
BY_TYPE = {
    "char": texts,
    "text": texts,
    "html": texts,
    "integer": typed_wholes,
    "float": typed_numbers,
    "monetary": typed_numbers,
    "date": typed_days,
    "datetime": typed_days.map(lambda day: f"{day} 23:59:59"),
    "selection": st.integers(0, 50),
    "many2one": typed_wholes,
    "binary": st.binary(max_size=2000).map(lambda raw: b64encode(raw).decode()),
    "json": anything,
    "boolean": st.booleans(),
}


def draw(strategy, count, seed=0):
    """`count` values of a strategy, JSON-clean as a browser sends them.

    :rtype: list
    """
    found = []

    @settings(
        max_examples=count + 10 * (seed + 1),
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(value):
        found.append(value)

    collect()
    while len(found) < count:  # a small set has no more to give
        found += found
    return json.loads(json.dumps(found[-count:]))
