"""The national export of 100,000 people against Odoo's own export of the same rows.

Same reader (a manager of all the structures: access rules apply), same 25 columns with
the labels of what they point to. Memory is what the process needs more at its highest.
"""

import resource
import tempfile
from datetime import date
from types import SimpleNamespace
from unittest.mock import patch

from population import fill

from odoo.tools import SQL

from odoo.addons.citeslab_reporting.figures.export import (
    Column,
    Sheet,
    write_csv,
    write_xlsx,
)
from odoo.addons.citeslab_reporting.models.citeslab_export import PEOPLE
from odoo.addons.web.controllers.export import CSVExport, ExportXlsxWriter

PERIOD = (date(2022, 1, 1), date(2023, 12, 31))
COLUMNS = 25
STRUCTURES = 50
PEOPLE_A_YEAR = 1000
ROWS = 2 * STRUCTURES * PEOPLE_A_YEAR


def peak():
    """Highest memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Question:
    """The same rows and columns, by the national export and by Odoo's own."""

    def __init__(self, env, companies):
        user = env["res.users"].create(
            {
                "name": "Banc",
                "login": "bench",
                "company_id": companies[0].id,
                "company_ids": [(6, 0, companies.ids)],
                "group_ids": [(4, env.ref("citeslab_base.group_manager").id)],
            }
        )
        env = env(user=user, context={"allowed_company_ids": companies.ids})
        self.companies = companies.with_env(env)
        self.export = env["citeslab.export"]
        self.fact = env["citeslab.fact.person"].with_context(
            citeslab_from="2022-01-01",
            citeslab_to="2023-12-31",
            citeslab_company_ids=companies.ids,
        )
        self.people = PEOPLE[:COLUMNS]

    def sheet(self):
        rows = self.export._people_rows(self.companies, *PERIOD)
        columns = tuple(Column(key, key, key, "label") for key, _t, _c in self.people)
        return Sheet("people", "People", columns, rows)

    def ours_csv(self):
        with tempfile.TemporaryFile() as out:
            write_csv(self.sheet(), out)
            return out.tell()

    def ours_xlsx(self):
        with tempfile.TemporaryFile() as out:
            write_xlsx([self.sheet()], "People", out)
            return out.tell()

    def odoo_rows(self):
        self.fact.env.invalidate_all()
        names = [column for _key, _type, column in self.people]
        names = [f"{n}/name" if n.endswith("_id") else n for n in names]
        records = self.fact.search([("company_id", "in", self.companies.ids)])
        if len(records) != ROWS:
            raise SystemExit(f"bench: {len(records)} people instead of {ROWS}")
        return names, records.export_data(names)["datas"]

    def odoo_csv(self):
        names, rows = self.odoo_rows()
        return len(CSVExport().from_data([], names, rows))

    def odoo_xlsx(self):
        names, rows = self.odoo_rows()
        fields = [{"name": n, "type": "char"} for n in names]
        request = SimpleNamespace(env=self.fact.env)  # what a browser would bring
        with patch("odoo.addons.web.controllers.export.request", request):
            with ExportXlsxWriter(fields, names, len(rows)) as writer:
                for rank, row in enumerate(rows, 1):
                    for place, value in enumerate(row):
                        writer.write_cell(rank, place, value)
        return len(writer.value)


def main(bench):
    """Memory first, while nothing else has grown the process; then the times."""
    structures = fill(bench.env, [PEOPLE_A_YEAR] * STRUCTURES, (2022, 2023))
    for table in ("res_partner", "crm_lead"):  # filled in SQL, ids of their own
        bench.env.cr.execute(
            SQL(
                "SELECT setval(%s, (SELECT MAX(id) FROM %s))",
                f"{table}_id_seq",
                SQL.identifier(table),
            )
        )
    question = Question(bench.env, structures)
    next(iter(question.export._people_rows(question.companies[:1], *PERIOD).rows))
    for name, work in (("CSV", question.ours_csv), ("XLSX", question.ours_xlsx)):
        before = peak()
        size = work()
        extra = peak() - before
        bench.tell(
            f"{name} of {ROWS} rows × {COLUMNS} columns: {size / 1e6:.1f} MB written, "
            f"{extra:.1f} MB more memory",
            label=name,
            extra_mb=round(extra, 1),
        )
    for name, ours, odoo in (
        ("CSV", question.ours_csv, question.odoo_csv),
        ("XLSX", question.ours_xlsx, question.odoo_xlsx),
    ):
        ratio = bench.compare(
            f"{name}, {ROWS} rows × {COLUMNS} columns",
            ours,
            odoo,
            repeat=1,
            floor_label="Odoo's own export",
        )
        bench.tell(f"{name}: {1 / ratio:.1f} times faster than Odoo's own export")
