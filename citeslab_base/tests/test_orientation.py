from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestFirstOrientation(CiteslabCase):
    """The one decided after the first RDV ever, before the second one."""

    def setUp(self):
        super().setUp()
        self.parcours = self.create_parcours()

    def test_decided_the_same_day(self):
        self.meet(self.parcours, "2023-02-01")
        self.assertTrue(self.orient(self.parcours, "2023-02-01").is_first)

    def test_decided_before_the_second_rdv(self):
        self.meet(self.parcours, "2023-02-01")
        self.meet(self.parcours, "2023-03-01")
        self.assertTrue(self.orient(self.parcours, "2023-02-28").is_first)

    def test_decided_from_the_second_rdv_on_is_not(self):
        self.meet(self.parcours, "2023-02-01")
        self.meet(self.parcours, "2023-03-01")
        self.assertFalse(self.orient(self.parcours, "2023-03-01").is_first)

    def test_two_rdv_on_one_day(self):
        self.meet(self.parcours, "2023-02-01")
        self.meet(self.parcours, "2023-02-01")
        self.assertTrue(self.orient(self.parcours, "2023-02-01").is_first)
        self.assertFalse(self.orient(self.parcours, "2023-02-02").is_first)

    def test_only_the_earliest_of_several(self):
        self.meet(self.parcours, "2023-02-01")
        late = self.orient(self.parcours, "2023-02-10")
        self.assertTrue(late.is_first)
        early = self.orient(self.parcours, "2023-02-05")
        self.assertTrue(early.is_first)
        self.assertFalse(late.is_first)
        early.unlink()
        self.assertTrue(late.is_first)

    def test_before_any_rdv_is_not(self):
        orientation = self.orient(self.parcours, "2023-01-01")
        self.assertFalse(orientation.is_first)
        self.meet(self.parcours, "2023-02-01")
        self.assertFalse(orientation.is_first)

    def test_a_contact_or_a_no_show_is_no_first_rdv(self):
        self.meet(self.parcours, "2023-01-01", kind="contact")
        self.meet(self.parcours, "2023-01-10", state="no_show")
        orientation = self.orient(self.parcours, "2023-01-20")
        self.assertFalse(orientation.is_first)

    def test_earlier_rdv_typed_late_changes_it(self):
        self.meet(self.parcours, "2023-03-01")
        orientation = self.orient(self.parcours, "2023-03-01")
        self.assertTrue(orientation.is_first)
        earlier = self.meet(self.parcours, "2023-02-01")
        self.assertFalse(orientation.is_first)
        earlier.action_cancel()
        self.assertTrue(orientation.is_first)

    def test_person_counts_over_all_parcours_of_the_structure(self):
        self.meet(self.parcours, "2022-02-01")
        self.meet(self.parcours, "2022-03-01")
        second = self.create_parcours(partner_id=self.parcours.partner_id.id)
        self.meet(second, "2023-02-01")
        self.assertFalse(self.orient(second, "2023-02-01").is_first)

    def test_orientation_of_another_person_is_untouched(self):
        other = self.create_parcours(contact_name="Samir Cazal")
        self.meet(other, "2023-02-01")
        theirs = self.orient(other, "2023-02-01")
        self.meet(self.parcours, "2023-02-01")
        self.assertTrue(self.orient(self.parcours, "2023-02-01").is_first)
        self.assertTrue(theirs.is_first)

    def test_deletion_of_a_parcours_gives_the_first_back(self):
        second = self.create_parcours(partner_id=self.parcours.partner_id.id)
        early = self.meet(second, "2023-01-01", state="done")
        self.meet(self.parcours, "2023-02-01")
        orientation = self.orient(self.parcours, "2023-02-01")
        self.assertFalse(orientation.is_first)
        early.action_cancel()
        second.unlink()
        self.assertTrue(orientation.is_first)

    def test_organisation_of_another_structure_is_refused(self):
        foreign = self.env["res.partner"].create(
            {
                "name": "Réseau du Plateau",
                "organization_kind": "creation",
                "company_id": self.other.id,
            }
        )
        with self.assertRaises(UserError):
            self.orient(self.parcours, "2023-02-01", organization_id=foreign.id)

    def test_promotion_of_another_structure_is_refused(self):
        program = self.env["citeslab.program"].create({"name": "P", "code": "p"})
        foreign = self.env["citeslab.program.promotion"].create(
            {"name": "2023", "program_id": program.id, "company_id": self.other.id}
        )
        with self.assertRaises(UserError):
            self.orient(self.parcours, "2023-02-01", promotion_id=foreign.id)

    def test_shared_organisation_is_accepted(self):
        shared = self.env["res.partner"].create(
            {"name": "Réseau national", "organization_kind": "creation"}
        )
        orientation = self.orient(
            self.parcours, "2023-02-01", organization_id=shared.id
        )
        self.assertEqual(orientation.state, "sent")
        self.assertEqual(orientation.company_id, self.structure)

    def test_row_of_a_lead_that_is_no_parcours_is_refused(self):
        lead = self.env["crm.lead"].create(
            {"name": "Devis", "company_id": self.structure.id}
        )
        with self.assertRaisesRegex(UserError, "parcours"):
            self.orient(lead, "2023-02-01")
