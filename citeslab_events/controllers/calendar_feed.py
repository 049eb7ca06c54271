from odoo import fields, http
from odoo.http import request

from odoo.addons.citeslab_base.tools import ics

# The past that a new subscriber gets, and how far ahead, in days.
PAST_DAYS, NEXT_DAYS = 92, 400


class CalendarFeed(http.Controller):
    @http.route(
        "/citeslab/calendar/<string:token>.ics",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
    )
    def calendar_feed(self, token):
        """Public calendar of one structure, for any agenda; it names nobody.

        An address that is not, or no longer, ours is not found, and says no more.
        """
        company = self._company(token)
        if not company:
            raise request.not_found()
        today = fields.Date.today()
        events = (
            request.env["event.event"]
            .sudo()
            .with_context(lang=company.partner_id.lang or request.env.lang)
            ._calendar_events(
                company,
                fields.Date.subtract(today, days=PAST_DAYS),
                fields.Date.add(today, days=NEXT_DAYS),
            )
        )
        body = ics.calendar(company.name, [self._entry(event) for event in events])
        return request.make_response(
            body,
            [
                ("Content-Type", "text/calendar; charset=utf-8"),
                ("Cache-Control", "private, max-age=900"),
                ("X-Robots-Tag", "noindex"),
            ],
        )

    def _company(self, token):
        Company = request.env["res.company"].sudo()
        if len(token) < 24:
            return Company
        return Company.search([("citeslab_calendar_token", "=", token)], limit=1)

    def _entry(self, event):
        is_month = event.date_precision == "month"
        summary = f"{event.name} ({event.date_label})" if is_month else event.name
        return {
            "uid": f"event-{event.id}@citeslab",
            "stamp": event.write_date,
            "start": event.citeslab_date if is_month else event.date_begin,
            "end": event.citeslab_date_end if is_month else event.date_end,
            "summary": summary,
            "location": event._place_label(),
            "description": event.event_type_id.citeslab_text,
        }
