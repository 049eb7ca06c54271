"""The whole set-up in one object: Odoo, its libraries, a server, a configuration."""

import os
import shutil
import time
from contextlib import contextmanager
from functools import cached_property

from . import native, source
from .errors import Trouble
from .home import REPO, Home, digest
from .postgres import Cluster, External, Sql, external, prepare_role
from .process import background, pass_through, run
from .python_env import OdooVenv, interpreter

DROP_TRIES = 10  # seconds that its automatic vacuum may take

CONFIG = """\
[options]
addons_path = {addons_path}
data_dir = {data_dir}
list_db = False
without_demo = True
http_interface = 127.0.0.1
db_template = template1
max_cron_threads = 1
"""
SKIPPED = {"__pycache__", "tests", "README.rst", ".DS_Store"}


def addons():
    """Names of the addons of this repository, in alphabetical order."""
    return sorted(path.parent.name for path in REPO.glob("citeslab_*/__manifest__.py"))


def addon_fingerprint(name):
    """Changes when anything that Odoo loads of this addon changes."""
    folder = REPO / name
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not SKIPPED & set(path.relative_to(folder).parts)
    ]
    return digest(
        *(part for f in files for part in (str(f.relative_to(folder)), f.read_bytes()))
    )


class Lab:
    """Everything that a command needs to run Odoo.

    :param home: a Home; by default the one of the environment
    :param throwaway: use the cluster of the tests (fast, forgets everything)
    """

    def __init__(self, home=None, throwaway=False):
        self.home = home or Home()
        self.throwaway = throwaway
        self.venv = OdooVenv(self.home)
        self.pg_env = {}

    def set_up(self, tests=False):
        """Get Odoo and its libraries, once; a second call takes milliseconds."""
        source.given()  # a wrong ODOO_HOME is said before anything is done
        self.home.create()
        with self.home.lock("set-up"):
            if not (self.home / "venv/.stamp").exists():
                self.home.check_space()
            self.source = source.find(self.home, interpreter()[0])
            self.venv.prepare(self.source)
            if tests:
                self.venv.add_test_tools()
            self.native_env = {
                **native.pango_environment(self.home, self.venv),
                **native.font_environment(self.home, self.source),
            }
            self._write_config()

    @property
    def config(self):
        """Odoo's configuration file."""
        return self.home / ("odoo-test.conf" if self.throwaway else "odoo.conf")

    def _write_config(self):
        data_dir = self.home / ("data-test" if self.throwaway else "data")
        data_dir.mkdir(exist_ok=True)
        folders = [REPO, *filter(os.path.isdir, [self.source / "addons"])]
        text = CONFIG.format(addons_path=",".join(map(str, folders)), data_dir=data_dir)
        if not self.config.exists() or self.config.read_text(encoding="utf-8") != text:
            draft = self.config.with_suffix(f".{os.getpid()}")
            draft.write_text(text, encoding="utf-8")
            draft.replace(self.config)

    @cached_property
    def server(self):
        """The PostgreSQL in use: the user's, else our own cluster."""
        if external():
            return External()
        name = "test" if self.throwaway else "demo"
        return Cluster(self.home, name, self.throwaway)

    @contextmanager
    def database_server(self):
        """PostgreSQL up and ready for the time of the block."""
        with self.server.running() as env:
            self.pg_env = env
            if isinstance(self.server, Cluster):
                prepare_role(self.sql)
            elif env.get("PGUSER") == "postgres":
                raise Trouble(
                    "Odoo refuses to work as the database user postgres: give it "
                    "another role that may create databases, by PGUSER."
                )
            self.sql("SELECT 1")
            yield self

    @property
    def sql(self):
        """Runs one statement on that server."""
        return Sql(self.venv.python, self.pg_env)

    @property
    def env(self):
        """Environment for Odoo and everything around it."""
        path = [str(self.venv.folder / "bin")]
        if self.server.binaries:
            path.append(str(self.server.binaries))
        return {
            **os.environ,
            **self.native_env,
            **self.pg_env,
            "PATH": os.pathsep.join([*path, os.environ.get("PATH", os.defpath)]),
            "ODOO_RC": str(self.config),
            "CITESLAB_HOME": str(self.home.path),
        }

    def _command(self, words):
        return [self.venv.python, self.venv.odoo, *words]

    def odoo(self, *words, what, log="odoo.log", script=None, check=True):
        """Run Odoo to its end, its log in `log/<log>` of the home.

        :param script: Python for `odoo shell`, on standard input
        """
        return run(
            self._command(words),
            what,
            self.home / "log" / log,
            check=check,
            input_text=script,
            env=self.env,
            cwd=REPO,
        )

    def odoo_here(self, *words):
        """Run Odoo on our own terminal; return its exit code."""
        return pass_through(self._command(words), env=self.env)

    def odoo_server(self, *words, log):
        """Odoo serving in the background for the time of a `with` block."""
        path = self.home / "log" / log
        return background(self._command(words), path, env=self.env, cwd=REPO)

    def databases(self):
        """Names of the databases of the server."""
        return [row[0] for row in self.sql("SELECT datname FROM pg_database")]

    def drop(self, name):
        """Drop a database and its files, if it is there."""
        for left in range(DROP_TRIES, -1, -1):
            try:
                self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                break
            except Trouble:  # PostgreSQL cleans the tables: nobody may end that
                if not left:
                    raise
                time.sleep(1)
        for kind in ("data", "data-test"):
            shutil.rmtree(self.home / kind / "filestore" / name, ignore_errors=True)

    def copy(self, template, name):
        """Copy a database (attachments are inside): a third of a second."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
