"""Fixtures of the journeys: databases, servers and a browser, all throwaway.

Run by `./citeslab test`, which has set everything up and started PostgreSQL.
"""

import itertools
import os
import socket
import socketserver
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tools"))

from citeslab_tool import progress, templates  # noqa: E402
from citeslab_tool.browser import FLAGS, find_browser  # noqa: E402
from citeslab_tool.demo import wait_until_served  # noqa: E402
from citeslab_tool.lab import Lab  # noqa: E402

progress.quiet = True
counter = itertools.count()


def pytest_configure(config):
    """Tell pytest of our marker."""
    config.addinivalue_line("markers", "nightly: takes long, run by --nightly")


def pytest_collection_modifyitems(items):
    """Skip what takes long, unless it was asked for."""
    if os.environ.get("CITESLAB_NIGHTLY"):
        return
    skip = pytest.mark.skip(reason="takes long: ./citeslab test --nightly runs it")
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def lab():
    """The set-up: `lab.sql`, `lab.env`, `lab.odoo(...)`, on the throwaway server."""
    if not os.environ.get("CITESLAB_TEST_RUN"):
        pytest.exit("run the tests with ./citeslab test", returncode=4)
    ready = Lab(throwaway=True)
    ready.set_up(tests=True)
    with ready.database_server():
        yield ready


@pytest.fixture(scope="session")
def new_database(lab):
    """Context manager: the name of a copy of a template, dropped afterwards.

    Without a template: a free name, for commands that create their database.
    """

    @contextmanager
    def make(template=None):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        run = os.environ["CITESLAB_TEST_RUN"]
        name = f"citeslab_run{run}_{worker}_{next(counter)}"
        if template:
            lab.copy(template, name)
        try:
            yield name
        finally:
            lab.drop(name)

    return make


@pytest.fixture
def free_db(new_database):
    """A name that no database has; whatever is created under it is dropped."""
    with new_database() as name:
        yield name


@pytest.fixture
def odoo_db(lab, new_database):
    """Name of a database with all our addons, French, without demo data."""
    with new_database(templates.all_addons(lab)) as name:
        yield name


@pytest.fixture
def demo_db(lab, new_database):
    """Name of a database with the demo, installed as `./citeslab demo` does."""
    with new_database(templates.demo(lab)) as name:
        yield name


def run_in_shell(lab, database, code):
    """What a Python snippet printed in `odoo shell` on a database.

    The snippet sees `env`; an exception in it fails the test with its traceback.
    """
    command = lab._command(["shell", "-d", database, "--no-http", "--log-level=error"])
    done = subprocess.run(
        command, input=code, capture_output=True, text=True, env=lab.env, check=False
    )
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.fixture
def odoo_env(lab):
    """Function: `odoo_env(db, code)`, see :func:`run_in_shell`."""
    return partial(run_in_shell, lab)


def free_ports(count=2):
    """Numbers of ports that nobody uses at this moment."""
    ports = [socket.socket() for _ in range(count)]
    for free in ports:
        free.bind(("127.0.0.1", 0))
    numbers = [free.getsockname()[1] for free in ports]
    for free in ports:
        free.close()
    return numbers


class Server:
    """A running Odoo: `url`, `db`, `log`."""

    def __init__(self, url, db, log):
        self.url = url
        self.db = db
        self.log = log

    def get(self, path):
        """Body of a page, as text."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return answer.read().decode()


@pytest.fixture(scope="session")
def start_server(lab):
    """Context manager: a real Odoo HTTP server on a database, on a free port."""

    @contextmanager
    def start(database, workers=0):
        port, gevent_port = free_ports()
        name = f"server-{database}.log"
        words = [
            "-d", database, f"--db-filter=^{database}$", f"--http-port={port}",
            f"--gevent-port={gevent_port}", f"--workers={workers}",
            "--max-cron-threads=0", "--http-interface=127.0.0.1",
        ]  # fmt: skip
        with lab.odoo_server(*words, log=name) as child:
            server = Server(
                f"http://127.0.0.1:{port}", database, lab.home / "log" / name
            )
            wait_until_served(child, server.url, server.log)
            yield server
        server.log.unlink(missing_ok=True)

    return start


@pytest.fixture
def server(odoo_db, start_server):
    """A server on a database with all our addons, without demo."""
    with start_server(odoo_db) as running:
        yield running


@pytest.fixture(scope="module")
def demo_server(lab, new_database, start_server):
    """A server on a copy of the demo, shared by the tests of a module."""
    with new_database(templates.demo(lab)) as name, start_server(name) as running:
        yield running


@pytest.fixture(scope="module")
def addons_server(lab, new_database, start_server):
    """A server with all our addons, without demo, shared by the tests of a module."""
    with (
        new_database(templates.all_addons(lab)) as name,
        start_server(name) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def browser():
    """Chromium driven by playwright."""
    path = find_browser()
    if not path:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, request):
    """A fresh French page of 1400 pixels; `page.outside` lists foreign requests.

    A test whose parameter `size` is that of a phone gets a phone, touched by fingers:
    lists then open as sheets. Requests to anything but this machine are refused and
    noted.
    """
    told = getattr(request.node, "callspec", None)
    size = told and told.params.get("size") or {"width": 1400, "height": 900}
    is_phone = size["width"] < 500
    context = browser.new_context(
        viewport=size,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        has_touch=is_phone,
        is_mobile=is_phone,
    )
    sheet = context.new_page()
    sheet.outside = []

    def guard(route):
        url = route.request.url
        if url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            route.continue_()
        else:
            sheet.outside.append(url)
            route.abort()

    context.route("**/*", guard)
    yield sheet
    context.close()


@pytest.fixture
def login(page):
    """Function: `login(server, "chef")` opens Odoo as this user; returns the page."""

    def open_as(server, user, password=None):
        page.goto(f"{server.url}/web/login")
        page.fill("input[name=login]", user)
        page.fill("input[name=password]", password or user)
        page.click("form.oe_login_form button[type=submit]")
        page.wait_for_selector(".o_main_navbar")
        return page

    return open_as


@pytest.fixture
def rpc(page, demo_server):
    """Function: call a method of a model as the user who is logged in."""

    def call(model, method, *args, **kwargs):
        answer = page.request.post(
            f"{demo_server.url}/web/dataset/call_kw/{model}/{method}",
            data={
                "params": {
                    "model": model,
                    "method": method,
                    "args": args,
                    "kwargs": kwargs,
                }
            },
        ).json()
        assert "error" not in answer, answer
        return answer["result"]

    return call


@pytest.fixture(scope="session")
def shared():
    """The folder of reference data that lies beside the clone."""
    folder = REPO.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no shared/ folder beside the clone")
    return folder


@pytest.fixture
def run_citeslab(lab):
    """Function: run `./citeslab ARGS…` on the throwaway server.

    Returns the CompletedProcess (returncode, stdout, stderr); `env` adds variables.
    """

    def run(*args, env=None, timeout=600):
        words = args[0] if len(args) == 1 and isinstance(args[0], list) else args
        return subprocess.run(
            [sys.executable, REPO / "citeslab", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env={**os.environ, **(env or {})},
        )

    return run


class _Mailbox(socketserver.StreamRequestHandler):
    """Enough of SMTP to take mails in."""

    def handle(self):
        self._say("220 local")
        while line := self.rfile.readline():
            word = line.decode(errors="replace").strip().upper()
            if word.startswith("QUIT"):
                self._say("221 bye")
                return
            if word.startswith("DATA"):
                self._say("354 go on")
                self._take()
            elif word.startswith("RCPT"):
                self.server.recipients.append(line.decode().strip().lower())
            self._say("250 ok")

    def _take(self):
        lines = iter(self.rfile.readline, b".\r\n")
        self.server.mails.append(b"".join(lines).decode(errors="replace"))

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mailbox():
    """A local SMTP server: `port`, `mails`, `recipients`."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox) as server:
        server.daemon_threads = True
        server.mails, server.recipients = [], []
        server.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
