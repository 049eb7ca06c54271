"""Structures with years of parcours, written by SQL in the order of their dates.

Real tables grow day by day: rows in another order change what an aggregate costs by
ten. Whatever a bilan reads is there: exchanges, photographs, orientations, outcomes.
"""

from odoo.tools import SQL

from odoo.addons.citeslab_base.tools.text import normalise

FIRST_NAMES = (
    "Awa Élodie Mohamed Gaëlle Yann Fatoumata Loïc Noémie Bénédicte Ahmed Maëlys Hélène"
    " Joël Rokia Thaïs Aïcha Cédric Mélanie Karim"
).split()
LAST_NAMES = (
    "Diallo Quéméneur Kerdoncuff Traoré Nédélec Benali Évrard Guéguen Hascoët Léost"
    " Moysan N’Diaye Ollivier Pérès Riou Salaün Tanguy Çelik Abgrall Bozec Coëffec"
    " Dénès Favé Gélébart Jézéquel Kérébel Lébréton Méar Prigent"
).split()

COMPANIES = """
INSERT INTO citeslab_bench_size (company_id, per_year, is_stock)
VALUES (%(company)s, %(size)s, %(stock)s)
"""
# Rank n of year y is dated along the year; everything is inserted by date.
STORIES = """
CREATE TEMP TABLE citeslab_bench_story AS
SELECT row_number() OVER (ORDER BY day, company_id, n) + %(first)s AS id,
       company_id, n, day, is_stock
  FROM (SELECT company_id, n, is_stock,
               make_date(y, 1, 1) + (n * 300 / per_year)::int AS day
          FROM citeslab_bench_size, generate_series(%(from)s, %(to)s) y,
               generate_series(1, per_year) n) drawn
"""
PEOPLE = """
INSERT INTO res_partner (id, name, complete_name, name_normalized, company_id,
                         is_porteur, is_hidden_porteur, active, type)
SELECT id, first.name || ' ' || last.name || ' ' || id,
       first.name || ' ' || last.name || ' ' || id,
       last.folded || ' ' || first.folded || ' ' || id, company_id,
       NOT is_stock, NOT is_stock, TRUE, 'contact'
  FROM citeslab_bench_story
  JOIN citeslab_bench_name first ON first.rank = id %% %(first_names)s
   AND first.kind = 'first'
  JOIN citeslab_bench_name last ON last.rank = id / 7 %% %(last_names)s
   AND last.kind = 'last'
 ORDER BY id
"""
LEADS = """
INSERT INTO crm_lead (id, name, partner_id, company_id, is_parcours, type, active,
                      reference, stage_id, team_id, user_id, date_last_stage_update,
                      create_date, write_date, first_contact_date,
                      first_interview_date, last_contact_date, target_public,
                      residence, neighborhood_id, project_nature_id,
                      discovery_source_id)
SELECT id, 'Projet', id, company_id, NOT is_stock, 'opportunity', TRUE,
       CASE WHEN NOT is_stock THEN 'B' || id END,
       CASE WHEN is_stock THEN (%(stock_stages)s::int[])[1 + id %% 4]
            ELSE (%(stages)s::int[])[1 + id %% 7] END,
       CASE WHEN is_stock THEN %(stock_team)s ELSE %(team)s END,
       %(user)s, day, day, day, day,
       day + 20, day + 40,
       (ARRAY['intentionniste', 'en_devenir', 'en_activite'])[1 + n %% 3],
       (ARRAY['qpv', 'near', 'outside'])[1 + n %% 3],
       (SELECT array_agg(id) FROM citeslab_neighborhood)[1 + n %% 9],
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
  FROM citeslab_bench_story, generate_series(0, 2) k WHERE NOT is_stock
 ORDER BY day + k * 20
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
  FROM citeslab_bench_story WHERE NOT is_stock ORDER BY day
"""
ORIENTATIONS = """
INSERT INTO citeslab_orientation (parcours_id, partner_id, company_id, date, family,
                                  state, is_first)
SELECT id, id, company_id, day + 20,
       (ARRAY['creation', 'employment', 'training', 'other'])[1 + n %% 4], 'sent', TRUE
  FROM citeslab_bench_story WHERE NOT is_stock AND n %% 5 > 0 ORDER BY day
"""
OUTCOMES = """
INSERT INTO citeslab_outcome (parcours_id, partner_id, company_id, date, value)
SELECT id, id, company_id, day + 60,
       (ARRAY['created', 'ongoing', 'redirected', 'lost'])[1 + n %% 4]
  FROM citeslab_bench_story WHERE NOT is_stock AND n %% 3 > 0 ORDER BY day
"""
TABLES = (
    "res_partner",
    "crm_lead",
    "citeslab_interview",
    "citeslab_situation",
    "citeslab_orientation",
    "citeslab_outcome",
)


def fill(env, sizes, years, pipeline=0):
    """Write one structure a size and their people.

    :param list[int] sizes: parcours a year of each structure
    :param tuple[int, int] years: first and last year
    :param int pipeline: leads a year in the sales pipeline of the main company,
        among the others as days go by
    :return: the structures, in the order of ``sizes``
    """
    cr = env.cr
    env["citeslab.neighborhood"].create(
        [{"name": f"Quartier {rank}", "commune": "Brest"} for rank in range(9)]
    )
    companies = env["res.company"].create(
        [{"name": f"Banc {rank}"} for rank in range(len(sizes))]
    )
    env.flush_all()
    cr.execute(
        "CREATE TEMP TABLE citeslab_bench_size"
        " (company_id int, per_year int, is_stock boolean)"
    )
    sold = [(env.company, pipeline)] if pipeline else []
    for company, size in [*zip(companies, sizes, strict=True), *sold]:
        stock = company == env.company
        cr.execute(COMPANIES, {"company": company.id, "size": size, "stock": stock})
    cr.execute(
        "SELECT GREATEST((SELECT MAX(id) FROM res_partner),"
        " (SELECT MAX(id) FROM crm_lead), 0)"
    )
    values = {
        "first": cr.fetchone()[0],
        "from": years[0],
        "to": years[1],
        "first_names": len(FIRST_NAMES),
        "last_names": len(LAST_NAMES),
        "team": env.ref("citeslab_base.crm_team_citeslab").id,
        "stages": env["crm.stage"].search([("phase", "!=", False)]).ids,
        "stock_stages": env["crm.stage"].search([("phase", "=", False)]).ids,
        "stock_team": env.ref("sales_team.team_sales_department").id,
        "user": env.uid,
    }
    _write_names(cr)
    cr.execute(STORIES, values)
    for statement in (PEOPLE, LEADS, EXCHANGES, PHOTOGRAPHS, ORIENTATIONS, OUTCOMES):
        cr.execute(statement, values)
    for table in ("res_partner", "crm_lead"):
        cr.execute(
            "SELECT setval(pg_get_serial_sequence(%(table)s, 'id'),"
            " (SELECT MAX(id) FROM citeslab_bench_story))",
            {"table": table},
        )
    analyse(cr, *TABLES)
    env.invalidate_all()
    return companies


def analyse(cr, *tables):
    """Bring the statistics of tables up to date, as autovacuum does by itself."""
    for table in tables:
        cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))


def _write_names(cr):
    cr.execute(
        "CREATE TEMP TABLE citeslab_bench_name (kind text, rank int, name text,"
        " folded text)"
    )
    for kind, names in (("first", FIRST_NAMES), ("last", LAST_NAMES)):
        for rank, name in enumerate(names):
            cr.execute(
                "INSERT INTO citeslab_bench_name VALUES (%s, %s, %s, %s)",
                (kind, rank, name, normalise(name)),
            )
