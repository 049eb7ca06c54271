"""What events feed in a bilan, counted from the facts alone.

A second count, written apart from the engine of the bilan: tests hold one to the
other.
"""

from odoo.fields import Domain


def count_events(env, company, date_from, date_to):
    """Counts of the events, meetings, mails and hours of a structure.

    The record rules of the environment's user apply.

    :param company: ``res.company`` record
    :param date date_from: first day, included
    :param date date_to: last day, included
    :return: code → ``{"value", "items": [{"code", "value"}]}``
    """
    period = Domain("company_id", "=", company.id)
    period &= Domain("date", ">=", date_from) & Domain("date", "<=", date_to)
    facts = env["citeslab.fact.event"].with_context(allowed_company_ids=company.ids)
    own = facts._read_group(
        period & Domain("is_own", "=", True),
        ["kind_id"],
        ["__count", "attendance:sum", "named:sum", "qpv_known:sum", "qpv_count:sum"],
    )
    own.sort(key=lambda row: (row[0].sequence, row[0].id))
    actions = _count_actions(env, period)
    webinars = sum(row[1] for row in own if row[0].is_webinar)
    sent = _sent_newsletters(env, company, date_from, date_to)
    others = facts.search_count(period & Domain("is_own", "=", False))
    return {
        "event_kind": _by_kind(own, lambda kind: True),
        "workshops": _by_kind(own, lambda kind: kind.is_workshop),
        "animations": _by_kind(own, lambda kind: kind.is_animation),
        "permanences": _by_kind(own, lambda kind: kind.is_permanence),
        "external_events": _plain(others),
        "event_attendance": _attendance(own),
        "partner_meetings": _plain(actions["is_partner_meeting"]),
        "webinars": _plain(actions["is_webinar"] + webinars),
        "newsletters": _plain(actions["is_newsletter"] + sent),
        "mission_time": _mission_time(env, period),
    }


def _plain(value):
    return {"value": value, "items": []}


def _by_kind(own, wanted):
    items = [{"code": row[0].code, "value": row[1]} for row in own if wanted(row[0])]
    return {"value": sum(item["value"] for item in items), "items": items}


def _attendance(own):
    """People who came, by kind; the known by name and the QPV share beside."""
    known, qpv = sum(row[4] for row in own), sum(row[5] for row in own)
    return {
        "value": sum(row[2] for row in own),
        "named": sum(row[3] for row in own),
        "qpv_known": known,
        "qpv": qpv,
        "qpv_rate": round(100 * qpv / known, 1) if known else None,
        "items": [{"code": row[0].code, "value": row[2]} for row in own],
    }


def _count_actions(env, period):
    """Meetings, webinars and newsletters registered as actions."""
    flags = ("is_partner_meeting", "is_webinar", "is_newsletter")
    counts = dict.fromkeys(flags, 0)
    for kind, times in env["citeslab.action"]._read_group(
        period, ["kind_id"], ["occurrences:sum"]
    ):
        for flag in flags:
            counts[flag] += times if kind[flag] else 0
    return counts


def _sent_newsletters(env, company, date_from, date_to):
    """Newsletters that went out by the mailing application in the period."""
    return env["mailing.mailing"].search_count(
        [
            ("company_id", "=", company.id),
            ("citeslab_purpose", "=", "newsletter"),
            ("state", "=", "done"),
            ("citeslab_sent_on", ">=", date_from),
            ("citeslab_sent_on", "<=", date_to),
        ]
    )


def _mission_time(env, period):
    """Hours by mission (CDC §2): RDV, actions and own events."""
    work = period & Domain("series", "=", "actual")
    hours = env["citeslab.mission.time"]._read_group(
        work, ["mission_id"], ["hours:sum"]
    )
    items = [
        {"code": mission.code or "unknown", "value": round(value, 2)}
        for mission, value in hours
        if value
    ]
    total = sum(value for _mission, value in hours)
    return {"value": round(total, 2), "items": items}
