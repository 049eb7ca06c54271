from markupsafe import Markup

from odoo import api, models
from odoo.tools.misc import format_date

from ..figures import rules, solver
from ..figures.money import to_cents, to_euros


class CiteslabBudget(models.Model):
    """What a reviewer would point at in a budget, and what would comply (CDC §6)."""

    _inherit = "citeslab.budget"  # pylint: disable=consider-merging-classes-inherited

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
