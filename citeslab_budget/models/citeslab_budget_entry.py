from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class CiteslabBudgetEntry(models.Model):
    """Expense or receipt of the action: typed, from accounting or from a FEC.

    Each one carries the analytic account of the action (CDC §6.2, G8).
    """

    _name = "citeslab.budget.entry"
    _description = "Expense or Receipt"
    _inherit = [
        "citeslab.careful.save",
        "citeslab.budget.amounts",
        "citeslab.dated",
        "mail.thread",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Label", required=True)
    date = fields.Date(
        required=True, index=True, default=fields.Date.context_today, tracking=True
    )
    budget_id = fields.Many2one(
        "citeslab.budget", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="budget_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    line_id = fields.Many2one(
        "citeslab.budget.line",
        string="Budget Line",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('budget_id', '=', budget_id), ('child_ids', '=', False)]",
        help="Empty: still to be allotted, counted nowhere.",
        tracking=True,
        check_company=True,
    )
    side = fields.Selection(related="line_id.side", store=True)
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        compute="_compute_analytic_account_id",
        store=True,
        precompute=True,
        required=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one("res.partner", string="Supplier", check_company=True)
    training_id = fields.Many2one(
        "citeslab.training",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Training or meeting of the network that this expense pays.",
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
        help="Positive; a credit note is negative.",
    )
    state = fields.Selection(
        [("committed", "Committed"), ("actual", "Actual")],
        required=True,
        default="actual",
        tracking=True,
        help="Committed: ordered, not yet invoiced.",
    )
    source = fields.Selection(
        [("typed", "Typed"), ("analytic", "Accounting"), ("fec", "FEC file")],
        required=True,
        default="typed",
        readonly=True,
    )
    is_ineligible = fields.Boolean(
        string="Set Aside",
        tracking=True,
        help="Unjustified, or without direct effect on the public (CDC §6.6).",
    )
    ineligible_reason = fields.Char(string="Reason", tracking=True)
    ledger_account = fields.Char(readonly=True, help="Account of the ledger.")
    piece = fields.Char(string="Document Number")
    fec_key = fields.Char(readonly=True, copy=False)
    analytic_line_id = fields.Many2one(
        "account.analytic.line", readonly=True, copy=False, ondelete="cascade"
    )
    share_ids = fields.One2many("citeslab.budget.share", "entry_id", string="Shares")
    shared_rate = fields.Float(
        string="Shared (%)", compute="_compute_shared_rate", digits=(16, 2)
    )

    _fec_unique = models.UniqueIndex(
        "(company_id, fec_key) WHERE fec_key IS NOT NULL",
        "This entry of the ledger was already imported.",
    )
    _analytic_unique = models.UniqueIndex(
        "(analytic_line_id) WHERE analytic_line_id IS NOT NULL",
        "This analytic line was already collected.",
    )
    _reason = models.Constraint(
        "CHECK (is_ineligible IS NOT TRUE OR COALESCE(ineligible_reason, '') != '')",
        "An expense that is set aside needs a reason (CDC §6.6).",
    )

    def _signed_amount_fields(self):
        return ["amount"]

    @api.depends("budget_id")
    def _compute_analytic_account_id(self):
        for entry in self:
            entry.analytic_account_id = entry.budget_id.analytic_account_id

    @api.depends("analytic_line_id.amount", "line_id.side")
    def _compute_amount(self):
        """Costs are negative in analytic accounting, positive in a budget."""
        for entry in self:
            source = entry.sudo().analytic_line_id
            if source:
                sign = 1 if entry.line_id.side == "resource" else -1
                entry.amount = sign * source.amount
            else:
                entry.amount = entry.amount or 0

    @api.depends("share_ids.rate")
    def _compute_shared_rate(self):
        for entry in self:
            entry.shared_rate = sum(entry.share_ids.mapped("rate"))

    @api.model_create_multi
    def create(self, vals_list):
        self._check_accounts(vals_list)
        entries = super().create(vals_list)
        entries._apply_keys()
        return entries

    @api.model
    def _check_accounts(self, vals_list):
        """An actual amount without the action's account can't be separate (G8)."""
        ids = {vals["budget_id"] for vals in vals_list if vals.get("budget_id")}
        for budget in self.env["citeslab.budget"].browse(ids):
            if not budget.analytic_account_id:
                raise ValidationError(
                    self.env._(
                        "%(name)s has no analytic account: choose the one of the "
                        "action first, its accounting is separate (CDC §6.2).",
                        name=budget.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "date" in vals:
            self.share_ids._check_period()
        return result

    @api.constrains("line_id", "budget_id", "date")
    def _check_line(self):
        for entry in self:
            budget, line = entry.budget_id, entry.line_id
            if line and line.budget_id != budget:
                raise ValidationError(
                    self.env._(
                        "%(name)s: the line belongs to another budget.", name=entry.name
                    )
                )
            if line.child_ids:
                raise ValidationError(
                    self.env._(
                        "%(name)s: choose one of the sub-lines of %(line)s.",
                        name=entry.name,
                        line=line.display_name,
                    )
                )
            if not budget.date_from <= entry.date <= budget.date_to:
                raise ValidationError(
                    self.env._(
                        "%(name)s is dated %(date)s, outside %(budget)s (%(start)s to "
                        "%(end)s).",
                        name=entry.name,
                        date=entry.date,
                        budget=budget.name,
                        start=budget.date_from,
                        end=budget.date_to,
                    )
                )

    # Sharing between funders

    def _apply_keys(self):
        """Share the expenses that nobody shared yet, by the key of their date."""
        Share = self.env["citeslab.budget.share"]
        for entry in self.filtered(lambda one: not one.share_ids):
            key = entry.budget_id.key_ids._key_of(entry)
            Share.create(
                [
                    {
                        "entry_id": entry.id,
                        "line_id": part.line_id.id,
                        "rate": part.rate,
                    }
                    for part in key.line_ids
                ]
            )

    def _lock_for_shares(self):
        """Make two people who share the same expense follow each other.

        An update, not a lock: the database then serialises and Odoo retries.
        """
        if self.ids:
            self.env.cr.execute(
                SQL(
                    "UPDATE citeslab_budget_entry SET write_date = write_date "
                    "WHERE id IN %s",
                    tuple(self.ids),
                )
            )

    def action_apply_keys(self):
        """Share again by the keys, in place of the present shares."""
        self.check_access("write")
        self.share_ids.unlink()
        self._apply_keys()

    # From accounting

    @api.model
    def _collect(self, budget):
        """Entries for the analytic lines of a budget that have none yet.

        :param budget: a ``citeslab.budget`` with an analytic account
        :return: the new entries; an account without mapping leaves the entry
            to be allotted
        """
        column = budget.sudo().analytic_account_id.plan_id._column_name()
        lines = (
            self.env["account.analytic.line"]
            .sudo()
            .search(
                Domain(column, "=", budget.analytic_account_id.id)
                & Domain("date", ">=", budget.date_from)
                & Domain("date", "<=", budget.date_to)
                & Domain("company_id", "=", budget.company_id.id),
                order="date, id",
            )
        )
        known = self.sudo().search([("analytic_line_id", "in", lines.ids)])
        mapping = self.env["citeslab.budget.mapping"]._index(budget.company_id)
        return self.create(
            [
                self._values_from_analytic(budget, line, mapping)
                for line in lines - known.analytic_line_id
            ]
        )

    @api.model
    def _values_from_analytic(self, budget, line, mapping):
        # The general account exists only where the accounting app does.
        account = line.general_account_id.code if "general_account_id" in line else ""
        category = mapping.category_of(account or "", line.name or "")
        return {
            "budget_id": budget.id,
            "line_id": category and budget._line_of(category).id,
            "name": line.name or "/",
            "date": line.date,
            "partner_id": line.partner_id.id,
            "ledger_account": account,
            "piece": line.ref if "ref" in line else False,
            "source": "analytic",
            "analytic_line_id": line.id,
        }

    @api.model
    def _cron_collect(self):
        """Collect for every agreed budget that is running."""
        today = fields.Date.context_today(self)
        budgets = self.env["citeslab.budget"].search(
            [("state", "=", "agreed"), ("analytic_account_id", "!=", False)]
        )
        for budget in budgets.filtered(lambda one: one.date_from <= today):
            self._collect(budget)
