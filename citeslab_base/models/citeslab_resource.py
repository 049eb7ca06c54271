from odoo import models


class CiteslabResource(models.Model):
    """What a person lives on: benefit, minimum income, wage."""

    _name = "citeslab.resource"
    _inherit = ["citeslab.nomenclature"]
    _description = "Resource"
