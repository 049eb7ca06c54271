from odoo import fields, models


class CiteslabPrescriberNews(models.Model):
    """News of a person given back to the organisation that sent him, with agreement."""

    _name = "citeslab.prescriber.news"
    _inherit = ["citeslab.parcours.child"]
    _description = "News Given to a Prescriber"

    organization_id = fields.Many2one(
        "res.partner",
        string="Prescriber",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
