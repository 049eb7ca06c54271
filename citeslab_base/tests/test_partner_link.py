from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestPartnerLink(CiteslabCase):
    """T2, T3: the number of a porteur tells no name, wherever it is written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hidden = cls.env["res.partner"].create(
            {
                "name": "Canaripersonne Anne",
                "email": "canaripersonne@example.org",
                "is_porteur": True,
                "company_id": cls.structure.id,
            }
        )
        cls.link = {"partner_id": cls.hidden.id}

    def _refused(self, claim):
        with self.assertRaises(AccessError) as refused:
            claim()
        self.assertNotIn("Canari", str(refused.exception))

    def _acting(self, model, user="salesperson"):
        return self.env[model].with_user(self.users[user])

    def test_T2_a_lead_copies_no_porteur(self):
        Lead = self._acting("crm.lead")
        self._refused(lambda: Lead.create({"name": "Devis", **self.link}))
        self._refused(
            lambda: Lead.with_context(default_partner_id=self.hidden.id).create(
                {"name": "Devis"}
            )
        )
        lead = Lead.create({"name": "Devis"})
        self._refused(lambda: lead.write(self.link))
        spec = {"contact_name": {}, "email_from": {}}
        self._refused(lambda: Lead.onchange(self.link, ["partner_id"], spec))

    def test_T2_a_meeting_copies_no_porteur(self):
        self._refused(
            lambda: self._acting("calendar.event", "employee").create(
                {
                    "name": "Réunion",
                    "start": "2026-01-05 10:00:00",
                    "stop": "2026-01-05 11:00:00",
                    "partner_ids": [(6, 0, self.hidden.ids)],
                }
            )
        )

    def test_T2_a_contact_below_copies_no_porteur(self):
        Partner = self._acting("res.partner")
        below = {"name": "Adresse", "parent_id": self.hidden.id}
        self._refused(lambda: Partner.create(below))
        spec = {"parent_name": {}, "display_name": {}}
        self._refused(lambda: Partner.onchange(below, ["parent_id"], spec))

    def test_T2_who_sees_a_porteur_links_him(self):
        lead = self._acting("crm.lead", "chef").create(
            {"name": "Projet", "is_parcours": True, **self.link}
        )
        self.assertEqual(lead.partner_id, self.hidden)
