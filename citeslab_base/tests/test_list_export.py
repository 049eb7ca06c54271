"""The host's own « Export » of a list, taken by whoever has a role of ours."""

import io
import zipfile
from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from odoo.addons.web.controllers.export import ExportXlsxWriter

from .common import CiteslabCase

NAMES = ("=1+1|cmd", '{=HYPERLINK("http://x","y")}', "L'atelier = ici", "+33 6")


@tagged("post_install", "-at_install")
class TestListExport(CiteslabCase):
    def rows(self, user):
        """What the dialog of the host takes out of the names above."""
        records = self.env["res.partner.category"].create(
            [{"name": name} for name in NAMES]
        )
        return records.with_user(user).export_data(["name"])["datas"]

    def workbook(self, rows):
        """XML of the sheet that the host writes."""
        request = SimpleNamespace(env=self.env)
        with patch("odoo.addons.web.controllers.export.request", request):
            with ExportXlsxWriter([{"type": "char"}], ["Name"], len(rows)) as writer:
                for rank, (value,) in enumerate(rows, 1):
                    writer.write_cell(rank, 0, value)
        with zipfile.ZipFile(io.BytesIO(writer.value)) as book:
            return book.read("xl/worksheets/sheet1.xml").decode()

    def test_what_somebody_typed_is_no_formula_of_a_workbook(self):
        rows = self.rows(self.manager)
        self.assertEqual(
            [value for (value,) in rows],
            [f"'{NAMES[0]}", f"'{NAMES[1]}", NAMES[2], NAMES[3]],
        )
        self.assertNotIn("<f", self.workbook(rows))

    def test_the_export_of_others_is_as_the_host_has_it(self):
        stock = new_test_user(
            self.env, "stock_export", groups="base.group_user,base.group_allow_export"
        )
        rows = self.rows(stock)
        self.assertEqual([value for (value,) in rows], list(NAMES))
        self.assertIn("<f", self.workbook(rows))
