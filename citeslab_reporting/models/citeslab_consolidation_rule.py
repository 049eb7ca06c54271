from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..figures.consolidation import Spec


class CiteslabConsolidationRule(models.Model):
    """How one figure of the structures is added up for the network."""

    _name = "citeslab.consolidation.rule"
    _description = "Figure of the Network"
    _order = "sequence, id"

    code = fields.Char(required=True, help="Code of the indicator, as persons_met.")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    treatment = fields.Selection(
        [
            ("sum", "Added up, always shown"),
            ("plain", "Distribution of things, always shown"),
            ("people", "Distribution of people, small cells kept secret"),
            ("flag", "People among others, small numbers kept secret"),
            ("share", "Share of people, from a distribution"),
        ],
        required=True,
        default="sum",
    )
    unit = fields.Selection(
        [("count", "Number"), ("rate", "%"), ("hours", "Hours"), ("amount", "€")],
        required=True,
        default="count",
    )
    of = fields.Char(help="Base of a flag, or distribution of a share: its code.")
    items = fields.Char(help="Rows of the distribution that make the share.")
    in_table = fields.Boolean(
        string="In the Table of Regions", help="One of its columns."
    )

    _code_unique = models.UniqueIndex("(code)", "This figure is already in the list.")

    @api.constrains("treatment", "of", "items")
    def _check_of(self):
        for rule in self:
            if rule.treatment in ("flag", "share") and not rule.of:
                raise ValidationError(
                    self.env._("%(rule)s: say of which figure.", rule=rule.name)
                )
            if rule.treatment == "share" and not rule._item_codes():
                raise ValidationError(
                    self.env._("%(rule)s: name its rows.", rule=rule.name)
                )

    def _item_codes(self):
        return tuple(
            item.strip() for item in (self.items or "").split(",") if item.strip()
        )

    def _specs(self):
        """The rules as the pure module reads them."""
        return [
            Spec(rule.code, rule.treatment, rule.of or None, rule._item_codes())
            for rule in self
        ]
