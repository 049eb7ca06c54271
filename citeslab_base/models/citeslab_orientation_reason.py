from odoo import models


class CiteslabOrientationReason(models.Model):
    """Why a partner refuses a person, or a person an orientation."""

    _name = "citeslab.orientation.reason"
    _inherit = ["citeslab.nomenclature"]
    _description = "Reason of Refusal"
