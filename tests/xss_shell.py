"""Hostile texts in every text field of a demo, and what shows them; in `odoo shell`."""

from contextlib import suppress

import bad_shell

from odoo.exceptions import UserError
from odoo.tools import mute_logger

# Codes that the house reads, not words that somebody shows: a change breaks figures.
CODES = ("code", "uid", "source", "domain", "lang", "token", "hash", "key", "nonce")
RECORDS = 40


@mute_logger("odoo.sql_db")
def plant(env, strings, shift):
    """Write the strings into the text fields of ours, each one in many places.

    :param list strings: texts; a field takes one of them, in rotation
    :return: ``(planted, refused)``, numbers of fields of records
    """
    trials = bad_shell.Trials(env)
    env = trials.env
    env.user.password = "admin"
    place, planted, refused = shift, 0, 0
    for model, field in bad_shell.own_fields(env):
        if model._transient or field.type not in ("char", "text", "html"):
            continue
        if any(word in field.name for word in CODES) or field.related:
            continue
        for record in env[model._name].search(_ours(model), limit=RECORDS, order="id"):
            place += 1
            if _written(env, record, field.name, strings[place % len(strings)]):
                planted += 1
            else:
                refused += 1
    for model in ("res.partner", "crm.lead", "event.event", "res.company"):
        for record in env[model].search(_ours(env[model]), limit=RECORDS, order="id"):
            place += 1
            planted += _written(env, record, "name", strings[place % len(strings)])
    env.cr.commit()
    return planted, refused


def _ours(model):
    if model._name == "crm.lead":
        return [("is_parcours", "=", True)]
    return [("is_porteur", "=", True)] if model._name == "res.partner" else []


def _written(env, record, name, text):
    try:
        with env.cr.savepoint(flush=False):
            record.with_context(tracking_disable=True).write({name: text})
            env.flush_all()
        return True
    except Exception:  # refused: by a rule of ours, by the host or by the database
        env.transaction.clear()
        return False


def _is_ours(name):
    return (name or "").startswith("citeslab_")


def screens(env, records=1):
    """Addresses of what shows texts: actions by view, records, reports.

    :rtype: list[str]
    """
    found = []
    actions = env["ir.actions.act_window"].search([])
    names = actions.get_external_id()
    for action in actions.sorted("id"):
        model = env.get(action.res_model)
        if not _is_ours(names[action.id]) or model is None or model._transient:
            continue
        kinds = [kind for kind in action.view_mode.split(",") if kind != "form"]
        found += [f"/odoo/action-{action.id}?view_type={kind}" for kind in kinds]
        for record in model.search(_ours(model), limit=records, order="id"):
            found.append(f"/odoo/action-{action.id}/{record.id}")
    reports = env["ir.actions.report"].search([("report_name", "=like", "citeslab%")])
    for report in reports:
        for record in env[report.model].search([], limit=records, order="id"):
            if report.report_type == "qweb-pdf":
                found.append(f"/report/html/{report.report_name}/{record.id}")
    return found


@mute_logger("odoo.addons.mail.models.mail_render_mixin")
def mails(env):
    """Bodies of the mails of ours, written for a real record.

    :rtype: dict[str, str]
    """
    found = {}
    templates = env["mail.template"].search([])
    names = templates.get_external_id()
    for template in templates:
        if _is_ours(names[template.id]):
            model = env[template.model]
            for record in model.search(_ours(model), limit=20, order="id"):
                with suppress(UserError):  # no mail is sent of a record without date
                    bodies = template._render_field("body_html", record.ids)
                    found[names[template.id]] = str(bodies[record.id])
                    break
    return found
