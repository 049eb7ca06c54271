from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from odoo.addons.citeslab_base.tools.rounding import percentages

from ..figures.money import to_cents, to_euros

TRANSITIONS = {
    ("draft", "submitted"),
    ("submitted", "draft"),
    ("submitted", "agreed"),
    ("submitted", "amended"),
    ("agreed", "amended"),
}


class CiteslabBudget(models.Model):
    """Forecast budget of a territory for a year: annexe 2 of the convention."""

    _name = "citeslab.budget"
    _description = "Budget"
    _inherit = [
        "citeslab.careful.save",
        "citeslab.dated",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, version desc, id desc"
    _check_company_auto = True
    _checked_days = ("date_from", "date_to")

    name = fields.Char(compute="_compute_name", store=True, readonly=False, copy=False)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    territory_id = fields.Many2one(
        "citeslab.territory",
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
    )
    frame_id = fields.Many2one(
        "citeslab.convention",
        string="Framework Agreement",
        domain="[('kind', '=', 'frame'), ('company_id', '=', company_id)]",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        tracking=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
        tracking=True,
    )
    date_to = fields.Date(
        string="To",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False)
    previous_id = fields.Many2one(
        "citeslab.budget",
        string="Amends",
        readonly=True,
        copy=False,
        index=True,
        check_company=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("agreed", "Agreed"),
            ("amended", "Amended"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    investment_case = fields.Selection(
        [
            ("first", "First year"),
            ("renewal", "Renewal of the equipment"),
            ("none", "Neither"),
        ],
        string="Investment",
        required=True,
        default="none",
        help="Investment is paid for the first year or on renewal (CDC §6.4).",
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic Account",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Separate accounting of the action (CDC §6.2).",
    )
    line_ids = fields.One2many("citeslab.budget.line", "budget_id")
    expense_line_ids = fields.One2many(
        "citeslab.budget.line", "budget_id", domain=[("side", "=", "expense")]
    )
    derogation_ids = fields.One2many("citeslab.budget.derogation", "budget_id")
    entry_ids = fields.One2many("citeslab.budget.entry", "budget_id")
    key_ids = fields.One2many("citeslab.budget.key", "budget_id")
    total_expense = fields.Monetary(compute="_compute_totals")
    total_resource = fields.Monetary(compute="_compute_totals")
    total_actual = fields.Monetary(string="Actual Expenses", compute="_compute_totals")
    is_balanced = fields.Boolean(compute="_compute_totals")
    finding_count = fields.Integer(compute="_compute_findings")
    uncovered_count = fields.Integer(
        string="Rules to Justify", compute="_compute_findings"
    )
    findings_html = fields.Html(
        string="Check", compute="_compute_findings", sanitize=False
    )
    fit_html = fields.Html(
        string="What Would Fit", compute="_compute_findings", sanitize=False
    )
    alerts_html = fields.Html(
        string="Alerts", compute="_compute_alerts", sanitize=False
    )
    is_as_printed = fields.Boolean(
        string="Percentages as Printed",
        help="The financing plan shows the percentages typed on the lines, as an "
        "earlier paper printed them, in place of the computed ones.",
    )

    _date_order = models.Constraint(
        "CHECK (date_from <= date_to)", "A budget must end after it starts."
    )
    _version_unique = models.UniqueIndex(
        "(company_id, COALESCE(territory_id, 0), date_from, version)",
        "This territory already has this version of the budget of this year.",
    )

    # Period and identity

    @api.depends("date_from")
    def _compute_date_to(self):
        for budget in self:
            if budget.date_from and not (
                budget.date_to and budget.date_to >= budget.date_from
            ):
                budget.date_to = budget.date_from + relativedelta(years=1, days=-1)

    @api.depends("company_id")
    def _compute_territory_id(self):
        Territory = self.env["citeslab.territory"]
        for budget in self:
            if budget.territory_id.company_id != budget.company_id:
                budget.territory_id = Territory._default_for(budget.company_id)

    @api.depends("date_from", "date_to", "territory_id.name", "version")
    def _compute_name(self):
        for budget in self:
            place = budget.territory_id.name or budget.company_id.name or ""
            version = f" (v{budget.version})" if budget.version > 1 else ""
            budget.name = f"Budget {budget._year_label()} – {place}{version}"

    def _year_label(self):
        """2023, or 2023-2024 for a school year."""
        if not self.date_from:
            return ""
        years = {self.date_from.year, (self.date_to or self.date_from).year}
        return "-".join(str(year) for year in sorted(years))

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for budget in self:
            if budget.date_to >= budget.date_from + relativedelta(years=1):
                raise ValidationError(
                    self.env._(
                        "%(name)s runs from %(start)s to %(end)s, more than 12 months: "
                        "ceilings are yearly, make a budget for each year.",
                        name=budget.name,
                        start=budget.date_from,
                        end=budget.date_to,
                    )
                )

    @api.constrains("date_from", "date_to", "frame_id")
    def _check_in_frame(self):
        for budget in self.filtered("frame_id"):
            frame = budget.frame_id
            if budget.date_from < frame.date_start or budget.date_to > frame.date_end:
                raise ValidationError(
                    self.env._(
                        "%(name)s lies outside %(frame)s (%(start)s to %(end)s): "
                        "change its dates or choose another framework agreement.",
                        name=budget.name,
                        frame=frame.name,
                        start=frame.date_start,
                        end=frame.date_end,
                    )
                )

    @api.constrains("date_from", "date_to", "territory_id", "company_id")
    def _check_overlap(self):
        for budget in self:
            other = self.search(budget._overlap_domain(), limit=1)
            if other:
                raise ValidationError(
                    self.env._(
                        "%(name)s overlaps %(other)s: one year of a territory has one "
                        "budget, and its amendments.",
                        name=budget.name,
                        other=other.name,
                    )
                )

    @api.constrains("is_as_printed", "line_ids")
    def _check_as_printed(self):
        self.line_ids._check_printed_percent()

    def _overlap_domain(self):
        same = Domain("date_from", "=", self.date_from)
        same &= Domain("date_to", "=", self.date_to)
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("territory_id", "=", self.territory_id.id)
            & Domain("id", "!=", self.id)
            & Domain("date_from", "<=", self.date_to)
            & Domain("date_to", ">=", self.date_from)
            & ~same
        )

    # Totals

    def _leaves(self):
        """Lines without sub-lines; their amounts add up to the totals."""
        parents = {
            (line.parent_id._origin or line.parent_id).id for line in self.line_ids
        }
        return self.line_ids.filtered(
            lambda line: (line._origin or line).id not in parents
        )

    def _cash_leaves(self):
        """Leaves that are paid in money: contributions in kind are apart."""
        return self._leaves().filtered(lambda line: not line.category_id.is_inkind)

    @api.depends(
        "line_ids.planned", "line_ids.actual", "line_ids.side", "line_ids.parent_id",
        "line_ids.category_id",
    )  # fmt: skip
    def _compute_totals(self):
        for budget in self:
            totals = budget._totals()
            budget.total_expense = to_euros(totals["expense", "planned"])
            budget.total_resource = to_euros(totals["resource", "planned"])
            budget.total_actual = to_euros(totals["expense", "actual"])
            budget.is_balanced = (
                totals["expense", "planned"] == totals["resource", "planned"]
            )

    def _totals(self):
        """Cents by (side, column), contributions in kind left out."""
        totals = {
            (side, column): 0
            for side in ("expense", "resource")
            for column in ("planned", "granted", "paid", "committed", "actual")
        }
        for line in self._cash_leaves():
            for column in ("planned", "granted", "paid", "committed", "actual"):
                totals[line.side, column] += to_cents(line[column])
        return totals

    # Alerts on what is spent

    @api.depends("line_ids.planned", "line_ids.actual", "line_ids.committed",
                 "line_ids.charged")  # fmt: skip
    @api.depends_context("lang")
    def _compute_alerts(self):
        for budget in self:
            alerts = budget._leaves().filtered("alert")
            budget.alerts_html = (
                Markup("<ul class='mb-0 ps-3'>%s</ul>")
                % Markup("").join(
                    Markup("<li class='%s'>%s</li>")
                    % (
                        "text-danger" if line.alert == "full" else "text-warning",
                        line._alert_sentence(),
                    )
                    for line in alerts
                )
                if alerts
                else False
            )

    # Life of a budget

    def action_submit(self):
        self.write({"state": "submitted"})

    def action_back_to_draft(self):
        if any(budget.state == "agreed" for budget in self):
            raise UserError(
                self.env._("An agreed budget stays as it is: amend it instead.")
            )
        self.write({"state": "draft"})

    def action_agree(self):
        """The funders agree; an amendment takes the place of what it amends."""
        for budget in self:
            previous = budget.previous_id
            if previous:
                previous._hand_over(budget)
                previous.state = "amended"
            budget.state = "agreed"

    def action_amend(self):
        """Copy an agreed budget into its next version, which can be changed."""
        self.ensure_one()
        if self.state not in ("submitted", "agreed"):
            raise UserError(
                self.env._("Only a submitted or agreed budget can be amended.")
            )
        new = self.copy({"previous_id": self.id, "version": self._next_version()})
        self.with_context(citeslab_keep_funding=True)._copy_lines_to(new)
        for derogation in self.derogation_ids:
            derogation.copy({"budget_id": new.id})
        return new._open()

    def _next_version(self):
        same = self.search_read(
            [
                ("company_id", "=", self.company_id.id),
                ("territory_id", "=", self.territory_id.id),
                ("date_from", "=", self.date_from),
            ],
            ["version"],
        )
        return max(one["version"] for one in same) + 1

    def _copy_lines_to(self, new, index=0.0):
        """Copy the lines, parents first, amounts raised by ``index`` percent."""
        copies = {}
        for line in self.line_ids.sorted(lambda line: bool(line.parent_id)):
            values = line._values_for_copy(index)
            values.update(
                budget_id=new.id,
                parent_id=copies.get(line.parent_id.id),
                origin_id=line.id,
            )
            copies[line.id] = self.env["citeslab.budget.line"].create(values).id

    def action_copy_next_year(self):
        """Ask for the index of the next year's budget."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Copy to the next year"),
            "res_model": "citeslab.budget.next",
            "view_mode": "form",
            "target": "new",
            "context": {"default_budget_id": self.id},
        }

    def _copy_to_next_year(self, index=0.0):
        """Budget of the following year, amounts raised by an index.

        :param float index: percent, as 2.5; amounts are rounded to the cent
        :return: the new budget
        """
        self.ensure_one()
        start = self.date_from + relativedelta(years=1)
        end = self.date_to + relativedelta(years=1)
        frame = self.frame_id
        inside = frame and frame.date_start <= start and end <= frame.date_end
        new = self.copy(
            {
                "date_from": start,
                "date_to": end,
                "frame_id": frame.id if inside else False,
                "investment_case": "none",
            }
        )
        self._copy_lines_to(new, index)
        return new

    def _hand_over(self, new):
        """Move the entries and keys of an amended budget to the new version."""
        targets = {line.origin_id: line for line in new.line_ids}
        orphans = (self.entry_ids.line_id | self.entry_ids.share_ids.line_id).filtered(
            lambda line: line not in targets
        )
        if orphans:
            raise UserError(
                self.env._(
                    "%(line)s has actual amounts: keep this line in the amendment.",
                    line=orphans[0].display_name,
                )
            )
        shares = self.entry_ids.share_ids
        moves = [(share, targets[share.line_id]) for share in shares]
        for entry in self.entry_ids:
            entry.write(
                {"budget_id": new.id, "line_id": targets[entry.line_id].id}
                if entry.line_id
                else {"budget_id": new.id}
            )
        for share, line in moves:
            share.line_id = line
        for key in self.key_ids:
            for part in key.line_ids:
                part.line_id = targets.get(part.line_id, part.line_id)
            key.budget_id = new

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    @api.model
    def _empty_lines(self):
        """Values of the lines of an empty annexe 2."""
        categories = self.env["citeslab.budget.category"].search(
            [("company_id", "=", False), ("is_inkind", "=", False)]
        )
        return [
            {"category_id": category.id, "sequence": 10 * rank}
            for rank, category in enumerate(categories, 1)
        ]

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("citeslab_annexe2") and "line_ids" in fields_list:
            values["line_ids"] = [Command.create(one) for one in self._empty_lines()]
        return values

    def write(self, vals):
        locked = {"date_from", "date_to", "territory_id", "company_id",
                  "investment_case"} & vals.keys()  # fmt: skip
        if locked:
            self._check_editable()
        if "state" in vals:
            self._check_transition(vals["state"])
        return super().write(vals)

    def _check_transition(self, state):
        """What funders agreed to is never reopened, only amended."""
        for budget in self:
            if budget.state != state and (budget.state, state) not in TRANSITIONS:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(name)s can't pass from “%(old)s” to “%(new)s”.",
                        name=budget.name,
                        old=labels[budget.state],
                        new=labels.get(state, state),
                    )
                )

    def _check_editable(self):
        """Refuse to change what the funders have read.

        :raises UserError: the budget is submitted, agreed or amended
        """
        closed = self.filtered(lambda budget: budget.state != "draft")
        if closed:
            raise UserError(
                self.env._(
                    "%(name)s is no longer a draft: amend it to change its lines.",
                    name=closed[0].name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        if any(budget.state in ("agreed", "amended") for budget in self):
            raise UserError(
                self.env._("An agreed budget is kept: amend it instead of deleting it.")
            )

    # Actual amounts

    def action_collect(self):
        """Fetch the analytic lines of the action's account (CDC §6.2)."""
        self.ensure_one()
        self.check_access("write")
        if not self.analytic_account_id:
            raise UserError(
                self.env._(
                    "%(name)s has no analytic account: choose the one of the action "
                    "(CDC §6.2).",
                    name=self.name,
                )
            )
        created = self.env["citeslab.budget.entry"]._collect(self)
        return self._notify(
            self.env._("%(count)s new entries collected.", count=len(created))
        )

    def _line_of(self, category):
        """Line that receives the actual amounts of a category.

        A cost that nobody planned is a fact too: its line is added, planned at 0.
        """
        self.ensure_one()
        lines = self._leaves().filtered(lambda line: line.category_id == category)
        return lines[:1] or self.env["citeslab.budget.line"].create(
            {"budget_id": self.id, "category_id": category.id}
        )

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_open_entries(self):
        """Open the expenses and receipts of this budget."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_budget.citeslab_budget_entry_action"
        )
        action["domain"] = [("budget_id", "=", self.id)]
        action["context"] = {"default_budget_id": self.id}
        return action

    # Figures

    def _financing(self, column="planned"):
        """Who pays for the action: label, cents and whole percent of each.

        Sub-lines of a pot count with it: the contrat de ville is one row.

        :return: list of dicts ``label``, ``cents``, ``percent``, ``line``, and
            ``computed``, the percentage that adds up where an earlier paper's is shown
        """
        self.ensure_one()
        leaves = self._cash_leaves()
        rows = []
        for line in self.line_ids.filtered(
            lambda line: line.side == "resource"
            and not line.parent_id
            and not line.category_id.is_inkind
        ):
            own = leaves.filtered(lambda leaf, top=line: top in (leaf, leaf.parent_id))
            cents = sum(to_cents(leaf[column]) for leaf in own)
            if cents:
                rows.append({"label": line._label(), "cents": cents, "line": line})
        shares = percentages([row["cents"] for row in rows])
        for row, share in zip(rows, shares, strict=True):
            row["percent"] = row["computed"] = share
            if self.is_as_printed and column == "planned":
                row["percent"] = row["line"].printed_percent
        return rows

    @api.model
    def _budgets_of(self, company, date_from, date_to):
        """Budgets in force of a structure in a period, the latest agreed version."""
        found = self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", date_to),
                ("date_to", ">=", date_from),
                ("state", "!=", "amended"),
            ]
        )
        chosen = {}
        for budget in found.sorted(
            lambda one: (one.state == "agreed", one.state == "submitted", one.version)
        ):
            chosen[budget.territory_id, budget.date_from] = budget
        return self.browse().concat(*chosen.values()).sorted("date_from")
