"""`./citeslab lint`: every linter, one line each; exit 1 when one has a word to say."""

import argparse
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlparse

from .errors import Trouble
from .home import REPO, digest, remove, stamp, stamped
from .lab import Lab, addons
from .process import run
from .progress import say, step
from .python_env import Venv
from .sudo import unexplained

NPM = ["prettier@3.6.2", "@prettier/plugin-xml@3.4.2"]
OLD_IDIOMS = re.compile(
    r"_sql_constraints|kanban-box|<tree|tree,form|groups_id|osv\.expression|attrs=\"|"
    r"type=[\"']json[\"']|(?<![_a-z])read_group\(|oe_chatter|_inherit = \"mail\.test"
)
TEXT = {".py", ".xml", ".csv", ".js", ".scss", ".md", ".rst", ".yml", ".toml", ".txt"}
TEXT |= {".cfg", ".conf", ".json", ".sh", ".po", ".pot", ".html", ".css", ""}
# Home folders of accounts and mounts: a path of one machine, written down.
MACHINE_PATHS = re.compile(r"(?<![\w.}])/(?:root|home/\w+|Users/\w+|work)/\w")


def tracked(*patterns):
    """Files of the repository that are not ignored, as paths from its root."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPO,
    )
    if listing.returncode:
        raise Trouble(
            f"lint reads the list of files from git: {listing.stderr.strip()}"
        )
    return [name for name in listing.stdout.splitlines() if (REPO / name).is_file()]


def _registry_hosts():
    """Hosts of the package servers that this machine uses, from its own settings."""
    asked = [
        ["apt-get", "indextargets", "--format", "$(SITE)"],
        ["npm", "config", "get", "registry"],
        ["pip", "config", "list"],
    ]
    hosts = set()
    for command in asked:
        if shutil.which(command[0]):
            answer = subprocess.run(
                command, capture_output=True, text=True, check=False, cwd="/"
            )
            for url in re.findall(r"\w+://[^\s'\"]+", answer.stdout):
                hosts.add(urlparse(url).hostname)
    return hosts - {None, "", "localhost", socket.gethostname()}


class Linters:
    """Each public method is one check: it returns lines to mend."""

    def __init__(self, lab, fix=False):
        self.lab = lab
        self.fix = fix
        self.venv = Venv(lab.home, "venv-lint")
        self.addons = addons()

    def set_up(self):
        """Install the linters, once, in an environment of their own."""
        self.lab.set_up()
        with self.lab.home.lock("set-up-lint"):
            self.venv.ensure("Linters", ["requirements-lint.txt"])

    def _tool(self, name, *words):
        answer = subprocess.run(
            [self.venv.folder / "bin" / name, *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=REPO,
            env={**os.environ, "NO_COLOR": "1", "TERM": "dumb"},
        )
        lines = (answer.stdout + answer.stderr).strip().splitlines()
        return lines or [f"exit {answer.returncode}"] if answer.returncode else []

    def ruff_check(self):
        """ruff check"""
        mode = "--fix" if self.fix else "--no-fix"
        return self._tool("ruff", "check", mode, "--output-format=concise", ".")

    def ruff_format(self):
        """ruff format"""
        return self._tool("ruff", "format", *([] if self.fix else ["--check"]), ".")

    def pylint_mandatory(self):
        """pylint-odoo, mandatory checks"""
        return self._pylint(".pylintrc-mandatory")

    def pylint_optional(self):
        """pylint-odoo, optional checks"""
        return self._pylint(".pylintrc")

    def _pylint(self, rcfile):
        if not self.addons:
            return []
        return self._tool("pylint", f"--rcfile={rcfile}", *self.addons)

    def oca_modules(self):
        """oca-checks-odoo-module"""
        return self._tool("oca-checks-odoo-module", *self.addons) if self.addons else []

    def oca_po(self):
        """oca-checks-po"""
        files = tracked("citeslab_*/i18n/*.po", "citeslab_*/i18n/*.pot")
        if not files:
            return []
        return self._tool("oca-checks-po", "--disable=po-pretty-format", *files)

    def licences(self):
        """manifestoo: licences of what the addons depend on"""
        if not self.addons:
            return []
        paths = [self.lab.source / "odoo/addons", self.lab.source / "addons", REPO]
        folders = ",".join(str(path) for path in paths if path.is_dir())
        words = ["--odoo-series=19.0", f"--addons-path={folders}"]
        chosen = f"--select-include={','.join(self.addons)}"
        return self._tool("manifestoo", *words, chosen, "check-licenses")

    def xml(self):
        """XML: well-formed, indented by four"""
        from xml.etree import ElementTree

        found = []
        for name in tracked("*.xml"):
            text = (REPO / name).read_text(encoding="utf-8")
            try:
                ElementTree.fromstring(text.encode())
            except ElementTree.ParseError as error:
                found.append(f"{name}: {error}")
            found += [
                f"{name}:{number}: indented by a tab"
                for number, line in enumerate(text.splitlines(), 1)
                if re.match(r" *\t", line)
            ]
        return found

    def prettier(self):
        """prettier: XML, SCSS, JavaScript"""
        files = tracked("*.xml", "*.scss", "*.js", "*.css", "*.yml")
        if not files:
            return []
        if not shutil.which("npm"):
            say("    prettier: skipped, this machine has no node")
            return []
        mode = "--write" if self.fix else "--check"
        plugin = self._node() / "node_modules/@prettier/plugin-xml/src/plugin.js"
        answer = subprocess.run(
            [self._node() / "node_modules/.bin/prettier", f"--plugin={plugin}", mode]
            + files,
            capture_output=True,
            text=True,
            check=False,
            cwd=REPO,
        )
        if not answer.returncode:
            return []
        return (answer.stderr + ("" if self.fix else answer.stdout)).splitlines()

    def _node(self):
        folder = self.lab.home / "node"
        mark = digest(*NPM)
        if not stamped(folder, mark):
            remove(folder)
            folder.mkdir()
            with step("prettier"):
                run(
                    ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder]
                    + NPM,
                    "Installing prettier",
                    self.lab.home / "log/npm.log",
                    cwd=folder,
                )
            stamp(folder, mark)
        return folder

    def idioms(self):
        """idioms of older Odoo"""
        return self._grep(OLD_IDIOMS, tracked("citeslab_*/*.py", "citeslab_*/*.xml"))

    def sudo_reasons(self):
        """sudo: each one has its reason"""
        files = tracked("citeslab_*/*.py")
        return unexplained([name for name in files if "/tests/" not in name])

    def paths_and_hosts(self):
        """no package server's host, no path of one machine"""
        hosts = "|".join(re.escape(host) for host in sorted(_registry_hosts()))
        names = [name for name in tracked() if Path(name).suffix in TEXT]
        found = (
            self._grep(re.compile(rf"(?<![\w.-])(?:{hosts})"), names) if hosts else []
        )
        own = re.compile(re.escape(str(REPO.parent)) + r"/")
        return found + self._grep(own, names) + self._grep(MACHINE_PATHS, names)

    @staticmethod
    def _grep(pattern, names):
        found = []
        for name in names:
            text = (REPO / name).read_text(encoding="utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), 1):
                if pattern.search(line) and "# noqa: citeslab" not in line:
                    found.append(f"{name}:{number}: {line.strip()[:100]}")
        return found

    def compose(self):
        """docker-compose.yml against its schema"""
        if not (REPO / "docker-compose.yml").exists():
            return ["docker-compose.yml is missing"]
        schema = "--builtin-schema=vendor.compose-spec"
        return self._tool("check-jsonschema", schema, "docker-compose.yml")

    def manifests(self):
        """each addon has README.rst, tests and i18n/fr.po"""
        return [
            f"{addon}: {name} is missing"
            for addon in self.addons
            for name in ("README.rst", "tests", "i18n/fr.po")
            if not (REPO / addon / name).exists()
        ]


CHECKS = (
    "ruff_check", "ruff_format", "pylint_mandatory", "pylint_optional", "oca_modules",
    "oca_po", "licences", "xml", "prettier", "idioms", "sudo_reasons",
    "paths_and_hosts", "compose", "manifests",
)  # fmt: skip


def main(words):
    """Run the linters (or those named); return the exit code."""
    parser = argparse.ArgumentParser(
        prog="citeslab lint", description="Run the linters."
    )
    parser.add_argument("--fix", action="store_true", help="let ruff and prettier mend")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    options = parser.parse_args(words)
    unknown = set(options.checks) - set(CHECKS)
    if unknown:
        raise Trouble(f"No check {', '.join(unknown)}; there are: {', '.join(CHECKS)}.")
    linters = Linters(Lab(), options.fix)
    linters.set_up()
    failed = 0
    for name in options.checks or CHECKS:
        check = getattr(linters, name)
        lines = check()
        print(f"{'failed' if lines else 'ok':<7} {check.__doc__}", flush=True)
        for line in lines:
            print(f"        {line}")
        failed += bool(lines)
    total = len(options.checks or CHECKS)
    print(f"lint: {total - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0
