from datetime import date, timedelta

from odoo import fields, http
from odoo.http import request

from ..models.citeslab_orientation import CALLER_LENGTH, COMMENT_LENGTH
from ..models.citeslab_orientation_link import ADDRESS

PATH = f"{ADDRESS}/<string:token>"
# A day further away is a slip of the finger: the person would be told so.
CALL_WITHIN = timedelta(days=365)
HEADERS = [
    ("Cache-Control", "no-store"),
    ("Content-Type", "text/html; charset=utf-8"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
    ),
]


class OrientationLinkController(http.Controller):
    """Page on which a partner answers, without an account.

    Everybody holds no right here: the link alone opens one orientation, for one
    question, once. Whatever fails looks the same from outside.
    """

    def _is_there(self, _rule, arguments):
        """A partner may follow the link before a standby has it: ask the primary."""
        return not request.env.cr.readonly or bool(self._find(arguments["token"]))

    @http.route(
        PATH,
        type="http",
        auth="public",
        methods=["GET"],
        readonly=_is_there,
        sitemap=False,
    )
    def show(self, token, **_ignored):
        """The question, and the least needed to answer it; nothing changes."""
        link = self._find(token)
        return self._question(link) if link else self._closed()

    @http.route(PATH, type="http", auth="public", methods=["POST"], sitemap=False)
    def answer(self, token, **typed):
        """The answer: noted once, whoever comes second."""
        link = self._find(token)
        if not link:
            return self._closed()
        typed = {
            name: value.replace("\x00", "").strip()
            for name, value in typed.items()
            if isinstance(value, str)
        }
        parse = self._parse_news if link.purpose == "news" else self._parse_answer
        values, problem = parse(typed, link)
        if problem:
            return self._question(link, typed=typed, problem=problem)
        if not link._take():
            return self._closed()
        orientation = link.orientation_id.with_company(link.company_id)
        if link.purpose == "news":
            orientation._record_news(values)
        else:
            orientation._record_answer(values)
        return request.redirect(ADDRESS, code=303)

    @http.route(
        ADDRESS,
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def thanks(self, **_ignored):
        """What is read once an answer is noted; it tells of nobody."""
        return self._page("citeslab_base.orientation_page_thanks")

    # What was typed

    def _parse_answer(self, typed, link):
        """Values of an acceptance or a refusal, or the sentence that mends it."""
        env = link.env
        today = link.orientation_id._today()
        if typed.get("state") == "accepted":
            try:
                call_by = fields.Date.to_date(typed.get("call_by") or None)
            except ValueError:
                call_by = date.min  # no day at all is no day to come
            if call_by and not today <= call_by <= today + CALL_WITHIN:
                return None, env._(
                    "Choose a day to come, within a year, or leave the day empty."
                )
            caller = " ".join(typed.get("caller", "").split())[:CALLER_LENGTH]
            values = {"state": "accepted"}
            values.update({"call_by": call_by} if call_by else {})
            return {**values, "caller": caller}, None
        if typed.get("state") == "refused":
            reason = self._reasons(link).filtered(
                lambda one: str(one.id) == typed.get("reason")
            )
            if not reason:
                return None, env._("Choose the reason: it helps to orient better.")
            return {"state": "refused", "reason_id": reason.id}, None
        return None, env._("Accept or refuse: choose one of the two.")

    def _parse_news(self, typed, link):
        """Values of the news given, or the sentence that mends it."""
        orientation = link.orientation_id
        known = dict(orientation._fields["news"].selection)
        if typed.get("news") not in known:
            return None, link.env._("Say what became of the project.")
        feedback = typed.get("feedback", "")[:COMMENT_LENGTH]
        return {
            "news": typed["news"],
            "news_date": orientation._today(),
            "feedback": feedback or orientation.feedback,
        }, None

    # Pages

    def _find(self, token):
        Link = request.env["citeslab.orientation.link"]
        return Link.with_context(lang=self._lang())._find(token)

    def _lang(self):
        """French wherever it is installed: partners of a French scheme."""
        known = dict(request.env["res.lang"].get_installed())
        return "fr_FR" if "fr_FR" in known else request.env.lang

    def _reasons(self, link):
        """Reasons of the national list and of the structure."""
        return link.env["citeslab.orientation.reason"].search(
            [("company_id", "in", (False, link.company_id.id))]
        )

    def _question(self, link, typed=None, problem=None):
        orientation = link.orientation_id
        values = {
            "link": link,
            "orientation": orientation,
            "reasons": self._reasons(link),
            "news": orientation._fields["news"]._description_selection(link.env),
            "today": orientation._today(),
            "last_day": orientation._today() + CALL_WITHIN,
            "typed": typed or {},
            "problem": problem,
        }
        return self._page(f"citeslab_base.orientation_page_{link.purpose}", values)

    def _closed(self):
        """The one page of everything that opens nothing."""
        return self._page("citeslab_base.orientation_page_closed", status=404)

    def _page(self, template, values=None, status=200):
        qweb = request.env["ir.qweb"].with_context(lang=self._lang())
        # sudo: a visitor reads no view; the values were chosen above
        html = qweb.sudo()._render(
            template, {"csrf_token": request.csrf_token, **(values or {})}
        )
        return request.make_response(html, headers=HEADERS, status=status)
