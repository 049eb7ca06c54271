"""T10: a role is not given behind the back of a structure, nor taken by oneself."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ROLES, CiteslabCase


@tagged("post_install", "-at_install")
class TestRoleTold(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            login="citeslab_erp",
            name="Agent erp",
            groups="base.group_system",
            company_id=cls.structure.id,
            company_ids=[Command.set((cls.structure | cls.other).ids)],
        )
        cls.employee = cls.users["employee"]

    def told(self, company=None):
        """Notes of roles on the card of a structure, the last one first."""
        return self.env["mail.message"].search(
            [
                ("model", "=", "res.partner"),
                ("res_id", "=", (company or self.structure).partner_id.id),
                ("body", "like", "<ul><li>Agent "),
            ]
        )

    def line(self, name, role):
        """What is told of somebody, in the language of the structure."""
        group = self.env.ref(ROLES[role])
        lang = self.structure.partner_id.lang
        return f"<li>{name}: {group.with_context(lang=lang).name}</li>"

    def give(self, role, user=None, by=None):
        group = self.env.ref(ROLES[role])
        (user or self.employee).with_user(by or self.admin).write(
            {"group_ids": [Command.link(group.id)]}
        )

    def test_T10_the_managers_are_told_of_a_role(self):
        before = self.told()
        self.give("chef")
        note = self.told() - before
        self.assertEqual(len(note), 1)
        self.assertIn(self.line("Agent employee", "chef"), note.body)
        self.assertIn("Agent erp", note.body)
        self.assertEqual(note.author_id, self.admin.partner_id)
        self.assertEqual(note.notified_partner_ids, self.manager.partner_id)

    def test_T10_an_administrator_who_gives_himself_a_role_is_told_of(self):
        before = self.told()
        self.give("manager", self.admin)
        note = self.told() - before
        self.assertIn(self.line("Agent erp", "manager"), note.body)
        self.assertIn(self.manager.partner_id, note.notified_partner_ids)
        self.assertTrue(self.told(self.other), "each structure that opens to him")

    def test_T10_a_role_given_by_its_group_is_told(self):
        before = self.told()
        group = self.env.ref(ROLES["volunteer"]).with_user(self.admin)
        group.write({"user_ids": [Command.link(self.employee.id)]})
        self.assertIn(
            self.line("Agent employee", "volunteer"), (self.told() - before).body
        )

    def test_T10_a_role_within_a_group_of_the_host_is_told(self):
        before = self.told()
        group = self.env["res.groups"].create({"name": "Reception"})
        self.employee.group_ids = [Command.link(group.id)]
        self.assertEqual(self.told(), before)
        group.with_user(self.admin).implied_ids = [
            Command.link(self.env.ref(ROLES["chef"]).id)
        ]
        self.assertIn(self.line("Agent employee", "chef"), (self.told() - before).body)

    def test_T10_another_structure_opened_to_a_chef_is_told_there(self):
        before, there = self.told(), self.told(self.other)
        self.chef.with_user(self.admin).company_ids = [Command.link(self.other.id)]
        self.assertEqual(self.told(), before)
        note = self.told(self.other) - there
        self.assertIn(self.line("Agent chef", "chef"), note.body)
        self.other.with_user(self.admin).user_ids = [Command.link(self.manager.id)]
        self.assertEqual(len(self.told(self.other) - there), 2)

    def test_T10_an_account_made_or_opened_again_with_a_role_is_told(self):
        before = self.told()
        user = self._create_user("second", ROLES["chef"], self.structure)
        self.assertIn(self.line("Agent second", "chef"), (self.told() - before).body)
        user.active = False
        before = self.told()
        user.with_user(self.admin).active = True
        self.assertIn("Agent second", (self.told() - before).body)

    def test_T10_what_opens_nothing_is_not_told(self):
        before = self.told()
        self.give("volunteer", self.chef)
        self.employee.name = "Agent d'accueil"
        self.chef.group_ids = [Command.unlink(self.env.ref(ROLES["chef"]).id)]
        self._create_user("desk", "base.group_user", self.structure)
        self.assertEqual(self.told(), before)
