"""Files that go from one database to another: a campaign, its report, the answer."""

import json
import re
from datetime import date

from .matrix import period_dict
from .sealed import canonical, digest

CAMPAIGN = "citeslab.campaign/1"
HANDOVER = "citeslab.handover/1"
ANSWER = "citeslab.answer/1"
KINDS = ("yearly", "interim", "other")
ANSWERS = ("returned", "validated")
# What a seal names when the report is of a part of its structure.
PARTS = ("territory_id", "neighborhood_ids", "communes")
LAST_VERSION = 9999
# A report with every record behind its figures is a few megabytes.
LARGEST = 8 * 1024 * 1024
LONGEST_LIST = 200
HIGHEST = 10**12


def campaign(*, uid, name, kind, period, deadline, instructions, structure):
    """Bytes of a campaign for one structure.

    :param period: ``(first day, last day)``
    :param dict structure: ``code`` and ``name``
    """
    values = {
        "schema": CAMPAIGN,
        "uid": uid,
        "name": name,
        "kind": kind,
        "period": period_dict(period),
        "deadline": deadline.isoformat(),
        "instructions": instructions,
        "structure": structure,
    }
    return _pretty(values)


def read_campaign(content):
    """Values of a campaign file.

    :raises ValueError: with what is wrong
    """
    values = _load(content, CAMPAIGN)
    _need(values, ("uid", "name", "kind", "deadline", "instructions"), str)
    _need(values.get("structure"), ("code", "name"), str)
    _period(values)
    _day(values["deadline"], "deadline")
    if values["kind"] not in KINDS:
        raise ValueError("kind")
    return values


def report(*, structure, kind, version, manifest, figures, previous_hash, campaign_uid):
    """Bytes of a frozen report: what its seal covers, and its figures.

    :param str manifest: what the seal covers, as canonical JSON
    :param str figures: contract ``citeslab.bilan/1``, byte for byte
    """
    values = {
        "schema": HANDOVER,
        "campaign": campaign_uid,
        "structure": structure,
        "kind": kind,
        "version": version,
        "period": json.loads(figures)["period"],
        "hash": digest(manifest),
        "previous_hash": previous_hash or None,
        "manifest": manifest,
        "figures": figures,
    }
    return _pretty(values)


def read_report(content):
    """Values of a report file, proved: schema, seals, period.

    :return: the values, besides ``bilan`` (the figures as plain values) and
        ``sealed_name`` (of the structure; ``None`` in a seal that names none)
    :raises ValueError: with what is wrong
    """
    values = _load(content, HANDOVER)
    _need(values, ("kind", "hash", "manifest", "figures"), str)
    _need(values.get("structure"), ("code", "name"), str)
    _period(values)
    _version(values)
    if digest(values["manifest"]) != values["hash"]:
        raise ValueError("seal")
    seal = _object(values["manifest"], "manifest")
    if seal.get("figures") != digest(values["figures"]):
        raise ValueError("seal of the figures")
    sealed = seal.get("report") or {}
    _need(seal, ("figures",), str)
    _need({"report": sealed}, ("report",), dict)
    if (sealed.get("previous") or None) != (values.get("previous_hash") or None):
        raise ValueError("seal of the version before")
    if sealed.get("version", values["version"]) != values["version"]:
        raise ValueError("version")
    if any(sealed.get(name) for name in PARTS):
        raise ValueError("part of the structure")
    _agrees(sealed, values)
    bilan = _object(values["figures"], "figures")
    if bilan.get("schema") != "citeslab.bilan/1":
        raise ValueError("schema of the figures")
    if bilan.get("period") != values["period"]:
        raise ValueError("period of the figures")
    _figures(bilan)
    return {**values, "bilan": bilan, "sealed_name": sealed.get("structure")}


def _agrees(sealed, values):
    """Check that the envelope says what the seal holds, whatever it holds.

    :raises ValueError: with what differs
    """
    period = values["period"]
    said = {
        "structure": values["structure"]["name"],
        "kind": values["kind"],
        "from": period["from"],
        "to": period["to"],
    }
    for name, told in said.items():
        if sealed.get(name, told) != told:
            raise ValueError(f"{name}: not what the seal holds")


def answer(*, structure, kind, period, version, seal, state, missing):
    """Bytes of what the network answers to a report that came as a file.

    :param dict structure: ``code`` and ``name``
    :param period: ``(first day, last day)``
    :param str seal: of the report answered
    :param str state: ``returned`` or ``validated``
    :param list[str] missing: what is missing, when it is returned
    """
    values = {
        "schema": ANSWER,
        "structure": structure,
        "kind": kind,
        "period": period_dict(period),
        "version": version,
        "hash": seal,
        "state": state,
        "missing": missing,
    }
    return _pretty(values)


def read_answer(content):
    """Values of an answer file.

    :raises ValueError: with what is wrong
    """
    values = _load(content, ANSWER)
    _need(values, ("kind", "hash", "state"), str)
    _need(values.get("structure"), ("code", "name"), str)
    _period(values)
    _version(values)
    missing = values.get("missing")
    if values["state"] not in ANSWERS:
        raise ValueError("state")
    if (
        not isinstance(missing, list)
        or len(missing) > LONGEST_LIST
        or not all(isinstance(one, str) and one.strip() for one in missing)
        or bool(missing) != (values["state"] == "returned")
    ):
        raise ValueError("missing")
    return values


def schema_of(content):
    """Which of these files it says it is, ``None`` when it is none."""
    try:
        return _object(content, "JSON").get("schema")
    except ValueError:
        return None


def _figures(bilan):
    """Check that every figure is a number and every row is there once.

    :raises ValueError: with the code of the first one that is wrong
    """
    figures = bilan.get("indicators")
    if not isinstance(figures, dict) or len(figures) > LONGEST_LIST:
        raise ValueError("indicators")
    for code, figure in figures.items():
        items = figure.get("items", []) if isinstance(figure, dict) else None
        if not isinstance(items, list) or len(items) > LONGEST_LIST:
            raise ValueError(f"figure {code[:60]}")
        for one in items:
            _need(one, ("code", "label"), str)
        if not all("value" in one for one in (figure, *items)):
            raise ValueError(f"figure {code[:60]}")
        codes = {one["code"] for one in items}
        numbers = [figure.get("value"), *(one.get("value") for one in items)]
        if len(codes) < len(items) or not all(map(_is_number, numbers)):
            raise ValueError(f"figure {code[:60]}")


def _is_number(value):
    # neither a Boolean, nor NaN, nor more than anybody counts
    if value is None:
        return True
    return type(value) in (int, float) and -HIGHEST < value < HIGHEST


def _load(content, schema):
    values = _object(content, "JSON")
    if values.get("schema") != schema:
        raise ValueError("schema")
    return values


def _version(values):
    version = values.get("version")
    if type(version) is not int or not 0 < version <= LAST_VERSION:
        raise ValueError("version")


def _object(text, name):
    """A JSON object whose texts a database can hold.

    :raises ValueError: with ``name``
    """
    if len(text) > LARGEST:
        raise ValueError("size")
    try:
        values = json.loads(text)
        written = json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ValueError(name) from error
    if not isinstance(values, dict) or b"\\u0000" in written:
        raise ValueError(name)
    return values


def _need(values, names, kind):
    """Check that these are there, of that kind.

    :raises ValueError: with the name of the first one that is not
    """
    for name in names:
        if not isinstance(values, dict) or not isinstance(values.get(name), kind):
            raise ValueError(name)


def _period(values):
    period = values.get("period")
    _need(period, ("from", "to"), str)
    if _day(period["from"], "period") > _day(period["to"], "period"):
        raise ValueError("period")


def _day(text, name):
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):  # weeks are ISO dates too
        raise ValueError(name)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(name) from error


def _pretty(values):
    # read again with sorted keys, so that the same values are the same bytes
    ordered = json.loads(canonical(values))
    return (json.dumps(ordered, ensure_ascii=False, indent=1) + "\n").encode()
