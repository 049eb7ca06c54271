from odoo import api, models

from ..tools.dates import DEFAULT_TIMEZONE


class ResCompany(models.Model):
    """A structure partenaire; its days are those of its own timezone."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.partner_id.filtered(lambda partner: not partner.tz).write(
            {"tz": DEFAULT_TIMEZONE}
        )
        return companies
