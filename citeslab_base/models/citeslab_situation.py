from odoo import api, fields, models

from ..tools.dates import age_at
from .selections import GENDER, RESIDENCE, TARGET_PUBLIC


class CiteslabSituation(models.Model):
    """Photograph of a person at a date: what the bilan counts.

    It holds values, not links to what may change: a move, a birthday or an erasure
    never rewrites it.
    """

    _name = "citeslab.situation"
    _inherit = ["citeslab.parcours.child"]
    _description = "Situation"

    gender = fields.Selection(
        GENDER, compute="_compute_gender", store=True, readonly=False, precompute=True
    )
    age = fields.Integer(
        compute="_compute_age",
        store=True,
        readonly=False,
        precompute=True,
        aggregator="avg",
        help="Age at the date of the photograph; 0 when unknown.",
    )
    target_public = fields.Selection(TARGET_PUBLIC, string="Public")
    employment_id = fields.Many2one(
        "citeslab.employment", string="Situation", ondelete="restrict"
    )
    is_jobseeker = fields.Boolean(
        string="Registered Jobseeker",
        compute="_compute_is_jobseeker",
        store=True,
        readonly=False,
        precompute=True,
    )
    resource_id = fields.Many2one(
        "citeslab.resource",
        string="Resource",
        compute="_compute_resource_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    education_id = fields.Many2one(
        "citeslab.education", string="Level of Education", ondelete="restrict"
    )
    residence = fields.Selection(
        RESIDENCE,
        compute="_compute_residence",
        store=True,
        readonly=False,
        precompute=True,
    )
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood",
        string="Quartier",
        compute="_compute_neighborhood_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    neighborhood_code = fields.Char(
        string="QPV Code",
        compute="_compute_neighborhood_code",
        store=True,
        precompute=True,
        help="Code of the quartier in the list in force at the date.",
    )
    neighborhood_vintage = fields.Integer(
        string="QPV List",
        compute="_compute_neighborhood_code",
        store=True,
        precompute=True,
        aggregator=None,
    )

    _age_plausible = models.Constraint(
        "CHECK (age IS NULL OR age BETWEEN 0 AND 120)",
        "An age is between 0 and 120 years.",
    )
    _company_date_idx = models.Index("(company_id, parcours_id, date)")

    # One method a field: a value that a form brings for one of two fields computed
    # together would leave the other one empty.

    @api.depends("parcours_id")
    def _compute_gender(self):
        for photograph in self:
            person = photograph.parcours_id.partner_id
            photograph.gender = photograph.gender or person.gender

    @api.depends("parcours_id")
    def _compute_age(self):
        for photograph in self:
            person = photograph.parcours_id.partner_id
            photograph.age = photograph.age or age_at(
                person.birthdate_date, photograph.date
            )

    @api.depends("parcours_id")
    def _compute_residence(self):
        for photograph in self:
            person = photograph.parcours_id.partner_id
            photograph.residence = photograph.residence or person.residence or "unknown"

    @api.depends("parcours_id")
    def _compute_neighborhood_id(self):
        for photograph in self:
            person = photograph.parcours_id.partner_id
            photograph.neighborhood_id = (
                photograph.neighborhood_id or person.neighborhood_id
            )

    @api.depends("employment_id")
    def _compute_is_jobseeker(self):
        for photograph in self:
            photograph.is_jobseeker = photograph.employment_id.is_jobseeker

    @api.depends("employment_id")
    def _compute_resource_id(self):
        for photograph in self:
            usual = photograph.employment_id.resource_id
            photograph.resource_id = usual or photograph.resource_id

    @api.depends("neighborhood_id")
    def _compute_neighborhood_code(self):
        """Only when the quartier is chosen: a later list does not rename the past."""
        for photograph in self:
            photograph.neighborhood_code = photograph.neighborhood_id.code
            photograph.neighborhood_vintage = photograph.neighborhood_id.vintage

    def write(self, vals):
        if "date" not in vals or "age" in vals:
            return super().write(vals)
        known = self.filtered(
            lambda row: row.age == age_at(row.partner_id.birthdate_date, row.date)
        )
        result = super().write(vals)
        for photograph in known:  # its date was mistyped: so was the age
            birthdate = photograph.partner_id.birthdate_date
            if birthdate:
                photograph.age = age_at(birthdate, photograph.date)
        return result

    def _next_values(self):
        """Values of the photograph to propose after this one.

        :return: field values without a date, for a form to start from
        :rtype: dict
        """
        self.ensure_one()
        person = self.parcours_id.partner_id
        return {
            "parcours_id": self.parcours_id.id,
            "gender": person.gender or self.gender,
            "target_public": self.target_public,
            "employment_id": self.employment_id.id,
            "is_jobseeker": self.is_jobseeker,
            "resource_id": self.resource_id.id,
            "education_id": self.education_id.id,
            "residence": person.residence or self.residence,
            "neighborhood_id": (person.neighborhood_id or self.neighborhood_id).id,
        }
