from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestParcoursCreation(CiteslabCase):
    def test_from_a_typed_name(self):
        """A chef types a name: the person and the parcours are of his structure."""
        parcours = self.create_parcours(
            contact_name="Nadia Ferrand", phone="06 12 34 56 78", name="Épicerie"
        )
        person = parcours.partner_id
        self.assertEqual(person.name, "Nadia Ferrand")
        self.assertEqual(person.phone, "06 12 34 56 78")
        self.assertEqual(person.company_id, self.structure)
        self.assertTrue(person.is_porteur)
        self.assertFalse(person.porteur_shared)
        self.assertEqual(parcours.company_id, self.structure)
        self.assertEqual(parcours.territory_id, self.territory)
        self.assertEqual(parcours.phase, "detection")
        self.assertEqual(parcours.type, "opportunity")
        self.assertTrue(parcours.team_id.is_citeslab)
        self.assertEqual(parcours.display_name, "Nadia Ferrand · Épicerie")

    def test_without_a_name_is_refused(self):
        with self.assertRaisesRegex(UserError, "Whose project"):
            self.Lead.create({"is_parcours": True, "name": "Food truck"})

    def test_default_values_of_a_new_form(self):
        Lead = self.Lead.with_context(default_is_parcours=True)
        values = Lead.default_get(["company_id", "team_id", "territory_id", "type"])
        self.assertEqual(values["company_id"], self.structure.id)
        self.assertEqual(values["territory_id"], self.territory.id)
        self.assertEqual(values["type"], "opportunity")
        self.assertTrue(self.env["crm.team"].browse(values["team_id"]).is_citeslab)

    def test_context_default_creates_a_parcours(self):
        lead = self.Lead.with_context(default_is_parcours=True).create(
            {"contact_name": "Ali Benne", "name": "Barbier"}
        )
        self.assertTrue(lead.is_parcours)
        self.assertFalse(lead.partner_id.with_user(self.chef).porteur_shared)

    def test_territory_is_asked_when_there_are_several(self):
        self._create_territory(self.structure, "Rive gauche")
        self.assertFalse(self.create_parcours().territory_id)

    def test_several_at_once_have_different_numbers(self):
        many = self.Lead.create(
            [{"is_parcours": True, "contact_name": f"Personne {n}"} for n in range(5)]
        )
        numbers = sorted(many.mapped("reference"))
        self.assertEqual(len(set(numbers)), 5)
        self.assertTrue(all(number.startswith("CL") for number in numbers))
        first = int(numbers[0][2:])
        self.assertEqual([int(n[2:]) for n in numbers], list(range(first, first + 5)))

    @mute_logger("odoo.sql_db")
    def test_a_number_is_used_once_in_a_structure(self):
        first, second = self.create_parcours(), self.create_parcours()
        with self.assertRaises(IntegrityError):
            second.reference = first.reference
            second.flush_recordset()

    def test_a_typed_number_is_not_kept(self):
        self.assertNotEqual(self.create_parcours(reference="CL00001X").reference, "X")
        self.assertRegex(
            self.create_parcours(reference="CL00001X").reference, r"^CL\d{5}$"
        )

    def test_a_copy_is_a_parcours_of_the_same_person(self):
        parcours = self.create_parcours()
        self.meet(parcours, "2023-02-01")
        again = parcours.copy()
        self.assertTrue(again.is_parcours)
        self.assertEqual(again.partner_id, parcours.partner_id)
        self.assertNotEqual(again.reference, parcours.reference)
        self.assertFalse(again.first_interview_date)
        self.assertEqual(again.phase, "detection")

    @mute_logger("odoo.sql_db")
    def test_a_parcours_never_loses_its_person(self):
        parcours = self.create_parcours()
        with self.assertRaises(IntegrityError):
            parcours.partner_id = False
            parcours.flush_recordset()

    @mute_logger("odoo.sql_db")
    def test_a_porteur_never_loses_his_structure(self):
        person = self.create_parcours().partner_id
        with self.assertRaises(IntegrityError):
            person.sudo().company_id = False
            person.flush_recordset()


@tagged("post_install", "-at_install")
class TestPersonBecomesPorteur(CiteslabCase):
    def _contact(self, company=None, **values):
        return self.env["res.partner"].create(
            {"name": "Ines Valat", "company_id": company and company.id, **values}
        )

    def test_contact_of_the_structure_is_kept_and_stays_visible(self):
        customer = self._contact(self.structure)
        parcours = self.create_parcours(partner_id=customer.id)
        self.assertEqual(parcours.partner_id, customer)
        self.assertTrue(parcours.partner_id.porteur_shared)
        self.assertTrue(customer.with_user(self.salesperson).has_access("read"))

    def test_contact_shared_by_several_structures_is_copied(self):
        shared = self._contact(email="ines@example.org")
        parcours = self.create_parcours(partner_id=shared.id)
        copy = parcours.partner_id
        self.assertNotEqual(copy, shared)
        self.assertEqual(copy.name, "Ines Valat")
        self.assertEqual(copy.email, "ines@example.org")
        self.assertEqual(copy.company_id, self.structure)
        self.assertFalse(shared.is_porteur)
        self.assertFalse(shared.company_id)

    def test_contact_of_another_structure_is_refused(self):
        foreign = self._contact(self.other)
        with self.assertRaises(UserError):
            self.create_parcours(partner_id=foreign.id)

    def test_refusal_never_tells_the_name(self):
        """Guessing identifiers of another structure teaches nothing."""
        foreign = self._contact(self.other)
        with self.assertRaises(UserError) as refusal:
            self.create_parcours(partner_id=foreign.id)
        self.assertNotIn("Valat", str(refusal.exception))

    def test_known_porteur_gets_a_second_parcours(self):
        first = self.create_parcours()
        second = self.create_parcours(partner_id=first.partner_id.id, name="Autre")
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id.parcours_count, 2)
        self.assertFalse(first.partner_id.porteur_shared)

    def test_porteur_hidden_from_the_chef_is_refused(self):
        """A chef cannot adopt a contact that he may not read."""
        private = self.create_parcours(
            user=self.other_chef, contact_name="Lou Keller"
        ).partner_id
        with self.assertRaises(UserError):
            self.create_parcours(partner_id=private.id)

    def test_a_user_becomes_a_porteur_without_a_copy(self):
        colleague = self.users["employee"].partner_id
        parcours = self.create_parcours(partner_id=colleague.id)
        self.assertEqual(parcours.partner_id, colleague)
        colleague.invalidate_recordset()
        self.assertTrue(colleague.with_user(self.salesperson).has_access("read"))

    def test_a_user_of_two_structures_is_copied(self):
        self.users["employee"].company_ids = [Command.link(self.other.id)]
        colleague = self.users["employee"].partner_id
        parcours = self.create_parcours(partner_id=colleague.id)
        self.assertNotEqual(parcours.partner_id, colleague)
        self.assertFalse(colleague.is_porteur or colleague.company_id)

    def test_birth_in_the_future_is_refused(self):
        person = self.create_parcours().partner_id
        with self.assertRaisesRegex(ValidationError, "Odile Marchand is in the future"):
            person.birthdate_date = "2999-01-01"

    def test_folded_name_ignores_case_accents_and_order(self):
        person = self.create_parcours(contact_name="Zoé  D'ARTHÈS").partner_id
        self.assertEqual(person.name_normalized, "arthes d zoe")


@tagged("post_install", "-at_install")
class TestParcoursKept(CiteslabCase):
    """What the host can do to a lead and what a parcours refuses."""

    def setUp(self):
        super().setUp()
        self.parcours = self.create_parcours()
        both = [
            Command.link(self.env.ref("sales_team.group_sale_manager").id),
        ]
        self.manager.sudo().group_ids = both
        self.as_sales = self.parcours.with_user(self.manager)

    def test_transfer_is_refused_by_write(self):
        self.chef.sudo().company_ids = [Command.link(self.other.id)]
        with self.assertRaisesRegex(UserError, "by a transfer only"):
            self.parcours.company_id = self.other

    def test_caller_context_does_not_open_the_transfer(self):
        """Context comes from the caller: it is no permission."""
        self.chef.sudo().company_ids = [Command.link(self.other.id)]
        with self.assertRaises(UserError):
            self.parcours.with_context(citeslab_transfer=True).write(
                {"company_id": self.other.id}
            )

    def test_company_does_not_follow_the_salesperson(self):
        self.other_chef.sudo().company_ids = [Command.link(self.structure.id)]
        self.parcours.user_id = self.other_chef
        self.assertEqual(self.parcours.company_id, self.structure)
        self.assertTrue(self.parcours.team_id.is_citeslab)

    def test_lead_and_parcours_never_become_each_other(self):
        lead = self.env["crm.lead"].create({"name": "Devis", "type": "opportunity"})
        with self.assertRaisesRegex(UserError, "never become each other"):
            lead.write({"is_parcours": True})
        with self.assertRaisesRegex(UserError, "never become each other"):
            self.parcours.write({"is_parcours": False})

    def test_team_and_type_stay(self):
        team = self.env["crm.team"].create({"name": "Ventes"})
        self.as_sales.write({"team_id": team.id, "type": "lead"})
        self.assertTrue(self.parcours.team_id.is_citeslab)
        self.assertEqual(self.parcours.type, "opportunity")

    def test_team_and_type_stay_in_a_mixed_selection(self):
        team = self.env["crm.team"].create({"name": "Ventes"})
        lead = self.env["crm.lead"].create({"name": "Devis", "type": "lead"})
        mixed = (self.parcours + lead).sudo()
        mixed.write({"team_id": team.id, "type": "lead"})
        self.assertTrue(self.parcours.team_id.is_citeslab)
        self.assertEqual(lead.team_id, team)

    def test_stage_of_the_pipeline_is_refused(self):
        stock = self.env["crm.stage"].search([("phase", "=", False)], limit=1)
        with self.assertRaisesRegex(UserError, "phase"):
            self.parcours.sudo().stage_id = stock

    def test_stage_of_a_parcours_is_refused_to_a_lead(self):
        lead = self.env["crm.lead"].create({"name": "Devis"})
        with self.assertRaisesRegex(UserError, "phase"):
            lead.stage_id = self.env.ref("citeslab_base.stage_created")

    def test_lost_won_and_archive_are_refused(self):
        for action in ("action_set_lost", "action_set_won", "action_archive"):
            with self.subTest(action), self.assertRaisesRegex(UserError, "outcome"):
                getattr(self.as_sales, action)()
        self.assertTrue(self.parcours.active)

    def test_merge_is_refused(self):
        lead = self.env["crm.lead"].create(
            {"name": "Devis", "company_id": self.structure.id}
        )
        with self.assertRaisesRegex(UserError, "sales pipeline"):
            (self.as_sales + lead.with_user(self.manager)).merge_opportunity()
        self.assertTrue(lead.exists() and self.parcours.exists())

    def test_conversion_is_refused(self):
        with self.assertRaisesRegex(UserError, "sales pipeline"):
            self.as_sales.convert_opportunity(self.env["res.partner"])

    def test_lost_wizard_is_refused(self):
        wizard = self.env["crm.lead.lost"].with_user(self.manager)
        wizard = wizard.create({"lead_ids": [Command.set(self.parcours.ids)]})
        with self.assertRaises(UserError):
            wizard.action_lost_reason_apply()

    def test_new_parcours_may_be_deleted(self):
        person = self.parcours.partner_id
        self.parcours.unlink()
        self.assertTrue(person.exists())

    def test_parcours_that_counts_is_kept(self):
        self.meet(self.parcours, "2023-03-01")
        with self.assertRaisesRegex(UserError, self.parcours.reference):
            self.parcours.unlink()

    def test_volunteer_deletes_nothing(self):
        mine = self.create_parcours(user=self.volunteer)
        with self.assertRaises(AccessError):
            mine.unlink()

    def test_partner_merge_keeps_the_person_of_every_row(self):
        twin = self.create_parcours(contact_name="Odile Marchant")
        first = self.meet(self.parcours, "2023-03-01")
        second = self.meet(twin, "2023-02-01")
        kept = self.parcours.partner_id
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge([twin.partner_id.id, kept.id], kept.sudo())
        self.env.invalidate_all()
        self.assertEqual(twin.partner_id, kept)
        self.assertEqual((first + second).partner_id, kept)
        photographs = twin.situation_ids + self.parcours.situation_ids
        self.assertEqual(len(photographs), 2)
        self.assertEqual(photographs.partner_id, kept)

    def test_porteurs_of_two_structures_never_merge(self):
        foreign = self.create_parcours(user=self.other_chef).partner_id
        mine = self.parcours.partner_id
        merge = self.env["base.partner.merge.automatic.wizard"]
        with self.assertRaisesRegex(UserError, "several structures"):
            merge._merge([foreign.id, mine.id], mine.sudo())

    def test_customer_merged_with_a_porteur_stays_visible(self):
        customer = self.env["res.partner"].create(
            {"name": "Odile Marchand", "company_id": self.structure.id}
        )
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge([customer.id, self.parcours.partner_id.id], customer)
        self.assertEqual(self.parcours.partner_id, customer)
        self.assertTrue(customer.is_porteur and customer.porteur_shared)
        self.assertTrue(customer.with_user(self.salesperson).has_access("read"))

    def test_partner_merge_keeps_one_first_orientation(self):
        """Two files of one person: one first RDV ever, one first orientation."""
        twin = self.create_parcours(contact_name="Odile Marchant")
        self.meet(self.parcours, "2023-03-01")
        self.meet(twin, "2023-02-01")
        late = self.orient(self.parcours, "2023-03-01")
        early = self.orient(twin, "2023-02-10")
        self.assertTrue(late.is_first and early.is_first)
        kept = self.parcours.partner_id
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge([twin.partner_id.id, kept.id], kept.sudo())
        self.env.invalidate_all()
        self.assertTrue(early.is_first)
        self.assertFalse(late.is_first)

    def test_change_of_person_moves_the_rows(self):
        """The chef opened it on the wrong homonym."""
        interview = self.meet(self.parcours, "2023-03-01")
        right = self.create_parcours(contact_name="Odile Marchand").partner_id
        self.parcours.partner_id = right
        self.assertEqual(interview.partner_id, right)

    def test_person_of_another_structure_is_refused_by_write(self):
        foreign = self.create_parcours(user=self.other_chef).partner_id
        with self.assertRaises(UserError):
            self.parcours.partner_id = foreign.id

    def test_new_situation_form_starts_from_the_latest(self):
        self.photograph(self.parcours, "2022-05-01", target_public="en_devenir")
        action = self.parcours.action_new_situation()
        Situation = self.env["citeslab.situation"].with_user(self.chef)
        form = Form(Situation.with_context(**action["context"]))
        form.date = "2023-05-01"
        photograph = form.save()
        self.assertEqual(photograph.parcours_id, self.parcours)
        self.assertEqual(photograph.target_public, "en_devenir")
