"""Who may do what with the records of the network and of governance.

As the matrix of the base addon: ``network_matrix.csv`` has one line per model and
owner, one column per user, letters of *create, read, write, delete*. ``network``
animates and follows the first structure; ``portal`` stands for a financeur, who reads
what is printed.
"""

import csv
import os
from datetime import date
from pathlib import Path

from odoo.tests import tagged

from odoo.addons.citeslab_base.tests.test_access import OPERATIONS

from .report_common import YEAR
from .test_network import NetworkCase

MATRIX = Path(__file__).parent / "network_matrix.csv"
USERS = (
    "volunteer", "chef", "manager", "other_chef", "network", "national", "salesperson",
    "employee", "admin", "portal", "public",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestNetworkMatrix(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.there.animator_ids = False
        national = cls._create_user(
            "national", "citeslab_reporting.group_network_national", cls.structure
        )
        cls.readers = {**cls.users, "other_chef": cls.other_chef, "national": national}
        cls.records = {}
        campaign = cls.campaign(cls.here)
        campaign.sudo().structure_ids |= cls.there
        for owner, structure, chef, manager in (
            ("followed", cls.here, cls.chef, cls.manager),
            ("other", cls.there, cls.other_chef, cls.other_manager),
        ):
            cls._create_records(owner, structure, chef, manager)
            cls.records["citeslab.campaign.entry", owner] = (
                campaign.sudo().entry_ids.filtered(
                    lambda one, structure=structure: one.structure_id == structure
                )
            )
        cls.records["citeslab.campaign", "network"] = campaign
        consolidation = campaign.env["citeslab.consolidation"].create(
            {"campaign_id": campaign.id, "only_validated": False}
        )
        consolidation.action_compute()
        cls.records["citeslab.consolidation", "network"] = consolidation
        cls.records["citeslab.consolidation.line", "network"] = consolidation.line_ids[
            0
        ]
        for model in (
            "citeslab.export.section",
            "citeslab.export.column",
            "citeslab.consolidation.rule",
            "citeslab.region",
            "citeslab.application.content",
        ):
            cls.records[model, "national"] = cls.env[model].search([], limit=1)

    @classmethod
    def _create_records(cls, owner, structure, chef, manager):
        company = structure.company_id
        env = cls.env(user=chef, context={"allowed_company_ids": company.ids})
        committee = env["citeslab.committee"].search(
            [("kind", "=", "copil"), ("company_id", "=", company.id)]
        )
        meeting = env["citeslab.committee.meeting"].create(
            {"committee_id": committee.id, "date": "2023-03-01"}
        )
        organization = env["res.partner"].create({"name": "Réseau", "is_company": True})
        report, draft = env["citeslab.report"].create(
            [
                {"date_from": YEAR[0], "date_to": YEAR[1]},
                {"date_from": date(2022, 1, 1), "date_to": date(2022, 12, 31)},
            ]
        )
        request = env["citeslab.report.request"].sudo()
        made = {
            "citeslab.network.structure": structure,
            "citeslab.committee": committee,
            "citeslab.committee.meeting": meeting,
            "citeslab.committee.member": env["citeslab.committee.member"].create(
                {"committee_id": committee.id, "organization_id": organization.id}
            ),
            "citeslab.committee.decision": env["citeslab.committee.decision"].create(
                {"meeting_id": meeting.id, "name": "Décision"}
            ),
            "citeslab.committee.action": env["citeslab.committee.action"].create(
                {"meeting_id": meeting.id, "name": "Action", "date_due": "2023-04-01"}
            ),
            "citeslab.application": env["citeslab.application"].create({"name": "C"}),
            "citeslab.report.request": request.create(
                {"report_id": draft.id, "name": "Les créations"}
            ),
        }
        made["citeslab.application.line"] = made["citeslab.application"].line_ids[0]
        report.with_user(manager).action_submit()
        made["citeslab.report"] = report
        made["citeslab.report.line"] = report.line_ids[0]
        far = cls.Structure.create(
            {
                "name": f"Loin {owner}",
                "code": owner,
                "animator_ids": structure.animator_ids.ids,
            }
        )
        made["citeslab.report.file"] = cls.env["citeslab.report.file"].create(
            {
                "structure_id": far.id,
                "kind": "yearly",
                "date_from": YEAR[0],
                "date_to": YEAR[1],
                "version": 1,
                "figures": "{}",
                "manifest": "{}",
                "content_hash": "0",
                "received_on": "2024-01-01",
                "received_by_id": cls.network.id,
            }
        )
        for model, record in made.items():
            cls.records[model, owner] = record
        cls.records["citeslab.report", f"{owner} draft"] = draft

    def _letters(self, record, user):
        record = self.env[record._name].browse(record.id).with_user(user)
        return "".join(one for one, mode in OPERATIONS if record.has_access(mode))

    def test_matrix(self):
        actual = {
            (model, owner): {
                name: self._letters(record, self.readers[name]) or "-" for name in USERS
            }
            for (model, owner), record in sorted(self.records.items())
        }
        if os.environ.get("CITESLAB_WRITE_MATRIX"):
            with MATRIX.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(["model", "owner", *USERS])
                for key, rights in actual.items():
                    writer.writerow([*key, *rights.values()])
        with MATRIX.open(encoding="utf-8", newline="") as file:
            expected = {
                (row.pop("model"), row.pop("owner")): row
                for row in csv.DictReader(file)
            }
        self.assertEqual(sorted(expected), sorted(actual))
        for key, rights in actual.items():
            for name, letters in rights.items():
                with self.subTest(model=key[0], owner=key[1], user=name):
                    self.assertEqual(letters, expected[key][name])
