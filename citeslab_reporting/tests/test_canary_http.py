"""The canary through every file, page and view of all the addons (TRUST T1 to T7).

What the base tests over HTTP, told again with an event, a booth, a mailing, a budget
and figures about the porteur: 0 bytes for whoever must not see.
"""

import io
import json
import zipfile
from datetime import date

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.citeslab_base.tests.common import CANARY
from odoo.addons.citeslab_base.tests.http_canary import PASSWORD, HttpCanaryCase

VIEWS = (
    "citeslab.fact.person",
    "citeslab.fact.activity",
    "citeslab.fact.delay",
    "citeslab.fact.event",
    "citeslab.touch",
    "citeslab.quality.issue",
)
PERIOD = {"citeslab_from": "2023-01-01", "citeslab_to": "2023-12-31"}
QUIET = (
    "odoo.http",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_actions_report",
    "odoo.addons.web.controllers.report",
    "odoo.addons.web.controllers.export",
    "odoo.models",
)
KNOWN_EMAIL = "personne.connue@example.org"


def unpacked(content):
    """Text of an answer, with what a workbook or an archive holds."""
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "\n".join(unpacked(file.read(name)) for name in file.namelist())


@tagged("post_install", "-at_install")
class TestCanaryOfAllAddons(HttpCanaryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        national = "citeslab_reporting.group_network_national"
        cls.readers["national"] = cls._create_user("national", national, cls.structure)
        cls.readers["national"].password = PASSWORD
        cls.env["citeslab.network.structure"].search(
            [("company_id", "=", cls.structure.id)]
        ).animator_ids = cls.readers["network"]
        cls.known = cls.create_parcours(
            contact_name=f"Anna {CANARY}", email_from=KNOWN_EMAIL
        ).partner_id
        cls._fill_events()
        cls.budget = cls.env["citeslab.budget"].create(
            {
                "name": f"Budget {CANARY}",
                "company_id": cls.structure.id,
                "territory_id": cls.territory.id,
                "date_from": "2023-01-01",
                "date_to": "2023-12-31",
            }
        )
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _fill_events(cls):
        own = cls.env["event.event"].with_user(cls.chef).with_company(cls.structure)
        cls.event = own.create(
            {
                "name": "Atelier prix",
                "citeslab_kind_id": cls.env["citeslab.event.kind"]
                .search([("code", "=", "workshop")])
                .id,
                "date_begin": "2023-03-14 13:00:00",
                "date_end": "2023-03-14 15:00:00",
                "company_id": cls.structure.id,
            }
        )
        cls.registration = cls.env["event.registration"].create(
            {
                "event_id": cls.event.id,
                "name": f"Zoé {CANARY}",
                "email": f"zoe@{CANARY}.example.org",
                "porteur_id": cls.person.id,
            }
        )

    def refute(self, name, address, answer):
        told = unpacked(answer.content).casefold()
        with self.subTest(user=name, address=address):
            self.assertNotIn(CANARY.casefold(), told)

    def as_each(self, names=None):
        for name in names or (*self.readers, None):
            user = self.readers.get(name)
            self.authenticate(user and user.login, user and PASSWORD)
            yield name

    def post(self, route, **params):
        return self.url_open(
            route,
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        )

    # ------------------------------------------------------------
    # Files
    # ------------------------------------------------------------

    def files(self):
        """Every file that we write, for the structure of the porteur."""
        period = f"company_id={self.structure.id}&year=2023"
        for kind in ("csv", "zip", "xlsx", "json"):
            yield f"/citeslab/export/live/{kind}?{period}"
        for kind in ("pdf", "xlsx", "json"):
            yield f"/citeslab/bilan/{kind}?{period}"
        yield f"/citeslab_budget/{self.budget.id}/budget.xlsx"
        yield f"/citeslab/my-file/{self.person.id}"

    @mute_logger(*QUIET)
    def test_T1_files_of_ours_are_refused(self):
        """Export, bilan, workbook of the budget, file of a person."""
        self.authenticate(self.chef.login, PASSWORD)
        for address in self.files():
            self.assertEqual(self.url_open(address).status_code, 200, address)
        self.assertIn(CANARY, unpacked(self.url_open(address).content))
        shown = {"volunteer": 0, "network": 0}
        for name in self.as_each():
            for address in self.files():
                answer = self.url_open(address, allow_redirects=False)
                self.refute(name, address, answer)
                with self.subTest(user=name, address=address):
                    self.assertNotEqual(answer.status_code, 200)
                shown[name] = shown.get(name, 0) + 1
        self.assertEqual(len(shown), len(self.readers) + 1)

    @mute_logger(*QUIET)
    def test_T1_workbook_of_a_selection_is_refused(self):
        """`/web/export/xlsx`, with paths that lead to the person."""
        asked = {
            "crm.lead": ("name", "partner_id/name", "interview_ids/place"),
            "res.partner": ("name", "street", "parcours_ids/name"),
            "event.registration": ("name", "porteur_id/name", "partner_id/name"),
            "citeslab.interview": ("display_name", "partner_id/name", "next_step"),
            "calendar.event": ("name", "partner_ids/name"),
            "mail.message": ("subject", "body", "author_id/name"),
        }
        rows = {
            "event.registration": self.registration.ids,
            **{model: self.secrets[model] for model in asked if model in self.secrets},
        }

        def books():
            for model, names in asked.items():
                for ids in (rows[model], False):
                    for name in names:
                        yield model, name, self._export_data(model, name, ids)

        self.authenticate(self.chef.login, PASSWORD)
        _model, _name, data = next(books())
        self.assertIn(CANARY, unpacked(self._answer("/web/export/xlsx", data)))
        for name in self.as_each([*self.readers]):
            for model, field, data in books():
                with self.subTest(user=name, model=model, field=field):
                    answer = unpacked(self._answer("/web/export/xlsx", data))
                    self.assertNotIn(CANARY.casefold(), answer.casefold())

    @mute_logger(*QUIET)
    def test_T7_every_report_is_refused_and_none_is_kept(self):
        """`/report/pdf`, `html` and `text` of ours, with foreign numbers."""
        ours = self.env["ir.actions.report"].search(
            [("report_name", "like", "citeslab_")]
        )
        self.assertGreaterEqual(len(ours), 10)
        kept = ours.filtered(lambda one: one.attachment or one.attachment_use)
        self.assertFalse(kept.mapped("report_name"))
        rows = {
            "res.partner": self.person.ids,
            "crm.lead": self.parcours.ids,
            "citeslab.budget": self.budget.ids,
            "event.event": self.event.ids,
        }
        addresses = [
            f"/report/{kind}/{one.report_name}/{rows[one.model][0]}{more}"
            for one in ours
            if one.model in rows
            for kind in ("pdf", "html", "text")
            for more in ("", "?context=%7B%22uid%22:2%7D")
        ]
        self.assertGreaterEqual(len(addresses), 30)
        self.authenticate(self.chef.login, PASSWORD)
        shown = [self.url_open(one).content for one in addresses]
        told = [one for one in shown if CANARY in unpacked(one)]
        self.assertGreaterEqual(len(told), 4, "the chef prints his own")
        for name in self.as_each():
            for address in addresses:
                answer = self.url_open(address, allow_redirects=False)
                self.refute(name, address, answer)

    # ------------------------------------------------------------
    # Rows of the views
    # ------------------------------------------------------------

    @mute_logger(*QUIET)
    def test_T1_rows_of_the_views_by_number(self):
        """A row of a view has a number too; guessing it opens nothing."""
        context = {**PERIOD, "citeslab_company_ids": self.structure.ids}
        found = {}
        for model in VIEWS:
            chef = self.env[model].with_user(self.chef).with_context(**context)
            found[model] = chef.search([], limit=3).ids
        self.assertTrue(found["citeslab.fact.person"])
        self.assertTrue(found["citeslab.touch"])
        for name in self.as_each([*self.readers]):
            for model, ids in found.items():
                if not ids:
                    continue
                names = [*self._texts(model), "display_name"]
                spec = {
                    key: {"fields": {"display_name": {}}} if field.relational else {}
                    for key, field in self.env[model]._fields.items()
                    if not field.groups
                }
                for method, kwargs in (
                    ("read", {"ids": ids, "fields": names}),
                    ("web_read", {"ids": ids, "specification": spec}),
                    ("export_data", {"ids": ids, "fields_to_export": names}),
                    ("search_read", {"domain": [("id", "in", ids)]}),
                    ("web_search_read", {"domain": [], "specification": spec}),
                ):
                    answer = self._view(model, method, kwargs, context)
                    with self.subTest(user=name, model=model, method=method):
                        self._refute(answer, name, model)
                        rows = json.loads(answer).get("result") or []
                        rows = (
                            rows.get("records", rows.get("datas", []))
                            if isinstance(rows, dict)
                            else rows
                        )
                        if model == "citeslab.fact.event" and name == "volunteer":
                            continue  # events of his structure name nobody
                        self.assertFalse(rows)

    def _view(self, model, method, kwargs, context):
        kwargs = dict(kwargs)
        ids = [kwargs.pop("ids")] if "ids" in kwargs else []
        params = {"model": model, "method": method, "args": ids}
        kwargs["context"] = context
        return self.post("/web/dataset/call_kw", **params, kwargs=kwargs).content

    # ------------------------------------------------------------
    # Public feed, links with a token
    # ------------------------------------------------------------

    def test_T4_public_calendar_names_nobody(self):
        self.event.sudo().write(
            {"date_begin": self._soon(13), "date_end": self._soon(15)}
        )
        self.registration.sudo().write({"state": "open"})
        url = self.structure._citeslab_calendar_url()
        self.env.flush_all()
        for name in self.as_each([None, "other_chef"]):
            answer = self.url_open("/" + url.split("/", 3)[3])
            self.assertEqual(answer.status_code, 200)
            self.assertIn("Atelier prix", answer.text)
            self.refute(name, "feed", answer)
        self.authenticate(None, None)
        self.assertEqual(self.url_open("/citeslab/calendar/nope.ics").status_code, 404)
        wrong = url.rsplit("/", 1)[1].replace(".ics", "")[::-1]
        self.assertEqual(
            self.url_open(f"/citeslab/calendar/{wrong}.ics").status_code, 404
        )

    def _soon(self, hour):
        today = date.today().toordinal()
        return f"{date.fromordinal(today + 9)} {hour}:00:00"

    @mute_logger(*QUIET)
    def test_T4_the_token_of_a_file_opens_that_file_only(self):
        """A link handed over opens its file; no other token and no guess does."""
        files = self.env["ir.attachment"].search([("name", "ilike", CANARY)], limit=2)
        files.generate_access_token()
        self.env.flush_all()
        one, two = files
        tried = (None, "", "0", one.access_token[::-1], two.access_token)
        for name in self.as_each():
            for token in tried:
                for route in (f"/web/content/{one.id}", f"/web/image/{one.id}"):
                    address = f"{route}?access_token={token}" if token else route
                    answer = self.url_open(address, allow_redirects=False)
                    self.refute(name, address, answer)
        self.authenticate(None, None)
        opened = self.url_open(f"/web/content/{one.id}?access_token={one.access_token}")
        self.assertIn(CANARY, opened.text)
        link = f"/web/content/{one.id}?access_token={one.access_token}"
        self.person.sudo()._anonymise("request")
        self.env.flush_all()
        self.assertNotIn(CANARY, self.url_open(link).text)

    # ------------------------------------------------------------
    # Mail and discussions
    # ------------------------------------------------------------

    @mute_logger(*QUIET)
    def test_T4_messages_by_number(self):
        numbers = self.env["mail.message"].search(
            ["|", ("body", "ilike", CANARY), ("subject", "ilike", CANARY)], limit=4
        )
        self.assertTrue(numbers)
        for name in self.as_each():
            for number in numbers.ids:
                for address in (
                    f"/mail/message/{number}",
                    f"/mail/view?message_id={number}",
                ):
                    self.refute(name, address, self.url_open(address))
                for route, params in (
                    (
                        "/mail/message/reaction",
                        {"message_id": number, "content": "👍", "action": "add"},
                    ),
                    (
                        "/mail/message/update_content",
                        {"message_id": number, "update_data": {"body": "x"}},
                    ),
                    ("/mail/link_preview", {"message_id": number}),
                    ("/mail/message/translate", {"message_id": number}),
                ):
                    self.refute(name, route, self.post(route, **params))
            for box in ("inbox", "history", "starred"):
                answer = self.post(
                    f"/mail/{box}/messages", fetch_params={"search_term": CANARY}
                )
                self.refute(name, box, answer)

    @mute_logger(*QUIET)
    def test_T4_discussions_and_followers(self):
        """A channel, a follower, a mention or an address gives no name back."""
        person = self.person.id
        for name in self.as_each():
            own = self.readers[name].partner_id.id if name else 0
            mine = {"thread_model": "res.partner", "thread_id": own}
            data = [
                ["/discuss/get_or_create_chat", {"partners_to": [person]}],
                ["/discuss/create_group", {"partners_to": [person]}],
                [
                    "mail.thread",
                    {
                        **mine,
                        "request_list": [
                            "followers",
                            "suggestedRecipients",
                            "activities",
                            "attachments",
                        ],
                    },
                ],
                [
                    "mail.thread",
                    {
                        "thread_model": "res.partner",
                        "thread_id": person,
                        "request_list": [
                            "followers",
                            "attachments",
                            "activities",
                            "scheduledMessages",
                        ],
                    },
                ],
                [
                    "mail.thread",
                    {
                        "thread_model": "crm.lead",
                        "thread_id": self.parcours.id,
                        "request_list": [
                            "followers",
                            "attachments",
                            "activities",
                            "scheduledMessages",
                        ],
                    },
                ],
                "init_messaging",
                "channels_as_member",
                "failures",
                "systray_get_activities",
            ]
            requests = [
                (
                    "/mail/thread/subscribe",
                    {
                        "res_model": "res.partner",
                        "res_id": own,
                        "partner_ids": [person],
                    },
                ),
                (
                    "/mail/message/post",
                    {
                        **mine,
                        "post_data": {
                            "body": "x",
                            "partner_ids": [person],
                            "message_type": "comment",
                            "subtype_xmlid": "mail.mt_note",
                        },
                    },
                ),
                (
                    "/mail/message/post",
                    {
                        **mine,
                        "post_data": {
                            "body": "x",
                            "partner_emails": [KNOWN_EMAIL],
                            "message_type": "comment",
                            "subtype_xmlid": "mail.mt_comment",
                        },
                    },
                ),
                *(("/mail/action", {"fetch_params": [one]}) for one in data),
                *(("/mail/data", {"fetch_params": [one]}) for one in data),
                ("/mail/thread/messages", {**mine, "fetch_params": {}}),
                ("/mail/thread/recipients", mine),
                (
                    "/mail/thread/recipients/get_suggested_recipients",
                    {**mine, "partner_ids": [person], "main_email": KNOWN_EMAIL},
                ),
                ("/mail/partner/from_email", {**mine, "emails": [KNOWN_EMAIL]}),
                ("/discuss/search", {"term": CANARY}),
            ]
            for route, params in requests:
                self.refute(name, (route, str(params)[:80]), self.post(route, **params))
            if not name:
                continue
            rows = self.env["discuss.channel"].search(
                [("create_uid", "=", self.readers[name].id)]
            )
            for channel in rows.ids:
                self.refute(
                    name,
                    "members",
                    self.post(
                        "/discuss/channel/members",
                        channel_id=channel,
                        known_member_ids=[],
                    ),
                )
                self.refute(
                    name,
                    "messages",
                    self.post("/discuss/channel/messages", channel_id=channel),
                )
            followers = self.env["mail.followers"].search([("partner_id", "=", person)])
            for follower in followers.ids:
                self.refute(
                    name,
                    "subscription",
                    self.post("/mail/read_subscription_data", follower_id=follower),
                )

    @mute_logger(*QUIET)
    def test_T4_no_bus_channel_of_a_person_is_given(self):
        """A browser may ask to listen to anybody: it hears what is its own."""
        bus = self.env["bus.bus"]
        bus._sendone(self.person, "citeslab.test", {"name": CANARY})
        bus._sendone(self.parcours, "citeslab.test", {"name": CANARY})
        self.env.cr.precommit.run()
        self.env.flush_all()
        self.assertTrue(bus.search_count([("message", "ilike", CANARY)]))
        asked = [
            f"res.partner_{self.person.id}",
            f"crm.lead_{self.parcours.id}",
            f"discuss.channel_{self.person.id}",
        ]
        for name in self.as_each():
            heard = self.post(
                "/websocket/peek_notifications",
                channels=asked,
                last=0,
                is_first_poll=True,
            )
            self.refute(name, "bus", heard)

    @mute_logger(*QUIET)
    def test_T5_the_network_reads_aggregates_only(self):
        """No model of ours with a person answers an animator, whatever the channel."""
        personal = [
            name
            for name, model in self.env.registry.items()
            if name.startswith("citeslab.")
            and not model._abstract
            and not model._transient
            and {"partner_id", "parcours_id", "lead_id"} & model._fields.keys()
            and self._of_a_person(name)
        ]
        self.assertGreater(len(personal), 12)
        for name in self.as_each(["network", "national"]):
            for model in sorted(personal):
                for method, kwargs in (
                    ("search_read", {"domain": [], "fields": ["id"]}),
                    (
                        "web_search_read",
                        {"domain": [], "specification": {"create_date": {}}},
                    ),
                    ("read", {"ids": [1], "fields": ["create_date"]}),
                    ("web_read", {"ids": [1], "specification": {"create_date": {}}}),
                    ("name_search", {"name": "a"}),
                    ("search_count", {"domain": []}),
                    ("formatted_read_group", {"domain": [], "groupby": ["create_uid"]}),
                    ("export_data", {"ids": [1], "fields_to_export": ["create_date"]}),
                    ("copy", {"ids": [1]}),
                ):
                    answer = json.loads(self._call_kw(model, method, kwargs))
                    with self.subTest(user=name, model=model, method=method):
                        self.assertIn("error", answer)

    def _of_a_person(self, name):
        links = self.env[name]._fields
        return any(
            key in links and links[key].comodel_name in ("res.partner", "crm.lead")
            for key in ("partner_id", "parcours_id", "lead_id")
        )
