"""``odoo citeslab_bilan``: the bilan of a structure and a year, as files.

Odoo loads this file as ``odoo.cli.citeslab_bilan``: absolute imports only.
"""

import contextlib
import logging
import os
import sys
import tempfile
from pathlib import Path

import psycopg2

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli.command import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.db import exp_db_exist
from odoo.tools import config


class Trouble(Exception):
    """What stops the command, in one sentence."""


class CiteslabBilan(Command):
    """Write the bilan of a structure for one year: PDF, workbook and JSON."""

    name = "citeslab_bilan"
    epilog = """
    Example:
        odoo citeslab_bilan --db citeslab --structure "CitésLab Brest" \\
            --year 2023 --out reports
    """

    def run(self, cmdargs):
        """Print one line per file written, or one sentence and exit code 1."""
        options = self._options(cmdargs)
        try:
            folder = self._folder(options.out)
            self._configure(options)
            files = self._files(options)
            for path in self._written(folder, files):
                sys.stdout.write(f"{path}\n")
        except (Trouble, UserError) as error:
            sys.exit(f"citeslab_bilan: {error}")

    def _options(self, cmdargs):
        parser = self.parser
        parser.add_argument("-c", "--config", help="Odoo configuration file")
        parser.add_argument("--db", required=True, help="database")
        parser.add_argument("--structure", required=True, help="name of the structure")
        parser.add_argument("--year", required=True, help="civil year, such as 2023")
        parser.add_argument("--out", required=True, help="folder of the files")
        parser.add_argument(
            "--formats",
            help="comma-separated: pdf, xlsx, json and those of the installed addons, "
            "such as pptx (default: all)",
        )
        parser.add_argument("--lang", default="fr_FR", help="language (fr_FR)")
        parser.add_argument("--verbose", action="store_true", help="show Odoo's log")
        return parser.parse_args(cmdargs)

    def _formats(self, text, known):
        if not text:
            return list(known)
        formats = list(dict.fromkeys(one.strip().lower() for one in text.split(",")))
        unknown = [one for one in formats if one not in known]
        if unknown:
            raise Trouble(
                f"--formats: “{unknown[0]}” is not a format of the bilan, choose "
                f"among {', '.join(known)}."
            )
        return formats

    def _folder(self, text):
        folder = Path(text).expanduser()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Trouble(
                f"--out: the folder {folder} can not be made ({error.strerror})."
            ) from error
        if not os.access(folder, os.W_OK):
            raise Trouble(f"--out: the folder {folder} can not be written.")
        return folder

    def _configure(self, options):
        arguments = ["--no-http", "-d", options.db]
        if options.config:
            arguments += ["-c", options.config]
        config.parse_config(arguments, setup_logging=True)
        if not options.verbose:
            logging.getLogger("odoo").setLevel(logging.CRITICAL)
        try:
            known = exp_db_exist(options.db)
        except psycopg2.OperationalError as error:
            raise Trouble(
                "The PostgreSQL server does not answer: check that it runs and the "
                f"settings db_host and db_port ({str(error).splitlines()[0]})."
            ) from error
        if not known:
            raise Trouble(f"--db: there is no database “{options.db}”.")

    def _files(self, options):
        """``{name: bytes}``; the structure is read as its own user would."""
        with contextlib.closing(Registry(options.db).cursor(readonly=True)) as cr:
            env = Environment(cr, SUPERUSER_ID, {"lang": options.lang})
            if "citeslab.bilan.renderer" not in env:
                raise Trouble(
                    f"--db: the addon citeslab_reporting is not installed in "
                    f"“{options.db}”."
                )
            company = self._company(env, options.structure)
            renderer = env(
                context={"lang": options.lang, "allowed_company_ids": company.ids}
            )["citeslab.bilan.renderer"]
            formats = self._formats(options.formats, renderer._formats())
            params = {"company_id": company.id, "year": options.year}
            matrix = renderer._matrix(params)
            return dict(renderer._file(matrix, one) for one in formats)

    def _company(self, env, name):
        companies = env["res.company"].search([])
        found = companies.filtered(lambda one: one.name == name)
        if not found:
            # loaded as odoo.cli.…: addons can be imported once Odoo runs
            from odoo.addons.citeslab_base.tools.text import normalise

            folded = normalise(name)
            found = companies.filtered(lambda one: normalise(one.name) == folded)
        if len(found) != 1:
            known = ", ".join(f"“{one.name}”" for one in companies)
            raise Trouble(
                f"--structure: there is no structure “{name}”; known: {known}."
            )
        return found

    def _written(self, folder, files):
        """Write each file aside, then put it in place: never half a bilan."""
        for name, content in files.items():
            path = folder / name
            try:
                with tempfile.NamedTemporaryFile(dir=folder, delete=False) as aside:
                    aside.write(content)
                os.chmod(aside.name, 0o640)
                os.replace(aside.name, path)
            except OSError as error:
                raise Trouble(
                    f"--out: {path} can not be written ({error.strerror})."
                ) from error
            yield path
