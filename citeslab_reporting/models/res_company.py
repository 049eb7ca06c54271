from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    citeslab_structure_ids = fields.One2many(
        "citeslab.network.structure", "company_id", string="In the Network As"
    )
