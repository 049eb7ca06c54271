from odoo import fields, models


class CiteslabBilanWizard(models.TransientModel):
    """The dialog *Print* also offers slides."""

    _inherit = "citeslab.bilan.wizard"

    file_format = fields.Selection(
        selection_add=[("pptx", "PowerPoint")], ondelete={"pptx": "set default"}
    )
