from odoo import api, fields, models

from .selections import DATE_PRECISION


class CiteslabAction(models.Model):
    """Work that is neither a RDV nor an event: meeting, jury, communication."""

    _name = "citeslab.action"
    _description = "Action"
    _inherit = [
        "citeslab.period.guard",
        "citeslab.placed",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True)
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
        index="btree_not_null",
        default=lambda self: self.env["citeslab.territory"]._default_for(
            self.env.company
        ),
    )
    user_id = fields.Many2one(
        "res.users", string="Done By", default=lambda self: self.env.user, index=True
    )
    mission_id = fields.Many2one(
        "citeslab.mission",
        required=True,
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    kind_id = fields.Many2one("citeslab.action.kind", ondelete="restrict")
    theme = fields.Selection(
        [
            ("creation", "Creation"),
            ("employment", "Job and Integration"),
            ("network", "CitésLab Network"),
        ],
        help="Table of the partnerships in which it is told.",
    )
    date = fields.Date(required=True, index=True, default=fields.Date.context_today)
    date_precision = fields.Selection(DATE_PRECISION, required=True, default="day")
    date_end = fields.Date()
    occurrences = fields.Integer(
        default=1, required=True, help="Number of times, as 12 for a monthly meeting."
    )
    duration = fields.Float(
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="In hours, for one time.",
    )
    total_duration = fields.Float(
        compute="_compute_total_duration", store=True, help="In hours, all times."
    )
    organization_ids = fields.Many2many(
        "res.partner",
        "citeslab_action_organization_rel",
        "action_id",
        "partner_id",
        string="Organisations",
        domain="[('organization_kind', '!=', False)]",
    )
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood",
        string="Quartier",
        compute="_compute_neighborhood_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    qpv_share = fields.Float(
        string="Share from QPV (%)",
        help="Share of residents of priority quartiers among those it served: "
        "justifies an action outside of them (CDC §1.1).",
    )
    headcount_ids = fields.One2many("citeslab.headcount", "action_id")
    notes = fields.Html()

    _occurrences_positive = models.Constraint(
        "CHECK (occurrences > 0)", "An action takes place at least once."
    )
    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date <= date_end)",
        "An action must end after it starts.",
    )
    _share_is_percent = models.Constraint(
        "CHECK (qpv_share IS NULL OR qpv_share BETWEEN 0 AND 100)",
        "A share is between 0 and 100 %.",
    )
    _company_date_idx = models.Index("(company_id, date)")

    @api.depends("kind_id")
    def _compute_from_kind(self):
        """A kind proposes its mission and duration; what was typed stays."""
        for action in self:
            action.mission_id = action.kind_id.mission_id or action.mission_id
            action.duration = action.duration or action.kind_id.duration

    @api.depends("place_id")
    def _compute_neighborhood_id(self):
        """A place proposes its quartier; what was typed stays."""
        for action in self:
            action.neighborhood_id = (
                action.neighborhood_id or action.place_id.neighborhood_id
            )

    @api.depends("duration", "occurrences")
    def _compute_total_duration(self):
        for action in self:
            action.total_duration = action.duration * action.occurrences
