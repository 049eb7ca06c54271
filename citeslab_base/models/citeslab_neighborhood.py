from odoo import api, fields, models
from odoo.fields import Domain

from .selections import NEIGHBORHOOD_KIND


class CiteslabNeighborhood(models.Model):
    """Quartier in one vintage of the national list, or a local area.

    A quartier redrawn in a new vintage is another record, so that the photographs
    of past years keep the code that was in force.
    """

    _name = "citeslab.neighborhood"
    _description = "Neighbourhood"
    _order = "sequence, name, vintage desc, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True)
    code = fields.Char(index="btree_not_null", help="National code, as QN02907M.")
    kind = fields.Selection(NEIGHBORHOOD_KIND, required=True, default="qpv")
    vintage = fields.Integer(
        help="Year of the national list that holds this quartier, as 2015 or 2024."
    )
    valid_from = fields.Date()
    valid_to = fields.Date()
    commune = fields.Char(string="City")
    insee_codes = fields.Char(
        string="INSEE Codes", help="INSEE codes of its communes, separated by commas."
    )
    population = fields.Integer(string="Inhabitants", aggregator="sum")
    population_year = fields.Char(string="Year of the Count", size=4)
    predecessor_ids = fields.Many2many(
        "citeslab.neighborhood",
        "citeslab_neighborhood_succession",
        "successor_id",
        "predecessor_id",
        string="Formerly",
        help="Quartiers of the former list that this one replaces.",
    )
    aliases = fields.Text(help="Other names that an import accepts, one per line.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        help="Empty for a quartier that every structure may use.",
    )

    _code_vintage_unique = models.UniqueIndex(
        "(code, vintage, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "This quartier already exists in this vintage.",
    )
    _validity_order = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to)",
        "The validity of a quartier must end after it starts.",
    )
    _population_positive = models.Constraint(
        "CHECK (population IS NULL OR population >= 0)",
        "A number of inhabitants cannot be negative.",
    )

    @api.depends("name", "vintage")
    def _compute_display_name(self):
        """Tell two vintages of one name apart; one alone needs no year."""
        for area in self:
            area.display_name = area.name
            if area.vintage and area.valid_to:
                area.display_name = f"{area.name} ({area.vintage})"

    @api.model
    def _domain_valid_at(self, day):
        """Quartiers whose list is in force on a day.

        :param date day: day of the fact
        :rtype: Domain
        """
        started = Domain("valid_from", "=", False) | Domain("valid_from", "<=", day)
        running = Domain("valid_to", "=", False) | Domain("valid_to", ">=", day)
        return started & running
