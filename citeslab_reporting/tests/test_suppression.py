"""No small cell is given back by the totals: proved by linear programming."""

import os
from importlib.util import find_spec
from unittest import skipUnless

from odoo.tests import BaseCase, tagged

from ..figures.suppression import Table, suppress

THRESHOLD = 5
NIGHTLY = bool(os.environ.get("CITESLAB_NIGHTLY"))


def tree(shape):
    """Parents of a network: ``[[2, 1], [3]]`` is two regions, three departments."""
    parents = {"network": None}
    for r, departments in enumerate(shape):
        parents[f"r{r}"] = "network"
        for d, leaves in enumerate(departments):
            parents[f"r{r}d{d}"] = f"r{r}"
            for s in range(leaves):
                parents[f"r{r}d{d}s{s}"] = f"r{r}d{d}"
    return parents


def leaves_of(parents):
    return [place for place in parents if place not in set(parents.values())]


@tagged("post_install", "-at_install")
class TestSuppression(BaseCase):
    def test_T6_small_cells_are_hidden_and_one_neighbour_with_them(self):
        shown = suppress(
            {"network": None, "a": "network", "b": "network"},
            {"a": {"f": 2, "m": 40}, "b": {"f": 60, "m": 50}},
            THRESHOLD,
        )
        self.assertIsNone(shown["a", "f"])
        self.assertIsNone(shown["a", "m"])
        self.assertIsNone(shown["b", "f"])
        self.assertIsNone(shown["b", "m"])
        self.assertEqual(shown["network", "f"], 62)
        self.assertEqual(shown["network", "m"], 90)

    def test_nothing_is_hidden_where_nothing_is_small(self):
        cells = {"a": {"f": 5, "m": 40}, "b": {"f": 60, "m": 5}}
        shown = suppress({"n": None, "a": "n", "b": "n"}, cells, THRESHOLD)
        self.assertNotIn(None, shown.values())

    def test_the_cheapest_neighbour_is_chosen(self):
        cells = {"a": {"f": 3, "m": 400, "u": 6}, "b": {"f": 70, "m": 90, "u": 8}}
        shown = suppress({"n": None, "a": "n", "b": "n"}, cells, THRESHOLD)
        self.assertIsNone(shown["a", "u"])
        self.assertEqual(shown["a", "m"], 400)

    def test_T6_a_region_of_one_structure_does_not_tell_it(self):
        parents = {"n": None, "r": "n", "q": "n", "a": "r", "b": "q", "c": "q"}
        cells = {
            "a": {"f": 1, "m": 30},
            "b": {"f": 20, "m": 30},
            "c": {"f": 20, "m": 30},
        }
        shown = suppress(parents, cells, THRESHOLD)
        self.assertIsNone(shown["r", "f"])
        self.assertIsNone(shown["a", "f"])

    def test_a_single_category_is_its_total(self):
        table = Table({"n": None, "a": "n"}, {"a": {"f": 3}}, THRESHOLD)
        table.suppress()
        self.assertTrue(table.unprotected())


def recovered(parents, cells, shown):
    """Small cells that a reader computes exactly from all that is published.

    Unknown: every cell of a leaf, at least 0. Known: what is shown at every level, and
    the total of every place.
    """
    import numpy as np
    from scipy.optimize import linprog

    leaves = list(cells)
    categories = list(next(iter(cells.values())))
    rank = {
        (leaf, category): place
        for place, (leaf, category) in enumerate(
            (leaf, category) for leaf in leaves for category in categories
        )
    }

    def under(place, leaf):
        while leaf is not None and leaf != place:
            leaf = parents[leaf]
        return leaf == place

    def row(place, wanted):
        line = np.zeros(len(rank))
        for (leaf, category), index in rank.items():
            if category in wanted and under(place, leaf):
                line[index] = 1
        return line

    lines, numbers, secrets = [], [], []
    for place in parents:
        total = row(place, categories)
        lines.append(total)
        numbers.append(
            sum(sum(cells[leaf].values()) for leaf in leaves if under(place, leaf))
        )
        for category in categories:
            line = row(place, [category])
            exact = sum(cells[leaf][category] for leaf in leaves if under(place, leaf))
            if shown[place, category] is None:
                if exact < THRESHOLD:
                    secrets.append((place, category, line))
            else:
                assert shown[place, category] == exact
                assert exact >= THRESHOLD
                lines.append(line)
                numbers.append(exact)
    found = []
    for place, category, line in secrets:
        ends = [
            linprog(
                sign * line,
                A_eq=np.array(lines),
                b_eq=np.array(numbers),
                bounds=(0, None),
                method="highs",
            ).fun
            * sign
            for sign in (1, -1)
        ]
        if ends[1] - ends[0] < 0.5:
            found.append((place, category, ends))
    return found


@skipUnless(find_spec("hypothesis") and find_spec("scipy"), "test libraries")
@tagged("post_install", "-at_install")
class TestNoCellIsRecovered(BaseCase):
    def test_T6_no_small_cell_is_recovered_from_any_total(self):
        """100 random tables in an ordinary run, 2,000 in the long one."""
        from hypothesis import HealthCheck, given, settings
        from hypothesis import strategies as st

        shapes = st.lists(
            st.lists(st.integers(1, 3), min_size=1, max_size=2), min_size=1, max_size=3
        )
        values = st.one_of(st.integers(0, 6), st.integers(0, 60))

        @settings(
            max_examples=2000 if NIGHTLY else 100,
            deadline=None,
            derandomize=not NIGHTLY,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def check(data):
            parents = tree(data.draw(shapes))
            width = data.draw(st.integers(2, 5))
            cells = {
                leaf: {f"c{rank}": data.draw(values) for rank in range(width)}
                for leaf in leaves_of(parents)
            }
            shown = suppress(parents, cells, THRESHOLD)
            total = sum(sum(row.values()) for row in cells.values())
            if total < THRESHOLD:
                self.assertFalse([v for v in shown.values() if v is not None])
            found = recovered(parents, cells, shown)
            # A place without anybody is known to be empty: its total says so.
            self.assertFalse(
                [one for one in found if self._total(parents, cells, one[0])]
            )

        check()

    @staticmethod
    def _total(parents, cells, place):
        total = 0
        for leaf, row in cells.items():
            here = leaf
            while here is not None and here != place:
                here = parents[here]
            total += sum(row.values()) if here == place else 0
        return total
