"""A million parcours: 200 structures of unlike sizes, five years, three million RDV.

Beside each of our figures stands what the same database does without us: one
hand-run query for a bilan of the whole network, the stock kanban of a pipeline as
large as a structure's for the kanban of parcours. Queries are counted too: they must
not grow with the table.
"""

import contextlib
import logging
import os
import time

from bench_bilan import Question
from lxml import etree
from population import FIRST_NAMES, LAST_NAMES, fill

# Fewer for a quick look: a million parcours take a quarter of an hour to write.
STRUCTURES = int(os.environ.get("CITESLAB_BENCH_STRUCTURES", 200))
YEARS = (2019, 2023)
# From 150 to 1,850 parcours a year: 1,000 on average, as unlike as real ones.
SIZES = [150 + round(1700 * rank / (STRUCTURES - 1)) for rank in range(STRUCTURES)]
TOTAL = sum(SIZES) * (YEARS[1] - YEARS[0] + 1)


class Counter(logging.Handler):
    """Counts the statements that go through the cursor."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.queries = 0

    def emit(self, record):
        """One line of the log of ``odoo.sql_db`` a statement."""
        self.queries += "query:" in record.getMessage()


@contextlib.contextmanager
def counted():
    """The number of queries made within the block."""
    logger, counter = logging.getLogger("odoo.sql_db"), Counter()
    level, spread = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(counter)
    try:
        yield counter
    finally:
        logger.setLevel(level)
        logger.propagate = spread
        logger.removeHandler(counter)


def specification(env, model, view):
    """What the web client reads for the cards of a kanban view."""
    arch = env[model].get_view(view.id, "kanban")["arch"]
    names = {node.get("name") for node in etree.fromstring(arch).iter("field")}
    fields = env[model].fields_get(list(names))
    return {
        name: {"fields": {"display_name": {}}}
        if description["type"] in ("many2one", "many2many", "one2many")
        else {}
        for name, description in fields.items()
    }


def kanban(env, view, domain, limit):
    """Function: load a kanban as its screen does, columns and first cards."""
    read = specification(env, "crm.lead", view)

    def load():
        env.invalidate_all()
        return env["crm.lead"].web_read_group(
            domain,
            ["stage_id"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification=read,
            unfold_read_default_limit=limit,
        )

    return load


def staff(env, company, group):
    """A user of one structure with one role, and his environment."""
    user = env["res.users"].create(
        {
            "name": group,
            "login": f"bench-{group}",
            "company_id": company.id,
            "company_ids": [(6, 0, company.ids)],
            "group_ids": [(4, env.ref("base.group_user").id), (4, env.ref(group).id)],
        }
    )
    context = {"lang": "fr_FR", "allowed_company_ids": company.ids}
    return env(user=user, context=context)


def compare_kanbans(bench, chef, company):
    """Kanban of a structure beside the stock one of a pipeline of the same size."""
    env = bench.env
    seller = staff(env, env.company, "sales_team.group_sale_salesman_all_leads")
    ours = kanban(
        chef,
        env.ref("citeslab_base.crm_lead_view_kanban"),
        [("is_parcours", "=", True)],
        40,
    )
    stock = kanban(
        seller,
        env.ref("crm.crm_case_kanban_view_leads"),
        [("type", "=", "opportunity")],
        70,  # fewer columns: as many cards
    )
    cards = [
        sum(len(column["__records"]) for column in load()["groups"])
        for load in (ours, stock)
    ]
    with counted() as mine:
        ours()
    with counted() as theirs:
        stock()
    bench.compare(
        f"kanban of a structure of {SIZES[-1] * 5} parcours among "
        f"{TOTAL} ({cards[0]} cards, {mine.queries} queries; stock {cards[1]}, "
        f"{theirs.queries})",
        ours,
        stock,
        repeat=9,
        floor_label="stock CRM kanban of as many leads",
    )


def search_names(bench, chef, company):
    """Search of a person by name: neither case, accents nor order count."""
    words = (
        f"{LAST_NAMES[1].lower()} {FIRST_NAMES[1].upper()}",
        f"{FIRST_NAMES[1]} {chef['res.partner'].search([], limit=1).id}",
    )
    for word in words:
        domain = [("porteur_search", "ilike", word), ("company_id", "=", company.id)]

        def look(domain=domain):
            chef.invalidate_all()
            return chef["res.partner"].search(domain, limit=80).ids

        found = len(look())
        seconds = bench.time(look, 9)
        bench.tell(
            f"search “{word}” among {TOTAL} people: {seconds * 1000:.1f} ms, "
            f"{found} found",
            ours_ms=round(seconds * 1000, 2),
        )


def network_year(bench, companies):
    """Every person indicator of the network's year beside one query for all."""
    question = Question(bench.env, companies[0])
    context = {
        "citeslab_company_ids": companies.ids,
        "allowed_company_ids": companies.ids,
    }
    bilan = question.bilan.with_context(**context)
    model = bilan._source_model("citeslab.fact.person", question.scope)
    question.fact = model._table_query
    sets = list(dict.fromkeys(one._grouping() for one in question.people))
    domain = [("company_id", "in", companies.ids)]

    def by_the_orm():
        return model._read_grouping_sets(
            domain, sets, ["__count", "creation_count:sum"]
        )

    bench.compare(
        f"network year of {len(companies)} structures ({sum(SIZES)} parcours), "
        f"{len(question.people)} indicators of people",
        by_the_orm,
        question.one_query,
        repeat=3,
        floor_label="one query",
    )


def main(bench):
    """Fill, then compare; the size is told with each line."""
    start = time.perf_counter()
    companies = fill(bench.env, SIZES, YEARS, pipeline=SIZES[-1])
    bench.env.cr.execute("SELECT count(*) FROM crm_lead WHERE is_parcours")
    (count,) = bench.env.cr.fetchone()
    bench.tell(f"{count} parcours written in {time.perf_counter() - start:.0f} s")
    chef = staff(bench.env, companies[-1], "citeslab_base.group_chef")
    compare_kanbans(bench, chef, companies[-1])
    search_names(bench, chef, companies[-1])
    middle = STRUCTURES // 2
    for company, size in zip(
        (companies[middle], companies[0]), (SIZES[middle], SIZES[0]), strict=True
    ):
        question = Question(bench.env, company)
        bench.compare(
            f"bilan of a structure-year ({size} parcours) among {TOTAL}",
            question.counted,
            question.one_query,
            repeat=9,
            floor_label="one query",
        )
    network_year(bench, companies)
