"""Clean-up of the addon in a host database."""

from odoo.addons.citeslab_base.tools.uninstall import forget_reflections


def uninstall_hook(env):
    """Take the names of our models out of the host."""
    forget_reflections(env, "citeslab_budget")
