from odoo import api, fields, models

from .selections import PLACE_KIND


class CiteslabPlace(models.Model):
    """Place where people are met: borne, bus, market, premises, permanence.

    A borne "Entrepreneuriat pour Tous" is at the same time a channel of detection
    (CDC §2.1): the parcours that it brings keep it as their place of detection.
    """

    _name = "citeslab.place"
    _description = "Place"
    _order = "kind, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    kind = fields.Selection(PLACE_KIND, required=True, default="permanence")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        check_company=True,
        index="btree_not_null",
        default=lambda self: self.env["citeslab.territory"]._default_for(
            self.env.company
        ),
    )
    is_moving = fields.Boolean(
        string="Moves About",
        compute="_compute_is_moving",
        store=True,
        readonly=False,
        precompute=True,
        help="As a bus: each date tells where it stands.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Host Organisation",
        check_company=True,
        index="btree_not_null",
        domain="[('organization_kind', '!=', False)]",
        ondelete="restrict",
        help="Who receives us there: its address is proposed.",
    )
    address = fields.Char(
        compute="_compute_address", store=True, readonly=False, precompute=True
    )
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood", string="Quartier", ondelete="restrict"
    )
    discovery_source_id = fields.Many2one(
        "citeslab.discovery.source",
        string="Detection Channel",
        compute="_compute_discovery_source_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="How those met there are said to know CitésLab.",
    )
    notes = fields.Text(help="Opening hours, key, contact on the spot.")
    detected_count = fields.Integer(
        string="People Detected",
        compute="_compute_detected_count",
        groups="citeslab_base.group_chef",
    )
    action_count = fields.Integer(compute="_compute_action_count")

    @api.depends("kind")
    def _compute_is_moving(self):
        for place in self:
            place.is_moving = place.kind == "bus"

    @api.depends("partner_id")
    def _compute_address(self):
        """The host's address in one line; what was typed stays."""
        for place in self:
            host = place.partner_id
            city = " ".join(part for part in (host.zip, host.city) if part)
            parts = [part for part in (host.street, city) if part]
            place.address = ", ".join(parts) or place.address

    @api.depends("kind")
    def _compute_discovery_source_id(self):
        """Whoever is met on our own ground knows us by our own action."""
        source = self.env.ref(
            "citeslab_base.discovery_source_citeslab", raise_if_not_found=False
        )
        for place in self:
            if not place.discovery_source_id and place.kind != "other":
                place.discovery_source_id = source

    def _compute_detected_count(self):
        counts = dict(
            self.env["crm.lead"]._read_group(
                [("detection_place_id", "in", self.ids), ("is_parcours", "=", True)],
                ["detection_place_id"],
                ["__count"],
            )
        )
        for place in self:
            place.detected_count = counts.get(place, 0)

    def _compute_action_count(self):
        counts = dict(
            self.env["citeslab.action"]._read_group(
                [("place_id", "in", self.ids)], ["place_id"], ["__count"]
            )
        )
        for place in self:
            place.action_count = counts.get(place, 0)

    def _label(self, standing=False):
        """Where to go, in one line: name, where a moving place stands, address.

        :param str standing: where it stands that day, for a place that moves
        :rtype: str
        """
        place = self.sudo()
        parts = [
            place.name,
            standing,
            not (standing or place.is_moving) and place.address,
        ]
        return ", ".join(part for part in parts if part)

    def action_open_detected(self):
        """Open the parcours detected here."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.crm_lead_action_parcours"
        )
        action["domain"] = [
            ("is_parcours", "=", True),
            ("detection_place_id", "=", self.id),
        ]
        return action

    def action_open_actions(self):
        """Open the actions held here."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.citeslab_action_action"
        )
        action["domain"] = [("place_id", "=", self.id)]
        return action
