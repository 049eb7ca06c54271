from odoo import fields, models

from .selections import PHASE


class CrmStage(models.Model):
    _inherit = "crm.stage"

    phase = fields.Selection(
        PHASE,
        string="CitésLab Phase",
        help="Set on the stages of a parcours only.",
    )
