from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..figures.consolidation import PEOPLE, PLAIN, SUM, Spec

PERSON = "citeslab.fact.person"
# What counts people, or their creations, without saying who they are: always shown.
HEADLINES = (
    "is_met",
    "is_accompanied",
    "is_new",
    "is_continuing",
    "is_oriented",
    "creation_count",
)


class CiteslabConsolidationRule(models.Model):
    """How one figure of the structures is added up for the network.

    It decides what is kept secret: the national animation sets it, each change is
    traced, and nothing makes the people of a structure a distribution always shown.
    """

    _name = "citeslab.consolidation.rule"
    _description = "Figure of the Network"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    code = fields.Char(
        required=True, tracking=True, help="Code of the indicator, as persons_met."
    )
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
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
        tracking=True,
    )
    unit = fields.Selection(
        [("count", "Number"), ("rate", "%"), ("hours", "Hours"), ("amount", "€")],
        required=True,
        default="count",
        tracking=True,
    )
    of = fields.Char(
        tracking=True, help="Base of a flag, or distribution of a share: its code."
    )
    items = fields.Char(
        tracking=True, help="Rows of the distribution that make the share."
    )
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

    @api.constrains("code", "treatment")
    def _check_secret(self):
        """An attribute of people is never always shown."""
        shown = self.filtered(lambda rule: rule.treatment in (SUM, PLAIN))
        # as superuser: a structure's own indicator counts too
        indicators = (
            self.env["citeslab.indicator"]
            .sudo()
            .search([("code", "in", shown.mapped("code")), ("source", "=", PERSON)])
        )
        for rule in shown:
            told = indicators.filtered(lambda one, rule=rule: one.code == rule.code)
            if any(rule._tells_who(indicator) for indicator in told):
                labels = dict(
                    self._fields["treatment"]._description_selection(self.env)
                )
                raise ValidationError(
                    self.env._(
                        "%(rule)s tells something of people: its small numbers are "
                        "kept secret. Choose “%(people)s”.",
                        rule=rule.name,
                        people=labels[PEOPLE],
                    )
                )

    def _tells_who(self, indicator):
        """Whether the figure, treated so, tells an attribute of people."""
        if self.treatment == PLAIN:
            return True
        counted = {indicator.base_field, indicator.measure_field} - {False}
        has_domain = (indicator.domain or "[]").strip() != "[]"
        return has_domain or not counted <= set(HEADLINES)

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
