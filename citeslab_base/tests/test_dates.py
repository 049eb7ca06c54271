from datetime import date, datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestDayOfInterview(CiteslabCase):
    """A fact belongs to the day of the structure, wherever the reader sits."""

    def setUp(self):
        super().setUp()
        self.parcours = self.create_parcours()

    def _day(self, zone, start):
        self.structure.partner_id.tz = zone
        Interview = self.parcours.env["citeslab.interview"]
        rdv = Interview.create({"parcours_id": self.parcours.id, "start": start})
        day = rdv.date
        rdv.unlink()  # the hour is free again
        return day

    def test_last_evening_of_the_year(self):
        """23:30 UTC on 31 December: next year in Paris, same year in Guyane."""
        start = datetime(2023, 12, 31, 23, 30)
        self.assertEqual(self._day("Europe/Paris", start), date(2024, 1, 1))
        self.assertEqual(self._day("Indian/Reunion", start), date(2024, 1, 1))
        self.assertEqual(self._day("America/Cayenne", start), date(2023, 12, 31))

    def test_evening_in_paris(self):
        """23:30 in Paris is 22:30 UTC: still the old year, next day in Réunion."""
        start = datetime(2023, 12, 31, 22, 30)
        self.assertEqual(self._day("Europe/Paris", start), date(2023, 12, 31))
        self.assertEqual(self._day("Indian/Reunion", start), date(2024, 1, 1))

    def test_summer_time(self):
        self.assertEqual(
            self._day("Europe/Paris", datetime(2023, 7, 14, 22, 30)), date(2023, 7, 15)
        )

    def test_zone_of_the_reader_does_not_count(self):
        self.chef.tz = "America/Cayenne"
        start = datetime(2023, 12, 31, 23, 30)
        self.assertEqual(self._day("Europe/Paris", start), date(2024, 1, 1))

    def test_moving_the_hour_moves_the_day(self):
        Interview = self.parcours.env["citeslab.interview"]
        rdv = Interview.create(
            {"parcours_id": self.parcours.id, "start": datetime(2023, 5, 2, 9)}
        )
        rdv.start = datetime(2023, 5, 3, 9)
        self.assertEqual(rdv.date, date(2023, 5, 3))

    def test_day_alone_is_kept(self):
        self.assertEqual(self.meet(self.parcours, "2023-03-02").date, date(2023, 3, 2))

    def test_day_against_the_hour_is_refused(self):
        with self.assertRaisesRegex(
            ValidationError, "11:00 .Europe/Paris.* is on ../../2023"
        ):
            self.meet(self.parcours, "2023-05-04", start=datetime(2023, 5, 2, 9))

    @freeze_time("2023-12-31 23:30:00")
    def test_today_of_a_new_interview_is_that_of_the_structure(self):
        Interview = self.parcours.env["citeslab.interview"]
        rdv = Interview.create({"parcours_id": self.parcours.id})
        self.assertEqual(rdv.date, date(2024, 1, 1))

    @freeze_time("2023-12-31 23:30:00")
    def test_done_today_in_the_structure_is_accepted(self):
        self.assertTrue(self.meet(self.parcours, "2024-01-01"))

    @freeze_time("2023-12-31 23:30:00")
    def test_done_tomorrow_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "still to come"):
            self.meet(self.parcours, "2024-01-02")

    def test_planned_in_the_future_then_done_is_refused(self):
        year = date.today().year + 1
        rdv = self.meet(self.parcours, date(year, 1, 1), state="planned")
        with self.assertRaisesRegex(ValidationError, f"01/01/{year}"):
            rdv.action_done()

    @mute_logger("odoo.sql_db")
    def test_negative_duration_is_refused(self):
        with self.assertRaises(IntegrityError):
            self.meet(self.parcours, "2023-03-02", duration=-1)

    def test_more_hours_than_a_day_of_work_are_refused(self):
        """45 typed for 45 minutes is 45 hours: the sentence tells how to write it."""
        with self.assertRaisesRegex(ValidationError, "45 were typed.*“0:45”"):
            self.meet(self.parcours, "2023-03-02", duration=45)
        rdv = self.meet(self.parcours, "2023-03-02", duration=12)
        with self.assertRaisesRegex(ValidationError, "12 hours at most"):
            rdv.duration = 12.25

    @freeze_time("2026-11-24 09:00:00")
    def test_what_is_to_come_sorts_first_the_nearest_above(self):
        days = ("2026-11-20", "2026-12-09", "2026-11-24", "2026-11-02", "2026-11-30")
        for day in days:
            self.meet(self.parcours, day, state="planned")
        found = self.env["citeslab.interview"].search(
            [("parcours_id", "=", self.parcours.id)], order="nearness, start, id"
        )
        expected = [days[2], days[4], days[1], days[0], days[3]]
        self.assertEqual([str(one.date) for one in found], expected)
        self.assertEqual(found, found.sorted("nearness"))

    def test_day_of_another_century_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "/1826, .*correct the year"):
            self.meet(self.parcours, "1826-03-02")
        with self.assertRaisesRegex(ValidationError, "/2206, .*correct the year"):
            self.meet(self.parcours, "2206-03-02", state="planned")
        with self.assertRaisesRegex(ValidationError, "correct the year"):
            self.meet(self.parcours, "1926-05-02", start=datetime(1926, 5, 2, 9))
        self.assertTrue(self.meet(self.parcours, "2000-01-01"))

    def test_planned_rdv_without_chef_is_refused(self):
        coming = date.today() + timedelta(days=9)
        with self.assertRaisesRegex(ValidationError, "choose who receives"):
            self.meet(self.parcours, coming, state="planned", user_id=False)
        rdv = self.meet(self.parcours, coming, state="planned")
        with self.assertRaisesRegex(ValidationError, "choose who receives"):
            rdv.user_id = False
        self.assertFalse(self.meet(self.parcours, "2023-03-02", user_id=False).user_id)

    def test_end_follows_the_duration(self):
        rdv = self.meet(
            self.parcours, "2023-05-02", start=datetime(2023, 5, 2, 9), duration=1.5
        )
        self.assertEqual(rdv.stop, datetime(2023, 5, 2, 10, 30))


@tagged("post_install", "-at_install")
class TestDerivedDates(CiteslabCase):
    def setUp(self):
        super().setUp()
        self.parcours = self.create_parcours()

    def test_first_contact_first_rdv_last_contact(self):
        self.meet(self.parcours, "2023-01-10", kind="contact")
        self.meet(self.parcours, "2023-02-01")
        self.meet(self.parcours, "2023-06-01")
        self.assertEqual(self.parcours.first_contact_date, date(2023, 1, 10))
        self.assertEqual(self.parcours.first_interview_date, date(2023, 2, 1))
        self.assertEqual(self.parcours.last_contact_date, date(2023, 6, 1))

    def test_only_what_took_place_counts(self):
        for state in ("planned", "no_show", "excused", "cancelled"):
            self.meet(self.parcours, "2023-01-10", state=state)
        self.assertFalse(self.parcours.first_contact_date)
        self.assertFalse(self.parcours.last_contact_date)

    def test_correction_and_deletion_are_followed(self):
        rdv = self.meet(self.parcours, "2023-02-01")
        rdv.date = "2023-03-01"
        self.assertEqual(self.parcours.first_interview_date, date(2023, 3, 1))
        rdv.action_no_show()
        self.assertFalse(self.parcours.first_interview_date)
        rdv.action_done()
        rdv.unlink()
        self.assertFalse(self.parcours.last_contact_date)

    def test_row_moved_to_another_parcours_counts_there(self):
        target = self.create_parcours(contact_name="Samir Cazal")
        rdv = self.meet(self.parcours, "2023-02-01")
        rdv.parcours_id = target
        self.assertFalse(self.parcours.first_interview_date)
        self.assertEqual(target.first_interview_date, date(2023, 2, 1))
        self.assertEqual(rdv.partner_id, target.partner_id)

    def test_latest_outcome_wins_and_the_former_stays(self):
        self.end(self.parcours, "2023-09-01", "created")
        self.end(self.parcours, "2023-03-01", "ongoing")
        self.assertEqual(self.parcours.outcome, "created")
        self.assertEqual(self.parcours.outcome_date, date(2023, 9, 1))
        self.assertEqual(len(self.parcours.outcome_ids), 2)

    def test_current_residence_is_that_of_the_latest_photograph(self):
        self.photograph(self.parcours, "2023-01-01", residence="qpv")
        self.photograph(self.parcours, "2022-01-01", residence="outside")
        self.assertEqual(self.parcours.residence, "qpv")

    def test_derived_columns_are_not_typed(self):
        for name in ("first_interview_date", "outcome", "residence"):
            self.assertTrue(self.env["crm.lead"]._fields[name].readonly, name)

    @freeze_time("2023-07-01 10:00:00")
    def test_silent_days(self):
        self.meet(self.parcours, "2023-06-01")
        self.assertEqual(self.parcours.silent_days, 30)
        Lead = self.Lead
        self.assertIn(self.parcours, Lead.search([("silent_days", ">=", 30)]))
        self.assertIn(self.parcours, Lead.search([("silent_days", ">", 29)]))
        self.assertNotIn(self.parcours, Lead.search([("silent_days", ">", 30)]))
        self.assertNotIn(self.parcours, Lead.search([("silent_days", ">=", 31)]))

    @freeze_time("2023-07-01 10:00:00")
    def test_an_ended_parcours_is_not_silent(self):
        self.meet(self.parcours, "2023-06-01")
        self.end(self.parcours, "2023-06-02", "created")
        self.assertEqual(self.parcours.silent_days, 0)
        self.assertNotIn(self.parcours, self.Lead.search([("silent_days", ">=", 1)]))

    def test_silent_search_leaves_the_sales_pipeline_out(self):
        lead = self.env["crm.lead"].create({"name": "Devis"})
        found = self.env["crm.lead"].search([("silent_days", ">=", 0)])
        self.assertNotIn(lead, found)


@tagged("post_install", "-at_install")
class TestPhase(CiteslabCase):
    def setUp(self):
        super().setUp()
        self.parcours = self.create_parcours()

    def test_facts_push_the_card(self):
        self.assertEqual(self.parcours.phase, "detection")
        self.meet(self.parcours, "2023-01-05", kind="contact")
        self.assertEqual(self.parcours.phase, "detection")
        self.meet(self.parcours, "2023-02-01")
        self.assertEqual(self.parcours.phase, "interview")
        self.orient(self.parcours, "2023-02-01")
        self.assertEqual(self.parcours.phase, "orientation")

    def test_card_placed_further_by_hand_stays(self):
        self.parcours.stage_id = self.env.ref("citeslab_base.stage_followup")
        self.meet(self.parcours, "2023-02-01")
        self.assertEqual(self.parcours.phase, "followup")

    def test_outcomes(self):
        self.meet(self.parcours, "2023-02-01")
        expected = {
            "ongoing": "interview",
            "created": "created",
            "consolidated": "created",
            "redirected": "closed",
            "lost": "closed",
            "abandoned": "closed",
        }
        for value, phase in expected.items():
            with self.subTest(value):
                outcome = self.end(self.parcours, "2023-03-01", value)
                self.assertEqual(self.parcours.phase, phase)
                outcome.unlink()

    def test_rdv_after_a_closing_outcome_opens_it_again(self):
        self.meet(self.parcours, "2023-02-01")
        self.end(self.parcours, "2023-03-01", "lost")
        self.assertEqual(self.parcours.phase, "closed")
        self.meet(self.parcours, "2023-04-01")
        self.assertEqual(self.parcours.phase, "followup")
        self.assertEqual(self.parcours.outcome, "lost")

    def test_card_placed_back_after_its_outcome_stays_until_the_next_one(self):
        self.meet(self.parcours, "2023-02-01")
        self.end(self.parcours, "2023-03-01", "lost")
        self.parcours.stage_id = self.env.ref("citeslab_base.stage_preparation")
        self.assertTrue(self.parcours.is_reopened)
        self.meet(self.parcours, "2026-12-24", state="planned")
        self.orient(self.parcours, "2023-02-15")
        self.assertEqual(self.parcours.phase, "orientation")
        self.end(self.parcours, "2023-04-01", "ongoing")
        self.assertEqual(self.parcours.phase, "orientation")
        self.assertFalse(self.parcours.is_reopened)
        self.end(self.parcours, "2023-05-01", "abandoned")
        self.assertEqual(self.parcours.phase, "closed")

    def test_outcome_corrected_after_a_reopening_decides_again(self):
        older = self.end(self.parcours, "2022-03-01", "lost")
        last = self.end(self.parcours, "2023-03-01", "lost")
        self.parcours.stage_id = self.env.ref("citeslab_base.stage_preparation")
        older.date = date(2022, 4, 1)
        self.assertTrue(self.parcours.is_reopened, "the last outcome is as it was")
        last.value = "created"
        self.assertFalse(self.parcours.is_reopened)
        self.assertEqual(self.parcours.phase, "created")

    def test_outcome_to_come_is_refused(self):
        with self.assertRaises(ValidationError) as refusal:
            self.end(self.parcours, fields.Date.add(date.today(), days=2), "created")
        self.assertIn("still to come", str(refusal.exception))

    def test_rdv_on_the_day_of_the_outcome_does_not(self):
        self.meet(self.parcours, "2023-03-01")
        self.end(self.parcours, "2023-03-01", "abandoned")
        self.assertEqual(self.parcours.phase, "closed")

    def test_rdv_typed_late_does_not_open_it_again(self):
        self.end(self.parcours, "2023-03-01", "abandoned")
        self.meet(self.parcours, "2023-02-01")
        self.assertEqual(self.parcours.phase, "closed")

    def test_followup_of_a_creation_keeps_it_created(self):
        self.end(self.parcours, "2023-03-01", "created")
        self.meet(self.parcours, "2023-06-01")
        self.assertEqual(self.parcours.phase, "created")

    def test_no_stage_is_won(self):
        stages = self.env["crm.stage"].search([("phase", "!=", False)])
        self.assertEqual(len(stages), 7)
        self.assertFalse(any(stages.mapped("is_won")))
        self.assertTrue(all(stage.sequence >= 1000 for stage in stages))

    def test_chef_groups_a_kanban_by_the_seven_phases(self):
        groups = self.Lead.with_context(
            citeslab_parcours=True, read_group_expand=True
        ).formatted_read_group([("is_parcours", "=", True)], ["stage_id"], ["__count"])
        names = [group["stage_id"][1] for group in groups]
        self.assertEqual(len(names), 7)
        self.assertEqual(sum(group["__count"] for group in groups), 1)
