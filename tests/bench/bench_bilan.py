"""A bilan of one structure-year against one hand-run GROUPING SETS query.

The database holds 50 structures with two years of 1,000 parcours each (100,000
parcours, 300,000 exchanges), in the order of their dates as real tables are, and one
structure of the usual size (150 parcours a year). Floors, from the same run:

- *one query*: the person fact and every grouping set in one SQL statement, run
  through the cursor without the ORM;
- *flat table*: the same grouping sets over the rows of that fact, already computed.
"""

from datetime import date

from population import fill

from odoo.tools import SQL

YEAR = (date(2023, 1, 1), date(2023, 12, 31))
STRUCTURES = 50
PARCOURS = 1000
SMALL = 150


class Question:
    """The bilan of one structure, and the floors of its person fact."""

    def __init__(self, env, company):
        bilan = env["citeslab.bilan"]
        self.scope = bilan._scope(company, *YEAR, None, None, None)
        self.bilan = bilan._for_scope(self.scope)
        self.indicators = self.bilan.env["citeslab.indicator"]._for_company(company)
        self.people = self.indicators.filtered(
            lambda indicator: indicator.source == "citeslab.fact.person"
        )
        model = self.bilan._source_model("citeslab.fact.person", self.scope)
        self.fact = model._table_query
        keys = [indicator._grouping() for indicator in self.people]
        self.sets = SQL(", ").join(
            SQL("(%s)", SQL(", ").join(map(SQL.identifier, names)))
            for names in dict.fromkeys(keys)
        )
        self.columns = SQL(", ").join(
            SQL.identifier(name) for name in dict.fromkeys(sum(keys, ()))
        )
        self.cr = env.cr

    def grouped(self, rows):
        """Every grouping set of the person indicators over ``rows``."""
        self.cr.execute(
            SQL(
                "SELECT %s, COUNT(*), SUM(creation_count) FROM %s AS fact"
                " GROUP BY GROUPING SETS (%s)",
                self.columns,
                rows,
                self.sets,
            )
        )
        return self.cr.fetchall()

    def one_query(self):
        return self.grouped(SQL("(%s)", self.fact))

    def flatten(self):
        """Keep the rows of the fact in a table of their own."""
        self.cr.execute("DROP TABLE IF EXISTS citeslab_bench_flat")
        self.cr.execute(SQL("CREATE TEMP TABLE citeslab_bench_flat AS %s", self.fact))
        self.cr.execute("ANALYZE citeslab_bench_flat")

    def flat(self):
        return self.grouped(SQL.identifier("citeslab_bench_flat"))

    def counted(self):
        """Every person indicator of the year, through the engine."""
        return self.bilan._tallies(self.people, self.scope, {})

    def whole(self):
        """The printed bilan: all sources, labels, the year before, the Matrix."""
        self.bilan.env.invalidate_all()
        return self.bilan._matrix(self.scope.company, *YEAR)


def main(bench):
    """Both sizes; the totals are checked before anything is timed."""
    structures = fill(bench.env, [PARCOURS] * STRUCTURES + [SMALL], (2022, 2023))
    asked = (structures[0], structures[-1])
    for company, size in zip(asked, (PARCOURS, SMALL), strict=True):
        question = Question(bench.env, company)
        met = question.whole()["persons_met"].value
        if met != size:
            raise SystemExit(f"bench: {met} people met instead of {size}")
        question.flatten()
        label = f"{size} parcours, {len(question.people)} indicators of people"
        bench.compare(
            f"{label}, one year",
            question.counted,
            question.one_query,
            repeat=9,
            floor_label="one query",
        )
        bench.compare(
            f"{label}, one year",
            question.counted,
            question.flat,
            repeat=9,
            floor_label="flat table",
        )
        bench.compare(
            f"{size} parcours, whole bilan with the year before",
            question.whole,
            lambda q=question: (q.one_query(), q.one_query()),
            repeat=9,
            floor_label="two queries",
        )
