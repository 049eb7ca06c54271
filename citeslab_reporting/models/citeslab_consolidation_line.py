from odoo import api, fields, models
from odoo.exceptions import UserError

from ..figures.consolidation import (
    DEPARTMENT,
    NETWORK,
    PLAIN,
    REGION,
    STRUCTURE,
    SUM,
)


class CiteslabConsolidationLine(models.Model):
    """One number of the network, of a region, a department or a structure.

    What is kept secret is not stored: neither here nor elsewhere in a consolidation.
    """

    _name = "citeslab.consolidation.line"
    _description = "Figure of a Consolidation"
    _order = "consolidation_id, sequence, id"
    _rec_name = "label"

    consolidation_id = fields.Many2one(
        "citeslab.consolidation", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    level = fields.Selection(
        [
            (NETWORK, "Network"),
            (REGION, "Region"),
            (DEPARTMENT, "Department"),
            (STRUCTURE, "Structure"),
        ],
        required=True,
    )
    region_id = fields.Many2one("citeslab.region", ondelete="restrict")
    structure_id = fields.Many2one("citeslab.network.structure", ondelete="restrict")
    place = fields.Char(compute="_compute_place")
    code = fields.Char(string="Figure", required=True)
    label = fields.Char(required=True)
    item_code = fields.Char(string="Row")
    unit = fields.Selection(
        lambda self: self.env["citeslab.consolidation.rule"]
        ._fields["unit"]
        ._description_selection(self.env),
        required=True,
    )
    is_hidden = fields.Boolean(string="Secret")
    value = fields.Float(digits=(16, 2), aggregator=None)
    shown = fields.Char(compute="_compute_shown")
    percent = fields.Float(string="Share (%)", digits=(5, 1), aggregator=None)
    structure_count = fields.Integer(string="Structures", aggregator=None)

    _secret_is_not_stored = models.Constraint(
        "CHECK (NOT is_hidden OR (value = 0 AND COALESCE(percent, 0) = 0))",
        "What is kept secret is not stored.",
    )

    @api.depends("level", "region_id", "structure_id")
    def _compute_place(self):
        for line in self:
            line.place = line._place_name()

    def _place_name(self):
        if self.level == NETWORK:
            return self.env._("Network")
        if self.level == STRUCTURE:
            return self.structure_id.name
        return self.region_id.name or self.env._("Region not known")

    def _place_key(self):
        if self.level == STRUCTURE:
            return (STRUCTURE, self.structure_id.id)
        return (self.level, self.region_id.id)

    @api.depends("is_hidden", "value", "unit")
    def _compute_shown(self):
        style = self.env["citeslab.bilan.renderer"]._style()
        for line in self:
            line.shown = (
                self.env._("secret")
                if line.is_hidden
                else style.value(line.value, line.unit)
            )

    def export_data(self, fields_to_export):
        """Export of the list, as the host has it.

        :raises UserError: distributions of people of a working consolidation
        """
        working = self.filtered(lambda line: not line.consolidation_id.published_on)
        headlines = self.env["citeslab.consolidation.rule"].search(
            [("treatment", "in", (SUM, PLAIN))]
        )
        told = working.filtered(lambda line: line.code not in headlines.mapped("code"))
        if told:
            raise UserError(
                self.env._(
                    "%(name)s is a working document: its distributions of people leave "
                    "in the published consolidation only. Publish it, or choose its "
                    "headline counts.",
                    name=told[0].consolidation_id.name,
                )
            )
        return super().export_data(fields_to_export)
