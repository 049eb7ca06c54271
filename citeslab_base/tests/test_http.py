"""The canary again, over HTTP: not one byte of an answer may tell of a porteur."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import CANARY, CiteslabCast
from .test_visibility import CanaryCase

PASSWORD = "Citeslab-2023-secret"
RPC_OUTSIDERS = (
    "volunteer",
    "network",
    "salesperson",
    "sales_manager",
    "employee",
    "admin",
    "portal",
)
MODELS = (
    "crm.lead",
    "res.partner",
    "citeslab.interview",
    "citeslab.situation",
    "citeslab.orientation",
    "citeslab.touch",
    "mail.message",
    "mail.followers",
    "mail.notification",
    "mail.activity",
    "ir.attachment",
    "calendar.event",
    "calendar.attendee",
    "crm.activity.report",
)


@tagged("post_install", "-at_install")
class TestOverHttp(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("build_cast", "_create_user", "_create_territory"):
            setattr(cls, name, classmethod(getattr(CiteslabCast, name).__func__))
        acts = ("create_parcours", "create_row", "meet", "orient", "end")
        for name in (*acts, "outcome_told"):
            setattr(cls, name, classmethod(getattr(CiteslabCast, name).__func__))
        cls.build_cast()
        cls.readers = {name: cls.users[name] for name in RPC_OUTSIDERS}
        cls.readers["other_chef"] = cls.other_chef
        for user in (*cls.readers.values(), cls.chef):
            user.password = PASSWORD
        cls.parcours = cls.create_parcours(
            contact_name=f"Zoé {CANARY}", name=f"Projet {CANARY}"
        )
        cls.person = cls.parcours.partner_id
        cls.meet(cls.parcours, "2023-02-01", place=CANARY, next_step=CANARY)
        cls.orient(cls.parcours, "2023-02-01", feedback=CANARY)
        CanaryCase._fill_chatter.__func__(cls)
        CanaryCase._fill_calendar.__func__(cls)
        cls.env.flush_all()

    def _requests(self, model):
        """Each way of asking for a model: method and keyword arguments."""
        ids = {"crm.lead": self.parcours.ids, "res.partner": self.person.ids}
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
        if model in ids:
            own = ids[model]
            yield "read", {"ids": own, "fields": ["display_name"]}
            yield "web_read", {"ids": own, "specification": spec}
            yield "export_data", {"ids": own, "fields_to_export": ["display_name"]}
            yield "copy", {"ids": own}

    def _refute(self, body, *where):
        text = body.decode(errors="replace")
        text = json.dumps(json.loads(text), ensure_ascii=False) if text else text
        self.assertNotIn(CANARY.casefold(), text.casefold(), where)

    def test_the_canary_sings_for_the_chef(self):
        self.authenticate(self.chef.login, PASSWORD)
        for model in ("crm.lead", "res.partner"):
            body = self._call_kw(model, "search_read", {"fields": ["display_name"]})
            self.assertIn(CANARY, body.decode())

    def _call_kw(self, model, method, kwargs):
        kwargs = dict(kwargs)
        ids = [kwargs.pop("ids")] if "ids" in kwargs else []
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "params": {
                        "model": model,
                        "method": method,
                        "args": ids,
                        "kwargs": {**kwargs, "context": {"active_test": False}},
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return answer.content

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model", "odoo.models")
    def test_call_kw(self):
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
    def test_json_2(self):
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

    def _api_key(self, user):
        soon = fields.Datetime.now() + timedelta(hours=1)
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", soon)
        )

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
    def test_files_are_refused(self):
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
    def test_chatter_of_a_parcours_is_refused(self):
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
