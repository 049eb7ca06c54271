"""Texts that would like to be code: shown everywhere, run nowhere.

Strings are written into every text field of ours that takes them, then every screen,
report and mail of ours is opened: `alert` is never called. Exports hold no formula
that somebody typed.
"""

import csv
import io
import json
import re
import zipfile
from contextlib import suppress

import openpyxl
import pytest
from conftest import REPO
from http_race import Client, tagged
from playwright.sync_api import Error
from test_bad_input import tell

RUN = "alert(1)"
TAGS = (
    f"<script>{RUN}</script>", f"<img src=x onerror={RUN}>", f"<svg onload={RUN}>",
    f"<svg/onload={RUN}>", f"<body onload={RUN}>",
    f"<iframe srcdoc='<script>{RUN}</script>'>",
    f"<details open ontoggle={RUN}>x", f"<input autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}></video>", f"<audio src=x onerror={RUN}>",
    f"<object data='data:text/html,<script>{RUN}</script>'>",
    f"<embed src='data:text/html,<script>{RUN}</script>'>",
    f"<a href='javascript:{RUN}' autofocus>x</a>", f"<marquee onstart={RUN}>x",
    f"<style onload={RUN}></style>", f"<link rel=stylesheet href=x onerror={RUN}>",
    f"<math><mi xlink:href='javascript:{RUN}'>x</mi></math>",
    f"<form><button formaction='javascript:{RUN}' autofocus>x</button></form>",
    f"<template><script>{RUN}</script></template>", f"<ScRiPt>{RUN}</sCrIpT>",
    f"<img/src/onerror={RUN}>", f"<<script>{RUN}//<</script>",
    f"<img src=x:x onerror&#61;{RUN}>", f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<xss autofocus tabindex=1 onfocus={RUN}>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<textarea></textarea><img src=x onerror={RUN}>",
    f"<title></title><img src=x onerror={RUN}>",
    f"<!--><img src=x onerror={RUN}>-->",
)  # fmt: skip
OPENINGS = ('"', "'", '">', "'>", "</span>", "</td>", "</script>", "`", "]]>", "-->")
ESCAPES = tuple(f"{opening}<img src=x onerror={RUN}>" for opening in OPENINGS) + (
    f"\" onmouseover={RUN} autofocus onfocus={RUN} x=\"",
    f"' autofocus onfocus={RUN} x='",
    f"javascript:{RUN}", f"${{{RUN}}}", f"{{{{{RUN}}}}}", f"<t t-out='{RUN}'/>",
    f"<t t-raw=\"'<img src=x onerror={RUN}>'\"/>", f"&lt;img src=x onerror={RUN}&gt;",
    f"&#60;script&#62;{RUN}&#60;/script&#62;",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"%3Cscript%3E{RUN}%3C/script%3E", f"\x3cscript\x3e{RUN}\x3c/script\x3e",
    f"';{RUN};'", f"\";{RUN};\"",
)  # fmt: skip
FORMULAS = (
    '=HYPERLINK("http://x","alert")', "+cmd|' /C calc'!A0", "-1+1+cmd", "@SUM(1+1)",
    "\t=1+1", "=1+1",
)  # fmt: skip
STRINGS = TAGS + ESCAPES + FORMULAS
MARKS = re.compile(r"HYPERLINK|cmd|SUM\(1\+1|=1\+1")
ORDINARY = (TAGS[0], TAGS[1], ESCAPES[2], ESCAPES[17], FORMULAS[0])
HOOK = "window.alert = () => console.log('script was run')"
PLANT = f"""
import sys, json
sys.path.insert(0, {str(REPO / "tests")!r})
import xss_shell
done = xss_shell.plant(env, %r, %d)
print("PLANTED", json.dumps(done))
print("SCREENS", json.dumps(xss_shell.screens(env, %d)))
print("MAILS", json.dumps(xss_shell.mails(env)))
"""


class Watch:
    """A page that notes every script that was run and every broken screen."""

    def __init__(self, page):
        self.page, self.fired, self.broken, self.shown = page, [], [], 0
        page.context.add_init_script(HOOK)
        page.on("console", self._hear)
        page.on("dialog", self._answer)

    def _answer(self, box):
        """A dialog is a script's, unless the host asks whether to leave a form."""
        if box.type == "beforeunload":
            box.accept()
            return
        self.fired.append(self.page.url)
        box.dismiss()

    def _hear(self, message):
        if "script was run" in message.text:
            self.fired.append(self.page.url)

    def open(self, server, address):
        """Show a screen or a report."""
        # a screen that is still loading may turn the first call away
        for _try in range(3):
            with suppress(Error):
                self.page.goto(server.url + address, wait_until="domcontentloaded")
                break
        if address.startswith("/odoo"):
            ready = ".o_view_controller, .o_error_dialog, .o_action_manager > div"
            with suppress(Error):  # told by what is missing below
                self.page.wait_for_selector(ready, timeout=30_000)
            drawn = self.page.query_selector(ready)
            if not drawn or self.page.query_selector(".o_error_dialog"):
                self.broken.append(address)
        self.page.wait_for_timeout(300)
        self.shown += 1

    def show(self, html):
        """Show the body of a mail."""
        self.page.set_content(html)
        self.page.wait_for_timeout(100)
        self.shown += 1


def live_formulas(content, name):
    """Cells of an export that a spreadsheet would evaluate, of what was typed."""
    if name.endswith("csv"):
        text = content.decode("utf-8-sig")
        rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in text else ",")
        cells = [cell for row in rows for cell in row]
        return [
            one for one in cells if one[:1] in tuple("=+-@\t\r") and MARKS.search(one)
        ]
    if name.endswith("xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [
            cell.value
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f" and MARKS.search(str(cell.value))
        ]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [
            one
            for inner in archive.namelist()
            if inner.endswith(("csv", "xlsx"))
            for one in live_formulas(archive.read(inner), inner)
        ]


def exports(server, budgets):
    """Every file that leaves by a route of ours: name and bytes."""
    client = Client(server, "admin")
    addresses = [
        f"/citeslab/export/live/{kind}?year=2023" for kind in ("csv", "xlsx", "zip")
    ]
    addresses += ["/citeslab/bilan/xlsx?year=2023"]
    addresses += [f"/citeslab_budget/{one}/budget.xlsx" for one in budgets]
    for address in addresses:
        with client.opener.open(server.url + address, timeout=120) as got:
            yield re.search(r"(csv|xlsx|zip)", address)[1], got.read()


def go_through(odoo_env, server, login, page, strings, shift, limit=None):
    """Plant, open everything, look at the exports; the figures."""
    printed = odoo_env(server.db, PLANT % (list(strings), shift, 1 if limit else 2))
    planted, refused = tagged(printed, "PLANTED ")
    screens, mails = tagged(printed, "SCREENS "), tagged(printed, "MAILS ")
    if limit:
        screens = screens[:: len(screens) // limit][:limit]
    watch = Watch(page)
    login(server, "admin")
    for address in screens:
        watch.open(server, address)
    for html in mails.values():
        watch.show(html)
    budgets = tagged(
        odoo_env(server.db, "print('B', env['citeslab.budget'].search([]).ids[:3])"),
        "B ",
    )
    files = list(exports(server, budgets))
    live = [one for name, content in files for one in live_formulas(content, name)]
    return {
        "strings": len(strings),
        "planted": planted,
        "refused": refused,
        "screens": len(screens),
        "mails": len(mails),
        "exports": len(files),
        "fired": watch.fired,
        "broken": watch.broken,
        "live_formulas": live,
    }


def check(figures):
    assert not figures["fired"], json.dumps(figures, indent=1)
    assert not figures["live_formulas"], json.dumps(figures, indent=1)
    assert not figures["broken"], json.dumps(figures, indent=1)
    assert figures["planted"] > 500, figures
    assert figures["exports"] >= 4, figures


def test_some_texts_stay_texts(lab, odoo_env, demo_server, login, page):
    """Five strings in every text field, shown on six screens, the mails, the files."""
    figures = go_through(odoo_env, demo_server, login, page, ORDINARY, 0, limit=6)
    tell(lab, "texts", figures)
    check(figures)


@pytest.mark.nightly
@pytest.mark.parametrize("shift", range(0, 60, 20))
def test_all_texts_stay_texts(lab, odoo_env, demo_server, login, page, shift):
    """Sixty strings, in rotation, on every screen, report and mail of ours."""
    assert len(STRINGS) == 60
    figures = go_through(odoo_env, demo_server, login, page, STRINGS, shift)
    tell(lab, f"all texts {shift}", figures)
    check(figures)
