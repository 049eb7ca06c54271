"""How much a machine carries: answers a second by worker, memory of a worker.

Odoo runs with one, then two workers on ten structures of unlike sizes; chefs ask as
their screens do, without a pause, as many at once as twice the workers. They run on
the same machine and take their part of it. A chef at work is counted for one screen
every ten seconds: that makes the users of a machine.
"""

import json
import os
import statistics
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from citeslab_tool.demo import wait_until_served

FOLDER = Path(__file__).resolve().parents[1]
sys.path.append(str(FOLDER))

from bench_scale import specification  # noqa: E402
from http_race import Client  # noqa: E402
from population import fill  # noqa: E402

STRUCTURES = 10
YEARS = (2019, 2023)
SIZES = [150 + round(1700 * rank / (STRUCTURES - 1)) for rank in range(STRUCTURES)]
SECONDS = 15  # of each measure
SCREEN_EVERY = 10  # seconds between two screens of a chef at work


def free_port():
    """A port that nobody uses at this moment."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(bench, workers):
    """Odoo with workers on the database of the benchmark: address and children."""
    port, log = free_port(), "bench-size.log"
    words = [
        "-d", bench.db, f"--db-filter=^{bench.db}$", f"--http-port={port}",
        f"--gevent-port={free_port()}", f"--workers={workers}",
        "--max-cron-threads=0", "--http-interface=127.0.0.1",
    ]  # fmt: skip
    with bench.lab.odoo_server(*words, log=log) as child:
        url = f"http://127.0.0.1:{port}"
        wait_until_served(child, url, bench.lab.home / "log" / log)
        yield SimpleNamespace(url=url, db=bench.db, pid=child.pid)


def children(pid):
    """Process ids that a process started."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(one) for one in told.split()]


def megabytes(pid):
    """Memory of a process, what it shares with others counted in part (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0


def requests(env, company):
    """What screens ask: name → (path, parameters) of a JSON request, or a path."""

    def call(model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return f"/web/dataset/call_kw/{model}/{method}", params

    Lead = env["crm.lead"]
    parcours = Lead.search(
        [("company_id", "=", company.id), ("is_parcours", "=", True)], limit=200
    )
    card = specification(env, "crm.lead", env.ref("citeslab_base.crm_lead_view_kanban"))
    period = {
        "company_id": company.id, "date_from": f"{YEARS[1]}-01-01",
        "date_to": f"{YEARS[1]}-12-31",
    }  # fmt: skip
    query = "&".join(f"{key}={value}" for key, value in period.items())
    return {
        "kanban of parcours": lambda rank: call(
            "crm.lead", "web_read_group", [("is_parcours", "=", True)], ["stage_id"],
            ["__count"], auto_unfold=True, unfold_read_specification=card,
            unfold_read_default_limit=40,
        ),
        "form of a parcours": lambda rank: call(
            "crm.lead", "web_read", [parcours.ids[rank % len(parcours)]], card
        ),
        "search of a person": lambda rank: call(
            "res.partner", "web_search_read",
            [("porteur_search", "ilike", f"diallo {rank}")],
            {"display_name": {}}, limit=80,
        ),
        "saving a RDV": lambda rank: call(
            "citeslab.interview", "create",
            [{"parcours_id": parcours.ids[rank % len(parcours)], "state": "done",
              "date": f"{YEARS[1]}-11-{1 + rank % 28:02}", "duration": 1}],
        ),
        "bilan on screen": lambda rank: call(
            "citeslab.bilan.renderer", "screen", period
        ),
        "bilan, PDF": lambda rank: (f"/citeslab/bilan/pdf?{query}", None),
    }  # fmt: skip


def ask(client, path, params):
    """One request, to its last byte.

    :raise ValueError: the server says that it failed
    """
    if params is None:
        with client.opener.open(client.server.url + path, timeout=120) as answer:
            return answer.read()
    answer = client.rpc(path, params)
    if "error" in answer:
        raise ValueError(json.dumps(answer["error"])[:1000])
    return answer


def load(clients, make):
    """Every client asks without a pause for a time: durations of the answers."""
    until = time.monotonic() + SECONDS
    durations, faults = [], []

    def work(first, client):
        rank = first
        try:
            while time.monotonic() < until:
                start = time.perf_counter()
                ask(client, *make(rank))
                durations.append(time.perf_counter() - start)
                rank += len(clients)
        except (OSError, ValueError) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sorted(durations)


def main(bench):
    """Fill the database for good (it is dropped afterwards), and load the servers."""
    env = bench.env
    companies = fill(env, SIZES, YEARS)
    company = companies[STRUCTURES // 2]
    env["res.users"].create(
        {
            "name": "Chef", "login": "bench-size", "password": "bench-size",
            "company_id": company.id, "company_ids": [(6, 0, company.ids)],
            "group_ids": [(4, env.ref("base.group_user").id),
                          (4, env.ref("citeslab_base.group_chef").id)],
        }
    )  # fmt: skip
    asked = requests(env, company)
    env.cr.commit()
    for workers in (1, 2):
        with served(bench, workers) as server:
            clients = [Client(server, "bench-size") for _ in range(2 * workers)]
            idle = [megabytes(pid) for pid in children(server.pid)]
            for name, make in asked.items():
                for client in clients * 2:  # each worker loads what it caches
                    ask(client, *make(0))
                durations = load(clients, make)
                tell(bench, name, workers, durations)
            busy = [megabytes(pid) for pid in children(server.pid)]
        bench.tell(
            f"memory of a process with {workers} workers: {max(idle):.0f} MB at "
            f"first, {max(busy):.0f} MB after the bilans in PDF",
            workers=workers,
            idle_mb=round(max(idle)),
            busy_mb=round(max(busy)),
        )


def tell(bench, name, workers, durations):
    """Print what one kind of request reached."""
    rate = len(durations) / SECONDS
    slow = durations[int(len(durations) * 0.95)]
    bench.tell(
        f"{name}, {workers} worker{'s' if workers > 1 else ''} on {os.cpu_count()} "
        f"cores: {rate:.1f} a second, median "
        f"{statistics.median(durations) * 1000:.0f} ms, 95 % under "
        f"{slow * 1000:.0f} ms; {rate * SCREEN_EVERY:.0f} chefs who open one every "
        f"{SCREEN_EVERY} s",
        request=name,
        workers=workers,
        per_second=round(rate, 2),
        median_ms=round(statistics.median(durations) * 1000),
        p95_ms=round(slow * 1000),
    )
