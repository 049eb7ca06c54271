from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..figures.matrix import UNKNOWN
from .citeslab_bilan import Tally


class CiteslabDeclaredFigure(models.Model):
    """Figure of a period that nobody registered here, typed with its source.

    A first-time structure types the totals of the year before; a bilan prints
    them as declared, with the source in a footnote.
    """

    _name = "citeslab.declared.figure"
    _description = "Typed Figure"
    _order = "date_from desc, company_id, indicator_id, item_code, id"
    _check_company_auto = True

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
        help="Empty for the whole structure, as is a bilan without that filter.",
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_first()
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self._default_first() + relativedelta(month=12, day=31),
    )
    indicator_id = fields.Many2one(
        "citeslab.indicator",
        required=True,
        ondelete="cascade",
        domain="[('company_id', 'in', (False, company_id))]",
        check_company=True,
    )
    item_code = fields.Char(
        string="Row",
        help="Code of the row of a distribution, as qpv; empty for the total.",
    )
    item_label = fields.Char(string="Row Label", compute="_compute_item_label")
    value = fields.Float(required=True, digits=(16, 2), aggregator=None)
    source = fields.Char(
        required=True, help="Where the figure comes from, as: bilan 2022, page 4."
    )

    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The period must end after it starts."
    )
    _value_positive = models.Constraint(
        "CHECK (value >= 0)", "A figure cannot be negative."
    )
    _typed_once = models.UniqueIndex(
        "(company_id, COALESCE(territory_id, 0), date_from, date_to, indicator_id,"
        " COALESCE(item_code, ''))",
        "This figure is already typed for this period: correct it instead.",
    )

    @api.model
    def _default_first(self):
        """First day of last year: the usual year to type."""
        today = fields.Date.context_today(self)
        return today + relativedelta(years=-1, month=1, day=1)

    @api.depends("indicator_id", "item_code")
    def _compute_item_label(self):
        for line in self:
            line.item_label = line.indicator_id._rows().get(line.item_code)

    @api.constrains("indicator_id", "company_id")
    def _check_indicator(self):
        for line in self:
            owner = line.indicator_id.company_id
            if owner and owner != line.company_id:
                raise ValidationError(
                    self.env._(
                        "The indicator %(indicator)s belongs to another structure.",
                        indicator=line.indicator_id.name,
                    )
                )

    @api.constrains("indicator_id", "item_code")
    def _check_item_code(self):
        for line in self.filtered("item_code"):
            if not line.indicator_id.group_field and line.indicator_id.source:
                raise ValidationError(
                    self.env._(
                        "%(indicator)s has no rows: leave the row empty and type "
                        "its total.",
                        indicator=line.indicator_id.name,
                    )
                )
            line.indicator_id._check_row(line.item_code)

    @api.constrains("value", "item_code", "indicator_id")
    def _check_total(self):
        """The rows of a figure never pass its total."""
        for lines in self._siblings().grouped(lambda line: line._key()).values():
            total = lines.filtered(lambda line: not line.item_code)
            parts = sum((lines - total).mapped("value"))
            if total and parts > total.value:
                raise ValidationError(
                    self.env._(
                        "%(indicator)s: its rows add up to %(parts)s, more than "
                        "its total of %(total)s.",
                        indicator=total.indicator_id.name,
                        parts=f"{parts:g}",
                        total=f"{total.value:g}",
                    )
                )

    def _key(self):
        """What the lines of one figure have in common."""
        return (
            self.company_id,
            self.territory_id,
            self.date_from,
            self.date_to,
            self.indicator_id,
        )

    def _siblings(self):
        """All the lines of the figures of this set."""
        return self.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("indicator_id", "in", self.indicator_id.ids),
                ("date_from", "in", self.mapped("date_from")),
            ]
        )

    def _as_tally(self):
        """The lines of one figure as the engine counts: what lacks is unknown."""
        total = self.filtered(lambda line: not line.item_code)
        parts = {line.item_code: line.value for line in self - total}
        tally = Tally(
            value=total.value if total else sum(parts.values()),
            parts=parts,
            source=", ".join(dict.fromkeys(self.mapped("source"))),
        )
        missing = tally.value - sum(parts.values())
        if parts and missing > 0:
            parts[UNKNOWN] = parts.get(UNKNOWN, 0) + missing
        return tally
