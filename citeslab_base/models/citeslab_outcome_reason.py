from odoo import models


class CiteslabOutcomeReason(models.Model):
    """Why a project stops or changes: coded for every exit."""

    _name = "citeslab.outcome.reason"
    _inherit = ["citeslab.nomenclature"]
    _description = "Reason of Outcome"
