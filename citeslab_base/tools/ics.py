"""A calendar as text (RFC 5545), for any agenda that subscribes to an address."""

from datetime import date, timedelta

_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""}


def escape(text):
    """Text of a property: what separates values is escaped."""
    return "".join(_ESCAPES.get(char, char) for char in text or "")


def fold(line):
    """Cut a line in pieces of 75 bytes at most, never inside a character."""
    pieces, piece, size = [], "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 75:
            pieces.append(piece)
            piece, size = " ", 1
        piece += char
        size += width
    return "\r\n".join([*pieces, piece])


def _moment(name, value):
    if isinstance(value, date) and not hasattr(value, "hour"):
        return f"{name};VALUE=DATE:{value:%Y%m%d}"
    return f"{name}:{value:%Y%m%dT%H%M%SZ}"


def calendar(name, entries):
    """The whole calendar.

    :param str name: title of the calendar
    :param entries: dicts of ``uid``, ``stamp`` (UTC datetime), ``start`` and
        ``end`` (UTC datetimes, or dates for whole days, the last one included),
        ``summary`` and, if wanted, ``location``, ``description``
    :return: lines ended by CRLF
    :rtype: str
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//CitesLab//Odoo//FR",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escape(name)}",
    ]
    for entry in entries:
        lines += _event_lines(entry)
    lines.append("END:VCALENDAR")
    return "".join(fold(line) + "\r\n" for line in lines)


def _event_lines(entry):
    end = entry["end"]
    if isinstance(end, date) and not hasattr(end, "hour"):
        end += timedelta(days=1)  # the end of whole days is excluded
    lines = [
        "BEGIN:VEVENT",
        f"UID:{entry['uid']}",
        _moment("DTSTAMP", entry["stamp"]),
        _moment("DTSTART", entry["start"]),
        _moment("DTEND", end),
        f"SUMMARY:{escape(entry['summary'])}",
    ]
    for key in ("location", "description"):
        if entry.get(key):
            lines.append(f"{key.upper()}:{escape(entry[key])}")
    return [*lines, "END:VEVENT"]
