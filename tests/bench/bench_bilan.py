"""A bilan of one structure-year against one hand-run GROUPING SETS query.

The database holds 50 structures with two years of 1,000 parcours each (100,000
parcours, 300,000 exchanges), in the order of their dates as real tables are, and one
structure of the usual size (150 parcours a year). Floors, from the same run:

- *one query*: the person fact and every grouping set in one SQL statement, run
  through the cursor without the ORM;
- *flat table*: the same grouping sets over the rows of that fact, already computed.
"""

from datetime import date

from odoo.tools import SQL

YEAR = (date(2023, 1, 1), date(2023, 12, 31))
STRUCTURES = 50
PARCOURS = 1000
SMALL = 150

COMPANIES = """
INSERT INTO citeslab_bench_size (company_id, per_year) VALUES (%(company)s, %(size)s)
"""
# Rank n of year y is dated along the year; everything is inserted by date.
STORIES = """
CREATE TEMP TABLE citeslab_bench_story AS
SELECT row_number() OVER (ORDER BY day, company_id, n) + %(first)s AS id,
       company_id, n, day
  FROM (SELECT company_id, n,
               make_date(y, 1, 1) + (n * 300 / per_year)::int AS day
          FROM citeslab_bench_size, generate_series(2022, 2023) y,
               generate_series(1, per_year) n) drawn
"""
PEOPLE = """
INSERT INTO res_partner (id, name, company_id, is_porteur, active, type)
SELECT id, 'Personne ' || id, company_id, TRUE, TRUE, 'contact'
  FROM citeslab_bench_story ORDER BY id
"""
LEADS = """
INSERT INTO crm_lead (id, name, partner_id, company_id, is_parcours, type, active,
                      reference, project_nature_id, discovery_source_id)
SELECT id, 'Projet', id, company_id, TRUE, 'opportunity', TRUE, 'B' || id,
       (SELECT array_agg(id) FROM citeslab_project_nature)[1 + n %% 5],
       (SELECT array_agg(id) FROM citeslab_discovery_source)[1 + n %% 3]
  FROM citeslab_bench_story ORDER BY id
"""
EXCHANGES = """
INSERT INTO citeslab_interview (parcours_id, partner_id, company_id, date, kind, state,
                                duration, mission_id)
SELECT id, id, company_id, day + k * 20,
       CASE k WHEN 0 THEN 'contact' ELSE 'interview' END,
       CASE WHEN (n + k) %% 11 = 0 THEN 'no_show' ELSE 'done' END, 0.5 + k / 4.0,
       (SELECT array_agg(id) FROM citeslab_mission)[1 + k]
  FROM citeslab_bench_story, generate_series(0, 2) k ORDER BY day + k * 20
"""
PHOTOGRAPHS = """
INSERT INTO citeslab_situation (parcours_id, partner_id, company_id, date, gender, age,
       target_public, employment_id, education_id, residence, neighborhood_id,
       is_jobseeker)
SELECT id, id, company_id, day + 20,
       (ARRAY['female', 'male'])[1 + n %% 2], 18 + n %% 50,
       (ARRAY['intentionniste', 'en_devenir', 'en_activite'])[1 + n %% 3],
       (SELECT array_agg(id) FROM citeslab_employment)[1 + n %% 8],
       (SELECT array_agg(id) FROM citeslab_education)[1 + n %% 6],
       (ARRAY['qpv', 'near', 'outside'])[1 + n %% 3],
       (SELECT array_agg(id) FROM citeslab_neighborhood)[1 + n %% 9], n %% 3 = 0
  FROM citeslab_bench_story ORDER BY day
"""
ORIENTATIONS = """
INSERT INTO citeslab_orientation (parcours_id, partner_id, company_id, date, family,
                                  state, is_first)
SELECT id, id, company_id, day + 20,
       (ARRAY['creation', 'employment', 'training', 'other'])[1 + n %% 4], 'sent', TRUE
  FROM citeslab_bench_story WHERE n %% 5 > 0 ORDER BY day
"""
OUTCOMES = """
INSERT INTO citeslab_outcome (parcours_id, partner_id, company_id, date, value)
SELECT id, id, company_id, day + 60,
       (ARRAY['created', 'ongoing', 'redirected', 'lost'])[1 + n %% 4]
  FROM citeslab_bench_story WHERE n %% 3 > 0 ORDER BY day
"""
TABLES = (
    "res_partner",
    "crm_lead",
    "citeslab_interview",
    "citeslab_situation",
    "citeslab_orientation",
    "citeslab_outcome",
)


def fill(env):
    """Write the structures and their people; return a large one and a usual one."""
    cr = env.cr
    env["citeslab.neighborhood"].create(
        [{"name": f"Quartier {rank}", "commune": "Brest"} for rank in range(9)]
    )
    companies = env["res.company"].create(
        [{"name": f"Banc {rank}"} for rank in range(STRUCTURES + 1)]
    )
    env.flush_all()
    cr.execute("CREATE TEMP TABLE citeslab_bench_size (company_id int, per_year int)")
    for rank, company in enumerate(companies):
        size = SMALL if rank == STRUCTURES else PARCOURS
        cr.execute(COMPANIES, {"company": company.id, "size": size})
    cr.execute(
        "SELECT GREATEST((SELECT MAX(id) FROM res_partner),"
        " (SELECT MAX(id) FROM crm_lead), 0)"
    )
    cr.execute(STORIES, {"first": cr.fetchone()[0]})
    for statement in (PEOPLE, LEADS, EXCHANGES, PHOTOGRAPHS, ORIENTATIONS, OUTCOMES):
        cr.execute(statement, {})
    for table in TABLES:
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()
    return companies[0], companies[-1]


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
    for company, size in zip(fill(bench.env), (PARCOURS, SMALL), strict=True):
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
