from odoo import api, fields, models


class CiteslabMerge(models.TransientModel):
    """Choice of the file that is kept when two are of one person."""

    _name = "citeslab.merge"
    _description = "Merge of Two Files"

    partner_id = fields.Many2one("res.partner", required=True, readonly=True)
    other_id = fields.Many2one("res.partner", required=True, readonly=True)
    kept = fields.Selection(
        [("partner", "The first"), ("other", "The second")],
        required=True,
        compute="_compute_kept",
        store=True,
        readonly=False,
        help="Its name, phone and address win; what is empty in it is completed.",
    )
    partner_content = fields.Char(
        compute="_compute_content", string="Held by the First"
    )
    other_content = fields.Char(compute="_compute_content", string="Held by the Second")
    partner_name = fields.Char(related="partner_id.name", string="Name of the First")
    other_name = fields.Char(related="other_id.name", string="Name of the Second")
    partner_phone = fields.Char(related="partner_id.phone", string="Phone of the First")
    other_phone = fields.Char(related="other_id.phone", string="Phone of the Second")
    partner_email = fields.Char(related="partner_id.email", string="Email of the First")
    other_email = fields.Char(related="other_id.email", string="Email of the Second")
    partner_birthdate = fields.Date(
        related="partner_id.birthdate_date", string="Birth Date of the First"
    )
    other_birthdate = fields.Date(
        related="other_id.birthdate_date", string="Birth Date of the Second"
    )
    partner_area_id = fields.Many2one(
        related="partner_id.neighborhood_id", string="Quartier of the First"
    )
    other_area_id = fields.Many2one(
        related="other_id.neighborhood_id", string="Quartier of the Second"
    )
    difference = fields.Char(compute="_compute_difference")
    twins = fields.Text(compute="_compute_twins")
    join_parcours = fields.Boolean(
        string="Join Them",
        default=True,
        help="Both parcours become one, with the RDV, situations, orientations and "
        "messages of both. Left unticked, the person keeps two projects.",
    )

    @api.depends("partner_id", "other_id")
    def _compute_kept(self):
        """Propose the file that holds more; of two alike, the older."""
        for wizard in self:
            first = sum(wizard.partner_id._person_inventory().values())
            second = sum(wizard.other_id._person_inventory().values())
            wizard.kept = "other" if second > first else "partner"

    @api.depends("partner_id", "other_id")
    def _compute_content(self):
        for wizard in self:
            wizard.partner_content = self._content(wizard.partner_id)
            wizard.other_content = self._content(wizard.other_id)

    def _content(self, partner):
        inventory = partner._person_inventory()
        return ", ".join(
            f"{label} : {count}" for label, count in inventory.items() if count
        )

    @api.depends("partner_id", "other_id")
    def _compute_difference(self):
        """What two files of one person would not tell; the chef decides."""
        Partner = self.env["res.partner"]
        for wizard in self:
            told = [
                Partner._fields[name]._description_string(self.env)
                for name in ("birthdate_date", "gender")
                if wizard.partner_id[name] and wizard.other_id[name]
                if wizard.partner_id[name] != wizard.other_id[name]
            ]
            wizard.difference = ", ".join(told)

    @api.depends("partner_id", "other_id")
    def _compute_twins(self):
        for wizard in self:
            pairs = wizard.partner_id._twin_parcours(wizard.other_id)
            wizard.twins = "\n".join(
                f"{one.reference} {one.name} — {two.reference} {two.name}"
                for one, two in pairs
            )

    def action_merge(self):
        """Merge, then open the file of the person.

        :return: window action of the person kept
        :rtype: dict
        """
        self.ensure_one()
        kept, gone = self.partner_id, self.other_id
        if self.kept == "other":
            kept, gone = gone, kept
        kept._merge_porteurs(gone, self.join_parcours)
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": kept.id,
            "views": [
                (self.env.ref("citeslab_base.res_partner_view_form_porteur").id, "form")
            ],
        }
