from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EventCase


@tagged("post_install", "-at_install", "citeslab_events")
class TestRegistration(EventCase):
    def test_somebody_new_becomes_a_porteur(self):
        registration = self.register(
            self.event(), "Aïcha Benali", email="aicha@example.org", phone="0639980001"
        )
        porteur = registration.porteur_id
        self.assertTrue(porteur.is_porteur)
        self.assertEqual(porteur.company_id, self.company_a)
        self.assertEqual(porteur.email, "aicha@example.org")
        self.assertFalse(porteur.parcours_ids, "no contact yet: no parcours")

    def test_known_by_mail_phone_or_choice(self):
        known = self.porteur(
            "Aïcha Benali", email="Aicha@Example.org", phone="0639980001"
        )
        by_mail = self.register(
            self.event("cafe", "2023-01-10"), "BENALI Aicha", email="aicha@example.org"
        )
        by_phone = self.register(
            self.event("cafe", "2023-02-10"), "Aicha Benali", phone="+33 6 39 98 00 01"
        )
        chosen = self.acting(self.chef, "event.registration").create(
            {"event_id": self.event("cafe", "2023-03-10").id, "porteur_id": known.id}
        )
        for registration in (by_mail, by_phone, chosen):
            self.assertEqual(registration.porteur_id, known)
        self.assertEqual(chosen.name, known.name)

    def test_a_family_shares_a_mail(self):
        known = self.porteur("Aïcha Benali", email="famille@example.org")
        registration = self.register(
            self.event(), "Karim Benali", email="famille@example.org"
        )
        self.assertNotEqual(registration.porteur_id, known)

    def test_person_of_another_structure_is_another_record(self):
        self.porteur("Aïcha Benali", self.company_b, email="aicha@example.org")
        registration = self.register(
            self.event(), "Aïcha Benali", email="aicha@example.org"
        )
        self.assertEqual(registration.porteur_id.company_id, self.company_a)

    def test_twice_is_refused_kindly(self):
        event = self.event()
        self.register(event, "Aïcha Benali", email="aicha@example.org")
        with self.assertRaisesRegex(UserError, "already registered"):
            self.register(event, "BENALI Aïcha", email="aicha@example.org")
        self.assertEqual(len(event.registration_ids), 1)

    def test_after_a_cancellation_one_may_register_again(self):
        event = self.event()
        first = self.register(event, "Aïcha Benali", email="aicha@example.org")
        first.action_cancel()
        self.register(event, "Aïcha Benali", email="aicha@example.org")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            first.action_confirm()
            self.env.flush_all()

    def test_nobody_named(self):
        with self.assertRaisesRegex(UserError, "Who registers"):
            self.register(self.event(), "  ")

    def test_partner_guest_is_no_porteur(self):
        registration = self.register(
            self.event("meetup"),
            "Conseillère BGE",
            participant_kind="partner",
            state="done",
        )
        self.assertFalse(registration.porteur_id)
        self.assertFalse(
            self.env["citeslab.touch"].search(
                [("registration_id", "=", registration.id)]
            )
        )

    def test_attendance_is_a_contact(self):
        registration = self.register(self.event("cafe", "2023-05-30"), "Aïcha Benali")
        registration.action_set_done()
        touch = self.env["citeslab.touch"].search(
            [("partner_id", "=", registration.porteur_id.id)]
        )
        self.assertEqual(touch.kind, "attendance")
        self.assertEqual(str(touch.date), "2023-05-30")
        self.assertEqual(touch.registration_id, registration)
        parcours = registration.parcours_id
        self.assertEqual(parcours.phase, "detection")
        self.assertEqual(str(parcours.last_contact_date), "2023-05-30")
        self.assertFalse(parcours.first_interview_date, "an atelier is no RDV")

    def test_absence_takes_the_contact_back(self):
        registration = self.register(self.event("cafe", "2023-05-30"), "Aïcha Benali")
        registration.action_set_done()
        registration.action_set_absent()
        self.assertEqual(
            (registration.state, registration.absence), ("open", "no_show")
        )
        self.assertFalse(registration.parcours_id.last_contact_date)
        registration.action_set_done()
        self.assertFalse(registration.absence)

    def test_open_parcours_is_carried_on(self):
        parcours = self.env["crm.lead"].create(
            {
                "is_parcours": True,
                "contact_name": "Aïcha Benali",
                "email_from": "aicha@example.org",
                "company_id": self.company_a.id,
            }
        )
        registration = self.register(
            self.event(), "Aïcha Benali", email="aicha@example.org", state="done"
        )
        self.assertEqual(registration.parcours_id, parcours)
        self.assertEqual(registration.porteur_id.parcours_ids, parcours)

    def test_nobody_attends_the_future(self):
        event = self.event(**self.tomorrow())
        registration = self.register(event, "Aïcha Benali")
        with self.assertRaisesRegex(ValidationError, "marked on that day"):
            registration.action_set_done()

    def test_seats_are_counted(self):
        event = self.event(
            "workshop", **self.tomorrow(), seats_limited=True, seats_max=2
        )
        self.register(event, "Un")
        self.register(event, "Deux")
        with self.assertRaisesRegex(ValidationError, "not enough seats"):
            self.register(event, "Trois")

    def test_somebody_who_came_is_not_deleted(self):
        registration = self.register(self.event(), "Aïcha Benali", state="done")
        with self.assertRaisesRegex(UserError, "was there"):
            registration.unlink()

    def test_residence_is_photographed(self):
        person = self.porteur(
            "Aïcha Benali", residence="qpv", email="aicha@example.org"
        )
        event = self.event()
        self.register(event, person.name, email=person.email, state="done")
        person.residence = "outside"
        self.assertEqual((event.qpv_known, event.qpv_count), (1, 1))

    def test_customer_of_the_host_stays_a_contact_of_the_host(self):
        """Somebody already known to the host is the same contact, still shared."""
        customer = self.env["res.partner"].create(
            {"name": "Cliente Connue", "company_id": self.company_a.id}
        )
        registration = self.acting(self.chef, "event.registration").create(
            {"event_id": self.event().id, "partner_id": customer.id}
        )
        self.assertEqual(registration.porteur_id, customer)
        self.assertTrue(customer.porteur_shared)

    def test_registration_of_the_host_is_as_before(self):
        host = self.env["event.event"].create(
            {"name": "Salon", "date_begin": "2023-01-10", "date_end": "2023-01-11"}
        )
        registration = self.env["event.registration"].create(
            {"event_id": host.id, "name": "Client", "email": "client@example.org"}
        )
        self.assertFalse(registration.porteur_id)
        self.assertFalse(registration.is_citeslab)
        registration.action_set_done()
        self.assertFalse(
            self.env["citeslab.touch"].search(
                [("registration_id", "=", registration.id)]
            )
        )
