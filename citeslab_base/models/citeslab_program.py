from odoo import fields, models


class CiteslabProgram(models.Model):
    """Programme or accelerator that porteurs are oriented to."""

    _name = "citeslab.program"
    _inherit = ["citeslab.nomenclature"]
    _description = "Programme"

    organization_id = fields.Many2one(
        "res.partner", string="Run By", ondelete="restrict"
    )
    promotion_ids = fields.One2many("citeslab.program.promotion", "program_id")
