from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_round

from odoo.addons.citeslab_base.tools.rounding import half_up

from ..figures.money import to_cents, to_euros

PLAN_FIELDS = {
    "planned", "category_id", "parent_id", "funder_id", "budget_id", "name",
    "date_from", "date_to",
}  # fmt: skip
COLUMNS = ("planned", "granted", "paid")


class CiteslabBudgetLine(models.Model):
    """Line, or free sub-line, of a budget; a resource line names who pays."""

    _name = "citeslab.budget.line"
    _description = "Budget Line"
    _inherit = ["citeslab.budget.amounts"]
    _order = "budget_id, sequence, id"
    _check_company_auto = True

    budget_id = fields.Many2one(
        "citeslab.budget", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="budget_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(
        compute="_compute_sequence", store=True, readonly=False, precompute=True
    )
    category_id = fields.Many2one(
        "citeslab.budget.category",
        string="Line",
        required=True,
        ondelete="restrict",
        index=True,
    )
    side = fields.Selection(related="category_id.side", store=True)
    section = fields.Selection(related="category_id.section")
    parent_id = fields.Many2one(
        "citeslab.budget.line",
        string="Part Of",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('budget_id', '=', budget_id), ('parent_id', '=', False)]",
        check_company=True,
    )
    child_ids = fields.One2many("citeslab.budget.line", "parent_id")
    has_children = fields.Boolean(compute="_compute_has_children")
    origin_id = fields.Many2one(
        "citeslab.budget.line",
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
    )
    name = fields.Char(string="Details")
    funder_id = fields.Many2one(
        "citeslab.funder",
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
    )
    kind_id = fields.Many2one(
        "citeslab.funder.kind",
        string="Kind of Funder",
        compute="_compute_kind_id",
        store=True,
        precompute=True,
    )
    account_id = fields.Many2one(
        "citeslab.budget.account",
        string="Cerfa Account",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    convention_id = fields.Many2one(
        "citeslab.convention",
        check_company=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id), ('funder_id', '=', funder_id)]",
    )
    planned = fields.Monetary(
        compute="_compute_planned",
        store=True,
        readonly=False,
        recursive=True,
        precompute=True,
    )
    granted = fields.Monetary(
        compute="_compute_granted",
        store=True,
        readonly=False,
        recursive=True,
        precompute=True,
    )
    paid = fields.Monetary(
        compute="_compute_granted",
        store=True,
        readonly=False,
        recursive=True,
        precompute=True,
    )
    entry_ids = fields.One2many("citeslab.budget.entry", "line_id")
    share_ids = fields.One2many("citeslab.budget.share", "line_id")
    committed = fields.Monetary(compute="_compute_actual", store=True, recursive=True)
    actual = fields.Monetary(compute="_compute_actual", store=True, recursive=True)
    rejected = fields.Monetary(
        string="Set Aside", compute="_compute_actual", store=True, recursive=True
    )
    remaining = fields.Monetary(compute="_compute_remaining")
    charged = fields.Monetary(
        compute="_compute_charged",
        store=True,
        help="Expenses shared to this funder.",
    )
    alert = fields.Selection(
        [("near", "Nearly used up"), ("full", "Used up")],
        compute="_compute_remaining",
    )
    date_from = fields.Date(help="First day that this funding pays for.")
    date_to = fields.Date(help="Last day that this funding pays for.")
    coverage = fields.Float(
        string="Share of the Period (%)",
        compute="_compute_coverage",
        digits=(16, 1),
    )
    explanation = fields.Char(string="Explanation of the Gap")
    printed_percent = fields.Integer(
        string="Printed (%)",
        help="Percentage of an earlier paper, shown where the budget asks for the "
        "percentages as printed.",
    )

    _date_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)",
        "A funding must end after it starts.",
    )

    def _amount_fields(self):
        return list(COLUMNS)

    @api.depends("category_id")
    def _compute_sequence(self):
        for line in self:
            line.sequence = line.sequence or line.category_id.sequence

    @api.depends("funder_id.kind_id", "category_id.kind_id", "category_id.side")
    def _compute_kind_id(self):
        for line in self:
            is_resource = line.category_id.side == "resource"
            kind = line.funder_id.sudo().kind_id or line.category_id.kind_id
            line.kind_id = kind if is_resource else False

    @api.depends("category_id", "kind_id")
    def _compute_account_id(self):
        for line in self:
            line.account_id = line.kind_id.account_id or line.category_id.account_id

    @api.depends("child_ids")
    def _compute_has_children(self):
        for line in self:
            line.has_children = bool(line.child_ids)

    @api.depends("child_ids.planned")
    def _compute_planned(self):
        for line in self:
            if line.child_ids:
                line.planned = sum(line.child_ids.mapped("planned"))
            else:
                line.planned = line.planned or 0

    @api.depends(
        "child_ids.granted", "child_ids.paid", "convention_id.amount_granted",
        "convention_id.amount_paid",
    )  # fmt: skip
    def _compute_granted(self):
        for line in self:
            convention = line.sudo().convention_id
            if line.child_ids:
                line.granted = sum(line.child_ids.mapped("granted"))
                line.paid = sum(line.child_ids.mapped("paid"))
            elif convention:
                line.granted = convention.amount_granted
                line.paid = convention.amount_paid
            else:
                line.granted = line.granted or 0
                line.paid = line.paid or 0

    @api.depends(
        "entry_ids.amount", "entry_ids.state", "entry_ids.is_ineligible",
        "child_ids.actual", "child_ids.committed", "child_ids.rejected",
    )  # fmt: skip
    def _compute_actual(self):
        for line in self:
            sums = {"committed": 0, "actual": 0, "rejected": 0}
            for entry in line.sudo().entry_ids:
                column = "rejected" if entry.is_ineligible else entry.state
                sums[column] += to_cents(entry.amount)
            for column, cents in sums.items():
                line[column] = to_euros(cents) + sum(line.child_ids.mapped(column))

    @api.depends("share_ids.amount", "share_ids.entry_id.is_ineligible")
    def _compute_charged(self):
        for line in self:
            shares = line.sudo().share_ids.filtered(
                lambda share: not share.entry_id.is_ineligible
            )
            line.charged = to_euros(sum(to_cents(one.amount) for one in shares))

    @api.depends("planned", "granted", "actual", "committed", "charged", "side")
    def _compute_remaining(self):
        low, full = self._alert_levels()
        for line in self:
            used, available = line._used(), line._available()
            line.remaining = to_euros(available - used)
            line.alert = False
            if used > 0 and used * 100 >= full * available:
                line.alert = "full"
            elif used > 0 and used * 100 >= low * available:
                line.alert = "near"

    def _used(self):
        """Cents already used: spent and committed, or charged to the funder."""
        if self.side == "resource":
            return to_cents(self.charged)
        return to_cents(self.actual) + to_cents(self.committed)

    def _available(self):
        """Cents that may be used: what is granted by a funder, else the forecast."""
        if self.side == "resource" and self.granted:
            return to_cents(self.granted)
        return to_cents(self.planned)

    @api.model
    def _alert_levels(self):
        """Percentages at which a line is nearly used up, and used up."""
        Parameter = self.env["citeslab.parameter"]
        day = fields.Date.context_today(self)
        low = Parameter._value_at("budget_alert_near", day)
        full = Parameter._value_at("budget_alert_full", day)
        return 80 if low is None else low, 100 if full is None else full

    def _alert_sentence(self):
        self.ensure_one()
        used, available = self._used(), self._available()
        money = self.currency_id.format
        values = {
            "line": self._label(),
            "used": money(to_euros(used)),
            "available": money(to_euros(available)),
            "share": used * 100 // available if available else 100,
        }
        if used > available:
            return self.env._(
                "%(line)s: %(used)s used for %(available)s, %(over)s too much.",
                over=money(to_euros(used - available)),
                **values,
            )
        return self.env._(
            "%(line)s: %(share)s %% used (%(used)s of %(available)s).", **values
        )

    @api.depends("date_from", "date_to", "budget_id.date_from", "budget_id.date_to")
    def _compute_coverage(self):
        for line in self:
            budget = line.budget_id
            if not budget.date_from or not budget.date_to:
                line.coverage = 100
                continue
            start, end = line._funding_period()
            days = (budget.date_to - budget.date_from).days + 1
            covered = max(0, (end - start).days + 1)
            line.coverage = float_round(100 * covered / days, precision_digits=1)

    def _funding_period(self):
        """Days that the funding pays for, within those of the budget."""
        budget = self.budget_id
        start = max(self.date_from or budget.date_from, budget.date_from)
        end = min(self.date_to or budget.date_to, budget.date_to)
        return start, end

    def _label(self):
        """Name of the line in the words of the form."""
        return self.name or self.funder_id.name or self.category_id.name or ""

    def _detail_label(self):
        """Name of the line under its category: the pot it belongs to comes first."""
        parts = [self.parent_id.name, self.name or self.funder_id.name]
        return " – ".join(filter(None, parts)) or self.category_id.name

    @api.depends("name", "category_id", "funder_id", "budget_id.name")
    def _compute_display_name(self):
        for line in self:
            label = line._label()
            category = line.category_id.display_name or ""
            line.display_name = (
                category if label == line.category_id.name else f"{category} – {label}"
            )

    @api.constrains("parent_id", "budget_id", "category_id")
    def _check_parent(self):
        for line in self.filtered("parent_id"):
            if line.parent_id.budget_id != line.budget_id:
                raise ValidationError(
                    self.env._(
                        "%(line)s is part of a line of another budget: choose one of "
                        "the same budget.",
                        line=line.display_name,
                    )
                )
            if line.parent_id.parent_id or line.child_ids:
                raise ValidationError(
                    self.env._(
                        "%(line)s: a sub-line has no sub-lines of its own.",
                        line=line.display_name,
                    )
                )
            if line.parent_id.side != line.side:
                raise ValidationError(
                    self.env._(
                        "%(line)s: an expense can't be part of a resource, nor the "
                        "other way round.",
                        line=line.display_name,
                    )
                )

    @api.constrains("printed_percent", "planned")
    def _check_printed_percent(self):
        """Percentages as printed are a whole too: what they leave out is no plan."""
        for budget in self.budget_id.filtered("is_as_printed"):
            total = sum(row["percent"] for row in budget._financing())
            if total != 100:
                raise ValidationError(
                    self.env._(
                        "%(name)s: the printed percentages add up to %(total)s %%; "
                        "type one for each funder so that they make 100 %%, or go "
                        "back to the computed ones.",
                        name=budget.name,
                        total=total,
                    )
                )

    @api.constrains("parent_id")
    def _check_parent_unused(self):
        """A line that gets sub-lines hands its entries over first: no double count."""
        for line in self.parent_id:
            if line.sudo().entry_ids or line.sudo().share_ids:
                raise ValidationError(
                    self.env._(
                        "%(line)s already has actual amounts: move them to a sub-line "
                        "before you split it.",
                        line=line.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered("planned").budget_id._check_editable()
        return lines

    def write(self, vals):
        if any(line._changes_plan(vals) for line in self):
            self.budget_id._check_editable()
        before = {
            line: {name: line[name] for name in COLUMNS if name in vals}
            for line in self
        }
        result = super().write(vals)
        for line, old in before.items():
            line._log_changes(old)
        return result

    def _changes_plan(self, vals):
        """Whether a write changes what the funders have read."""
        fields_written = PLAN_FIELDS & vals.keys()
        return any(
            self._fields[name].convert_to_write(self[name], self) != vals[name]
            for name in fields_written
        )

    def _log_changes(self, old):
        """Keep each amount that somebody replaced: two editors lose nothing."""
        if self.env.context.get("tracking_disable"):
            return
        for name, amount in old.items():
            if to_cents(amount) == to_cents(self[name]) or not to_cents(amount):
                continue
            self.budget_id.message_post(
                body=self.env._(
                    "%(line)s, %(column)s: %(old)s became %(new)s.",
                    line=self.display_name,
                    column=self._fields[name]._description_string(self.env),
                    old=self.currency_id.format(amount),
                    new=self.currency_id.format(self[name]),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.budget_id._check_editable()

    def _values_for_copy(self, index=0.0):
        """Values of the same line in another budget, raised by ``index`` percent."""
        self.ensure_one()
        raised = to_cents(self.planned) * (100 + Fraction(repr(float(index)))) / 100
        keep_funding = not index and self.env.context.get("citeslab_keep_funding")
        return {
            "category_id": self.category_id.id,
            "sequence": self.sequence,
            "name": self.name,
            "funder_id": self.funder_id.id,
            "account_id": self.account_id.id,
            "planned": to_euros(half_up(raised)),
            **(
                {
                    "granted": self.granted,
                    "paid": self.paid,
                    "convention_id": self.convention_id.id,
                    "date_from": self.date_from,
                    "date_to": self.date_to,
                    "explanation": self.explanation,
                    "printed_percent": self.printed_percent,
                }
                if keep_funding
                else {}
            ),
        }
