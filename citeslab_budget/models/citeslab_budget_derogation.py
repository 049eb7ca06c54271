from odoo import api, fields, models


class CiteslabBudgetDerogation(models.Model):
    """Why a rule is passed, who decided it, up to which amount (CDC §6.3)."""

    _name = "citeslab.budget.derogation"
    _description = "Derogation"
    _check_company_auto = True
    _inherit = ["citeslab.budget.amounts"]
    _order = "budget_id, rule_id, id"

    budget_id = fields.Many2one(
        "citeslab.budget", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="budget_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    rule_id = fields.Many2one(
        "citeslab.budget.rule",
        required=True,
        ondelete="restrict",
        check_company=True,
    )
    reason = fields.Text(required=True)
    decided_by = fields.Char(
        required=True, help="Person or body that decides: the RCE, the COPIL."
    )
    date = fields.Date(
        string="Decided On", required=True, default=fields.Date.context_today
    )
    amount = fields.Monetary(
        string="Covered Up To",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="Going further over the limit asks for a new decision.",
    )
    document = fields.Binary(attachment=True)
    document_name = fields.Char()

    _rule_unique = models.UniqueIndex(
        "(budget_id, rule_id)",
        "This rule already has a derogation in this budget: change that one.",
    )

    def _amount_fields(self):
        return ["amount"]

    @api.depends("budget_id", "rule_id")
    def _compute_amount(self):
        """By default, what is over today."""
        for one in self:
            if one.amount or not one.budget_id or not one.rule_id:
                continue
            over = {
                finding["rule"].id: finding["over"]
                for finding in one.budget_id._findings()
                if finding["rule"]
            }
            one.amount = over.get(one.rule_id._origin.id, 0)

    @api.depends("rule_id.name", "budget_id.name")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.rule_id.name} – {one.budget_id.name}"

    @api.model_create_multi
    def create(self, vals_list):
        derogations = super().create(vals_list)
        for one in derogations:
            one.budget_id.message_post(
                body=self.env._(
                    "Derogation to “%(rule)s” up to %(amount)s, decided by %(who)s: "
                    "%(reason)s",
                    rule=one.rule_id.name,
                    amount=one.currency_id.format(one.amount),
                    who=one.decided_by,
                    reason=one.reason,
                )
            )
        return derogations
