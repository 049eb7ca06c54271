from odoo import api, fields, models


class CiteslabConventionObligation(models.Model):
    """Duty that a convention sets: a report, a logo, a COPIL (CDC §4.1, §6.7)."""

    _name = "citeslab.convention.obligation"
    _description = "Obligation"
    _order = "date_due, id"

    convention_id = fields.Many2one(
        "citeslab.convention", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="convention_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        [
            ("report", "Report due"),
            ("account", "Final account due"),
            ("logo", "Logo shown"),
            ("copil", "COPIL"),
            ("other", "Other"),
        ],
        required=True,
        default="report",
    )
    name = fields.Char(required=True)
    date_due = fields.Date(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="In Charge",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    date_done = fields.Date()
    activity_id = fields.Many2one("mail.activity", copy=False, ondelete="set null")

    @api.model_create_multi
    def create(self, vals_list):
        obligations = super().create(vals_list)
        obligations._sync_activity()
        return obligations

    def write(self, vals):
        result = super().write(vals)
        if {"name", "date_due", "user_id", "date_done"} & vals.keys():
            self._sync_activity()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_activity(self):
        self.sudo().activity_id.unlink()

    def action_done(self):
        self.write({"date_done": fields.Date.context_today(self)})

    def _sync_activity(self):
        """An open duty is an activity of its convention; a done one closes it."""
        for duty in self:
            activity = duty.sudo().activity_id
            if duty.date_done:
                activity.action_feedback(feedback=duty.name)
            elif activity:
                activity.write(duty._activity_values())
            else:
                duty.activity_id = duty.convention_id.sudo().activity_schedule(
                    "mail.mail_activity_data_todo", **duty._activity_values()
                )

    def _activity_values(self):
        return {
            "summary": self.name,
            "date_deadline": self.date_due,
            "user_id": self.user_id.id,
        }
