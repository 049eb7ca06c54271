from odoo import api, fields, models
from odoo.exceptions import AccessDenied

from ..tools.dates import local_date

ROLE_GROUPS = ("volunteer", "chef", "manager")


class ResUsers(models.Model):
    """An account that ends: volunteers come for a few months."""

    _inherit = "res.users"

    citeslab_end_date = fields.Date(
        string="Access Until",
        copy=False,
        help="Last day of access, for a volunteer: the day after, the account is "
        "archived without anybody having to think of it.",
    )

    def _has_ended(self):
        """The accounts of this set whose last day is over in their structure.

        :rtype: res.users
        """
        now = fields.Datetime.now()
        return self.filtered(
            lambda user: user.citeslab_end_date
            and user.citeslab_end_date < local_date(now, user.company_id)
        )

    def _check_credentials(self, credential, env):
        """No new session from the day after on, whether the cron has run or not."""
        if self.env.user.sudo()._has_ended():
            raise AccessDenied
        return super()._check_credentials(credential, env)

    @api.model
    def _end_accesses(self):
        """Take the roles away and archive whoever's last day is over: the cron.

        Open sessions lose the roles at once: rights are read at each request.
        """
        ended = self.search([("citeslab_end_date", "!=", False)])._has_ended()
        roles = [
            fields.Command.unlink(self.env.ref(f"citeslab_base.group_{name}").id)
            for name in ROLE_GROUPS
        ]
        for user in ended:
            user.write({"group_ids": roles, "active": False})
        return ended
