"""A chef orients somebody; the partner answers on a phone, without an account.

With CITESLAB_PICTURES=folder, what each of them sees is kept there as pictures.
"""

import email
import json
import os
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from email import policy
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from test_screens import DESK, PHONE

LINK = re.compile(r"/citeslab/reponse/[\w-]+\.[0-9a-f]+")
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
ROUNDS = 12

PREPARE = """
env["ir.mail_server"].search([]).active = False
env["ir.mail_server"].create({
    "name": "Local", "smtp_host": "127.0.0.1", "smtp_port": %d, "sequence": 1})
awa = env["res.partner"].search([("name", "=", "Awa Diallo")])
awa.email = "awa@example.org"
bge = env.ref("citeslab_base.organization_bge")
contact = env["res.partner"].create({
    "name": "Gaëlle Stéphan", "parent_id": bge.id, "company_id": bge.company_id.id,
    "email": "gaelle@example.org"})
orientation = env["citeslab.orientation"].search([
    ("partner_id", "=", awa.id), ("organization_id", "=", bge.id)])
orientation.write({"contact_id": contact.id,
    "message": "Awa a un local en vue et cherche un appui sur le prévisionnel. "
    + "https://exemple.fr/" + "chemin-tres-long-" * 12})
print("ID", orientation.id)
env.cr.commit()
"""

ANSWERS = """
import json
rows = env["citeslab.orientation"].browse(%s)
print("ANSWERS", json.dumps([
    [row.state, row.answer_origin, row.caller, row.reason_id.code, len(row.link_ids)]
    for row in rows]))
"""

ISSUE = """
import json
known = env["citeslab.orientation"].search(
    [("partner_id.name", "=", "Ismaël Traoré")], limit=1)
rows = [known.copy() for _ in range(%d)]
reason = env.ref("citeslab_base.orientation_reason_no_seat").id
urls = [env["citeslab.orientation.link"]._issue(row, "answer", row.organization_id)
        for row in rows]
print("ISSUED", json.dumps([[row.id for row in rows], urls, reason]))
env.cr.commit()
"""


def told(text, tag):
    line = next(one for one in text.splitlines() if one.startswith(tag))
    return json.loads(line.removeprefix(tag))


def picture(page, name):
    """Keep what the page shows, for whoever wants to look."""
    if folder := os.environ.get("CITESLAB_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def read(mail):
    """Subject, recipients and HTML of a mail as it went out."""
    message = email.message_from_string(mail, policy=policy.default)
    html = message.get_body(("html",)).get_content()
    return str(message["subject"]), str(message["to"]), html


class Visitor:
    """Somebody with a link and no account."""

    def __init__(self, url):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        )
        self.token = CSRF.search(self.opener.open(url).read().decode()).group(1)

    def answer(self, **typed):
        """Post an answer; the address of the page that follows, or the error."""
        body = urllib.parse.urlencode({"csrf_token": self.token, **typed}).encode()
        try:
            return self.opener.open(self.url, body, timeout=60).url
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture
def phone(browser):
    """A page of the partner, on a phone, who never was here before."""
    context = browser.new_context(viewport=PHONE, locale="fr-FR")
    yield context.new_page()
    context.close()


def send(page, server, orientation_id):
    page.goto(f"{server.url}/odoo/orientations/{orientation_id}")
    page.wait_for_selector("button[name=action_send]:visible")
    picture(page, "chef-before")
    page.click("button[name=action_send]:visible")
    page.wait_for_selector("button[name=action_send].btn-primary", state="detached")
    page.wait_for_selector("[name=link_ids] .o_data_row")
    picture(page, "chef-sent")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_partner_answers_on_a_phone(demo_server, odoo_env, login, mailbox, phone):
    database = demo_server.db
    orientation_id = told(odoo_env(database, PREPARE % mailbox.port), "ID ")
    page = login(demo_server, "chef")
    send(page, demo_server, orientation_id)

    to_partner, to_person = (read(mail) for mail in mailbox.mails)
    assert "gaelle@example.org" in to_partner[1]
    assert "Awa" not in to_partner[0] + to_partner[2]
    assert "awa@example.org" in to_person[1]
    assert "Gaëlle Stéphan" in to_person[2]
    for name, (_subject, _to, html) in zip(
        ("mail-partner", "mail-person"), (to_partner, to_person), strict=True
    ):
        phone.set_content(html)
        assert fits(phone)
        picture(phone, name)

    path = LINK.search(to_partner[2]).group()
    phone.goto(demo_server.url + path)
    assert "Awa Diallo" in phone.inner_text("main")
    assert fits(phone)
    picture(phone, "partner-question")
    phone.fill("input[name=caller]", "Gaëlle, de BGE")
    phone.click("button:not(.second)")
    phone.wait_for_url("**/citeslab/reponse")
    assert "Merci" in phone.inner_text("h1")
    picture(phone, "partner-thanks")
    assert phone.goto(demo_server.url + path).status == 404
    picture(phone, "partner-closed")

    page.reload()
    page.wait_for_selector("button[name=action_ask_news]:visible")
    picture(page, "chef-answered")
    (answer,) = told(odoo_env(database, ANSWERS % [orientation_id]), "ANSWERS ")
    assert answer[:3] == ["accepted", "partner", "Gaëlle, de BGE"]
    assert "accepte" in read(mailbox.mails[2])[2]

    page.click("button[name=action_ask_news]:visible")
    page.wait_for_selector("[name=link_ids] .o_data_row >> nth=1")
    phone.goto(demo_server.url + LINK.search(read(mailbox.mails[3])[2]).group())
    picture(phone, "partner-news")
    assert fits(phone)
    phone.check("input[value=ongoing]")
    phone.fill("textarea", "Premier rendez-vous le 12, prévisionnel en cours.")
    phone.click("button")
    phone.wait_for_url("**/citeslab/reponse")


def test_two_simultaneous_answers_leave_one(demo_server, odoo_env):
    """Accept and refuse at the same instant, from two devices, again and again."""
    printed = odoo_env(demo_server.db, ISSUE % ROUNDS)
    ids, urls, reason = told(printed, "ISSUED ")
    for url in urls:
        path = urllib.parse.urlsplit(url).path
        visitors = [Visitor(demo_server.url + path) for _two in range(2)]
        typed = ({"state": "accepted"}, {"state": "refused", "reason": reason})
        barrier, ends = threading.Barrier(2), []

        def answer(visitor, values, barrier=barrier, ends=ends):
            barrier.wait()
            ends.append(visitor.answer(**values))

        threads = [
            threading.Thread(target=answer, args=pair)
            for pair in zip(visitors, typed, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(map(str, ends)) == ["404", f"{demo_server.url}/citeslab/reponse"]
    answers = told(odoo_env(demo_server.db, ANSWERS % ids), "ANSWERS ")
    assert {state for state, *_rest in answers} <= {"accepted", "refused"}
    for state, origin, _caller, code, links in answers:
        assert (origin, links) == ("partner", 1)
        assert code == ("no_seat" if state == "refused" else False)


@pytest.mark.parametrize(
    "path", ["prescripteurs", "reponses-partenaires", "vie-du-reseau", "promotions",
             "candidatures"],
)  # fmt: skip
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_screens_of_the_network_open(demo_server, login, path, size):
    page = login(demo_server, "chef")
    page.goto(f"{demo_server.url}/odoo/{path}")
    page.wait_for_selector(".o_action_manager .o_view_controller")
    page.wait_for_timeout(600)
    assert not page.locator(".o_error_dialog").count()
    assert not page.outside
    picture(page, f"{path}-{size['width']}")
