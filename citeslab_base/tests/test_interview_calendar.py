"""The chef's calendar: hours that never overlap, titles that name nobody, reminders."""

import base64
from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.citeslab_interview import _taken_message
from .common import CANARY, CiteslabCase

TEN = datetime(2023, 6, 20, 8, 0)  # 10:00 in Paris


class AgendaCase(CiteslabCase):
    def setUp(self):
        super().setUp()
        clock = freeze_time("2023-06-15 10:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        self.structure.partner_id.write({"street": "2 rue du Port", "city": "Brest"})
        self.parcours = self.create_parcours(
            contact_name=f"Odile {CANARY}",
            email_from="odile@example.org",
            user_id=self.chef.id,
        )

    def plan(self, start=TEN, parcours=None, **values):
        return (parcours or self.parcours).interview_ids.create(
            {
                "parcours_id": (parcours or self.parcours).id,
                "start": start,
                "duration": 1.0,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestSlots(AgendaCase):
    def assertTaken(self, action):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation) as refusal,
            self.cr.savepoint(),
        ):
            action()
            self.env.flush_all()
        return refusal.exception

    def test_two_rdv_of_one_chef_never_overlap(self):
        self.plan()
        for minutes in (-59, -30, 0, 30, 59):
            self.assertTaken(lambda m=minutes: self.plan(TEN + timedelta(minutes=m)))
        self.assertTaken(lambda: self.plan(TEN - timedelta(hours=1), duration=3.0))

    def test_following_hours_touch_without_overlapping(self):
        self.plan()
        self.plan(TEN + timedelta(hours=1))
        self.plan(TEN - timedelta(hours=1))

    def test_hour_of_somebody_else_or_freed_is_free(self):
        first = self.plan()
        self.plan(user_id=self.manager.id)
        for state in ("cancelled", "excused", "no_show"):
            first.state = state
            second = self.plan()
            self.assertTaken(lambda: first.write({"state": "planned"}))
            second.unlink()
        first.state = "planned"

    def test_moving_or_lengthening_is_checked_too(self):
        self.plan()
        later = self.plan(TEN + timedelta(hours=2))
        self.assertTaken(lambda: later.write({"start": TEN}))
        earlier = self.plan(TEN - timedelta(hours=1))
        self.assertTaken(lambda: earlier.write({"duration": 1.5}))
        self.assertTaken(lambda: later.write({"start": TEN, "duration": 0.25}))

    def test_contacts_and_open_receptions_take_no_hour(self):
        self.plan()
        self.plan(kind="contact")
        self.plan(is_shared=True)
        self.plan(is_shared=True)

    def test_another_structure_of_the_same_chef_counts(self):
        """Nobody is in two places, and the message tells the hour only."""
        self.chef.sudo().company_ids = [Command.link(self.other.id)]
        self.plan()
        elsewhere = self.create_parcours(user=self.other_chef, contact_name="Lou")
        self.assertTaken(lambda: self.plan(parcours=elsewhere, user_id=self.chef.id))

    def test_refusal_tells_the_hour_taken(self):
        self.plan()
        error = self.assertTaken(lambda: self.plan(TEN + timedelta(minutes=30)))
        env = self.env(context={"tz": "Europe/Paris", "lang": "en_US"})
        message = _taken_message(env, error.diag)
        self.assertIn("10:00", message)
        self.assertIn("choose another hour", message)
        self.assertNotIn(CANARY, message)


@tagged("post_install", "-at_install")
class TestCalendar(AgendaCase):
    def test_meeting_names_nobody(self):
        rdv = self.plan(notes=f"{CANARY} a un souci", next_step=CANARY)
        meeting = rdv.calendar_event_id
        self.assertRecordValues(
            meeting,
            [
                {
                    "name": f"RDV CitésLab · {self.parcours.reference}",
                    "start": TEN,
                    "stop": TEN + timedelta(hours=1),
                    "user_id": self.chef.id,
                    "partner_ids": self.chef.partner_id.ids,
                    "location": "Structure Estuaire, 2 rue du Port, Brest",
                    "privacy": "private",
                    "show_as": "busy",
                    "opportunity_id": False,
                    "description": False,
                }
            ],
        )
        told = meeting.read()[0]
        self.assertNotIn(CANARY, repr(told))
        self.assertNotIn(CANARY, repr(meeting.attendee_ids.read()))
        self.assertNotIn(CANARY, meeting._get_ics_file()[meeting.id].decode())

    def test_colleagues_read_busy_and_nothing_else(self):
        meeting = self.plan().calendar_event_id
        for name in ("employee", "salesperson", "manager", "admin"):
            with self.subTest(name):
                self.env.invalidate_all()
                seen = meeting.with_user(self.users[name])
                values = seen.read(["name", "start", "location", "partner_ids"])[0]
                self.assertEqual(values["start"], TEN)
                self.assertNotIn("CL", values["name"])
                self.assertFalse(values["location"] or values["partner_ids"])

    def test_place_of_the_list_is_told(self):
        bus = self.env["citeslab.place"].create(
            {"name": "Bus", "kind": "bus", "company_id": self.structure.id}
        )
        rdv = self.plan(place_id=bus.id, place="Place de la Liberté")
        meeting = rdv.calendar_event_id
        self.assertEqual(meeting.location, "Bus, Place de la Liberté")
        rdv.mode = "phone"
        self.assertFalse(meeting.location)

    def test_rdv_moves_its_meeting(self):
        rdv = self.plan()
        meeting = rdv.calendar_event_id
        rdv.write({"start": TEN + timedelta(days=1), "duration": 0.5})
        self.assertEqual(meeting.start, TEN + timedelta(days=1))
        self.assertEqual(meeting.stop, TEN + timedelta(days=1, minutes=30))
        rdv.user_id = self.manager
        self.assertEqual(meeting.user_id, self.manager)
        guests = meeting.sudo().attendee_ids.partner_id
        self.assertEqual(guests, self.manager.partner_id)

    def test_meeting_moves_its_rdv(self):
        rdv = self.plan()
        meeting = rdv.calendar_event_id.with_user(self.chef)
        meeting.write(
            {
                "start": TEN + timedelta(hours=3),
                "stop": TEN + timedelta(hours=3, minutes=45),
            }
        )
        self.assertEqual(rdv.start, TEN + timedelta(hours=3))
        self.assertEqual(rdv.duration, 0.75)
        self.assertEqual(rdv.date, fields.Date.to_date("2023-06-20"))

    @mute_logger("odoo.sql_db")
    def test_meeting_does_not_move_onto_another_rdv(self):
        self.plan()
        later = self.plan(TEN + timedelta(hours=2)).calendar_event_id
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            later.with_user(self.chef).write(
                {"start": TEN, "stop": TEN + timedelta(hours=1)}
            )
            self.env.flush_all()

    def test_deleted_or_archived_meeting_cancels_the_rdv(self):
        first, second = self.plan(), self.plan(TEN + timedelta(hours=1))
        first.calendar_event_id.with_user(self.chef).unlink()
        second.calendar_event_id.with_user(self.chef).active = False
        self.assertEqual((first + second).mapped("state"), ["cancelled"] * 2)
        second.state = "planned"
        self.assertTrue(second.calendar_event_id.active)
        first.state = "planned"
        self.assertTrue(first.calendar_event_id)

    def test_deleted_or_cancelled_rdv_frees_the_calendar(self):
        for action in ("action_cancel", "action_no_show", "action_excused", "unlink"):
            rdv = self.plan()
            meeting = rdv.calendar_event_id
            getattr(rdv, action)()
            self.assertFalse(meeting.exists(), action)

    def test_done_rdv_stays_and_a_past_one_is_not_added(self):
        rdv = self.plan(datetime(2023, 6, 15, 8, 0))
        rdv.action_done()
        self.assertTrue(rdv.calendar_event_id)
        logged = self.plan(datetime(2023, 6, 14, 8, 0), state="done")
        self.assertFalse(logged.calendar_event_id)
        self.assertFalse(self.plan(kind="contact").calendar_event_id)

    def test_title_description_and_guests_stay_neutral(self):
        meeting = self.plan().calendar_event_id.with_user(self.chef)
        person = self.parcours.partner_id
        for values in (
            {"name": "RDV Odile"},
            {"description": "Odile"},
            {"location": "Chez Odile"},
            {"partner_ids": [Command.link(person.id)]},
            {"privacy": "public"},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, "never with whom"),
                self.cr.savepoint(),
            ):
                meeting.write(values)
        meeting.partner_ids = [Command.link(self.manager.partner_id.id)]
        self.assertIn(self.manager.partner_id, meeting.partner_ids)

    def test_stock_meetings_are_left_alone(self):
        meeting = self.env["calendar.event"].with_user(self.salesperson)
        meeting = meeting.create(
            {"name": "Client", "start": TEN, "stop": TEN + timedelta(hours=1)}
        )
        meeting.write({"name": "Client Durand", "start": TEN - timedelta(hours=1)})
        meeting.unlink()

    def test_no_meeting_is_left_by_the_uninstallation(self):
        meeting = self.plan().calendar_event_id
        self.plan(TEN + timedelta(hours=1)).calendar_event_id.active = False
        Event = self.env["calendar.event"].with_context(active_test=False)
        self.assertTrue(Event.search([("res_model", "=", "citeslab.interview")]))
        Event._delete_meetings_of_rdv()
        self.assertFalse(meeting.exists())
        self.assertFalse(Event.search([("res_model", "=", "citeslab.interview")]))


@tagged("post_install", "-at_install")
class TestReminder(AgendaCase):
    def remind(self, moment):
        with freeze_time(moment), self.enter_registry_test_mode():
            cron = self.env.ref("citeslab_base.cron_rdv_reminder")
            cron.method_direct_trigger()

    def mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", "citeslab.interview"), ("state", "!=", "cancel")]
        )

    def setUp(self):
        super().setUp()
        template = self.env.ref("citeslab_base.mail_template_rdv_reminder")
        template.auto_delete = False

    def test_reminder_two_days_before_once_with_the_agenda_file(self):
        rdv = self.plan()
        self.remind("2023-06-18 07:59:00")
        self.assertFalse(self.mails())
        self.remind("2023-06-18 08:00:00")
        mail = self.mails()
        self.assertIn("odile@example.org", mail.email_to)
        self.assertIn("mardi 20 juin 2023 à 10 h 00", mail.subject)
        self.assertIn("2 rue du Port", mail.body_html)
        attachment = mail.attachment_ids
        self.assertEqual(attachment.name, "rdv-citeslab.ics")
        text = base64.b64decode(attachment.datas).decode()
        self.assertIn("DTSTART:20230620T080000Z", text)
        self.assertNotIn(CANARY, text)
        self.assertTrue(rdv.reminder_date)
        self.remind("2023-06-18 09:00:00")
        self.remind("2023-06-20 07:00:00")
        self.assertEqual(len(self.mails()), 1)

    def test_never_after_the_start(self):
        self.plan()
        self.remind("2023-06-20 08:00:00")
        self.remind("2023-06-25 08:00:00")
        self.assertFalse(self.mails())

    def test_neither_without_address_nor_against_the_will(self):
        self.plan()
        self.parcours.partner_id.email = False
        self.remind("2023-06-19 08:00:00")
        self.parcours.partner_id.email = "odile@example.org"
        self.env["mail.blacklist"]._add("odile@example.org")
        self.remind("2023-06-19 09:00:00")
        self.assertFalse(self.mails())

    def test_only_planned_rdv(self):
        rdv = self.plan()
        rdv.action_cancel()
        self.plan(kind="contact")
        self.remind("2023-06-19 08:00:00")
        self.assertFalse(self.mails())

    def test_moved_rdv_is_reminded_of_its_new_hour(self):
        rdv = self.plan()
        self.remind("2023-06-19 08:00:00")
        rdv.start = TEN + timedelta(days=7)
        self.assertFalse(rdv.reminder_date)
        self.remind("2023-06-26 08:00:00")
        self.assertEqual(len(self.mails()), 2)
        self.assertIn("27 juin", self.mails().sorted("id")[-1].subject)

    def test_hour_is_that_of_the_structure(self):
        self.structure.partner_id.tz = "Indian/Reunion"
        self.plan()
        self.remind("2023-06-19 08:00:00")
        self.assertIn("à 12 h 00", self.mails().subject)

    def test_administrator_reads_no_reminder_of_a_person(self):
        self.plan()
        self.remind("2023-06-19 08:00:00")
        admin = self.users["admin"]
        found = (
            self.env["mail.mail"]
            .with_user(admin)
            .search([("model", "=", "citeslab.interview")])
        )
        self.assertFalse(found)
