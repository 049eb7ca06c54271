from odoo import models


class CiteslabEducation(models.Model):
    """Level of education, grouped as in the yearly bilan."""

    _name = "citeslab.education"
    _inherit = ["citeslab.nomenclature"]
    _description = "Level of Education"
