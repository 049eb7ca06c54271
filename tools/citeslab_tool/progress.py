"""Progress lines: one per step, with its duration, always on standard error."""

import sys
import time
from contextlib import contextmanager

quiet = False


def say(text):
    """Print one line of progress."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)


@contextmanager
def step(label):
    """Announce a step, then say how long it took (seconds)."""
    say(f"  {label} …")
    start = time.monotonic()
    yield
    say(f"  {label}: done in {time.monotonic() - start:.1f} s")
