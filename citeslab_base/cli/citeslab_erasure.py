"""``odoo citeslab_erasure``: ledger of the erasures, out before a restore, in after."""

# Odoo loads this file as ``odoo.cli.…``: a relative import would leave the addon.
# There is no environment before the database is known.
# pylint: disable=odoo-addons-relative-import,prefer-env-translation,print-used

import json
import sys
from pathlib import Path

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config


class CiteslabErasure(Command):
    """Keep the ledger of the erasures beside the backups, and replay it."""

    name = "citeslab_erasure"
    description = """
        export: write the ledger of the erasures of a database to a file.
        replay: after a backup was restored, erase again whoever it brought back.
        run:    do what the nightly retention does, now.
    """

    def run(self, cmdargs):
        """Do one task; one sentence and exit code 1 when it cannot be done."""
        self.parser.add_argument("task", choices=("export", "replay", "run"))
        self.parser.add_argument("file", nargs="?", type=Path)
        self.parser.add_argument("--db", required=True)
        args = self.parser.parse_args(cmdargs)
        if args.task != "run" and not args.file:
            self.parser.error("say which file holds the ledger")
        config.parse_config(["--no-http", "--log-level=warn"], setup_logging=True)
        try:
            with Registry(args.db).cursor() as cursor:
                env = Environment(cursor, SUPERUSER_ID, {})
                getattr(self, f"_{args.task}")(env, args.file)
        except (UserError, OSError, ValueError) as error:
            sys.exit(f"citeslab_erasure: {error}")

    def _export(self, env, file):
        rows = env["citeslab.erasure"]._export_ledger()
        file.write_text(json.dumps(rows, indent=1), encoding="utf-8")
        print(f"{len(rows)} erasures in {file}")

    def _replay(self, env, file):
        rows = json.loads(file.read_text(encoding="utf-8"))
        count = env["citeslab.erasure"]._replay_ledger(rows)
        env["ir.attachment"]._gc_file_store()
        print(f"{count} people erased again, of {len(rows)} in the ledger")

    def _run(self, env, _file):
        env["citeslab.retention"]._run()
        env["ir.attachment"]._gc_file_store()
        print("retention: done")
