"""The canary again, over HTTP: not one byte of an answer may tell of a porteur.

TRUST T1 (every channel), T2 (models of the host), T3 (names of links), T4 (chatter,
files, followers), T7 (reports) and T8 (what superuser computes gives a name back).
"""

import json

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import CANARY
from .http_canary import MODELS, PASSWORD, HttpCanaryCase


@tagged("post_install", "-at_install")
class TestOverHttp(HttpCanaryCase):
    def _requests(self, model):
        """Each way of asking for a model: method and keyword arguments."""
        spec = {"display_name": {}}
        if model == "crm.lead":
            spec["partner_id"] = {"fields": {"display_name": {}, "email": {}}}
            spec["interview_ids"] = {"fields": {"display_name": {}, "place": {}}}
        words = [("display_name", "ilike", CANARY)]
        yield "search_read", {"domain": [], "fields": ["display_name"]}
        yield "web_search_read", {"domain": [], "specification": spec}
        yield "name_search", {"name": CANARY}
        yield "search_count", {"domain": words}
        yield (
            "formatted_read_group",
            {
                "domain": [],
                "groupby": ["create_uid"],
                "aggregates": ["__count", "id:array_agg"],
            },
        )
        for field in ("partner_id", "res_partner_id", "mail_message_id", "lead_id"):
            if field in self.env[model]._fields:
                yield (
                    "formatted_read_group",
                    {
                        "domain": [],
                        "groupby": [field],
                        "aggregates": ["__count"],
                    },
                )
        names = ["id", "display_name"]
        for row in self.secrets[model]:
            yield "read", {"ids": [row], "fields": names}
            yield "read", {"ids": [row], "fields": self._texts(model)}
            yield "web_read", {"ids": [row], "specification": spec}
            yield "export_data", {"ids": [row], "fields_to_export": names}
            yield "copy", {"ids": [row]}

    def test_the_canary_sings_for_the_chef(self):
        self.authenticate(self.chef.login, PASSWORD)
        for model in ("crm.lead", "res.partner"):
            body = self._call_kw(model, "search_read", {"fields": ["display_name"]})
            self.assertIn(CANARY, body.decode())

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.models")
    def test_T1_T2_T3_call_kw(self):
        for name, user in self.readers.items():
            self.authenticate(user.login, PASSWORD)
            for model in MODELS:
                for method, kwargs in self._requests(model):
                    with self.subTest(user=name, model=model, method=method):
                        body = self._call_kw(model, method, kwargs)
                        self._refute(body, name, model, method)
                        if method == "search_count":
                            self.assertFalse(json.loads(body).get("result"))

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.models")
    def test_T1_T2_json_2(self):
        for name in ("salesperson", "employee", "network", "other_chef"):
            key = self._api_key(self.readers[name])
            for model in MODELS:
                for method, kwargs in self._requests(model):
                    with self.subTest(user=name, model=model, method=method):
                        answer = self.url_open(
                            f"/json/2/{model}/{method}",
                            data=json.dumps({**kwargs, "context": {"lang": "en_US"}}),
                            headers={
                                "Content-Type": "application/json",
                                "Authorization": f"bearer {key}",
                            },
                        )
                        self._refute(answer.content, name, model, method)

    def test_json_2_answers_the_chef(self):
        """The key opens what the role opens: the refusals above are of the rules."""
        answer = self.url_open(
            "/json/2/crm.lead/search_read",
            data=json.dumps({"fields": ["display_name"]}),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"bearer {self._api_key(self.chef)}",
            },
        )
        self.assertEqual(answer.status_code, 200)
        self.assertIn(CANARY, answer.json()[0]["display_name"])

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.models")
    def test_T4_files_are_refused(self):
        files = self.env["ir.attachment"].search([("name", "ilike", CANARY)])
        self.assertGreaterEqual(len(files), 2)
        self.authenticate(self.chef.login, PASSWORD)
        answer = self.url_open(f"/web/content/{files[0].id}")
        self.assertIn(CANARY.encode(), answer.content)
        for user in (*self.readers.values(), None):
            self.authenticate(user and user.login, user and PASSWORD)
            for file in files:
                answer = self.url_open(f"/web/content/{file.id}")
                self.assertNotIn(CANARY.encode(), answer.content)
            answer = self.url_open(
                f"/web/image/res.partner/{self.person.id}/avatar_128"
            )
            self.assertNotIn(CANARY.encode(), answer.content)

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_a_value_that_cannot_be_kept_gets_a_sentence(self):
        """On our models; those of the host answer as they always did."""
        self.authenticate(self.chef.login, PASSWORD)
        for model, values, kind in (
            ("citeslab.action", {"name": "a\0b"}, "odoo.exceptions.UserError"),
            ("citeslab.action", {"occurrences": 2**40}, "odoo.exceptions.UserError"),
            ("res.partner", {"name": "a\0b"}, "builtins.ValueError"),
        ):
            params = {"model": model, "method": "create", "kwargs": {}}
            answer = self.make_jsonrpc_request
            with self.subTest(model=model, values=values):
                with self.assertRaises(JsonRpcException) as caught:
                    answer(
                        f"/web/dataset/call_kw/{model}/create",
                        {**params, "args": [[values]]},
                    )
                self.assertEqual(caught.exception.args[0], kind)
        missing = self.url_open(f"/citeslab/my-file/{10**12}")
        self.assertEqual(missing.status_code, 404)

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.models")
    def test_T4_chatter_of_a_parcours_is_refused(self):
        for name, user in self.readers.items():
            self.authenticate(user.login, PASSWORD)
            for model, record in (
                ("crm.lead", self.parcours),
                ("res.partner", self.person),
            ):
                for route, extra in (
                    ("/mail/thread/messages", {}),
                    ("/mail/data", {"fetch_params": ["init_messaging"]}),
                    ("/mail/thread/recipients", {}),
                ):
                    answer = self.url_open(
                        route,
                        data=json.dumps(
                            {
                                "params": {
                                    "thread_model": model,
                                    "thread_id": record.id,
                                    **extra,
                                }
                            }
                        ),
                        headers={"Content-Type": "application/json"},
                    )
                    with self.subTest(user=name, model=model, route=route):
                        self._refute(answer.content, name, route)

    @mute_logger("odoo.http", "odoo.addons.web.controllers.export", "odoo.models")
    def test_T1_exports_are_refused(self):
        """`/web/export`: by domain and by numbers, CSV and XLSX."""
        self._refute_everywhere(self._exports(), {*self.readers})
        self.authenticate(self.chef.login, PASSWORD)
        csv_of_the_chef = next(self._exports())
        self.assertIn(CANARY.encode(), self._answer(*csv_of_the_chef))

    def _exports(self):
        for model, name in (("crm.lead", "name"), ("res.partner", "name")):
            for ids in (self.secrets[model], False):
                yield "/web/export/csv", self._export_data(model, name, ids)

    @mute_logger("odoo.http", "odoo.addons.web.controllers.report", "odoo.models")
    def test_T7_reports_of_foreign_files_are_refused(self):
        """Every report of ours, with the numbers of files of another's."""
        self._refute_everywhere(self._reports(), {*self.readers, None})
        self.authenticate(self.chef.login, PASSWORD)
        found = [CANARY.encode() in self._answer(*one) for one in self._reports()]
        self.assertGreaterEqual(sum(found), 2, "the chef prints his own")

    def _reports(self):
        reports = self.env["ir.actions.report"].search(
            [("report_name", "like", "citeslab_")]
        )
        self.assertGreaterEqual(len(reports), 4)
        for report in reports:
            ids = self.secrets.get(report.model) or [1]
            for row in ids[:2]:
                yield f"/report/html/{report.report_name}/{row}", None

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.models")
    def test_T1_addresses_of_the_web_client_are_refused(self):
        """Pages, `/json/1`, pictures, vCard, our own routes, the host's calendar."""
        own = f"{self.person.id}"
        pages = [
            (f"/citeslab/my-file/{own}", None),
            (f"/web_partner/vcard?partner_id={own}", None),
            (f"/web/partner/vcard?partner_ids={own}", None),
            (f"/json/1/porteurs/{own}", None),
            (f"/json/1/parcours/{self.parcours.id}", None),
            ("/json/1/rdv", None),
            ("/json/1/calendar", None),
            (f"/web/image?model=res.partner&id={own}&field=avatar_1920", None),
            (f"/mail/avatar/mail.message/{self.secrets['mail.message'][0]}/x", None),
            (f"/mail/view?model=crm.lead&res_id={self.parcours.id}", None),
        ]
        self._refute_everywhere(pages, {*self.readers, None})

    def test_T8_a_foreign_number_gives_no_name_back(self):
        """Values of a form that name a porteur in a link: no label returns it."""
        asked = {"partner_id": {"fields": {"display_name": {}}}, "display_name": {}}
        for name, user in self.readers.items():
            self.authenticate(user.login, PASSWORD)
            for model in ("crm.lead", "calendar.event", "citeslab.interview"):
                fields_of = self.env[model]._fields
                spec = {key: asked[key] for key in asked if key in fields_of}
                values = {"partner_id": self.person.id, "name": "x"}
                values = {key: values[key] for key in values if key in fields_of}
                for method, kwargs in (
                    ("onchange", {"ids": [], "values": values}),
                    ("web_save", {"ids": [], "vals": values}),
                ):
                    extra = {"field_names": list(values), "fields_spec": spec}
                    if method == "web_save":
                        extra = {"specification": spec}
                    with self.subTest(user=name, model=model, method=method):
                        with mute_logger("odoo.http", "odoo.models", "odoo.sql_db"):
                            body = self._call_kw(model, method, {**kwargs, **extra})
                        self._refute(body, name, model, method)
