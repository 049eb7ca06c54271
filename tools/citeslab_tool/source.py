"""Odoo 19's source: yours, the machine's, Debian's or a clone, in this order."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import debian
from .errors import DiskFull, Trouble
from .home import remove, stamp, stamped
from .process import run
from .progress import say, step

SUITE = "sid"
# What relative links of odoo-19 point to: newer ones than trixie's break them.
LINKED_SUITE = "trixie"
LINKED = (
    "libjs-jquery libjs-jquery-form libjs-underscore fonts-inconsolata "
    "fonts-font-awesome fonts-montserrat fonts-ocr-b fonts-roboto-unhinted"
).split()
# A face with French accents for PDFs, on machines that have no font at all.
TEXT_FONTS = ["fonts-dejavu-core"]
PACKAGES_IN = "usr/lib/python3/dist-packages"
CLONE_URL = "https://github.com/odoo/odoo.git"


def series(folder):
    """Series of the Odoo under `folder` ("19.0"), or None if there is none."""
    try:
        text = (folder / "odoo/release.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^version_info = \((\d+), (\d+)", text, re.M)
    return found and f"{found[1]}.{found[2]}"


def given():
    """The source named by ODOO_HOME, or None when it names nothing."""
    home = os.environ.get("ODOO_HOME")
    if not home:
        return None
    for folder in (Path(home), Path(home) / PACKAGES_IN):
        found = series(folder)
        if found == "19.0":
            return folder.absolute()
        if found:
            raise Trouble(f"ODOO_HOME={home} holds Odoo {found}: Odoo 19.0 is needed.")
    raise Trouble(
        f"ODOO_HOME={home} holds no Odoo (no odoo/release.py in it): point it at the "
        "folder of an Odoo 19 source, or unset it to have one fetched."
    )


def importable(python):
    """The source of an Odoo 19 that this Python imports already, or None."""
    code = "import odoo, os; print(os.path.dirname(list(odoo.__path__)[0]))"
    answer = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=False, cwd="/"
    )
    if answer.returncode:
        return None
    folder = Path(answer.stdout.strip().splitlines()[-1])
    return folder if series(folder) == "19.0" else None


def _dangling(root):
    return [path for path in root.rglob("*") if path.is_symlink() and not path.exists()]


def from_debian(home):
    """Unpack the Debian package under `home/odoo`; the download is kept until then."""
    root = home / "odoo"
    log = home / "log/odoo-source.log"
    wanted = " ".join([SUITE, LINKED_SUITE, *LINKED, *TEXT_FONTS])
    if stamped(root, wanted):
        return root / PACKAGES_IN
    with step("Odoo 19 from the Debian mirror (about 130 MB)"):
        draft = home / "odoo.new"
        debs = home / "odoo.debs"
        remove(root)
        remove(draft)
        remove(debs)
        apt = debian.PrivateApt(home / "apt-odoo", log)
        apt.use_debian([SUITE, LINKED_SUITE])
        apt.update()
        linked = [f"{name}/{LINKED_SUITE}" for name in LINKED + TEXT_FONTS]
        packages = apt.download([f"odoo-19/{SUITE}", *linked], debs)
        debian.unpack(packages, draft, log)
        _mend(draft / PACKAGES_IN)
        broken = _dangling(draft / "usr")
        if broken:
            raise Trouble(
                f"The Debian package of Odoo has {len(broken)} broken links, first "
                f"{broken[0]}: set ODOO_HOME to another Odoo 19 source."
            )
        stamp(draft, wanted)
        draft.replace(root)
        remove(debs)
        remove(home / "apt-odoo")
    return root / PACKAGES_IN


def _mend(packages):
    """Put back, empty, the one script that Debian strips: the web client loads it."""
    name = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    script = packages / name
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("/* not in the Debian package */\n", encoding="utf-8")


def from_clone(home):
    """Shallow clone of the 19.0 branch, for machines without Debian packages."""
    folder = home / "odoo-clone"
    if stamped(folder, "19.0"):
        return folder
    if not shutil.which("git"):
        raise Trouble(
            "Odoo 19 cannot be fetched: this machine has neither a Debian apt nor git. "
            "Install git, or set ODOO_HOME to an Odoo 19 source."
        )
    with step("Odoo 19 by a shallow clone of its 19.0 branch"):
        remove(folder)
        run(
            ["git", "clone", "-q", "--depth=1", "--branch=19.0", CLONE_URL, folder],
            "Cloning Odoo 19",
            home / "log/odoo-source.log",
        )
        stamp(folder, "19.0")
    return folder


def find(home, python):
    """Odoo 19's source folder, fetched if need be.

    :raise Trouble: wrong ODOO_HOME, or nothing could be fetched
    """
    known = given() or importable(python)
    if known:
        return known
    if (home / "odoo-clone/.stamp").exists():
        return from_clone(home)
    if not debian.available():
        return from_clone(home)
    try:
        return from_debian(home)
    except DiskFull:
        raise
    except Trouble as trouble:
        say(f"  {trouble}")
        say("  trying a clone of Odoo's branch 19.0 instead …")
        try:
            return from_clone(home)
        except Trouble as second:
            raise Trouble(
                "Odoo 19 could not be fetched, neither from Debian nor by a clone: "
                "check the network and run the same command again, or set ODOO_HOME to "
                f"an Odoo 19 source (whole log: {home / 'log/odoo-source.log'})."
            ) from second
