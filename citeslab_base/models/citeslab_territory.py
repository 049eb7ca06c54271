from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CiteslabTerritory(models.Model):
    """Area in which a CitésLab works, agreed with Bpifrance (CDC §1.1)."""

    _name = "citeslab.territory"
    _description = "Territory"
    _inherit = ["citeslab.dated", "mail.thread"]
    _order = "company_id, name, id"
    _check_company_auto = True
    _checked_days = ("date_start", "date_end")

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    region_id = fields.Many2one(
        "res.country.state", string="Region", help="Region or department."
    )
    neighborhood_ids = fields.Many2many(
        "citeslab.neighborhood",
        "citeslab_territory_neighborhood_rel",
        "territory_id",
        "neighborhood_id",
        string="Quartiers",
    )
    chef_ids = fields.Many2many(
        "res.users",
        "citeslab_territory_chef_rel",
        "territory_id",
        "user_id",
        string="Chefs de projet",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    volunteer_ids = fields.Many2many(
        "res.users",
        "citeslab_territory_volunteer_rel",
        "territory_id",
        "user_id",
        string="Volunteers",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    date_start = fields.Date()
    date_end = fields.Date()
    population = fields.Integer(
        string="QPV/QVA Residents",
        compute="_compute_population",
        help="Inhabitants of the QPV and QVA of this territory.",
    )
    population_warning = fields.Char(compute="_compute_population")
    population_reason = fields.Text(
        string="Reason of the Difference",
        help="Why the territory is accepted outside the usual population.",
    )
    transport = fields.Html(help="How people move about: lines, stops, hours, lacks.")
    geography = fields.Html(help="Relief, borders, housing, centres of activity.")
    diagnosis = fields.Html(help="What the territory is like and needs.")
    organization_ids = fields.Many2many(
        "res.partner",
        "citeslab_territory_organization_rel",
        "territory_id",
        "partner_id",
        string="Structures Present",
        domain="[('organization_kind', '!=', False)]",
        help="Who acts there, with the people to call.",
    )
    place_ids = fields.One2many("citeslab.place", "territory_id", string="Places")
    outdated_message = fields.Char(compute="_compute_outdated_message")

    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start IS NULL OR date_start <= date_end)",
        "A territory must end after it starts.",
    )

    @api.depends(
        "neighborhood_ids.population", "neighborhood_ids.kind", "date_start", "date_end"
    )
    def _compute_population(self):
        """Add up the priority quartiers and compare with the rule (CDC §1.1).

        Of two lists of the same quartiers, the one in force counts.
        """
        today = fields.Date.context_today(self)
        in_force = self.env["citeslab.neighborhood"]._domain_valid_at(today)
        for territory in self:
            priority = territory.neighborhood_ids.filtered_domain(in_force).filtered(
                lambda area: area.kind in ("qpv", "qva")
            )
            territory.population = sum(priority.mapped("population"))
            territory.population_warning = territory._population_message()

    def _creation_message(self):
        """One sentence; the host's own lacks the French name of a new model."""
        return self.env._("Territory created")

    def _population_message(self):
        """Sentence on a population outside the rule, or ``False`` inside it."""
        self.ensure_one()
        day = self.date_start or fields.Date.context_today(self)
        Parameter = self.env["citeslab.parameter"]
        low = Parameter._value_at("territory_population_min", day)
        high = Parameter._value_at("territory_population_max", day)
        if not self.population:
            return False
        if low is not None and self.population < low:
            return self.env._(
                "%(count)s residents: the scheme asks for at least %(low)s "
                "(CDC §1.1). Add a quartier or write the reason.",
                count=self.population,
                low=int(low),
            )
        if high is not None and self.population > high:
            return self.env._(
                "%(count)s residents: the scheme asks for at most %(high)s "
                "(CDC §1.1). Split the territory or write the reason.",
                count=self.population,
                high=int(high),
            )
        return False

    @api.depends("neighborhood_ids.valid_to", "neighborhood_ids.successor_ids")
    def _compute_outdated_message(self):
        """Quartiers that a new national list replaced, and that are still alone."""
        for territory in self:
            names = territory._outdated().mapped("display_name")
            territory.outdated_message = bool(names) and self.env._(
                "No longer in the list in force: %(areas)s.", areas=", ".join(names)
            )

    def _outdated(self):
        """Quartiers out of force whose successors are not all here."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return self.neighborhood_ids.filtered(
            lambda area: area.valid_to
            and area.valid_to < today
            and area.successor_ids - self.neighborhood_ids
        )

    def action_follow_list(self):
        """Add the quartiers of the list in force; the former ones stay for the past."""
        for territory in self:
            territory.neighborhood_ids |= territory._outdated().successor_ids

    @api.constrains("neighborhood_ids", "company_id")
    def _check_neighborhoods(self):
        for territory in self:
            foreign = territory.neighborhood_ids.filtered(
                lambda area, company=territory.company_id: area.company_id
                and area.company_id != company
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(area)s belongs to another structure: choose a quartier "
                        "of the national list or of your structure.",
                        area=foreign[0].name,
                    )
                )

    @api.model
    def _default_for(self, company):
        """The only territory of a structure, nothing when it has several.

        :param company: a ``res.company`` record
        :rtype: models.Model
        """
        found = self.sudo().search([("company_id", "=", company.id)], limit=2)
        return self.browse(found.ids) if len(found) == 1 else self.browse()
