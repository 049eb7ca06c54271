"""Set-up and clean-up of the addon in a host database."""

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .tools.dates import DEFAULT_TIMEZONE
from .tools.uninstall import forget_reflections


def post_init_hook(env):
    """Give each structure the timezone in which its days are counted."""
    companies = env["res.company"].with_context(active_test=False).search([])
    companies.partner_id.filtered(lambda partner: not partner.tz).write(
        {"tz": DEFAULT_TIMEZONE}
    )


def uninstall_hook(env):
    """Delete the parcours, then the porteurs that nothing else in the host uses.

    A porteur who is also a user, or whom the structure shares with the rest of
    the host, is an ordinary contact: it stays.
    """
    env["calendar.event"]._delete_meetings_of_rdv()
    Lead = env["crm.lead"].with_context(
        active_test=False, **{MODULE_UNINSTALL_FLAG: True}
    )
    Lead.search([("is_parcours", "=", True)]).unlink()
    porteurs = (
        env["res.partner"]
        .with_context(active_test=False)
        .search(
            [
                ("is_porteur", "=", True),
                ("porteur_shared", "=", False),
                ("user_ids", "=", False),
            ]
        )
    )
    porteurs._unlink_unused()
    env["ir.config_parameter"].search([("key", "like", "citeslab\\_%")]).unlink()
    forget_reflections(env, "citeslab_base")
