"""Faults while people work: what was acknowledged is there, once, and whole.

Five kinds of work go on by HTTP on two workers under a supervisor, while workers are
killed, PostgreSQL is stopped at once, its disk is full and the mail server is dead.
`CITESLAB_FAULTS` says how many faults the nightly run injects (100).
"""

import base64
import itertools
import json
import os
import random
import signal
import socketserver
import subprocess
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from contextlib import contextmanager

import pytest
from citeslab_tool import templates
from conftest import _Mailbox, run_in_shell
from fault_stage import Disk, Post, Supervisor, Traffic, faulty_lab
from http_race import Client, tagged

FAULTS = int(os.environ.get("CITESLAB_FAULTS", "100"))
ROWS = 12  # of one register
PEOPLE = 1500 if os.environ.get("CITESLAB_NIGHTLY") else 100
BATCH = 200  # of citeslab.retention
BACK_SECONDS = 30
DB = "faults"

PREPARE = """
import json
from datetime import timedelta
from odoo import fields
company = env["res.company"].create({"name": "Structure des pannes"})
env["citeslab.territory"].create({"name": "Territoire", "company_id": company.id})
user = env["res.users"].create({
    "name": "Responsable", "login": "pannes", "password": "pannes",
    "email": "responsable@example.org",
    "company_id": company.id, "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_manager").id)]})
env["ir.mail_server"].create(
    {"name": "post", "smtp_host": "127.0.0.1", "smtp_port": %(port)d,
     "smtp_encryption": "none"})
start = fields.Datetime.now() + timedelta(days=10)
event = env["event.event"].with_user(user).create({
    "name": "Atelier", "date_begin": start, "date_end": start + timedelta(hours=2),
    "seats_limited": False,
    "citeslab_kind_id": env.ref("citeslab_events.event_kind_workshop").id})
people = env["res.partner"].with_user(user).create([
    {"name": f"Canari{number:05d}", "is_porteur": True, "company_id": company.id,
     "phone": f"06{number:08d}"} for number in range(%(people)d)])
env["crm.lead"].with_user(user).create([
    {"is_parcours": True, "partner_id": person.id,
     "name": f"projet {person.name}",
     "description": f"dit à {person.name}"} for person in people])
print("READY", json.dumps({"event": event.id, "people": people.ids}))
env.cr.commit()
"""


class FaultyPost(socketserver.ThreadingTCPServer):
    """The mailbox of the other journeys, at a port of our choice."""

    allow_reuse_address = True
    daemon_threads = True


def open_post(port):
    """Mails taken in at this port."""
    server = FaultyPost(("127.0.0.1", port), _Mailbox)
    server.mails, server.recipients = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Stage:
    """Everything of one run, and the figures that it ends with."""

    def __init__(self, lab, server, post, disk, ready):
        self.lab, self.server, self.post, self.disk = lab, server, post, disk
        self.ready = ready
        self.cluster = lab.server
        self.people = iter(ready["people"])

    def run(self, *words, database=DB):
        """Run a command of ours to its end, as an administrator would."""
        self.lab.odoo(
            "citeslab_erasure", *words, "--db", database,
            what="Command of the erasures", log="faults-command.log",
        )  # fmt: skip

    def dump_text(self, database):
        """Everything that a database holds, as text."""
        env = {**self.lab.env}
        return subprocess.check_output(["pg_dump", database], env=env, text=True)

    def sql(self, query, *params):
        """Rows of the database of this run."""
        return self.lab.sql(query, params, dbname=DB)


@pytest.fixture(scope="module")
def stage(lab):
    """A structure at work on a cluster of its own; see `fault_stage`."""
    source = templates.all_addons(lab)
    disk = Disk(lab.home / f"faults-{os.getpid()}")
    with disk.mounted():
        ours = faulty_lab(disk.folder)
        with ours.database_server():
            ours.sql(f"CREATE DATABASE {DB} OWNER citeslab", user="postgres")
            ours.server.copy_from(lab.pg_env, source, DB)
            post = Post(open_post)
            told = run_in_shell(
                ours, DB, PREPARE % {"port": post.port, "people": PEOPLE}
            )
            ours.server.harden()
            log = lab.home / "log/faults-odoo.log"
            log.unlink(missing_ok=True)
            server = Supervisor(ours, DB, log)
            with server.running():
                yield Stage(ours, server, post, disk, tagged(told, "READY "))


# Work: each job notes what the server acknowledged


class Job:
    """One kind of work; `told` holds what was acknowledged, `tried` everything."""

    def __init__(self, stage):
        self.stage = stage
        self.tried, self.told = [], []
        self.failures = Counter()
        self.client = None

    def once(self):
        """One piece of work, from the login if there is none."""
        self.client = self.client or Client(self.stage.server, "pannes")
        token = uuid.uuid4().hex
        self.tried.append(token)
        if self.work(token):
            self.told.append(token)

    def fail(self, fault):
        """A piece of work was interrupted: log in again, since the host forgets who
        is logged in when its database is away."""
        self.failures[f"{type(fault).__name__} {fault}"[:80]] += 1
        self.client = None

    def call(self, model, method, *args, **kwargs):
        """Result of a method.

        :raise ValueError: when the server says that it failed
        """
        answer = self.client.rpc(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )
        if "error" in answer:
            data = answer["error"]["data"]
            raise ValueError(f"{data['name']}: {data['message']}")
        return answer["result"]

    def work(self, token):
        """Do one thing that bears this token.

        :return: whether the server acknowledged it
        """
        raise NotImplementedError

    def found(self):
        """What the database holds: `{token: number of whole things}`, half ones."""
        raise NotImplementedError


class Registration(Job):
    """Somebody registers for a workshop."""

    def work(self, token):
        values = {
            "event_id": self.stage.ready["event"],
            "name": f"Inscrit {token}",
            "email": f"{token}@example.org",
        }
        return self.call("event.registration", "create", [values])

    def found(self):
        rows = self.stage.sql(
            "SELECT split_part(r.name, ' ', 2), count(*), count(r.porteur_id) "
            "FROM event_registration r WHERE r.name LIKE 'Inscrit %%' GROUP BY 1"
        )
        return {token: n for token, n, _who in rows}, [
            t for t, n, who in rows if n - who
        ]


class Capture(Job):
    """A phone sends a capture until it is told that it was received."""

    def __init__(self, stage):
        super().__init__(stage)
        self.waiting = []

    def work(self, token):
        self.waiting.append(token)
        request = f"{self.stage.server.url}/citeslab/capture"
        with self.client.opener.open(f"{request}/state", timeout=60) as got:
            csrf = json.load(got)["token"]
        entries = [
            {"nonce": one, "kind": "person", "name": f"Croisé {one}", "line": one}
            for one in self.waiting[:50]
        ]
        body = {"entries": json.dumps(entries), "csrf_token": csrf}
        data = urllib.parse.urlencode(body).encode()
        with self.client.opener.open(f"{request}/send", data, timeout=60) as got:
            answers = json.load(got)
        for one in answers:
            assert one["state"] in ("done", "known"), one
            self.waiting.remove(one["nonce"])
            self.told.append(one["nonce"])
        return False  # noted above, for every capture of this sending

    def found(self):
        rows = self.stage.sql(
            "SELECT c.nonce, count(DISTINCT c.id), count(DISTINCT l.id), "
            "count(DISTINCT i.id) FROM citeslab_capture c "
            "LEFT JOIN crm_lead l ON l.name = c.nonce AND l.id = c.parcours_id "
            "LEFT JOIN citeslab_interview i ON i.parcours_id = l.id GROUP BY 1"
        )
        named = self.stage.sql(
            "SELECT split_part(name, ' ', 2), count(*) FROM res_partner "
            "WHERE name LIKE 'Croisé %%' GROUP BY 1"
        )
        counts = {token: n for token, n in named}
        whole = {token: max(n, counts.get(token, 0)) for token, n, *_x in rows}
        halves = [row[0] for row in rows if row[1:] != [1, 1, 1]]
        return whole, halves + [token for token in counts if token not in whole]


class Import(Job):
    """A register is imported."""

    def work(self, token):
        head = "Numéro;Nom;Prénom;Téléphone;Date de contact\n"
        lines = [
            f"{n};IMPORT{token[:12]}{n};Zoé;07{int(token[:5], 16) % 10**6:06d}{n:02d};"
            "10/01/2024\n"
            for n in range(ROWS)
        ]
        data = base64.b64encode("".join([head, *lines]).encode()).decode()
        values = {"data": data, "filename": "r.csv", "register_label": token}
        (wizard,) = self.call("citeslab.register.import", "create", [values])
        done = self.call("citeslab.register.import", "action_import", [wizard])
        assert "domain" in done, done
        return True

    def found(self):
        rows = self.stage.sql(
            "SELECT register_label, count(*), count(DISTINCT partner_id) FROM crm_lead "
            "WHERE length(register_label) = 32 GROUP BY 1"
        )
        return (
            {token: n / ROWS for token, n, _who in rows},
            [token for token, n, who in rows if (n, who) != (ROWS, ROWS)],
        )


class Report(Job):
    """A bilan is handed over."""

    def work(self, token):
        values = {"communes": token, "date_from": "2024-01-01", "date_to": "2024-12-31"}
        (report,) = self.call("citeslab.report", "create", [values])
        return self.call("citeslab.report", "action_submit", [report])

    def found(self):
        rows = self.stage.sql(
            "SELECT r.communes, r.state, count(l.id), r.content_hash IS NOT NULL, "
            "r.pdf_file IS NOT NULL, r.manifest IS NOT NULL FROM citeslab_report r "
            "LEFT JOIN citeslab_report_line l ON l.report_id = r.id "
            "WHERE length(r.communes) = 32 GROUP BY r.id"
        )
        handed = [row for row in rows if row[1] == "submitted"]
        drafts = [row for row in rows if row[1] != "submitted"]
        halves = [row[0] for row in handed if not all(row[2:])]
        halves += [row[0] for row in drafts if any(row[2:])]
        return dict(Counter(row[0] for row in handed)), halves


class Erasure(Job):
    """Somebody asks to be forgotten."""

    def work(self, token):
        person = next(self.stage.people, None)
        if not person:
            time.sleep(1)
            return False
        self.tried[-1] = str(person)
        values = {"partner_id": person, "is_checked": True}
        (dialog,) = self.call("citeslab.erasure.dialog", "create", [values])
        self.call("citeslab.erasure.dialog", "action_erase", [dialog])
        self.told.append(str(person))
        return False

    def found(self):
        rows = self.stage.sql(
            "SELECT p.id, p.anonymised_date IS NOT NULL, p.name LIKE 'Canari%%', "
            "p.phone IS NOT NULL, l.name LIKE '%%Canari%%', "
            "l.description LIKE '%%Canari%%' FROM res_partner p "
            "JOIN crm_lead l ON l.partner_id = p.id WHERE p.id = ANY(%s)",
            self.stage.ready["people"],
        )
        gone = [row for row in rows if row[1]]
        halves = [row[0] for row in gone if any(row[2:])]
        halves += [row[0] for row in rows if not row[1] and not all(row[2:])]
        ((count,),) = self.stage.sql("SELECT count(*) FROM citeslab_erasure")
        halves += ["ledger"] if count != len(gone) else []
        return {str(row[0]): 1 for row in gone}, halves


JOBS = (Registration, Capture, Import, Report, Erasure)


# Faults


def kill_worker(stage, chance):
    stage.server.kill_a_worker(chance)


def kill_server(stage, _chance):
    """All of Odoo at once: the supervisor brings it back."""
    pid = stage.server.child.pid
    os.killpg(pid, signal.SIGKILL)


def stop_postgres(stage, chance):
    stage.cluster.crash()
    time.sleep(chance.uniform(0, 0.5))
    stage.cluster.start()


def fill_disk(stage, chance):
    stage.disk.fill()
    time.sleep(chance.uniform(0.5, 2))
    stage.disk.free()
    stage.cluster.start()


def dead_post(stage, chance):
    stage.post.die()
    time.sleep(chance.uniform(0.5, 2))
    stage.post.rise()


KINDS = {
    "worker": kill_worker,
    "postgres": stop_postgres,
    "disk": fill_disk,
    "smtp": dead_post,
    "server": kill_server,
}


@contextmanager
def at_work(stage, seed):
    """Everybody at work for the time of the block; yields the jobs."""
    jobs = [kind(stage) for kind in JOBS]
    with Traffic(jobs, seed).running():
        yield jobs


def inject(stage, kinds, count, seed):
    """Work under `count` faults; return what was counted."""
    chance = random.Random(seed)
    waits, done = [], Counter()
    with at_work(stage, seed) as jobs:
        for kind in itertools.islice(itertools.cycle(kinds), count):
            time.sleep(chance.uniform(0.3, 2))
            KINDS[kind](stage, chance)
            waits.append(stage.server.wait(120))
            done[kind] += 1
        time.sleep(2)
    return {**told(jobs), "faults": dict(done), "slowest_return_s": max(waits)}


def told(jobs):
    """Acknowledged, lost, twice, half, for each kind of work."""
    figures = {"work": {}, "lost": 0, "twice": 0, "half": 0}
    for job in jobs:
        found, halves = job.found()
        lost = [token for token in job.told if token not in found]
        twice = [token for token, n in found.items() if n > 1]
        figures["work"][type(job).__name__] = {
            "tried": len(job.tried),
            "acknowledged": len(job.told),
            "interrupted": job.failures.total(),
            "by": dict(job.failures),
        }
        figures["lost"] += len(lost)
        figures["twice"] += len(twice)
        figures["half"] += len(halves)
        if lost or twice or halves:
            figures.setdefault("which", []).append([lost[:3], twice[:3], halves[:3]])
    return figures


def tell(stage, name, figures):
    """Print figures, and keep them in `log/faults.json` of the home."""
    path = stage.lab.home / "log/faults.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(json.dumps({**known, name: figures}, indent=2), encoding="utf-8")
    print(f"\nfaults, {name}: {json.dumps(figures)}")


def check(figures):
    assert not figures["lost"], figures
    assert not figures["twice"], figures
    assert not figures["half"], figures
    assert figures["slowest_return_s"] < BACK_SECONDS, figures
    assert all(job["acknowledged"] for job in figures["work"].values()), figures


def test_a_handful_of_faults(stage):
    """One of each: a worker, PostgreSQL, the mail server, all of Odoo."""
    figures = inject(stage, ["worker", "postgres", "smtp", "server"], 4, seed=1)
    tell(stage, "handful", figures)
    check(figures)


def test_full_disk(stage):
    """PostgreSQL has not one byte left, in the middle of the work."""
    if not stage.disk.is_mounted:
        pytest.skip("this machine lets us mount no small disk (root is needed)")
    figures = inject(stage, ["disk"], 1, seed=2)
    tell(stage, "disk", figures)
    check(figures)


@pytest.mark.nightly
def test_a_hundred_faults(stage):
    """`CITESLAB_FAULTS` of all kinds, in turn."""
    kinds = [kind for kind in KINDS if kind != "disk" or stage.disk.is_mounted]
    figures = inject(stage, kinds, FAULTS, seed=3)
    tell(stage, "hundred", figures)
    check(figures)
    assert sum(figures["faults"].values()) == FAULTS


@pytest.mark.nightly
def test_restore_replays_the_erasures(stage):
    """A backup older than an erasure is restored: the ledger erases again."""
    person = next(stage.people)
    ((canary,),) = stage.sql("SELECT name FROM res_partner WHERE id = %s", person)
    backup, ledger = (stage.disk.folder / name for name in ("backup", "ledger.json"))
    stage.cluster.dump(DB, backup)
    job = Erasure(stage)
    stage.people = itertools.chain([person], stage.people)
    job.once()
    assert canary not in stage.dump_text(DB)
    stage.run("export", ledger)
    assert canary not in ledger.read_text(encoding="utf-8")
    restored = f"{DB}_restored"
    stage.lab.sql(f"CREATE DATABASE {restored} OWNER citeslab", user="postgres")
    try:
        stage.cluster.restore(backup, restored)
        assert canary in stage.dump_text(restored)
        stage.run("replay", ledger, database=restored)
        assert canary not in stage.dump_text(restored)
    finally:
        stage.lab.drop(restored)
        backup.unlink()
    tell(stage, "restore", {"restored": 1, "erased_again": 1, "canaries": 0})


OLD = """
from odoo import fields
company = env["res.company"].search([("name", "=", "Structure des pannes")])
company.retention_active = True
people = env["res.partner"].create([
    {"name": f"Ancien{number:05d}", "is_porteur": True, "company_id": company.id}
    for number in range(%d)])
env["crm.lead"].create([{
    "is_parcours": True, "company_id": company.id, "partner_id": person.id,
    "name": f"projet {person.name}"} for person in people])
env.flush_all()
for table, column in (("crm_lead", "partner_id"), ("res_partner", "id")):
    env.cr.execute(
        f"UPDATE {table} SET create_date = '2010-01-01' WHERE {column} = ANY(%%s)",
        [people.ids])
env.cr.execute(
    "UPDATE res_partner SET notice_date = '2012-01-01' WHERE id = ANY(%%s)",
    [people.ids])
env.ref("citeslab_base.cron_retention").nextcall = fields.Datetime.add(
    fields.Datetime.now(), days=1)
env.cr.commit()
print("OLD", len(people))
"""


@pytest.mark.nightly
def test_a_killed_retention_leaves_whole_batches(stage):
    """The nightly anonymisation is killed again and again, then runs to its end."""
    count = BATCH * 5 + 37
    before = len(stage.sql("SELECT id FROM citeslab_erasure"))
    run_in_shell(stage.lab, DB, OLD % count)
    chance, seen = random.Random(4), []
    while not seen or seen[-1] < count - BATCH:
        words = stage.lab._command(["citeslab_erasure", "run", "--db", DB])
        with subprocess.Popen(
            words, env=stage.lab.env, stdout=subprocess.DEVNULL
        ) as child:
            while child.poll() is None and _old(stage, before) == sum(seen[-1:]):
                time.sleep(0.1)
            time.sleep(chance.uniform(0, 0.4))  # in the middle of the next batch
            child.kill()
        seen.append(_old(stage, before))
        assert seen[-1] % BATCH == 0 or seen[-1] == count, seen
    stage.run("run")
    assert _old(stage, before) == count
    tell(stage, "retention", {"people": count, "kills": len(seen), "after_each": seen})


def _old(stage, before):
    """How many old files are anonymous: as many as the ledger has more."""
    ((gone, left, ledger),) = stage.sql(
        "SELECT count(*) FILTER (WHERE p.anonymised_date IS NOT NULL), "
        "count(*) FILTER (WHERE p.anonymised_date IS NOT NULL "
        "AND (p.name LIKE 'Ancien%%' OR l.name LIKE '%%Ancien%%')), "
        "(SELECT count(*) FROM citeslab_erasure) "
        "FROM res_partner p JOIN crm_lead l ON l.partner_id = p.id "
        "WHERE p.create_date = '2010-01-01'"
    )
    assert not left
    assert ledger == before + gone
    return gone
