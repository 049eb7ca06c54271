"""The phone page over HTTP: who opens it, what it accepts, what it never tells."""

import json
import uuid

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import CANARY, CiteslabCast

PASSWORD = "Citeslab-2023-secret"
PAGE = "/citeslab/capture"


@tagged("post_install", "-at_install")
class TestCapturePage(CiteslabCast, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build_cast()
        for user in cls.users.values():
            if user.has_group("base.group_user"):
                user.password = PASSWORD
        cls.create_parcours(contact_name=f"Zoé {CANARY}", phone="0639980001")
        cls.env.flush_all()

    def _as(self, role):
        self.authenticate(self.users[role].login, PASSWORD)

    def _post(self, path, token=None, **values):
        if token is None:
            token = self.url_open(f"{PAGE}/state").json()["token"]
        return self.url_open(PAGE + path, data={"csrf_token": token, **values})

    def _entry(self, **values):
        entry = {"nonce": str(uuid.uuid4()), "kind": "person", "name": "Inès Page"}
        return json.dumps([{**entry, **values}])

    def test_roles_open_it_and_nobody_else(self):
        for role in ("volunteer", "chef", "manager"):
            self._as(role)
            answer = self.url_open(PAGE)
            self.assertEqual(answer.status_code, 200)
            self.assertNotIn(CANARY, answer.text)
            self.assertIn(
                "default-src 'self'", answer.headers["Content-Security-Policy"]
            )
            self.assertTrue(answer.text.lstrip().startswith("<!DOCTYPE html>"))
        for role in ("network", "salesperson", "employee", "admin"):
            self._as(role)
            for path in ("", "/state"):
                self.assertEqual(self.url_open(PAGE + path).status_code, 403, role)
        self.authenticate(None, None)
        answer = self.url_open(PAGE, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)

    def test_a_capture_needs_the_token(self):
        self._as("volunteer")
        with mute_logger("odoo.http"):
            for token in ("", "forged"):
                answer = self._post("/send", token=token, entries=self._entry())
                self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Inès Page")]))
        answer = self._post("/send", entries=self._entry())
        self.assertEqual(answer.json()[0]["state"], "done")
        self.assertTrue(self.env["res.partner"].search([("name", "=", "Inès Page")]))

    def test_nonsense_is_refused(self):
        self._as("volunteer")
        with mute_logger("odoo.http"):
            for entries in ("", "{", "{}", "3", "x" * 300_000):
                self.assertEqual(self._post("/send", entries=entries).status_code, 400)
            self.assertEqual(self._post("/alike", told="[]").status_code, 400)

    def test_typed_text_stays_text(self):
        self._as("chef")
        name = "<img src=x onerror=alert(1)>"
        place = '</script><b>Marché</b>" onload="x'
        self._post("/send", entries=self._entry(name=name, place=place))
        page = self.url_open(PAGE).text
        self.assertNotIn("<b>Marché", page)
        self.assertNotIn('" onload="x', page)

    def test_a_volunteer_gets_nobody_back(self):
        self._as("volunteer")
        told = json.dumps({"name": f"Zoé {CANARY}", "phone": "0639980001"})
        answer = self._post("/alike", told=told)
        self.assertEqual(answer.json(), {"people": [], "to_check": True})
        self.assertNotIn(CANARY, answer.text)
        self._as("chef")
        self.assertIn(CANARY, self._post("/alike", told=told).text)

    def test_the_browser_may_keep_the_page(self):
        self.authenticate(None, None)
        worker = self.url_open(f"{PAGE}/sw.js")
        self.assertEqual(worker.headers["Service-Worker-Allowed"], PAGE)
        self.assertIn("javascript", worker.headers["Content-Type"])
        manifest = self.url_open(f"{PAGE}/manifest.json").json()
        self.assertEqual(manifest["start_url"], PAGE)
        icon = self.url_open(manifest["icons"][0]["src"])
        self.assertEqual(icon.headers["Content-Type"], "image/png")
