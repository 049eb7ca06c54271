import io
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from ..cli import citeslab_import
from .common import CiteslabCase
from .register_files import as_csv, person


class TestCommand(CiteslabCase):
    """`odoo citeslab_import`, on the database of the tests."""

    def run_command(self, content, *words, structure="Structure Estuaire"):
        """Run the command; return its exit code, output and errors."""
        out, err = io.StringIO(), io.StringIO()
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.object(citeslab_import, "Registry", self.registry_of_the_test),
            patch.object(citeslab_import.CiteslabImport, "_configure"),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            path = Path(folder, "registre.csv")
            path.write_bytes(content)
            database = self.env.cr.dbname
            args = [str(path), "--db", database, "--structure", structure, *words]
            code = 0
            try:
                citeslab_import.CiteslabImport().run(args)
            except SystemExit as stop:
                code = stop.code
        return code, out.getvalue(), err.getvalue()

    def registry_of_the_test(self, _name):
        @contextmanager
        def cursor():
            with self.env.cr.savepoint():
                yield self.env.cr
                self.env.flush_all()

        return _Registry(cursor)

    def people(self, structure):
        company = self.env["res.company"].search([("name", "=", structure)])
        return self.env["res.partner"].search_count(
            [("is_porteur", "=", True), ("company_id", "in", company.ids)]
        )

    def test_counts(self):
        code, out, err = self.run_command(as_csv([person(1), person(2, rdv="")]))
        self.assertEqual(code, 0, err)
        self.assertIn("2023, Structure Estuaire", out)
        self.assertIn("      2 ", out)
        self.assertEqual(self.people("Structure Estuaire"), 2)

    def test_every_error_and_nothing_stored(self):
        rows = [person(1, contact="32/01/2023"), person(2, last="", first="")]
        code, out, err = self.run_command(as_csv(rows), structure="Toute neuve")
        self.assertEqual((code, out), (1, ""))
        lines = err.splitlines()
        self.assertTrue(lines[0].startswith('line 2, column "Date de contact": '))
        self.assertTrue(lines[1].startswith('line 3, column "Nom": '))
        self.env.invalidate_all()
        found = self.env["res.company"].search([("name", "=", "Toute neuve")])
        self.assertFalse(found)

    def test_structure_created_in_france(self):
        code, out, err = self.run_command(as_csv([person(1)]), structure="Toute neuve")
        self.assertEqual(code, 0, err)
        self.assertIn("Toute neuve", out.splitlines()[-1])
        company = self.env["res.company"].search([("name", "=", "Toute neuve")])
        self.assertEqual(company.country_id.code, "FR")
        self.assertEqual(company.partner_id.tz, "Europe/Paris")
        territory = self.env["citeslab.territory"].search(
            [("company_id", "=", company.id)]
        )
        self.assertEqual(territory.name, "Toute neuve")
        lead = self.env["crm.lead"].search([("company_id", "=", company.id)])
        self.assertEqual(lead.territory_id, territory)

    def test_structure_found_whatever_its_spelling(self):
        self.run_command(as_csv([person(1)]), structure="structure  ESTUAIRE")
        self.assertEqual(self.people("Structure Estuaire"), 1)

    def test_options(self):
        rows = as_csv([person(1, nature="Aquaculture")])
        self.assertEqual(self.run_command(rows)[0], 1)
        code, _out, err = self.run_command(rows, "--create-labels", "--register", "A1")
        self.assertEqual(code, 0, err)
        row = self.env["citeslab.register.row"].search(
            [("company_id", "=", self.structure.id)]
        )
        self.assertEqual(row.label, "A1")

    def test_a_formula_in_the_form_of_the_other_errors(self):
        rows = as_csv([person(1, last="=A1"), person(2, contact="=NOW()")])
        code, out, err = self.run_command(rows)
        self.assertEqual((code, out), (1, ""))
        lines = err.splitlines()
        self.assertTrue(lines[0].startswith('line 2, column "Nom": '))
        self.assertTrue(lines[1].startswith('line 3, column "Date de contact": '))
        self.assertEqual(len(lines), 3)
        self.assertEqual(self.people("Structure Estuaire"), 0)

    def test_a_formula_costs_no_database(self):
        command = citeslab_import.CiteslabImport()
        err = io.StringIO()
        with self.assertRaises(citeslab_import.Refused), redirect_stderr(err):
            command._check_readable(as_csv([person(1, last="=A1")]))
        lines = err.getvalue().splitlines()
        self.assertEqual(
            lines[0],
            'line 2, column "Nom": cette cellule contient une formule : collez sa '
            "valeur à la place",
        )
        self.assertEqual(lines[1], "1 erreur : rien n'a été enregistré.")

    def test_counts_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        _code, out, _err = self.run_command(as_csv([person(1)]))
        told = {line.strip() for line in out.splitlines()}
        self.assertLessEqual(
            {"1 ligne lue", "1 nouvelle personne", "1 quartier créé"}, told
        )
        self.assertIn("2 organismes créés", told)
        _code, out, err = self.run_command(as_csv([person(2)]))
        self.assertIn("1 ligne de l'import précédent absente, conservée", out)
        self.assertIn('line 1, column "Numéro": 1 ligne de l\'import précédent', err)

    def test_language_of_the_machine(self):
        sentence = "Interrupted: nothing was stored."
        for locale, expected in (
            ({"LANG": "fr_FR.UTF-8"}, "Interrompu : rien n'a été enregistré."),
            ({"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, sentence),
            ({}, sentence),
        ):
            with patch.dict("os.environ", locale, clear=True):
                said = citeslab_import._say_in(citeslab_import._is_french(), sentence)
            self.assertEqual(said, expected)

    def test_a_bad_file_in_one_sentence(self):
        code, out, err = self.run_command(b"%PDF-1.7")
        self.assertEqual((code, out), (1, ""))
        self.assertEqual(len(err.splitlines()), 1)
        self.assertIn("PDF", err)


class _Registry(SimpleNamespace):
    """What the command asks of a registry."""

    def __init__(self, cursor):
        super().__init__(cursor=cursor)

    def __contains__(self, model):
        return True
