from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command


class CiteslabConvention(models.Model):
    """Agreement with a funder: three-year frame, or the convention of one year."""

    _name = "citeslab.convention"
    _description = "Funding Convention"
    _inherit = [
        "citeslab.careful.save",
        "citeslab.budget.amounts",
        "citeslab.dated",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_start desc, kind, id desc"
    _check_company_auto = True
    _checked_days = ("date_start", "date_end")

    name = fields.Char(required=True, tracking=True)
    reference = fields.Char(help="Number given by the funder.")
    kind = fields.Selection(
        [("frame", "Framework (three years)"), ("yearly", "Yearly")],
        required=True,
        default="yearly",
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        check_company=True,
    )
    funder_id = fields.Many2one(
        "citeslab.funder", required=True, ondelete="restrict", check_company=True
    )
    frame_id = fields.Many2one(
        "citeslab.convention",
        string="Framework Agreement",
        domain="[('kind', '=', 'frame'), ('company_id', '=', company_id)]",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    yearly_ids = fields.One2many("citeslab.convention", "frame_id")
    budget_ids = fields.One2many("citeslab.budget", "frame_id", string="Budgets")
    date_start = fields.Date(required=True, tracking=True)
    date_end = fields.Date(required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("asked", "Asked"),
            ("granted", "Granted"),
            ("signed", "Signed"),
            ("closed", "Closed"),
        ],
        required=True,
        default="draft",
        tracking=True,
        group_expand=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_asked = fields.Monetary(string="Asked", tracking=True)
    amount_granted = fields.Monetary(string="Granted", tracking=True)
    amount_paid = fields.Monetary(
        string="Paid", compute="_compute_amount_paid", store=True, recursive=True
    )
    amount_due = fields.Monetary(
        string="Still to Be Paid", compute="_compute_amount_paid", store=True
    )
    instalment_ids = fields.One2many("citeslab.convention.instalment", "convention_id")
    obligation_ids = fields.One2many("citeslab.convention.obligation", "convention_id")
    warning = fields.Char(compute="_compute_warning")
    fit_summary = fields.Html(compute="_compute_fit_summary", sanitize=False)

    _date_order = models.Constraint(
        "CHECK (date_start <= date_end)", "A convention must end after it starts."
    )

    def _amount_fields(self):
        return ["amount_asked", "amount_granted"]

    @api.depends("company_id")
    def _compute_territory_id(self):
        Territory = self.env["citeslab.territory"]
        for convention in self:
            if convention.territory_id.company_id != convention.company_id:
                convention.territory_id = Territory._default_for(convention.company_id)

    @api.depends(
        "instalment_ids.amount_paid", "amount_granted", "yearly_ids.amount_paid"
    )
    def _compute_amount_paid(self):
        """A frame is paid through its yearly conventions."""
        for convention in self:
            paid = sum(convention.instalment_ids.mapped("amount_paid"))
            paid += sum(convention.yearly_ids.mapped("amount_paid"))
            convention.amount_paid = paid
            convention.amount_due = convention.amount_granted - paid

    @api.depends(
        "kind", "date_start", "date_end", "budget_ids.date_from", "amount_granted",
        "instalment_ids.amount",
    )  # fmt: skip
    def _compute_warning(self):
        for convention in self:
            found = [convention._missing_years_message()]
            found.append(convention._instalments_message())
            convention.warning = " ".join(filter(None, found)) or False

    def _instalments_message(self):
        total = sum(self.instalment_ids.mapped("amount"))
        currency = self.currency_id or self.env.company.currency_id
        if not total or currency.compare_amounts(total, self.amount_granted) <= 0:
            return False
        return self.env._(
            "The instalments add up to %(total)s, more than the %(granted)s granted.",
            total=currency.format(total),
            granted=currency.format(self.amount_granted),
        )

    def _missing_years_message(self):
        """Sentence on the years of a frame that have no budget yet (CDC §6.2)."""
        missing = self._missing_years()
        if not missing:
            return False
        return self.env._(
            "No budget yet for %(years)s: the framework agreement goes with a "
            "forecast budget for each of its years (CDC §6.2).",
            years=", ".join(str(year) for year in missing),
        )

    def _years(self):
        """Years of a frame, as (first day, last day) of each."""
        start, years = self.date_start, []
        while start and self.date_end and start <= self.date_end:
            end = min(start + relativedelta(years=1, days=-1), self.date_end)
            years.append((start, end))
            start = end + relativedelta(days=1)
        return years

    def _missing_years(self):
        if self.kind != "frame":
            return []
        done = set(self.budget_ids.mapped("date_from"))
        return [start.year for start, _end in self._years() if start not in done]

    @api.depends("budget_ids.line_ids.planned", "kind")
    def _compute_fit_summary(self):
        for convention in self:
            budgets = convention.budget_ids.filtered(
                lambda budget: budget.state != "amended"
            ).sorted("date_from")
            convention.fit_summary = (
                budgets._fit_html() if convention.kind == "frame" else False
            )

    @api.constrains("kind", "frame_id", "date_start", "date_end", "company_id")
    def _check_frame(self):
        for convention in self | self.yearly_ids:
            convention._check_inside_frame()

    def _check_inside_frame(self):
        """A yearly convention can't lie outside its frame (G7, CDC §6.1)."""
        frame = self.frame_id
        if frame and self.kind == "frame":
            raise ValidationError(
                self.env._(
                    "%(name)s is a framework agreement: it can't lie within another.",
                    name=self.name,
                )
            )
        if frame and frame.kind != "frame":
            raise ValidationError(
                self.env._(
                    "%(name)s is not a framework agreement: choose one.",
                    name=frame.name,
                )
            )
        if frame and not (
            frame.date_start <= self.date_start and self.date_end <= frame.date_end
        ):
            raise ValidationError(
                self.env._(
                    "%(name)s (%(start)s to %(end)s) lies outside its framework "
                    "agreement (%(frame_start)s to %(frame_end)s): change its dates "
                    "or choose another frame.",
                    name=self.name,
                    start=self.date_start,
                    end=self.date_end,
                    frame_start=frame.date_start,
                    frame_end=frame.date_end,
                )
            )

    @api.constrains("kind", "date_start", "date_end")
    def _check_length(self):
        for convention in self:
            months = convention._longest()
            if months and convention.date_end >= convention.date_start + relativedelta(
                months=months
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s lasts longer than %(months)s months (CDC §6.1): "
                        "change its dates.",
                        name=convention.name,
                        months=months,
                    )
                )

    def _longest(self):
        """Months that such a convention may last, 0 where no text says (CDC §6.1)."""
        months = self.env["citeslab.parameter"]._value_at(
            f"convention_{self.kind}_months", self.date_start
        )
        return int(months or 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        if any(one.state in ("signed", "closed") for one in self):
            raise UserError(
                self.env._("A signed convention is kept: close it instead.")
            )

    def action_ask(self):
        self.write({"state": "asked"})

    def action_grant(self):
        self.write({"state": "granted"})

    def action_sign(self):
        self.write({"state": "signed"})

    def action_close(self):
        self.write({"state": "closed"})

    def action_prepare_budgets(self):
        """Create the budgets that a frame still lacks, empty, one a year."""
        self.ensure_one()
        self.check_access("write")
        done = set(self.budget_ids.mapped("date_from"))
        self.env["citeslab.budget"].create(
            [
                {
                    "company_id": self.company_id.id,
                    "territory_id": self.territory_id.id,
                    "frame_id": self.id,
                    "date_from": start,
                    "date_to": end,
                    "investment_case": "none" if index else "first",
                    "line_ids": [
                        Command.create(vals)
                        for vals in self.env["citeslab.budget"]._empty_lines()
                    ],
                }
                for index, (start, end) in enumerate(self._years())
                if start not in done
            ]
        )
        return self.action_open_budgets()

    def action_open_budgets(self):
        """Open the budgets of this frame."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_budget.citeslab_budget_action"
        )
        action["domain"] = [("frame_id", "=", self.id)]
        action["context"] = {"default_frame_id": self.id}
        return action
