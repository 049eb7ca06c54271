"""Clean-up of the addon in a host database."""

from odoo.fields import Command

# What our roles imply here: role → groups of the event and mailing applications.
IMPLIED = {
    "citeslab_base.group_volunteer": ["event.group_event_registration_desk"],
    "citeslab_base.group_chef": [
        "event.group_event_user",
        "mass_mailing.group_mass_mailing_user",
    ],
}


def uninstall_hook(env):
    """Take back the event and mailing rights that our roles implied."""
    for role, implied in IMPLIED.items():
        group = env.ref(role, raise_if_not_found=False)
        for name in implied:
            other = env.ref(name, raise_if_not_found=False)
            if group and other:
                group.implied_ids = [Command.unlink(other.id)]
