"""A report is refused to another structure by every way in (TRUST T7)."""

import json
from base64 import b64encode
from datetime import date

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.citeslab_base.tests.common import CANARY, CiteslabCast

PASSWORD = "Citeslab-2023-secret"
# What an answer about a report may never hold for somebody of another structure.
SECRETS = (CANARY, "citeslab.bilan/1", "%PDF", 'content_hash": "')
MODELS = (
    "citeslab.report",
    "citeslab.report.line",
    "citeslab.report.section",
    "citeslab.report.picture",
    "citeslab.report.claim",
)
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00"
    b"\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r"
    b"\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@tagged("post_install", "-at_install")
class TestReportHttp(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("build_cast", "_create_user", "_create_territory"):
            setattr(cls, name, classmethod(getattr(CiteslabCast, name).__func__))
        for name in ("create_parcours", "create_row", "meet"):
            setattr(cls, name, classmethod(getattr(CiteslabCast, name).__func__))
        cls.build_cast()
        cls.meet(cls.create_parcours(contact_name=CANARY), date(2023, 2, 1))
        Report = cls.env["citeslab.report"].with_user(cls.chef)
        cls.report, cls.draft = (
            Report.create({"date_from": day, "date_to": date(2023, 12, 31)})
            for day in (date(2023, 1, 1), date(2023, 2, 1))
        )
        for report in cls.report, cls.draft:
            section = report.section_ids[0]
            section.body = f"<p>{CANARY}, plus de 9 créations d'entreprise.</p>"
            section.claim_ids.reason = CANARY
            section.picture_ids = [
                (
                    0,
                    0,
                    {
                        "image": b64encode(PIXEL),
                        "caption": CANARY,
                        "has_agreement": True,
                    },
                )
            ]
        cls.report.with_user(cls.manager).action_submit()
        cls.strangers = {
            name: cls.users[name]
            for name in (
                "volunteer",
                "salesperson",
                "sales_manager",
                "employee",
                "admin",
            )
        }
        cls.strangers |= {"portal": cls.users["portal"], "other_chef": cls.other_chef}
        for user in (*cls.strangers.values(), cls.chef):
            user.password = PASSWORD
        cls.env.flush_all()

    def addresses(self):
        """Each address that could hand a report over."""
        for report in self.report, self.draft:
            for kind in ("pdf", "xlsx", "json"):
                yield f"/citeslab/report/{report.id}/{kind}"
            name = "citeslab_reporting.report_document"
            for converter in ("pdf", "html", "text"):
                yield f"/report/{converter}/{name}/{report.id}"
            yield f"/report/pdf/{name}/{report.id}?context=%7B%22uid%22:2%7D"
            for field in ("pdf_file", "xlsx_file", "figures", "manifest"):
                yield f"/web/content/citeslab.report/{report.id}/{field}"
            picture = report.section_ids.picture_ids[:1]
            yield f"/web/image/citeslab.report.picture/{picture.id}/image"
            yield f"/web/content/citeslab.report.picture/{picture.id}/image"
            yield f"/odoo/citeslab-reports/{report.id}"

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_actions_report")
    def test_no_address_hands_it_to_another_structure(self):
        picture = self.report.section_ids.picture_ids[:1]
        image = f"/web/image/citeslab.report.picture/{picture.id}/image"
        self.authenticate(self.chef.login, PASSWORD)
        mine = self.url_open(f"/citeslab/report/{self.report.id}/pdf")
        self.assertTrue(mine.content.startswith(b"%PDF"))
        shown = self.url_open(image).content
        for name, user in self.strangers.items():
            self.authenticate(user.login, PASSWORD)
            for address in self.addresses():
                with self.subTest(user=name, address=address):
                    answer = self.url_open(address, allow_redirects=False)
                    for secret in SECRETS:
                        self.assertNotIn(secret.encode(), answer.content)
                    if address == image:
                        self.assertNotEqual(answer.content, shown)

    @mute_logger("odoo.http", "odoo.models", "odoo.addons.base.models.ir_model")
    def test_no_call_reads_changes_or_acts_on_it(self):
        for name, user in self.strangers.items():
            self.authenticate(user.login, PASSWORD)
            for model in MODELS:
                for method, args in self.calls(model):
                    with self.subTest(user=name, model=model, method=method):
                        answer = self.call(model, method, args)
                        self.assertNotIn(CANARY, json.dumps(answer))
                        if "error" not in answer:
                            self.assertFalse(answer["result"])
        self.report.invalidate_recordset()
        self.assertEqual(self.report._problems(), [])
        self.assertEqual(self.draft.state, "draft")

    def calls(self, model):
        """Each way of asking for the records of a model: method and arguments."""
        records = (
            self.env[model]
            .sudo()
            .search([])
            .filtered(
                lambda record: self.report in self.reports_of(record)
                or self.draft in self.reports_of(record)
            )
        )
        ids = records.ids
        yield "search_read", [[("id", "in", ids)], ["display_name"]]
        yield "read", [ids, ["display_name"]]
        yield "search_count", [[("id", "in", ids)]]
        yield "export_data", [ids, ["create_date"]]
        yield "write", [ids, {"sequence": 3} if model != "citeslab.report" else {}]
        yield "unlink", [ids]
        if model == "citeslab.report":
            for method in ("action_submit", "action_new_version", "action_verify"):
                yield method, [ids]
            yield "write", [ids, {"kind": "other"}]

    def reports_of(self, record):
        return record if record._name == "citeslab.report" else record._report()

    def call(self, model, method, args):
        return self.make_call(
            {"model": model, "method": method, "args": args, "kwargs": {}}
        )

    def make_call(self, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self.url_open(
            "/web/dataset/call_kw",
            data=json.dumps(body),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()
