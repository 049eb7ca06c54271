from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..figures.pilotage import year_bounds

# What CDC §5.1 sets for the first year, and local objectives usually add to it.
USUAL = (
    ("objective", False, "objective_persons"),
    ("objective", "qpv", "objective_qpv_rate"),
    ("animations", False, None),
    ("creations", False, None),
)


class CiteslabObjective(models.Model):
    """What a territory should reach in a year, by a figure of the bilan.

    The figure tells the definition: with a row (as *QPV*) the objective is the share
    of this row in the figure, in percent.
    """

    _name = "citeslab.objective"
    _description = "Yearly Objective"
    _order = "year desc, territory_id, sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        index="btree_not_null",
        help="Empty: for the whole structure.",
    )
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year
    )
    indicator_id = fields.Many2one(
        "citeslab.indicator",
        string="Figure",
        required=True,
        ondelete="restrict",
        domain="[('source', '!=', False),"
        " ('kind', 'in', ['count', 'rate', 'distribution', 'hours'])]",
        check_company=True,
    )
    item_code = fields.Char(
        string="Row",
        help="Code of a row of the figure, as qpv: the objective is then its share, "
        "in percent.",
    )
    item_label = fields.Char(string="Row Label", compute="_compute_item_label")
    is_share = fields.Boolean(compute="_compute_is_share")
    target = fields.Float(required=True, digits=(16, 1))
    unit = fields.Char(compute="_compute_is_share")
    definition = fields.Text(related="indicator_id.definition")
    source = fields.Char(help="Who set it: the scheme, a COPIL and its date.")

    _target_positive = models.Constraint(
        "CHECK (target > 0)", "An objective is more than zero."
    )
    _year_range = models.Constraint(
        "CHECK (year BETWEEN 2000 AND 2100)",
        "The year of an objective has four digits, from 2000 to 2100.",
    )
    _figure_unique = models.UniqueIndex(
        "(company_id, COALESCE(territory_id, 0), year, indicator_id,"
        " COALESCE(item_code, ''))",
        "This figure already has an objective for this year: change that one.",
    )

    @api.depends("company_id")
    def _compute_territory_id(self):
        Territory = self.env["citeslab.territory"]
        for objective in self:
            if objective.territory_id.company_id != objective.company_id:
                objective.territory_id = Territory._default_for(objective.company_id)

    @api.depends("indicator_id", "item_code")
    def _compute_item_label(self):
        for objective in self:
            rows = objective.item_code and objective.indicator_id._rows()
            objective.item_label = rows and rows.get(objective.item_code)

    @api.depends("indicator_id.kind", "item_code")
    def _compute_is_share(self):
        for objective in self:
            objective.is_share = bool(
                objective.item_code or objective.indicator_id.kind == "rate"
            )
            objective.unit = "%" if objective.is_share else ""

    @api.depends("indicator_id.name", "year", "item_code")
    def _compute_display_name(self):
        for objective in self:
            row = f" ({objective.item_code})" if objective.item_code else ""
            objective.display_name = (
                f"{objective.year} – {objective.indicator_id.name or ''}{row}"
            )

    @api.constrains("target", "item_code", "indicator_id")
    def _check_share(self):
        for objective in self:
            if objective.is_share and objective.target > 100:
                raise ValidationError(
                    self.env._(
                        "%(objective)s is a share: its target is 100 %% at most.",
                        objective=objective.display_name,
                    )
                )
            if objective.item_code and not objective.indicator_id.group_field:
                raise ValidationError(
                    self.env._(
                        "%(figure)s has no rows: leave the row empty.",
                        figure=objective.indicator_id.name,
                    )
                )

    @api.constrains("indicator_id", "item_code")
    def _check_item_code(self):
        for objective in self.filtered("item_code"):
            objective.indicator_id._check_row(objective.item_code)

    @api.model
    def _of(self, company, territory, year):
        """Objectives of a year: those of the territory, else of the structure."""
        found = self.search([("company_id", "=", company.id), ("year", "=", year)])
        if territory:
            own = found.filtered(lambda one: one.territory_id == territory)
            return own or found.filtered(lambda one: not one.territory_id)
        whole = found.filtered(lambda one: not one.territory_id)
        only = self.env["citeslab.territory"]._default_for(company)
        return whole or found.filtered(lambda one: only and one.territory_id == only)

    @api.model
    def _prepare_year(self, company, territory, year):
        """Write the usual objectives of a year that has none.

        Those of the year before are taken again; a first year takes the numbers of
        the scheme (CDC §5.1). Local objectives are then set by the COPIL (CDC §5.1):
        nothing is written for what neither of them tells.

        :return: the new objectives
        """
        if self._of(company, territory, year):
            return self.browse()
        before = self._of(company, territory, year - 1)
        if before:
            return before.copy({"year": year, "source": False})
        first, _last = year_bounds(year)
        Parameter = self.env["citeslab.parameter"]
        indicators = self.env["citeslab.indicator"]._for_company(company)
        rows = []
        for rank, (code, item_code, parameter) in enumerate(USUAL, 1):
            indicator = indicators.filtered(lambda one, code=code: one.code == code)[:1]
            number = parameter and Parameter._in_force(parameter, first)
            if indicator and number:
                rows.append(
                    {
                        "sequence": 10 * rank,
                        "company_id": company.id,
                        "territory_id": territory.id if territory else False,
                        "year": year,
                        "indicator_id": indicator.id,
                        "item_code": item_code,
                        "target": number.value,
                        "source": number.source,
                    }
                )
        return self.create(rows)
