"""Files and campaigns of the network that say something else than they should."""

import json
from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..figures import handover
from ..figures.sealed import canonical, digest
from .report_common import YEAR
from .test_network import NetworkCase


@tagged("post_install", "-at_install")
class TestReceivedFiles(NetworkCase):
    """What the envelope of a file says is what its seal holds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person()
        report = cls.submitted().with_user(cls.manager)
        cls.content = report._handover()[1]
        cls.here.company_id = False  # from here on, as if in another database
        cls.far = cls.Structure.with_user(cls.network).create(
            {"name": "CitésLab Lorient", "code": "lorient"}
        )
        cls.File = cls.env["citeslab.report.file"].with_user(cls.network)

    def receive(self, **changes):
        values = {**json.loads(self.content), **changes}
        return self.File._receive(json.dumps(values).encode(), "brest.json")

    def test_a_report_under_the_code_of_another_structure_is_refused(self):
        lorient = {"code": "lorient", "name": self.structure.name}
        for received in (False, True):
            with self.subTest(received=received), self.assertRaises(UserError) as told:
                self.receive(structure=lorient)
            self.assertIn("CitésLab Lorient", str(told.exception))
            self.assertIn(self.structure.name, str(told.exception))
            self.receive()
            # the network calls it otherwise: its former files name it still
            self.here.name = "Brest"
        self.assertEqual(self.File.search([]).structure_id, self.here)

    def test_a_structure_that_has_a_new_name_still_sends_its_reports(self):
        self.here.name = "Son ancien nom"
        _file, is_new = self.receive()
        self.assertTrue(is_new)

    def test_a_report_of_a_part_is_not_that_of_the_structure(self):
        values = json.loads(self.content)
        manifest = json.loads(values["manifest"])
        manifest["report"]["communes"] = ["Brest"]
        sealed = canonical(manifest)
        with self.assertRaisesRegex(UserError, "part of the structure"):
            self.receive(manifest=sealed, hash=digest(sealed))

    def test_an_envelope_that_the_seal_denies_is_refused(self):
        code = self.here.code
        for name, changes in {
            "kind": {"kind": "interim", "campaign": None},
            "structure": {"structure": {"code": code, "name": "CitésLab Lorient"}},
        }.items():
            with self.subTest(name), self.assertRaises(UserError) as told:
                self.receive(**changes)
            self.assertIn(name, str(told.exception))
        self.assertFalse(self.File.search([]))


@tagged("post_install", "-at_install")
class TestReceivedCampaigns(NetworkCase):
    def receive(self, user, code, **changes):
        content = handover.campaign(
            **{
                "uid": "f" * 32,
                "name": "Bilan 2022",
                "kind": "yearly",
                "period": (date(2022, 1, 1), date(2022, 12, 31)),
                "deadline": date(2023, 2, 15),
                "instructions": "<p>Merci</p>",
                "structure": {"code": code, "name": "CitésLab Lorient"},
                **changes,
            }
        )
        Campaign = self.env["citeslab.campaign"].with_user(user)
        return Campaign._receive(content, self.structure)

    def test_a_campaign_for_another_structure_renames_nobody(self):
        code = self.here.code
        with self.assertRaises(UserError):  # a chef never takes a code
            self.receive(self.chef, "lorient")
        self.assertEqual(self.here.code, code)
        self.receive(self.manager, "brest-29")
        self.assertEqual(self.here.code, "brest-29")
        self.assertIn("brest-29", self.here.message_ids[:1].body)
        for user in (self.chef, self.manager):
            with self.assertRaises(UserError) as told:
                self.receive(user, "lorient", uid="e" * 32)
            self.assertIn("lorient", str(told.exception))
            self.assertIn("brest-29", str(told.exception))
        self.assertEqual(self.here.code, "brest-29")

    def test_a_code_set_by_hand_stays(self):
        self.here.code = "mien"
        with self.assertRaises(UserError):
            self.receive(self.manager, "lorient")
        self.assertEqual(self.here.code, "mien")

    def test_a_campaign_sent_again_brings_its_new_deadline(self):
        entry = self.receive(self.manager, "brest-29").sudo()
        report, campaign = entry.report_id, entry.campaign_id
        count = len(report.message_ids)
        self.receive(self.chef, "brest-29")
        self.assertEqual(len(report.message_ids), count)  # nothing new, nothing told
        again = {"deadline": date(2023, 3, 31), "name": "Bilan 2022 (report)"}
        self.receive(self.chef, "brest-29", **again)
        self.assertEqual(
            (campaign.deadline, campaign.name), (again["deadline"], again["name"])
        )
        self.assertEqual(
            report.activity_ids.mapped("date_deadline"), [date(2023, 3, 31)]
        )
        self.assertEqual(len(report.message_ids), count + 1)
        self.assertIn(again["name"], report.message_ids[:1].body)
        report.with_user(self.manager).action_submit()
        self.receive(self.chef, "brest-29", deadline=date(2023, 6, 30))
        self.assertEqual(campaign.deadline, date(2023, 3, 31))


@tagged("post_install", "-at_install")
class TestCampaignGuards(NetworkCase):
    def test_a_campaign_that_was_answered_is_closed_not_deleted(self):
        self.campaign(self.here).unlink()
        campaign = self.campaign(self.here)
        campaign.action_open()
        self.hand_over(campaign, self.here, self.manager)
        campaign.entry_ids.invalidate_recordset()
        with self.assertRaises(UserError):
            campaign.unlink()
        opened = campaign.opened_on
        campaign.action_close()
        campaign.action_reopen()
        self.assertEqual(campaign.state, "open")
        self.assertEqual(campaign.opened_on, opened)
        self.assertFalse(campaign.closed_on or campaign.closed_by_id)

    def test_an_open_campaign_keeps_its_period_and_its_kind(self):
        with self.assertRaises(ValidationError):
            self.campaign(deadline=date(2023, 12, 30))
        campaign = self.campaign(self.here)
        campaign.kind = "interim"
        campaign.action_open()
        for values in ({"kind": "yearly"}, {"date_from": "2023-02-01"}):
            with self.assertRaises(UserError):
                campaign.write(values)
        campaign.write({"kind": "interim", "date_from": YEAR[0], "name": "Autre"})
        with self.assertRaises(ValidationError):
            campaign.deadline = date(2023, 1, 1)

    def test_nobody_answers_his_own_report(self):
        self.manager.group_ids = [
            Command.link(self.env.ref("citeslab_base.group_network").id)
        ]
        self.here.animator_ids |= self.manager
        report = self.submitted()
        with self.assertRaises(UserError):
            report.with_user(self.manager).action_validate()
        report.with_user(self.network).action_validate()
        self.assertEqual(report.answered_by_id, self.network)
