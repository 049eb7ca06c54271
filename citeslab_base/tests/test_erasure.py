"""P17, T24, T25, T29: a person goes everywhere, the figures stay."""

import contextlib
import io
import json
import zipfile
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import CANARY, CiteslabCase

TEXTS = ("char", "text", "html")


class ErasureCase(CiteslabCase):
    """A person of the structure, in every room of the house."""

    @classmethod
    def person_everywhere(cls, name, company_user=None, day="2021-02-01"):
        """A porteur with a canary in every row that a person can have.

        :return: the parcours
        """
        parcours = cls.create_parcours(
            user=company_user,
            contact_name=f"{name} {CANARY}",
            name=f"Projet {CANARY}",
            email_from=f"{name.lower()}.{CANARY}@example.org",
            phone="0612345678",
            description=f"<p>{CANARY}</p>",
        )
        person = parcours.partner_id
        person.write(
            {
                "email": f"{name.lower()}.{CANARY}@example.org",
                "phone": "0612345678",
                "street": f"1 rue {CANARY}",
                "birthdate_date": "1985-05-05",
                "gender": "female",
                "residence": "qpv",
                "comment": f"<p>{CANARY}</p>",
            }
        )
        person.sudo().category_id = [Command.create({"name": f"Étiquette {name}"})]
        cls.photograph(parcours, day, target_public="en_devenir")
        cls.meet(parcours, day, place=CANARY, next_step=CANARY, notes=CANARY)
        cls.orient(parcours, day, feedback=CANARY)
        outcome = cls.end(parcours, day, "created")
        outcome.write({"note": CANARY, "siren": "732829320"})
        parcours.message_post(body=f"Vue au marché : {CANARY}")
        person.sudo().message_post(body=CANARY, partner_ids=person.ids)
        parcours.message_subscribe(partner_ids=person.ids)
        parcours.activity_schedule(
            "mail.mail_activity_data_todo", summary=CANARY, user_id=cls.chef.id
        )
        cls.env["ir.attachment"].create(
            {
                "name": f"{CANARY}.txt",
                "raw": f"{CANARY} {name}".encode(),
                "res_model": "crm.lead",
                "res_id": parcours.id,
            }
        )
        cls.env["calendar.event"].create(
            {
                "name": f"RDV {CANARY}",
                "start": f"{day} 09:00:00",
                "stop": f"{day} 10:00:00",
                "opportunity_id": parcours.id,
                "partner_ids": [Command.link(person.id)],
                "description": CANARY,
            }
        )
        cls.env["mail.mail"].create(
            {
                "subject": CANARY,
                "body_html": CANARY,
                "recipient_ids": [Command.link(person.id)],
            }
        )
        cls.env["mail.blacklist"]._add(person.email)
        cls.env["citeslab.consent"].create(
            {
                "partner_id": person.id,
                "purpose": "portrait",
                "scope": CANARY,
                "date": day,
            }
        )
        cls.env["bus.bus"]._sendone(person, "mail.test", {"name": CANARY})
        cls.env.flush_all()
        return parcours

    def columns_with(self, needle):
        """Tables and columns of the database where a text still is."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public'
               AND data_type IN ('character varying', 'text', 'json', 'jsonb')
               AND table_name IN (SELECT tablename FROM pg_tables)
            """
        )
        found = []
        for table, column in self.env.cr.fetchall():
            self.env.cr.execute(
                SQL(
                    "SELECT 1 FROM %s WHERE %s::text ILIKE %s LIMIT 1",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    f"%{needle}%",
                )
            )
            if self.env.cr.fetchone():
                found.append((table, column))
        return found


@tagged("post_install", "-at_install")
class TestErasure(ErasureCase):
    def test_P17_the_person_is_nowhere_any_more(self):
        parcours = self.person_everywhere("Zoé")
        person = parcours.partner_id
        places = self.columns_with(CANARY)
        self.assertIn(("mail_message", "body"), places)
        self.assertIn(("crm_lead", "description"), places)
        self.assertGreaterEqual(len(places), 20)
        person._anonymise("request")
        self.assertEqual(self.columns_with(CANARY), [])
        for place in ("0612345678", "612345678", "732829320"):
            self.assertEqual(self.columns_with(place), [], place)

    def test_P17_what_figures_count_stays(self):
        parcours = self.person_everywhere("Zoé")
        person, reference = parcours.partner_id, parcours.reference
        photograph = parcours.situation_ids
        before = photograph.read(
            ["date", "gender", "age", "residence", "target_public"]
        )
        rows = {
            name: self.env[name].search_count([("parcours_id", "=", parcours.id)])
            for name in parcours._parcours_row_models()
        }
        person._anonymise("request")
        self.assertEqual(photograph.read(list(before[0])), before)
        self.assertTrue(parcours.exists().is_parcours)
        self.assertEqual(parcours.reference, reference)
        self.assertEqual(parcours.partner_id, person)
        self.assertFalse(person.birthdate_date)
        self.assertTrue(person.is_hidden_porteur)
        for name, count in rows.items():
            found = self.env[name].search_count([("parcours_id", "=", parcours.id)])
            self.assertEqual(found, count, name)

    def test_T24_a_second_run_changes_nothing(self):
        person = self.person_everywhere("Zoé").partner_id
        self.assertEqual(person._anonymise("request"), person)
        self.assertFalse(person._anonymise("retention"))
        ledger = self.env["citeslab.erasure"].search(
            [("company_id", "=", self.structure.id)]
        )
        self.assertEqual(ledger.mapped("reason"), ["request"])

    def test_P17_others_lose_nothing(self):
        kept = self.person_everywhere("Ahmed")
        kept.partner_id.email = "zoe.famille@example.org"
        twin = self.person_everywhere("Zoé")
        twin.partner_id.email = "zoe.famille@example.org"
        self.env["mail.blacklist"]._add("zoe.famille@example.org")
        messages = kept.message_ids
        twin.partner_id._anonymise("request")
        self.assertEqual(kept.partner_id.name, f"Ahmed {CANARY}")
        self.assertEqual(kept.message_ids, messages)
        self.assertTrue(
            self.env["mail.blacklist"].search(
                [("email", "=", "zoe.famille@example.org")]
            )
        )

    def test_P17_what_is_to_come_is_cancelled(self):
        parcours = self.person_everywhere("Zoé")
        coming = parcours.env["citeslab.interview"].create(
            {
                "parcours_id": parcours.id,
                "date": fields.Date.add(fields.Date.today(), days=9),
                "state": "planned",
            }
        )
        parcours.partner_id._anonymise("request")
        self.assertEqual(coming.state, "cancelled")
        self.assertEqual(parcours.phase, "closed")

    def test_P17_a_customer_keeps_his_contact_and_loses_his_file(self):
        """The host's invoice still has its customer; CitésLab knows him no more."""
        parcours = self.person_everywhere("Zoé")
        person = parcours.partner_id
        person.porteur_shared = True
        person._anonymise("request")
        self.env.invalidate_all()
        self.assertEqual(person.name, f"Zoé {CANARY}")
        self.assertFalse(person.is_porteur or person.gender or person.birthdate_date)
        self.assertNotEqual(parcours.partner_id, person)
        self.assertTrue(parcours.partner_id.anonymised_date)
        self.assertNotIn(CANARY, parcours.partner_id.name)
        self.assertEqual(parcours.interview_ids.partner_id, parcours.partner_id)
        self.assertFalse(parcours.interview_ids.sudo().notes)

    def test_P17_only_a_porteur_is_anonymised(self):
        contact = self.env["res.partner"].create({"name": "Client"})
        with self.assertRaisesRegex(UserError, "Only a porteur"):
            contact._anonymise("request")
        self.assertEqual(contact.name, "Client")

    def test_P17_chef_erases_at_the_counter_after_a_check(self):
        person = self.person_everywhere("Zoé").partner_id.with_user(self.chef)
        action = person.action_erase()
        Dialog = self.env[action["res_model"]].with_user(self.chef)
        dialog = Dialog.with_context(**action["context"]).create({})
        with self.assertRaisesRegex(UserError, "tick the box"):
            dialog.action_erase()
        dialog.is_checked = True
        dialog.action_erase()
        self.assertTrue(person.anonymised_date)
        with self.assertRaisesRegex(UserError, "was anonymised"):
            person.action_erase()

    def test_P17_nobody_else_erases(self):
        person = self.person_everywhere("Zoé").partner_id
        for user in (self.volunteer, self.other_chef, self.salesperson):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                person.with_user(user).action_erase()
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.env["citeslab.erasure.dialog"].with_user(user).create(
                    {"partner_id": person.id, "is_checked": True}
                ).action_erase()
        self.assertIn(CANARY, person.name)

    def test_P17_access_export_tells_all(self):
        parcours = self.person_everywhere("Zoé")
        person = parcours.partner_id.with_user(self.chef)
        content = self.env["citeslab.access.document"].with_user(self.chef)
        archive = zipfile.ZipFile(io.BytesIO(content._archive(person)))
        names = archive.namelist()
        self.assertTrue(any(name.endswith(f"{CANARY}.txt") for name in names))
        page = archive.read("dossier.html").decode()
        told = json.loads(archive.read("dossier.json"))
        models = {section["model"] for section in told}
        self.assertLessEqual(
            {"res.partner", "crm.lead", "citeslab.interview", "citeslab.consent"},
            models,
        )
        for word in ("1985-05-05", "0612345678", f"1 rue {CANARY}", "Vue au marché"):
            self.assertIn(word, page)
            self.assertTrue(
                any(word in json.dumps(row, ensure_ascii=False) for row in told), word
            )

    def test_P17_the_host_lookup_finds_our_rows(self):
        if "privacy.lookup.wizard" not in self.env:
            self.skipTest("this host has no privacy_lookup")
        parcours = self.person_everywhere("Zoe")
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": parcours.partner_id.name, "email": parcours.partner_id.email}
        )
        wizard.action_lookup()
        found = set(wizard.line_ids.mapped("res_model"))
        self.assertLessEqual(
            {"res.partner", "crm.lead", "citeslab.interview", "citeslab.situation"},
            found,
        )
        parcours.partner_id._anonymise("request")
        again = self.env["privacy.lookup.wizard"].create(
            {"name": wizard.name, "email": wizard.email}
        )
        again.action_lookup()
        self.assertFalse(again.line_ids)


@tagged("post_install", "-at_install")
class TestLedger(ErasureCase):
    def test_T29_a_restored_person_is_erased_again(self):
        """The ledger of today, against the database of yesterday."""
        parcours = self.person_everywhere("Zoé")
        Ledger = self.env["citeslab.erasure"]
        savepoint = self.env.cr.savepoint()
        parcours.partner_id._anonymise("request")
        ledger = json.loads(json.dumps(Ledger._export_ledger()))
        savepoint.rollback()
        savepoint.close(rollback=False)
        self.env.invalidate_all()
        self.assertIn(("res_partner", "name"), self.columns_with(CANARY))
        self.assertEqual(Ledger._replay_ledger(ledger), 1)
        self.assertEqual(self.columns_with(CANARY), [])
        self.assertEqual(Ledger._replay_ledger(ledger), 0)

    def test_T29_the_ledger_names_nobody(self):
        parcours = self.person_everywhere("Zoé")
        parcours.partner_id._anonymise("request")
        text = json.dumps(self.env["citeslab.erasure"]._export_ledger())
        self.assertNotIn(CANARY, text)
        self.assertNotIn(parcours.reference, text)

    def test_T29_a_file_that_is_no_ledger_is_refused(self):
        for rows in (3, [{"name": "Zoé"}], [{"digest": "x", "reason": "?"}]):
            with self.assertRaises(UserError):
                self.env["citeslab.erasure"]._replay_ledger(rows)


@tagged("post_install", "-at_install")
class TestRetention(ErasureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Retention = cls.env["citeslab.retention"]
        cls.structure.retention_active = True
        cls.old = cls.person_everywhere("Zoé", day="2021-02-01")
        cls.fresh = cls.person_everywhere("Ahmed", day=fields.Date.today())
        cls.make_old(cls.old, "2021-02-01")

    @classmethod
    def make_old(cls, parcours, day):
        """As if the file had been opened and last touched on that day."""
        cls.env.flush_all()
        for table, ids in (
            ("crm_lead", parcours.ids),
            ("res_partner", parcours.partner_id.ids),
        ):
            cls.env.cr.execute(
                SQL(
                    "UPDATE %s SET create_date = %s WHERE id = ANY(%s)",
                    SQL.identifier(table),
                    day,
                    ids,
                )
            )
        cls.env["citeslab.followup"].search(
            [("parcours_id", "=", parcours.id)]
        ).unlink()
        cls.env.invalidate_all()

    def run_as_cron(self):
        """The nightly run, whose commits stay inside the test."""
        with patch.object(self.env.cr, "commit", lambda: None):
            self.Retention._run()
        self.env.invalidate_all()

    def pass_the_notice(self):
        person = self.old.partner_id
        person.notice_date = fields.Date.subtract(person.notice_date, days=31)

    def test_P17_only_those_without_news_are_due(self):
        self.assertEqual(self.Retention._due(self.structure), self.old.partner_id)
        self.assertFalse(self.Retention._due(self.other))
        self.structure.retention_months = 600
        self.assertFalse(self.Retention._due(self.structure))

    def test_P17_a_notice_comes_first_and_a_month_passes(self):
        person = self.old.partner_id
        mine = [("subject", "ilike", "Votre dossier")]
        self.run_as_cron()
        self.assertTrue(person.notice_date)
        self.assertFalse(person.anonymised_date)
        mails = self.env["mail.mail"].search(mine)
        self.assertEqual(len(mails), 1)
        self.assertIn(person.email, mails.email_to)
        told = self.structure.partner_id.activity_ids
        self.assertEqual(told.user_id, self.manager)
        self.run_as_cron()
        self.assertFalse(person.anonymised_date)
        self.pass_the_notice()
        self.run_as_cron()
        self.assertTrue(person.anonymised_date)
        self.assertFalse(self.fresh.partner_id.anonymised_date)

    def test_P17_somebody_who_comes_back_is_kept(self):
        self.run_as_cron()
        self.meet(self.old, fields.Date.today())
        self.pass_the_notice()
        self.run_as_cron()
        self.assertFalse(self.old.partner_id.anonymised_date)
        self.assertFalse(self.old.partner_id.notice_date)

    def test_P17_nothing_happens_until_the_manager_starts_it(self):
        self.structure.retention_active = False
        self.run_as_cron()
        self.assertFalse(self.old.partner_id.notice_date)
        Review = self.env["citeslab.retention.review"].with_user(self.manager)
        review = Review.create({})
        self.assertEqual(review.partner_ids, self.old.partner_id)
        self.assertEqual(review.months, 24)
        self.assertFalse(self.old.partner_id.notice_date)
        review.months = 36
        review.action_start()
        self.assertTrue(self.structure.retention_active)
        self.assertEqual(self.structure._retention_months(), 36)
        with self.assertRaises(AccessError):
            self.env["citeslab.retention.review"].with_user(self.chef).create({})

    def test_T24_a_killed_run_goes_on_where_it_stopped(self):
        parcours = [self.person_everywhere(f"Porteur{rank}") for rank in range(4)]
        for one in parcours:
            self.make_old(one, "2021-02-01")
        people = self.env["res.partner"].union(*(one.partner_id for one in parcours))
        people |= self.old.partner_id
        people.notice_date = fields.Date.subtract(fields.Date.today(), days=40)
        whole = type(people)._anonymise
        calls = []

        def killed(records, reason):
            if calls:
                raise KeyboardInterrupt
            calls.append(len(records))
            return whole(records, reason)

        path = "odoo.addons.citeslab_base.models.citeslab_retention.BATCH"
        with patch(path, 2):
            with patch.object(type(people), "_anonymise", killed):
                # assertRaises would undo what the run had committed
                with contextlib.suppress(KeyboardInterrupt):
                    self.run_as_cron()
            self.env.invalidate_all()
            self.assertEqual(calls, [2])
            self.assertEqual(len(people.filtered("anonymised_date")), 2)
            self.run_as_cron()
        self.assertEqual(len(people.filtered("anonymised_date")), 5)

    def test_T25_no_success_for_two_days_raises_an_alarm(self):
        self.run_as_cron()
        self.structure.partner_id.activity_ids.unlink()
        self.Retention._watch()
        self.assertFalse(self.structure.partner_id.activity_ids)
        late = fields.Datetime.now() - timedelta(hours=49)
        self.env["ir.config_parameter"].set_param(
            "citeslab_base.retention_last_success", fields.Datetime.to_string(late)
        )
        self.Retention._watch()
        alarm = self.structure.partner_id.activity_ids
        self.assertEqual(alarm.user_id, self.manager | self.users["admin"])
        self.Retention._watch()
        self.assertEqual(self.structure.partner_id.activity_ids, alarm)

    def test_T25_the_watch_is_another_cron(self):
        run = self.env.ref("citeslab_base.cron_retention")
        watch = self.env.ref("citeslab_base.cron_retention_watch")
        self.assertNotEqual(run, watch)
        self.assertIn("_watch", watch.code)


@tagged("post_install", "-at_install")
class TestTransfer(ErasureCase):
    def transfer(self, parcours, day=None):
        dialog = (
            self.env["citeslab.transfer"]
            .with_user(self.chef)
            .create(
                {
                    "parcours_id": parcours.id,
                    "structure": str(self.other.id),
                    "agreement_date": day or fields.Date.today(),
                }
            )
        )
        dialog.action_transfer()
        return self.env["crm.lead"].search(
            [("is_parcours", "=", True), ("company_id", "=", self.other.id)]
        )

    def test_P20_the_other_structure_receives_the_person(self):
        former = self.person_everywhere("Zoé")
        new = self.transfer(former).with_user(self.other_chef)
        self.assertEqual(new.partner_id.name, f"Zoé {CANARY}")
        self.assertEqual(new.partner_id.company_id, self.other)
        self.assertEqual(new.partner_id.gender, "female")
        self.assertEqual(new.situation_ids.target_public, "en_devenir")
        self.assertFalse(new.interview_ids)
        self.assertTrue(new.partner_id._has_consent("keep"))
        self.assertEqual(new.activity_ids.user_id, self.other_chef)

    def test_P20_T4_the_old_one_keeps_its_figures_and_loses_the_person(self):
        former = self.person_everywhere("Zoé")
        new = self.transfer(former)
        self.assertEqual(former.company_id, self.structure)
        self.assertTrue(former.partner_id.anonymised_date)
        self.assertEqual(len(former.interview_ids), 1)
        for user in (self.chef, self.manager, self.volunteer, self.salesperson):
            for model in ("res.partner", "crm.lead", "mail.message", "ir.attachment"):
                Model = self.env[model].with_user(user)
                if Model.has_access("read"):
                    texts = repr(Model.search([]).mapped("display_name"))
                    self.assertNotIn(CANARY, texts, (user.login, model))
        self.assertFalse(new.with_user(self.chef).has_access("read"))

    def test_P20_private_notes_do_not_travel(self):
        new = self.transfer(self.person_everywhere("Zoé"))
        Interview = self.env["citeslab.interview"].sudo()
        self.assertFalse(Interview.search([("parcours_id", "=", new.id)]))
        self.assertFalse(Interview.search([("notes", "ilike", CANARY)]))

    def test_P20_no_transfer_without_agreement_nor_destination(self):
        parcours = self.person_everywhere("Zoé")
        tomorrow = fields.Date.add(fields.Date.today(), days=1)
        with self.assertRaisesRegex(UserError, "agreed"):
            parcours._transfer(self.other, tomorrow, "paper")
        with self.assertRaisesRegex(UserError, "already in this structure"):
            parcours._transfer(self.structure, fields.Date.today(), "paper")
        for user in (self.volunteer, self.other_chef, self.salesperson):
            with self.assertRaises(AccessError):
                parcours.with_user(user).action_transfer()
