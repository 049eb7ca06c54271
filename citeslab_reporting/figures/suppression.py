"""Secret of small cells in tables of people, with complementary suppression.

A table counts people by category (columns) in a tree of places: structures within
departments, regions and the network. Totals of every place are published. A cell under
the threshold is hidden; so are as many others as it takes for no total to give it back.

Every cell is an edge of a graph: of a leaf, between its row and the column of its
parent; of a parent, between the columns of two levels. Equations of the table are the
nodes. What a reader can't exclude is then a circulation along hidden edges: a hidden
cell is *recovered* exactly where no cycle of hidden cells goes through it (a nought can
only grow). Gusfield (1988) proves it for two-way tables; a tree of totals keeps the
property, since each cell still stands in two equations.
"""

from heapq import heappop, heappush
from itertools import count

TOP = ("top",)


class Table:
    """Cells of a tree of places.

    :param dict parents: ``{place: its parent}``; the root has parent ``None``
    :param dict cells: ``{leaf: {category: count}}``, the same categories in each leaf;
        a count that a leaf did not send is 0
    :param int threshold: smallest count that is shown
    """

    def __init__(self, parents, cells, threshold):
        self.parents = parents
        self.threshold = threshold
        self.leaves = list(cells)
        self.categories = list(dict.fromkeys(c for row in cells.values() for c in row))
        self.values = self._add_up(cells)
        self.edges = self._edges()
        self.hidden = set()

    def _add_up(self, cells):
        """Value of every cell at every level."""
        values = {}
        for leaf, row in cells.items():
            for category in self.categories:
                number = row.get(category, 0)
                place = leaf
                while place is not None:
                    key = place, category
                    values[key] = values.get(key, 0) + number
                    place = self.parents[place]
        return values

    def _edges(self):
        """The two equations of each cell: ``{cell: (node, node)}``."""
        leaves = set(self.leaves)
        edges = {}
        for place, category in self.values:
            parent = self.parents[place]
            tail = ("row", place) if place in leaves else ("column", place, category)
            head = TOP if parent is None else ("column", parent, category)
            edges[place, category] = (tail, head)
        return edges

    def suppress(self):
        """Hide what must be, and no more than a cheap choice asks for.

        :return: set of the hidden cells ``(place, category)``
        """
        small = [key for key, value in self.values.items() if value < self.threshold]
        self.hidden.update(small)
        self._neighbours()
        for key in sorted(small, key=lambda key: (-self.values[key], str(key))):
            self._protect(key)
        return self.hidden

    def unprotected(self):
        """Hidden cells under the threshold that the totals still give back.

        Only a table of a single category leaves any: each cell is then its total.
        """
        self._neighbours()
        return [
            key
            for key in self.hidden
            if self.values[key] < self.threshold and not self._ways(key, free_only=True)
        ]

    def _neighbours(self):
        self.around = {}
        for key, (tail, head) in self.edges.items():
            self.around.setdefault(tail, []).append((head, key, True))
            self.around.setdefault(head, []).append((tail, key, False))

    def _protect(self, key):
        if self._ways(key, free_only=True):
            return
        self.hidden.update(self._ways(key) or ())

    def _ways(self, key, free_only=False):
        """Cheapest set of cells to hide for ``key`` to be able to change.

        :return: ``None`` where there is no way, a non-empty set otherwise
        """
        tail, head = self.edges[key]
        # To grow, the flow comes back from head to tail; to shrink, the other way.
        found = [self._path(head, tail, key, free_only)]
        if self.values[key]:
            found.append(self._path(tail, head, key, free_only))
        found = [way for way in found if way]
        return min(found)[1] if found else None

    def _path(self, start, goal, avoided, free_only):
        """Dijkstra along the cells that may move; a published one costs its value."""
        best, order = {start: 0}, count()
        queue = [(0, next(order), start, frozenset((avoided,)))]
        while queue:
            cost, _rank, node, cells = heappop(queue)
            if node == goal:
                return cost, tuple(sorted(cells, key=str))
            if cost > best[node]:
                continue
            for other, key, grows in self.around[node]:
                price = self._price(key, grows, free_only)
                if key == avoided or price is None:
                    continue
                total = cost + price
                if total < best.get(other, float("inf")):
                    best[other] = total
                    heappush(queue, (total, next(order), other, cells | {key}))
        return None

    def _price(self, key, grows, free_only):
        """Cost of moving a cell, ``None`` where it can't: a nought never shrinks."""
        if key in self.hidden:
            return 0 if grows or self.values[key] else None
        return None if free_only else self.values[key]


def suppress(parents, cells, threshold):
    """Cells that may be published.

    :param parents: see :class:`Table`
    :param cells: see :class:`Table`
    :param threshold: see :class:`Table`
    :return: ``{(place, category): count, or None where it is hidden}`` at every level
    """
    table = Table(parents, cells, threshold)
    hidden = table.suppress()
    return {
        key: None if key in hidden else value for key, value in table.values.items()
    }
