from odoo import models
from odoo.exceptions import AccessError, UserError


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Merge porteurs within one structure, their dated rows with them.

        The host updates the links in SQL: what follows from them is refreshed here,
        and counted again, so that a merge that would lose something is undone.
        """
        partners = self.env["res.partner"].sudo().browse(partner_ids).exists()
        porteurs = partners.filtered("is_porteur")
        if not porteurs or len(partners) < 2:
            return super()._merge(partner_ids, dst_partner, extra_checks)
        self._check_merge_of_porteurs(partners)
        # chosen here as the host would choose it, to be known before
        kept = dst_partner if dst_partner and dst_partner in partners else None
        kept = (kept or self._get_ordered_partner(partners.ids)[-1]).sudo()
        gone = partners - kept
        self._prepare_merge_of_porteurs(gone, kept)
        before = partners._person_inventory()
        parcours = porteurs.with_context(active_test=False).parcours_ids
        shared = partners != porteurs or any(porteurs.mapped("porteur_shared"))
        result = super()._merge(partner_ids, kept, extra_checks)
        self.env.invalidate_all()
        kept.write({"is_porteur": True, "porteur_shared": shared})
        parcours._move_rows_to_person()
        self._check_nothing_lost(before, kept)
        return result

    def _check_merge_of_porteurs(self, partners):
        is_chef = self.env.user.has_group("citeslab_base.group_chef")
        if not self.env.su and not is_chef:
            raise AccessError(
                self.env._("Only a chef de projet or the manager merges two files.")
            )
        if not self.env.su:
            partners.sudo(False).check_access("read")
        if len(partners.company_id) > 1:
            raise UserError(
                self.env._(
                    "These contacts belong to several structures: each keeps its own."
                )
            )

    def _prepare_merge_of_porteurs(self, gone, kept):
        """Settle what may exist once only for a person, before the links move."""
        self.env["citeslab.duplicate"].sudo()._keep_decisions(gone, kept)

    def _check_nothing_lost(self, before, kept):
        """Whether the file kept has everything that both had.

        :raise UserError: when something disappeared; the transaction is undone
        """
        self.env.flush_all()
        after = kept._person_inventory()
        for label, count in before.items():
            if after.get(label, 0) < count:
                raise UserError(
                    self.env._(
                        "This merge would lose %(count)s of %(label)s: nothing was "
                        "changed.",
                        count=count - after.get(label, 0),
                        label=label,
                    )
                )
