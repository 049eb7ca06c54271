"""The screen of an animator: 200 structures, five years of people behind them."""

SIZE = 150
STRUCTURES = 200
YEARS = 5

PEOPLE = """
INSERT INTO res_partner (id, name, company_id, is_porteur, active, type)
SELECT %(first)s + n, 'Personne ' || n, %(offset)s + 1 + n %% %(structures)s,
       TRUE, TRUE, 'contact'
  FROM generate_series(1, %(count)s) n
"""
LEADS = """
INSERT INTO crm_lead (id, name, partner_id, company_id, is_parcours, type, active,
                      reference)
SELECT %(first)s + n, 'Projet', %(first)s + n, %(offset)s + 1 + n %% %(structures)s,
       TRUE, 'opportunity', TRUE, 'N' || n
  FROM generate_series(1, %(count)s) n
"""
EXCHANGES = """
INSERT INTO citeslab_interview (parcours_id, partner_id, company_id, date, kind, state,
                                duration, mission_id, create_date)
SELECT %(first)s + n, %(first)s + n, %(offset)s + 1 + n %% %(structures)s,
       CURRENT_DATE - (n %% (365 * %(years)s)), 'interview', 'done', 1,
       (SELECT MIN(id) FROM citeslab_mission), now()
  FROM generate_series(1, %(count)s) n ORDER BY n %% (365 * %(years)s) DESC
"""


def fill(env):
    """Write the structures and their people; return the structures."""
    companies = env["res.company"].create(
        [{"name": f"Réseau {rank}"} for rank in range(STRUCTURES)]
    )
    env["citeslab.territory"].create(
        [
            {"name": "T", "company_id": company.id, "date_start": "2020-01-01"}
            for company in companies
        ]
    )
    env.flush_all()
    cr = env.cr
    cr.execute(
        "SELECT GREATEST((SELECT MAX(id) FROM res_partner),"
        " (SELECT MAX(id) FROM crm_lead), 0)"
    )
    values = {
        "first": cr.fetchone()[0],
        "offset": min(companies.ids) - 1,
        "structures": STRUCTURES,
        "years": YEARS,
        "count": STRUCTURES * YEARS * SIZE,
    }
    for statement in (PEOPLE, LEADS, EXCHANGES):
        cr.execute(statement, values)
    for table in ("res_partner", "crm_lead", "citeslab_interview"):
        cr.execute(f"ANALYZE {table}")
    env.invalidate_all()
    return env["citeslab.network.structure"].search(
        [("company_id", "in", companies.ids)]
    )


def main(bench):
    """The list as the browser asks for it."""
    structures = fill(bench.env)
    if len(structures) != STRUCTURES:
        raise SystemExit(f"bench: {len(structures)} structures")
    user = bench.env.ref("base.user_admin")
    user.group_ids += bench.env.ref("citeslab_reporting.group_network_national")
    board = structures.with_user(user)
    names = [
        "name", "last_entry_date", "accompanied_count", "reached_count", "pace",
        "committees_held", "alert_count", "report_state",
    ]  # fmt: skip

    def screen():
        board.env.invalidate_all()
        return board.web_read({name: {} for name in names})

    if not any(row["accompanied_count"] for row in screen()):
        raise SystemExit("bench: nobody is counted")
    seconds = bench.time(screen, repeat=5)
    bench.tell(
        f"{STRUCTURES} structures, {YEARS} years of {SIZE} people: "
        f"{seconds * 1000:.0f} ms (at most 2000 asked for)",
        label="network screen",
        ours_ms=round(seconds * 1000),
    )
