"""P16: what a consent allows in events ends with it: portraits, mails."""

from odoo.tests import tagged

from .common import EventCase


@tagged("post_install", "-at_install")
class TestConsentOfEvents(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Samia Kaci",
                "email": "samia@example.org",
                "is_porteur": True,
                "company_id": cls.company_a.id,
            }
        )

    def consent(self, purpose):
        Consent = self.acting(self.chef, "citeslab.consent")
        return Consent.create({"partner_id": self.person.id, "purpose": purpose})

    def witness(self, **values):
        return self.acting(self.chef, "citeslab.event.witness").create(
            {
                "event_id": self.event("cafe").id,
                "partner_id": self.person.id,
                **values,
            }
        )

    def test_P16_a_portrait_comes_down_when_its_consent_is_withdrawn(self):
        consent = self.consent("portrait")
        witness = self.witness(is_published=True)
        self.assertEqual(witness.consent_date, consent.date)
        consent.action_withdraw()
        self.assertFalse(witness.is_published)
        self.assertFalse(witness.consent_date)

    def test_P16_a_consent_signed_at_an_event_is_withdrawable(self):
        witness = self.witness(consent_date="2023-03-01", consent_scope="Affiche")
        consent = self.person.consent_ids
        self.assertEqual(consent.purpose, "portrait")
        self.assertEqual(consent.scope, "Affiche")
        self.assertEqual(str(consent.date), "2023-03-01")
        witness.consent_date = "2023-03-02"
        self.assertEqual(len(self.person.consent_ids), 1)

    def test_P16_no_mail_after_the_withdrawal(self):
        consent = self.consent("mailing")
        Lists = self.env["mailing.list"]
        subject = Lists._subject_list(self.company_a, "newsletter")
        subscription = subject._contacts_of(self.person.email).subscription_ids
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Nouvelles",
                "company_id": self.company_a.id,
                "citeslab_purpose": "newsletter",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self.assertNotIn(self.person.email, mailing._get_opt_out_list())
        consent.action_withdraw()
        self.assertTrue(subscription.opt_out)
        self.assertIn(self.person.email, mailing._get_opt_out_list())
        mailing.citeslab_purpose = "reminder"
        self.assertNotIn(self.person.email, mailing._get_opt_out_list())
        self.consent("mailing")
        self.assertFalse(subscription.opt_out)
        mailing.citeslab_purpose = "newsletter"
        self.assertNotIn(self.person.email, mailing._get_opt_out_list())
