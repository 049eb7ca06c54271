from odoo import api, fields, models


class CiteslabDuty(models.AbstractModel):
    """Something owed by a day, by somebody: it is an activity of its record.

    A model that inherits it says in :meth:`_duty_record` whose activity it is.
    """

    _name = "citeslab.duty"
    _description = "Duty with a Day"
    _order = "date_due, id"

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
        duties = super().create(vals_list)
        duties._sync_activity()
        return duties

    def write(self, vals):
        result = super().write(vals)
        if self._duty_fields() & vals.keys():
            self._sync_activity()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_activity(self):
        self.sudo().activity_id.unlink()

    def action_done(self):
        """It is done today: its activity is closed."""
        self.write({"date_done": fields.Date.context_today(self)})

    def _duty_record(self):
        """Record, with activities, on which the duty is reminded of."""
        raise NotImplementedError

    @api.model
    def _duty_fields(self):
        """Fields whose change changes the activity."""
        return {"name", "date_due", "user_id", "date_done"}

    def _sync_activity(self):
        """An open duty is an activity of its record; a done one closes it."""
        for duty in self:
            # as superuser: whoever changes the duty may not see the other's activity;
            # one that was closed stays so, and a duty opened again has a new one
            activity = duty.sudo().activity_id.filtered("active")
            if duty.date_done:
                activity.action_feedback(feedback=duty.name)
            elif activity:
                activity.write(duty._activity_values())
            else:
                duty.activity_id = (
                    duty._duty_record()
                    .sudo()
                    .activity_schedule(
                        "mail.mail_activity_data_todo", **duty._activity_values()
                    )
                )

    def _activity_values(self):
        return {
            "summary": self.name,
            "date_deadline": self.date_due,
            "user_id": self.user_id.id,
        }
