"""P16: what people agree to, which text, and a withdrawal that acts at once."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestConsent(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parcours = cls.create_parcours()
        cls.person = cls.parcours.partner_id
        cls.partner_organizations = cls.env["res.partner"].create(
            [
                {"name": name, "organization_kind": "creation", "is_company": True}
                for name in ("Réseau Estuaire", "Réseau Plateau")
            ]
        )

    def give(self, purpose, **values):
        return self.env["citeslab.consent"].create(
            {"partner_id": self.person.id, "purpose": purpose, **values}
        )

    def test_P16_a_consent_keeps_the_text_in_force(self):
        consent = self.give("keep").with_user(self.chef)
        self.assertEqual(consent.company_id, self.structure)
        self.assertEqual(consent.text_id.purpose, "keep")
        self.assertIn("rendez-vous", consent.text_id.body)
        own = consent.text_id.sudo().copy(
            {"version": "Estuaire 1", "company_id": self.structure.id}
        )
        self.assertEqual(self.give("keep").text_id, own)

    def test_P16_a_signed_text_never_changes(self):
        consent = self.give("keep")
        with self.assertRaisesRegex(UserError, "add a new version"):
            consent.text_id.body = "Autre chose"
        unsigned = consent.text_id.copy({"version": "2099"})
        unsigned.body = "Autre chose"
        self.assertEqual(unsigned.body, "Autre chose")

    def test_P16_each_purpose_is_its_own(self):
        self.give("keep")
        self.assertTrue(self.person._has_consent("keep"))
        for purpose in ("share", "mailing", "portrait"):
            self.assertFalse(self.person._has_consent(purpose))

    def test_P16_sharing_with_one_organisation_covers_that_one(self):
        one, two = self.partner_organizations
        consent = self.give("share", organization_id=one.id)
        self.assertTrue(self.person._has_consent("share", one))
        self.assertFalse(self.person._has_consent("share", two))
        self.give("share")
        self.assertTrue(self.person._has_consent("share", two))
        consent.action_withdraw()
        self.assertTrue(self.person._has_consent("share", one))

    def test_P16_a_withdrawal_acts_at_once_and_stays_written(self):
        consent = self.give("mailing").with_user(self.chef)
        self.assertFalse(self.person._withdrew_consent("mailing"))
        consent.action_withdraw()
        self.assertFalse(self.person._has_consent("mailing"))
        self.assertTrue(consent.withdrawn_date)
        self.assertEqual(self.person._withdrew_consent("mailing"), self.person)
        self.give("mailing")
        self.assertFalse(self.person._withdrew_consent("mailing"))

    def test_P16_dates_and_texts_that_contradict_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "today or before"):
            self.give("keep", date="2999-01-01")
        other = self.env["citeslab.consent.text"]._current("share", self.structure)
        with self.assertRaisesRegex(ValidationError, "something else"):
            self.give("keep").text_id = other
