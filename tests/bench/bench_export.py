"""The national export of 100,000 people against Odoo's own export of the same rows.

Same reader (a manager of all the structures: access rules apply), same 25 columns with
the labels of what they point to. Each work is done in a process of its own, the file
kept in memory as a download does; memory is what it needs more at its highest.
"""

import io
import json
import multiprocessing
import os
import resource
import statistics
import time
from datetime import date
from types import SimpleNamespace
from unittest.mock import patch

from population import TABLES, fill

from odoo import api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import SQL

from odoo.addons.citeslab_reporting.figures.export import (
    Column,
    Sheet,
    write_csv,
    write_json,
    write_xlsx,
)
from odoo.addons.citeslab_reporting.models.citeslab_export_people import PEOPLE
from odoo.addons.web.controllers.export import CSVExport, ExcelExport

PERIOD = (date(2022, 1, 1), date(2023, 12, 31))
COLUMNS = 25
STRUCTURES = int(os.environ.get("CITESLAB_BENCH_STRUCTURES", 50))
PEOPLE_A_YEAR = 1000
ROWS = 2 * STRUCTURES * PEOPLE_A_YEAR
REPEAT = int(os.environ.get("CITESLAB_BENCH_REPEAT", 3))
HEADER = {
    "structure": {"name": "Banc"},
    "period": {"from": "2022-01-01", "to": "2023-12-31"},
    "kind": "live",
    "version": None,
    "frozen": False,
}


class Question:
    """The same rows and columns, by the national export and by Odoo's own."""

    def __init__(self, env, companies):
        self.companies = env["res.company"].browse(companies)
        self.people_rows = env["citeslab.export.people"]._rows
        self.fact = env["citeslab.fact.person"].with_context(
            citeslab_from="2022-01-01",
            citeslab_to="2023-12-31",
            citeslab_company_ids=companies,
        )
        self.people = PEOPLE[:COLUMNS]

    def sheet(self):
        rows = self.people_rows(self.companies, *PERIOD)
        columns = tuple(Column(key, key, key, "label") for key, _t, _c in self.people)
        return Sheet("people", "People", columns, rows)

    def ours_csv(self):
        out = io.BytesIO()
        write_csv(self.sheet(), out)
        return out.getvalue()

    def ours_xlsx(self):
        out = io.BytesIO()
        write_xlsx([self.sheet()], "People", out)
        return out.getvalue()

    def ours_json(self):
        out = io.BytesIO()
        write_json(HEADER, [self.sheet()], out)
        return out.getvalue()

    def fact_alone(self):
        """What no export goes under: the same columns, computed and counted."""
        rows = self.people_rows(self.companies, *PERIOD)
        columns = (
            SQL("%s AS %s", rows.raw[key], SQL.identifier(key))
            for key, _type, _column in self.people
        )
        query = SQL("SELECT count(fact.*) FROM (%s) fact", rows.query.select(*columns))
        rows._cursor().execute(query)
        return bytes(rows.env.cr.fetchone()[0])

    def odoo_csv(self):
        return self._odoo_export(CSVExport())

    def odoo_xlsx(self):
        return self._odoo_export(ExcelExport())

    def _odoo_export(self, controller):
        """The work of a click on Export, from the request of its dialog on."""
        names = [column for _key, _type, column in self.people]
        asked = {
            "model": self.fact._name,
            "fields": [
                {"name": one, "label": field.string, "type": field.type}
                for one, field in ((one, self.fact._fields[one]) for one in names)
            ],
            "ids": False,
            "domain": [("company_id", "in", self.companies.ids)],
            "import_compat": False,
        }
        request = SimpleNamespace(  # what a browser would bring
            env=self.fact.env,
            httprequest=SimpleNamespace(environ={"REMOTE_ADDR": "127.0.0.1"}),
            make_response=lambda data, headers: data,
        )
        with patch("odoo.addons.web.controllers.export.request", request):
            return controller.base(json.dumps(asked))


def peak():
    """Highest memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def work(pipe, db, uid, companies, name):
    """In a child: do one work, tell how long it took and what it needed."""
    context = {"allowed_company_ids": companies, "lang": "fr_FR"}
    with Registry(db).cursor() as cr:
        env = api.Environment(cr, uid, context)
        getattr(Question(env, companies[:1]), name)()  # what a worker already holds
        question = Question(env, companies)
        env.invalidate_all()
        before, start = peak(), time.perf_counter()
        size = len(getattr(question, name)())
        took, extra = time.perf_counter() - start, peak() - before
    pipe.send((took, extra, size))
    pipe.close()


class Workshop:
    """Works done each in a child, on a database that was committed."""

    def __init__(self, bench, uid, companies):
        self.bench = bench
        self.told = (bench.db, uid, companies)
        self.context = multiprocessing.get_context("fork")

    def do(self, name):
        """``(seconds, megabytes more, bytes)`` of a work."""
        ours, theirs = self.context.Pipe(duplex=False)
        child = self.context.Process(target=work, args=(theirs, *self.told, name))
        child.start()
        theirs.close()
        try:
            return ours.recv()
        finally:
            child.join()

    def median(self, name):
        """``(seconds, megabytes more, bytes)``: median, highest, of the first."""
        took, extra, size = zip(*(self.do(name) for _ in range(REPEAT)), strict=True)
        return statistics.median(took), max(extra), size[0]

    def compare(self, label):
        """Tell how a format of ours stands beside Odoo's own.

        :return: seconds of ours and of Odoo's
        """
        (ours, extra, written), (odoo, other, _written) = (
            self.median(f"{whose}_{label.lower()}") for whose in ("ours", "odoo")
        )
        self.bench.tell(
            f"{label}, {ROWS} rows × {COLUMNS} columns: {ours:.2f} s and "
            f"{extra:.0f} MB more, Odoo's own export {odoo:.2f} s and {other:.0f} MB: "
            f"{odoo / ours:.1f} times faster",
            label=label,
            ours_s=round(ours, 2),
            odoo_s=round(odoo, 2),
            faster=round(odoo / ours, 1),
            extra_mb=round(extra, 1),
            odoo_mb=round(other, 1),
            written_mb=round(written / 1e6, 1),
        )
        return ours, odoo


def main(bench):
    """Fill, commit, then compare: the database is thrown away at the end."""
    env = bench.env
    companies = fill(env, [PEOPLE_A_YEAR] * STRUCTURES, (2022, 2023))
    for table in ("res_partner", "crm_lead"):  # filled in SQL, ids of their own
        env.cr.execute(
            SQL(
                "SELECT setval(%s, (SELECT MAX(id) FROM %s))",
                f"{table}_id_seq",
                SQL.identifier(table),
            )
        )
    user = env["res.users"].create(
        {
            "name": "Banc",
            "login": "bench",
            "company_id": companies[0].id,
            "company_ids": [(6, 0, companies.ids)],
            "group_ids": [(4, env.ref("citeslab_base.group_manager").id)],
        }
    )
    told = user.id, companies.ids
    env.cr.commit()
    env.cr._cnx.autocommit = True
    for table in TABLES:  # as every night leaves them
        env.cr.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(table)))
    env.cr.close()
    sql_db.close_all()  # a child shares no connection with this process
    workshop = Workshop(bench, *told)
    csv, _odoo_csv = workshop.compare("CSV")
    _xlsx, odoo_xlsx = workshop.compare("XLSX")
    bench.tell(
        f"CSV of ours beside the workbook that Odoo's export proposes first: "
        f"{odoo_xlsx / csv:.1f} times faster",
        label="CSV beside Odoo's XLSX",
        faster=round(odoo_xlsx / csv, 1),
    )
    took, extra, size = workshop.do("ours_json")
    bench.tell(
        f"JSON: {took:.2f} s, {size / 1e6:.1f} MB written, {extra:.0f} MB more",
        label="JSON",
        ours_s=round(took, 2),
        extra_mb=round(extra, 1),
    )
    fact = workshop.median("fact_alone")[0]
    bench.tell(
        f"of which the facts alone, read and told to nobody: {fact:.2f} s",
        label="facts alone",
        ours_s=round(fact, 2),
    )
