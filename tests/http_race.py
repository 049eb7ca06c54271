"""Logged-in HTTP clients that all ask for the same thing at the same moment."""

import http.cookiejar
import json
import threading
import urllib.request


class Client:
    """A user, logged in, with a JSON-RPC call."""

    def __init__(self, server, login):
        self.server = server
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar)
        )
        self.rpc(
            "/web/session/authenticate",
            {"db": server.db, "login": login, "password": login},
        )

    def rpc(self, path, params):
        """Answer of the server, with ``result`` or ``error``."""
        body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
        request = urllib.request.Request(
            self.server.url + path, body, {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=120) as answer:
            return json.load(answer)

    def create(self, model, values):
        """Create one record."""
        return self.rpc(
            f"/web/dataset/call_kw/{model}/create",
            {"model": model, "method": "create", "args": [[values]], "kwargs": {}},
        )


def race(clients, ask):
    """`ask(rank, client)` by every client at once; the answers, then the refusals."""
    barrier = threading.Barrier(len(clients))
    taken, refused = [], []

    def run(rank, client):
        barrier.wait()
        answer = ask(rank, client)
        (refused if "error" in answer else taken).append(answer)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, refused


def tagged(text, tag):
    """JSON on the line of a printed text that starts with a tag."""
    line = next(one for one in text.splitlines() if one.startswith(tag))
    return json.loads(line.removeprefix(tag))
