"""A Chromium for tours and screenshots: the machine's, else Debian's."""

import os
import shutil

from . import debian
from .errors import Trouble
from .process import run
from .progress import say, step

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser():
    """Path of a Chromium or Chrome of this machine, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        path = shutil.which(name)
        if path:
            return path
    return None


def ensure_browser(home):
    """Find a browser, as root install Debian's; without one its tests are skipped."""
    if find_browser():
        return find_browser()
    if os.geteuid() or not debian.available():
        say("  no chromium on this machine: the tests that need a browser are skipped")
        return None
    log = home / "log/debian.log"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        with step("Chromium, installed by this machine's apt"):
            run(["apt-get", "-q", "update"], "Reading apt's sources", log, env=env)
            command = ["apt-get", "-q", "-y", "--no-install-recommends", "install"]
            run([*command, "chromium"], "Installing chromium", log, env=env)
    except Trouble as trouble:
        say(f"  {trouble} The tests that need a browser are skipped.")
    return find_browser()
