from odoo import api, fields, models
from odoo.fields import Domain


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
        host = self.with_context(citeslab_sales_only=True)
        team = super(CrmTeam, host)._get_default_team_id(user_id, domain)
        return self.browse(team.id)

    @api.model
    def _search(self, domain, *args, **kwargs):
        if self.env.context.get("citeslab_sales_only"):
            domain = Domain(domain) & Domain("is_citeslab", "=", False)
        return super()._search(domain, *args, **kwargs)
