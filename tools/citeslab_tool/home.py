"""Where what is set up lives: `.citeslab/` of the clone, or `CITESLAB_HOME`."""

import fcntl
import hashlib
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from .errors import Trouble
from .progress import say

REPO = Path(__file__).resolve().parents[2]
# Odoo 1.3 GB, libraries 0.6 GB, a database or two: below this a set-up can't end well.
NEEDED_BYTES = 3 * 1024**3


class Home:
    """The folder of what is set up, with its locks and its stamps."""

    def __init__(self, path=None):
        chosen = path or os.environ.get("CITESLAB_HOME") or REPO / ".citeslab"
        self.path = Path(chosen).expanduser().absolute()

    def __truediv__(self, name):
        return self.path / name

    @property
    def key(self):
        """Short name of this folder, for what must live elsewhere."""
        return hashlib.sha256(str(self.path).encode()).hexdigest()[:10]

    def create(self):
        """Make the folder; raise Trouble where it can't be made or written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "log").mkdir(exist_ok=True)
            with open(self.path / ".writable", "w", encoding="ascii") as probe:
                probe.write("yes")
        except OSError as error:
            raise Trouble(
                f"Cannot write in {self.path} ({error.strerror}): make it writable, "
                "or set CITESLAB_HOME to a folder that is."
            ) from error

    def check_space(self):
        """Refuse to start a set-up that the disk cannot hold."""
        free = shutil.disk_usage(self.path).free
        if free < NEEDED_BYTES:
            raise Trouble(
                f"The disk of {self.path} has {free / 1024**3:.1f} GB free and the "
                f"set-up needs {NEEDED_BYTES / 1024**3:.0f}: free some, or set "
                "CITESLAB_HOME to a folder on another disk."
            )

    @contextmanager
    def lock(self, name):
        """Hold an exclusive lock; wait (and say so) while another run holds it."""
        with open(self.path / f"{name}.lock", "a", encoding="ascii") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"  waiting for another ./citeslab that holds {handle.name} …")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def claim(self, name, sentence):
        """Hold an exclusive lock, or raise Trouble(sentence) at once."""
        with open(self.path / f"{name}.lock", "a", encoding="ascii") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Trouble(sentence) from error
            yield


def stamped(folder, value):
    """Tell whether `folder` was completed with exactly this `value`."""
    try:
        return (folder / ".stamp").read_text(encoding="utf-8") == value
    except OSError:
        return False


def stamp(folder, value):
    """Mark `folder` as complete: written aside, then renamed, never half there."""
    draft = folder / ".stamp.new"
    draft.write_text(value, encoding="utf-8")
    draft.replace(folder / ".stamp")


def remove(path):
    """Delete a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def digest(*parts):
    """Short fingerprint of texts and of bytes."""
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode()
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:12]
