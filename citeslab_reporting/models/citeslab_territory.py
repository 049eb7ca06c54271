from odoo import api, fields, models


class CiteslabTerritory(models.Model):
    _inherit = "citeslab.territory"

    committee_ids = fields.One2many("citeslab.committee", "territory_id")

    @api.model_create_multi
    def create(self, vals_list):
        territories = super().create(vals_list)
        # as superuser: whoever creates a territory may not create committees
        self.env["citeslab.committee"].sudo()._ensure_for(territories)
        self.env["citeslab.network.structure"].sudo()._ensure_for(
            territories.company_id
        )
        return territories
