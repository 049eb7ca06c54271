from odoo import fields, models


class CiteslabApplicationContent(models.Model):
    """What a dossier de candidature must hold: a list that the network changes."""

    _name = "citeslab.application.content"
    _inherit = ["citeslab.nomenclature"]
    _description = "Content of an Application"

    advice = fields.Char(translate=True, help="What is expected, in one sentence.")
    source = fields.Char(help="Text that asks for it.")
