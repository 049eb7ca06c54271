import io
import json
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from odoo.addons.citeslab_base.tests.common import CiteslabCase, CiteslabCast
from odoo.addons.citeslab_base.tools import pdf

YEAR = {"date_from": "2023-01-01", "date_to": "2023-12-31"}


@tagged("post_install", "-at_install")
class TestParameters(CiteslabCase):
    def setUp(self):
        super().setUp()
        self.renderer = self.env["citeslab.bilan.renderer"].with_user(self.chef)

    def test_year_and_places_as_text(self):
        found = self.renderer._parse(
            {
                "year": "2023",
                "company_id": str(self.structure.id),
                "territory_id": str(self.territory.id),
                "communes": "Brest,Plouzané",
            }
        )
        self.assertEqual(str(found["date_to"]), "2023-12-31")
        self.assertEqual(found["company"], self.structure)
        self.assertEqual(found["territory"], self.territory)
        self.assertEqual(found["communes"], ["Brest", "Plouzané"])
        self.assertFalse(found["neighborhoods"])

    def test_nonsense_gets_one_sentence(self):
        for params, sentence in (
            ({}, "first and the last day"),
            ({"date_from": "3/5/2023", "date_to": "x"}, "first and the last day"),
            ({"date_from": "2023-05-01", "date_to": "2023-04-01"}, "end after"),
            ({"year": "20 23"}, "“20 23” is not a year"),
            ({"year": "9" * 5000}, "…” is not a year"),
            ({"year": "2023", "territory_id": "9" * 30}, "is not a known"),
            ({"year": "2023", "territory_id": "x"}, "“x” is not a known"),
            ({"year": "2023", "neighborhood_ids": [0]}, "is not a known"),
        ):
            with self.subTest(params=params), self.assertRaises(UserError) as caught:
                self.renderer._parse(params)
            self.assertIn(sentence, str(caught.exception))

    def test_structure_of_somebody_else(self):
        with self.assertRaises(AccessError):
            self.renderer._parse({"year": 2023, "company_id": self.other.id})

    def test_choices_are_those_of_the_structure(self):
        area = self.env["citeslab.neighborhood"].create(
            {"name": "Rive Droite", "commune": "Brest", "kind": "qpv"}
        )
        self.territory.neighborhood_ids = area
        choices = self.renderer.choices()
        self.assertEqual(
            [one["id"] for one in choices["territories"]], [self.territory.id]
        )
        self.assertEqual(
            choices["neighborhoods"],
            [
                {
                    "id": area.id,
                    "name": area.display_name,
                    "commune": "Brest",
                    "company_ids": [self.structure.id],
                    "territory_ids": [self.territory.id],
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestWizard(CiteslabCase):
    def wizard(self):
        return Form(self.env["citeslab.bilan.wizard"].with_user(self.chef))

    def test_a_year_is_printed(self):
        with self.wizard() as form:
            form.year = "2023"
            self.assertEqual(str(form.date_from), "2023-01-01")
            form.territory_id = self.territory
            form.file_format = "xlsx"
        action = form.record.action_print()
        self.assertEqual(
            action["url"],
            f"/citeslab/bilan/xlsx?company_id={self.structure.id}&year=2023"
            f"&territory_id={self.territory.id}",
        )

    def test_other_dates(self):
        with self.wizard() as form:
            form.period_kind = "dates"
            form.date_from = "2023-03-01"
            form.date_to = "2023-05-31"
        url = form.record.action_print()["url"]
        self.assertIn("date_from=2023-03-01&date_to=2023-05-31", url)

    def test_a_wrong_period_is_refused_at_once(self):
        with self.wizard() as form:
            form.period_kind = "dates"
            form.date_from = "2023-06-01"
            form.date_to = "2023-05-31"
        with self.assertRaisesRegex(UserError, "end after"):
            form.record.action_print()

    def test_a_dialog_is_nobody_elses(self):
        with self.wizard() as form:
            form.year = "2023"
        colleague = new_test_user(
            self.env, "colleague", groups="citeslab_base.group_manager"
        )
        with self.assertRaises(AccessError):
            form.record.with_user(colleague).read(["year"])


@tagged("post_install", "-at_install")
class TestFiles(CiteslabCast, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build_cast()
        parcours = cls.create_parcours()
        cls.meet(parcours, "2023-05-03")

    def get(self, file_format, login="citeslab_chef", **params):
        self.authenticate(login, login)
        query = "&".join(f"{key}={value}" for key, value in {**YEAR, **params}.items())
        return self.url_open(f"/citeslab/bilan/{file_format}?{query}")

    def test_json(self):
        answer = self.get("json", company_id=self.structure.id)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("bilan-2023.json", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        found = json.loads(answer.content)["indicators"]["persons_accompanied"]
        self.assertEqual(found["value"], 1)

    def test_xlsx(self):
        answer = self.get("xlsx")
        self.assertEqual(answer.status_code, 200)
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        self.assertGreater(len(book.sheetnames), 2)

    def test_pdf(self):
        if not pdf.is_available():
            self.skipTest("WeasyPrint is not installed")
        answer = self.get("pdf")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertTrue(answer.content.startswith(b"%PDF"))

    def test_who_may_not(self):
        """A volunteer, the network, an employee, a stranger: no figure leaves."""
        for login in ("citeslab_volunteer", "citeslab_network", "citeslab_employee"):
            with self.subTest(login=login), self.muted():
                answer = self.get("json", login)
                self.assertEqual(answer.status_code, 403)
                self.assertNotIn("indicators", answer.text)
        with self.muted():
            answer = self.get("json", company_id=self.other.id)
        self.assertEqual(answer.status_code, 403)
        self.logout()
        answer = self.url_open("/citeslab/bilan/json?year=2023", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)

    def test_nonsense(self):
        with self.muted():
            answer = self.get("docx")
            self.assertIn("docx", answer.text)
            self.assertNotIn("Traceback", answer.text)
            answer = self.get("json", territory_id="'; drop")
        self.assertNotEqual(answer.status_code, 200)
        self.assertNotIn("Traceback", answer.text)

    def muted(self):
        return patch("odoo.http._logger.warning")

    def test_tour(self):
        self.start_tour("/odoo/bilan", "citeslab_bilan_screen", login="citeslab_chef")
