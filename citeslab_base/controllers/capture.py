import json

from werkzeug.exceptions import BadRequest, Forbidden

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.misc import file_open

from ..models.citeslab_capture import LIMITS
from ..models.selections import AGE_BANDS
from ..tools.dates import local_date
from ..tools.roles import ROLES

ADDRESS = "/citeslab/capture"
# Bytes of one sending: a hundred captures of the longest texts fit in.
LONGEST = 200_000


class Capture(http.Controller):
    """The phone page: people met out of doors, with or without network.

    The page and its worker are kept by the browser; what is typed waits there and is
    sent with a token asked for at that moment, since the one of a page opened
    yesterday is no longer good.
    """

    @http.route(ADDRESS, type="http", auth="user", methods=["GET"], readonly=True)
    def capture_page(self):
        """The page; it holds no person."""
        self._check_role()
        values = {
            "config": json.dumps(self._config()),
            "limits": LIMITS,
            "address": ADDRESS,
        }
        page = request.env["ir.qweb"]._render("citeslab_base.capture_page", values)
        return request.make_response(
            f"<!DOCTYPE html>\n{page}",
            {"Cache-Control": "no-store", **self._policy()}.items(),
        )

    @http.route(
        f"{ADDRESS}/state", type="http", auth="user", methods=["GET"], readonly=True
    )
    def capture_state(self):
        """Who is logged in, and the token of the next sending."""
        self._check_role()
        return request.make_json_response(
            {"user": request.env.uid, "token": request.csrf_token()},
            headers={"Cache-Control": "no-store"},
        )

    @http.route(f"{ADDRESS}/send", type="http", auth="user", methods=["POST"])
    def capture_send(self, entries="", **_kwargs):
        """Keep captures; the answer tells each one's fate.

        :param str entries: JSON list, see ``citeslab.capture._receive``
        """
        self._check_role()
        told = self._read(entries, list)
        try:
            answers = request.env["citeslab.capture"]._receive(told)
        except UserError as refused:
            raise BadRequest(str(refused)) from refused
        return request.make_json_response(answers)

    @http.route(
        f"{ADDRESS}/alike", type="http", auth="user", methods=["POST"], readonly=True
    )
    def capture_alike(self, told="", **_kwargs):
        """People who may be the one being typed (a POST: a name is in no log)."""
        self._check_role()
        found = request.env["res.partner"].citeslab_look_alike(self._read(told, dict))
        for person in found["people"]:
            person["url"] = f"/odoo/parcours/{person['parcours_id']}"
        return request.make_json_response(found)

    @http.route(f"{ADDRESS}/sw.js", type="http", auth="public", methods=["GET"])
    def capture_worker(self):
        """Service worker of the page; it may serve this address only."""
        with file_open("citeslab_base/static/src/capture/worker.js") as script:
            body = script.read()
        return request.make_response(
            body,
            [
                ("Content-Type", "text/javascript; charset=utf-8"),
                ("Service-Worker-Allowed", ADDRESS),
                ("Cache-Control", "no-cache"),
            ],
        )

    @http.route(f"{ADDRESS}/manifest.json", type="http", auth="public", methods=["GET"])
    def capture_manifest(self):
        """What a phone needs to put the page on its first screen."""
        return request.make_json_response(
            {
                "name": "CitésLab",
                "short_name": "CitésLab",
                "start_url": ADDRESS,
                "scope": ADDRESS,
                "display": "standalone",
                "background_color": "#ffffff",
                "theme_color": "#1f3a5f",
                "icons": [
                    {
                        "src": "/citeslab_base/static/description/icon.png",
                        "sizes": "256x256",
                        "type": "image/png",
                    }
                ],
            }
        )

    def _check_role(self):
        if not request.env.user.has_group(ROLES):
            raise Forbidden()

    def _read(self, text, kind):
        if len(text) > LONGEST:
            raise BadRequest()
        try:
            told = json.loads(text)
        except ValueError:
            raise BadRequest() from None
        if not isinstance(told, kind):
            raise BadRequest()
        return told

    def _policy(self):
        """Nothing but our own files runs in this page, whatever was typed."""
        return {
            "Content-Security-Policy": "default-src 'self'; object-src 'none'; "
            "base-uri 'none'; frame-ancestors 'self'; form-action 'self'",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        }

    def _config(self):
        """What the page shows: quartiers, places of the day, words."""
        env = request.env
        company = env.user.company_id
        today = local_date(fields.Datetime.now(), company)
        Area = env["citeslab.neighborhood"]
        territories = (
            env["citeslab.territory"]
            .with_company(company)
            .search([("company_id", "=", company.id)])
        )
        in_force = Area._domain_valid_at(today)
        areas = territories.neighborhood_ids.filtered_domain(in_force)
        if not areas:
            mine = [("company_id", "in", (False, company.id))]
            areas = Area.search(in_force & fields.Domain(mine), limit=40)
        actions = env["citeslab.action"].search(
            [("company_id", "=", company.id), ("date", "=", today)]
        )
        places = env["citeslab.place"].search([("company_id", "=", company.id)])
        bands = (
            env["citeslab.headcount"]._fields["age_band"]._description_selection(env)
        )
        return {
            "user": env.uid,
            "company": company.id,
            "isChef": env.user.has_group("citeslab_base.group_chef"),
            "areas": [[area.id, area.name] for area in areas.sorted("name")],
            "places": sorted({*actions.mapped("name"), *places.mapped("name")}),
            "bands": [
                [code, label] for code, label in bands if code in dict(AGE_BANDS)
            ],
            "words": self._words(),
        }

    def _words(self):
        """Sentences that the script shows."""
        env = request.env
        return {
            "online": env._("Connected"),
            "offline": env._("Without network: captures wait here"),
            "waiting": env._("to be sent: "),
            "login": env._("Log in again to send what waits"),
            "other": env._("typed by another user of this phone: "),
            "sent": env._("Received"),
            "kept": env._("Kept on this phone, sent as soon as there is network"),
            "refused": env._("Not received: "),
            "correct": env._("Correct"),
            "forget": env._("Delete"),
            "nameless": env._("Type a name first."),
            "check": env._(
                "To be checked by the chef de projet: somebody may be known."
            ),
            "maybe": env._("Perhaps already known:"),
            "another": env._("It is somebody else: a new file"),
            "open": env._("open the file"),
            "today": env._("Counted today: "),
            "full": env._("This phone has no room left: send what waits first."),
        }
