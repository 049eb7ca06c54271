from odoo import api, fields, models
from odoo.exceptions import UserError


class CiteslabPeriodException(models.Model):
    """Leave of a manager to correct a closed period for a while, and why."""

    _name = "citeslab.period.exception"
    _description = "Correction of a Closed Period"
    _order = "date_end desc, id desc"
    _rec_name = "reason"

    lock_id = fields.Many2one(
        "citeslab.period.lock", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="lock_id.company_id", store=True, precompute=True, index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who",
        required=True,
        default=lambda self: self.env.user,
        readonly=True,
        ondelete="restrict",
    )
    reason = fields.Char(required=True, help="Why the period has to be corrected.")
    date_end = fields.Datetime(
        string="Until",
        required=True,
        default=lambda self: fields.Datetime.add(fields.Datetime.now(), hours=8),
    )
    change_ids = fields.One2many("citeslab.period.change", "exception_id")

    @api.model_create_multi
    def create(self, vals_list):
        """An exception is one's own: nobody opens a period in another's name."""
        own = [{**vals, "user_id": self.env.user.id} for vals in vals_list]
        return super().create(own)

    def write(self, vals):
        if self.sudo().change_ids and {"reason", "lock_id", "user_id"} & vals.keys():
            self._refuse_used()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.sudo().change_ids:
            self._refuse_used()

    def _refuse_used(self):
        raise UserError(
            self.env._(
                "Corrections were made for this reason, which stays: write another one."
            )
        )

    @api.model
    def _running(self, lock):
        """The leave that the user holds now for a closed period.

        :param lock: ``citeslab.period.lock`` record
        :rtype: citeslab.period.exception record, or none
        """
        if not self.env.user.has_group("citeslab_base.group_manager"):
            return self.browse()
        # read whatever the companies ticked: the leave is the user's own
        return self.sudo().search(
            [
                ("lock_id", "=", lock.id),
                ("user_id", "=", self.env.user.id),
                ("date_end", ">", fields.Datetime.now()),
            ],
            limit=1,
        )
