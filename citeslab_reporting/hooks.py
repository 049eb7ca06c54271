"""Clean-up of the addon in a host database."""

from odoo.tools import SQL

from odoo.addons.citeslab_base.tools.uninstall import forget_reflections

KEEPERS = {
    "citeslab_report": "citeslab_report_keep",
    "citeslab_report_line": "citeslab_report_line_keep",
}


def uninstall_hook(env):
    """Let the frozen reports go with their tables: the database kept them."""
    for table, keeper in KEEPERS.items():
        names = {"table": SQL.identifier(table), "keeper": SQL.identifier(keeper)}
        env.cr.execute(SQL("DROP TRIGGER IF EXISTS %(keeper)s ON %(table)s", **names))
        env.cr.execute(SQL("DROP FUNCTION IF EXISTS %(keeper)s()", **names))
    forget_reflections(env, "citeslab_reporting")
