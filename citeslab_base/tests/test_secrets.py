"""Named holes, each shut: fields, labels, chatter, host screens that count leads."""

from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_visibility import CANARY, CanaryCase

FIELDS_OF_ROLES = {
    "is_porteur": True,
    "porteur_shared": True,
    "gender": "female",
    "birthdate_date": "1990-06-15",
    "residence": "qpv",
    "neighborhood_id": 1,
    "name_normalized": "canari7741 zoe",
    "organization_kind": "creation",
}


@tagged("post_install", "-at_install")
class TestFieldsOfRoles(CanaryCase):
    """A shared porteur is an ordinary contact to the host, without our fields."""

    def setUp(self):
        super().setUp()
        self.person.porteur_shared = True
        self.env.flush_all()
        self.Partner = self.env["res.partner"].with_user(self.salesperson)

    def test_shared_porteur_is_read_by_sales(self):
        seen = self.Partner.browse(self.person.id)
        self.assertEqual(seen.read(["name"])[0]["name"], f"Zoé {CANARY}")
        self.assertIn(seen, self.Partner.search([("name", "ilike", CANARY)]))

    def test_shared_porteur_shows_no_field_of_ours(self):
        described = self.Partner.fields_get()
        for name in FIELDS_OF_ROLES:
            with self.subTest(name):
                self.assertNotIn(name, described)
                with self.assertRaises(AccessError):
                    self.Partner.browse(self.person.id).read([name])

    def test_T9_oracles_are_refused(self):
        for name, value in FIELDS_OF_ROLES.items():
            with self.subTest(name, way="domain"), self.assertRaises(AccessError):
                self.Partner.search([(name, "=", value)])
            with self.subTest(name, way="order"), self.assertRaises(AccessError):
                self.Partner.search([], order=name)
            with self.subTest(name, way="group"), self.assertRaises(AccessError):
                self.Partner.formatted_read_group([], [name], ["__count"])
            with self.subTest(name, way="path"), self.assertRaises(AccessError):
                self.env["crm.lead"].with_user(self.salesperson).search(
                    [(f"partner_id.{name}", "=", value)]
                )

    def test_T9_oracle_through_the_children_is_refused(self):
        with self.assertRaises(AccessError):
            self.Partner.search([("child_ids.gender", "=", "female")])

    def test_T9_export_is_refused(self):
        admin = self.users["admin"]
        Partner = self.env["res.partner"].with_user(admin)
        with self.assertRaises(AccessError):
            Partner.browse(self.person.id).export_data(["name", "gender"])

    def test_sales_cannot_write_them(self):
        for name, value in FIELDS_OF_ROLES.items():
            with self.subTest(name), self.assertRaises(AccessError):
                self.Partner.browse(self.person.id).write({name: value})

    def test_P8_T9_private_notes_are_refused_to_a_volunteer(self):
        Interview = self.env["citeslab.interview"].with_user(self.volunteer)
        for ask in (
            lambda: Interview.search([("notes", "ilike", "a")]),
            lambda: Interview.search([], order="notes"),
            lambda: Interview.formatted_read_group([], ["notes"], ["__count"]),
        ):
            with self.assertRaises(AccessError):
                ask()

    def test_unshared_again_disappears(self):
        self.person.porteur_shared = False
        self.assertFalse(self.Partner.browse(self.person.id).has_access("read"))


@tagged("post_install", "-at_install")
class TestLabels(CanaryCase):
    def test_parcours_is_a_number_outside_the_roles(self):
        """A label is computed as superuser wherever a record points to it."""
        for name, user in self.outsiders().items():
            with self.subTest(name):
                label = self.parcours.with_user(user).sudo().display_name
                self.assertEqual(label, self.parcours.reference)

    def test_parcours_has_its_name_for_its_chef(self):
        label = self.parcours.with_user(self.chef).display_name
        self.assertEqual(label, f"Zoé {CANARY} · Projet {CANARY}")

    def test_label_of_the_last_reader_is_not_kept(self):
        """The cache of one reader never answers another."""
        label = self.parcours.with_user(self.chef).display_name
        self.assertIn(CANARY, label)
        label = self.parcours.with_user(self.salesperson).sudo().display_name
        self.assertEqual(label, self.parcours.reference)

    def test_rows_are_numbers(self):
        rows = [*self.parcours.interview_ids, *self.parcours.situation_ids]
        rows += [*self.parcours.orientation_ids]
        self.assertGreaterEqual(len(rows), 3)
        for row in rows:
            label = row.with_user(self.salesperson).sudo().display_name
            self.assertNotIn(CANARY, label)
            self.assertIn(self.parcours.reference, label)


@tagged("post_install", "-at_install")
class TestChatter(CanaryCase):
    def test_follower_who_lost_the_role_reads_nothing(self):
        former = self.users["employee"]
        group = self.env.ref("citeslab_base.group_chef")
        former.group_ids = [Command.link(group.id)]
        self.parcours.message_subscribe(partner_ids=former.partner_id.ids)
        Message = self.env["mail.message"].with_user(former)
        domain = [("model", "=", "crm.lead"), ("res_id", "=", self.parcours.id)]
        self.assertTrue(Message.search(domain))
        former.group_ids = [Command.unlink(group.id)]
        self.assertFalse(Message.search(domain))
        for model in ("ir.attachment", "mail.activity"):
            files = [("res_model", "=", "crm.lead")]
            self.assertFalse(self.ask(former, model, "search", files), model)

    def test_no_file_of_a_parcours_is_public(self):
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", self.parcours.id)]
        )
        self.assertTrue(files)
        self.assertFalse(any(files.mapped("public")))

    def test_chef_reads_the_notifications_of_his_parcours(self):
        """The rule shuts what is hidden, and nothing else."""
        message = self.parcours.message_post(
            body="Rappel", partner_ids=self.manager.partner_id.ids
        )
        notification = self.env["mail.notification"].search(
            [("mail_message_id", "=", message.id)]
        )
        self.assertTrue(notification)
        self.assertTrue(notification.with_user(self.chef).has_access("read"))
        self.assertFalse(notification.with_user(self.other_chef).has_access("read"))
        found = self.env["mail.notification"].with_user(self.chef).search([])
        self.assertLessEqual(notification, found)

    def test_host_reads_the_notifications_of_its_leads(self):
        lead = self.env["crm.lead"].create(
            {"name": "Devis", "user_id": self.salesperson.id}
        )
        message = lead.message_post(
            body="Relance", partner_ids=self.chef.partner_id.ids
        )
        notification = self.env["mail.notification"].search(
            [("mail_message_id", "=", message.id)]
        )
        self.assertTrue(notification.with_user(self.salesperson).has_access("read"))
        found = self.env["mail.notification"].with_user(self.salesperson).search([])
        self.assertLessEqual(notification, found)
        followers = self.env["mail.followers"].with_user(self.salesperson)
        mine = [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        self.assertTrue(followers.search(mine))

    def test_notification_of_any_document_hides_a_porteur(self):
        """As the confirmation of an event, sent to him from somebody's record."""
        document = self.env["res.partner"].create({"name": "Médiathèque"})
        message = document.message_post(
            body="Votre inscription", partner_ids=self.parcours.partner_id.ids
        )
        notification = self.env["mail.notification"].search(
            [("mail_message_id", "=", message.id)]
        )
        self.assertEqual(notification.res_partner_id, self.parcours.partner_id)
        self.assertTrue(notification.with_user(self.chef).has_access("read"))
        for user in (
            self.other_chef,
            self.salesperson,
            self.volunteer,
            self.users["network"],
        ):
            self.assertFalse(notification.with_user(user).has_access("read"))

    def test_meeting_of_the_host_stays_visible(self):
        customer = self.env["res.partner"].create({"name": "Client"})
        meeting = self.env["calendar.event"].create(
            {
                "name": "Démonstration",
                "start": "2023-02-01 10:00:00",
                "stop": "2023-02-01 11:00:00",
                "partner_ids": [Command.set(customer.ids)],
            }
        )
        for name in ("employee", "salesperson", "chef", "volunteer"):
            user = self.users[name]
            self.assertTrue(meeting.with_user(user).has_access("read"), name)
            attendees = meeting.attendee_ids.with_user(user)
            self.assertTrue(attendees.has_access("read"), name)

    def test_guest_of_a_meeting_of_a_parcours_sees_it(self):
        colleague = self.users["employee"]
        meeting = self.env["calendar.event"].search(
            [("opportunity_id", "=", self.parcours.id)]
        )
        self.assertFalse(meeting.with_user(colleague).has_access("read"))
        self.assertTrue(meeting.with_user(self.manager).has_access("read"))
        meeting.partner_ids = [Command.link(colleague.partner_id.id)]
        self.assertTrue(meeting.with_user(colleague).has_access("read"))
        self.assertTrue(meeting.attendee_ids.with_user(colleague).has_access("read"))


@tagged("post_install", "-at_install")
class TestHostScreens(CanaryCase):
    """Screens of the sales team that count or list leads."""

    def setUp(self):
        super().setUp()
        self.seller = self.users["sales_manager"]

    def test_duplicates_of_a_lead_never_show_a_parcours(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Devis",
                "email_from": self.person.email,
                "phone": self.person.phone,
                "company_id": self.structure.id,
                "user_id": self.seller.id,
            }
        )
        twin = lead.copy()
        self.env.flush_all()
        seen = lead.with_user(self.seller)
        self.assertEqual(seen.duplicate_lead_ids, lead + twin)
        self.assertEqual(seen.duplicate_lead_count, 1)
        self.assertFalse(self.parcours.duplicate_lead_ids)

    def test_shared_customer_counts_his_sales_only(self):
        self.person.porteur_shared = True
        self.env["crm.lead"].create(
            {
                "name": "Devis",
                "partner_id": self.person.id,
                "company_id": self.structure.id,
                "user_id": self.seller.id,
                "type": "opportunity",
            }
        )
        seen = self.person.with_user(self.seller)
        self.assertEqual(seen.opportunity_count, 1)
        self.assertEqual(len(seen.opportunity_ids), 1)

    def test_seller_who_is_chef_counts_sales_only(self):
        self.person.porteur_shared = True
        self.seller.group_ids = [
            Command.link(self.env.ref("citeslab_base.group_chef").id)
        ]
        seen = self.person.with_user(self.seller)
        self.assertEqual(seen.opportunity_count, 0)
        action = seen.action_view_opportunity()
        found = self.env["crm.lead"].with_user(self.seller).search(action["domain"])
        self.assertFalse(found)

    def test_activity_report_of_the_sales_team(self):
        Report = self.env["crm.activity.report"]
        ours = [("lead_id", "=", self.parcours.id)]
        self.assertTrue(Report.search(ours))
        self.assertFalse(Report.with_user(self.seller).search(ours))
        self.assertFalse(Report.with_user(self.salesperson).search(ours))

    def test_digest_counts_sales_only(self):
        digest = self.env["digest.digest"].create(
            {
                "name": "Ventes",
                "company_id": self.structure.id,
                "kpi_crm_lead_created": True,
                "kpi_crm_opportunities_won": True,
            }
        )
        self.env["crm.lead"].create(
            {"name": "Devis", "company_id": self.structure.id, "type": "opportunity"}
        )
        self.env.flush_all()
        figures = digest.with_user(self.seller).with_company(self.structure)
        figures = figures.with_context(
            start_datetime=datetime(2000, 1, 1), end_datetime=datetime(2999, 1, 1)
        )
        self.assertEqual(figures.kpi_crm_lead_created_value, 1)
        self.assertEqual(figures.kpi_crm_opportunities_won_value, 0)

    def test_pipeline_shows_stock_stages_only(self):
        Lead = self.env["crm.lead"].with_user(self.seller)
        groups = Lead.with_context(read_group_expand=True).formatted_read_group(
            [("type", "=", "opportunity")], ["stage_id"], ["__count"]
        )
        stages = self.env["crm.stage"].browse(
            [group["stage_id"][0] for group in groups if group["stage_id"]]
        )
        self.assertTrue(stages)
        self.assertFalse(any(stages.sudo().mapped("phase")))

    def test_pipeline_of_a_seller_who_is_chef_has_no_stage_of_ours(self):
        """The kanban of sales adds columns by itself: never ours."""
        self.seller.group_ids = [
            Command.link(self.env.ref("citeslab_base.group_chef").id)
        ]
        Lead = self.env["crm.lead"].with_user(self.seller)
        groups = Lead.with_context(read_group_expand=True).formatted_read_group(
            [("type", "=", "opportunity"), ("is_parcours", "=", False)],
            ["stage_id"],
            ["__count"],
        )
        names = [group["stage_id"][0] for group in groups if group["stage_id"]]
        stages = self.env["crm.stage"].browse(names)
        self.assertFalse(any(stages.sudo().mapped("phase")))

    def test_teams_of_the_host(self):
        Team = self.env["crm.team"].with_user(self.seller)
        self.assertFalse(Team.search([]).sudo().filtered("is_citeslab"))

    def test_new_lead_never_falls_into_our_team(self):
        """Even where the host has no other team."""
        self.env["crm.team"].search([("is_citeslab", "=", False)]).action_archive()
        lead = self.env["crm.lead"].create(
            {"name": "Formulaire du site", "type": "opportunity"}
        )
        self.assertFalse(lead.team_id.is_citeslab)
        self.assertFalse(lead.stage_id.phase)

    def test_stage_of_a_new_lead_is_a_stock_one(self):
        for kind in ("lead", "opportunity"):
            lead = self.env["crm.lead"].create({"name": "Devis", "type": kind})
            self.assertFalse(lead.stage_id.phase)
        self.assertFalse(self.env["crm.lead"]._stage_find().phase)

    def test_predictive_scoring_learns_nothing(self):
        Frequency = self.env["crm.lead.scoring.frequency"]
        before = Frequency.search_read([], ["variable", "value", "won_count"])
        parcours = self.create_parcours(phone="0612345678", email_from="a@b.example")
        self.end(parcours, "2023-01-01", "created")
        self.end(parcours, "2023-02-01", "lost")
        self.env.flush_all()
        after = Frequency.search_read([], ["variable", "value", "won_count"])
        self.assertEqual(before, after)
        self.assertEqual(parcours.probability, 0.0)
        self.assertEqual(parcours.won_status, "pending")

    def test_rebuilding_the_scoring_ignores_parcours(self):
        team = self.env["crm.team"]._citeslab_team()
        self.env["crm.lead"]._rebuild_pls_frequency_table()
        self.env["crm.lead"]._update_automated_probabilities()
        learnt = self.env["crm.lead.scoring.frequency"].search(
            [("team_id", "=", team.id)]
        )
        self.assertFalse(learnt)
        self.env.invalidate_all()
        self.assertEqual(self.parcours.probability, 0.0)
        self.assertEqual(self.parcours.automated_probability, 0.0)

    def test_assignment_of_leads_ignores_parcours(self):
        before = self.parcours.user_id
        self.env["crm.team"]._cron_assign_leads()
        self.assertEqual(self.parcours.user_id, before)
        self.assertTrue(self.parcours.team_id.is_citeslab)

    def test_a_lead_of_a_porteur_is_not_a_parcours(self):
        lead = self.env["crm.lead"].create(
            {
                "name": "Devis",
                "partner_id": self.person.id,
                "company_id": self.structure.id,
            }
        )
        self.assertFalse(lead.is_parcours or lead.reference)
        self.assertNotIn(lead, self.person.parcours_ids)
