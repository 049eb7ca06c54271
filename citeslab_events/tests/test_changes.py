"""What was planned changes: dates, rules, seats, people."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import EventCase
from .counted import count_events
from .test_mailing import MailingCase


@tagged("post_install", "-at_install", "citeslab_events")
class TestChangedRule(EventCase):
    """A rule of permanence changes after people booked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Date.today()
        cls.monday = today + timedelta(days=7 - today.weekday())
        cls.rule = cls.acting(cls.chef, "citeslab.permanence").create(
            {
                "name": "Permanence",
                "weekday": "1",
                "date_start": cls.monday,
                "date_end": cls.monday + timedelta(days=60),
            }
        )
        cls.rule._generate(cls.monday, cls.monday + timedelta(days=27))
        cls.dates = cls.rule.event_ids.sorted("date_begin")
        cls.booked = cls.dates[0]
        cls.register(
            cls.booked, "Aïcha Benali", event_slot_id=cls.booked.event_slot_ids[0].id
        )

    def test_S11_the_dates_to_come_follow_the_rule_but_those_booked(self):
        self.assertFalse(self.rule.left_message)
        self.rule.weekday = "3"
        dates = self.rule.event_ids.sorted("date_begin")
        self.assertIn(self.booked, dates)
        others = dates - self.booked
        self.assertEqual({day.weekday() for day in others.mapped("citeslab_date")}, {3})
        self.assertGreaterEqual(len(others), len(self.dates) - 1)
        self.assertIn(self.booked.date_label, self.rule.left_message)

    def test_S11_a_date_changed_by_hand_stays(self):
        moved = self.dates[1]
        later = timedelta(hours=1)
        moved.write(
            {"date_begin": moved.date_begin + later, "date_end": moved.date_end + later}
        )
        self.rule.write({"hour_from": 14, "hour_to": 16})
        self.assertTrue(moved.exists())
        self.assertEqual(
            len(self.rule.event_ids.filtered(lambda e: "14:00" in e._hours_label())),
            len(self.dates) - 2,
        )

    def test_S11_an_archived_rule_leaves_the_booked_dates_only(self):
        self.rule.active = False
        self.assertEqual(self.rule.event_ids, self.booked)

    def test_a_colleague_takes_the_booked_rdv_over(self):
        rdv = self.booked.sudo().registration_ids.interview_id
        self.booked.user_id = self.users["manager_a"]
        self.assertEqual(rdv.user_id, self.users["manager_a"])

    def test_a_permanence_moves_with_its_slots_and_rdv(self):
        rdv = self.booked.sudo().registration_ids.interview_id
        before, hours = rdv.start, self.booked.event_slot_ids.mapped("start_hour")
        shift = timedelta(days=1, hours=2)
        self.booked.write(
            {
                "date_begin": self.booked.date_begin + shift,
                "date_end": self.booked.date_end + shift,
            }
        )
        self.assertEqual(
            self.booked.event_slot_ids.mapped("start_hour"),
            [hour + 2 for hour in hours],
        )
        self.assertEqual(rdv.start, before + shift)
        booking = self.booked.sudo().registration_ids
        self.assertEqual(booking.attendance_date, self.booked.citeslab_date)

    def test_a_cancelled_permanence_cancels_its_rdv(self):
        booking = self.booked.sudo().registration_ids
        self.booked.kanban_state = "cancel"
        self.assertEqual(booking.interview_id.state, "cancelled")
        self.assertEqual(booking.state, "open", "the person is still to be told")
        self.booked.kanban_state = "normal"
        self.assertEqual(booking.interview_id.state, "planned")


@tagged("post_install", "-at_install", "citeslab_events")
class TestChangedEvent(EventCase):
    def test_who_came_never_comes_in_the_future(self):
        event = self.event("cafe", "2023-05-30")
        self.register(event, "Aïcha Benali", state="done")
        with self.assertRaisesRegex(ValidationError, "that day"):
            event.write(
                {"date_begin": "2099-01-01 10:00", "date_end": "2099-01-01 12:00"}
            )

    def test_a_contact_moves_with_its_event(self):
        event = self.event("cafe", "2023-05-30")
        registration = self.register(event, "Aïcha Benali", state="done")
        event.write({"date_begin": "2023-06-06 12:00", "date_end": "2023-06-06 14:00"})
        self.assertEqual(str(registration.parcours_id.last_contact_date), "2023-06-06")

    def test_fewer_seats_than_people(self):
        """Nobody is thrown out, nobody more comes in, who is there is there."""
        event = self.event("cafe", "2023-05-30", seats_limited=True, seats_max=3)
        for name in ("Anne", "Bakary", "Chloé"):
            self.register(event, name)
        event.seats_max = 2
        self.assertEqual(event.seats_taken, 3)
        with self.assertRaises(ValidationError):
            self.register(event, "Dounia")
        absent = event.registration_ids.filtered(lambda row: row.name == "Anne")
        absent.action_set_done()
        absent.action_set_absent()
        screen = event.action_open_attendance()
        walk_in = self.acting(self.chef, "citeslab.attendance").browse(screen["res_id"])
        walk_in.name = "Dounia"
        walk_in.action_add()
        walk_in.action_all_present()
        self.assertEqual(
            sorted(event.registration_ids.mapped(lambda row: (row.name, row.state))),
            [
                ("Anne", "open"),
                ("Bakary", "done"),
                ("Chloé", "done"),
                ("Dounia", "done"),
            ],
        )

    def test_the_slot_of_an_absent_serves_who_comes(self):
        rule = self.acting(self.chef, "citeslab.permanence").create(
            {"name": "Permanence", "date_start": "2023-04-01", "hour_to": 10}
        )
        permanence, _busy = rule._generate(date(2023, 4, 1), date(2023, 4, 7))
        slot = permanence.event_slot_ids
        absent = self.register(permanence, "Anne", event_slot_id=slot.id)
        absent.action_set_absent()
        action = permanence.action_open_attendance()
        screen = self.acting(self.chef, "citeslab.attendance").browse(action["res_id"])
        screen.write({"name": "Bakary", "slot_id": False})
        screen.action_add()
        self.assertEqual(permanence.attendance_named, 1)

    def test_over_midnight_counts_on_its_first_day(self):
        night = self.event("major", "2023-12-31", 22, hours=4)
        self.assertEqual(str(night.citeslab_date), "2023-12-31")
        self.assertEqual(str(night.citeslab_date_end), "2024-01-01")
        self.assertIn("31", night.date_label)
        self.assertEqual(night._hours_label(), "")

    def test_hours_of_a_permanence_over_the_change_of_clocks(self):
        """29 March and 25 October 2026: nine o'clock stays nine o'clock."""
        for first, weekday in ((date(2026, 3, 22), "6"), (date(2026, 10, 11), "6")):
            rule = self.acting(self.chef, "citeslab.permanence").create(
                {
                    "name": "Permanence du dimanche",
                    "weekday": weekday,
                    "date_start": first,
                    "hour_from": 1,
                    "hour_to": 4,
                }
            )
            events, busy = rule._generate(first, first + timedelta(days=14))
            self.assertEqual((len(events), busy), (3, []))
            for event in events:
                self.assertEqual(event._hours_label(), "01:00 – 04:00")
                slots = event.event_slot_ids
                self.assertEqual(slots.mapped("start_hour"), [1.0, 2.0, 3.0])
                booking = self.register(
                    event, f"Anne {event.id}", event_slot_id=slots[2].id
                )
                self.assertEqual(booking.interview_id.start, slots[2].start_datetime)

    def test_an_archived_kind_still_counts(self):
        event = self.event("cafe", "2023-05-30")
        self.kinds["cafe"].active = False
        reader = self.acting(self.chef, "citeslab.fact.event")
        figures = count_events(
            reader.env, self.company_a, date(2023, 1, 1), date(2023, 12, 31)
        )
        self.assertEqual(figures["workshops"]["value"], 1)
        event.name = "Café d'hier"
        self.assertEqual(event.citeslab_kind_id, self.kinds["cafe"])

    def test_a_person_erased_stays_a_number(self):
        event = self.event("cafe", "2023-05-30")
        registration = self.register(
            event, "Aïcha Benali", email="aicha@example.org", state="done"
        )
        registration.sudo().porteur_id._anonymise("request")
        self.assertEqual(event.attendance_named, 1)
        self.assertNotIn("Aïcha", registration.name)
        again = self.register(event, "Aïcha Benali", email="aicha@example.org")
        self.assertNotEqual(again.porteur_id, registration.porteur_id)
        registration.action_set_absent()
        registration.action_set_done()
        self.assertEqual(event.attendance_named, 1)


@tagged("post_install", "-at_install", "citeslab_events")
class TestChangedMailing(MailingCase):
    def _waiting(self, event, purpose="reminder"):
        mailing = self._mailing(event_id=event.id, purpose=purpose)
        mailing.write(
            {"schedule_type": "scheduled", "schedule_date": "2099-01-01 08:00:00"}
        )
        mailing.action_put_in_queue()
        self.assertEqual(mailing.state, "in_queue")
        return mailing

    def test_a_waiting_mail_never_tells_the_old_day(self):
        event = self.event("cafe", **self.tomorrow())
        self.register(event, "Anne", email="anne@example.org")
        mailing = self._waiting(event)
        event.write(
            {
                "date_begin": event.date_begin + timedelta(days=1),
                "date_end": event.date_end + timedelta(days=1),
            }
        )
        self.assertEqual(mailing.state, "draft")
        self.assertIn(event.name, mailing.message_ids[0].body)

    def test_a_waiting_mail_of_a_cancelled_event_is_held(self):
        event = self.event("cafe", **self.tomorrow())
        mailing = self._waiting(event, "invitation")
        event.kanban_state = "cancel"
        self.assertEqual(mailing.state, "draft")

    def test_one_address_in_two_structures_is_two_people(self):
        """Each structure's mail reaches its own record; leaving one is not both."""
        for company in (self.company_a, self.company_b):
            self.env["crm.lead"].create(
                {
                    "is_parcours": True,
                    "contact_name": f"Gaëlle de {company.name}",
                    "email_from": "gaelle@example.org",
                    "company_id": company.id,
                }
            )
        ours = self._mailing(purpose="newsletter")
        theirs = self._mailing(self.users["chef_b"], purpose="newsletter")
        ours._leave_subject_list("gaelle@example.org")
        (ours | theirs).sudo().action_put_in_queue()
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            self.env["mailing.mailing"].sudo()._process_mass_mailing_queue()
        self.assertEqual((ours | theirs).sudo().mapped("state"), ["done", "done"])
        self.assertNotIn("gaelle@example.org", self._mails(ours))
        self.assertEqual(self._mails(theirs), ["gaelle@example.org"])
        reached = self.env["res.partner"].browse(
            theirs.sudo().mailing_trace_ids.mapped("res_id")
        )
        self.assertEqual(reached.company_id, self.company_b)
