from odoo import api, fields, models
from odoo.exceptions import UserError


class CiteslabPeriodChange(models.Model):
    """What was changed in a closed period, by whom and why: kept as it was."""

    _name = "citeslab.period.change"
    _description = "Change in a Closed Period"
    _order = "id desc"

    lock_id = fields.Many2one(
        "citeslab.period.lock", required=True, index=True, ondelete="restrict"
    )
    exception_id = fields.Many2one(
        "citeslab.period.exception", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", string="Structure", required=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    reason = fields.Char(required=True)
    operation = fields.Selection(
        [("create", "Added"), ("write", "Changed"), ("unlink", "Deleted")],
        required=True,
    )
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model")
    label = fields.Char(string="Record")
    day = fields.Date()
    fields_changed = fields.Char(string="Fields")

    def write(self, vals):
        self._refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        self._refuse_change()

    def _refuse_change(self):
        if self:
            raise UserError(
                self.env._("What was changed in a closed period stays told as it was.")
            )
