from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("validated", "Validated"),
    ("returned", "Returned"),
]
DRAFT = "draft"
# What a frozen report may still receive: the answer of who reads it.
ANSWER = ("state", "answered_on", "answered_by_id", "return_reason")
NEXT_STATES = {"submitted": ("validated", "returned")}


class CiteslabReport(models.Model):
    """A bilan that is handed over: prepared, submitted, then frozen for ever.

    The chef prepares it, the manager submits it. From then on its figures, what
    they counted, its words, its PDF and its workbook never change, whoever asks;
    late data makes a new version, chained to this one, that tells the difference.
    """

    _name = "citeslab.report"
    _description = "Report"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, company_id, version desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, precompute=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        check_company=True,
        help="Empty for the whole structure.",
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True)
    kind = fields.Selection(
        [("yearly", "Yearly bilan"), ("interim", "Interim"), ("other", "Other")],
        required=True,
        default="yearly",
    )
    version = fields.Integer(default=1, required=True, copy=False, aggregator=None)
    state = fields.Selection(
        STATES,
        required=True,
        default=DRAFT,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    supersedes_id = fields.Many2one(
        "citeslab.report",
        string="Replaces",
        ondelete="restrict",
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    superseded_by_ids = fields.One2many(
        "citeslab.report", "supersedes_id", string="Replaced By"
    )
    line_ids = fields.One2many(
        "citeslab.report.line", "report_id", string="Figures", copy=False
    )

    # Frozen when submitted
    figures = fields.Text(
        string="Figures (JSON)", copy=False, help="citeslab.bilan/1, as JSON."
    )
    manifest = fields.Text(
        copy=False, help="Everything that the seal covers, as canonical JSON."
    )
    content_hash = fields.Char(string="Seal (SHA-256)", copy=False, readonly=True)
    previous_hash = fields.Char(
        string="Seal of the Version Before", copy=False, readonly=True
    )
    frozen_on = fields.Datetime(string="Submitted On", copy=False, readonly=True)
    submitted_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    pdf_file = fields.Binary(string="PDF", attachment=False, copy=False)
    xlsx_file = fields.Binary(string="Workbook", attachment=False, copy=False)

    # Answer of who reads it
    answered_on = fields.Datetime(copy=False, readonly=True)
    answered_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    return_reason = fields.Text(copy=False)

    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The period must end after it starts."
    )
    _one_successor = models.UniqueIndex(
        "(supersedes_id) WHERE supersedes_id IS NOT NULL",
        "This report already has a next version: open that one.",
    )

    @api.depends("date_from", "date_to", "version", "company_id", "kind")
    def _compute_name(self):
        for report in self:
            first, last = report.date_from, report.date_to
            if not first or not last:
                report.name = self.env._("Bilan")
                continue
            year = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
            is_year = year and first.year == last.year
            period = str(first.year) if is_year else f"{first} – {last}"
            report.name = self.env._(
                "Bilan %(period)s, version %(version)s",
                period=period,
                version=report.version,
            )

    # Nothing changes what is frozen

    def _refuse_if_frozen(self):
        """Refuse any change of what a submitted report holds, whoever asks.

        :raises UserError: one of these reports was submitted
        """
        for report in self.sudo():
            if report.state != DRAFT:
                raise UserError(
                    self.env._(
                        "%(name)s was submitted: nothing in it changes any more. "
                        "Make a new version to correct it.",
                        name=report.name,
                    )
                )

    def write(self, vals):
        frozen = self.sudo().filtered(lambda report: report.state != DRAFT)
        if frozen and vals.keys() - set(ANSWER):
            frozen._refuse_if_frozen()
        if frozen and "state" in vals:
            frozen._check_next_state(vals["state"])
        return super().write(vals)

    def _check_next_state(self, state):
        """A submitted report is validated or returned once, and never a draft again."""
        for report in self:
            if state not in NEXT_STATES.get(report.state, ()):
                report._refuse_if_frozen()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._refuse_if_frozen()
