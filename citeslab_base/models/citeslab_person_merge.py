from markupsafe import Markup

from odoo import models
from odoo.exceptions import AccessError, UserError

from .selections import ENDED_PHASES

MODELS_OF_A_PERSON = ("citeslab.consent",)


class CiteslabPersonMerge(models.AbstractModel):
    """Merge of two files of one person, by the host's own machinery.

    Part of ``res.partner``, in a file of its own.
    """

    _name = "citeslab.person.merge"
    _description = "Merge of Two Files of a Person"

    def _merge_porteurs(self, other, join_parcours=True):
        """Merge another file of the same person into this one.

        :param other: the porteur that disappears; all that he has is kept here
        :param bool join_parcours: join open parcours of the same nature
        :return: what moved, label → number
        :rtype: dict
        :raise AccessError: for anybody but a chef of the structure
        :raise UserError: across structures, or when something would be lost
        """
        self.ensure_one()
        other.ensure_one()
        if not self.env.user.has_group("citeslab_base.group_chef"):
            raise AccessError(
                self.env._("Only a chef de projet or the manager merges two files.")
            )
        (self | other).check_access("write")
        kept, gone = self.sudo(), other.sudo()
        twins = kept._twin_parcours(gone) if join_parcours else []
        moved = gone._person_inventory()
        names = gone.name
        # sudo: the host asks for a right on all contacts; the check is above
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            [kept.id, gone.id], kept, extra_checks=False
        )
        if gone.exists():
            raise UserError(
                self.env._("The host did not merge these files: nothing was changed.")
            )
        for parcours, twin in twins:
            parcours._join_parcours(twin)
        kept._log_porteur_merge(names, moved, len(twins))
        return moved

    def _twin_parcours(self, other):
        """Open parcours of the same nature in both files.

        :return: pairs of the parcours that stays and the one that joins it
        :rtype: list
        """
        pairs = []
        mine = self._open_parcours_by_nature()
        for nature, twin in other._open_parcours_by_nature().items():
            if nature in mine:
                pairs.append((mine[nature], twin))
        return pairs

    def _open_parcours_by_nature(self):
        parcours = self.sudo().parcours_ids.filtered(
            lambda lead: lead.phase not in ENDED_PHASES
        )
        parcours = parcours.sorted(lambda lead: lead.id, reverse=True)
        return {lead.project_nature_id: lead for lead in parcours}

    def _person_inventory(self):
        """How many records of each kind are about these people.

        :return: label → number, of what a merge keeps
        :rtype: dict
        """
        people = self.sudo().with_context(active_test=False)
        inventory = {}
        parcours = people.env["crm.lead"].search(
            [("is_parcours", "=", True), ("partner_id", "in", self.ids)]
        )
        inventory[self.env._("parcours")] = len(parcours)
        for model in [*parcours._parcours_row_models(), *MODELS_OF_A_PERSON]:
            if model in people.env:
                label = people.env["ir.model"]._get(model).name
                inventory[label] = people.env[model].search_count(
                    [("partner_id", "in", self.ids)]
                )
        messages = [("model", "=", "res.partner"), ("res_id", "in", self.ids)]
        inventory[self.env._("messages")] = people.env["mail.message"].search_count(
            messages
        )
        return inventory

    def _log_porteur_merge(self, name, moved, joined):
        """Tell in the chatter who merged what, and what moved."""
        told = [f"{label} : {count}" for label, count in moved.items() if count]
        if joined:
            told.append(
                self.env._(
                    "parcours of the same nature joined: %(count)s", count=joined
                )
            )
        items = Markup("").join(Markup("<li>%s</li>") % line for line in told)
        self.message_post(
            body=Markup("<p>%s</p><ul>%s</ul>")
            % (
                self.env._(
                    "%(user)s merged the file of %(name)s into this one. Moved here:",
                    user=self.env.user.name,
                    name=name,
                ),
                items,
            )
        )
