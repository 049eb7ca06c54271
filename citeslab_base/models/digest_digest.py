from odoo import models
from odoo.fields import Domain


class Digest(models.Model):
    _inherit = "digest.digest"

    def _calculate_company_based_kpi(
        self,
        model,
        digest_kpi_field,
        date_field="create_date",
        additional_domain=None,
        sum_field=None,
    ):
        """A parcours is no lead of the sales team: keep it out of its figures."""
        if model == "crm.lead":
            parcours = Domain("is_parcours", "=", False)
            additional_domain = parcours & Domain(additional_domain or Domain.TRUE)
        return super()._calculate_company_based_kpi(
            model, digest_kpi_field, date_field, additional_domain, sum_field
        )
