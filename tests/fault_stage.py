"""A structure at work while its machine fails: database, supervisor, clients.

The database lies on a cluster of its own with fsync on, on a small tmpfs where the
machine lets us mount one, so that its disk can be filled without filling yours.
"""

import os
import random
import re
import signal
import subprocess
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

from citeslab_tool.home import REPO
from citeslab_tool.lab import Lab
from citeslab_tool.postgres import PORT, Cluster
from citeslab_tool.process import background, stop_group
from conftest import free_ports

DISK = 1536 * 1024**2
# The supervisor waits as long as that of the deployment page.
PAGE = (REPO / "docs/deployment.md").read_text(encoding="utf-8")
RESTART_SECONDS = int(re.search(r"RestartSec=(\d+)", PAGE)[1])


class Disk:
    """A small disk of its own in memory, where root may mount one."""

    def __init__(self, folder):
        self.folder = folder
        self.ballast = folder / "ballast"
        self.is_mounted = False

    @contextmanager
    def mounted(self):
        """Mount for the time of the block; a plain folder where it is forbidden."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.path.ismount(self.folder):  # a run that was killed left it
            subprocess.run(["umount", "-l", self.folder], check=False)
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", self.folder]
        with suppress(OSError):
            done = subprocess.run(command, capture_output=True, check=False)
            self.is_mounted = not done.returncode
        try:
            self.folder.chmod(0o755)
            yield self
        finally:
            if self.is_mounted:
                subprocess.run(["umount", "-l", self.folder], check=False)

    def fill(self):
        """Leave not one byte free."""
        with open(self.ballast, "wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 65536)

    def free(self):
        """Take the ballast away."""
        self.ballast.unlink(missing_ok=True)


class FaultyCluster(Cluster):
    """A cluster in a folder of its own, that can be stopped at once.

    :param folder: where its data lie; its disk may be full one day
    """

    def __init__(self, home, folder, name="faults"):
        super().__init__(home, name, throwaway=True)
        self.data = folder / f"pg-{name}"
        self.log = self.data / "server.log"

    @property
    def socket_folder(self):
        """Not on the disk that will be full."""
        return Path("/tmp") / f"citeslab-{self.name}-{os.getpid()}"

    def harden(self):
        """From the speed of filling a database to the care of keeping it."""
        self._stop()
        self.throwaway = False
        self._start()

    def crash(self):
        """Stop at once: nothing is written, the next start recovers from the log."""
        self._run(
            "pg_ctl", "stop", "-D", self.data, "-m", "immediate", "-w", "-t", "30",
            what="Stopping PostgreSQL at once", check=False,
        )  # fmt: skip

    def start(self):
        """Start again if it does not run; it may take several tries after a crash."""
        for _try in range(20):
            with suppress(Exception):
                self._start()
                if self.is_ready():
                    return
            time.sleep(0.5)
        raise AssertionError(f"PostgreSQL does not start again: {self._last_words()}")

    def is_ready(self):
        """Tell whether the server takes queries."""
        words = ["-h", self.socket_folder, "-p", PORT, "-q"]
        command = [self.binaries / "pg_isready", *words]
        env = self._environment(self.binaries)
        return not subprocess.run(command, check=False, env=env).returncode

    def _last_words(self):
        return self.log.read_text(errors="replace")[-800:]

    def copy_from(self, other, source, name):
        """A database of another cluster, copied into this one."""
        dump = [self.binaries / "pg_dump", "-Fc", "-Z0", "-U", "citeslab"]
        env = self._environment(self.binaries)
        place = ["-h", other["PGHOST"], "-p", other["PGPORT"]]
        load = [self.binaries / "pg_restore", "-h", self.socket_folder, "-p", PORT]
        words = ["-U", "postgres", "--no-owner", "--no-comments", "--role=citeslab"]
        load += [*words, "-d", name]
        with subprocess.Popen(
            [*dump, *place, source], stdout=subprocess.PIPE, env=env
        ) as out:
            subprocess.run(
                [*load, *words, "-d", name], stdin=out.stdout, env=env, check=False
            )
        assert not out.returncode

    def dump(self, name, file):
        """A backup of a database, as the deployment page makes one."""
        words = ["-h", self.socket_folder, "-p", PORT, "-U", "citeslab"]
        command = [self.binaries / "pg_dump", "-Fc", *words, "-f", file, name]
        subprocess.run(command, env=self._environment(self.binaries), check=True)

    def restore(self, file, name):
        """That backup in an empty database."""
        words = ["-h", self.socket_folder, "-p", PORT, "-U", "postgres", "--no-owner"]
        command = [self.binaries / "pg_restore", *words, "--no-comments"]
        command.append("--role=citeslab")
        subprocess.run(
            [*command, "-d", name, file],
            env=self._environment(self.binaries),
            check=False,
        )


class Supervisor:
    """Odoo restarted whenever it ends, as systemd's `Restart=always` does."""

    def __init__(self, lab, database, log, workers=2):
        port, gevent_port = free_ports()
        self.lab, self.db, self.log = lab, database, log
        self.url = f"http://127.0.0.1:{port}"
        self.words = [
            "-d", database, f"--db-filter=^{database}$", f"--http-port={port}",
            f"--gevent-port={gevent_port}", f"--workers={workers}",
            "--max-cron-threads=1", "--http-interface=127.0.0.1",
        ]  # fmt: skip
        self.child = None
        self.starts = 0
        self.is_over = threading.Event()

    @contextmanager
    def running(self):
        """Keep it up for the time of the block."""
        thread = threading.Thread(target=self._keep_up, daemon=True)
        thread.start()
        try:
            self.wait(120)
            yield self
        finally:
            self.is_over.set()
            if self.child:
                stop_group(self.child)
            thread.join(30)

    def _keep_up(self):
        while not self.is_over.is_set():
            self.starts += 1
            command = self.lab._command(self.words)
            with background(command, self.log, env=self.lab.env) as self.child:
                self.child.wait()
            self.is_over.wait(RESTART_SECONDS)

    def wait(self, patience=30):
        """Seconds until a page that needs the database is served.

        :raise AssertionError: when it takes longer than `patience`
        """
        start = time.monotonic()
        while time.monotonic() - start < patience:
            with suppress(OSError):
                with urllib.request.urlopen(f"{self.url}/web/login", timeout=10) as got:
                    if got.status == 200:
                        return time.monotonic() - start
            time.sleep(0.1)
        raise AssertionError(f"no service after {patience} s (log: {self.log})")

    def workers(self):
        """Process ids of what the master started."""
        pid = self.child.pid
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(one) for one in told.split()]

    def kill_a_worker(self, chance):
        """End one process of Odoo without a word."""
        with suppress(OSError, IndexError):
            os.kill(chance.choice(self.workers()), signal.SIGKILL)


class Post:
    """A mail server that can die: `port` takes mails in, or refuses whoever comes."""

    def __init__(self, make):
        self.make = make
        self.server = make(0)
        self.port = self.server.server_address[1]
        self.taken = self.server.recipients

    def die(self):
        """Refuse every connection from now on."""
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def rise(self):
        """Take mails in again, at the same port."""
        self.server = self.make(self.port)
        self.server.recipients = self.taken


def faulty_lab(folder, name="faults"):
    """A Lab on a cluster of its own in this folder, not started yet."""
    lab = Lab(throwaway=True)
    lab.set_up(tests=True)
    lab.server = FaultyCluster(lab.home, folder, name)
    return lab


class Traffic:
    """Clients that work without a pause and note what they were promised."""

    def __init__(self, jobs, seed):
        self.jobs = jobs
        self.chance = random.Random(seed)
        self.is_over = threading.Event()
        self.threads = []

    @contextmanager
    def running(self):
        """Work for the time of the block."""
        for job in self.jobs:
            thread = threading.Thread(target=self._work, args=(job,), daemon=True)
            thread.start()
            self.threads.append(thread)
        try:
            yield self
        finally:
            self.is_over.set()
            for thread in self.threads:
                thread.join(150)

    def _work(self, job):
        while not self.is_over.is_set():
            try:
                job.once()
            except (OSError, HTTPException, ValueError) as fault:  # we came for it
                job.fail(fault)
                time.sleep(0.2)
