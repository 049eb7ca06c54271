"""Prescripteurs as a network: who sends, who sleeps, who was given news."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.mail.tests.common import MailCase

from .common import CiteslabCase

TODAY = "2026-06-30"


@tagged("post_install", "-at_install")
class TestPrescribers(CiteslabCase, MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.centre = cls.create_organization(
            "Centre social des Grèves", organization_kind="social_centre"
        )
        cls.plie = cls.create_organization("PLIE du Rivage", email=False)

    def send_somebody(self, organization, day, name="Odile Marchand"):
        parcours = self.create_parcours(
            contact_name=name, prescriber_id=organization.id
        )
        self.meet(parcours, day, kind="contact")
        return parcours

    def visit(self, organization, day, kind="prescriber_visit"):
        return (
            self.env["citeslab.action"]
            .with_user(self.chef)
            .create(
                {
                    "name": "Visite",
                    "date": day,
                    "kind_id": self.env.ref(f"citeslab_base.action_kind_{kind}").id,
                    "organization_ids": organization.ids,
                }
            )
        )

    def rows(self, domain=(), user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        Prescriber = self.env["citeslab.prescriber"].with_user(user or self.chef)
        return Prescriber.search(list(domain))

    @freeze_time(TODAY)
    def test_P9_ranked_by_people_sent(self):
        self.send_somebody(self.plie, "2026-02-01", "Awa")
        for name, day in (("Yann", "2025-11-03"), ("Zoé", "2026-05-04")):
            self.send_somebody(self.centre, day, name)
        first, second = self.rows()
        self.assertEqual(first.organization_id, self.centre)
        self.assertEqual(first.organization_kind, "social_centre")
        self.assertEqual((first.sent_count, first.sent_this_year), (2, 1))
        self.assertEqual(str(first.last_sent_date), "2026-05-04")
        self.assertEqual((second.organization_id, second.sent_count), (self.plie, 1))
        action = first.action_open_sent()
        self.assertEqual(
            len(self.env["crm.lead"].with_user(self.chef).search(action["domain"])), 2
        )

    @freeze_time(TODAY)
    def test_P9_visits_and_trainings_of_their_teams(self):
        self.visit(self.centre, "2026-03-01")
        self.visit(self.centre, "2026-04-01", "prescriber_training")
        self.visit(self.centre, "2026-05-01", "communication")
        self.visit(self.centre, "2026-12-01")  # still to come
        row = self.rows()
        self.assertEqual(row.visit_count, 2)
        self.assertEqual(str(row.last_visit_date), "2026-04-01")
        self.assertEqual(row.silent_days, 90)
        action = row.action_log_visit()
        with Form(
            self.env["citeslab.action"]
            .with_user(self.chef)
            .with_context(**action["context"])
        ):
            pass
        self.assertEqual(self.rows().silent_days, 0)

    @freeze_time(TODAY)
    def test_a_meeting_keeps_a_prescriber_awake_and_makes_none(self):
        self.send_somebody(self.centre, "2026-01-02")
        self.visit(self.centre | self.plie, "2026-06-01", "partner_meeting")
        row = self.rows()
        self.assertEqual(row.organization_id, self.centre)
        self.assertEqual((row.visit_count, row.is_asleep), (0, False))

    @freeze_time(TODAY)
    def test_asleep_after_the_days_of_the_scheme(self):
        self.visit(self.centre, "2026-03-02")  # 120 days: not yet
        self.send_somebody(self.plie, "2026-03-01")  # 121 days
        asleep = self.rows([("is_asleep", "=", True)])
        self.assertEqual(asleep.organization_id, self.plie)
        self.env["citeslab.parameter"].create(
            {
                "code": "prescriber_asleep_days",
                "name": "Endormi",
                "value": 30,
                "valid_from": "2026-06-01",
                "source": "Décision du COPIL",
            }
        )
        self.assertEqual(
            self.rows([("is_asleep", "=", True)]).organization_id,
            self.plie | self.centre,
        )

    @freeze_time(TODAY)
    def test_a_ready_mail_wakes_those_who_sleep(self):
        self.visit(self.centre, "2025-03-02")
        self.send_somebody(self.plie, "2025-03-01")
        with self.assertRaisesRegex(UserError, "PLIE du Rivage"):
            self.rows().action_wake()
        row = self.rows([("organization_id", "=", self.centre.id)])
        action = row.action_wake()
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.chef)
            .with_context(**action["context"])
            .create({})
        )
        with self.mock_mail_gateway():
            composer.action_send_mail()
        self.assertEqual(len(self._mails), 1)
        self.assertIn("disposition", self._mails[0]["subject"])
        self.assertIn(self.centre.email, self._mails[0]["email_to"][0])

    def news(self):
        action = self.rows(
            [("organization_id", "=", self.centre.id)]
        ).action_give_news()
        return (
            self.env["citeslab.prescriber.mail"]
            .with_user(self.chef)
            .with_context(**action["context"])
        )

    @freeze_time(TODAY)
    def test_news_of_those_who_agree_only(self):
        told = self.send_somebody(self.centre, "2026-05-01", "Awa Diallo")
        silent = self.send_somebody(self.centre, "2026-05-02", "Yann Cadiou")
        self.agree_to_share(told, self.centre)
        self.end(told, "2026-06-01", "created")
        mail = self.news().create({})
        self.assertEqual(mail.parcours_ids, told)
        self.assertEqual(mail.withheld_count, 1)
        self.assertIn("Awa Diallo", mail.body)
        self.assertNotIn("Yann", mail.body)
        with self.mock_mail_gateway():
            mail.action_send()
        self.assertIn("Awa Diallo", self._mails[0]["body"])
        row = self.rows()
        self.assertEqual((row.news_count, str(row.last_news_date)), (1, TODAY))
        news = self.env["citeslab.prescriber.news"].search([])
        self.assertEqual(news.parcours_id, told)
        mail.parcours_ids = silent
        with self.assertRaisesRegex(UserError, "did not agree"):
            mail.action_send()

    @freeze_time(TODAY)
    def test_who_agrees_to_be_oriented_did_not_agree_that_his_prescriber_hears(self):
        told = self.send_somebody(self.centre, "2026-05-01", "Awa Diallo")
        self.agree_to_share(told)  # whoever the person is oriented to
        mail = self.news().create({})
        self.assertFalse(mail.parcours_ids)
        self.assertEqual(mail.withheld_count, 1)

    @freeze_time(TODAY)
    def test_news_need_somebody_and_an_address(self):
        self.send_somebody(self.centre, "2026-05-02")
        with self.assertRaisesRegex(UserError, "None of the people sent agrees"):
            self.news().create({}).action_send()
        with self.assertRaisesRegex(UserError, "which address"):
            self.news().create({"email_to": False}).action_send()

    @freeze_time(TODAY)
    def test_somebody_sent_by_others_is_never_told(self):
        self.send_somebody(self.centre, "2026-05-01", "Awa")
        other = self.create_parcours(contact_name="Zoé", prescriber_id=self.plie.id)
        self.agree_to_share(other)
        mail = self.news().create({})
        mail.parcours_ids = other
        with self.assertRaisesRegex(UserError, "was not sent by"):
            mail.action_send()

    @freeze_time(TODAY)
    def test_each_structure_has_its_own_network(self):
        shared = self.create_organization("France Réseau", company_id=False)
        self.send_somebody(shared, "2026-05-01")
        theirs = self.create_parcours(
            user=self.other_chef, contact_name="Samir", prescriber_id=shared.id
        )
        self.meet(theirs, "2026-06-01", kind="contact")
        mine = self.rows()
        self.assertEqual(str(mine.last_sent_date), "2026-05-01")
        self.assertEqual(
            str(self.rows(user=self.other_chef).last_sent_date), "2026-06-01"
        )
