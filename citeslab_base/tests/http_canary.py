"""A porteur about whom all is filled in, and who may not hear of him, by HTTP."""

import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase

from .common import CANARY, CiteslabCast
from .test_visibility import CanaryCase

PASSWORD = "Citeslab-2023-secret"
RPC_OUTSIDERS = (
    "volunteer",
    "network",
    "salesperson",
    "sales_manager",
    "employee",
    "event_user",
    "mailing_user",
    "admin",
    "portal",
)
# Of addons that may not be there.
MORE_READERS = {
    "event_user": "event.group_event_user",
    "mailing_user": "mass_mailing.group_mass_mailing_user",
}
MODELS = (
    "crm.lead",
    "res.partner",
    "citeslab.interview",
    "citeslab.situation",
    "citeslab.orientation",
    "citeslab.touch",
    "citeslab.consent",
    "mail.message",
    "mail.scheduled.message",
    "mail.followers",
    "mail.notification",
    "mail.activity",
    "ir.attachment",
    "calendar.event",
    "calendar.attendee",
    "crm.activity.report",
)


class HttpCanaryCase(HttpCase):
    """`readers` may know nothing; `secrets` are the rows that tell, by model."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("build_cast", "_create_user", "_create_territory"):
            setattr(cls, name, classmethod(getattr(CiteslabCast, name).__func__))
        acts = ("create_parcours", "create_row", "meet", "orient", "end")
        for name in (*acts, "outcome_told"):
            setattr(cls, name, classmethod(getattr(CiteslabCast, name).__func__))
        cls.build_cast()
        for name, group in MORE_READERS.items():
            if cls.env.ref(group, raise_if_not_found=False):
                cls.users[name] = cls._create_user(name, group, cls.structure)
        cls.readers = {
            name: cls.users[name] for name in RPC_OUTSIDERS if name in cls.users
        }
        cls.readers["other_chef"] = cls.other_chef
        exporters = cls.env.ref("base.group_allow_export")
        for user in (*cls.readers.values(), cls.chef):
            user.password = PASSWORD
            if not user.share:  # else nobody exports: no proof of a rule
                user.group_ids += exporters
        cls.parcours = cls.create_parcours(
            contact_name=f"Zoé {CANARY}", name=f"Projet {CANARY}"
        )
        cls.person = cls.parcours.partner_id
        cls.meet(cls.parcours, "2023-02-01", place=CANARY, next_step=CANARY)
        cls.orient(cls.parcours, "2023-02-01", feedback=CANARY)
        CanaryCase._fill_chatter.__func__(cls)
        CanaryCase._fill_calendar.__func__(cls)
        cls.env["citeslab.consent"].with_user(cls.chef).create(
            {"partner_id": cls.person.id, "purpose": "portrait"}
        )
        cls.env.flush_all()
        cls.secrets = {model: cls._telling(model) for model in MODELS}
        cls.env.invalidate_all()

    @classmethod
    def _telling(cls, model):
        """Ids of the rows of a model that tell of the canary: asked for one by one."""
        if not cls.env[model]._auto:
            return []
        rows = cls.env[model].sudo().with_context(active_test=False)
        newest = rows.search([], order="id desc", limit=40)
        told = newest.read(["display_name", *cls._texts(model)])
        return [row["id"] for row in told if CANARY in str(row)][:6]

    @classmethod
    def _texts(cls, model):
        return [
            name
            for name, field in cls.env[model]._fields.items()
            if field.type in ("char", "text", "html") and not field.groups
        ]

    def _refute(self, body, *where):
        text = body.decode(errors="replace")
        text = json.dumps(json.loads(text), ensure_ascii=False) if text else text
        self.assertNotIn(CANARY.casefold(), text.casefold(), where)

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

    def _api_key(self, user):
        soon = fields.Datetime.now() + timedelta(hours=1)
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", soon)
        )

    def _answer(self, address, data):
        if data is not None:
            data = {**data, "csrf_token": self._token()}
        return self.url_open(address, data=data).content

    @staticmethod
    def _export_data(model, column, ids):
        """What the client sends to `/web/export`.

        :param str column: path of the only column
        :param ids: numbers of the rows, or ``False`` for all of the domain
        :rtype: dict
        """
        told = {
            "model": model,
            "fields": [{"name": column, "label": column, "type": "char"}],
            "ids": ids,
            "domain": [],
            "groupby": [],
            "import_compat": False,
            "context": {},
        }
        return {"data": json.dumps(told)}

    def _token(self):
        page = self.url_open("/odoo").text
        return page.partition('csrf_token: "')[2].partition('"')[0]

    def _refute_everywhere(self, requests, names):
        requests = list(requests)
        for name in names:
            user = self.readers.get(name)
            self.authenticate(user and user.login, user and PASSWORD)
            for address, data in requests:
                with self.subTest(user=name, address=address):
                    body = self._answer(address, data)
                    self.assertNotIn(CANARY.casefold().encode(), body.lower())
