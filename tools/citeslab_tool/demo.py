"""`./citeslab demo`: the database `citeslab_demo` in French, then a server for it."""

import argparse
import json
import os
import socket
import time
import urllib.request
from contextlib import suppress

from . import templates
from .errors import Trouble
from .home import digest
from .lab import Lab, addon_fingerprint, addons
from .progress import say, step

DATABASE = "citeslab_demo"
MARK = "citeslab demo "
# Logins of the demo data; the password of each is its login.
ROLES = {
    "volontaire": "volontaire",
    "chef": "chef de projet",
    "responsable": "responsable de structure",
    "chef-quimper": "chef de projet de l'autre structure",
    "animation": "animation du réseau",
    "admin": "administrateur d'Odoo",
}
READY_SECONDS = 120
# Scripts of `odoo_scripts/`, before and after our addons are installed.
PREPARE = ("store", "prepare_demo")
FINISH = ("finish_demo", "assets")


def fingerprint():
    """Changes when the way the demo is installed changes."""
    scripts = templates.script(*PREPARE, *FINISH)
    return digest(scripts, ",".join(templates.COMPANIONS))


def install(lab, name, report=None):
    """Install stock modules without demo, then our addons with theirs.

    :param name: an empty name; the database is complete when this returns
    :param report: called with the label of each step, for its progress line
    """
    report = report or (lambda label: step(f"    {label}"))
    stock = [*templates.stock_dependencies(), *templates.COMPANIONS]
    options = ["-d", name, "--skip-auto-install", "--stop-after-init", "--no-http"]
    with report("stock modules, in French"):
        lab.odoo(
            *options, "-i", ",".join(stock), "--load-language=fr_FR", "--without-demo",
            what="Installing stock modules", log="demo.log",
        )  # fmt: skip
        _script(lab, name, PREPARE)
    if addons():
        with report(f"{', '.join(addons())}, with demo data"):
            lab.odoo(
                *options, "-i", ",".join(addons()), "--with-demo",
                what="Installing our addons", log="demo.log",
            )  # fmt: skip
    with report("pages and styles"):
        _script(lab, name, FINISH)


def _script(lab, name, scripts):
    lab.odoo(
        "shell", "-d", name, "--no-http",
        what=f"Preparing the demo ({scripts[-1]})",
        script=templates.script(*scripts), log="demo.log",
    )  # fmt: skip


class Demo:
    """The demo database, and what we know of it.

    Its state is written as a comment of the database, so that it can't be lost apart
    from it: fingerprints of the addons, and whether an update was under way.
    """

    def __init__(self, lab):
        self.lab = lab

    def state(self):
        """The stamp as a dict; None without database; {} for a foreign one."""
        rows = self.lab.sql(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = %s",
            [DATABASE],
        )
        if not rows:
            return None
        comment = rows[0][0] or ""
        with suppress(ValueError):
            return json.loads(comment.removeprefix(MARK))
        return {}

    def _stamp(self, name, **state):
        # COMMENT takes a literal, no parameter; JSON of ours holds no quote.
        text = MARK + json.dumps({"way": fingerprint(), **state})
        self.lab.sql(f"""COMMENT ON DATABASE "{name}" IS '{text}'""")

    @staticmethod
    def wanted():
        """Fingerprints of the addons as they are now."""
        return {name: addon_fingerprint(name) for name in addons()}

    def ensure(self, reset=False):
        """Install, update or keep the database.

        :raise Trouble: a database of that name that we did not make
        """
        state = self.state()
        if state == {} and not reset:
            raise Trouble(
                f"The server has a database {DATABASE} that this command did not make: "
                "rename it, or say --reset to have it dropped."
            )
        if state is None or reset or state.get("way") != fingerprint():
            self._install()
        elif state.get("addons") != self.wanted() or state.get("updating"):
            self._update(state)

    def _install(self):
        draft = f"{DATABASE}_new"
        say(f"  Installing the demo in the database {DATABASE} (once)")
        wanted = self.wanted()
        self.lab.drop(draft)
        install(self.lab, draft)
        self._stamp(draft, addons=wanted)
        self.lab.drop(DATABASE)
        self.lab.sql(f'ALTER DATABASE "{draft}" RENAME TO "{DATABASE}"')

    def _update(self, state):
        wanted = self.wanted()
        known = state.get("addons", {})
        changed = [
            name for name in known if name in wanted and known[name] != wanted[name]
        ]
        if state.get("updating"):
            changed = [name for name in known if name in wanted]
        new = [name for name in wanted if name not in known]
        if set(known) - set(wanted):
            self._install()
            return
        self._stamp(DATABASE, addons=known, updating=True)
        if changed:
            with step(f"  Updating {', '.join(changed)} (their files changed)"):
                self._odoo("-u", changed)
        if new:
            _script(self.lab, DATABASE, PREPARE)
            with step(f"  Installing {', '.join(new)}"):
                self._odoo("-i", new)
        _script(self.lab, DATABASE, FINISH)
        self._stamp(DATABASE, addons=wanted)

    def _odoo(self, option, names):
        try:
            self.lab.odoo(
                "-d", DATABASE, option, ",".join(names), "--with-demo",
                "--skip-auto-install", "--stop-after-init", "--no-http",
                what="Updating the demo", log="demo.log",
            )  # fmt: skip
        except Trouble as trouble:
            raise Trouble(
                f"{trouble} `./citeslab demo --reset` installs the demo anew."
            ) from trouble

    def logins(self):
        """Rows (login, role) of the demo's users that exist."""
        rows = self.lab.sql(
            "SELECT login FROM res_users WHERE active AND login = ANY(%s)",
            [list(ROLES)],
            DATABASE,
        )
        found = {row[0] for row in rows}
        return [(login, role) for login, role in ROLES.items() if login in found]


def _check_port(port):
    if not 1 <= port <= 65535:
        raise Trouble(f"--port {port}: a port is a number from 1 to 65535.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Trouble(
                f"Port {port} is reserved to root: choose one above 1023, for instance "
                "./citeslab demo --port 8070."
            ) from error
        except OSError as error:
            raise Trouble(
                f"Port {port} is taken by another program: stop it, or choose another "
                f"port, for instance ./citeslab demo --port {_free_port()}."
            ) from error


def _free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_served(child, url, log):
    """Wait for the first page.

    :raise Trouble: when the server ends, or says nothing for two minutes
    """
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if child.poll() is not None:
            raise Trouble(
                f"Odoo stopped by itself (exit {child.returncode}): see {log}."
            )
        try:
            with urllib.request.urlopen(f"{url}/web/login", timeout=30):
                return
        except OSError:
            time.sleep(0.2)
    raise Trouble(f"Odoo does not answer on {url}: see {log}.")


def _announce(demo, url):
    print(f"\nCitésLab : {url}", flush=True)
    print("Identifiants (mot de passe = identifiant) :")
    for login, role in demo.logins():
        print(f"  {login:<12} {role}")


def _serve(lab, demo, port):
    url = f"http://127.0.0.1:{port}"
    log = lab.home / "log/server.log"
    words = [
        "-d", DATABASE, f"--db-filter=^{DATABASE}$", f"--http-port={port}",
        "--http-interface=127.0.0.1",
    ]  # fmt: skip
    with lab.odoo_server(*words, log="server.log") as child:
        with step(f"Starting Odoo (its log: {log})"):
            wait_until_served(child, url, log)
        _announce(demo, url)
        print("Ctrl-C arrête tout.", flush=True)
        code = child.wait()
        raise Trouble(f"Odoo stopped by itself (exit {code}): see {log}.")


def _options(words):
    parser = argparse.ArgumentParser(
        prog="citeslab demo", description="Install the demo in French and serve it."
    )
    parser.add_argument("--port", type=int, default=8069, help="port (default 8069)")
    parser.add_argument("--no-serve", action="store_true", help="install only")
    parser.add_argument("--reset", action="store_true", help="drop it and start anew")
    return parser.parse_args(words)


def _lock_name():
    """One demo per server of databases: ours, or the one that PGHOST names."""
    given = [os.environ.get(name, "") for name in ("PGHOST", "PGPORT", "PGSERVICE")]
    return f"demo-{digest(*given)}" if any(given) else "demo"


def main(words):
    """Run the command; return its exit code."""
    options = _options(words)
    if not options.no_serve:
        _check_port(options.port)
    lab = Lab()
    lab.set_up()
    busy = (
        "The demo of this folder is being installed or served by another "
        "./citeslab demo: stop it first."
    )
    with lab.home.claim(_lock_name(), busy), lab.database_server():
        demo = Demo(lab)
        demo.ensure(options.reset)
        if options.no_serve:
            print(f"The database {DATABASE} is ready: ./citeslab demo serves it.")
            for login, role in demo.logins():
                print(f"  {login:<12} {role}")
            return 0
        return _serve(lab, demo, options.port)
