"""Child processes: logged, named in errors, and never left behind."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

from .errors import DiskFull, Interrupted, Trouble

STOP_SECONDS = 15
FULL_BYTES = 30 * 1024**2
NETWORK = re.compile(
    r"could not resolve|temporary failure|network is unreachable|connection refused|"
    r"failed to establish|could not connect|unable to connect|timed out|"
    r"failed to download|cannot initiate the connection|connection failed|"
    r"no route to host",
    re.I,
)
PR_SET_PDEATHSIG = 1  # Linux; elsewhere prctl does not exist
LIBC = ctypes.CDLL(None)


def _die_with_us():
    """In the child, before it starts: end it should we be killed without a word."""
    with suppress(AttributeError):
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def install_signals():
    """Turn SIGINT, SIGTERM and SIGHUP into Interrupted, so that `finally` runs."""

    def stop(signum, _frame):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise Interrupted(signum)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def stop_group(child):
    """Ask a child and its own children to end, then end them."""
    for signum, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
        try:
            os.killpg(child.pid, signum)
            child.wait(patience)
            return
        except ProcessLookupError:
            child.poll()
            return
        except subprocess.TimeoutExpired:
            continue


def _telling_line(lines):
    """The line of an output that best says why: an error line, else the last one."""
    telling = [
        line
        for line in lines
        if re.match(r"(E:|ERROR|fatal:|initdb: error|FATAL|\w+(\.\w+)*Error:)", line)
        or " CRITICAL " in line
    ]
    chosen = (telling or lines or ["no message"])[-1]
    return re.sub(r"https?://\S+", "the package server", chosen)[:300].rstrip(".")


def _why(what, log, start):
    """A Trouble that says why a command failed, from its part of the log."""
    if shutil.disk_usage(log.parent).free < FULL_BYTES:
        return DiskFull(
            f"{what} failed: the disk of {log.parent} is full. Free some space and run "
            "the same command again."
        )
    with open(log, "rb") as handle:
        handle.seek(start)
        text = handle.read().decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if NETWORK.search(text):
        return Trouble(
            f"{what} failed: the network or its server does not answer. Check the "
            f"network and run the same command again (whole log: {log})."
        )
    return Trouble(f"{what} failed: {_telling_line(lines)} (whole log: {log}).")


def run(command, what, log, *, check=True, input_text=None, **options):
    """Run a command to its end, its output in `log`.

    :param what: what it does, for the error ("downloading Odoo")
    :param check: raise Trouble when it fails
    :return: its exit code
    """
    with open(log, "a", encoding="utf-8") as out:
        out.write("$ " + " ".join(map(str, command)) + "\n")
        out.flush()
        start = out.tell()
        try:
            child = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.PIPE if input_text is not None else subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_us,
                **options,
            )
        except OSError as error:
            raise Trouble(f"{what} failed: {command[0]}: {error.strerror}.") from error
        try:
            if input_text is not None:
                child.communicate(input_text.encode())
            code = child.wait()
        except BaseException:
            stop_group(child)
            raise
    if check and code:
        raise _why(what, log, start)
    return code


@contextmanager
def background(command, log, **options):
    """Run a server for the time of the block; its output goes to `log`."""
    with open(log, "a", encoding="utf-8") as out:
        child = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_us,
            **options,
        )
    try:
        yield child
    finally:
        stop_group(child)


def pass_through(command, **options):
    """Run a command on our own terminal and return its exit code.

    On a terminal the child gets Ctrl-C itself (a shell may want it); elsewhere
    whatever signal we get is handed on once, through `stop_group`.
    """
    interactive = sys.stdin is not None and sys.stdin.isatty()
    child = subprocess.Popen(
        list(map(str, command)),
        start_new_session=not interactive,
        preexec_fn=_die_with_us,
        **options,
    )
    previous = None
    if interactive:
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return child.wait()
    except Interrupted:
        if interactive:
            child.terminate()
            child.wait()
        else:
            stop_group(child)
        raise
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)
