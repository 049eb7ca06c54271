from odoo import api, fields, models


class CiteslabRetentionReview(models.TransientModel):
    """The people whom the retention is about to erase: a dry run."""

    _name = "citeslab.retention.review"
    _description = "Old Files"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        default=lambda self: self.env.company,
    )
    months = fields.Integer(
        string="Months Without News",
        compute="_compute_settings",
        store=True,
        readonly=False,
    )
    is_active = fields.Boolean(compute="_compute_settings", store=True)
    notice_days = fields.Integer(compute="_compute_settings", store=True)
    partner_ids = fields.Many2many(
        "res.partner", string="Old Files", compute="_compute_partner_ids"
    )
    due_count = fields.Integer(string="Number of Files", compute="_compute_partner_ids")

    @api.depends("company_id")
    def _compute_settings(self):
        for review in self:
            company = review.company_id.sudo()  # the settings of one's own structure
            review.months = company._retention_months()
            review.is_active = company.retention_active
            review.notice_days = company._retention_notice_days()

    @api.depends("company_id", "months")
    def _compute_partner_ids(self):
        for review in self:
            due = self.env["citeslab.retention"].sudo()._due(review.company_id)
            review.partner_ids = due.ids
            review.due_count = len(due)

    def action_apply(self):
        """Keep the number of months and show the list that it gives."""
        return self._set(retention_months=self.months)

    def action_start(self):
        """Start: from tonight on, notice, then anonymisation."""
        return self._set(retention_months=self.months, retention_active=True)

    def action_stop(self):
        """Nothing more is told nor erased."""
        return self._set(retention_active=False)

    def _set(self, **values):
        self.ensure_one()
        self.check_access("write")
        company = self.company_id.with_user(self.env.user)
        company.check_access("read")
        # sudo: two settings of his own structure, which only this dialog writes
        company.sudo().write(values)
        self.invalidate_recordset()
        self._compute_settings()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }
