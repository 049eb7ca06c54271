"""More than one machine: workers and websocket behind nginx, readings on a standby.

Both PostgreSQL write down every statement: where something ran is read there. Routes
and methods are found in the routing map and the registry: a new one that says it only
reads is tried, or the test names it.
"""

import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import websocket
from citeslab_tool import templates
from conftest import run_in_shell
from fault_stage import Supervisor, faulty_lab
from http_race import Client, tagged
from standby_stage import Loud, Standby, find_nginx, nginx

pytestmark = pytest.mark.nightly
DB = "standby"
# What only the reading of a page of ours asks for.
OURS = re.compile(r"citeslab|crm_lead|res_partner|res_users\b")

PREPARE = """
import json
user = env["res.users"].search([("login", "=", "responsable")])
brest = user.company_id
as_user = env(user=user, context={"lang": "fr_FR"})
report = as_user["citeslab.report"].create({
    "company_id": brest.id, "date_from": "2023-01-01", "date_to": "2023-12-31"})
person = as_user["res.partner"].search([("is_porteur", "=", True)], limit=1)
orientation = as_user["citeslab.orientation"].search([], limit=1)
link = env["citeslab.orientation.link"]._issue(
    orientation, "answer", env.user.partner_id)
network = env["res.users"].search([("login", "=", "animation")])
structure = env["citeslab.network.structure"].search(
    [("company_id", "=", brest.id)], limit=1)
campaign = env["citeslab.campaign"].create({
    "name": "Campagne", "date_from": "2023-01-01", "date_to": "2023-12-31",
    "deadline": "2024-03-31", "structure_ids": [(6, 0, structure.ids)]})
brest.citeslab_calendar_token = "c" * 32
print("READY", json.dumps({
    "report": report.id, "person": person.id, "company": brest.id,
    "budget": as_user["citeslab.budget"].search([], limit=1).id,
    "link": link.rpartition("/")[2], "calendar": brest.citeslab_calendar_token,
    "entry": campaign.entry_ids[:1].id}))
env.cr.commit()
"""
READ_ONLY = """
import json
routes = sorted({
    rule.rule for rule in env["ir.http"].routing_map().iter_rules()
    if rule.rule.startswith("/citeslab")
    and rule.endpoint.routing.get("readonly")
    and (rule.endpoint.routing.get("auth") != "none")})
methods = sorted({
    f"{name}.{key}" for name, model in env.registry.items()
    for cls in model.mro() if cls.__module__.startswith("odoo.addons.citeslab")
    for key, value in vars(cls).items() if getattr(value, "_readonly", False)})
print("READS", json.dumps([routes, methods]))
"""


class Site:
    """Everything that runs: addresses, servers, who asks."""

    def __init__(self, lab, primary, standby, url, odoo, ready):
        self.lab, self.primary, self.standby = lab, primary, standby
        self.url, self.db, self.odoo, self.ready = url, DB, odoo, ready
        self.chef = Client(self, "responsable")

    def get(self, path, **data):
        """Bytes of a page; a POST when there are data."""
        body = urllib.parse.urlencode(data).encode() if data else None
        with self.chef.opener.open(self.url + path, body, timeout=120) as answer:
            return answer.read()

    def call(self, model, method, *args, **kwargs):
        """Result of a method.

        :raise ValueError: when the server says that it failed
        """
        answer = self.chef.rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )
        if "error" in answer:
            raise ValueError(json.dumps(answer["error"]["data"])[:2000])
        return answer["result"]

    def where(self, ask):
        """Statements about our tables that a request made: (on the standby, here)."""
        starts = [(one, one.size()) for one in (self.standby, self.primary)]
        ask()
        return [
            [line for line in one.said(start).splitlines() if OURS.search(line)]
            for one, start in starts
        ]


@pytest.fixture(scope="module")
def site(lab, tmp_path_factory):
    """Primary, standby, two workers, websocket and nginx, on the demo."""
    binary = find_nginx(lab.home)
    if not binary:
        pytest.skip("no nginx on this machine, and none could be fetched")
    ours = faulty_lab(lab.home / "standby", "primary")
    root = ours.server.root / f"standby-{os.getpid()}"
    ours.server.account.own(root)
    primary = ours.server = Loud(ours.home, root, "primary")
    source = templates.demo(lab)
    log = lab.home / "log/standby-odoo.log"
    log.unlink(missing_ok=True)
    with ours.database_server():
        ours.sql(f"CREATE DATABASE {DB} OWNER citeslab", user="postgres")
        primary.copy_from(lab.pg_env, source, DB)
        ready = tagged(run_in_shell(ours, DB, PREPARE), "READY ")
        standby = Standby(ours.home, root, primary)
        with standby.running():
            standby.catch_up()
            odoo = Supervisor(ours, DB, log)
            odoo.words += [
                "--max-cron-threads=0",  # its statements would be taken for a reader's
                f"--db_replica_host={standby.socket_folder}", "--proxy-mode",
                "--no-database-list",
            ]  # fmt: skip
            ports = [int(word.rpartition("=")[2]) for word in odoo.words[3:5]]
            with odoo.running():
                folder = tmp_path_factory.mktemp("nginx")
                with nginx(binary, folder, *ports) as url:
                    yield Site(ours, primary, standby, url, odoo, ready)


def readings(site):
    """What only reads: name of a route or a method → how to ask for it."""
    ready = site.ready
    period = {
        "company_id": ready["company"], "date_from": "2023-01-01",
        "date_to": "2023-12-31",
    }  # fmt: skip
    query = urllib.parse.urlencode(period)
    number = "<int(min=1,max=2147483647):"
    report, entry = f"{number}report_id>", f"{number}entry_id>"
    pages = {
        f"/citeslab/report/{report}/<string:file_format>": [
            f"/citeslab/report/{ready['report']}/{kind}" for kind in ("pdf", "xlsx")
        ],
        "/citeslab/bilan/<string:file_format>": [
            f"/citeslab/bilan/{kind}?{query}" for kind in ("pdf", "xlsx", "json")
        ],
        "/citeslab/export/live/<string:file_format>": [
            f"/citeslab/export/live/{kind}?{query}" for kind in ("csv", "xlsx", "zip")
        ],
        f"/citeslab/campaign/{entry}": [f"/citeslab/campaign/{ready['entry']}"],
        f"/citeslab_budget/{number}budget_id>/budget.xlsx": [
            f"/citeslab_budget/{ready['budget']}/budget.xlsx"
        ],
        f"/citeslab/my-file/{number}partner_id>": [
            f"/citeslab/my-file/{ready['person']}"
        ],
        "/citeslab/calendar/<string:token>.ics": [
            f"/citeslab/calendar/{ready['calendar']}.ics"
        ],
        "/citeslab/reponse/<string:token>": [f"/citeslab/reponse/{ready['link']}"],
        "/citeslab/capture": ["/citeslab/capture"],
        "/citeslab/capture/state": ["/citeslab/capture/state"],
    }
    asked = {name: lambda paths=paths: [site.get(path) for path in paths]
             for name, paths in pages.items()}  # fmt: skip
    token = json.loads(site.get("/citeslab/capture/state"))["token"]
    told = {"name": "Diallo Awa"}
    asked["/citeslab/capture/alike"] = lambda: site.get(
        "/citeslab/capture/alike", told=json.dumps(told), csrf_token=token
    )
    renderer = "citeslab.bilan.renderer"
    calls = {
        f"{renderer}.choices": [],
        f"{renderer}.screen": [period],
        "citeslab.bilan.action_open_records": [period, "persons_accompanied"],
        "citeslab.pilotage.board": [{"year": 2023, "company_id": ready["company"]}],
        "citeslab.day.citeslab_today": [],
        "res.partner.citeslab_look_alike": [told],
    }
    for name, args in calls.items():
        model, _dot, method = name.rpartition(".")
        asked[name] = lambda model=model, method=method, args=args: site.call(
            model, method, *args
        )
    asked["crm.lead.web_read_group"] = lambda: site.call(
        "crm.lead", "web_read_group", [("is_parcours", "=", True)], ["stage_id"],
        ["__count"], auto_unfold=True,
        unfold_read_specification={"partner_id": {"fields": {"display_name": {}}}},
    )  # fmt: skip
    return asked


# Who is logged in may be in the memory of the worker already.
SESSION_ONLY = ["/citeslab/capture/state"]
# Nothing of ours is read there: a page of thanks, which view to open.
NOT_TRIED = {
    "/citeslab/reponse",
    "/citeslab/export/<int(min=1,max=2147483647):report_id>/<string:file_format>",
    "/citeslab/answer/<int(min=1,max=2147483647):file_id>",
    "crm.lead.get_view",
    "crm.lead.get_formview_id",
    "res.partner.get_formview_id",
    # The same methods, inherited.
    "citeslab.person.identity.citeslab_look_alike",
    "citeslab.report.renderer.choices",
    "citeslab.report.renderer.screen",
}


def test_bilans_boards_and_exports_run_on_the_standby(site):
    """The manager reads everything that can be read: the primary is asked nothing."""
    asked = readings(site)
    routes, methods = tagged(run_in_shell(site.lab, DB, READ_ONLY), "READS ")
    untried = set(routes + methods) - NOT_TRIED - set(asked)
    assert not untried, sorted(untried)
    for _warming in range(3):  # both workers load what they cache
        for ask in asked.values():
            ask()
    there, here = {}, {}
    for name, ask in asked.items():
        there[name], here[name] = site.where(ask)
    print("statements on the standby:", {key: len(rows) for key, rows in there.items()})
    strays = {key: rows[:3] for key, rows in here.items() if rows}
    assert not strays, json.dumps(strays, indent=1)
    assert [name for name, rows in there.items() if not rows] in ([], SESSION_ONLY)
    assert "read/write cursor" not in site.odoo.log.read_text(encoding="utf-8")


def test_what_writes_runs_on_the_primary(site):
    before = site.primary.size()
    (person,) = site.call(
        "crm.lead",
        "create",
        [{"is_parcours": True, "contact_name": "Écrite ici", "name": "Projet"}],
    )
    assert 'INSERT INTO "crm_lead"' in site.primary.said(before)
    site.standby.catch_up()
    assert site.call("crm.lead", "read", [person], ["name"])[0]["name"] == "Projet"


def test_pages_and_websocket_come_through_nginx(site):
    """One address for both; the database pages and guessed passwords stay outside."""
    with urllib.request.urlopen(f"{site.url}/web/login") as page:
        assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        site.get("/web/database/manager")
    refused = []
    for guess in range(20):
        site.get("/web/login")  # to open the page is no try
        try:
            site.get("/web/login", login="chef", password=str(guess))
        except urllib.error.HTTPError as error:
            refused.append(error.code)
    assert 503 in refused
    address = site.url.replace("http", "ws", 1) + "/websocket"
    link = websocket.create_connection(address, origin=site.url, timeout=30)
    said = {"event_name": "subscribe", "data": {"channels": [], "last": 0}}
    link.send(json.dumps(said))
    run_in_shell(
        site.lab,
        DB,
        'env["bus.bus"]._sendone("broadcast", "citeslab.ping", {"n": 7})\n'
        "env.cr.commit()",
    )
    told = json.loads(link.recv())
    link.close()
    payloads = [one["message"] for one in told]
    assert {"type": "citeslab.ping", "payload": {"n": 7}} in payloads


def accompanied(site):
    """People in the bilan of this year, as the screen tells it."""
    year = time.localtime().tm_year
    period = {"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"}
    screen = site.call(
        "citeslab.bilan.renderer",
        "screen",
        {"company_id": site.ready["company"], **period},
    )
    return json.dumps(screen["tiles"])


def test_a_standby_that_lags_is_survived(site):
    """Readings are those of a moment ago; what was just written opens all the same."""
    site.standby.catch_up()
    former = accompanied(site)
    site.standby.pause()
    (parcours,) = site.call(
        "crm.lead",
        "create",
        [{"is_parcours": True, "contact_name": "En avance", "name": "Projet"}],
    )
    site.call(
        "citeslab.interview",
        "create",
        [
            {
                "parcours_id": parcours,
                "date": time.strftime("%Y-%m-%d"),
                "state": "done",
                "duration": 1,
            }
        ],
    )
    (report,) = site.call(
        "citeslab.report",
        "create",
        [{"date_from": "2022-01-01", "date_to": "2022-12-31"}],
    )
    (there, here) = site.where(lambda: site.get(f"/citeslab/report/{report}/pdf"))
    assert any("citeslab_report" in line for line in here)
    assert accompanied(site) == former
    site.standby.go_on()
    assert accompanied(site) != former
    there, here = site.where(lambda: site.get(f"/citeslab/report/{report}/pdf"))
    assert there and not here


def test_a_standby_that_dies_is_survived(site):
    """Chefs read on while the standby is stopped at once: the primary answers."""
    asked = list(readings(site).values())
    failures, done = [], []

    def read(rank):
        try:
            done.append(asked[rank % len(asked)]())
        except (OSError, ValueError) as fault:
            failures.append(f"{rank}: {str(fault)[:300]}")

    with ThreadPoolExecutor(4) as crowd:
        for rank in range(10):
            crowd.submit(read, rank)
        time.sleep(1)
        site.standby.crash()
        for rank in range(10, 60):
            crowd.submit(read, rank)
    late = [line for line in failures if int(line.split(":")[0]) >= 14]
    print(f"{len(done)} answers, {len(failures)} failed as the standby died")
    assert not late, "\n".join(late)
    assert len(failures) <= 4, "\n".join(failures)
    _there, here = site.where(lambda: accompanied(site))
    assert here
    site.standby.start()
    site.standby.catch_up()
