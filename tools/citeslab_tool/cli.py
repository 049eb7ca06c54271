"""The commands of `./citeslab`."""

import argparse
import errno
import os
import sys

from . import VERSION, progress
from .errors import Interrupted, Trouble
from .lab import Lab
from .process import install_signals


def command_odoo(words):
    """Run the provisioned Odoo with this configuration."""
    lab = Lab()
    lab.set_up()
    with lab.database_server():
        return lab.odoo_here(*words)


def _addon_command(name, words):
    """Run a command of our addons: its own output and exit code, nothing more."""
    return command_odoo([name, *words])


def command_demo(words):
    """Install and serve the demo."""
    from . import demo

    return demo.main(words)


def command_test(words):
    """Run every test."""
    from . import testing

    return testing.main(words)


def command_lint(words):
    """Run the linters."""
    from . import lint

    return lint.main(words)


def command_bench(words):
    """Run the benchmarks."""
    from . import bench

    return bench.main(words)


COMMANDS = {
    "demo": (command_demo, "install the demo in French and serve it"),
    "test": (command_test, "run every test, each in a throwaway database"),
    "lint": (command_lint, "run the linters"),
    "bench": (command_bench, "run the benchmarks"),
    "odoo": (command_odoo, "the provisioned Odoo with this configuration"),
    "import-register": (
        lambda words: _addon_command("citeslab_import", words),
        "load a register into a database (= odoo citeslab_import)",
    ),
    "bilan": (
        lambda words: _addon_command("citeslab_bilan", words),
        "write the bilan of a year (= odoo citeslab_bilan)",
    ),
}


def _parser():
    rows = [f"  {name:<16} {text}" for name, (_run, text) in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="citeslab",
        description="CitésLab for Odoo 19: sets up what it needs, then does the job.",
        epilog="commands:\n" + "\n".join(rows) + "\n\n"
        "Everything is kept under .citeslab/ (or CITESLAB_HOME). ODOO_HOME names an "
        "Odoo 19\nsource of yours; PGHOST, PGPORT, PGUSER a PostgreSQL of yours. "
        "`citeslab COMMAND\n--help` tells more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"citeslab {VERSION}")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress lines")
    parser.add_argument("command", metavar="COMMAND", nargs="?", choices=COMMANDS)
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def main(argv=None):
    """Entry point; returns the exit code."""
    parser = _parser()
    args = parser.parse_args(argv)
    if not args.command:
        parser.print_help(sys.stderr)
        return 2
    progress.quiet = args.quiet
    install_signals()
    try:
        return COMMANDS[args.command][0](args.words)
    except Trouble as trouble:
        print(f"citeslab: {trouble}", file=sys.stderr)
        return trouble.code
    except BrokenPipeError:  # `./citeslab … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Interrupted as stop:
        print("citeslab: stopped", file=sys.stderr)
        return 128 + stop.signum
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(
            f"citeslab: the disk is full ({error.filename or 'while writing'}): free "
            "some space and run the same command again.",
            file=sys.stderr,
        )
        return 1
