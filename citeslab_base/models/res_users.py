from collections import defaultdict
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.fields import Domain

from ..tools.dates import local_date

ROLE_GROUPS = ("volunteer", "chef", "manager")
# Fields that give a role, or a role in one more structure.
OPENING = {"group_ids", "company_ids", "active", "role"}


class ResUsers(models.Model):
    """An account that ends, and a role that is not given behind anybody's back."""

    _inherit = "res.users"

    citeslab_end_date = fields.Date(
        string="Access Until",
        copy=False,
        help="Last day of access, for a volunteer: the day after, the account is "
        "archived without anybody having to think of it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        with self.browse()._roles_told():
            return super().create(vals_list)

    def write(self, vals):
        if not OPENING & vals.keys():
            return super().write(vals)
        with self._roles_told():
            return super().write(vals)

    @contextmanager
    def _roles_told(self):
        """Tell the managers of each structure who is given a role within the block.

        The administrator reads no porteur until he gives himself a role: nobody keeps
        him from it, and the managers know. Accounts of this set are looked at, or all
        when it is empty. What an installation does is not told.
        """
        if not self.pool.ready:
            yield
            return
        before = self._roles_held()
        yield
        gained = {
            place: groups - before.get(place, groups.browse())
            for place, groups in self._roles_held().items()
        }
        by_company = defaultdict(dict)
        for (user, company), groups in gained.items():
            if groups:
                by_company[company][user] = groups
        for company, users in by_company.items():
            company._tell_roles(users)

    def _roles_held(self):
        """Roles of accounts, by structure.

        :rtype: dict[tuple[res.users, res.company], res.groups]
        """
        roles = self.env["res.groups"].union(
            *(
                self.env.ref(f"citeslab_base.group_{name}")
                for name in (*ROLE_GROUPS, "network")
            )
        )
        domain = Domain("all_group_ids", "in", roles.ids)
        if self:
            domain &= Domain("id", "in", self.ids)
        # sudo: whoever manages accounts may not read all of their structures
        return {
            (user, company): user.all_group_ids & roles
            for user in self.sudo().search(domain)
            for company in user.company_ids
        }

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
