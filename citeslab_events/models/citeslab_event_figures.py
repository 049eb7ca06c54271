from odoo import api, models
from odoo.fields import Domain


class CiteslabEventFigures(models.AbstractModel):
    """Figures of the bilan that events feed, for the reporting or for a test."""

    _name = "citeslab.event.figures"
    _description = "Figures of the Events"

    @api.model
    def _figures(self, company, date_from, date_to):
        """Counts of the events, meetings, mails and hours of a structure.

        The record rules of the reader apply.

        :param company: ``res.company`` record
        :param date date_from: first day, included
        :param date date_to: last day, included
        :return: code → ``{"value", "items": [{"code", "label", "value"}]}``
        :rtype: dict
        """
        period = Domain("company_id", "=", company.id)
        period &= Domain("date", ">=", date_from) & Domain("date", "<=", date_to)
        facts = self.env["citeslab.fact.event"].with_context(
            allowed_company_ids=company.ids
        )
        own = facts._read_group(
            period & Domain("is_own", "=", True),
            ["kind_id"],
            [
                "__count",
                "attendance:sum",
                "named:sum",
                "qpv_known:sum",
                "qpv_count:sum",
            ],
        )
        own.sort(key=lambda row: (row[0].sequence, row[0].id))
        actions = self._action_counts(period)
        return {
            "event_kind": self._by_kind(own, lambda kind: True),
            "workshops": self._by_kind(own, lambda kind: kind.is_workshop),
            "animations": self._by_kind(own, lambda kind: kind.is_animation),
            "permanences": self._by_kind(own, lambda kind: kind.is_permanence),
            "external_events": {
                "value": facts.search_count(period & Domain("is_own", "=", False)),
                "items": [],
            },
            "event_attendance": self._attendance(own),
            "partner_meetings": self._plain(actions["is_partner_meeting"]),
            "webinars": self._plain(
                actions["is_webinar"] + sum(row[1] for row in own if row[0].is_webinar)
            ),
            "newsletters": self._plain(
                actions["is_newsletter"]
                + self._sent_newsletters(company, date_from, date_to)
            ),
            "mission_time": self._mission_time(period),
        }

    @api.model
    def _plain(self, value):
        return {"value": value, "items": []}

    @api.model
    def _by_kind(self, own, wanted):
        items = [
            {"code": row[0].code, "label": row[0].name, "value": row[1]}
            for row in own
            if wanted(row[0])
        ]
        return {"value": sum(item["value"] for item in items), "items": items}

    @api.model
    def _attendance(self, own):
        """People who came, by kind; the known by name and the QPV share beside."""
        known, qpv = sum(row[4] for row in own), sum(row[5] for row in own)
        return {
            "value": sum(row[2] for row in own),
            "named": sum(row[3] for row in own),
            "qpv_known": known,
            "qpv": qpv,
            "qpv_rate": round(100 * qpv / known, 1) if known else None,
            "items": [
                {"code": row[0].code, "label": row[0].name, "value": row[2]}
                for row in own
            ],
        }

    @api.model
    def _action_counts(self, period):
        """Meetings, webinars and newsletters registered as actions."""
        flags = ("is_partner_meeting", "is_webinar", "is_newsletter")
        counts = dict.fromkeys(flags, 0)
        for kind, times in self.env["citeslab.action"]._read_group(
            period, ["kind_id"], ["occurrences:sum"]
        ):
            for flag in flags:
                counts[flag] += times if kind[flag] else 0
        return counts

    @api.model
    def _sent_newsletters(self, company, date_from, date_to):
        """Newsletters that went out by the mailing application in the period."""
        mailings = self.env["mailing.mailing"].search(
            [
                ("company_id", "=", company.id),
                ("citeslab_purpose", "=", "newsletter"),
                ("state", "=", "done"),
                ("citeslab_sent_on", ">=", date_from),
                ("citeslab_sent_on", "<=", date_to),
            ]
        )
        return len(mailings)

    @api.model
    def _mission_time(self, period):
        """Hours by mission (CDC §2): RDV, actions and own events."""
        work = period & Domain("series", "=", "actual")
        hours = dict(
            self.env["citeslab.mission.time"]._read_group(
                work, ["mission_id"], ["hours:sum"]
            )
        )
        items = [
            {
                "code": mission.code or "unknown",
                "label": mission.name or self.env._("Unknown"),
                "value": round(value, 2),
            }
            for mission, value in sorted(
                hours.items(), key=lambda pair: (pair[0].sequence or 999, pair[0].id)
            )
            if value
        ]
        return {"value": round(sum(hours.values()), 2), "items": items}
