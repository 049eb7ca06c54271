from odoo import models


class CiteslabContest(models.Model):
    """Contest to which porteurs are presented, as Talents des Cités."""

    _name = "citeslab.contest"
    _inherit = ["citeslab.nomenclature"]
    _description = "Contest"
