"""What happens to an orientation between the mail and the answer, and afterwards."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_orientation_link import OrientationCase

SENT_ON = fields.Date.to_date("2026-01-31")  # a month shorter than the next


class LifeCase(OrientationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.consent.date = "2026-01-02"

    def start(self, day=SENT_ON, **values):
        with freeze_time(f"{day} 09:00:00"):
            self.orientation = self.refer(day, **values)
            self.token = self.send(self.orientation)

    def run_after(self, days):
        """The cron so many days after the sending; how many mails leave."""
        return self.run_cron(SENT_ON + timedelta(days=days))

    def mails_of(self, days):
        """Day → number of mails, the cron running on these days only."""
        return {day: sent for day in days if (sent := self.run_after(day))}

    def live(self, days=1):
        """The link first sent, as the partner finds it so many days later."""
        with freeze_time(f"{SENT_ON + timedelta(days=days)} 09:00:00"):
            return self.Link._find(self.token)

    def summaries(self):
        return self.parcours.activity_ids.mapped("summary")


@tagged("post_install", "-at_install")
class TestPaceOfReminders(LifeCase):
    def test_month_ends_change_no_day(self):
        self.start()
        self.assertEqual(self.mails_of(range(1, 60)), {10: 1, 21: 1, 45: 1})
        self.assertEqual(self.orientation.state, "sent")
        self.run_after(60)
        self.assertEqual(self.orientation.state, "no_answer")

    def test_three_days_without_a_run_bring_no_burst(self):
        self.start()
        days = [day for day in range(1, 75) if day not in (10, 11, 12, 44, 45, 46)]
        self.assertEqual(self.mails_of(days), {13: 1, 24: 1, 48: 1})
        self.assertEqual(self.orientation.state, "no_answer")

    def test_eleven_days_without_a_run_leave_as_much_time_between_two_mails(self):
        self.start()
        self.assertEqual(self.mails_of(range(20, 60)), {20: 1, 31: 1, 55: 1})
        self.run_after(60)
        self.assertEqual(self.orientation.state, "sent", "five days to answer")
        self.run_after(70)
        self.assertEqual(self.orientation.state, "no_answer")

    def test_sent_again_by_the_chef_no_reminder_the_day_after(self):
        self.start()
        with freeze_time(f"{SENT_ON + timedelta(days=9)} 09:00:00"):
            self.send(self.orientation)
        self.assertEqual(self.mails_of(range(10, 31)), {19: 1, 30: 1})

    def test_agreed_anew_after_a_withdrawal_the_days_start_again(self):
        self.start()
        with freeze_time("2026-02-03 09:00:00"):
            self.consent.action_withdraw()
        self.assertFalse(self.mails_of(range(4, 70)))
        with freeze_time(f"{SENT_ON + timedelta(days=80)} 09:00:00"):
            self.agree_to_share(self.parcours, self.rives)
            self.assertTrue(self.Link._find(self.send(self.orientation)))
            self.assertIn("1 mai 2026", self._mails[1]["body"], "a day to come")
        self.assertEqual(self.mails_of(range(81, 92)), {90: 1})
        self.assertEqual(self.orientation.state, "sent")

    def test_the_trouble_of_one_orientation_is_not_that_of_the_others(self):
        self.start()
        first = self.orientation
        self.start()
        ask = type(first)._ask

        def fails(orientation, *args):
            if orientation == first:
                raise ValueError("broken")
            return ask(orientation, *args)

        with (
            patch.object(type(first), "_ask", fails),
            mute_logger(
                "odoo.addons.citeslab_base.models.citeslab_orientation_reminder"
            ),
        ):
            self.assertEqual(self.run_after(10), 1)
        self.assertEqual(first.reminder_count, 0)
        self.assertEqual(self.run_after(11), 1, "tried again the day after")

    def test_without_an_address_any_more_it_still_ends(self):
        self.start()
        self.rives.email = False
        self.assertFalse(self.mails_of((10, 21, 45)))
        self.run_after(60)
        self.assertEqual(self.orientation.state, "no_answer")
        self.assertIn("does not answer", self.summaries()[-1])

    def test_an_archived_organisation_is_written_to_no_more(self):
        self.start()
        self.rives.active = False
        self.assertFalse(self.mails_of((10, 21, 45)))
        with self.assertRaisesRegex(UserError, "archived"):
            self.orientation.action_send()
        self.assertTrue(self.live(), "who was asked may still answer")

    def test_an_archived_contact_leaves_it_to_the_organisation(self):
        contact = self.create_organization(
            "Maëlle Rey", parent_id=self.rives.id, email="maelle@rives.example"
        )
        self.start(contact_id=contact.id)
        self.assertEqual(self._mails[0]["email_to"], [contact.email_formatted])
        contact.active = False
        self.run_after(10)
        self.assertEqual(self._mails[0]["email_to"], [self.rives.email_formatted])


@tagged("post_install", "-at_install")
class TestPaceOfNews(LifeCase):
    def accept(self):
        self.start()
        with freeze_time(f"{SENT_ON} 10:00:00"):
            self.orientation._record_answer({"state": "accepted"})

    def test_asked_reminded_once_then_the_chef_calls(self):
        self.accept()
        self.assertEqual(self.mails_of(range(80, 180)), {90: 1, 111: 1})
        (summary,) = [text for text in self.summaries() if "gives no news" in text]
        self.assertIn("Réseau des Rives", summary)
        self.assertEqual(self.mails_of(range(180, 210)), {180: 1, 201: 1})

    def test_news_given_stop_the_reminder(self):
        self.accept()
        self.run_after(90)
        with freeze_time(f"{SENT_ON + timedelta(days=95)} 10:00:00"):
            self.orientation._record_news({"news": "ongoing"})
        self.assertFalse(self.mails_of(range(96, 185)))
        self.assertFalse([text for text in self.summaries() if "no news" in text])

    def test_without_an_address_the_chef_calls_at_once(self):
        self.accept()
        self.rives.email = False
        self.assertFalse(self.mails_of(range(90, 140)))
        self.assertEqual(
            len([text for text in self.summaries() if "gives no news" in text]), 1
        )

    def test_a_year_after_it_is_over(self):
        self.accept()
        self.assertFalse(self.mails_of((366, 400, 500)))

    def test_who_refused_after_all_is_asked_no_news(self):
        self.accept()
        with self.mock_mail_gateway():
            self.orientation.action_ask_news()
        token = self.token_of(self._mails[0])
        self.assertTrue(self.Link._find(token))
        self.orientation.write({"state": "refused", "reason_id": self.reason().id})
        self.assertFalse(self.Link._find(token))
        with self.assertRaisesRegex(UserError, "News are asked of who accepted"):
            self.orientation.action_ask_news()


@tagged("post_install", "-at_install")
class TestWhoIsTold(LifeCase):
    def test_a_mail_that_does_not_leave_is_told_to_the_chef(self):
        orientation = self.refer()
        with (
            self.mock_mail_gateway(mail_unlink_sent=True),
            patch.object(
                type(self.env["ir.mail_server"]),
                "send_email",
                side_effect=OSError("no route"),
            ),
            mute_logger("odoo.addons.mail.models.mail_mail"),
        ):
            orientation.action_send()
        self.assertIn("The mail to Réseau des Rives did not leave", self.summaries()[0])
        self.assertEqual(self.parcours.activity_ids.user_id, self.chef)
        kept = self.env["mail.mail"].search([("model", "=", orientation._name)])
        self.assertFalse(kept, "no link stays behind in the queue")

    def test_what_is_no_address_is_said_before_anything_leaves(self):
        self.rives.email = "accueil chez rives"
        with self.assertRaisesRegex(UserError, "is no e-mail address"):
            self.refer().action_send()

    def test_the_chef_who_left_gets_nothing_somebody_there_does(self):
        self.start()
        self.chef.active = False
        self.orientation._record_answer(
            {"state": "refused", "reason_id": self.reason().id}
        )
        user = self.parcours.activity_ids.filtered(
            lambda activity: "refuses" in activity.summary
        ).user_id
        self.assertTrue(user.active)
        self.assertIn(self.structure, user.company_ids)
        self.assertTrue(user.has_group("citeslab_base.group_chef"))

    def test_mails_of_the_cron_are_signed_by_the_structure_and_its_chef(self):
        self.parcours.user_id = False
        self.start()
        self.run_after(10)
        (mail,) = self._mails
        self.assertIn(self.chef.name, mail["body"])
        for name in ("OdooBot", "Public user", "odoobot@"):
            self.assertNotIn(name, mail["body"] + mail["email_from"])

    def test_a_withdrawal_after_the_mail_is_told_to_the_partner_by_the_chef(self):
        self.start()
        self.consent.action_withdraw()
        self.assertIn("withdrew the agreement", self.summaries()[-1])

    def test_a_withdrawal_before_any_mail_concerns_nobody(self):
        self.refer()
        self.consent.action_withdraw()
        self.assertFalse(self.parcours.activity_ids)

    def test_a_volunteer_notes_the_withdrawal_of_whom_he_typed(self):
        parcours = self.create_parcours(
            user=self.volunteer, contact_name="Zoé", user_id=self.chef.id
        )
        consent = self.agree_to_share(parcours)
        orientation = self.orient(
            parcours.with_user(self.chef), "2026-03-02", organization_id=self.rives.id
        )
        token = self.send(orientation)
        consent.with_user(self.volunteer).action_withdraw()
        self.assertTrue(orientation.withdrawn_date)
        self.assertFalse(self.Link._find(token))

    def test_an_acceptance_by_phone_is_told_to_the_person_on_demand(self):
        orientation = self.refer()
        with self.mock_mail_gateway():
            orientation.write({"state": "accepted", "caller": "Maëlle"})
        self.assertFalse(self._mails, "typing what was said mails nobody")
        with self.mock_mail_gateway():
            orientation.action_tell_person()
        self.assertIn("odile@example.org", self._mails[0]["email_to"][0])
        self.assertIn("Maëlle", self._mails[0]["body"])


@tagged("post_install", "-at_install")
class TestAnswersThatMeet(LifeCase):
    def test_nothing_is_asked_twice_of_who_answered(self):
        self.start()
        self.orientation._record_answer({"state": "accepted"})
        with self.assertRaisesRegex(UserError, "already answered"):
            self.orientation.action_send()

    def test_the_chef_who_changes_a_partners_answer_leaves_a_trace(self):
        self.start()
        with freeze_time("2026-02-02 10:00:00"):
            self.orientation._record_answer({"state": "accepted"})
        self.orientation.with_user(self.chef).write(
            {"state": "refused", "reason_id": self.reason().id}
        )
        self.assertEqual(self.orientation.answer_origin, "structure")
        story = self.parcours.message_ids[0]
        self.assertIn("Réseau des Rives", story.body)
        self.assertIn("Refused", story.body)
        self.assertEqual(story.author_id, self.chef.partner_id)

    def test_no_reason_is_kept_of_a_refusal_that_became_an_acceptance(self):
        orientation = self.refer()
        orientation.write({"state": "refused", "reason_id": self.reason().id})
        orientation.state = "accepted"
        self.assertFalse(orientation.reason_id)

    def test_another_organisation_was_asked_nothing_yet(self):
        self.start()
        self.run_after(10)
        monts = self.create_organization("Réseau des Monts", email="a@monts.example")
        self.agree_to_share(self.parcours, monts)
        self.orientation.organization_id = monts
        self.assertFalse(self.orientation.asked_date)
        self.assertFalse(self.orientation.reminder_count)
        self.assertFalse(self.mails_of(range(11, 70)), "the first mail is the chef's")
        with freeze_time("2026-06-01 09:00:00"):
            self.send(self.orientation)
            self.assertEqual(str(self.orientation.asked_date), "2026-06-01")

    def test_the_same_organisation_written_again_changes_nothing(self):
        self.start()
        self.orientation.organization_id = self.rives
        self.assertTrue(self.live())

    def test_organisations_that_are_merged_keep_links_and_agreements(self):
        self.start()
        kept = self.create_organization("Réseau des Rives (bis)")
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [self.rives.id, kept.id], kept
        )
        self.env.invalidate_all()
        self.assertEqual(self.live().orientation_id.organization_id, kept)
        self.assertEqual(self.run_after(10), 1)

    def test_the_day_of_an_answer_is_that_of_the_structure(self):
        """20 h in Fort-de-France is the day after in Greenwich."""
        self.structure.partner_id.tz = "America/Martinique"
        self.start()
        with freeze_time("2026-02-10 01:30:00"):
            self.orientation._record_answer({"state": "accepted"})
        self.assertEqual(str(self.orientation.answer_date), "2026-02-09")

    def test_a_transferred_person_closes_the_links(self):
        self.start()
        with self.mock_mail_gateway():
            self.parcours.with_user(self.manager)._transfer(
                self.other, fields.Date.today(), "paper"
            )
        self.env.invalidate_all()
        self.assertFalse(self.live())

    def test_P12_nobody_is_twice_in_one_promotion(self):
        program = self.env["citeslab.program"].create({"name": "Envol", "code": "env"})
        promotion = self.env["citeslab.program.promotion"].create(
            {"name": "2026", "program_id": program.id, "company_id": self.structure.id}
        )
        first = self.refer(promotion_id=promotion.id)
        with (
            self.assertRaisesRegex(ValidationError, "already oriented to Envol 2026"),
            self.env.cr.savepoint(),
        ):
            self.refer(promotion_id=promotion.id)
        first.write({"state": "refused", "reason_id": self.reason().id})
        self.refer(promotion_id=promotion.id)

    def test_P12_a_promotion_that_is_full_or_over_says_so(self):
        program = self.env["citeslab.program"].create({"name": "Envol", "code": "env"})
        promotion = self.env["citeslab.program.promotion"].create(
            {
                "name": "2026",
                "program_id": program.id,
                "company_id": self.structure.id,
                "date_end": "2026-06-30",
                "seats": 1,
            }
        )
        orientation = self.refer(promotion_id=promotion.id)
        self.assertFalse(orientation.promotion_warning)
        other = self.create_parcours(contact_name="Awa")
        self.orient(other, "2026-03-02", promotion_id=promotion.id, state="accepted")
        self.env.invalidate_all()
        self.assertIn("full: 1 accepted for 1 seats", orientation.promotion_warning)
        orientation.date = "2026-07-01"
        self.assertIn("is over since", orientation.promotion_warning)

    def test_P11_no_context_proposes_a_network(self):
        Orientation = self.env["citeslab.orientation"].with_user(self.chef)
        told = Orientation.with_context(
            default_organization_id=self.rives.id, default_family="creation"
        ).default_get(["organization_id", "family"])
        self.assertEqual(told, {"family": "creation"})
