"""Campaigns, answers, files and consolidation, by the roles that do each thing."""

import json
from base64 import b64encode
from collections import Counter
from datetime import date
from importlib.util import find_spec
from unittest import skipUnless
from unittest.mock import patch

from freezegun import freeze_time
from lxml import etree
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.citeslab_base.tests.common import CANARY

from ..figures import handover
from ..figures.sealed import canonical, digest
from .report_common import YEAR, ReportCase


class NetworkCase(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.network = cls.users["network"]
        # The paper is proved elsewhere, and takes seconds.
        renderer = type(cls.env["citeslab.report.renderer"])
        cls.startClassPatcher(
            patch.object(renderer, "_report_files", lambda *_: (b"%PDF-1.7", b"PK"))
        )
        cls.Structure = cls.env["citeslab.network.structure"]
        cls.here, cls.there = (
            cls.Structure.search([("company_id", "=", company.id)])
            for company in (cls.structure, cls.other)
        )
        cls.finistere = cls.env.ref("citeslab_reporting.department_29")
        cls.here.department_id = cls.there.department_id = cls.finistere
        cls.here.animator_ids = cls.network
        cls.there.animator_ids = cls.network
        cls.other_manager = cls._create_user(
            "other_manager", "citeslab_base.group_manager", cls.other
        )

    @classmethod
    def campaign(cls, structures=None, **values):
        campaign = (
            cls.env["citeslab.campaign"]
            .with_user(cls.network)
            .create(
                {
                    "name": "Bilan 2023",
                    "date_from": YEAR[0],
                    "date_to": YEAR[1],
                    "deadline": date(2024, 2, 15),
                    **values,
                }
            )
        )
        campaign.structure_ids = structures or (cls.here | cls.there)
        return campaign

    def entry(self, campaign, structure):
        return campaign.entry_ids.filtered(lambda one: one.structure_id == structure)

    def hand_over(self, campaign, structure, manager):
        report = self.entry(campaign, structure).report_id.with_user(manager)
        report.with_context(
            allowed_company_ids=structure.company_id.ids
        ).action_submit()
        return report


@tagged("post_install", "-at_install")
class TestCampaign(NetworkCase):
    def test_draft_reports_appear_in_each_structure(self):
        campaign = self.campaign()
        campaign.action_open()
        for structure, user in ((self.here, self.chef), (self.there, self.other_chef)):
            report = self.env["citeslab.report"].with_user(user).search([])
            self.assertEqual((report.date_from, report.date_to), YEAR)
            self.assertEqual(report.campaign_deadline, date(2024, 2, 15))
            self.assertEqual(self.entry(campaign, structure).state, "draft")
            activity = report.activity_ids.filtered(
                lambda one, user=user: one.user_id == user
            )
            self.assertEqual(activity.date_deadline, date(2024, 2, 15))
        self.assertEqual(campaign.opened_by_id, self.network)
        self.assertTrue(campaign.opened_on)

    def test_a_report_begun_before_is_taken(self):
        report = self.draft()
        campaign = self.campaign(self.here)
        campaign.action_open()
        self.assertEqual(campaign.entry_ids.sudo().report_id, report.sudo())

    def test_a_kind_that_no_report_has_is_refused_before_anything_is_sent(self):
        with self.assertRaisesRegex(ValueError, "annual"):
            self.campaign(kind="annual")

    def test_only_the_network_opens(self):
        campaign = self.campaign()
        for user in (self.chef, self.manager):
            with self.assertRaises(AccessError):
                campaign.with_user(user).action_open()
        with self.assertRaises(UserError):
            self.campaign().copy({"name": "Vide"}).action_open()

    def test_buttons_pressed_out_of_order_change_nothing(self):
        campaign = self.campaign(self.here)
        for early in ("action_close", "action_reopen", "action_remind"):
            getattr(campaign, early)()
            self.assertEqual(campaign.state, "draft", early)
        self.assertFalse(campaign.entry_ids.reminder_count)
        campaign.action_open()
        opened = campaign.opened_on, campaign.opened_by_id
        with freeze_time("2024-03-01"):
            campaign.action_open()
        self.assertEqual((campaign.opened_on, campaign.opened_by_id), opened)
        campaign.action_close()
        campaign.action_open()
        campaign.action_remind()
        self.assertEqual(campaign.state, "closed")
        self.assertFalse(campaign.entry_ids.reminder_count)

    def test_a_structure_added_to_a_closed_campaign_is_asked_when_it_reopens(self):
        campaign = self.campaign(self.here)
        campaign.action_open()
        campaign.action_close()
        campaign.structure_ids |= self.there
        added = self.entry(campaign, self.there)
        self.assertEqual(added.state, "waiting")
        campaign.action_reopen()
        self.assertEqual(added.state, "draft")
        self.assertTrue(added.handed_on)

    def todos(self, user=None):
        """Days of the to-dos that a chef has for reports, by what they are named."""
        found = self.env["mail.activity"].search(
            [
                ("res_model", "=", "citeslab.report"),
                ("user_id", "=", (user or self.chef).id),
            ]
        )
        return dict(found.mapped(lambda one: (one.summary, one.date_deadline)))

    def test_the_instructions_reach_whoever_fills_the_report(self):
        campaign = self.campaign(self.here, instructions="<p>Sans les brouillons</p>")
        campaign.action_open()
        report = campaign.entry_ids.sudo().report_id
        own = report.with_user(self.chef)
        self.assertIn("Sans les brouillons", own.campaign_instructions)
        todo = report.activity_ids.filtered(lambda one: one.user_id == self.chef)
        self.assertIn("Sans les brouillons", todo.note)

    def test_an_animator_opens_a_report_from_its_campaign(self):
        campaign = self.campaign(self.here)
        campaign.action_open()
        report = self.hand_over(campaign, self.here, self.manager)
        entry = campaign.entry_ids.with_user(self.network)
        entry.invalidate_recordset()
        action = entry.action_open_report()
        self.assertEqual(action["res_id"], report.id)
        view = report.with_user(self.network).get_view(action["views"][0][0])
        shown = set(etree.fromstring(view["arch"]).xpath("//field/@name"))
        own = set(report._fields) & shown
        self.assertIn("line_ids", own)
        report.with_user(self.network).read(own)
        with self.assertRaises(AccessError):
            report.with_user(self.network).read(["claim_ids"])

    def test_nobody_types_what_a_campaign_and_its_entries_hold(self):
        """Reports are read through an entry: whom it is for is not a field to fill."""
        alone = self._create_user("alone", "citeslab_base.group_network", self.other)
        mine = self.Structure.with_user(alone).create({"name": "X", "code": "x"})
        campaign = (
            self.env["citeslab.campaign"]
            .with_user(alone)
            .create(
                {
                    "name": "Faux",
                    "date_from": YEAR[0],
                    "date_to": YEAR[1],
                    "deadline": date(2024, 2, 15),
                }
            )
        )
        campaign.structure_ids = mine
        entry = campaign.entry_ids
        theirs = {"company_id": self.structure.id, "structure_id": self.here.id}
        for vals in ({name: theirs[name]} for name in theirs):
            with self.assertRaises(AccessError):
                entry.write(vals)
            with self.assertRaises(AccessError):
                entry.create({"campaign_id": campaign.id, **vals})
        other = self.campaign(self.here)
        with self.assertRaises(AccessError):
            entry.create({"campaign_id": other.id, "structure_id": mine.id})
        for forged in (
            {"opened_by_id": self.chef.id},
            {"state": "closed"},
            {"uid": "f" * 32},
            {"is_received": True},
        ):
            with self.subTest(forged), self.assertRaises(AccessError):
                campaign.write(forged)
        with self.assertRaises(AccessError):
            self.here.with_user(self.network).company_id = False

    def test_what_a_structure_says_of_its_report_stays_there(self):
        campaign = self.campaign(self.here)
        campaign.action_open()
        report = campaign.entry_ids.sudo().report_id
        note = report.with_user(self.chef).message_post(
            body=f"Vérifier {CANARY}", attachments=[("liste.csv", CANARY.encode())]
        )
        self.hand_over(campaign, self.here, self.manager)
        report.with_user(self.network).check_access("read")
        for record in (note, note.attachment_ids):
            record.with_user(self.chef).check_access("read")
            own = record.with_user(self.network)
            self.assertFalse(own.search([("id", "in", record.ids)]))
            with self.assertRaises(AccessError):
                own.check_access("read")

    def test_a_new_version_leaves_the_one_that_counts(self):
        campaign = self.campaign(self.here)
        campaign.action_open()
        entry = campaign.entry_ids
        report = self.hand_over(campaign, self.here, self.manager)
        report.with_user(self.network).action_validate()
        report.action_new_version()
        entry.invalidate_recordset()
        self.assertEqual((entry.state, entry.is_late), ("validated", False))
        following = report.superseded_by_ids
        following.action_submit()
        entry.invalidate_recordset()
        self.assertEqual(entry.state, "submitted")

    def test_a_version_that_was_replaced_is_answered_no_more(self):
        campaign = self.campaign(self.here)
        campaign.action_open()
        report = self.hand_over(campaign, self.here, self.manager)
        report.action_new_version()
        report.superseded_by_ids.action_submit()
        own = report.with_user(self.network)
        with self.assertRaisesRegex(UserError, "newer version"):
            own.action_validate()
        with self.assertRaisesRegex(UserError, "newer version"):
            own._return(["Les créations"])
        with self.assertRaisesRegex(UserError, "a list holds 200"):
            report.superseded_by_ids.with_user(self.network)._return(["x"] * 201)

    def test_a_later_deadline_is_told_and_moves_the_to_dos(self):
        campaign = self.campaign(self.here)
        campaign.action_open()
        report = campaign.entry_ids.sudo().report_id
        count = len(report.message_ids)
        campaign.write({"deadline": date(2024, 3, 31), "name": "Bilan de 2023"})
        self.assertEqual(self.todos(), {"Bilan de 2023": date(2024, 3, 31)})
        self.assertEqual(len(report.message_ids), count + 1)
        told = report.message_ids[:1]
        self.assertIn("Bilan de 2023", told.body)
        self.assertIn(self.chef.partner_id, told.sudo().notified_partner_ids)
        campaign.name = "Bilan 2023"  # a slip of the keyboard is no news
        self.assertEqual(self.todos(), {"Bilan 2023": date(2024, 3, 31)})
        self.assertEqual(len(report.message_ids), count + 1)

    def test_nobody_keeps_a_to_do_for_what_is_waited_for_no_more(self):
        campaign = self.campaign()
        campaign.action_open()
        wanted = {"Bilan 2023": date(2024, 2, 15)}
        self.assertEqual(self.todos(), wanted)
        campaign.action_close()
        self.assertFalse(self.todos() or self.todos(self.other_chef))
        campaign.action_reopen()
        self.assertEqual(self.todos(), wanted)
        self.assertEqual(self.todos(self.other_chef), wanted)
        campaign.structure_ids -= self.there
        self.assertFalse(self.todos(self.other_chef))
        campaign.unlink()
        self.assertFalse(self.todos())

    def test_a_campaign_of_another_century_is_refused(self):
        for slip in (
            {"date_from": date(26, 1, 1)},
            {"deadline": date(9024, 2, 15)},
        ):
            with (
                self.subTest(slip),
                self.assertRaisesRegex(ValidationError, "Bilan 2023.*correct the year"),
            ):
                self.campaign(self.here, **slip)

    def test_who_answers_for_two_structures_is_told_of_both(self):
        """A structure without anybody of its own is told through who may enter it."""
        (self.other_chef | self.other_manager).active = False
        self.manager.company_ids |= self.other
        campaign = self.campaign(self.there)
        campaign.action_open()
        report = campaign.entry_ids.sudo().report_id
        self.assertIn(self.manager, report.activity_ids.user_id)

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_who_and_when(self):
        campaign = self.campaign()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            campaign.sudo().write({"state": "open"})
            campaign.flush_recordset()
        report = self.submitted()
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            report.sudo().write({"state": "validated"})
            report.flush_recordset()

    def test_returned_completed_resubmitted_validated(self):
        self.person()
        campaign = self.campaign(self.here)
        campaign.action_open()
        entry = campaign.entry_ids
        report = self.hand_over(campaign, self.here, self.manager)
        self.assertEqual(entry.state, "submitted")
        wizard = (
            self.env["citeslab.report.return"]
            .with_user(self.network)
            .create(
                {"report_id": report.id, "missing": "Les créations\n\n  La newsletter "}
            )
        )
        with freeze_time("2024-01-20"):
            wizard.action_send_back()
        self.assertEqual(report.state, "returned")
        self.assertEqual(report.answered_by_id, self.network)
        entry.invalidate_recordset()
        self.assertEqual(entry.state, "returned")
        following = entry.sudo().report_id.with_user(self.chef)
        self.assertEqual(following.supersedes_id, report)
        self.assertEqual(
            following.request_ids.mapped("name"), ["Les créations", "La newsletter"]
        )
        todo = following.sudo().activity_ids.filtered(
            lambda one: one.user_id == self.chef
        )
        self.assertEqual(todo.date_deadline, campaign.deadline)
        with self.assertRaisesRegex(AccessError, "stays as it is"):
            following.request_ids[0].name = "Rien"
        with self.assertRaises(UserError) as refusal:
            following.with_user(self.manager).action_submit()
        self.assertIn("La newsletter", str(refusal.exception))
        following.request_ids[0].is_done = True
        following.request_ids[1].answer = "Aucune cette année"
        following.with_user(self.manager).action_submit()
        entry.invalidate_recordset()
        self.assertEqual(entry.state, "submitted")
        read = following.with_user(self.network)
        self.assertEqual(read.request_ids[1].answer, "Aucune cette année")
        with self.assertRaises(UserError):
            following.request_ids[0].is_done = False
        read.action_validate()
        entry.invalidate_recordset()
        self.assertEqual(entry.state, "validated")
        self.assertEqual(campaign.progress, "1 / 1")

    @freeze_time("2024-02-10")
    def test_late_structures_are_reminded_by_the_cadence(self):
        campaign = self.campaign(self.here)
        campaign.action_open()
        entry = campaign.entry_ids
        Campaign = self.env["citeslab.campaign"]
        Campaign._cron_remind()
        self.assertEqual(entry.reminder_count, 1)
        Campaign._cron_remind()
        self.assertEqual(entry.reminder_count, 1)
        with freeze_time("2024-02-18"):
            Campaign._cron_remind()
            self.assertEqual(entry.reminder_count, 2)
            entry.invalidate_recordset()
            self.assertTrue(entry.is_late)
        self.hand_over(campaign, self.here, self.manager)
        with freeze_time("2024-03-18"):
            Campaign._cron_remind()
        self.assertEqual(entry.reminder_count, 2)

    def test_G5_an_animator_reads_the_structures_that_name_him(self):
        self.there.animator_ids = False
        campaign = self.campaign(self.here)
        campaign.sudo().structure_ids |= self.there
        campaign.invalidate_recordset()
        self.assertEqual(
            campaign.with_user(self.network).entry_ids.structure_id, self.here
        )
        mine, theirs = (
            self.submitted(),
            self.env["citeslab.report"]
            .with_user(self.other_chef)
            .create({"date_from": YEAR[0], "date_to": YEAR[1]}),
        )
        theirs.with_user(self.other_manager).action_submit()
        seen = self.env["citeslab.report"].with_user(self.network).search([])
        self.assertEqual(seen, mine.with_user(self.network))
        with self.assertRaises(AccessError):
            theirs.with_user(self.network).line_ids.read(["value"])
        with self.assertRaises(AccessError):
            theirs.with_user(self.network).action_validate()
        self.network.group_ids = [
            Command.link(self.env.ref("citeslab_reporting.group_network_national").id)
        ]
        seen = self.env["citeslab.report"].with_user(self.network).search([])
        self.assertEqual(len(seen), 2)

    def test_G5_nobody_follows_a_structure_by_himself(self):
        """The link to a structure of this database opens its reports."""
        self.there.unlink()
        Structure = self.Structure.with_user(self.network)
        with self.assertRaises(AccessError):
            Structure.create({"name": "?", "code": "?", "company_id": self.other.id})
        with self.assertRaises(AccessError):
            self.here.with_user(self.network).company_id = self.other

    def test_the_network_meets_no_name(self):
        """0 canary bytes in all that an animator can read of these models."""
        self.person(f"{CANARY} Rozenn", gender="female", age=30)
        committee = self.territory.committee_ids[:1]
        self.env["citeslab.committee.meeting"].with_user(self.chef).create(
            {
                "committee_id": committee.id,
                "date": "2023-04-01",
                "minutes": f"<p>Parler de {CANARY}</p>",
            }
        )
        campaign = self.campaign()
        campaign.action_open()
        self.hand_over(campaign, self.here, self.manager)
        consolidation = self.env["citeslab.consolidation"].with_user(self.network)
        consolidation = consolidation.create(
            {"campaign_id": campaign.id, "only_validated": False}
        )
        consolidation.action_compute()
        for name in self.env.registry:
            Model = self.env[name].with_user(self.network)
            if not name.startswith("citeslab.") or Model._abstract:
                continue
            if not Model.has_access("read"):
                continue
            with self.subTest(name):
                rows = Model.search([])
                for field, one in Model._fields.items():
                    if not Model._has_field_access(one, "read"):
                        continue
                    try:
                        told = rows.read([field])
                    except AccessError:  # it leads to what the network does not read
                        continue
                    self.assertNotIn(CANARY, str(told), field)


@tagged("post_install", "-at_install")
class TestFrozenExport(NetworkCase):
    def test_S1_a_closed_period_exported_twice_is_the_same_bytes(self):
        self.person(gender="female", age=30)
        report = self.submitted()
        formats = ("zip", "xlsx", "json", "csv")
        as_manager = report.with_user(self.manager)
        first = [as_manager._export(one)[1] for one in formats]
        values = json.loads(first[2])
        codes = [section["code"] for section in values["sections"]]
        for code in ("indicators", "actions", "territory"):
            self.assertIn(code, codes)
        self.assertTrue(values["frozen"])
        self.person("Une autre", gender="male", age=40)
        self.assertEqual(first, [as_manager._export(one)[1] for one in formats])
        as_network = report.with_user(self.network)
        self.assertEqual(first[2], as_network._export("json")[1])
        with self.assertRaises(AccessError):
            report.with_user(self.chef)._export("json")
        with self.assertRaises(UserError):
            self.draft(date(2022, 1, 1), date(2022, 12, 31)).with_user(
                self.manager
            )._export("json")
        self.assertFalse(report._problems())

    @skipUnless(find_spec("jsonschema"), "jsonschema is a library of the tests")
    def test_a_section_keeps_the_source_of_its_columns(self):
        section = self.env.ref("citeslab_reporting.export_section_people")
        with self.assertRaisesRegex(ValidationError, "is not known"):
            section.with_user(self.network).source = "actions"

    def test_S1_the_frozen_export_follows_the_published_schema(self):
        from .test_export import check_schema

        self.person(gender="female", age=30)
        report = self.submitted().with_user(self.manager)
        check_schema(json.loads(report._export("json")[1]))


@tagged("post_install", "-at_install")
class TestFiles(NetworkCase):
    """A structure that keeps its data elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far = cls.Structure.with_user(cls.network).create(
            {"name": "CitésLab Lorient", "code": "lorient", "email": "l@example.org"}
        )
        cls.File = cls.env["citeslab.report.file"].with_user(cls.network)

    def file(self, version=1, previous=None, met=12, **changes):
        """The file that a database elsewhere would send."""
        figures = json.dumps(
            {
                "schema": "citeslab.bilan/1",
                "structure": {"name": "CitésLab Lorient"},
                "period": {"from": "2023-01-01", "to": "2023-12-31"},
                "indicators": changes.pop(
                    "indicators",
                    {"persons_met": {"value": met, "status": "ok", "items": []}},
                ),
            }
        )
        manifest = canonical(
            {
                "figures": digest(figures),
                "report": {"version": version, "previous": previous},
            }
        )
        content = handover.report(
            structure={"code": "lorient", "name": "CitésLab Lorient"},
            kind="yearly",
            version=version,
            manifest=manifest,
            figures=figures,
            previous_hash=previous,
            campaign_uid=changes.pop("campaign_uid", None),
        )
        values = {**json.loads(content), **changes}
        return json.dumps(values).encode(), digest(manifest)

    def receive(self, content):
        return self.File._receive(content, "lorient.json")

    def test_the_same_version_twice_changes_nothing_and_a_newer_one_replaces(self):
        content, seal = self.file()
        first, is_new = self.receive(content)
        self.assertTrue(is_new)
        self.assertEqual(self.receive(content), (first, False))
        second, _is_new = self.receive(self.file(2, seal, met=14)[0])
        self.assertEqual((first.is_latest, second.is_latest), (False, True))

    def test_a_file_is_found_by_every_campaign_of_its_days(self):
        self.receive(self.file()[0])
        first, second = self.campaign(self.far), self.campaign(self.far)
        half = self.campaign(self.far, date_to=date(2023, 6, 30))
        self.assertEqual(first.entry_ids.state, "submitted")
        self.assertEqual(second.entry_ids.state, "submitted")
        self.assertEqual(half.entry_ids.state, "waiting")
        first.structure_ids = self.here
        first.structure_ids |= self.far
        self.assertEqual(self.entry(first, self.far).state, "submitted")

    def test_only_the_latest_version_counts_and_is_answered(self):
        campaign = self.campaign(self.far)
        first, seal = self.receive(self.file()[0])[0], self.file()[1]
        content, seal = self.file(2, seal, met=14)
        second = self.receive(content)[0]
        third = self.receive(self.file(3, seal, met=15)[0])[0]
        entry = campaign.entry_ids
        self.assertEqual(entry._counted(False)[entry], third)
        for one in (first, second):
            with self.assertRaisesRegex(UserError, "newer version"):
                one.action_validate()
        third.return_reason = "Les créations"
        third.action_return()
        self.assertFalse(entry._counted(False))

    def test_an_archived_structure_stays_asked_and_missing(self):
        campaign = self.campaign(self.far | self.here)
        campaign.action_open()
        entry = self.entry(campaign, self.far)
        self.far.active = False
        campaign.invalidate_recordset()
        campaign.structure_ids |= self.there
        self.assertTrue(entry.exists())
        self.hand_over(campaign, self.here, self.manager)
        consolidation = self.env["citeslab.consolidation"].with_user(self.network)
        one = consolidation.create(
            {"campaign_id": campaign.id, "only_validated": False}
        )
        one.action_compute()
        one.invalidate_recordset()
        self.assertIn(self.far, one.missing_ids)

    def test_a_deleted_draft_does_not_lose_what_is_missing(self):
        report = self.submitted()
        report.with_user(self.network)._return(["Les créations", "La newsletter"])
        report.superseded_by_ids.with_user(self.manager).unlink()
        report.with_user(self.manager).action_new_version()
        self.assertEqual(
            report.superseded_by_ids.request_ids.mapped("name"),
            ["Les créations", "La newsletter"],
        )

    def test_what_does_not_match_is_refused_in_one_sentence(self):
        content, _seal = self.file()
        self.receive(content)
        bad = {
            "JSON": b"{",
            "no file": b"",
            "deep": b"[" * 100_000,
            "a number": self.file(manifest="1", hash=digest("1"))[0],
            "no list": self.file(period=[])[0],
            "huge version": self.file(version=10**30)[0],
            "NUL": self.file(structure={"code": "a\0b", "name": "?"})[0],
            "half a pair": content.replace(b"lorient", b"\\ud800", 1),
            "schema": self.file(schema="citeslab.bilan/1")[0],
            "seal": self.file(hash="0" * 64)[0],
            "figures": self.file(figures="{}")[0],
            "period": self.file(period={"from": "2022-01-01", "to": "2022-12-31"})[0],
            "another file": self.file(met=13)[0],
            "chain": self.file(2, "0" * 64)[0],
            "no version before": self.file(3)[0],
            "code": self.file(structure={"code": "nulle-part", "name": "?"})[0],
            "look-alike": self.file(structure={"code": "lоrient", "name": "?"})[0],
            "in this database": self.file(
                structure={"code": self.here.code, "name": self.here.name}
            )[0],
            "junk of 10 MB": b'{"schema":"' + b"x" * 10_000_000 + b'"}',
            "other schema version": self.file(schema="citeslab.handover/2")[0],
            "negative": self.file(met=-3)[0],
            "a text for a number": self.file(met="12")[0],
            "a truth for a number": self.file(met=True)[0],
            "not a number": self.file(met=float("nan"))[0],
            "endless": self.file(met=10**30)[0],
            "no figure": self.file(indicators=[1])[0],
            "figures that are no list": self.file(indicators={"gender": 3})[0],
            "a row without number": self.file(
                indicators={
                    "gender": {"value": 2, "items": [{"code": "f", "label": "F"}]}
                }
            )[0],
            "a week for a day": self.file(
                period={"from": "2023-W01-1", "to": "2023-12-31"}
            )[0],
            "a row twice": self.file(
                indicators={
                    "gender": {
                        "value": 2,
                        "items": [{"code": "f", "label": "F", "value": 1}] * 2,
                    }
                }
            )[0],
        }
        for name, wrong in bad.items():
            with self.subTest(name), self.assertRaises(UserError) as refusal:
                self.receive(wrong)
            self.assertLess(len(str(refusal.exception)), 300, name)
        self.assertEqual(len(self.File.search([])), 1)
        with self.assertRaises(AccessError):
            self.File.with_user(self.manager)._receive(content)
        with self.assertRaises(AccessError):
            self.File.search([]).figures = "{}"

    def test_a_campaign_goes_out_as_a_file_and_comes_back_as_a_report(self):
        campaign = self.campaign(self.here | self.far, instructions="<p>Merci</p>")
        campaign.action_open()
        entry = self.entry(campaign, self.far)
        mail = self.env["mail.mail"].sudo().search([("email_to", "=", "l@example.org")])
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertIn(campaign.name, mail.subject)
        for told in ("02/15/2024", "Merci", "in the menu Bilan"):
            self.assertIn(told, mail.body_html)
        sent = mail.attachment_ids.raw
        self.assertEqual(handover.read_campaign(sent)["uid"], campaign.uid)
        self.assertEqual(entry.state, "waiting")
        report, _new = self.receive(self.file(campaign_uid=campaign.uid)[0])
        self.assertEqual(report.entry_id, entry)
        self.assertEqual(report.campaign_id, campaign)
        self.assertIn(">12<", report.figures_html)
        entry.invalidate_recordset()
        self.assertEqual(entry.state, "submitted")
        with self.assertRaises(UserError):
            report.action_return()
        report.return_reason = "Les créations"
        report.action_return()
        entry.invalidate_recordset()
        self.assertEqual(entry.state, "returned")

    def sent_from_lorient(self, report):
        """The file of a report, as if its structure were in another database."""
        self.here.name = "Ici"
        values = json.loads(report.with_user(self.manager)._handover()[1])
        values["structure"]["code"] = "lorient"
        return json.dumps(values).encode()

    def test_an_answer_goes_back_as_a_file_and_opens_the_next_version(self):
        """Both sides in one database: the file is all that passes between them."""
        self.person()
        report = self.submitted().with_user(self.manager)
        received, _new = self.receive(self.sent_from_lorient(report))
        with self.assertRaises(UserError):
            received._answer_file()
        received.return_reason = "Les créations\n\n  La newsletter "
        received.action_return()
        name, answer = received._answer_file()
        self.assertEqual(name, "reponse-lorient-2023-v1.json")
        mail = self.env["mail.mail"].sudo().search([("email_to", "=", "l@example.org")])
        self.assertEqual(mail[:1].attachment_ids.raw, answer)
        self.assertIn("La newsletter", mail[:1].body_html)
        with self.assertRaises(UserError):
            received.action_validate()

        Wizard = self.env["citeslab.campaign.receive"].with_user(self.chef)
        wizard = Wizard.create({"file": b64encode(answer)})
        action = wizard.action_receive()
        following = self.env["citeslab.report"].browse(action["res_id"])
        self.assertEqual(report.state, "returned")
        self.assertEqual(report.answered_by_id, self.chef)
        self.assertEqual(following.supersedes_id, report)
        self.assertEqual(
            following.request_ids.mapped("name"), ["Les créations", "La newsletter"]
        )
        self.assertTrue(following.activity_ids)
        # the same answer twice changes nothing
        self.assertEqual(wizard.action_receive()["res_id"], following.id)
        self.assertEqual(len(report.superseded_by_ids), 1)

        following.with_user(self.chef).request_ids.write({"is_done": True})
        following.with_user(self.manager).action_submit()
        again, _new = self.receive(self.sent_from_lorient(following))
        self.assertTrue(again.is_latest)
        again.action_validate()
        Report = self.env["citeslab.report"].with_user(self.manager)
        Report._receive_answer(again._answer_file()[1], self.structure)
        self.assertEqual(following.state, "validated")

    def test_an_answer_to_something_else_is_refused_in_one_sentence(self):
        self.person()
        report = self.submitted().with_user(self.manager)
        right = {
            "structure": {"code": "ici", "name": "Ici"},
            "kind": "yearly",
            "period": YEAR,
            "version": 1,
            "seal": report.content_hash,
            "state": "returned",
            "missing": ["Les créations"],
        }
        Report = self.env["citeslab.report"].with_user(self.chef)
        wrong = {
            "another seal": {"seal": "0" * 64},
            "another version": {"version": 2},
            "another kind": {"kind": "interim"},
            "another period": {"period": (date(2022, 1, 1), date(2022, 12, 31))},
            "nothing missing": {"missing": []},
            "blank": {"missing": [" "]},
            "no list": {"missing": "Les créations"},
            "endless": {"missing": ["x"] * 201},
            "validated with a list": {"state": "validated"},
            "state": {"state": "draft"},
        }
        for name, values in wrong.items():
            with self.subTest(name), self.assertRaises(UserError):
                content = handover.answer(**{**right, **values})
                Report._receive_answer(content, self.structure)
        for junk in (b"", b"[]", b"{" * 9, b"x" * 10_000_000, b'{"schema": 1}'):
            with self.subTest(junk[:9]), self.assertRaises(UserError):
                self.env["citeslab.campaign"].with_user(self.chef)._open_received(
                    junk, self.structure
                )
        content = handover.answer(**right)
        for user, company in (
            (self.volunteer, self.structure),
            (self.chef, self.other),
            (self.network, self.structure),
        ):
            with self.assertRaises(AccessError):
                self.env["citeslab.report"].with_user(user)._receive_answer(
                    content, company
                )
        self.assertEqual(report.state, "submitted")
        self.assertFalse(report.superseded_by_ids)
        Report._receive_answer(content, self.structure)
        other = handover.answer(**{**right, "missing": ["Autre chose"]})
        with self.assertRaises(UserError):
            Report._receive_answer(other, self.structure)

    def test_a_campaign_received_opens_its_report(self):
        """The same file, in the database of the structure."""
        content = handover.campaign(
            uid="f" * 32,
            name="Bilan 2022",
            kind="yearly",
            period=(date(2022, 1, 1), date(2022, 12, 31)),
            deadline=date(2023, 2, 15),
            instructions="<p>Merci</p>",
            structure={"code": "brest-29", "name": "Brest"},
        )
        Campaign = self.env["citeslab.campaign"].with_user(self.manager)
        entry = Campaign._receive(content, self.structure)
        Campaign = Campaign.with_user(self.chef)
        entry = entry.with_user(self.chef)
        self.assertEqual(entry.structure_id.code, "brest-29")
        self.assertEqual(entry.sudo().report_id.date_from, date(2022, 1, 1))
        self.assertEqual(Campaign._receive(content, self.structure), entry)
        with self.assertRaises(AccessError):
            Campaign._receive(content, self.other)
        with self.assertRaises(UserError):
            Campaign._receive(b"[]", self.structure)

    def test_a_report_of_this_software_is_received_as_it_was_sealed(self):
        """What one database writes, another one reads."""
        self.person()
        self.here.code = "ici"
        report = self.submitted().with_user(self.manager)
        _name, content = report._handover()
        values = handover.read_report(content)
        self.assertEqual(values["hash"], report.content_hash)
        self.assertEqual(values["bilan"]["indicators"]["persons_met"]["value"], 1)


@tagged("post_install", "-at_install")
class TestConsolidation(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for rank in range(12):
            cls.person(
                f"Ici {rank}",
                gender="female" if rank < 9 else "male",
                age=20 + rank * 3,
                residence="qpv" if rank < 7 else "outside",
            )
        for rank in range(8):
            parcours = cls.create_parcours(
                cls.other_chef, contact_name=f"Là {rank}", company_id=cls.other.id
            )
            cls.photograph(
                parcours,
                date(2023, 3, 1),
                gender="female" if rank < 2 else "male",
                residence="qpv",
            )
            cls.meet(parcours, date(2023, 3, 1), duration=1)
        cls.asked = cls.campaign()
        cls.asked.action_open()

    def consolidated(self, **values):
        one = (
            self.env["citeslab.consolidation"]
            .with_user(self.network)
            .create({"campaign_id": self.asked.id, "only_validated": False, **values})
        )
        one.action_compute()
        return one

    def both(self):
        self.hand_over(self.asked, self.here, self.manager)
        self.hand_over(self.asked, self.there, self.other_manager)
        self.asked.entry_ids.invalidate_recordset()

    def value(self, consolidation, code, item=False, level="network"):
        line = consolidation.line_ids.filtered(
            lambda one: (one.code, one.item_code, one.level) == (code, item, level)
        )
        self.assertEqual(len(line), 1, (code, item, level))
        return None if line.is_hidden else line.value

    def test_totals_are_those_of_a_direct_count(self):
        self.both()
        consolidation = self.consolidated()
        people = self.env["citeslab.fact.person"].with_context(
            citeslab_from="2023-01-01",
            citeslab_to="2023-12-31",
            citeslab_company_ids=(self.structure | self.other).ids,
        )
        people = people.search(
            [("company_id", "in", (self.structure | self.other).ids)]
        )
        self.assertEqual(
            self.value(consolidation, "persons_met"), len(people.filtered("is_met"))
        )
        genders = Counter(people.mapped("gender"))
        for gender in ("female", "male"):
            self.assertEqual(
                self.value(consolidation, "gender", gender), genders[gender]
            )
        self.assertEqual(self.value(consolidation, "persons_accompanied"), 20)
        self.assertEqual(self.value(consolidation, "qpv_rate"), 75.0)

    def test_T6_what_is_secret_today_is_secret_of_an_older_period(self):
        number = self.env["citeslab.parameter"]
        self.assertGreaterEqual(number._secret_under(date(2001, 12, 31)), 5)

    def test_T6_small_cells_are_not_stored_and_headlines_always_show(self):
        self.both()
        consolidation = self.consolidated()
        threshold = consolidation.threshold
        self.assertEqual(threshold, 5)
        for line in consolidation.line_ids:
            if line.code in ("gender", "residence") and line.item_code:
                self.assertTrue(line.is_hidden or line.value >= threshold, line.label)
        there = consolidation.line_ids.filtered(
            lambda one: one.structure_id == self.there and one.code == "gender"
        )
        self.assertTrue(
            all(line.is_hidden for line in there if line.item_code == "female")
        )
        # One hidden cell would be given back by the row: another one goes with it.
        self.assertGreaterEqual(len(there.filtered("is_hidden")), 2)
        total = there.filtered(lambda line: not line.item_code)
        self.assertEqual((total.is_hidden, total.value), (False, 8))

    def test_missing_structures_and_why_the_total_is_no_sum_are_told(self):
        self.hand_over(self.asked, self.here, self.manager)
        consolidation = self.consolidated()
        self.assertEqual(consolidation.missing_ids, self.there)
        self.assertIn(self.there.name, consolidation.explanation)
        self.assertIn("counts in both", consolidation.explanation)
        self.assertIn("12", consolidation.table_html)

    def test_only_what_was_validated_counts(self):
        self.both()
        with self.assertRaises(UserError):
            self.consolidated(only_validated=True)
        report = self.entry(self.asked, self.here).report_id.with_user(self.network)
        report.action_validate()
        consolidation = self.consolidated(only_validated=True)
        self.assertEqual(self.value(consolidation, "persons_met"), 12)

    def test_a_report_that_came_since_is_told(self):
        self.hand_over(self.asked, self.here, self.manager)
        consolidation = self.consolidated()
        self.assertFalse(consolidation.is_stale)
        self.hand_over(self.asked, self.there, self.other_manager)
        consolidation.invalidate_recordset(["is_stale"])
        self.assertTrue(consolidation.is_stale)
        consolidation.action_compute()
        self.assertFalse(consolidation.is_stale)
        self.assertFalse(consolidation.missing_ids)

    def test_another_question_has_no_result_yet(self):
        self.both()
        consolidation = self.consolidated()
        consolidation.only_validated = False
        self.assertTrue(consolidation.line_ids)
        consolidation.only_validated = True
        self.assertFalse(consolidation.computed_on or consolidation.line_ids)
        self.assertFalse(consolidation.is_stale or consolidation.entry_ids)

    def test_people_of_two_structures_are_a_number_only(self):
        self.both()
        people = self.env["res.partner"].search(
            [("company_id", "=", self.structure.id), ("is_porteur", "=", True)]
        )
        others = self.env["res.partner"].search(
            [("company_id", "=", self.other.id), ("is_porteur", "=", True)]
        )
        for rank, (mine, theirs) in enumerate(zip(people, others, strict=False)):
            if rank < 6:
                mine.email = theirs.email = f"p{rank}@example.org"
        consolidation = self.consolidated()
        self.assertEqual(consolidation.twice_count, 6)
        self.assertIn("6", consolidation.explanation)
        others[:3].email = False
        consolidation.action_compute()
        self.assertEqual(consolidation.twice_count, 0)

    def test_only_the_network_consolidates(self):
        self.both()
        for user in (self.chef, self.manager, self.users["employee"]):
            with self.assertRaises(AccessError):
                self.env["citeslab.consolidation"].with_user(user).create(
                    {"campaign_id": self.asked.id}
                )

    def paper(self, consolidation):
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.network)
            ._render_qweb_html(
                "citeslab_reporting.consolidation_paper", consolidation.ids
            )
        )
        return html.decode()

    def test_two_papers_of_a_campaign_give_no_small_number_back(self):
        """Differencing: a structure more, and its women are a subtraction away."""
        self.hand_over(self.asked, self.here, self.manager)
        self.asked.entry_ids.invalidate_recordset()
        first = self.consolidated()
        self.hand_over(self.asked, self.there, self.other_manager)
        self.asked.entry_ids.invalidate_recordset()
        second = self.consolidated()
        label = second.line_ids.filtered(
            lambda line: (line.code, line.item_code) == ("gender", "female")
        )[0].label
        # neither paper tells the women of the network while it is a working one
        for one in (first, second):
            self.assertNotIn(label, self.paper(one))
            self.assertIn("Working document", self.paper(one))
        with self.assertRaises(AccessError):
            first.action_publish()
        self.network.group_ids = [
            Command.link(self.env.ref("citeslab_reporting.group_network_national").id)
        ]
        first.action_publish()
        self.assertIn(label, self.paper(first))
        with self.assertRaises(UserError) as refusal:
            second.action_publish()
        self.assertIn("subtraction", str(refusal.exception))
        self.assertNotIn(label, self.paper(second))
        # what left stays as it left
        for refused in (
            first.action_compute,
            first.unlink,
            lambda: first.write({"only_validated": True}),
        ):
            with self.assertRaises(UserError):
                refused()

    def test_T6_a_half_year_and_its_year_are_not_both_published(self):
        """Two women met in autumn: the year less its half-year would tell them."""
        self.network.group_ids = [
            Command.link(self.env.ref("citeslab_reporting.group_network_national").id)
        ]
        half = self.campaign(
            self.here,
            name="Premier semestre",
            date_from="2023-01-01",
            date_to="2023-06-30",
        )
        half.action_open()
        self.hand_over(half, self.here, self.manager)
        half.entry_ids.invalidate_recordset()
        for rank in range(2):
            self.person(f"Automne {rank}", date(2023, 10, 2), gender="female")
        self.both()
        year = self.consolidated()
        self.consolidated(campaign_id=half.id).action_publish()
        with self.assertRaises(UserError) as refusal:
            year.action_publish()
        self.assertIn("Premier semestre", str(refusal.exception))
        # its headline counts print, its distributions do not
        self.assertIn("22", self.paper(year))
        self.assertNotIn("Femme", self.paper(year))
        # other structures of the same days are no part of it
        elsewhere = self.campaign(self.there, name="Ailleurs", date_to="2023-06-30")
        elsewhere.action_open()
        self.hand_over(elsewhere, self.there, self.other_manager)
        elsewhere.entry_ids.invalidate_recordset()
        self.consolidated(campaign_id=elsewhere.id).action_publish()

    def test_the_list_of_a_working_consolidation_is_not_exported(self):
        self.both()
        self.network.group_ids = [
            Command.link(self.env.ref("base.group_allow_export").id)
        ]
        working = self.consolidated()
        lines = working.line_ids.with_user(self.network)
        with self.assertRaises(UserError) as refusal:
            lines.export_data(["label", "value"])
        self.assertIn("working document", str(refusal.exception))
        headline = lines.filtered(lambda line: line.code == "persons_met")
        self.assertTrue(headline.export_data(["label", "value"])["datas"])

    def test_no_figure_is_typed(self):
        self.both()
        consolidation = self.consolidated()
        line = consolidation.line_ids[0]
        for refused in (
            lambda: line.write({"value": 1}),
            lambda: line.copy(),
            lambda: consolidation.write({"threshold": 0}),
            lambda: consolidation.write({"published_on": "2024-01-01"}),
            lambda: consolidation.write({"line_ids": [Command.clear()]}),
        ):
            with self.assertRaises(AccessError):
                refused()

    def test_what_is_kept_secret_is_set_by_the_national_animation_and_traced(self):
        rule = self.env.ref("citeslab_reporting.consolidation_rule_gender")
        with self.assertRaises(AccessError):
            rule.with_user(self.network).treatment = "plain"
        national = self._create_user(
            "national", "citeslab_reporting.group_network_national", self.structure
        )
        rule = rule.with_user(national)
        with self.assertRaises(ValidationError):
            rule.treatment = "plain"
        flag = self.env.ref("citeslab_reporting.consolidation_rule_jobseekers")
        with self.assertRaises(ValidationError):
            flag.with_user(national).treatment = "sum"
        met = self.env.ref("citeslab_reporting.consolidation_rule_persons_met")
        met = met.with_user(national).with_context(tracking_disable=False)
        met.active = False
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.assertIn(
            "active", met.sudo().message_ids.tracking_value_ids.field_id.mapped("name")
        )

    def test_it_prints(self):
        self.both()
        consolidation = self.consolidated()
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.network)
            ._render_qweb_html(
                "citeslab_reporting.consolidation_paper", consolidation.ids
            )
        )
        self.assertIn("Finistère", html.decode())


@tagged("post_install", "-at_install")
class TestBoard(NetworkCase):
    @freeze_time("2023-07-01")
    def test_an_animator_follows_his_structures_without_a_name(self):
        self.territory.date_start = date(2022, 1, 1)
        for rank in range(3):
            parcours = self.person(f"{CANARY} {rank}", date(2023, 3, 1))
            self.orient(parcours, date(2023, 3, 1))
        self.env.flush_all()
        board = self.here.with_user(self.network)
        self.assertEqual(board.accompanied_count, 3)
        self.assertEqual(board.reached_count, 3)
        self.assertEqual(board.target_count, 100)
        self.assertEqual(board.pace, 6)
        self.assertTrue(board.last_entry_date)
        self.assertEqual(board.committees_held, "0 / 2")
        self.assertGreater(board.alert_count, 0)
        names = list(board._fields)
        self.assertNotIn(CANARY, str(board.read(names)))
        with self.assertRaises(AccessError):
            board.with_user(self.volunteer).read(["name"])

    def test_the_last_entry_is_whatever_was_typed_last_by_the_clock_of_the_place(self):
        parcours = self.person("Awa", date(2023, 3, 1))
        self.orient(parcours, date(2023, 3, 1))
        self.env.flush_all()
        for table, moment in (
            ("citeslab_interview", "2023-03-01 10:00"),
            ("citeslab_orientation", "2023-06-30 22:30"),  # past midnight in Paris
        ):
            query = SQL(
                "UPDATE %s SET create_date = %s WHERE company_id = %s",
                SQL.identifier(table), moment, self.structure.id,
            )  # fmt: skip
            self.env.cr.execute(query)
        self.env.invalidate_all()
        board = self.here.with_user(self.network)
        self.assertEqual(board.last_entry_date, date(2023, 7, 1))

    def test_Q1_news_and_documents_reach_the_structures(self):
        channel = self.env.ref("citeslab_reporting.channel_news")
        posted = channel.with_user(self.network).message_post(
            body="Webinaire du réseau le 12 mars",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("guide.pdf", b"%PDF-1.7 guide")],
        )
        document = posted.attachment_ids
        for user in (self.chef, self.manager, self.other_chef):
            message = posted.with_user(user)
            self.assertIn("Webinaire", message.read(["body"])[0]["body"])
            domain = [
                ("res_model", "=", "discuss.channel"),
                ("res_id", "=", channel.id),
            ]
            found = self.env["ir.attachment"].with_user(user).search(domain)
            self.assertIn(document, found)
            self.assertEqual(document.with_user(user).raw, b"%PDF-1.7 guide")
        seller = new_test_user(
            self.env, login="citeslab_seller", groups="sales_team.group_sale_salesman"
        )
        with self.assertRaises(AccessError):
            posted.with_user(seller).read(["body"])
        # A chef shares in turn.
        answer = channel.with_user(self.chef).message_post(
            body="Notre affiche", attachments=[("affiche.pdf", b"%PDF-1.7 affiche")]
        )
        self.assertTrue(answer.with_user(self.other_chef).attachment_ids.raw)
