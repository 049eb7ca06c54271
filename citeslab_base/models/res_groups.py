from odoo import api, models

# Fields that put somebody into a group, or a group into another.
OPENING = {"user_ids", "all_user_ids", "implied_ids", "implied_by_ids"}


class ResGroups(models.Model):
    """A role given by its group, rather than on the card of an account."""

    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        if not any(OPENING & vals.keys() for vals in vals_list):
            return super().create(vals_list)
        with self.env["res.users"]._roles_told():
            return super().create(vals_list)

    def write(self, vals):
        if not OPENING & vals.keys():
            return super().write(vals)
        with self.env["res.users"]._roles_told():
            return super().write(vals)

    def _highest_names(self):
        """Names of these groups, but those that another of them holds already.

        :rtype: str
        """
        highest = self.filtered(
            lambda group: group not in (self - group).all_implied_ids
        )
        return ", ".join(highest.mapped("name"))
