from datetime import date

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import EventCase


@tagged("post_install", "-at_install", "citeslab_events")
class TestPermanence(EventCase):
    def _rule(self, **values):
        return self.acting(self.chef, "citeslab.permanence").create(
            {
                "name": "Permanence à la médiathèque",
                "date_start": "2024-04-01",
                **values,
            }
        )

    def test_S11_a_rule_makes_a_quarter(self):
        """S11: every Tuesday 9-12, holidays skipped, slots of an hour."""
        rule = self._rule()
        events, busy = rule._generate(date(2024, 4, 1), date(2024, 6, 30))
        days = events.mapped("citeslab_date")
        self.assertEqual(len(days), 13)
        self.assertTrue(all(day.weekday() == 1 for day in days))
        self.assertEqual(busy, [])
        self.assertEqual(
            events[0].event_slot_ids.mapped("start_hour"), [9.0, 10.0, 11.0]
        )
        self.assertEqual(
            fields.Datetime.to_string(events[0].date_begin), "2024-04-02 07:00:00"
        )
        self.assertTrue(all(events.mapped("is_permanence")))

    def test_holidays_and_closing_days_are_skipped(self):
        rule = self._rule(weekday="2")  # Wednesday: 1 and 8 May 2024 are holidays
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Fermeture",
                "company_id": self.company_a.id,
                "date_from": "2024-05-14 22:00:00",
                "date_to": "2024-05-15 21:59:00",
            }
        )
        events, _busy = rule._generate(date(2024, 5, 1), date(2024, 5, 31))
        self.assertEqual([day.day for day in events.mapped("citeslab_date")], [22, 29])

    def test_dates_are_made_once(self):
        rule = self._rule()
        first, _busy = rule._generate(date(2024, 4, 1), date(2024, 4, 30))
        again, _busy = rule._generate(date(2024, 4, 1), date(2024, 5, 31))
        self.assertEqual(len(first), 5)
        self.assertEqual(len(again), 4)

    def test_S10_the_bus_moves(self):
        """S10: first and third Thursday, one place after the other."""
        places = self.acting(self.chef, "citeslab.place").create(
            [{"name": name, "kind": "bus"} for name in ("Kérourien", "Pontanézen")]
        )
        rule = self._rule(
            kind_id=self.kinds["bus"].id,
            weekday="3",
            recurrence="monthly",
            weeks="1, 3",
            place_ids=[(6, 0, places.ids)],
        )
        events, _busy = rule._generate(date(2024, 4, 1), date(2024, 6, 30))
        days = [str(day) for day in events.mapped("citeslab_date")]
        self.assertEqual(
            days,
            [
                "2024-04-04",
                "2024-04-18",
                "2024-05-02",
                "2024-05-16",
                "2024-06-06",
                "2024-06-20",
            ],
        )
        self.assertEqual(events[0].place_id, events[2].place_id)
        self.assertEqual(set(events[:2].place_id.ids), set(places.ids))

    def test_weeks_are_numbers(self):
        with self.assertRaisesRegex(ValidationError, "weeks of the month"):
            self._rule(recurrence="monthly", weeks="première")

    def test_S11_one_chef_is_never_in_two_places(self):
        self.event("workshop", "2024-04-09", 9)  # 10:00 in summer time
        events, busy = self._rule()._generate(date(2024, 4, 1), date(2024, 4, 30))
        self.assertEqual(busy, [date(2024, 4, 9)])
        self.assertEqual(len(events), 4)
        with self.assertRaisesRegex(ValidationError, "already holds"):
            self.event("workshop", "2024-04-16", 9)

    def test_booking_plans_a_rdv_held_in_one_click(self):
        rule = self._rule(date_start="2023-04-01")
        events, _busy = rule._generate(date(2023, 4, 1), date(2023, 4, 7))
        slot = events.event_slot_ids[1]
        booking = self.register(events, "Aïcha Benali", event_slot_id=slot.id)
        rdv = booking.interview_id
        self.assertEqual((rdv.state, rdv.kind), ("planned", "interview"))
        self.assertEqual(rdv.start, slot.start_datetime)
        self.assertEqual((rdv.duration, rdv.user_id), (1.0, self.chef))
        rdv.with_user(self.chef).action_done()
        self.assertEqual(booking.state, "done")
        touches = self.env["citeslab.touch"].search(
            [("partner_id", "=", booking.porteur_id.id)]
        )
        self.assertEqual(touches.mapped("kind"), ["interview"], "counted once")
        self.assertEqual(booking.parcours_id.first_interview_date, events.citeslab_date)

    def test_booking_is_followed_everywhere(self):
        events, _busy = self._rule(date_start="2023-04-01")._generate(
            date(2023, 4, 1), date(2023, 4, 7)
        )
        first, second = events.event_slot_ids[:2]
        booking = self.register(events, "Aïcha Benali", event_slot_id=first.id)
        rdv = booking.interview_id
        booking.event_slot_id = second
        self.assertEqual(rdv.start, second.start_datetime)
        booking.action_set_absent()
        self.assertEqual(rdv.state, "no_show")
        booking.action_cancel()
        self.assertEqual(rdv.state, "cancelled")
        rdv.with_user(self.chef).write({"state": "planned"})
        self.assertEqual(booking.state, "open")

    def test_a_slot_is_booked_once(self):
        events, _busy = self._rule()._generate(date(2024, 4, 1), date(2024, 4, 7))
        slot = events.event_slot_ids[0]
        self.register(events, "Aïcha Benali", event_slot_id=slot.id)
        with self.assertRaises(ValidationError):
            self.register(events, "Bakary Diallo", event_slot_id=slot.id)

    def test_walk_in_takes_the_first_free_slot(self):
        events, _busy = self._rule(date_start="2023-04-01")._generate(
            date(2023, 4, 1), date(2023, 4, 7)
        )
        self.register(events, "Aïcha Benali", event_slot_id=events.event_slot_ids[0].id)
        action = events.action_open_attendance()
        screen = self.acting(self.chef, "citeslab.attendance").browse(action["res_id"])
        for name in ("Bakary Diallo", "Chloé Morvan"):
            screen.name = name
            screen.action_add()
        self.assertEqual(len(events.sudo().registration_ids.interview_id), 3)
        screen.name = "Dounia Haddad"
        with self.assertRaisesRegex(UserError, "Every slot"):
            screen.action_add()

    def test_permanence_held_is_archived_not_deleted(self):
        rule = self._rule(date_start="2023-04-01")
        rule._generate(date(2023, 4, 1), date(2023, 4, 7))
        with self.assertRaisesRegex(UserError, "archive it"):
            rule.unlink()

    def test_button_tells_what_it_made(self):
        rule = self._rule(date_start=fields.Date.today())
        message = rule.action_make_quarter()["params"]["message"]
        self.assertIn(str(rule.event_count), message)
        self.assertGreater(rule.event_count, 11)
