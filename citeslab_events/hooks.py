"""Clean-up of the addon in a host database."""

from odoo.fields import Command

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.addons.citeslab_base.tools.uninstall import forget_reflections

# What our roles imply here: role → groups of the event and mailing applications.
IMPLIED = {
    "citeslab_base.group_volunteer": ["event.group_event_registration_desk"],
    "citeslab_base.group_chef": [
        "event.group_event_user",
        "mass_mailing.group_mass_mailing_user",
    ],
}


def uninstall_hook(env):
    """Delete our events and take back the rights that our roles implied.

    The registrations of our events tell who came to what: they go with them, else the
    porteurs would stay as contacts of everybody. Those of other events stay.
    """
    _delete_our_events(env)
    for role, implied in IMPLIED.items():
        group = env.ref(role, raise_if_not_found=False)
        for name in implied:
            other = env.ref(name, raise_if_not_found=False)
            if group and other:
                group.implied_ids = [Command.unlink(other.id)]
    forget_reflections(env, "citeslab_events")


def _delete_our_events(env):
    events = (
        env["event.event"]
        .with_context(active_test=False, **{MODULE_UNINSTALL_FLAG: True})
        .search([("is_citeslab", "=", True)])
    )
    events.registration_ids.unlink()
    for event in events:
        try:
            with env.cr.savepoint():
                event.unlink()
        except Exception:  # held by another module of the host, as a sale: it stays
            event.invalidate_recordset()
