"""Virtual environments with Odoo's libraries, complete or absent, never in between."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .errors import Trouble
from .home import REPO, digest, remove, stamp, stamped
from .process import run
from .progress import step
from .source import series

REQUIREMENTS = REPO / "tools"
PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
# Odoo 19 starts on 3.10; its pins have no wheel above 3.13.
SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
LAUNCHER = """\
from odoo.cli import main

if __name__ == "__main__":
    main()
"""


def _candidates():
    """Pythons to try: the system's first, since others may sit in a private home."""
    yield "/usr/bin/python3"
    yield sys.executable
    for version in reversed(SUPPORTED):
        yield shutil.which(f"python{version}")
    yield shutil.which("python3")


def _probe(python):
    answer = subprocess.run(
        [python, "-c", PROBE], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() if not answer.returncode else None


def interpreter():
    """Path and version of a Python that can make a venv; CITESLAB_PYTHON wins."""
    chosen = os.environ.get("CITESLAB_PYTHON")
    for python in [chosen] if chosen else _candidates():
        if python and Path(python).exists():
            version = _probe(python)
            if version in SUPPORTED:
                return python, version
    raise Trouble(
        f"No usable Python ({chosen or 'none found'}): Odoo 19 needs Python 3.10 to "
        "3.13 with its venv module (on Debian: python3 and python3-venv); "
        "CITESLAB_PYTHON may name one."
    )


class Venv:
    """A virtual environment made from requirement files of `tools/`."""

    def __init__(self, home, name):
        self.home = home
        self.folder = home / name
        self.python = self.folder / "bin/python"
        self.log = home / f"log/{name}.log"

    def pip(self, *words, what):
        """Run pip in this environment."""
        command = [self.python, "-m", "pip", "--disable-pip-version-check", "-q"]
        run(
            [*command, *words],
            what,
            self.log,
            env={**os.environ, "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"},
        )

    def ensure(self, label, requirements, extra=""):
        """Make it, unless it stands with the same Python and requirements.

        :param requirements: names of files in `tools/`
        :param extra: anything else that asks for a new environment when it changes
        :return: True when it was made anew
        """
        python, version = interpreter()
        files = [REQUIREMENTS / name for name in requirements]
        pins = [path.read_bytes() for path in files]
        mark = digest(python, version, extra, str(self.folder), *pins)
        if stamped(self.folder, mark) and self.python.exists():
            return False
        with step(label):
            remove(self.folder)
            run([python, "-m", "venv", self.folder], "Making a venv", self.log)
            words = [word for path in files for word in ("-r", path)]
            self.pip("install", *words, what="Installing Python libraries")
            self.pip("check", what="Checking Python libraries")
            self.finish()
            stamp(self.folder, mark)
        return True

    def finish(self):
        """Hook: what to add before the environment counts as complete."""

    def site_packages(self):
        """Where its libraries lie."""
        return next(self.folder.glob("lib/python3*/site-packages"))


class OdooVenv(Venv):
    """The environment that Odoo runs in: its libraries, its source on the path."""

    def __init__(self, home):
        super().__init__(home, "venv")
        self.source = None
        self.odoo = self.folder / "bin/odoo"

    def prepare(self, source):
        """Libraries for the Odoo in `source`."""
        self.source = source
        label = "Python libraries of Odoo (about 60 wheels)"
        self.ensure(label, ["requirements-odoo19.txt"], str(source))

    def add_test_tools(self):
        """Libraries of the tests, added once to the same environment."""
        path = REQUIREMENTS / "requirements-test.txt"
        folder = self.folder / "share/citeslab-test"
        mark = digest(path.read_bytes(), (self.folder / ".stamp").read_bytes())
        if stamped(folder, mark):
            return
        with step("Python libraries of the tests"):
            base = REQUIREMENTS / "requirements-odoo19.txt"
            self.pip("install", "-r", base, "-r", path, what="Installing test tools")
            folder.mkdir(parents=True, exist_ok=True)
            stamp(folder, mark)

    def finish(self):
        """Put Odoo on the path, known to pip (OCA wheels ask for it), with a launcher.

        A real script: with workers, Odoo starts `sys.argv[0]` again.
        """
        packages = self.site_packages()
        (packages / "odoo-source.pth").write_text(f"{self.source}\n", encoding="utf-8")
        version = series(self.source)
        info = packages / f"odoo-{version}.dist-info"
        info.mkdir(exist_ok=True)
        files = {
            "METADATA": f"Metadata-Version: 2.1\nName: odoo\nVersion: {version}\n",
            "INSTALLER": "citeslab\n",
        }
        for name, text in files.items():
            (info / name).write_text(text, encoding="utf-8")
        names = [f"{info.name}/{name}" for name in (*files, "RECORD")]
        record = "".join(f"{name},,\n" for name in [*names, "odoo-source.pth"])
        (info / "RECORD").write_text(record, encoding="utf-8")
        self.odoo.write_text(f"#!{self.python}\n{LAUNCHER}", encoding="utf-8")
        self.odoo.chmod(0o755)
