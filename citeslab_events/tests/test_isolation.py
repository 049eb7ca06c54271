import json

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import EventCase

CANARY = "Canaripersonne"


class IsolationCase(EventCase):
    """Structure A has a participant, a creator, a contact: nobody else learns it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = new_test_user(
            cls.env,
            "events_employee",
            groups="base.group_user",
            company_id=cls.company_a.id,
            company_ids=[Command.set(cls.company_a.ids)],
        )
        cls.network = new_test_user(
            cls.env,
            "events_network",
            groups="citeslab_base.group_network",
            company_id=cls.company_a.id,
            company_ids=[Command.set((cls.company_a | cls.company_b).ids)],
        )
        cls.secret_event = cls.event("market", **cls.tomorrow(9))
        question = cls.env.ref("citeslab_events.question_project")
        cls.secret = cls.register(
            cls.secret_event,
            f"{CANARY} Anne",
            email=f"{CANARY}@example.org",
            phone="0639980001",
            registration_answer_ids=[
                Command.create({"question_id": question.id, "value_text_box": CANARY})
            ],
        )
        cls.env["citeslab.booth.request"].create(
            {
                "event_id": cls.secret_event.id,
                "partner_id": cls.secret.porteur_id.id,
                "trade": CANARY,
            }
        )
        cls.secret_event.action_fill_market()
        cls.secret_list = cls.acting(cls.chef, "mailing.list").create(
            {"name": f"{CANARY} liste"}
        )
        cls.acting(cls.chef, "mailing.contact").create(
            {
                "name": CANARY,
                "email": f"{CANARY}@example.org",
                "subscription_ids": [Command.create({"list_id": cls.secret_list.id})],
            }
        )
        cls.mailing = cls.acting(cls.chef, "mailing.mailing").create(
            {
                "subject": f"{CANARY} objet",
                "mailing_model_id": cls.env["ir.model"]._get_id("event.registration"),
                "mailing_domain": repr([("id", "=", cls.secret.id)]),
                "body_html": "<p>…</p>",
            }
        )
        cls.mailing.action_send_mail()
        schedule = cls.secret_event.sudo().event_mail_ids[:1]
        schedule.last_registration_id = cls.secret
        cls.env["event.mail.registration"].create(
            {"scheduler_id": schedule.id, "registration_id": cls.secret.id}
        )
        cls.env["citeslab.channel"].create(
            {"name": f"{CANARY} groupe", "company_id": cls.company_a.id}
        )
        cls.env["citeslab.event.witness"].create(
            {
                "event_id": cls.secret_event.id,
                "partner_id": cls.secret.porteur_id.id,
                "topic": CANARY,
            }
        )
        cls.env.flush_all()

    MODELS = (
        "event.registration",
        "event.registration.answer",
        "event.mail",
        "event.mail.registration",
        "event.mail.slot",
        "event.booth",
        "event.slot",
        "event.event",
        "mailing.contact",
        "mailing.list",
        "mailing.subscription",
        "mailing.mailing",
        "mailing.trace",
        "mail.blacklist",
        "mail.message",
        "mail.followers",
        "mail.notification",
        "calendar.event",
        "citeslab.booth.request",
        "citeslab.event.witness",
        "citeslab.channel",
        "citeslab.permanence",
        "citeslab.fact.event",
        "citeslab.touch",
        "citeslab.interview",
        "res.partner",
    )

    # Names of lists, mailings and groups, which a volunteer may read: no person's.
    TITLES = ("mailing.list", "mailing.mailing", "citeslab.channel")

    def _seen(self, user, without=()):
        """Everything that a user reads by search_read, whole fields, as one text."""
        texts = []
        for name in self.MODELS:
            if name in without:
                continue
            model = self.acting(user, name).with_context(active_test=False)
            if not model.has_access("read"):
                continue
            stored = [
                field
                for field, what in model.fields_get().items()
                if what["type"] not in ("binary", "one2many", "many2many")
            ]
            for record in model.search([]):
                try:
                    texts.append(json.dumps(record.read(stored), default=str))
                except AccessError:
                    continue
        return "\n".join(texts)


@tagged("post_install", "-at_install", "citeslab_events")
class TestIsolation(IsolationCase):
    def test_the_chef_reads_it(self):
        seen = self._seen(self.chef)
        self.assertGreater(seen.count(CANARY), 10)

    def test_others_read_nothing(self):
        others = {
            "chef of B": self.users["chef_b"],
            "manager of B": self.users["manager_b"],
            "volunteer of A, not there": self.users["volunteer_a"],
            "volunteer of B": self.users["volunteer_b"],
            "event manager of the host": self.host_event_user,
            "employee": self.employee,
            "network": self.network,
        }
        for label, user in others.items():
            with self.subTest(label):
                own = label.startswith("volunteer of A")
                seen = self._seen(user, without=self.TITLES if own else ())
                at = seen.lower().find(CANARY.lower())
                self.assertEqual(at, -1, seen[max(0, at - 300) : at + 100])

    def test_volunteer_reads_the_participants_of_his_events_only(self):
        volunteer = self.users["volunteer_a"]
        for name in ("event.registration", "event.registration.answer"):
            self.assertFalse(self.acting(volunteer, name).search([]))
        self.secret_event.sudo().user_id = volunteer
        self.assertEqual(
            self.acting(volunteer, "event.registration").search([]), self.secret
        )

    def test_P8_who_is_known_already_stays_unknown_to_a_volunteer(self):
        """He types a name and an address: nothing of the file comes back."""
        known = self.porteur(
            "Anne Connue", email="anne@example.org", phone="0639980002"
        )
        volunteer = self.users["volunteer_a"]
        own = self.event(user_id=volunteer.id, **self.tomorrow(15))
        row = self.register(
            own, "Anne Connue", user=volunteer, email="anne@example.org"
        )
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(row.sudo().porteur_id, known)
        told = row.read(["name", "email", "phone", "display_name", "partner_id"])
        self.assertEqual(told[0]["email"], "anne@example.org")
        self.assertNotIn("39980002", str(told))

    def test_no_oracle_through_a_domain(self):
        """Asking for the event of somebody by name answers nothing."""
        paths = (
            ("registration_ids.name", "ilike", CANARY),
            ("registration_ids.email", "ilike", CANARY),
            ("event_booth_ids.contact_name", "ilike", CANARY),
        )
        for path in paths:
            found = self.acting(self.host_event_user, "event.event").search([path])
            self.assertFalse(found, path)
            self.assertTrue(self.acting(self.chef, "event.event").search([path]), path)

    def test_labels_and_groups_name_nobody(self):
        for user in (self.host_event_user, self.users["chef_b"]):
            Registration = self.acting(user, "event.registration")
            self.assertFalse(Registration.name_search(CANARY))
            self.assertFalse(
                Registration._read_group([("name", "ilike", CANARY)], ["name"])
            )
            self.assertEqual(Registration.search_count([("name", "ilike", CANARY)]), 0)
            label = Registration.browse(self.secret.id).sudo().display_name
            self.assertNotIn(CANARY, label)

    def test_fields_of_people_are_closed(self):
        for field in (
            "porteur_id",
            "residence",
            "gender",
            "interview_id",
            "parcours_id",
        ):
            with self.assertRaises(AccessError):
                self.acting(self.host_event_user, "event.registration").search(
                    [(field, "!=", False)]
                )

    def test_write_and_create_across_are_refused(self):
        for user in (self.users["chef_b"], self.host_event_user):
            registration = self.acting(user, "event.registration").browse(
                self.secret.id
            )
            with self.assertRaises(AccessError):
                registration.write({"state": "cancel"})
            with self.assertRaises(AccessError):
                registration.action_cancel()
        with self.assertRaises(AccessError):
            self.acting(self.users["chef_b"], "event.registration").create(
                {"event_id": self.secret_event.id, "name": "Intrus"}
            )

    def test_host_users_work_as_before(self):
        """An event user without our roles runs his own events from end to end."""
        Event = self.acting(self.host_event_user, "event.event")
        event = Event.create(
            {"name": "Salon", "date_begin": "2023-01-10", "date_end": "2023-01-11"}
        )
        registration = self.acting(self.host_event_user, "event.registration").create(
            {"event_id": event.id, "name": "Client", "email": "client@example.org"}
        )
        registration.action_set_done()
        event.read()
        event.copy()
        self.assertEqual(event.seats_used, 1)
        self.assertIn(registration.display_name, "Client")
        templates = self.acting(self.host_event_user, "event.type").search([])
        self.assertFalse(templates.filtered("citeslab_kind_id"))
        contact = self.acting(self.host_event_user, "mailing.contact").create(
            {"name": "Client", "email": "client@example.org"}
        )
        self.assertFalse(contact.company_id)
        self.assertFalse(
            self.acting(self.users["chef_b"], "mailing.contact").search(
                [("company_id", "=", self.company_a.id)]
            )
        )


@tagged("post_install", "-at_install", "citeslab_events")
class TestIsolationHttp(IsolationCase, HttpCase):
    def _call(self, model, method, *args, **kwargs):
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps(
                {
                    "jsonrpc": "2.0",
                    "params": {
                        "model": model,
                        "method": method,
                        "args": args,
                        "kwargs": kwargs,
                    },
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        return answer.text

    def test_nothing_by_http(self):
        for user in (self.users["chef_b"], self.host_event_user):
            self.authenticate(user.login, user.login)
            for model in ("event.registration", "event.booth", "mailing.contact"):
                text = self._call(
                    model,
                    "web_search_read",
                    domain=[],
                    specification={"display_name": {}},
                )
                self.assertIn("result", text)
                self.assertNotIn(CANARY.lower(), text.lower())
            text = self._call(
                "event.registration", "export_data", [self.secret.id], ["name"]
            )
            self.assertNotIn(CANARY.lower(), text.lower())
            text = self._call(
                "event.registration",
                "register_attendee",
                barcode=self.secret.sudo().barcode,
                event_id=self.secret_event.id,
            )
            self.assertNotIn(CANARY.lower(), text.lower())

    def test_nothing_for_a_visitor(self):
        self.authenticate(None, None)
        if "website_published" in self.secret_event._fields:
            # the website of the host, where there is one: its pages are for everybody
            self.secret_event.sudo().website_published = True
            self.env["website"].search([], limit=1).company_id = self.company_a
            page = self.url_open(f"/event/{self.secret_event.id}/register")
            self.assertIn(self.secret_event.name, page.text)
        for path in (
            "/event",
            f"/event/{self.secret_event.id}",
            f"/event/{self.secret_event.id}/register",
            f"/event/{self.secret_event.id}/booth",
            f"/event/{self.secret_event.id}/registration/success?registration_ids={self.secret.id}",
            f"/event/{self.secret_event.id}/my_tickets?registration_ids=[{self.secret.id}]&tickets_hash=x",
            f"/event/{self.secret_event.id}/ics",
            f"/web/content/event.registration/{self.secret.id}/name",
            f"/mailing/{self.mailing.id}/view",
        ):
            answer = self.url_open(path)
            self.assertNotIn(CANARY.lower(), answer.text.lower(), path)
        self.assertNotIn(
            CANARY.lower(),
            self._call("event.registration", "search_read", domain=[]).lower(),
        )


@tagged("post_install", "-at_install", "citeslab_events")
class TestClaimedPeople(IsolationCase):
    """Nobody learns a name by claiming the number of a contact."""

    def _claim(self, user, event, **values):
        return self.acting(user, "event.registration").create(
            {"event_id": event.id, "partner_id": self.secret.porteur_id.id, **values}
        )

    def _host_event(self):
        return self.env["event.event"].create(
            {
                "name": "Salon",
                "company_id": False,
                "date_begin": "2023-01-10",
                "date_end": "2023-01-11",
            }
        )

    def _refused(self, claim):
        with self.assertRaises(AccessError) as refused:
            claim()
        self.assertNotIn(CANARY, str(refused.exception))

    def test_T2_no_registration_tells_whose_number_it_is(self):
        host = self._host_event()
        for user in (self.host_event_user, self.users["chef_b"]):
            with self.subTest(user=user.login):
                self._refused(lambda user=user: self._claim(user, host))
                self._refused(lambda user=user: self._claim(user, self.secret_event))
        mine = self.acting(self.host_event_user, "event.registration").create(
            {"event_id": host.id}
        )
        claimed = {"partner_id": self.secret.porteur_id.id}
        self._refused(lambda: mine.write(claimed))
        for record in (mine, self.env["event.booth"]):
            asked = record.with_env(mine.env).browse()
            self._refused(
                lambda asked=asked: asked.onchange(
                    claimed, ["partner_id"], {"name": {}}
                )
            )

    def test_T2_no_booth_of_the_host_tells_it(self):
        category = self.env["event.booth.category"].search([], limit=1)
        self._refused(
            lambda: self.acting(self.host_event_user, "event.booth").create(
                {
                    "name": "Stand",
                    "event_id": self._host_event().id,
                    "booth_category_id": category.id,
                    "partner_id": self.secret.porteur_id.id,
                }
            )
        )

    def test_T2_a_volunteer_claims_nobody_he_does_not_see(self):
        volunteer = self.users["volunteer_a"]
        event = self.event("cafe", "2023-03-14")
        self._refused(lambda: self._claim(volunteer, event))
        typed = self.acting(volunteer, "event.registration").create(
            {"event_id": event.id, "name": self.secret.name, "email": self.secret.email}
        )
        self.assertEqual(typed.sudo().porteur_id, self.secret.porteur_id)
        other = self.register(event, "Quelqu'une", user=volunteer)
        self._refused(lambda: other.write({"partner_id": self.secret.porteur_id.id}))

    def test_T1_a_visitor_learns_nothing_by_registering(self):
        """What the website of the host asks for, as superuser for a visitor."""
        visitor = self.env.ref("base.public_user")
        Registration = self.env["event.registration"].with_user(visitor).sudo()
        asked = {"event_id": self.secret_event.id, "name": self.secret.name}
        again = Registration.create([{**asked, "email": self.secret.email}])
        self.assertEqual(again, self.secret, "registered already: nothing is told")
        visitor = {**asked, "name": "Visiteuse", "email": "visiteuse@example.org"}
        claimed = Registration.create(
            [{**visitor, "partner_id": self.secret.partner_id.id}, visitor]
        )
        self.assertEqual(len(set(claimed.ids)), 1, "one seat for one person")
        self.assertNotEqual(claimed[0].porteur_id, self.secret.porteur_id)
        host = Registration.create(
            {"event_id": self._host_event().id, "partner_id": self.secret.partner_id.id}
        )
        self.assertFalse(host.name or host.partner_id)
