from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CiteslabConventionInstalment(models.Model):
    """Payment that a convention foresees, its due date and its proofs."""

    _name = "citeslab.convention.instalment"
    _description = "Instalment"
    _inherit = ["citeslab.budget.amounts"]
    _order = "date_due, id"

    convention_id = fields.Many2one(
        "citeslab.convention", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="convention_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char(required=True, help="As advance, balance.")
    date_due = fields.Date(required=True)
    amount = fields.Monetary(string="Expected")
    date_paid = fields.Date()
    amount_paid = fields.Monetary(string="Paid")
    state = fields.Selection(
        [("expected", "Expected"), ("late", "Late"), ("paid", "Paid")],
        compute="_compute_state",
        search="_search_state",
    )
    proof_ids = fields.Many2many(
        "ir.attachment",
        "citeslab_instalment_attachment_rel",
        "instalment_id",
        "attachment_id",
        string="Proofs",
        help="Request for payment, notice of payment.",
    )

    def _amount_fields(self):
        return ["amount", "amount_paid"]

    @api.depends("date_paid", "date_due")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for one in self:
            is_late = one.date_due and one.date_due < today
            one.state = "paid" if one.date_paid else "late" if is_late else "expected"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        waiting = fields.Domain("date_paid", "=", False)
        domains = {
            "paid": fields.Domain("date_paid", "!=", False),
            "late": waiting & fields.Domain("date_due", "<", today),
            "expected": waiting & fields.Domain("date_due", ">=", today),
        }
        return fields.Domain.OR(domains[state] for state in value if state in domains)

    @api.constrains("amount_paid", "date_paid")
    def _check_paid(self):
        for one in self:
            if bool(one.amount_paid) != bool(one.date_paid):
                raise ValidationError(
                    self.env._(
                        "Instalment %(name)s: a payment has both an amount and a date.",
                        name=one.name,
                    )
                )
