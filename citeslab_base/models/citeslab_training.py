from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .selections import TRAINING_KIND, TRAINING_STATE


class CiteslabTraining(models.Model):
    """Life of the network: training, seminar, meeting that one person attends.

    The compulsory programme has three axes: common core, complementary topics,
    co-development (CDC §2.2).
    """

    _name = "citeslab.training"
    _description = "Training and Life of the Network"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Topic", required=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who Attends",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    kind = fields.Selection(TRAINING_KIND, required=True)
    state = fields.Selection(
        TRAINING_STATE, required=True, default="planned", group_expand=True
    )
    date = fields.Date(required=True, index=True, default=fields.Date.context_today)
    date_end = fields.Date()
    hours = fields.Float(help="Hours attended, all days.")
    organizer_id = fields.Many2one(
        "res.partner", string="Organised By", ondelete="restrict", check_company=True
    )
    place = fields.Char()
    certificate = fields.Binary(attachment=True, copy=False)
    certificate_name = fields.Char(copy=False)
    note = fields.Char()

    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date <= date_end)",
        "A training must end after it starts.",
    )
    _hours_positive = models.Constraint(
        "CHECK (hours IS NULL OR hours >= 0)", "Hours cannot be fewer than zero."
    )
    _company_date_idx = models.Index("(company_id, date)")

    @api.constrains("state", "date")
    def _check_attended_not_in_future(self):
        today = fields.Date.context_today(self)
        for training in self.filtered(lambda row: row.state == "attended"):
            if training.date > today:
                raise ValidationError(
                    self.env._(
                        "%(name)s is still to come (%(date)s): mark it as attended "
                        "once it took place.",
                        name=training.name,
                        date=format_date(self.env, training.date),
                    )
                )

    def action_attended(self):
        """Mark as attended."""
        self.write({"state": "attended"})
