from odoo import api, fields, models

from .selections import FINISHED_NEWS


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
    oriented_count = fields.Integer(
        string="Oriented", compute="_compute_counts", groups="citeslab_base.group_chef"
    )
    accepted_count = fields.Integer(
        string="Accepted", compute="_compute_counts", groups="citeslab_base.group_chef"
    )
    finished_count = fields.Integer(
        string="Finished",
        compute="_compute_counts",
        groups="citeslab_base.group_chef",
        help="Accepted, and told by the partner as having completed the programme "
        "or created the business.",
    )

    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start IS NULL OR date_start <= date_end)",
        "A promotion must end after it starts.",
    )

    @api.depends("name", "program_id.name")
    def _compute_display_name(self):
        for promotion in self:
            promotion.display_name = f"{promotion.program_id.name} {promotion.name}"

    @api.depends("orientation_ids.state", "orientation_ids.news")
    def _compute_counts(self):
        """Oriented, accepted, finished: what the table of the programmes tells."""
        Orientation = self.env["citeslab.orientation"]
        counts = dict.fromkeys(self, (0, 0, 0))
        for promotion, state, news, count in Orientation._read_group(
            [("promotion_id", "in", self.ids)],
            ["promotion_id", "state", "news"],
            ["__count"],
        ):
            is_accepted = state == "accepted"
            is_finished = is_accepted and news in FINISHED_NEWS
            told = (1, is_accepted, is_finished)
            counts[promotion] = tuple(
                total + count * flag
                for total, flag in zip(counts[promotion], told, strict=True)
            )
        for promotion in self:
            (
                promotion.oriented_count,
                promotion.accepted_count,
                promotion.finished_count,
            ) = counts.get(promotion, (0, 0, 0))
