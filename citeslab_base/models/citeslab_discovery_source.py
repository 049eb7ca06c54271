from odoo import fields, models


class CiteslabDiscoverySource(models.Model):
    """How a person heard of CitésLab, and through which kind of prospecting."""

    _name = "citeslab.discovery.source"
    _inherit = ["citeslab.nomenclature"]
    _description = "Discovery Source"

    family = fields.Selection(
        [("direct", "Direct Prospecting"), ("indirect", "Indirect Prospecting")],
        help="Direct: met by CitésLab; indirect: sent by somebody (CDC §2).",
    )
