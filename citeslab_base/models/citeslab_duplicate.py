from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.identity import alike_pairs


class CiteslabDuplicate(models.Model):
    """Two people of a structure who may be one, or were found not to be."""

    _name = "citeslab.duplicate"
    _description = "Possible Duplicate"
    _order = "score desc, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", string="Structure", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    other_id = fields.Many2one(
        "res.partner",
        string="Other Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    score = fields.Integer(
        string="Likeness", readonly=True, aggregator=None, help="Out of 100."
    )
    reason_codes = fields.Char(readonly=True)
    reasons = fields.Char(compute="_compute_reasons")
    state = fields.Selection(
        [("open", "To Check"), ("different", "Two People")],
        required=True,
        readonly=True,
        default="open",
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided By", readonly=True, ondelete="set null"
    )
    decided_on = fields.Date(readonly=True)

    _in_order = models.Constraint(
        "CHECK (partner_id < other_id)", "A pair is of two different people."
    )
    _pair_unique = models.UniqueIndex(
        "(partner_id, other_id)", "This pair is already listed."
    )

    @api.depends("reason_codes")
    def _compute_reasons(self):
        for pair in self:
            codes = (pair.reason_codes or "").split(",")
            pair.reasons = self._reasons_label(codes)

    @api.depends("partner_id", "other_id")
    def _compute_display_name(self):
        """A pair is known by its number: names leave by their own fields only."""
        for pair in self:
            pair.display_name = f"#{pair.id or ''}"

    @api.model
    def _reasons_label(self, codes):
        """Why two people look alike, in words.

        :param codes: codes of ``tools/identity.py``
        :rtype: str
        """
        labels = {
            "email": self.env._("same e-mail"),
            "phone": self.env._("same phone"),
            "name": self.env._("same name"),
            "near_name": self.env._("nearly the same name"),
            "part_of_name": self.env._("part of the name"),
            "birthdate": self.env._("same birth date"),
            "area": self.env._("same quartier"),
        }
        return ", ".join(labels[code] for code in codes if code in labels)

    @api.model
    def _refresh(self, company):
        """Look for pairs again; what was decided stays decided.

        :param company: structure
        :return: the pairs to check
        """
        pairs = alike_pairs(self.env["res.partner"]._identities(company))
        known = {
            (pair.partner_id.id, pair.other_id.id): pair
            for pair in self.search([("company_id", "=", company.id)])
        }
        news = []
        for key, found in pairs.items():
            values = {"score": found.score, "reason_codes": ",".join(found.reasons)}
            pair = known.pop(key, None)
            if pair is None:
                partner, other = key
                news.append(
                    {
                        **values,
                        "company_id": company.id,
                        "partner_id": partner,
                        "other_id": other,
                    }
                )
            elif any(pair[name] != value for name, value in values.items()):
                pair.write(values)
        gone = self.union(*known.values()).filtered(lambda pair: pair.state == "open")
        gone.unlink()
        self.create(news)
        return self.search([("company_id", "=", company.id), ("state", "=", "open")])

    @api.model
    def action_open_list(self):
        """Look for duplicates in the structures chosen, then show them.

        :return: window action of the list
        :rtype: dict
        """
        self._check_is_chef()
        for company in self.env.companies:
            self.sudo()._refresh(company)  # sudo: pairs are nobody's to write
        return self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.citeslab_duplicate_action"
        )

    @api.model
    def _check_is_chef(self):
        if not self.env.su and not self.env.user.has_group("citeslab_base.group_chef"):
            raise AccessError(
                self.env._(
                    "Only a chef de projet or the manager decides on duplicates."
                )
            )

    def action_different(self):
        """Note that these are two people: the pair is not proposed again."""
        self._decide("different")

    def action_reopen(self):
        """Propose the pair again."""
        self._decide("open")

    def _decide(self, state):
        self._check_is_chef()
        self.check_access("read")
        decided = state != "open"
        # sudo: the fields of a pair are read-only, a decision is the only change
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": decided and self.env.uid,
                "decided_on": decided and fields.Date.context_today(self),
            }
        )

    def action_merge(self):
        """Open the choice of who is kept.

        :return: window action of the merge of this pair
        :rtype: dict
        """
        self.ensure_one()
        self._check_is_chef()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Two Files"),
            "res_model": "citeslab.merge",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_other_id": self.other_id.id,
            },
        }

    @api.model
    def _keep_decisions(self, merged, kept):
        """Before a merge: whoever was not the one merged is not the one kept.

        :param merged: partners about to disappear
        :param kept: the one that stays
        """
        pairs = self.search(
            ["|", ("partner_id", "in", merged.ids), ("other_id", "in", merged.ids)]
        )
        different = pairs.filtered(lambda pair: pair.state == "different")
        people = (different.partner_id | different.other_id) - merged - kept
        pairs.unlink()
        for person in people:
            first, second = (kept | person).sorted("id")
            key = [("partner_id", "=", first.id), ("other_id", "=", second.id)]
            pair = self.search(key) or self.create(
                {
                    "company_id": kept.company_id.id,
                    "partner_id": first.id,
                    "other_id": second.id,
                }
            )
            pair._decide("different")
