"""The page of the partner over HTTP: no account, one answer, one face for failure."""

import re
import secrets
from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import CANARY, CiteslabCast

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@tagged("post_install", "-at_install")
class TestPartnerPage(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in dir(CiteslabCast):
            if not name.startswith("__") and name not in dir(HttpCase):
                method = getattr(CiteslabCast, name)
                setattr(cls, name, classmethod(method.__func__))
        cls.build_cast()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.rives = cls.create_organization()
        cls.parcours = cls.create_parcours(
            contact_name="Odile Marchand", name="Atelier", phone="06 39 98 70 01"
        )
        cls.parcours.partner_id.write(
            {
                "gender": "female",
                "birthdate_date": "1980-02-01",
                "street": "3 rue des Grèves",
                "comment": "Note privée",
            }
        )
        cls.other_parcours = cls.create_parcours(contact_name=f"Zoé {CANARY}")
        for parcours in (cls.parcours, cls.other_parcours):
            cls.agree_to_share(parcours)
        cls.orientation = cls.orient(
            cls.parcours, "2026-03-02", organization_id=cls.rives.id
        )
        cls.orient(cls.other_parcours, "2026-03-02", organization_id=cls.rives.id)

    def issue(self, purpose="answer", orientation=None):
        orientation = orientation or self.orientation
        url = self.env["citeslab.orientation.link"]._issue(
            orientation, purpose, self.rives
        )
        return "/citeslab/reponse/" + url.rpartition("/")[2]

    def post(self, path, **typed):
        token = CSRF.search(self.url_open(path).text)
        typed["csrf_token"] = token.group(1) if token else ""
        return self.url_open(path, data=typed, allow_redirects=False)

    def snapshot(self):
        """Every row that a visit could change."""
        self.env.flush_all()
        rows = {}
        for table in ("citeslab_orientation", "citeslab_orientation_link",
                      "crm_lead", "mail_message", "mail_activity"):  # fmt: skip
            self.env.cr.execute(
                f"SELECT t::text FROM {table} t ORDER BY id"  # pylint: disable=sql-injection
            )
            rows[table] = self.env.cr.fetchall()
        return rows

    @contextmanager
    def assert_nothing_changes(self):
        before = self.snapshot()
        yield
        self.env.invalidate_all()
        self.assertEqual(self.snapshot(), before)

    def test_the_page_shows_the_least_needed_and_nobody_else(self):
        answer = self.url_open(self.issue())
        self.assertEqual(answer.status_code, 200)
        for words in ("Odile Marchand", "Atelier", "06 39 98 70 01", "Accepter"):
            self.assertIn(words, answer.text)
        for secret in (CANARY, "1980", "Grèves", "Note privée", "female", "Femme"):
            self.assertNotIn(secret, answer.text)

    def test_headers_keep_it_out_of_indexes_caches_and_referrers(self):
        for path in (self.issue(), self.issue()[:-4], "/citeslab/reponse"):
            headers = self.url_open(path).headers
            self.assertIn("noindex", headers["X-Robots-Tag"])
            self.assertEqual(headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(headers["Cache-Control"], "no-store")
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])

    def test_the_visit_of_a_mail_scanner_changes_nothing(self):
        paths = self.issue(), self.issue("news")
        with self.assert_nothing_changes():
            for path in paths:
                for _again in range(3):
                    self.assertEqual(self.url_open(path).status_code, 200)
                    self.assertEqual(
                        self.opener.head(self.base_url() + path).status_code, 200
                    )
                query = "?state=accepted&news=created&reason=1"
                self.assertEqual(self.url_open(path + query).status_code, 200)

    def test_a_post_without_the_page_is_refused(self):
        path = self.issue()
        with self.assert_nothing_changes(), mute_logger("odoo.http"):
            answer = self.url_open(path, data={"state": "accepted"})
            self.assertEqual(answer.status_code, 400)

    def test_accepts_once(self):
        path = self.issue()
        soon = str(fields.Date.today() + timedelta(days=9))
        answer = self.post(path, state="accepted", caller="Maëlle", call_by=soon)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("Merci", self.url_open(answer.headers["Location"]).text)
        self.assertEqual(self.orientation.state, "accepted")
        self.assertEqual(self.orientation.answer_origin, "partner")
        self.assertEqual(self.orientation.caller, "Maëlle")
        self.assertEqual(str(self.orientation.call_by), soon)
        refused = self.post(path, state="refused", reason="1")
        self.assertIn(refused.status_code, (400, 404))
        self.assertEqual(self.orientation.state, "accepted")
        self.assertEqual(self.url_open(path).status_code, 404)
        story = self.parcours.message_ids.filtered(
            lambda message: message.author_id == self.rives
        )
        self.assertEqual(len(story), 1)

    def test_answers_to_an_orientation_of_a_closed_period(self):
        """The answer is a new fact; changing it afterwards needs a leave."""
        self.env["citeslab.period.lock"].create(
            {
                "company_id": self.structure.id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
            }
        )
        answer = self.post(self.issue(), state="accepted")
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self.orientation.state, "accepted")
        self.post(self.issue("news"), news="created")
        self.assertEqual(self.orientation.news, "created")
        with self.assertRaisesRegex(UserError, "closed period"):
            self.orientation.state = "refused"
        with self.assertRaisesRegex(UserError, "closed period"):
            self.orientation.family = "training"

    def test_refuses_with_a_coded_reason(self):
        path = self.issue()
        for typed in ({}, {"reason": ""}, {"reason": "99999999"}, {"reason": "x"}):
            answer = self.post(path, state="refused", **typed)
            self.assertEqual(answer.status_code, 200)
            self.assertIn('role="alert"', answer.text)
            self.assertEqual(self.orientation.state, "sent")
        reason = self.env.ref("citeslab_base.orientation_reason_no_seat")
        self.post(path, state="refused", reason=str(reason.id))
        self.assertEqual(self.orientation.state, "refused")
        self.assertEqual(self.orientation.reason_id, reason)
        self.assertTrue(self.parcours.activity_ids)

    def test_a_reason_of_another_structure_is_none(self):
        foreign = self.env["citeslab.orientation.reason"].create(
            {"name": CANARY, "code": "x", "company_id": self.other.id}
        )
        path = self.issue()
        self.assertNotIn(CANARY, self.url_open(path).text)
        self.post(path, state="refused", reason=str(foreign.id))
        self.assertEqual(self.orientation.state, "sent")

    def test_gives_news_once(self):
        self.orientation.state = "accepted"
        path = self.issue("news")
        wrong = self.post(path, news="hacked", feedback="x")
        self.assertIn('role="alert"', wrong.text)
        self.post(path, news="created", feedback="<b>Immatriculée</b>\nen mai")
        self.assertEqual(self.orientation.news, "created")
        self.assertEqual(self.orientation.feedback, "<b>Immatriculée</b>\nen mai")
        self.assertTrue(self.orientation.news_date)
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_a_day_far_away_or_gone_is_asked_again(self):
        path = self.issue()
        for day in ("2099-01-02", "2001-01-01", "demain", "2026-13-45"):
            answer = self.post(path, state="accepted", call_by=day)
            self.assertIn('role="alert"', answer.text, day)
        self.assertEqual(self.orientation.state, "sent")

    def test_whatever_is_typed_is_taken_as_text(self):
        """Control characters, markup, names without end, files instead of words."""
        path = self.issue()
        token = CSRF.search(self.url_open(path).text).group(1)
        self.url_open(
            path,
            data={"csrf_token": token, "state": "accepted"},
            files={"caller": ("a.txt", b"x"), "call_by": ("b.txt", b"x")},
            allow_redirects=False,
        )
        self.assertEqual(self.orientation.state, "accepted")
        self.assertFalse(self.orientation.caller)
        self.orientation.write({"state": "sent"})
        caller = "<script>x</script>\n\x00" + "é" * 999
        self.post(self.issue(), state="accepted", caller=caller)
        self.assertEqual(len(self.orientation.caller), 100)
        markup = "<script>alert(1)</script>\x00" + "long" * 999
        self.post(self.issue("news"), news="ongoing", feedback=markup)
        self.assertEqual(len(self.orientation.feedback), 2000)
        again = self.url_open(self.issue("news")).text
        self.assertNotIn("<script>", again)
        story = "".join(self.parcours.message_ids.mapped("body"))
        self.assertNotIn("<script>", story)

    def test_a_reason_archived_meanwhile_is_asked_again(self):
        path = self.issue()
        reason = self.env.ref("citeslab_base.orientation_reason_no_seat")
        self.assertIn(reason.name, self.url_open(path).text)
        reason.active = False
        answer = self.post(path, state="refused", reason=str(reason.id))
        self.assertIn('role="alert"', answer.text)
        self.assertEqual(self.orientation.state, "sent")

    def test_the_agreement_withdrawn_while_the_page_is_open_takes_no_answer(self):
        path = self.issue()
        token = CSRF.search(self.url_open(path).text).group(1)
        self.env["citeslab.consent"].search(
            [("partner_id", "=", self.parcours.partner_id.id)]
        ).action_withdraw()
        answer = self.url_open(path, data={"csrf_token": token, "state": "accepted"})
        self.assertEqual(answer.status_code, 404)
        self.assertNotIn("Odile", answer.text)
        self.assertEqual(self.orientation.state, "sent")

    def test_a_link_serves_its_purpose_only(self):
        self.post(self.issue("news"), state="refused", reason="1")
        self.assertEqual(self.orientation.state, "sent")
        self.post(self.issue("answer"), news="created")
        self.assertFalse(self.orientation.news)

    def test_only_what_the_page_asks_is_written(self):
        self.post(
            self.issue(), state="accepted", organization_id="1", date="2001-01-01",
            parcours_id="1", feedback=CANARY, company_id="1", asked_date="2001-01-01",
        )  # fmt: skip
        self.assertEqual(self.orientation.state, "accepted")
        self.assertEqual(str(self.orientation.date), "2026-03-02")
        self.assertEqual(self.orientation.organization_id, self.rives)
        self.assertFalse(self.orientation.feedback)

    def test_unknown_expired_used_withdrawn_and_forged_look_the_same(self):
        forged = self.issue()[:-1] + "x"
        unknown = secrets.token_urlsafe(16)
        Link = self.env["citeslab.orientation.link"]
        unknown = f"/citeslab/reponse/{unknown}.{Link._signature(unknown)}"
        expired, used, revoked = self.issue(), self.issue("news"), self.issue()
        links = Link.search([], limit=3, order="id desc")
        links[0].revoked_at = links[1].used_at = "2026-03-03 10:00:00"
        links[2].expires_at = "2026-03-03 10:00:00"
        foreign = self.issue(orientation=self.other_orientation())
        self.env["citeslab.consent"].search(
            [("partner_id", "=", self.other_parcours.partner_id.id)]
        ).action_withdraw()
        faces = set()
        for path in (forged, unknown, expired, used, revoked, foreign):
            answer = self.url_open(path)
            headers = dict(answer.headers)
            headers.pop("Date", None)
            headers.pop("Set-Cookie", None)
            faces.add((answer.status_code, answer.content, tuple(headers.items())))
        self.assertEqual(len(faces), 1)
        self.assertEqual(faces.pop()[0], 404)

    def other_orientation(self):
        return self.other_parcours.orientation_ids

    def test_300_guesses_over_http_find_nothing(self):
        good = self.issue()
        signature = good.rpartition(".")[2]
        codes = set()
        for _guess in range(300):
            guess = f"/citeslab/reponse/{secrets.token_urlsafe(16)}.{signature}"
            codes.add(self.url_open(guess).status_code)
        self.assertEqual(codes, {404})
        self.assertEqual(self.url_open(good).status_code, 200)

    def test_every_public_route_of_ours_asks_for_csrf_and_reads_only_on_get(self):
        http = self.env["ir.http"]
        routes = [
            endpoint.routing
            for url, endpoint in http._generate_routing_rules(
                http.pool._init_modules, converters=http._get_converters()
            )
            if url.startswith("/citeslab/reponse")
        ]
        self.assertEqual(len(routes), 3)
        for routing in routes:
            if routing["methods"] == ["POST"]:
                self.assertIsNot(routing.get("csrf"), False)
            else:
                self.assertTrue(routing["readonly"])
