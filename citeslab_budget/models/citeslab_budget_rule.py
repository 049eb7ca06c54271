from decimal import Decimal
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..figures import rules


class CiteslabBudgetRule(models.Model):
    """Rule of a funder, from a date to a date, with the text that sets it.

    The sum of some lines is at most (at least) ``amount + rate % of other lines``.
    """

    _name = "citeslab.budget.rule"
    _description = "Rule of a Funder"
    _check_company_auto = True
    _order = "sequence, code, date_from, id"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Empty for a rule of the whole scheme.",
    )
    funder_id = fields.Many2one(
        "citeslab.funder",
        help="Holds only for the budgets to which this funder contributes.",
        check_company=True,
    )
    date_from = fields.Date(string="Valid From", required=True)
    date_to = fields.Date(string="Valid To")
    source = fields.Char(required=True, help="Text that sets the rule.")
    message = fields.Char(
        required=True,
        translate=True,
        help="Sentence shown when the rule is broken, without the amounts.",
    )
    column = fields.Selection(
        [(rules.PLANNED, "Forecast"), (rules.ACTUAL, "Actual")],
        required=True,
        default=rules.PLANNED,
        help="Column of the budget that the rule reads.",
    )
    condition = fields.Selection(
        [
            ("always", "Always"),
            ("investment", "First year or renewal"),
            ("no_investment", "Neither first year nor renewal"),
        ],
        required=True,
        default="always",
    )
    operator = fields.Selection(
        [(rules.AT_MOST, "At most"), (rules.AT_LEAST, "At least")],
        required=True,
        default=rules.AT_MOST,
    )
    subject_category_ids = fields.Many2many(
        "citeslab.budget.category",
        "citeslab_rule_subject_category_rel",
        "rule_id",
        "category_id",
        string="Lines",
    )
    subject_kind_ids = fields.Many2many(
        "citeslab.funder.kind",
        "citeslab_rule_subject_kind_rel",
        "rule_id",
        "kind_id",
        string="Contributions Of",
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.EUR")
    )
    amount = fields.Monetary()
    rate = fields.Float(string="Rate (%)", digits=(16, 2))
    base_total = fields.Boolean(string="Of All Expenses")
    base_category_ids = fields.Many2many(
        "citeslab.budget.category",
        "citeslab_rule_base_category_rel",
        "rule_id",
        "category_id",
        string="Of the Lines",
    )
    base_kind_ids = fields.Many2many(
        "citeslab.funder.kind",
        "citeslab_rule_base_kind_rel",
        "rule_id",
        "kind_id",
        string="Of the Contributions Of",
    )

    _code_from_unique = models.UniqueIndex(
        "(code, date_from, COALESCE(company_id, 0))",
        "This rule already exists from this date.",
    )
    _period_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)",
        "A rule must end after it starts.",
    )
    _not_negative = models.Constraint(
        "CHECK (amount >= 0 AND rate >= 0)",
        "The amount and the rate of a rule are zero or more.",
    )

    @api.constrains("code", "subject_category_ids", "subject_kind_ids")
    def _check_subject(self):
        for rule in self:
            if not rule.subject_category_ids and not rule.subject_kind_ids:
                raise ValidationError(
                    self.env._(
                        "Rule %(rule)s reads no line: choose lines or kinds of "
                        "funders.",
                        rule=rule.name,
                    )
                )

    @api.constrains("code", "rate", "base_total", "base_category_ids", "base_kind_ids")
    def _check_base(self):
        for rule in self:
            has_base = rule.base_total or rule.base_category_ids or rule.base_kind_ids
            if bool(rule.rate) != bool(has_base):
                raise ValidationError(
                    self.env._(
                        "Rule %(rule)s: a rate needs lines of which it is a share, "
                        "and the other way round.",
                        rule=rule.name,
                    )
                )

    @api.depends("name", "date_from")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule.name

    @api.model
    def _rules_of(self, budget):
        """Rules that hold for a budget: its dates, its funders, its case.

        :param budget: a ``citeslab.budget`` record, saved or being typed
        """
        day = budget.date_from
        if not day:
            return self.browse()
        investment = budget.investment_case in ("first", "renewal")
        company = budget.company_id._origin or budget.company_id
        found = self.sudo().search(
            [
                ("company_id", "in", (False, company.id)),
                ("date_from", "<=", day),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", day),
                (
                    "condition",
                    "in",
                    ("always", "investment" if investment else "no_investment"),
                ),
            ]
        )
        funders = budget.line_ids.funder_id._origin
        return found.filtered(
            lambda rule: not rule.funder_id or rule.funder_id in funders
        ).sudo(False)

    def _engine_rule(self):
        """The same rule for the plain engine, coded by the id of its record."""
        self.ensure_one()
        one = self.sudo()
        return rules.Rule(
            code=self.id,
            subject=rules.Terms(
                frozenset(one.subject_category_ids.ids),
                frozenset(one.subject_kind_ids.ids),
            ),
            amount=int(Decimal(repr(one.amount)).scaleb(2).to_integral_value()),
            rate=Fraction(repr(one.rate)),
            base=rules.Terms(
                frozenset(one.base_category_ids.ids),
                frozenset(one.base_kind_ids.ids),
                one.base_total,
            ),
            operator=one.operator,
            column=one.column,
        )
