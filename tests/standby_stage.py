"""Two PostgreSQL servers, Odoo with workers, nginx in front: more than one machine.

As docs/deployment.md has it: the standby is copied by `pg_basebackup` through a slot,
and nginx has the server block of `docker/nginx.conf`, word for word but for addresses.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager

from citeslab_tool import debian
from citeslab_tool.errors import Trouble
from citeslab_tool.postgres import PORT, Sql
from citeslab_tool.process import background
from conftest import REPO, free_ports
from fault_stage import FaultyCluster

SLOT = "standby"
LOGGING = """
log_statement = 'all'
log_line_prefix = '%m [%p] '
wal_level = replica
"""


class Loud(FaultyCluster):
    """A cluster that writes down every statement it is asked."""

    def _configure(self):
        super()._configure()
        with open(self.data / "citeslab.conf", "a", encoding="utf-8") as config:
            config.write(LOGGING)

    def superuser(self, query, database="postgres"):
        """Rows of a statement of the administrator."""
        env = {**self.env, "PGUSER": "postgres"}
        return Sql(sys.executable, env)(query, (), database)

    def said(self, start=0):
        """The log from this byte on."""
        with open(self.log, "rb") as handle:
            handle.seek(start)
            return handle.read().decode(errors="replace")

    def size(self):
        """Bytes of the log so far."""
        return self.log.stat().st_size


class Standby(Loud):
    """A hot standby of another cluster, which it follows through a slot."""

    def __init__(self, home, folder, primary):
        super().__init__(home, folder, "standby")
        self.primary = primary

    def _initialise(self):
        if (self.data / "PG_VERSION").exists():
            return
        self.primary.superuser(
            f"SELECT pg_create_physical_replication_slot('{SLOT}', true)"
        )
        self._run(
            "pg_basebackup", f"--host={self.primary.socket_folder}", f"--port={PORT}",
            "--username=postgres", f"--pgdata={self.data}", "--write-recovery-conf",
            f"--slot={SLOT}", "--checkpoint=fast", "--no-sync",
            what="Copying the primary",
        )  # fmt: skip
        self.log.unlink(missing_ok=True)

    def pause(self):
        """Take in what the primary sends, and apply none of it."""
        self.superuser("SELECT pg_wal_replay_pause()")
        while self.superuser("SELECT pg_get_wal_replay_pause_state()") != [["paused"]]:
            time.sleep(0.1)

    def go_on(self):
        """Apply what was taken in, and wait until all of it is."""
        self.superuser("SELECT pg_wal_replay_resume()")
        self.catch_up()

    def catch_up(self, patience=60):
        """Wait until everything that the primary has written is here.

        :raise AssertionError: when it takes longer than `patience` seconds
        """
        ((wanted,),) = self.primary.superuser("SELECT pg_current_wal_lsn()::text")
        query = f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'::pg_lsn"
        until = time.monotonic() + patience
        while self.superuser(query) != [[True]]:
            assert time.monotonic() < until, "the standby does not catch up"
            time.sleep(0.1)


def find_nginx(home):
    """Path of nginx: the machine's, else Debian's, unpacked; None without either."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    found = shutil.which("nginx", path=path)
    if found:
        return found
    try:
        root = debian.unpacked_beside(home, "nginx-deb", ["nginx-light"], "nginx")
    except Trouble:
        return None
    return next(map(str, root.glob("usr/sbin/nginx")), None)


NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/citeslab.conf;
}}
"""


@contextmanager
def nginx(binary, folder, odoo_port, gevent_port):
    """Address of a proxy with the shipped server block, in front of an Odoo."""
    (port,) = free_ports(1)
    shipped = (REPO / "docker/nginx.conf").read_text(encoding="utf-8")
    block, count = re.subn(r"listen 8080", f"listen 127.0.0.1:{port}", shipped)
    block, pages = re.subn(r"odoo:8069", f"127.0.0.1:{odoo_port}", block)
    block, sockets = re.subn(r"odoo:8072", f"127.0.0.1:{gevent_port}", block)
    assert (count, pages, sockets) == (1, 2, 1), "docker/nginx.conf has changed"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "citeslab.conf").write_text(block, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(NGINX.format(folder=folder, user=user), encoding="utf-8")
    command = [binary, "-p", folder, "-c", main, "-e", folder / "error.log"]
    subprocess.run([*command, "-t", "-q"], check=True)
    with background(command, folder / "nginx.log"):
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"


def _wait_for(port, patience=20):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with closing(socket.socket()) as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on port {port}")
