from odoo import api, fields, models


class CiteslabProgramPromotion(models.Model):
    """One intake of a programme, with its dates and place."""

    _name = "citeslab.program.promotion"
    _description = "Promotion of a Programme"
    _order = "date_start desc, id desc"
    _check_company_auto = True

    program_id = fields.Many2one(
        "citeslab.program", required=True, index=True, ondelete="restrict"
    )
    name = fields.Char(required=True, help="As 2023, or spring 2024.")
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_start = fields.Date()
    date_end = fields.Date()
    place = fields.Char()
    seats = fields.Integer()
    orientation_ids = fields.One2many("citeslab.orientation", "promotion_id")

    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start IS NULL OR date_start <= date_end)",
        "A promotion must end after it starts.",
    )

    @api.depends("name", "program_id.name")
    def _compute_display_name(self):
        for promotion in self:
            promotion.display_name = f"{promotion.program_id.name} {promotion.name}"
