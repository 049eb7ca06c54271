"""Orientation that answers: what leaves, to whom, by which link, until when."""

import re
import secrets
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MailCase

from ..controllers.orientation_link import OrientationLinkController
from .common import CANARY, CiteslabCase

LINK = re.compile(r"/citeslab/reponse/([\w-]+\.[0-9a-f]+)")


class OrientationCase(CiteslabCase, MailCase):
    """A person who agrees, an organisation with an address, a parcours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.rives = cls.create_organization()
        cls.parcours = cls.create_parcours(
            contact_name=f"Odile {CANARY}",
            name="Atelier de couture",
            phone="06 39 98 70 01",
            email_from="odile@example.org",
            user_id=cls.chef.id,
        )
        cls.consent = cls.agree_to_share(cls.parcours, cls.rives)
        cls.Link = cls.env["citeslab.orientation.link"]

    def refer(self, day="2026-03-02", **values):
        return self.orient(
            self.parcours, day, **{"organization_id": self.rives.id, **values}
        )

    def send(self, orientation):
        """Send it; the token of the link, as read in the mail."""
        with self.mock_mail_gateway():
            orientation.action_send()
        return self.token_of(self._mails[0])

    def token_of(self, mail):
        return LINK.search(mail["body"]).group(1)

    def reason(self, code="no_seat"):
        return self.env.ref(f"citeslab_base.orientation_reason_{code}")

    def run_cron(self, day):
        """The cron of a day; how many mails leave."""
        with (
            freeze_time(f"{day} 06:00:00"),
            self.mock_mail_gateway(),
            self.enter_registry_test_mode(),
        ):
            self.env.ref(
                "citeslab_base.cron_orientation_reminder"
            ).method_direct_trigger()
        self.env.invalidate_all()
        return len(self._mails)


@tagged("post_install", "-at_install")
class TestOrientationSent(OrientationCase):
    def test_nothing_leaves_before_the_agreement(self):
        self.consent.action_withdraw()
        orientation = self.refer()
        with self.mock_mail_gateway(), self.assertRaisesRegex(UserError, "agrees"):
            orientation.action_send()
        self.assertFalse(self._mails)
        self.assertFalse(orientation.link_ids)
        self.assertFalse(orientation.asked_date)

    def test_agreement_for_one_organisation_is_none_for_another(self):
        elsewhere = self.create_organization("Réseau des Monts")
        orientation = self.refer(organization_id=elsewhere.id)
        with self.assertRaisesRegex(UserError, "Réseau des Monts"):
            orientation.action_send()
        self.agree_to_share(self.parcours, elsewhere)
        self.assertTrue(self.send(orientation))

    def test_agreement_is_recorded_from_the_orientation(self):
        self.consent.action_withdraw()
        orientation = self.refer()
        action = orientation.action_record_agreement()
        Consent = self.env["citeslab.consent"].with_user(self.chef)
        with Form(Consent.with_context(**action["context"])):
            pass
        self.assertTrue(orientation.has_agreement)

    def test_without_an_address_one_sentence_tells_how_to_mend(self):
        self.rives.email = False
        with self.assertRaisesRegex(UserError, "Réseau des Rives has no e-mail"):
            self.refer().action_send()
        with self.assertRaisesRegex(UserError, "Choose the organisation"):
            self.orient(self.parcours, "2026-03-02").action_send()

    def test_the_mail_names_nobody_and_goes_to_the_contact(self):
        contact = self.create_organization(
            "Maëlle Rey", parent_id=self.rives.id, email="maelle@rives.example"
        )
        orientation = self.refer(contact_id=contact.id)
        self.send(orientation)
        to_partner, to_person = self._mails
        self.assertEqual(to_partner["email_to"], [contact.email_formatted])
        self.assertEqual(to_partner["reply_to"], self.chef.email_formatted)
        for secret in (CANARY, "couture", "06 39 98 70 01", "odile@"):
            self.assertNotIn(secret, to_partner["body"] + to_partner["subject"])
        self.assertIn(self.parcours.reference, to_partner["subject"])
        self.assertIn("Maëlle Rey", to_person["body"])

    def test_the_person_is_told_who_calls_and_by_when(self):
        with freeze_time("2026-03-02 09:00:00"):
            orientation = self.refer()
            self.send(orientation)
        self.assertEqual(orientation.call_by, fields.Date.to_date("2026-03-12"))
        told = self._mails[1]
        self.assertIn("odile@example.org", told["email_to"][0])
        self.assertIn("Réseau des Rives", told["body"])
        self.assertIn("12 mars 2026", told["body"])
        self.assertNotIn("/citeslab/reponse", told["body"])

    @freeze_time("2028-02-29 09:00:00")
    def test_a_day_that_is_none_is_refused_in_a_sentence_every_day_of_the_year(self):
        token = self.send(self.refer("2028-02-28"))
        link = self.Link._find(token)
        answer = OrientationLinkController()._parse_answer
        for typed in ("demain", "2028-02-30", "2028-02-28"):
            values, problem = answer({"state": "accepted", "call_by": typed}, link)
            self.assertIsNone(values)
            self.assertIn("a day to come", problem)

    def test_a_person_without_mail_is_called_by_the_chef(self):
        self.parcours.partner_id.email = False
        self.send(self.refer())
        self.assertEqual(len(self._mails), 1)
        activity = self.parcours.activity_ids
        self.assertIn("Réseau des Rives", activity.summary)
        self.assertEqual(activity.user_id, self.chef)

    def test_several_in_parallel_each_with_its_own_link(self):
        second = self.create_organization("Réseau des Monts", email="a@monts.example")
        self.agree_to_share(self.parcours, second)
        orientations = self.refer() | self.refer(organization_id=second.id)
        tokens = [self.send(orientation) for orientation in orientations]
        self.Link._find(tokens[0]).orientation_id._record_answer({"state": "accepted"})
        self.assertEqual(orientations.mapped("state"), ["accepted", "sent"])
        self.assertFalse(self.Link._find(tokens[0]))
        self.assertEqual(
            self.Link._find(tokens[1]).orientation_id.organization_id, second
        )

    def test_the_token_is_kept_nowhere(self):
        orientation = self.refer()
        with self.mock_mail_gateway(mail_unlink_sent=True):
            orientation.action_send()
        secret = self.token_of(self._mails[0]).partition(".")[0]
        self.env.flush_all()
        for table, columns in (
            ("citeslab_orientation_link", "token_hash, recipient"),
            ("mail_mail", "body_html, '' "),
            ("mail_message", "body, subject"),
        ):
            self.env.cr.execute(
                f"SELECT {columns} FROM {table}"  # pylint: disable=sql-injection
            )
            self.assertNotIn(secret, repr(self.env.cr.fetchall()))

    def test_a_contact_of_another_organisation_is_refused(self):
        stranger = self.create_organization(
            "Paul Stranger", parent_id=self.create_organization("Monts").id
        )
        with self.assertRaisesRegex(ValidationError, "does not work at"):
            self.refer(contact_id=stranger.id)

    def test_a_volunteer_or_another_structure_sends_nothing(self):
        orientation = self.refer()
        for user in (self.volunteer, self.other_chef, self.users["network"]):
            with self.assertRaises(AccessError):
                orientation.with_user(user).action_send()


@tagged("post_install", "-at_install")
class TestOrientationLink(OrientationCase):
    def test_works_once_for_its_purpose(self):
        orientation = self.refer()
        token = self.send(orientation)
        link = self.Link._find(token)
        self.assertEqual((link.orientation_id, link.purpose), (orientation, "answer"))
        self.assertTrue(link._take())
        self.assertFalse(self.Link._find(token))
        self.assertFalse(link._take())

    def test_answering_closes_the_links_of_the_reminders_too(self):
        orientation = self.refer()
        tokens = [self.send(orientation), self.send(orientation)]
        self.assertTrue(self.Link._find(tokens[0])._take())
        self.assertFalse(self.Link._find(tokens[1]))

    def test_answer_typed_by_the_chef_closes_the_link(self):
        orientation = self.refer()
        token = self.send(orientation)
        with freeze_time("2026-03-09 10:00:00"):
            orientation.write({"state": "refused", "reason_id": self.reason().id})
        self.assertEqual(orientation.answer_origin, "structure")
        self.assertEqual(orientation.answer_date, fields.Date.to_date("2026-03-09"))
        self.assertFalse(self.Link._find(token))

    def test_expires(self):
        with freeze_time("2026-03-02 09:00:00"):
            token = self.send(self.refer())
        with freeze_time("2026-04-01 08:59:00"):
            self.assertTrue(self.Link._find(token))
        with freeze_time("2026-04-01 09:01:00"):
            self.assertFalse(self.Link._find(token))

    def test_revoked_on_withdrawal(self):
        orientation = self.refer()
        token = self.send(orientation)
        self.consent.action_withdraw()
        self.assertTrue(orientation.withdrawn_date)
        self.assertTrue(orientation.link_ids.revoked_at)
        self.assertFalse(self.Link._find(token))
        self.agree_to_share(self.parcours, self.rives)
        self.assertFalse(self.Link._find(token), "a new agreement reopens no old link")

    def test_revoked_on_anonymisation(self):
        orientation = self.refer()
        token = self.send(orientation)
        self.parcours.partner_id.with_user(self.manager)._anonymise("request")
        self.assertFalse(self.Link._find(token))
        self.assertFalse(orientation.link_ids)
        self.assertTrue(orientation.withdrawn_date)
        with self.assertRaisesRegex(UserError, "agrees"):
            orientation.action_send()

    def test_closed_without_the_hook_as_soon_as_no_agreement_holds(self):
        token = self.send(self.refer())
        self.consent.sudo().unlink()
        self.assertFalse(self.Link._find(token))

    def test_an_agreement_with_others_keeps_the_link(self):
        token = self.send(self.refer())
        elsewhere = self.create_organization("Réseau des Monts")
        self.agree_to_share(self.parcours, elsewhere).action_withdraw()
        self.assertTrue(self.Link._find(token))

    def test_changing_the_organisation_closes_what_was_sent(self):
        orientation = self.refer()
        token = self.send(orientation)
        elsewhere = self.create_organization("Réseau des Monts")
        self.agree_to_share(self.parcours, elsewhere)
        orientation.organization_id = elsewhere
        self.assertFalse(self.Link._find(token))

    def test_10_power_5_guesses_find_nothing(self):
        token = self.send(self.refer())
        secret, _dot, signature = token.partition(".")
        self.assertGreaterEqual(len(secret), 22, "128 bits")
        hits = 0
        for _guess in range(100_000):
            hits += bool(self.Link._find(f"{secrets.token_urlsafe(16)}.{signature}"))
        for _guess in range(1000):  # with the key of the signature in hand
            guess = secrets.token_urlsafe(16)
            hits += bool(self.Link._find(f"{guess}.{self.Link._signature(guess)}"))
        self.assertEqual(hits, 0)
        self.assertTrue(self.Link._find(token))

    def test_whatever_is_typed_finds_nothing(self):
        token = self.send(self.refer())
        secret, _dot, signature = token.partition(".")
        for typed in ("", ".", secret, f"{secret}.", f"{secret}.é", f".{signature}",
                      f"{token}.", token.upper(), "\x00.\udcff", None):  # fmt: skip
            self.assertFalse(self.Link._find(typed), repr(typed))

    def test_a_guess_asks_nothing_of_the_database(self):
        self.Link._find("warm.up")
        with patch.object(
            type(self.Link), "search", side_effect=AssertionError("searched")
        ):
            self.assertFalse(self.Link._find(f"{secrets.token_urlsafe(16)}.{'0' * 32}"))

    def test_who_reads_that_a_link_was_sent_cannot_use_it(self):
        self.send(self.refer())
        link = self.Link.with_user(self.chef).search([])
        self.assertEqual(link.recipient, self.rives.email_formatted)
        with self.assertRaises(AccessError):
            link.read(["token_hash"])
        self.assertFalse(self.Link.with_user(self.other_chef).search([]))


@tagged("post_install", "-at_install")
class TestReminders(OrientationCase):
    def start(self):
        with freeze_time("2026-03-02 09:00:00"):
            self.orientation = self.refer()
            self.first_token = self.send(self.orientation)

    def test_10_21_45_days_then_sans_reponse(self):
        self.start()
        mails = {}
        for days in range(1, 75):
            day = fields.Date.to_date("2026-03-02") + timedelta(days=days)
            if sent := self.run_cron(day):
                mails[days] = sent
            if days == 59:
                self.assertEqual(self.orientation.state, "sent")
            if days == 60:
                self.assertEqual(self.orientation.state, "no_answer")
        self.assertEqual(mails, {10: 1, 21: 1, 45: 1})
        self.assertEqual(self.orientation.reminder_count, 3)
        activity = self.parcours.activity_ids
        self.assertIn("does not answer", activity.summary)

    def test_a_late_answer_still_counts(self):
        self.start()
        self.run_cron("2026-04-16")
        token = self.token_of(self._mails[0])
        self.run_cron("2026-05-10")
        self.assertEqual(self.orientation.state, "no_answer")
        with freeze_time("2026-05-12 09:00:00"):
            link = self.Link._find(token)
            self.assertTrue(link._take())
            link.orientation_id._record_answer({"state": "accepted"})
        self.assertEqual(self.orientation.state, "accepted")

    def test_days_without_a_run_bring_one_mail_only(self):
        self.start()
        self.assertEqual(self.run_cron("2026-04-20"), 1)
        self.assertEqual(self.orientation.reminder_count, 3)
        self.assertEqual(self.run_cron("2026-04-21"), 0)

    def test_the_days_are_those_of_the_scheme_at_the_day_of_sending(self):
        self.env["citeslab.parameter"].create(
            {
                "code": "orientation_reminder_1",
                "name": "Relance",
                "value": 5,
                "valid_from": "2026-03-01",
                "source": "Décision du COPIL",
            }
        )
        self.start()
        self.assertEqual(self.run_cron("2026-03-06"), 0)
        self.assertEqual(self.run_cron("2026-03-07"), 1)

    def test_no_reminder_after_an_answer_or_a_withdrawal(self):
        self.start()
        self.orientation.write({"state": "refused", "reason_id": self.reason().id})
        self.assertEqual(self.run_cron("2026-03-20"), 0)
        self.start()
        self.consent.action_withdraw()
        self.assertEqual(self.run_cron("2026-03-20"), 0)
        self.assertEqual(self.orientation.state, "sent")

    def test_what_was_never_sent_by_mail_is_never_reminded(self):
        with freeze_time("2023-03-02 09:00:00"):
            self.orientation = self.refer("2023-03-02")
        self.assertEqual(self.run_cron("2026-03-20"), 0)
        self.assertEqual(self.orientation.state, "sent")

    def test_news_are_asked_every_90_days_until_the_end_is_told(self):
        self.start()
        with freeze_time("2026-03-05 09:00:00"):
            self.orientation.state = "accepted"
        self.assertEqual(self.run_cron("2026-06-02"), 0)
        self.assertEqual(self.run_cron("2026-06-03"), 1)
        link = self.Link.search([("purpose", "=", "news")])
        self.assertEqual(link.orientation_id, self.orientation)
        self.assertEqual(self.run_cron("2026-06-10"), 0)
        with freeze_time("2026-06-12 09:00:00"):
            self.orientation._record_news({"news": "ongoing"})
        self.assertEqual(self.run_cron("2026-09-09"), 0)
        self.assertEqual(self.run_cron("2026-09-10"), 1)
        self.orientation._record_news({"news": "created"})
        self.assertEqual(self.run_cron("2026-12-20"), 0)


@tagged("post_install", "-at_install")
class TestPrescriptionLibre(OrientationCase):
    def test_P11_no_default_network_can_be_set(self):
        Default = self.env["ir.default"]
        for name, value in (("organization_id", self.rives.id), ("promotion_id", 1)):
            for scope in ({}, {"user_id": self.chef.id}, {"company_id": True}):
                with self.assertRaisesRegex(ValidationError, "Prescription libre"):
                    Default.set("citeslab.orientation", name, value, **scope)

    def test_P11_a_new_orientation_proposes_nobody(self):
        Orientation = self.env["citeslab.orientation"].with_user(self.chef)
        asked = ["organization_id", "promotion_id", "contact_id"]
        self.assertFalse(Orientation.default_get(asked))
        self.assertFalse(self.orient(self.parcours, "2026-03-02").organization_id)

    def test_a_programme_tells_who_runs_it(self):
        program = self.env["citeslab.program"].create(
            {"name": "Envol", "code": "envol", "organization_id": self.rives.id}
        )
        promotion = self.env["citeslab.program.promotion"].create(
            {"name": "2026", "program_id": program.id, "company_id": self.structure.id}
        )
        Orientation = self.env["citeslab.orientation"].with_user(self.chef)
        with Form(
            Orientation.with_context(default_parcours_id=self.parcours.id)
        ) as form:
            form.family = "creation"
            form.promotion_id = promotion
            self.assertEqual(form.organization_id, self.rives)
