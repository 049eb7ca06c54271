from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import CiteslabCase

DAY = date(2023, 5, 4)


@tagged("post_install", "-at_install")
class TestPeriodLock(CiteslabCase):
    """2023 is closed: nobody types in it, a manager corrects it with a reason."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parcours = cls.create_parcours()
        cls.interview = cls.meet(cls.parcours, DAY, duration=1)
        cls.action = (
            cls.env["citeslab.action"]
            .with_user(cls.chef)
            .create(
                {
                    "name": "Marché",
                    "date": DAY,
                    "mission_id": cls.env.ref("citeslab_base.mission_preparation").id,
                }
            )
        )
        cls.action.headcount_ids = [(0, 0, {"count": 3})]
        cls.lock = (
            cls.env["citeslab.period.lock"]
            .with_user(cls.manager)
            .create(
                {
                    "date_from": date(2023, 1, 1),
                    "date_to": date(2023, 12, 31),
                    "reason": "bilan 2023 remis",
                }
            )
        )

    def refused(self, act, *arguments, **values):
        """The change is refused in one sentence that names the period."""
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            act(*arguments, **values)
        self.assertRegex(str(caught.exception), "01/01/2023 to (31/12|12/31)/2023")
        return str(caught.exception)

    def open_for(self, user, reason="RDV oublié, retrouvé dans l'agenda"):
        return (
            self.env["citeslab.period.exception"]
            .with_user(user)
            .create({"lock_id": self.lock.id, "reason": reason})
        )

    def test_S2_a_chef_adds_changes_and_deletes_nothing_in_it(self):
        create = self.create_row
        self.refused(self.meet, self.parcours, DAY)
        self.refused(self.orient, self.parcours, DAY)
        self.refused(self.end, self.parcours, DAY, "created")
        self.refused(create, "citeslab.situation", self.parcours, DAY)
        self.refused(self.interview.write, {"state": "cancelled"})
        self.refused(self.interview.unlink)
        self.refused(self.action.write, {"occurrences": 12})
        self.refused(self.action.headcount_ids.write, {"count": 30})
        self.refused(
            self.parcours.write,
            {"interview_ids": [(1, self.interview.id, {"duration": 3})]},
        )
        self.refused(self.interview.sudo().write, {"duration": 3})
        self.assertEqual(self.interview.duration, 1)

    def test_S2_moving_a_record_into_it_or_out_of_it_is_refused_alike(self):
        this_year = self.meet(self.parcours, date(2024, 2, 1))
        self.refused(this_year.write, {"date": DAY})
        self.refused(self.interview.write, {"date": date(2024, 2, 1)})
        self.assertEqual(this_year.date, date(2024, 2, 1))

    def test_S2_the_days_around_stay_open(self):
        self.meet(self.create_parcours(contact_name="Jean"), date(2022, 12, 31))
        self.assertTrue(self.meet(self.parcours, date(2024, 1, 1)))

    def test_S2_texts_that_no_figure_reads_stay_free(self):
        self.interview.notes = "À rappeler"
        self.assertEqual(self.interview.notes, "À rappeler")

    def test_S2_a_manager_corrects_it_and_the_reason_is_kept(self):
        interview = self.interview.with_user(self.manager)
        sentence = self.refused(interview.write, {"duration": 2})
        self.assertIn("with the reason", sentence)
        leave = self.open_for(self.manager)
        interview.duration = 2
        change = self.lock.change_ids
        self.assertEqual(change.user_id, self.manager)
        self.assertEqual(change.reason, leave.reason)
        self.assertEqual(
            (change.res_model, change.res_id, change.operation, change.day),
            ("citeslab.interview", self.interview.id, "write", DAY),
        )
        self.assertEqual(change.fields_changed, "duration")
        self.refused(self.interview.write, {"duration": 3})  # the chef still cannot

    def test_S2_the_leave_of_a_manager_ends(self):
        leave = self.open_for(self.manager)
        leave.date_end = "2023-01-01 08:00:00"
        self.refused(self.interview.with_user(self.manager).write, {"duration": 2})

    def test_S2_what_was_changed_stays_told(self):
        leave = self.open_for(self.manager)
        self.interview.with_user(self.manager).duration = 2
        change = self.lock.change_ids
        for act in (
            lambda: change.sudo().write({"reason": "rien"}),
            change.sudo().unlink,
            lambda: leave.sudo().write({"reason": "rien"}),
            leave.sudo().unlink,
            self.lock.sudo().unlink,
        ):
            with self.assertRaises(UserError):
                act()
        self.assertEqual(change.reason, leave.reason)

    def test_S2_nobody_else_closes_or_opens_a_period(self):
        for user in (self.chef, self.volunteer, self.users["network"]):
            with self.assertRaises(AccessError):
                self.open_for(user)
            with self.assertRaises(AccessError):
                self.lock.with_user(user).active = False
        with self.assertRaises(AccessError):
            self.lock.with_user(self.other_chef).read(["reason"])

    def test_S2_an_exception_is_ones_own(self):
        leave = (
            self.env["citeslab.period.exception"]
            .with_user(self.manager)
            .create(
                {
                    "lock_id": self.lock.id,
                    "reason": "pour un autre",
                    "user_id": self.chef.id,
                }
            )
        )
        self.assertEqual(leave.user_id, self.manager)

    def test_opening_it_again_lets_everybody_type(self):
        self.lock.active = False
        self.interview.duration = 2
        self.assertEqual(self.interview.duration, 2)
        self.assertFalse(self.lock.change_ids)

    def test_a_period_is_closed_once_it_is_over(self):
        with self.assertRaises(ValidationError):
            self.lock.date_to = date(2099, 12, 31)

    def test_another_structure_is_not_closed(self):
        theirs = self.create_parcours(self.other_chef, company_id=self.other.id)
        self.assertTrue(self.meet(theirs, DAY))

    def test_a_structure_without_closed_periods_pays_no_query(self):
        self.lock.active = False
        Lock = self.env["citeslab.period.lock"]
        Lock._closed_companies()
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.assertFalse(self.interview._closed_days())
