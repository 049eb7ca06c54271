"""Files and campaigns of the network that say something else than they should."""

import json
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..figures import handover
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
