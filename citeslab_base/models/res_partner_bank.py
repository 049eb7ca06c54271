from odoo import models


class ResPartnerBank(models.Model):
    """A bank account copies the name of its holder."""

    _name = "res.partner.bank"
    _inherit = ["res.partner.bank", "citeslab.partner.link"]
