from odoo import fields, models

from .selections import FOLLOWUP_ANSWER


class CiteslabFollowup(models.Model):
    """Question asked some months after a creation: still active, how many jobs?"""

    _name = "citeslab.followup"
    _inherit = ["citeslab.parcours.child"]
    _description = "Follow-up of a Creation"
    _order = "date, id"

    outcome_id = fields.Many2one(
        "citeslab.outcome",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    months = fields.Integer(
        string="Months After", required=True, readonly=True, aggregator=None
    )
    answer = fields.Selection(FOLLOWUP_ANSWER, string="How Is the Business?")
    answer_date = fields.Date()
    jobs = fields.Integer(help="Jobs of the business, the founder's included.")
    note = fields.Char()
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, index="btree_not_null"
    )

    _once = models.UniqueIndex(
        "(outcome_id, months)", "This follow-up of the creation is already planned."
    )
    _jobs_positive = models.Constraint(
        "CHECK (jobs IS NULL OR jobs >= 0)", "Jobs cannot be fewer than zero."
    )

    def write(self, vals):
        """An answer ends the activity that asked for it."""
        if vals.get("answer") and "answer_date" not in vals:
            vals = {**vals, "answer_date": fields.Date.context_today(self)}
        result = super().write(vals)
        if vals.get("answer"):
            self.activity_id.filtered("active").action_feedback()
        return result

    def _schedule_activities(self):
        """Put each question on the list of activities of the référent."""
        for followup in self:
            parcours = followup.parcours_id
            followup.activity_id = parcours.activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=followup.date,
                summary=self.env._(
                    "Follow-up at %(months)s months: still active? how many jobs?",
                    months=followup.months,
                ),
                user_id=(parcours.user_id or self.env.user).id,
            )
