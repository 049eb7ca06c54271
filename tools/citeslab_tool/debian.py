"""Debian packages without touching the system: a private apt, unpacked by dpkg-deb.

Works as root and as an ordinary user. No mirror is named: it is read from the machine's
own apt sources, and signatures are checked with the machine's Debian keyring.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .errors import Trouble
from .home import remove, stamp, stamped
from .process import run
from .progress import say, step

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SYSTEM_STATUS = Path("/var/lib/dpkg/status")


def available():
    """Tell whether this machine has apt and dpkg-deb."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def mirror():
    """The Debian mirror that this machine's apt uses already, or None.

    `DEBIAN_MIRROR` wins. On a fresh machine, before any `apt-get update`, origin and
    label are unknown: the source whose path ends in /debian is taken.
    """
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    rows = [line.split("|", 2) for line in listing.splitlines() if line.count("|") == 2]
    for origin, label, uri in rows:
        if origin == label == "Debian":
            return uri
    for _origin, _label, uri in rows:
        if re.search(r"/debian/?$", uri):
            return uri
    return None


class PrivateApt:
    """An apt of our own, in `folder`: its lists, cache and sources are apart."""

    def __init__(self, folder, log):
        self.folder = folder
        self.log = log

    def _configure(self, etc, status):
        for name in (
            "etc/sources.list.d",
            "etc/preferences.d",
            "etc/apt.conf.d",
            "state/lists/partial",
            "cache/archives/partial",
        ):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "state/status").touch()
        own = self.folder / "etc"
        config = [
            f'Dir "{self.folder}/"',
            f'Dir::Etc "{etc}/"',
            f'Dir::Etc::SourceList "{etc}/sources.list"',
            f'Dir::Etc::SourceParts "{etc}/sources.list.d/"',
            f'Dir::Etc::Parts "{own}/apt.conf.d/"',
            f'Dir::State "{self.folder}/state/"',
            f'Dir::State::Status "{status}"',
            f'Dir::Cache "{self.folder}/cache/"',
            'Acquire::Languages "none"',
            'Acquire::Retries "3"',
            'Acquire::http::Timeout "30"',
            'APT::Sandbox::User ""',
            'Debug::NoLocking "1"',
        ]
        if etc == own:
            config += [
                'Dir::Etc::Trusted "/dev/null"',
                'Dir::Etc::TrustedParts "/dev/null/"',
            ]
        text = "".join(f"{line};\n" for line in config)
        (self.folder / "apt.conf").write_text(text, encoding="utf-8")

    def use_debian(self, suites):
        """Read these suites of Debian, whatever the machine itself runs."""
        uri = mirror()
        if not uri:
            raise Trouble(
                "This machine's apt sources name no Debian mirror: set DEBIAN_MIRROR "
                "to one, or ODOO_HOME to an unpacked Odoo 19."
            )
        if not KEYRING.exists():
            raise Trouble(
                f"{KEYRING} is missing, so Debian's packages cannot be checked: "
                "install debian-archive-keyring, or set ODOO_HOME."
            )
        own = self.folder / "etc"
        self._configure(own, self.folder / "state/status")
        architecture = subprocess.check_output(
            ["dpkg", "--print-architecture"], text=True
        ).strip()
        (own / "sources.list").write_text("", encoding="utf-8")
        (own / "sources.list.d/odoo.sources").write_text(
            f"Types: deb\nURIs: {uri}\nSuites: {' '.join(suites)}\nComponents: main\n"
            f"Architectures: {architecture}\nSigned-By: {KEYRING}\n",
            encoding="utf-8",
        )

    def use_system(self):
        """Read the machine's own sources and know what it has installed."""
        self._configure(Path("/etc/apt"), SYSTEM_STATUS)

    def _apt(self, *words, check=True, **options):
        return run(
            ["apt-get", "-q", *words],
            "Reading the Debian mirror"
            if "update" in words
            else "Downloading packages",
            self.log,
            check=check,
            env={
                **os.environ,
                "APT_CONFIG": str(self.folder / "apt.conf"),
                "LC_ALL": "C.UTF-8",
            },
            **options,
        )

    def update(self):
        """Fetch the lists; a mirror past its date is accepted, still signed."""
        if self._apt("update", "--error-on=any", check=False):
            say("  the mirror is past its date or out of reach: trying once more …")
            late = "Acquire::Check-Valid-Until=false"
            self._apt("update", "--error-on=any", "-o", late)

    def download(self, packages, folder):
        """Fetch exactly these packages (`name` or `name/suite`) into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._apt("download", *packages, cwd=folder)
        return sorted(folder.glob("*.deb"))

    def download_missing(self, packages):
        """Fetch packages and whatever of their dependencies the machine lacks."""
        archives = self.folder / "cache/archives"
        for old in archives.glob("*.deb"):
            old.unlink()
        self._apt(
            "install", "--yes", "--download-only", "--no-install-recommends", *packages
        )
        return sorted(archives.glob("*.deb"))


def unpack(debs, root, log):
    """Unpack packages over `root`, without running any of their scripts."""
    root.mkdir(parents=True, exist_ok=True)
    for deb in debs:
        run(["dpkg-deb", "-x", deb, root], f"Unpacking {deb.name}", log)


def unpacked_beside(home, name, packages, what):
    """Packages of the machine's own release, unpacked in `home/name` if not there.

    :return: the root folder they lie in
    :raise Trouble: no apt, no network, no such package
    """
    root = home / name
    wanted = " ".join(packages)
    if stamped(root, wanted):
        return root
    if not available():
        raise Trouble(f"{what} is missing and this machine has no apt to fetch it.")
    log = home / "log/debian.log"
    with step(f"{what} from Debian packages, unpacked in {root}"):
        remove(root)
        apt = PrivateApt(home / "apt-system", log)
        apt.use_system()
        apt.update()
        unpack(apt.download_missing(packages), root, log)
        remove(apt.folder)
        stamp(root, wanted)
    return root
