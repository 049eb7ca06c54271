"""``odoo citeslab_import``: load a register into a structure, wholly or not at all."""

# Odoo loads this file as ``odoo.cli.…``: a relative import would leave the addon.
# There is no environment before the database is known.
# pylint: disable=odoo-addons-relative-import,prefer-env-translation

import contextlib
import io
import logging
import os
import sys
from pathlib import Path

import psycopg2

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli import Command
from odoo.exceptions import UserError
from odoo.modules.db import is_initialized
from odoo.modules.module import get_module_path, initialize_sys_path
from odoo.modules.registry import Registry
from odoo.service.db import _create_empty_database, exp_drop, exp_rename
from odoo.sql_db import close_db, db_connect
from odoo.tools import config
from odoo.tools.translate import code_translations

MODULES = ("citeslab_base", "citeslab_reporting")
SHOWN_WARNINGS = 20


def _lt(source):
    """Mark a sentence for the translation files."""
    return source


def _is_french():
    """Whether this machine speaks French: all that is known without a database."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name].lower().startswith("fr")
    return False


def _say_in(is_french, source, **params):
    """A sentence of this addon, without a database to translate it."""
    if is_french:
        words = code_translations.get_python_translations("citeslab_base", "fr_FR")
        source = words.get(source, source)
    return source % params if params else source


class Trouble(Exception):
    """What stops the command, in one sentence."""


class Refused(Exception):
    """The register has errors, already told: nothing is kept of the transaction."""


def _stored_nothing(count):
    if count == 1:
        return _lt("1 error: nothing was stored.")
    return _lt("%(count)s errors: nothing was stored.")


class CiteslabImport(Command):
    """Import a register (.csv or .xlsx) into a structure of a database."""

    name = "citeslab_import"
    description = """
        Import a register (.csv or .xlsx), all of it or nothing.

        The database and the structure are created when they do not exist. Prints what
        was imported, or every error by line and column, and then exits with 1.
    """

    def run(self, cmdargs):
        """Print what was imported, or what to mend and exit with 1 (130: stopped)."""
        args = self._parse(cmdargs)
        self._configure(args)
        try:
            content = self._read(args.file)
            self._ensure_database(args, content)
            self._import(args, content)
        except Refused:
            sys.exit(1)
        except (Trouble, UserError) as trouble:
            self._fail(str(trouble))
        except (psycopg2.errors.SerializationFailure, psycopg2.errors.UniqueViolation):
            sentence = _lt(
                "The structure changed meanwhile: nothing was stored, try again."
            )
            self._fail(_say_in(_is_french(), sentence))
        except psycopg2.OperationalError as error:
            self._fail(f"PostgreSQL: {str(error).strip().splitlines()[0]}")
        except KeyboardInterrupt:
            sentence = _lt("Interrupted: nothing was stored.")
            self._fail(_say_in(_is_french(), sentence), 130)

    def _parse(self, cmdargs):
        parser = self.parser
        parser.add_argument("file", metavar="FILE", help="register, .csv or .xlsx")
        parser.add_argument("--db", required=True, help="database, created if need be")
        parser.add_argument(
            "--structure", required=True, metavar="NAME", help="created if need be"
        )
        parser.add_argument(
            "--register", metavar="LABEL", help="name of the register (its main year)"
        )
        parser.add_argument(
            "--create-labels",
            action="store_true",
            help="add the labels that the lists do not hold yet",
        )
        parser.add_argument("-c", "--config", help="configuration file of Odoo")
        parser.add_argument("--addons-path", help="where addons are")
        parser.add_argument("--verbose", action="store_true", help="show Odoo's log")
        args = parser.parse_args(cmdargs)
        if not args.structure.strip():
            parser.error("--structure is empty")
        return args

    def _configure(self, args):
        options = ["--no-http", "-d", args.db]
        options += ["-c", args.config] if args.config else []
        options += ["--addons-path", args.addons_path] if args.addons_path else []
        options += [] if args.verbose else ["--log-level=critical"]
        config.parse_config(options, setup_logging=True)
        config["list_db"] = True
        if not args.verbose:
            logging.getLogger("weasyprint").setLevel(logging.ERROR)

    def _fail(self, sentence, code=1):
        self._say(sentence)
        sys.exit(code)

    def _say(self, sentence, end="\n"):
        sys.stderr.write(sentence + end)
        sys.stderr.flush()

    def _read(self, name):
        try:
            return Path(name).read_bytes()
        except OSError as error:
            raise Trouble(f"{name}: {error.strerror}") from None

    def _check_readable(self, content):
        """A file that cannot be read must not cost the creation of a database."""
        from odoo.addons.citeslab_base.register.problems import FileRefused
        from odoo.addons.citeslab_base.register.reader import read_table
        from odoo.addons.citeslab_base.register.rows import formula_problems

        try:
            formulas = formula_problems(read_table(content))
        except FileRefused as refused:  # in French, as the new database will be
            raise Trouble(_say_in(True, refused.message, **refused.params)) from None
        for problem in formulas:
            self._say_problem(problem, _say_in(True, problem.message))
        if formulas:
            self._say(
                _say_in(True, _stored_nothing(len(formulas)), count=len(formulas))
            )
            raise Refused

    # ------------------------------------------------------------
    # Database and structure
    # ------------------------------------------------------------

    def _exists(self, name):
        with db_connect("postgres").cursor() as cr:
            cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            return bool(cr.fetchone())

    def _ensure_database(self, args, content):
        name = args.db
        if not self._exists(name):
            initialize_sys_path()
            self._check_readable(content)
            quiet = contextlib.nullcontext(sys.stderr)
            sentence = _lt("Creating the database %(name)s (once, about a minute)…")
            self._say(_say_in(_is_french(), sentence, name=name))
            if not args.verbose:  # stock modules complain of their own descriptions
                quiet = contextlib.redirect_stderr(io.StringIO())
            with quiet:
                self._create_database(name, args.structure)
            return
        with db_connect(name).cursor() as cr:
            ready = is_initialized(cr)
        if not ready:
            sentence = _lt(
                "The database %(name)s holds no Odoo: choose another name, or drop it."
            )
            raise Trouble(_say_in(_is_french(), sentence, name=name))
        if "citeslab.register.engine" not in Registry(name):
            sentence = _lt(
                "CitésLab is not installed in the database %(name)s: install it first "
                "(odoo module install citeslab_base -d %(name)s)."
            )
            raise Trouble(_say_in(_is_french(), sentence, name=name))

    def _create_database(self, name, structure):
        """Create under another name: a half-made database never bears the real one."""
        draft = f"{name}_citeslab_new"
        config["db_name"] = []  # else Odoo believes that no other database exists
        if self._exists(draft):
            exp_drop(draft)
        modules = [module for module in MODULES if get_module_path(module)]
        config["load_language"] = "fr_FR"
        _create_empty_database(draft)
        try:
            registry = Registry.new(
                draft, update_module=True, install_modules=modules, new_db_demo=False
            )
            with registry.cursor() as cr:
                self._settle(Environment(cr, SUPERUSER_ID, {}), structure)
        except BaseException:
            close_db(draft)
            exp_drop(draft)
            raise
        exp_rename(draft, name)

    def _settle(self, env, structure):
        """Main company and administrator of a new database: French, with a role."""
        company = env.ref("base.main_company")
        company.write({"name": structure.strip(), **self._home(env)})
        env.ref("base.user_admin").write(
            {
                "lang": "fr_FR",
                "tz": "Europe/Paris",
                "group_ids": [(4, env.ref("citeslab_base.group_manager").id)],
            }
        )
        self._settle_company(env, company)

    def _home(self, env):
        france = env.ref("base.fr")
        return {"country_id": france.id, "currency_id": france.currency_id.id}

    def _settle_company(self, env, company):
        company.partner_id.tz = company.partner_id.tz or "Europe/Paris"
        Territory = env["citeslab.territory"]
        if not Territory.search_count([("company_id", "=", company.id)], limit=1):
            Territory.create({"name": company.name, "company_id": company.id})

    def _structure(self, env, name):
        """The structure of that name, whatever its case and accents.

        :return: ``(company, whether it was created)``
        """
        from odoo.addons.citeslab_base.tools.text import normalise

        companies = env["res.company"].search([])
        found = companies.filtered(lambda one: normalise(one.name) == normalise(name))
        if len(found) > 1:
            exact = found.filtered(lambda one: one.name == name.strip())
            if len(exact) != 1:
                sentence = env._(
                    "Several structures are named %(name)s: rename them.", name=name
                )
                raise Trouble(sentence)
            return exact, False
        if found:
            return found, False
        company = env["res.company"].create({"name": name.strip(), **self._home(env)})
        env.ref("base.user_admin").write({"company_ids": [(4, company.id)]})
        self._settle_company(env, company)
        return company, True

    # ------------------------------------------------------------
    # Import
    # ------------------------------------------------------------

    def _import(self, args, content):
        """Import in one transaction, and tell what was done.

        :raise Refused: when the register has errors; they were told
        """
        with Registry(args.db).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            languages = dict(env["res.lang"].get_installed())
            lang = "fr_FR" if "fr_FR" in languages else "en_US"
            env = env(context={"lang": lang, "tz": "Europe/Paris"})
            company, is_new = self._structure(env, args.structure)
            env = env(context={**env.context, "allowed_company_ids": company.ids})
            words = self._load(env, args, content, company.with_env(env))
            if is_new:
                words += env._("The structure %(name)s was created.", name=company.name)
                words += "\n"
        sys.stdout.write(words)

    def _load(self, env, args, content, company):
        """Plan, tell what is wrong or apply.

        :return: what was done, in lines
        """
        engine = env["citeslab.register.engine"]
        plan = engine._plan(
            content,
            company,
            label=args.register,
            create_labels=args.create_labels,
        )
        if plan.errors:
            self._tell_problems(engine, plan.errors)
            count = len(plan.errors)
            self._say(env._(_stored_nothing(count), count=count))
            raise Refused
        self._tell_problems(engine, plan.warnings, SHOWN_WARNINGS)
        engine._apply(plan, self._progress)
        title = env._("Register %(label)s", label=plan.label)
        lines = [f"{title}, {company.name}"]
        lines += [f"{count:>7} {label}" for label, count in engine._count_texts(plan)]
        return "\n".join(lines) + "\n"

    def _tell_problems(self, engine, problems, limit=None):
        """Print problems; the place is never translated, so that tools may read it."""
        for problem in problems[:limit]:
            message = engine._problem_message(problem)
            self._say_problem(problem, message)
        more = len(problems) - limit if limit else 0
        if more == 1:
            self._say(engine.env._("… and 1 more warning."))
        elif more > 1:
            self._say(engine.env._("… and %(count)s more warnings.", count=more))

    def _say_problem(self, problem, message):
        self._say(f'line {problem.line}, column "{problem.column}": {message}')

    def _progress(self, done, total):
        end = "\r" if sys.stderr.isatty() and done < total else "\n"
        self._say(f"{done} / {total}", end=end)
