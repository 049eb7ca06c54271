from odoo import models


class CiteslabProjectNature(models.Model):
    """Trade of a project, as told in the yearly bilan."""

    _name = "citeslab.project.nature"
    _inherit = ["citeslab.nomenclature"]
    _description = "Nature of Project"
