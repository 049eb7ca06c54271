from odoo import fields, models


class CiteslabMission(models.Model):
    """Mission of the chef de projet, with its share of working time (CDC §2)."""

    _name = "citeslab.mission"
    _inherit = ["citeslab.nomenclature"]
    _description = "Mission"

    share = fields.Float(
        string="Indicative Share (%)", help="Share of working time, in percent."
    )
    source = fields.Char(help="Text that sets the share.")
