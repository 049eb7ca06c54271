from odoo import models
from odoo.exceptions import UserError


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Merge porteurs within one structure, their dated rows with them.

        The host updates the links in SQL: what follows from them is refreshed here.
        """
        partners = self.env["res.partner"].sudo().browse(partner_ids).exists()
        porteurs = partners.filtered("is_porteur")
        if not porteurs:
            return super()._merge(partner_ids, dst_partner, extra_checks)
        if len(partners.company_id) > 1:
            raise UserError(
                self.env._(
                    "These contacts belong to several structures: each keeps its own."
                )
            )
        parcours = porteurs.with_context(active_test=False).parcours_ids
        shared = partners != porteurs or any(porteurs.mapped("porteur_shared"))
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        self.env.invalidate_all()
        partners.exists().write({"is_porteur": True, "porteur_shared": shared})
        parcours._move_rows_to_person()
        return result
