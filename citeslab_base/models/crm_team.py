from odoo import api, fields, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    is_citeslab = fields.Boolean(
        help="Technical team that carries the parcours of every structure: "
        "it has no members and no pipeline of its own."
    )

    @api.model
    def _citeslab_team(self):
        """The one team of all parcours.

        :rtype: models.Model
        """
        return self.env.ref("citeslab_base.crm_team_citeslab").sudo()

    @api.model
    def _get_default_team_id(self, user_id=False, domain=False):
        """No lead of the host falls into our team, were it the only one left."""
        team = super()._get_default_team_id(user_id=user_id, domain=domain)
        return team if not team.sudo().is_citeslab else self.browse()
