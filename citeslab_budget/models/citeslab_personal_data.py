from odoo import models

MONEY = "money of the structure; who is paid is a supplier or a funder"


class CiteslabPersonalData(models.AbstractModel):
    """Nobody is followed in a budget."""

    _inherit = "citeslab.personal.data"

    def _nobody(self):
        return {
            **super()._nobody(),
            "account.*": MONEY,
            "citeslab.budget*": MONEY,
            "citeslab.convention*": MONEY,
            "citeslab.funder*": MONEY,
        }
