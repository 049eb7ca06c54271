from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools.misc import format_date

from odoo.addons.citeslab_base.tools.rounding import percentages

from ..figures import rules, solver
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
    _inherit = ["citeslab.careful.save", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, version desc, id desc"
    _check_company_auto = True

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
        "citeslab.budget", string="Amends", readonly=True, copy=False, index=True
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

    # Rules

    def _engine_lines(self):
        """Leaves for the plain engine, by ids of category and kind of funder."""
        return [
            rules.Line(
                category=line.category_id._origin.id,
                kind=line.kind_id._origin.id,
                planned=to_cents(line.planned),
                actual=to_cents(line.actual),
                is_expense=line.side == "expense",
            )
            for line in self._cash_leaves()
        ]

    def _rules(self):
        """Rules that hold for this budget and can be read in its currency."""
        found = self.env["citeslab.budget.rule"]._rules_of(self)
        return found.filtered(
            lambda rule: not rule.amount or rule.sudo().currency_id == self.currency_id
        )

    def _findings(self, column=None):
        """Everything that a reviewer would point at, one sentence each.

        :param column: reads every rule on ``planned`` or ``actual`` instead of the
            column that the rule names
        :return: list of dicts: ``rule`` (empty for a remark about the budget
            itself), ``sentence``, ``over`` (euros), ``limit``, ``subject``,
            ``column``, ``derogation`` (the record that covers it, else empty)
        :rtype: list[dict]
        """
        self.ensure_one()
        lines = self._engine_lines()
        if not any(line.planned or line.actual for line in lines):
            return []
        by_id = {rule.id: rule for rule in self._rules()}
        broken = rules.check(
            lines,
            [rule._engine_rule() for rule in by_id.values()],
            column,
        )
        found = [self._finding(by_id[one.rule.code], one) for one in broken]
        return found + self._remarks()

    def _finding(self, rule, broken):
        over = to_euros(broken.over)
        derogation = self.derogation_ids.filtered(
            lambda one: one.rule_id._origin == rule
            and to_cents(one.amount) >= broken.over
        )[:1]
        return {
            "rule": rule,
            "code": rule.code,
            "sentence": self._finding_sentence(rule, broken),
            "over": over,
            "subject": to_euros(broken.subject),
            "limit": to_euros(broken.limit),
            "column": broken.column,
            "derogation": derogation,
        }

    def _finding_sentence(self, rule, broken):
        currency = self.currency_id
        values = {
            "message": rule.message.rstrip(". "),
            "subject": currency.format(to_euros(broken.subject)),
            "limit": currency.format(to_euros(broken.limit)),
            "over": currency.format(to_euros(broken.over)),
            "column": dict(rule._fields["column"]._description_selection(self.env))[
                broken.column
            ].lower(),
            "text": rule.source,
        }
        if rule.operator == rules.AT_MOST:
            return self.env._(
                "%(message)s: %(subject)s for %(limit)s at most, %(over)s over "
                "(%(column)s column; %(text)s).",
                **values,
            )
        return self.env._(
            "%(message)s: %(subject)s for %(limit)s at least, %(over)s short "
            "(%(column)s column; %(text)s).",
            **values,
        )

    def _remarks(self):
        """Sentences about the budget itself, which no derogation covers."""
        sentences = [
            self._balance_remark(False),
            self._balance_remark(True),
            self._pooled_remark(),
            self._convention_remark(),
            self._currency_remark(),
        ]
        empty = self.env["citeslab.budget.rule"]
        return [
            {
                "rule": empty,
                "code": code,
                "sentence": sentence,
                "over": over,
                "subject": 0,
                "limit": 0,
                "column": "planned",
                "derogation": self.env["citeslab.budget.derogation"],
            }
            for code, sentence, over in filter(None, sentences)
        ]

    def _balance_remark(self, in_kind):
        totals = {"expense": 0, "resource": 0}
        for line in self._leaves():
            if line.category_id.is_inkind == in_kind and line.side:
                totals[line.side] += to_cents(line.planned)
        gap = totals["expense"] - totals["resource"]
        if not gap:
            return None
        values = {
            "expense": self.currency_id.format(to_euros(totals["expense"])),
            "resource": self.currency_id.format(to_euros(totals["resource"])),
            "gap": self.currency_id.format(to_euros(abs(gap))),
        }
        if in_kind:
            text = self.env._(
                "Contributions in kind not balanced: %(expense)s used for %(resource)s "
                "given, a gap of %(gap)s (accounts 86 and 87).",
                **values,
            )
        else:
            text = self.env._(
                "Not balanced: %(expense)s of expenses for %(resource)s of resources, "
                "a gap of %(gap)s (CDC §6.5).",
                **values,
            )
        return "inkind_balance" if in_kind else "balance", text, to_euros(abs(gap))

    def _pooled_remark(self):
        pooled = self._cash_leaves().filtered(
            lambda line: line.kind_id.is_pooled and line.planned
        )
        if not pooled:
            return None
        return (
            "pooled",
            self.env._(
                "%(lines)s: money of several funders; split it into a sub-line for "
                "each, since none of it counts as local until then (CDC §6.3).",
                lines=", ".join(line.name or line.category_id.name for line in pooled),
            ),
            0,
        )

    def _convention_remark(self):
        """A year without a convention of the main funder (CDC §6.1)."""
        main = self._cash_leaves().filtered(
            lambda line: line.kind_id.is_main and line.planned
        )
        if not main or not self.date_from or not self.date_to:
            return None
        company = self.company_id._origin or self.company_id
        found = self.env["citeslab.convention"].search(
            [
                ("company_id", "=", company.id),
                ("funder_id.kind_id.is_main", "=", True),
                ("kind", "=", "yearly"),
                ("date_start", "<=", self.date_to),
                ("date_end", ">=", self.date_from),
            ],
            limit=1,
        )
        if found:
            return None
        return (
            "convention",
            self.env._(
                "No yearly convention of %(funder)s covers %(year)s: record it under "
                "Conventions (CDC §6.1).",
                funder=main[0].funder_id.name or main[0].kind_id.name,
                year=self._year_label(),
            ),
            0,
        )

    def _currency_remark(self):
        foreign = (
            self.env["citeslab.budget.rule"]
            ._rules_of(self)
            .filtered(
                lambda rule: rule.amount and rule.sudo().currency_id != self.currency_id
            )
        )
        if not foreign:
            return None
        return (
            "currency",
            self.env._(
                "%(structure)s counts in %(currency)s: the ceilings in %(rules)s were "
                "not checked. Set the currency of the structure, or rules in its own.",
                structure=self.company_id.name,
                currency=self.currency_id.name,
                rules=", ".join(sorted(set(foreign.sudo().currency_id.mapped("name")))),
            ),
            0,
        )

    @api.depends(
        "line_ids.planned", "line_ids.actual", "line_ids.parent_id",
        "line_ids.category_id", "line_ids.funder_id", "line_ids.kind_id",
        "date_from", "date_to", "investment_case", "company_id",
        "derogation_ids.amount", "derogation_ids.rule_id",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_findings(self):
        for budget in self:
            found = budget._findings()
            budget.finding_count = len(found)
            budget.uncovered_count = sum(
                1 for one in found if one["rule"] and not one["derogation"]
            )
            budget.findings_html = budget._findings_html(found)
            budget.fit_html = budget._fit_html() if budget.line_ids else False

    def _findings_html(self, found):
        if not found and not self._cash_leaves().filtered("planned"):
            return Markup("<p class='text-muted'>%s</p>") % self.env._(
                "No amount yet: nothing to check."
            )
        if not found:
            return Markup("<p class='text-success'>%s</p>") % self.env._(
                "Every rule is kept and both sides are equal."
            )
        return Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(
            self._finding_html(one) for one in found
        )

    def _finding_html(self, one):
        color = "text-muted" if one["derogation"] else "text-danger"
        note = Markup("")
        if one["derogation"]:
            note = Markup("<br/><em>%s</em>") % self._derogation_sentence(
                one["derogation"]
            )
        return Markup("<li class='%s'>%s%s</li>") % (color, one["sentence"], note)

    def _derogation_sentence(self, derogation):
        return self.env._(
            "Derogation of %(date)s, decided by %(who)s: %(reason)s",
            date=format_date(self.env, derogation.date),
            who=derogation.decided_by,
            reason=derogation.reason,
        )

    def action_justify(self):
        """Open a derogation for the first broken rule that has none."""
        self.ensure_one()
        rule = next(
            (
                one["rule"]
                for one in self._findings()
                if one["rule"] and not one["derogation"]
            ),
            self.env["citeslab.budget.rule"],
        )
        known = self.derogation_ids.filtered(lambda one: one.rule_id == rule)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Derogation"),
            "res_model": "citeslab.budget.derogation",
            "res_id": known[:1].id,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_budget_id": self.id,
                "default_rule_id": rule.id,
            },
        }

    # What would fit

    def _fit(self):
        """Largest compliant request of the main funder (CDC §6.3).

        :return: the plain answer, amounts in cents, or ``None`` without costs
        """
        self.ensure_one()
        Kind = self.env["citeslab.funder.kind"].sudo()
        main = Kind.search([("is_main", "=", True)], limit=1)
        local = Kind.search([("is_local", "=", True)], limit=1)
        own = Kind.search([("is_own", "=", True)])
        lines = self._engine_lines()
        if not main or not any(line.is_expense and line.planned for line in lines):
            return None
        # The request is decided on the forecast, whatever a rule reads later.
        planned = self._rules().filtered(lambda rule: rule.column == rules.PLANNED)
        return solver.solve(
            lines,
            [rule._engine_rule() for rule in planned],
            main.id,
            local.id,
            frozenset(own.ids),
        )

    def _fit_sentences(self, answer):
        """What would fit, in words; the first sentence is the answer."""
        money = self.currency_id.format
        binding = self._binding_names(answer)
        if answer.request is None:
            found = [
                self.env._(
                    "No request complies for these costs and pledges: %(rules)s.",
                    rules=binding,
                )
            ]
        else:
            found = [
                self.env._(
                    "Largest compliant request: %(amount)s (limit: %(rules)s).",
                    amount=money(to_euros(answer.request)),
                    rules=binding,
                )
            ]
        if answer.extra:
            found.append(
                self.env._(
                    "%(extra)s more from local authorities would allow %(amount)s.",
                    extra=money(to_euros(answer.extra)),
                    amount=money(to_euros(answer.request_with_extra)),
                )
            )
        else:
            found.append(self.env._("More local co-funding would not allow more."))
        return found + self._current_sentences(answer)

    def _current_sentences(self, answer):
        money = self.currency_id.format
        over = answer.current - (answer.request or 0)
        if over <= 0:
            return []
        found = [
            self.env._(
                "The present request, %(current)s, is %(over)s over what complies.",
                current=money(to_euros(answer.current)),
                over=money(to_euros(over)),
            )
        ]
        if answer.extra_for_current:
            found.append(
                self.env._(
                    "With %(extra)s more from local authorities it would comply.",
                    extra=money(to_euros(answer.extra_for_current)),
                )
            )
        return found

    def _binding_names(self, answer):
        names = []
        for code in answer.binding:
            if code == solver.NEED:
                names.append(self.env._("everything would be funded"))
            else:
                names.append(self.env["citeslab.budget.rule"].browse(code).sudo().name)
        return " ; ".join(names)

    def _fit_html(self):
        """What would fit, for one budget, or year by year with a total."""
        rows, total = [], 0
        for budget in self:
            answer = budget._fit()
            if answer is None:
                continue
            total += answer.request or 0
            sentences = Markup("<br/>").join(budget._fit_sentences(answer))
            label = Markup("<strong>%s</strong> ") % budget._year_label()
            rows.append(
                Markup("<li>%s%s</li>") % (label if len(self) > 1 else "", sentences)
            )
        if not rows:
            return False
        html = Markup("<ul class='mb-0 ps-3'>%s</ul>") % Markup("").join(rows)
        if len(rows) > 1:
            html += Markup("<p class='mb-0'><strong>%s</strong></p>") % self.env._(
                "Over these years: %(amount)s at most.",
                amount=self[0].currency_id.format(to_euros(total)),
            )
        return html

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
    def _bilan_figures(self, company, date_from, date_to):
        """Figures ``funding``, ``budget`` and cost per person of a bilan.

        :param company: structure
        :param date date_from: first day of the period
        :param date date_to: last day of the period
        :return: ``{"funding": {"value", "items"}, "budget": {...}, "years": [...]}``;
            euros with cents, whole percentages that add up to 100, ``value``
            ``None`` where no budget covers the period
        """
        budgets = self._budgets_of(company, date_from, date_to)
        return {
            "funding": self._funding_figure(budgets),
            "budget": self._budget_figure(budgets),
            "years": self._three_years(company, date_from),
        }

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

    def _column_read(self):
        """Actual where something was entered, else the forecast."""
        has_actual = any(to_cents(line.actual) for line in self._cash_leaves())
        return "actual" if has_actual else "planned"

    def _funding_figure(self, budgets):
        cents = {}
        for budget in budgets:
            receipts = [
                line
                for line in budget._cash_leaves()
                if line.side == "resource" and to_cents(line.actual)
            ]
            for row in budget._financing("actual" if receipts else "planned"):
                line = row["line"]
                code = f"funder_{line.funder_id.id}" if line.funder_id else False
                key = (code or line.category_id.code, row["label"])
                cents[key] = cents.get(key, 0) + row["cents"]
        shares = percentages(list(cents.values()))
        items = [
            {
                "code": code,
                "label": label,
                "value": to_euros(amount),
                "percent": share,
            }
            for ((code, label), amount), share in zip(
                cents.items(), shares, strict=True
            )
        ]
        value = to_euros(sum(cents.values())) if budgets else None
        return {"value": value, "items": items}

    def _budget_figure(self, budgets):
        cents = {}
        for budget in budgets:
            column = budget._column_read()
            for line in budget._cash_leaves().filtered(
                lambda line: line.side == "expense"
            ):
                cents.setdefault(line.category_id, 0)
                cents[line.category_id] += to_cents(line[column])
        rows = {category: amount for category, amount in cents.items() if amount > 0}
        shares = percentages(list(rows.values()))
        return {
            "value": to_euros(sum(cents.values())) if budgets else None,
            "items": [
                {
                    "code": category.code,
                    "label": category.name,
                    "value": to_euros(amount),
                    "percent": share,
                }
                for (category, amount), share in zip(rows.items(), shares, strict=True)
            ],
        }

    @api.model
    def _three_years(self, company, date_from):
        """Totals of a year and the two before it, oldest first."""
        years = []
        for back in (2, 1, 0):
            start = date_from - relativedelta(years=back)
            end = start + relativedelta(years=1, days=-1)
            budgets = self._budgets_of(company, start, end)
            persons = self._persons_accompanied(company, start, end)
            total = self._budget_figure(budgets)["value"]
            years.append(
                {
                    "year": start.year,
                    "budget": total,
                    "funding": self._funding_figure(budgets)["items"],
                    "persons": persons,
                    "cost_per_person": (
                        to_euros(round(to_cents(total) / persons))
                        if total and persons
                        else None
                    ),
                }
            )
        return years

    @api.model
    def _persons_accompanied(self, company, date_from, date_to):
        """People with at least one RDV done in the period (the bilan's base)."""
        Interview = self.env["citeslab.interview"].sudo()
        found = Interview._read_group(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "interview"),
                ("state", "=", "done"),
                ("date", ">=", date_from),
                ("date", "<=", date_to),
            ],
            [],
            ["partner_id:count_distinct"],
        )
        return found[0][0]
