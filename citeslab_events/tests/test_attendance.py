from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import EventCase


@tagged("post_install", "-at_install", "citeslab_events")
class TestAttendance(EventCase):
    def _screen(self, event, user=None):
        action = event.with_user(user or self.chef).action_open_attendance()
        return self.acting(user or self.chef, "citeslab.attendance").browse(
            action["res_id"]
        )

    def test_one_screen(self):
        event = self.event()
        for name in ("Anne", "Bakary", "Chloé"):
            self.register(event, name)
        screen = self._screen(event)
        self.assertEqual((screen.registered_count, screen.present_count), (3, 0))
        screen.registration_ids[0].action_set_absent()
        screen.action_all_present()
        screen.invalidate_recordset()
        self.assertEqual(screen.present_count, 2)

    def test_walk_in_by_a_name(self):
        event = self.event()
        screen = self._screen(event)
        screen.name = "Dounia Haddad"
        screen.action_add()
        self.assertEqual(event.registration_ids.state, "done")
        self.assertFalse(screen.name)
        with self.assertRaisesRegex(UserError, "Who came"):
            screen.action_add()

    def test_walk_in_somebody_known(self):
        known = self.porteur("Dounia Haddad")
        event = self.event()
        screen = self._screen(event)
        screen.name = "HADDAD Dounia"
        self.assertEqual(screen.namesake_ids, known)
        screen.write({"partner_id": known.id, "name": False})
        screen.action_add()
        self.assertEqual(event.sudo().registration_ids.porteur_id, known)

    def test_dialog_of_somebody_else_is_closed(self):
        screen = self._screen(self.event())
        other = self.acting(self.users["manager_a"], "citeslab.attendance")
        self.assertFalse(other.search([("id", "=", screen.id)]))

    def test_moonshot_names_never_move_the_total(self):
        """30 anonymous, 4 named later: 30 in all, 4 named; a fifth woman refused."""
        event = self.event("market")
        event.write(
            {
                "headcount_total": 30,
                "headcount_ids": [
                    (0, 0, {"gender": "female", "count": 4}),
                    (0, 0, {"gender": "male", "count": 26}),
                ],
            }
        )
        self.assertEqual(event.attendance_anonymous, 30)
        for number in range(4):
            woman = self.porteur(f"Femme Numéro{number}", gender="female")
            self.register(event, woman.name, porteur_id=woman.id, state="done")
        self.assertEqual(event.attendance_total, 30)
        self.assertEqual((event.attendance_named, event.attendance_anonymous), (4, 26))
        fifth = self.porteur("Femme Numéro5", gender="female")
        with self.assertRaisesRegex(ValidationError, "Correct the head-count first"):
            self.register(event, fifth.name, porteur_id=fifth.id, state="done")

    def test_details_add_up(self):
        event = self.event("market")
        event.headcount_ids = [(0, 0, {"gender": "female", "count": 12})]
        self.assertEqual(event.attendance_total, 12)
        event.headcount_total = 20
        with self.assertRaisesRegex(ValidationError, "add up to 25 people for 20"):
            event.headcount_ids = [(0, 0, {"gender": "male", "count": 13})]

    def test_full_headcount_refuses_one_more_name(self):
        event = self.event("market", headcount_total=1)
        self.register(event, "Anne", state="done")
        with self.assertRaisesRegex(ValidationError, "raise it first"):
            self.register(event, "Bakary", state="done")

    def test_share_of_qpv(self):
        event = self.event("market", headcount_total=30)
        outside = self.env["citeslab.neighborhood"].create(
            {"name": "Centre", "kind": "other"}
        )
        event.headcount_ids = [
            (0, 0, {"neighborhood_id": self.area.id, "count": 15}),
            (0, 0, {"neighborhood_id": outside.id, "count": 5}),
        ]
        self.assertEqual((event.qpv_known, event.qpv_count), (20, 15))
        self.assertEqual(event.qpv_share, 75.0)

    def test_volunteer_marks_attendance_of_his_event(self):
        volunteer = self.users["volunteer_a"]
        event = self.event(user_id=volunteer.id)
        self.register(event, "Anne")
        screen = self._screen(event, volunteer)
        self.assertEqual(screen.registered_count, 1)
        screen.registration_ids.action_set_done()
        self.assertEqual(event.attendance_named, 1)
        others = self.event("cafe", "2023-04-11")
        self.register(others, "Bakary")
        self.assertEqual(self._screen(others, volunteer).registered_count, 0)
