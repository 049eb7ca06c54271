import json
import tempfile
from argparse import Namespace
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.citeslab_base.tests.common import CiteslabCase

from ..cli import citeslab_bilan
from ..cli.citeslab_bilan import CiteslabBilan


@tagged("post_install", "-at_install")
class TestBilanCommand(CiteslabCase):
    """``odoo citeslab_bilan`` on the database of the test."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_command(self, **changes):
        """Run the command as typed; the configuration stays that of the test."""
        options = {
            "db": self.env.cr.dbname,
            "structure": self.structure.name,
            "year": "2023",
            "out": str(self.folder / "new" / "reports"),
            "formats": "json",
            "lang": "en_US",
            **changes,
        }
        arguments = [
            part for key, value in options.items() for part in (f"--{key}", value)
        ]
        said = StringIO()
        with (
            patch.object(CiteslabBilan, "_configure"),
            self.enter_registry_test_mode(),
            redirect_stdout(said),
        ):
            CiteslabBilan().run(arguments)
        return said.getvalue().splitlines()

    def refused(self, sentence, **changes):
        with self.assertRaises(SystemExit) as stopped:
            self.run_command(**changes)
        self.assertIn(sentence, stopped.exception.code)
        self.assertNotIn("\n", stopped.exception.code)

    def test_files_of_a_year(self):
        parcours = self.create_parcours()
        self.meet(parcours, "2023-05-03")
        paths = self.run_command(formats="xlsx, JSON")
        self.assertEqual(
            [Path(path).name for path in paths], ["bilan-2023.xlsx", "bilan-2023.json"]
        )
        content = json.loads(Path(paths[1]).read_text())
        self.assertEqual(content["structure"]["name"], self.structure.name)
        self.assertEqual(content["indicators"]["persons_accompanied"]["value"], 1)
        self.assertTrue(Path(paths[0]).read_bytes().startswith(b"PK"))
        left = [path.name for path in (self.folder / "new" / "reports").iterdir()]
        self.assertEqual(sorted(left), ["bilan-2023.json", "bilan-2023.xlsx"])

    def test_a_structure_is_found_without_regard_to_case(self):
        paths = self.run_command(structure=" structure ESTUAIRE ")
        self.assertEqual(len(paths), 1)

    def test_unknown_structure_names_the_known_ones(self):
        self.refused("there is no structure “Rade”; known: ", structure="Rade")

    def test_wrong_year(self):
        self.refused("“23” is not a year", year="23")

    def test_unknown_format(self):
        self.refused("“doc” is not a format", formats="pdf,doc")

    def test_folder_that_cannot_be_made(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        self.refused("can not be made", out=str(blocked / "reports"))

    def test_unknown_database(self):
        options = Namespace(db="no_such_database", config=None, verbose=True)
        with (
            patch.object(citeslab_bilan.config, "parse_config"),
            self.assertRaisesRegex(citeslab_bilan.Trouble, "no_such_database"),
        ):
            CiteslabBilan()._configure(options)
