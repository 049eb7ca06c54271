"""Bad input: nothing breaks, nothing is half stored, and one sentence says why.

Fields and routes are read from the registry and the routing map: new ones are tried
without a word added here. The nightly run tries 20,000 values and all hostile files.
"""

import json
import re
import urllib.error
import urllib.parse
from collections import Counter

import bad_values
import pytest
from conftest import REPO, run_in_shell
from http_race import Client, tagged

SHELL = f"""
import sys
sys.path.insert(0, {str(REPO / "tests")!r})
import bad_shell
"""
ROUTES = f"""{SHELL}
import json
print("ROUTES", json.dumps(bad_shell.routes(env)))
print("LINKS", json.dumps(bad_shell.links(env)))
env.cr.commit()
"""
# Words of a programmer in a page.
UGLY = re.compile(r"Traceback \(most|psycopg2|odoo\.http|File &#34;|Internal Server")


def tell(lab, name, figures):
    """Print figures, and keep them in `log/bad-input.json` of the home."""
    path = lab.home / "log/bad-input.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    text = json.dumps({**known, name: figures}, indent=2, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    print(f"\nbad input, {name}: {json.dumps(figures, ensure_ascii=False)}")


def try_all(lab, database, *counts):
    """Run `bad_shell.run` in Odoo; its figures, what ended badly."""
    printed = run_in_shell(lab, database, f"{SHELL}\nbad_shell.run(env, *{counts})\n")
    told, tried = tagged(printed, "TOLD "), tagged(printed, "TRIED ")
    return {**tried, **told["counts"]}, told["faults"]


def test_some_bad_values_and_files(lab, demo_db):
    """About 400 values and 40 files through forms, quick creations and imports."""
    figures, faults = try_all(lab, demo_db, 250, 30, 120, 40)
    tell(lab, "ordinary", figures)
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)
    assert figures["values"] >= 400
    assert figures["files"] >= 35


@pytest.mark.nightly
def test_all_bad_values_and_files(lab, demo_db):
    """18,000 values and every hostile file; the routes have the rest."""
    figures, faults = try_all(lab, demo_db, 12_000, 1_000, 5_000, None)
    tell(lab, "nightly", figures)
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)
    assert figures["values"] >= 18_000
    assert figures["files"] >= 300


# Routes


class Visitor:
    """Asks for addresses; counts the answers, keeps the bad ones."""

    def __init__(self, server):
        self.server = server
        self.client = Client(server, "chef")
        self.answers, self.faults = Counter(), {}

    def ask(self, route, url, typed=None):
        """One request, by GET or, where something is typed, by POST."""
        data = typed and urllib.parse.urlencode(typed, errors="replace").encode()
        try:
            with self.client.opener.open(self.server.url + url, data, 60) as got:
                status, body = got.status, got.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        self.answers[f"{status // 100}xx"] += 1
        words = UGLY.search(body[:200_000].decode(errors="replace"))
        if status >= 500 or words:
            what = f"{status} {words and words[0]}"
            known = self.faults.setdefault(f"{route} | {what}", [0, url[:150], typed])
            known[0] += 1


def part(kind, value):
    """A value as a part of an address that its converter lets through."""
    if kind == "int":
        digits = re.sub(r"\D", "", str(value))[:40]
        return digits or "0"
    return urllib.parse.quote(str(value)[:1500], safe="", errors="replace") or "x"


def visit(server, routes, links, count):
    """Every route of ours with bad parts, bad parameters and bad bodies."""
    visitor = Visitor(server)
    with visitor.client.opener.open(f"{server.url}/citeslab/capture/state") as got:
        token = json.load(got)["token"]
    texts = bad_values.draw(bad_values.texts, count)
    whatever = bad_values.draw(bad_values.anything, count)
    wholes = bad_values.draw(bad_values.wholes, count)
    for number in range(count):
        route = routes[number % len(routes)]
        rank = number // len(routes)
        url = route["rule"]
        for name, kind in route["parts"].items():
            pool = wholes if kind == "int" else texts
            good = links if name == "token" else route["good"].get(name)
            chosen = good[rank % len(good)] if good and rank % 3 else pool[rank]
            before, after = re.split(rf"<[^<>]*\b{name}>", url)
            url = before + part(kind, chosen) + after
        names = route["params"] or ["x"]
        pool = whatever if rank % 2 else texts
        typed = {
            name: value if isinstance(value, str) else json.dumps(value)
            for place, name in enumerate(names)
            if (value := pool[(rank + place) % count]) is not None
        }
        if "POST" in route["methods"] and rank % 4:
            visitor.ask(route["rule"], url, {"csrf_token": token, **typed})
        else:
            query = urllib.parse.urlencode(typed, errors="replace")[:6000]
            visitor.ask(route["rule"], f"{url}?{query}")
    return visitor


def visited(lab, database, start_server, count):
    """Visit a server; the routes, and who visited them."""
    printed = run_in_shell(lab, database, ROUTES)
    routes, links = tagged(printed, "ROUTES "), tagged(printed, "LINKS ")
    with start_server(database) as server:
        visitor = visit(server, routes, links, count)
    figures = {"routes": len(routes), "requests": count, **visitor.answers}
    return figures, visitor.faults


def test_some_bad_requests(lab, demo_db, start_server):
    """Each route of ours three times."""
    figures, faults = visited(lab, demo_db, start_server, 48)
    tell(lab, "requests", figures)
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)
    assert figures["routes"] >= 15


@pytest.mark.nightly
def test_all_bad_requests(lab, demo_db, start_server):
    """2,000 requests with bad parts, parameters and bodies."""
    figures, faults = visited(lab, demo_db, start_server, 2_000)
    tell(lab, "all requests", figures)
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)
