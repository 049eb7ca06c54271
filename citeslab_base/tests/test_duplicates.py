import random
import time
from string import ascii_lowercase

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..tools.identity import Identity
from .common import CANARY, CiteslabCase


class DuplicatesCase(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.area = cls.env["citeslab.neighborhood"].create(
            {"name": "Les Tilleuls", "kind": "qpv", "company_id": cls.structure.id}
        )
        cls.Duplicate = cls.env["citeslab.duplicate"].with_user(cls.chef)

    def _pairs(self, user=None):
        self.Duplicate.with_user(user or self.chef).action_open_list()
        return self.Duplicate.search([("state", "=", "open")])

    def _alike(self, user, company=None, **told):
        Partner = self.env["res.partner"].with_user(user)
        return Partner.with_company(company or user.company_id).citeslab_look_alike(
            told
        )


@tagged("post_install", "-at_install")
class TestWhileTyping(DuplicatesCase):
    def test_chef_sees_who_may_be_known(self):
        known = self.create_parcours(contact_name="Awa Diallo", phone="0639980001")
        known.partner_id.neighborhood_id = self.area
        found = self._alike(self.chef, name="Dialo Awa")["people"]
        self.assertEqual(
            found,
            [
                {
                    "id": known.partner_id.id,
                    "name": "Awa Diallo",
                    "area": "Les Tilleuls",
                    "why": "nearly the same name",
                    "parcours_id": known.id,
                }
            ],
        )
        by_phone = self._alike(self.chef, name="", phone="+33 6 39 98 00 01")["people"]
        self.assertEqual(by_phone[0]["why"], "same phone")
        self.assertTrue(self._alike(self.chef, name="Awa")["people"])
        self.assertFalse(self._alike(self.chef, name="Zoé Martin")["people"])

    def test_volunteer_learns_that_the_chef_checks_and_nothing_else(self):
        self.create_parcours(contact_name=f"Awa {CANARY}", phone="0639980001")
        told = self._alike(self.volunteer, name=f"Awa {CANARY}")
        self.assertEqual(told, {"people": [], "to_check": True})
        self.assertFalse(self._alike(self.volunteer, name="Awa")["to_check"])

    def test_other_structures_are_never_looked_into(self):
        self.create_parcours(user=self.other_chef, contact_name="Awa Diallo")
        self.assertFalse(self._alike(self.chef, name="Awa Diallo")["people"])
        with self.assertRaises(AccessError):
            self._alike(self.chef, company=self.other, name="Awa Diallo")

    def test_without_a_role_nobody_looks_up(self):
        for user in (self.salesperson, self.users["network"], self.users["employee"]):
            with self.assertRaises(AccessError):
                self._alike(user, name="Awa")

    def test_strange_input_finds_nobody(self):
        self.create_parcours(contact_name="Awa Diallo")
        for name in ("%", "_", "'; --", "a" * 5000, "<script>"):
            self.assertFalse(self._alike(self.chef, name=name)["people"], name)
        self.assertFalse(self._alike(self.chef, area="x", name=None)["people"])

    def test_one_query_looks_people_up(self):
        self.create_parcours(contact_name="Awa Diallo")
        Partner = self.env["res.partner"]
        self.env.flush_all()
        with self.assertQueryCount(1):
            Partner._look_alikes(self.structure, Identity("Awa Diallo"))


@tagged("post_install", "-at_install")
class TestList(DuplicatesCase):
    def test_pairs_with_score_and_reasons(self):
        one = self.create_parcours(contact_name="Awa Diallo", phone="0639980001")
        two = self.create_parcours(contact_name="Diallo Awa", phone="+33639980001")
        self.create_parcours(contact_name="Zoé Martin")
        pair = self._pairs()
        self.assertEqual(pair.partner_id | pair.other_id, (one | two).partner_id)
        self.assertEqual((pair.score, pair.reasons), (100, "same phone, same name"))
        self.assertNotIn("Awa", pair.display_name)

    def test_two_people_stay_two(self):
        self.create_parcours(contact_name="Awa Diallo", phone="0639980001")
        self.create_parcours(contact_name="Fatou Diallo", phone="0639980001")
        pair = self._pairs()
        pair.action_different()
        self.assertEqual(pair.decided_by_id, self.chef)
        self.assertFalse(self._pairs())
        pair.action_reopen()
        self.assertEqual(self._pairs(), pair)

    def test_a_pair_no_longer_alike_leaves_the_list(self):
        self.create_parcours(contact_name="Awa Diallo")
        two = self.create_parcours(contact_name="Dialo Awa")
        self.assertTrue(self._pairs())
        two.partner_id.name = "Zoé Martin"
        self.assertFalse(self._pairs())

    def test_structures_have_each_their_list(self):
        self.create_parcours(contact_name="Awa Diallo")
        self.create_parcours(user=self.other_chef, contact_name="Awa Diallo")
        self.assertFalse(self._pairs())

    def test_volunteer_has_no_list(self):
        with self.assertRaises(AccessError):
            self._pairs(self.volunteer)

    def test_three_thousand_people_take_seconds(self):
        first = ["Awa", "Malo", "Fatou", "Yann", "Léa", "Karim", "Zoé", "Ali", "Ana"]
        letters = random.Random(1)
        last = ["".join(letters.choices(ascii_lowercase, k=7)) for _name in range(3000)]
        self.env["res.partner"].with_context(tracking_disable=True).create(
            [
                {
                    "name": f"{first[n % 9]} {last[n]}",
                    "is_porteur": True,
                    "company_id": self.structure.id,
                }
                for n in range(3000)
            ]
        )
        self.env.flush_all()
        start = time.perf_counter()
        self.Duplicate.sudo()._refresh(self.structure)
        self.assertLess(time.perf_counter() - start, 20)


@tagged("post_install", "-at_install")
class TestMerge(DuplicatesCase):
    def setUp(self):
        super().setUp()
        nature = self.env["citeslab.project.nature"].search([], limit=1)
        self.first = self.create_parcours(
            contact_name="Awa Diallo", project_nature_id=nature.id
        )
        self.twin = self.create_parcours(
            contact_name="Diallo Awa",
            phone="0639980001",
            project_nature_id=nature.id,
        )
        for parcours, days in ((self.first, (3, 10)), (self.twin, (5,))):
            for day in days:
                self.meet(parcours, f"2023-03-{day:02d}")
            self.orient(parcours, "2023-04-01")
        self.env["citeslab.consent"].with_user(self.chef).create(
            {"partner_id": self.twin.partner_id.id, "purpose": "keep"}
        )
        self.twin.partner_id.message_post(body="Rappeler en mai")
        self.twin.message_post(body="Projet de traiteur")
        self.kept, self.gone = self.first.partner_id, self.twin.partner_id

    def _count(self, model):
        return self.env[model].search_count([("partner_id", "=", self.kept.id)])

    def test_merge_keeps_everything_and_tells_it(self):
        messages = self.kept.message_ids | self.gone.message_ids
        bodies = set(messages.mapped("body"))
        pair = self._pairs()
        action = pair.action_merge()
        Dialog = self.env["citeslab.merge"].with_user(self.chef)
        dialog = Form(Dialog.with_context(**action["context"])).save()
        self.assertEqual(dialog.kept, "other")  # it holds more
        dialog.kept = "partner"
        dialog.join_parcours = False
        opened = dialog.action_merge()
        self.assertEqual(opened["res_id"], self.kept.id)
        self.assertFalse(self.gone.exists())
        self.assertEqual(self.kept.parcours_ids, self.first | self.twin)
        self.assertEqual(self._count("citeslab.interview"), 3)
        self.assertEqual(self._count("citeslab.orientation"), 2)
        self.assertEqual(self._count("citeslab.situation"), 2)
        self.assertEqual(self._count("citeslab.consent"), 1)
        self.assertEqual(self.kept.phone, "0639980001")
        self.assertLessEqual(bodies, set(self.kept.message_ids.mapped("body")))
        log = self.kept.message_ids[0].body
        for words in (
            self.chef.name,
            "Diallo Awa",
            "parcours : 1",
            "RDV : 1",
            "Consent : 1",
        ):
            self.assertIn(words, log)
        self.assertFalse(pair.exists())

    def test_merge_tells_what_two_files_of_one_person_would_not(self):
        """Two people born on two days are merged by nobody who has not read it."""
        pair = {"partner_id": self.kept.id, "other_id": self.gone.id}
        values = {**pair, "kept": "partner"}
        Dialog = self.env["citeslab.merge"].with_user(self.chef)
        self.gone.gender = False
        self.kept.write({"birthdate_date": "1968-03-09", "gender": "female"})
        self.gone.birthdate_date = False
        self.assertFalse(Dialog.create(values).difference)
        self.gone.write({"birthdate_date": "1999-11-30", "gender": "male"})
        self.assertEqual(Dialog.create(values).difference, "Birth Date, Gender")
        self.gone.write({"birthdate_date": "1968-03-09", "gender": "female"})
        self.assertFalse(Dialog.create(values).difference)

    def test_parcours_of_the_same_nature_are_joined_when_asked(self):
        self.twin.description = "Traiteur"
        moved = self.kept._merge_porteurs(self.gone)
        self.assertEqual(moved["parcours"], 1)
        self.assertFalse(self.twin.exists())
        parcours = self.kept.parcours_ids
        self.assertEqual(parcours, self.first)
        self.assertEqual(len(parcours.interview_ids), 3)
        self.assertEqual(len(parcours.orientation_ids), 2)
        self.assertEqual(parcours.interview_ids.partner_id, self.kept)
        self.assertIn("Traiteur", parcours.description)
        bodies = " ".join(parcours.message_ids.mapped("body"))
        self.assertIn("Projet de traiteur", bodies)
        self.assertEqual(str(parcours.last_contact_date), "2023-03-10")

    def test_the_same_contest_is_kept_once(self):
        contest = self.env["citeslab.contest"].search([], limit=1)
        for parcours in (self.first, self.twin):
            self.create_row(
                "citeslab.contest.entry",
                parcours,
                "2023-05-01",
                contest_id=contest.id,
                edition="2023",
            )
        self.kept._merge_porteurs(self.gone)
        self.assertEqual(len(self.first.contest_entry_ids), 1)

    def test_another_nature_is_another_project(self):
        self.twin.project_nature_id = False
        self.kept._merge_porteurs(self.gone)
        self.assertEqual(self.kept.parcours_ids, self.first | self.twin)

    def test_never_across_structures(self):
        foreign = self.create_parcours(user=self.other_chef).partner_id
        with self.assertRaises(AccessError):
            self.kept._merge_porteurs(foreign.with_user(self.chef))
        both = self.chef.copy(
            {"company_ids": [(6, 0, (self.structure | self.other).ids)]}
        )
        kept = self.kept.with_user(both).with_context(
            allowed_company_ids=(self.structure | self.other).ids
        )
        with self.assertRaisesRegex(UserError, "several structures"):
            kept._merge_porteurs(foreign.with_env(kept.env))
        self.assertTrue(foreign.exists() and self.kept.exists())

    def test_a_volunteer_merges_nothing(self):
        mine = self.create_parcours(user=self.volunteer, contact_name="Yann")
        twin = self.create_parcours(user=self.volunteer, contact_name="Yann")
        with self.assertRaises(AccessError):
            mine.partner_id._merge_porteurs(twin.partner_id)
        self.volunteer.group_ids |= self.env.ref("base.group_partner_manager")
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(
            self.volunteer
        )
        with self.assertRaises(AccessError):
            wizard._merge((mine | twin).partner_id.ids, mine.partner_id)

    def test_a_decision_survives_a_merge(self):
        third = self.create_parcours(contact_name="Diallo Awa").partner_id
        pair = self._pairs().filtered(
            lambda one: self.gone | third == one.partner_id | one.other_id
        )
        pair.action_different()
        self.kept._merge_porteurs(self.gone)
        self.assertFalse(self._pairs())
        kept = self.Duplicate.search([])
        self.assertEqual(kept.partner_id | kept.other_id, self.kept | third)

    def test_a_merge_that_would_lose_something_is_undone(self):
        """The host deletes what a constraint forbids to move: it is noticed."""
        Wizard = self.registry["base.partner.merge.automatic.wizard"]
        host = Wizard._update_foreign_keys

        def lossy(wizard, gone, kept):
            wizard.env["citeslab.consent"].search(
                [("partner_id", "in", gone.ids)]
            ).unlink()
            return host(wizard, gone, kept)

        self.patch(Wizard, "_update_foreign_keys", lossy)
        with self.assertRaisesRegex(UserError, "would lose 1 of Consent"):
            self.kept._merge_porteurs(self.gone)
