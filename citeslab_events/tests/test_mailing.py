from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import EventCase
from .counted import count_events


class MailingCase(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in (cls.company_a, cls.company_b):
            company.email = f"contact@{company.name[-1].lower()}.example.org"
        cls.meeting = cls.event("meetup", "2023-05-30")
        for name, state in (("Anne", "done"), ("Bakary", "open"), ("Chloé", "cancel")):
            registration = cls.register(
                cls.meeting, name, email=f"{name[:3].lower()}@example.org"
            )
            registration.state = state

    def _prepare(self, user=None, **values):
        return self.acting(user or self.chef, "citeslab.mailing.prepare").create(values)

    def _mailing(self, user=None, **values):
        action = self._prepare(user, **values).action_prepare()
        return self.acting(user or self.chef, "mailing.mailing").browse(
            action["res_id"]
        )

    def _mails(self, mailing):
        traces = mailing.sudo().mailing_trace_ids
        return sorted(
            traces.filtered(lambda t: t.trace_status != "cancel").mapped("email")
        )


@tagged("post_install", "-at_install", "citeslab_events")
class TestMailing(MailingCase):
    def test_thanks_go_to_those_who_came(self):
        mailing = self._mailing(event_id=self.meeting.id, purpose="thanks")
        self.assertEqual(mailing.citeslab_purpose, "thanks")
        self.assertIn("/unsubscribe_from_list", mailing.body_html)
        mailing.action_send_mail()
        self.assertEqual(self._mails(mailing), ["ann@example.org"])

    def test_absent_and_registered(self):
        absent = self._prepare(event_id=self.meeting.id, purpose="absent")
        self.assertEqual((absent.audience, absent.recipient_count), ("absent", 1))
        everybody = self._prepare(event_id=self.meeting.id, purpose="reminder")
        self.assertEqual(everybody.recipient_count, 2)

    def test_cancelled_registrations_are_never_mailed(self):
        mailing = self._mailing(event_id=self.meeting.id, purpose="reminder")
        mailing.mailing_domain = repr([("event_id", "=", self.meeting.id)])
        mailing.action_send_mail(self.meeting.registration_ids.ids)
        self.assertEqual(self._mails(mailing), ["ann@example.org", "bak@example.org"])

    def test_survey_is_in_the_thanks(self):
        self.meeting.survey_url = "https://example.org/avis"
        mailing = self._mailing(event_id=self.meeting.id, purpose="thanks")
        self.assertIn("https://example.org/avis", mailing.body_html)

    def test_segments(self):
        lead = self.env["crm.lead"].create(
            {
                "is_parcours": True,
                "contact_name": "Dounia",
                "email_from": "dounia@example.org",
                "company_id": self.company_a.id,
            }
        )
        lead.partner_id.neighborhood_id = self.area
        here = self._prepare(
            purpose="newsletter", neighborhood_ids=[(6, 0, self.area.ids)]
        )
        self.assertEqual(here.recipient_count, 1)
        self.assertEqual(
            self._prepare(
                purpose="newsletter",
                phase="detection",
                neighborhood_ids=[(6, 0, self.area.ids)],
            ).recipient_count,
            1,
        )
        self.assertEqual(
            self._prepare(purpose="newsletter", phase="followup").recipient_count, 0
        )
        self.env["res.partner"].create(
            [
                {
                    "name": "Mission locale",
                    "organization_kind": "youth",
                    "email": "ml@example.org",
                    "company_id": self.company_a.id,
                },
                {
                    "name": "BGE",
                    "organization_kind": "creation",
                    "email": "bge@example.org",
                    "company_id": self.company_a.id,
                },
                {
                    "name": "BGE de B",
                    "organization_kind": "creation",
                    "email": "bgeb@example.org",
                    "company_id": self.company_b.id,
                },
            ]
        )
        self.assertEqual(self._prepare(purpose="calendar").recipient_count, 2)
        self.assertEqual(
            self._prepare(purpose="newsletter", audience="prescribers").recipient_count,
            1,
        )

    def test_S5_a_newsletter_is_counted_and_respects_opt_out(self):
        """S5: counted in the bilan; whoever left the list gets none."""
        for name in ("Dounia", "Elsa"):
            self.env["crm.lead"].create(
                {
                    "is_parcours": True,
                    "contact_name": name,
                    "email_from": f"{name.lower()}@example.org",
                    "company_id": self.company_a.id,
                }
            )
        mailing = self._mailing(purpose="newsletter")
        mailing._leave_subject_list("elsa@example.org")
        mailing.action_send_mail()
        mails = self._mails(mailing)
        self.assertIn("dounia@example.org", mails)
        self.assertNotIn("elsa@example.org", mails)
        day = mailing.citeslab_sent_on
        reader = self.acting(self.chef, "mailing.mailing")
        figures = count_events(reader.env, self.company_a, day, day)
        self.assertEqual(figures["newsletters"]["value"], 1)

    def test_S5_a_list_is_written_to_but_those_who_left_it(self):
        """S5: a newsletter to a list is counted; opted-out people receive none."""
        newsletter = self.acting(self.chef, "mailing.list").create({"name": "Infos"})
        for name in ("Dounia", "Elsa"):
            self.acting(self.chef, "mailing.contact").create(
                {
                    "name": name,
                    "email": f"{name.lower()}@example.org",
                    "subscription_ids": [
                        (0, 0, {"list_id": newsletter.id, "opt_out": name == "Elsa"})
                    ],
                }
            )
        mailing = self._mailing(
            purpose="newsletter", audience="list", list_id=newsletter.id
        )
        mailing.action_send_mail()
        self.assertEqual(self._mails(mailing), ["dounia@example.org"])
        day = mailing.citeslab_sent_on
        reader = self.acting(self.chef, "mailing.mailing")
        figures = count_events(reader.env, self.company_a, day, day)
        self.assertEqual(figures["newsletters"]["value"], 1)

    def test_S6_a_whatsapp_group_is_a_channel_that_odoo_never_writes_to(self):
        """S6: link, quartier and consent date are kept; the text is copied by hand."""
        channel = self.acting(self.chef, "citeslab.channel").create(
            {
                "name": "Créer à Pontanézen",
                "url": "https://chat.whatsapp.com/exemple",
                "neighborhood_id": self.area.id,
                "consent_date": "2024-01-18",
                "member_count": 23,
            }
        )
        self.assertEqual((channel.kind, channel.user_id), ("whatsapp", self.chef))
        self.assertFalse(hasattr(channel, "message_post"), "nothing is sent from it")
        others = self.acting(self.users["chef_b"], "citeslab.channel")
        self.assertNotIn(channel, others.search([]))
        mails = self.env["mail.mail"].search_count([])
        self.assertIn(self.meeting.name, self.meeting.share_text)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_opt_out_is_list_by_list(self):
        newsletter = self._mailing(purpose="newsletter")
        newsletter._leave_subject_list("ann@example.org")
        thanks = self._mailing(event_id=self.meeting.id, purpose="thanks")
        thanks.action_send_mail()
        self.assertEqual(self._mails(thanks), ["ann@example.org"])
        thanks._leave_subject_list("ann@example.org")
        again = self._mailing(event_id=self.meeting.id, purpose="thanks")
        again.action_send_mail()
        self.assertEqual(self._mails(again), [])

    def test_recipients_never_cross_a_structure_even_as_superuser(self):
        foreign = self.env["crm.lead"].create(
            {
                "is_parcours": True,
                "contact_name": "Fatou de B",
                "email_from": "fatou@example.org",
                "company_id": self.company_b.id,
            }
        )
        mailing = self._mailing(purpose="newsletter").sudo()
        mailing.mailing_domain = repr([("is_porteur", "=", True)])
        self.assertNotIn(foreign.partner_id.id, mailing._get_recipients())
        mailing.action_put_in_queue()
        with patch.object(self.registry["ir.cron"], "_commit_progress"):
            self.env["mailing.mailing"].sudo()._process_mass_mailing_queue()
        self.assertEqual(mailing.state, "done")
        self.assertNotIn("fatou@example.org", self._mails(mailing))
        self.assertIn("ann@example.org", self._mails(mailing))

    def test_mailing_of_the_host_never_reaches_our_people(self):
        customer = self.env["res.partner"].create(
            {"name": "Client", "email": "client@example.org"}
        )
        mailing = (
            self.env["mailing.mailing"]
            .with_user(self.host_event_user)
            .create(
                {
                    "subject": "Soldes",
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "mailing_domain": repr([("email", "like", "example.org")]),
                    "body_html": "<p>Soldes</p>",
                }
            )
        )
        self.assertFalse(mailing.company_id)
        recipients = mailing.sudo()._get_recipients()
        self.assertIn(customer.id, recipients)
        porteurs = self.meeting.sudo().registration_ids.porteur_id
        self.assertFalse(set(porteurs.ids) & set(recipients))
        mailing.sudo().mailing_model_id = self.env["ir.model"]._get_id(
            "event.registration"
        )
        mailing.sudo().mailing_domain = "[]"
        recipients = mailing.sudo()._get_recipients()
        self.assertFalse(set(self.meeting.registration_ids.ids) & set(recipients))

    def test_a_contact_never_enters_a_list_of_another_structure(self):
        list_a = self.acting(self.chef, "mailing.list").create({"name": "A"})
        self.assertEqual(list_a.company_id, self.company_a)
        contact = self.acting(self.users["chef_b"], "mailing.contact").create(
            {"name": "B", "email": "b@example.org"}
        )
        with self.assertRaisesRegex(ValidationError, "same structure"):
            contact.sudo().list_ids = list_a

    def test_a_mail_about_an_event_needs_one(self):
        with self.assertRaisesRegex(UserError, "about one"):
            self._prepare(purpose="invitation").action_prepare()

    def test_calendar_mail_tells_the_quarter(self):
        self.event("cafe", "2024-05-30", name="Café de mai")
        mailing = self._mailing(purpose="calendar", year=2024, quarter="2")
        self.assertIn("Café de mai", mailing.body_html)
        self.assertIn("2024", mailing.subject)


@tagged("post_install", "-at_install", "citeslab_events")
class TestUnsubscribe(MailingCase, HttpCase):
    def test_leaving_leaves_the_subject_only(self):
        mailing = self._mailing(event_id=self.meeting.id, purpose="thanks").sudo()
        registration = self.meeting.registration_ids.filtered(
            lambda r: r.state == "done"
        )
        url = mailing._get_unsubscribe_url("ann@example.org", registration.id)
        path = url.replace("confirm_unsubscribe", "unsubscribe").split("/mailing/")[1]
        answer = self.url_open(f"/mailing/{path}")
        self.assertEqual(answer.status_code, 200)
        subscription = mailing.citeslab_list_id.subscription_ids
        self.assertEqual(subscription.contact_id.email, "ann@example.org")
        self.assertTrue(subscription.opt_out)
        self.assertFalse(
            self.env["mail.blacklist"].search([("email", "=", "ann@example.org")])
        )
