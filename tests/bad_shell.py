"""Bad input through imports and forms; runs inside `odoo shell`, which has Odoo.

Everything is tried inside a savepoint that is always undone. A trial ends well when
the value is taken in, or refused by one of Odoo's own sentences.
"""

import base64
import inspect
import json
import re
import time
from collections import Counter

import bad_values
import hostile_files
import psycopg2

from odoo.exceptions import UserError

LONGEST_SENTENCE = 1500
SLOWEST = 20  # seconds for one file, on a loaded machine
# Words of a programmer, not of a colleague.
UGLY = re.compile(r"Traceback|psycopg2|line \d+, in |<class |object at 0x|File \"")
COUNTED = (
    "crm_lead", "res_partner", "citeslab_budget_entry", "event_event",
    "citeslab_report", "citeslab_report_file", "citeslab_campaign", "citeslab_capture",
    "citeslab_interview", "citeslab_neighborhood",
)  # fmt: skip


class Undo(Exception):
    """Ends a trial that was taken in."""


class Trials:
    """Tries, counts, and keeps what ended badly."""

    def __init__(self, env, lang="fr_FR"):
        admin = env.ref("base.user_admin")
        groups = ("group_manager", "group_network")
        admin.group_ids = [(4, env.ref(f"citeslab_base.{one}").id) for one in groups]
        companies = env["res.company"].search([])
        admin.company_ids = companies
        company = env["citeslab.interview"].search([], limit=1).company_id
        admin.company_id = company or companies[:1]
        ids = (admin.company_id | companies).ids
        self.env = env(user=admin, context={"lang": lang, "allowed_company_ids": ids})
        self.env.flush_all()
        self.counts, self.faults = Counter(), {}

    def of(self, where, value, act, is_form=False):
        """One trial of `act()`; `where` names the field or the import."""
        env, before = self.env, time.monotonic()
        try:
            with env.cr.savepoint(flush=False):
                act()
                env.flush_all()
                raise Undo
        except Undo:
            self.counts["taken"] += 1
        except UserError as refused:
            self._judge(where, value, str(refused.args[0] if refused.args else ""))
        except psycopg2.IntegrityError:
            self.counts["refused"] += 1  # Odoo words it itself
        except Exception as error:  # what a user would see as a traceback
            if env["ir.http"]._citeslab_cannot_be_kept(error) and is_form:
                self.counts["refused"] += 1
                return
            self._fault(where, value, f"{type(error).__name__}: {error}")
        finally:
            env.transaction.clear()
        if time.monotonic() - before > SLOWEST:
            self._fault(where, value, f"took {time.monotonic() - before:.0f} s")

    def _judge(self, where, value, sentence):
        self.counts["refused"] += 1
        if not sentence.strip():
            self._fault(where, value, "refused without a word")
        elif UGLY.search(sentence):
            self._fault(where, value, f"words of a programmer: {sentence[:200]}")
        elif len(sentence) > LONGEST_SENTENCE:
            self._fault(where, value, f"{len(sentence)} characters: {sentence[:80]}")

    def _fault(self, where, value, what):
        what = re.sub(r"\s+", " ", what)[:220]
        kind = re.sub(r"[0-9]+|[\"“'].*", "#", what)[:60]
        known = self.faults.setdefault(f"{where} | {kind}", [0, repr(value)[:90], what])
        known[0] += 1
        self.counts["faults"] += 1

    def rows(self):
        """How many rows the tables hold that bad input must not feed."""
        found = {}
        for table in COUNTED:
            self.env.cr.execute(f"SELECT count(*) FROM {table}")
            found[table] = self.env.cr.fetchone()[0]
        return found

    def tell(self):
        """One line of JSON for the test that reads us."""
        told = {"counts": dict(self.counts), "faults": self.faults}
        print("TOLD", json.dumps(told, default=str))


# Forms


def own_fields(env):
    """Every field of ours that a user may write: of our models, and on the host's."""
    for name in sorted(env.registry.models):
        model = env[name]
        if model._abstract or not model._auto:
            continue
        for field in model._fields.values():
            ours = any(one.startswith("citeslab_") for one in field._modules)
            if (
                ours
                and field.type in bad_values.BY_TYPE
                and field.name not in ("id", "create_date", "write_date")
                and not (field.compute and not field.inverse and field.readonly)
                and not (field.related and field.readonly)
            ):
                yield model, field


def _target(model):
    """An existing record to write on, preferably of ours."""
    domain = [("is_parcours", "=", True)] if model._name == "crm.lead" else []
    if model._name == "res.partner":
        domain = [("is_porteur", "=", True)]
    return model.search(domain, limit=1)


def forms(trials, count):
    """Every field of every form, saved as the web client saves it."""
    env = trials.env
    fields = [
        (model, field)
        for model, field in own_fields(env)
        if not model._transient or model.has_access("create")
    ]
    share = max(1, -(-count // len(fields)))
    pools = {
        kind: bad_values.draw(strategy, max(share * 6, 120))
        for kind, strategy in bad_values.BY_TYPE.items()
    }
    targets = {model._name: _target(model).id for model, _field in fields}
    for rank in range(share):
        for place, (model, field) in enumerate(fields):
            if trials.counts.total() >= count:
                return len(fields)
            pool = pools[field.type]
            value = pool[(rank * 7 + place) % len(pool)]
            _try_field(trials, model, field, value, targets[model._name])
    return len(fields)


def _try_field(trials, model, field, value, target):
    where = f"{model._name}.{field.name}"
    if field.type == "selection":  # a list offers its own values only
        values = field.get_values(trials.env)
        value = values[value % len(values)] if values else False
    if not model._name.startswith("citeslab.") and isinstance(value, str):
        value = value.replace("\0", "")  # the host's own forms answer as they did
    record = trials.env[model._name].browse(target or [])
    trials.of(where, value, lambda: record.web_save({field.name: value}, {}), True)


def quick_creates(trials, count):
    """The name typed in a kanban column or in a many2one."""
    env = trials.env
    names = [
        name
        for name in sorted(env.registry.models)
        if name.startswith("citeslab.")
        and not (env[name]._abstract or env[name]._transient)
        and env[name]._auto
        and env[name]._rec_name
    ]
    pool = bad_values.draw(bad_values.texts, count)
    for rank, value in enumerate(pool):
        name = names[rank % len(names)]
        trials.of(
            f"{name} name_create",
            value,
            lambda name=name, value=value: env[name].name_create(value),
            is_form=True,
        )


# Imports


def register_file(column, value):
    """A register of one good row in which one cell is bad."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    cells = hostile_files.ROW.split(";")
    cells[column] = value
    writer.writerow(hostile_files.HEADERS.split(";"))
    writer.writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def take_register(env, content):
    """The register import, as its buttons do it."""
    wizard = env["citeslab.register.import"].create(
        {"data": base64.b64encode(content), "filename": "x", "create_labels": True}
    )
    wizard.action_check()
    if not wizard.error_count:
        wizard.action_import()
        return
    sentences = wizard.problem_ids.mapped("message")
    raise UserError(max(sentences, key=len))


def take_fec(env, content):
    """The import of a ledger."""
    budget = env["citeslab.budget"].search([("state", "=", "draft")], limit=1)
    budget = budget or env["citeslab.budget"].search([], limit=1)
    wizard = env["citeslab.fec.import"].create(
        {"budget_id": budget.id, "file": base64.b64encode(content)}
    )
    wizard.action_import()


def take_report(env, content):
    """A report of a structure of another database."""
    file = env["ir.attachment"].create({"name": "bilan.json", "raw": content})
    env["citeslab.report.receive"].create(
        {"file_ids": [(6, 0, file.ids)]}
    ).action_receive()


def take_campaign(env, content):
    """A campaign that the network sent."""
    env["citeslab.campaign.receive"].create(
        {"file": base64.b64encode(content)}
    ).action_receive()


def take_plan(env, text):
    """The plan of a year, pasted."""
    plan = env["citeslab.event.plan"].create({"text": text, "year": 2026})
    plan.action_check()
    plan.action_create()


def take_capture(env, entry):
    """A capture of the phone page: it is answered, whatever it holds."""
    (answer,) = env["citeslab.capture"]._receive([entry])
    if answer["state"] == "refused":
        raise UserError(answer["message"])


FILES = {
    "register": take_register,
    "fec": take_fec,
    "report file": take_report,
    "campaign": take_campaign,
}


def files(trials, limit=None):
    """Every hostile file through every import that takes files."""
    chosen = hostile_files.every(limit)
    for name, content in chosen:
        for label, take in FILES.items():
            trials.of(
                f"{label}: {re.sub(r' (for|[0-9]+/?[0-9]*) ?.*', '', name)}",
                name,
                lambda take=take, content=content: take(trials.env, content),
            )
    return len(chosen)


def imports(trials, count):
    """Bad values in every column and line of every import."""
    env = trials.env
    kinds = [one.name for one in env["citeslab.event.kind"].search([], limit=3)]
    head, row = hostile_files.FEC.split("\r\n")[:2]
    columns = head.split("\t")
    width = len(hostile_files.HEADERS.split(";"))
    texts = bad_values.draw(bad_values.texts, count)
    whatever = bad_values.draw(bad_values.anything, count)
    capture = {"nonce": "0" * 32, "kind": "person", "name": "Zoé", "place": "Marché"}
    keys = [*capture, "phone", "line", "date", "area", "company", "count", "already",
            "gender", "age_band"]  # fmt: skip
    shapes = json.loads(hostile_files.network_file())

    def plan(rank, value):
        cells = ["15/02", kinds[rank % len(kinds)], "Atelier", "18h"]
        cells[rank % 4] = value
        return "; ".join(cells)

    def ledger(rank, value):
        cells = row.split("\t")
        cells[rank % len(cells)] = value
        return "\r\n".join([head, "\t".join(cells)]).encode("utf-8", "replace")

    def network(rank, value):
        key = list(shapes)[rank % len(shapes)]
        return json.dumps({**shapes, key: value}).encode()

    def entry(rank, value):
        return {**capture, keys[rank % len(keys)]: value}

    makers = (
        (lambda r, v: f"register {r % width}", take_register,
         lambda r, v: register_file(r % width, v), texts),
        (lambda r, v: "plan", take_plan, plan, texts),
        (lambda r, v: f"fec {columns[r % len(columns)]}", take_fec, ledger, texts),
        (lambda r, v: "report file", take_report, network, whatever),
        (lambda r, v: "campaign", take_campaign, network, whatever),
        (lambda r, v: f"capture {keys[r % len(keys)]}", take_capture, entry, whatever),
    )  # fmt: skip
    for number in range(count):
        where, take, make, pool = makers[number % len(makers)]
        rank, value = number // len(makers), pool[number]
        content = make(rank, value)
        trials.of(
            where(rank, value),
            value,
            lambda take=take, content=content: take(env, content),
            is_form=take is take_plan,
        )


def run(env, forms_count, names_count, imports_count, files_limit):
    """All of it; prints the counts and what ended badly.

    :param files_limit: None for all the files
    """
    trials = Trials(env)
    before = trials.rows()
    told = {"fields": forms(trials, forms_count)}
    quick_creates(trials, names_count)
    imports(trials, imports_count)
    values = trials.counts.total()
    told["files"] = files(trials, files_limit)
    assert trials.rows() == before, "something was stored"
    print("TRIED", json.dumps({**told, "values": values, "all": trials.counts.total()}))
    trials.tell()


# Routes


def routes(env):
    """Every HTTP route of ours, read from the routing map.

    :rtype: list[dict]
    """
    found = {}
    for rule in env["ir.http"].routing_map().iter_rules():
        endpoint = rule.endpoint
        module = endpoint.func.__wrapped__.__module__
        if not module.startswith("odoo.addons.citeslab_"):
            continue
        source = inspect.getsource(endpoint.func.__wrapped__)
        parts = {
            name: type(kind).__name__.removesuffix("Converter").lower()
            for name, kind in rule._converters.items()
        }
        parts = {
            n: "int" if k in ("integer", "int") else "text" for n, k in parts.items()
        }
        signature = inspect.signature(endpoint.func.__wrapped__).parameters
        params = [n for n in signature if n not in ("self", *parts)]
        found[rule.rule] = {
            "rule": rule.rule,
            "parts": parts,
            "methods": sorted(rule.methods or ("GET", "POST")),
            "params": sorted({*params, *_asked_for(endpoint, source)}),
            "good": _good(env, parts),
        }
    return [found[rule] for rule in sorted(found)]


def _asked_for(endpoint, source):
    """Names of parameters that a controller reads from what was typed."""
    module = inspect.getsource(inspect.getmodule(endpoint.func.__wrapped__))
    names = set(
        re.findall(r"(?:typed|params|kwargs|kw|post)\.get\(\s*\"(\w+)\"", module)
    )
    if "renderer._parse" in source or "_matrix(params)" in source:
        names.update(("company_id", "year", "date_from", "date_to", "territory_id",
                      "neighborhood_ids", "communes", "compare"))  # fmt: skip
    return names


def _good(env, parts):
    """Values that exist, so that what comes after them is reached too."""
    models = {
        "budget_id": "citeslab.budget",
        "report_id": "citeslab.report",
        "partner_id": "res.partner",
        "entry_id": "citeslab.campaign.entry",
    }
    good = {}
    for name in parts:
        if name in models:
            good[name] = env[models[name]].search([], limit=3).ids
        elif name == "file_format":
            good[name] = ["csv", "xlsx", "json", "zip", "pdf", "handover"]
    return good


def links(env):
    """Tokens of orientation links that open."""
    found = []
    for orientation in env["citeslab.orientation"].search([], limit=6):
        for purpose in ("answer", "news"):
            address = env["citeslab.orientation.link"]._issue(
                orientation, purpose, orientation.partner_id
            )
            found.append(address.rsplit("/", 1)[1])
    return found
