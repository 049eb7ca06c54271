from datetime import date

from psycopg2 import IntegrityError

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestPhotograph(CiteslabCase):
    def setUp(self):
        super().setUp()
        self.area = self.env["citeslab.neighborhood"].create(
            {"name": "Les Docks", "code": "QN00001X", "vintage": 2015}
        )
        self.parcours = self.create_parcours()
        self.person = self.parcours.partner_id
        self.person.write(
            {
                "gender": "female",
                "birthdate_date": "1990-06-15",
                "residence": "qpv",
                "neighborhood_id": self.area.id,
            }
        )

    def _values(self, photograph):
        self.env.invalidate_all()
        return photograph.read(
            [
                "date",
                "gender",
                "age",
                "residence",
                "neighborhood_id",
                "neighborhood_code",
                "neighborhood_vintage",
                "is_jobseeker",
                "resource_id",
            ]
        )

    def test_first_done_rdv_takes_the_entry_photograph(self):
        self.meet(self.parcours, "2023-01-10", kind="contact")
        self.assertFalse(self.parcours.situation_ids)
        self.meet(self.parcours, "2023-06-14")
        photograph = self.parcours.situation_ids
        self.assertEqual(len(photograph), 1)
        self.assertEqual(photograph.date, date(2023, 6, 14))
        self.assertEqual(photograph.gender, "female")
        self.assertEqual(photograph.age, 32)
        self.assertEqual(photograph.residence, "qpv")
        self.assertEqual(photograph.neighborhood_code, "QN00001X")
        self.assertEqual(photograph.neighborhood_vintage, 2015)
        self.meet(self.parcours, "2023-07-01")
        self.assertEqual(len(self.parcours.situation_ids), 1)

    def test_entry_photograph_follows_the_first_rdv_back(self):
        """An earlier day, corrected or added late, must not empty the portrait."""
        interview = self.meet(self.parcours, "2023-06-14")
        photograph = self.parcours.situation_ids
        interview.date = "2023-06-01"
        self.assertEqual(photograph.date, date(2023, 6, 1))
        self.meet(self.parcours, "2022-12-05")
        self.assertEqual(photograph.date, date(2022, 12, 5))
        self.assertEqual(len(self.parcours.situation_ids), 1)
        photograph.date = "2023-01-20"  # a day that was no RDV: dated by hand
        self.meet(self.parcours, "2022-11-05")
        self.assertEqual(photograph.date, date(2023, 1, 20))

    def test_planned_rdv_takes_it_once_done(self):
        rdv = self.meet(self.parcours, "2023-06-15", state="planned")
        self.assertFalse(self.parcours.situation_ids)
        rdv.action_done()
        self.assertEqual(self.parcours.situation_ids.age, 33)

    def test_move_birthday_and_erasure_never_rewrite_it(self):
        self.meet(self.parcours, "2023-06-14")
        photograph = self.parcours.situation_ids
        before = self._values(photograph)
        elsewhere = self.env["citeslab.neighborhood"].create({"name": "Centre"})
        self.person.write({"residence": "outside", "neighborhood_id": elsewhere.id})
        self.assertEqual(self._values(photograph), before)
        self.person.birthdate_date = False
        self.assertEqual(self._values(photograph), before)
        self.person.write({"name": "Personne effacée", "gender": False})
        self.assertEqual(self._values(photograph), before)

    def test_new_list_of_quartiers_does_not_rename_the_past(self):
        self.meet(self.parcours, "2023-06-14")
        photograph = self.parcours.situation_ids
        before = self._values(photograph)
        self.area.sudo().write({"code": "QN99999X", "vintage": 2024})
        self.assertEqual(self._values(photograph), before)

    def test_change_of_a_list_does_not_rewrite_the_past(self):
        employment = self.env["citeslab.employment"].create(
            {"name": "Inscrit ailleurs", "code": "elsewhere", "is_jobseeker": True}
        )
        photograph = self.photograph(
            self.parcours, "2023-01-01", employment_id=employment.id
        )
        self.assertTrue(photograph.is_jobseeker)
        before = self._values(photograph)
        employment.is_jobseeker = False
        self.assertEqual(self._values(photograph), before)

    def test_corrected_birth_date_corrects_the_ages_that_came_from_it(self):
        self.meet(self.parcours, "2023-06-14")
        self.person.birthdate_date = "1980-06-15"
        self.assertEqual(self.parcours.situation_ids.age, 42)

    def test_birth_date_known_later_completes_the_ages(self):
        self.person.birthdate_date = False
        self.meet(self.parcours, "2023-06-14")
        self.assertEqual(self.parcours.situation_ids.age, 0)
        self.person.birthdate_date = "1990-06-15"
        self.assertEqual(self.parcours.situation_ids.age, 32)

    def test_typed_age_stays(self):
        photograph = self.photograph(self.parcours, "2023-06-14", age=50)
        self.person.birthdate_date = "1980-06-15"
        self.assertEqual(photograph.age, 50)

    def test_age_erased_then_birth_date_retyped_stays(self):
        """An anonymised person whose file is opened again keeps past ages."""
        self.meet(self.parcours, "2023-06-14")
        self.person.birthdate_date = False
        self.person.birthdate_date = "1970-01-01"
        self.assertEqual(self.parcours.situation_ids.age, 32)

    def test_date_moved_by_hand_corrects_the_age(self):
        """The photograph was dated wrong: the age follows its date, not today's."""
        self.meet(self.parcours, "2023-06-14")
        photograph = self.parcours.situation_ids
        photograph.date = "2021-06-16"
        self.assertEqual(photograph.age, 31)

    def test_birthday_of_29_february(self):
        self.person.birthdate_date = "2000-02-29"
        first = self.photograph(self.parcours, "2023-02-28")
        second = self.photograph(self.parcours, "2023-03-01")
        self.assertEqual((first.age, second.age), (22, 23))

    @mute_logger("odoo.sql_db")
    def test_impossible_age_is_refused(self):
        with self.assertRaises(IntegrityError):
            self.photograph(self.parcours, "2023-06-14", age=121)

    def test_registration_as_jobseeker_is_editable(self):
        employment = self.env["citeslab.employment"].search(
            [("is_jobseeker", "=", True)], limit=1
        )
        photograph = self.photograph(
            self.parcours, "2023-01-01", employment_id=employment.id
        )
        self.assertTrue(photograph.is_jobseeker)
        photograph.is_jobseeker = False
        self.env.invalidate_all()
        self.assertFalse(photograph.is_jobseeker)
        self.assertEqual(photograph.employment_id, employment)

    def test_typed_registration_is_kept_at_creation(self):
        employment = self.env["citeslab.employment"].search(
            [("is_jobseeker", "=", False)], limit=1
        )
        photograph = self.photograph(
            self.parcours, "2023-01-01", employment_id=employment.id, is_jobseeker=True
        )
        self.assertTrue(photograph.is_jobseeker)

    def test_new_photograph_is_proposed_the_year_after(self):
        self.meet(self.parcours, "2022-06-14")
        self.assertFalse(self.parcours.needs_new_situation)
        self.meet(self.parcours, "2022-12-31")
        self.env.invalidate_all()
        self.assertFalse(self.parcours.needs_new_situation)
        self.meet(self.parcours, "2023-01-02")
        self.env.invalidate_all()
        self.assertTrue(self.parcours.needs_new_situation)
        self.photograph(self.parcours, "2023-01-02")
        self.env.invalidate_all()
        self.assertFalse(self.parcours.needs_new_situation)

    def test_next_photograph_knows_the_move(self):
        self.meet(self.parcours, "2022-06-14")
        self.person.write({"residence": "near"})
        context = self.parcours.action_new_situation()["context"]
        self.assertEqual(context["default_residence"], "near")
        self.assertEqual(context["default_gender"], "female")
        self.assertNotIn("default_date", context)

    def test_person_and_structure_follow_the_link(self):
        photograph = self.photograph(self.parcours, "2023-01-01")
        self.assertEqual(photograph.partner_id, self.person)
        self.assertEqual(photograph.company_id, self.structure)
