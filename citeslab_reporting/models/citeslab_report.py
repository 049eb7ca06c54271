from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from odoo.addons.citeslab_base.tools.roles import MANAGER, NETWORK

from ..figures.matrix import UNKNOWN

REPORT_KIND = [("yearly", "Yearly bilan"), ("interim", "Interim"), ("other", "Other")]
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
# Written by the submission alone, never typed.
SEALED = (
    "figures",
    "manifest",
    "restatement",
    "content_hash",
    "previous_hash",
    "frozen_on",
    "submitted_by_id",
    "pdf_file",
    "xlsx_file",
    "export_file",
    "lang",
    "version",
)


class CiteslabReport(models.Model):
    """A bilan that is handed over: prepared, submitted, then frozen for ever.

    The chef prepares it, the manager submits it. From then on its figures, what
    they counted, its words, its PDF and its workbook never change, whoever asks;
    late data makes a new version, chained to this one, that tells the difference.
    How it is frozen and proved is in ``citeslab_report_seal.py``.
    """

    _name = "citeslab.report"
    _description = "Report"
    _inherit = ["citeslab.dated", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, company_id, version desc, id desc"
    _check_company_auto = True
    _checked_days = ("date_from", "date_to")

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
        ondelete="restrict",
        help="Empty for the whole structure.",
    )
    neighborhood_ids = fields.Many2many(
        "citeslab.neighborhood",
        "citeslab_report_neighborhood_rel",
        "report_id",
        "neighborhood_id",
        string="Only these Quartiers",
    )
    communes = fields.Char(
        string="Only these Communes", help="Names of cities, with commas."
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_first()
    )
    date_to = fields.Date(
        string="To",
        required=True,
        default=lambda self: self._default_first() + relativedelta(month=12, day=31),
    )
    kind = fields.Selection(
        REPORT_KIND,
        string="Sort of Report",
        required=True,
        default="yearly",
    )
    template_id = fields.Many2one(
        "citeslab.report.template",
        string="Model",
        check_company=True,
        ondelete="restrict",
        default=lambda self: self._default_template(),
    )
    funder_id = fields.Many2one(
        "citeslab.funder", string="For", check_company=True, ondelete="restrict"
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
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    superseded_by_ids = fields.One2many(
        "citeslab.report", "supersedes_id", string="Replaced By"
    )
    section_ids = fields.One2many(
        "citeslab.report.section", "report_id", string="Sections"
    )
    claim_ids = fields.One2many("citeslab.report.claim", "report_id", string="Claims")
    blocking_count = fields.Integer(compute="_compute_blocking_count")
    prepared_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    prepared_on = fields.Datetime(copy=False, readonly=True)

    # Frozen when submitted
    line_ids = fields.One2many(
        "citeslab.report.line", "report_id", string="Figures", copy=False
    )
    figures = fields.Text(
        string="Figures (JSON)",
        copy=False,
        readonly=True,
        help="citeslab.bilan/1, the bytes of the file.",
    )
    manifest = fields.Text(
        copy=False,
        readonly=True,
        help="Everything that the seal covers, as canonical JSON.",
    )
    restatement = fields.Text(string="Restatement (JSON)", copy=False, readonly=True)
    restatement_html = fields.Html(
        string="Differences with the Version Before",
        compute="_compute_restatement_html",
    )
    content_hash = fields.Char(string="Seal (SHA-256)", copy=False, readonly=True)
    previous_hash = fields.Char(
        string="Seal of the Version Before", copy=False, readonly=True
    )
    frozen_on = fields.Datetime(string="Submitted On", copy=False, readonly=True)
    submitted_by_id = fields.Many2one(
        "res.users",
        string="Submitted By",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )
    lang = fields.Char(copy=False, readonly=True)
    # in the table, not as attachments: what is frozen has no second way in
    pdf_file = fields.Binary(string="PDF", attachment=False, copy=False, readonly=True)
    xlsx_file = fields.Binary(
        string="Workbook", attachment=False, copy=False, readonly=True
    )
    file_stem = fields.Char(compute="_compute_file_stem")
    pdf_name = fields.Char(compute="_compute_file_stem")
    xlsx_name = fields.Char(compute="_compute_file_stem")

    # Answer of who reads it
    answered_on = fields.Datetime(copy=False, readonly=True)
    answered_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    return_reason = fields.Text(copy=False, readonly=True)

    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The period must end after it starts."
    )
    _one_successor = models.UniqueIndex(
        "(supersedes_id) WHERE supersedes_id IS NOT NULL",
        "This report already has a next version: open that one.",
    )

    # Defaults

    @api.model
    def _default_first(self):
        """First day of the year that a bilan is usually made of."""
        today = fields.Date.context_today(self)
        years = -1 if today.month < 7 else 0
        return today + relativedelta(years=years, month=1, day=1)

    @api.model
    def _default_template(self):
        return self.env["citeslab.report.template"].search(
            [("company_id", "in", (False, self.env.company.id))], limit=1
        )

    @api.depends("date_from", "date_to", "version", "funder_id")
    def _compute_name(self):
        for report in self:
            period = report._period_label()
            report.name = self.env._(
                "Bilan %(period)s, version %(version)s",
                period=period,
                version=report.version,
            )
            if report.funder_id:
                report.name += f" ({report.funder_id.name})"

    def _period_label(self):
        first, last = self.date_from, self.date_to
        if not first or not last:
            return ""
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            years = dict.fromkeys((first.year, last.year))
            return "-".join(str(year) for year in years)
        return f"{first:%d/%m/%Y}\N{EN DASH}{last:%d/%m/%Y}"

    @api.depends("date_from", "date_to", "version")
    def _compute_file_stem(self):
        for report in self:
            period = report._period_label().replace("/", "-")
            report.file_stem = f"bilan-{period}-v{report.version}"
            report.pdf_name = f"{report.file_stem}.pdf"
            report.xlsx_name = f"{report.file_stem}.xlsx"

    @api.depends("claim_ids.is_blocking")
    def _compute_blocking_count(self):
        for report in self:
            report.blocking_count = len(report.claim_ids.filtered("is_blocking"))

    @api.depends("restatement")
    @api.depends_context("lang")
    def _compute_restatement_html(self):
        renderer = self.env["citeslab.report.renderer"]
        for report in self:
            report.restatement_html = renderer._restatement_html(report)

    @api.onchange("template_id")
    def _onchange_template_id(self):
        """What the model is for and, in a new report, its sections."""
        template = self.template_id
        if not self._origin:
            self.section_ids = [
                Command.clear(),
                *(Command.create(values) for values in template.section_ids._values()),
            ]
        self.funder_id = template.funder_id
        self.neighborhood_ids = template.neighborhood_ids
        self.communes = template.communes

    @api.constrains(
        "communes", "neighborhood_ids", "territory_id", "date_from", "date_to"
    )
    def _check_chain(self):
        """A version tells of the same people and days as the one it replaces."""
        for report in self.filtered("supersedes_id"):
            former = report.supersedes_id
            if report._scope_key() != former._scope_key():
                raise ValidationError(
                    self.env._(
                        "%(report)s replaces %(former)s: it covers the same structure, "
                        "territory, quartiers and days.",
                        report=report.name,
                        former=former.name,
                    )
                )

    def _scope_key(self):
        return (
            self.company_id.id,
            self.territory_id.id,
            self.date_from,
            self.date_to,
            tuple(sorted(self.neighborhood_ids.ids)),
            tuple(self._commune_list()),
        )

    def _commune_list(self):
        """Names of the communes that the report is limited to.

        :rtype: list[str]
        """
        names = (name.strip() for name in (self.communes or "").split(","))
        return sorted({name for name in names if name})

    # Nothing changes what is frozen

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_typed(set().union(*vals_list), vals_list)
        numbered = [self._numbered(vals) for vals in vals_list]
        reports = super().create(numbered)
        for report, vals in zip(reports, vals_list, strict=True):
            if not vals.get("section_ids"):
                report._take_sections()
        return reports

    def _refuse_typed(self, names, vals_list):
        """What the submission writes is never typed, nor imported.

        :raises AccessError: a sealed field, or a state, comes from outside
        """
        if self.env.su:
            return
        typed = names & set(SEALED)
        typed.update(
            name
            for name in ANSWER
            if any(v.get(name, DRAFT) != DRAFT for v in vals_list)
        )
        if typed - {"version"} or any(v.get("version", 1) != 1 for v in vals_list):
            raise AccessError(
                self.env._(
                    "The figures, files, seal and state of a report are written by its "
                    "submission alone (%(fields)s).",
                    fields=", ".join(sorted(typed)),
                )
            )

    @api.model
    def _numbered(self, vals):
        """A next version is numbered after the one it replaces."""
        former = self.browse(vals.get("supersedes_id") or [])
        return {**vals, "version": former.version + 1 if former else 1}

    def write(self, vals):
        self._refuse_typed(set(vals), [vals])
        if not self.env.su and {"version", "supersedes_id"} & vals.keys():
            raise AccessError(
                self.env._("Versions follow each other by “New version” alone.")
            )
        frozen = self.sudo().filtered(lambda report: report.state != DRAFT)
        if frozen and vals.keys() - set(ANSWER):
            frozen._refuse_if_frozen()
        if frozen and "state" in vals:
            frozen._check_next_state(vals["state"])
        return super().write(vals)

    def _check_next_state(self, state):
        """A submitted report is answered once, and never a draft again."""
        for report in self:
            if state not in NEXT_STATES.get(report.state, ()):
                report._refuse_if_frozen()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._refuse_if_frozen()

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

    def _take_sections(self):
        """Sections of the model, with the words to start from."""
        self.env["citeslab.report.section"].create(
            [
                {**values, "report_id": self.id}
                for values in self.template_id.section_ids._values()
            ]
        )

    # Figures of now

    def _scope(self):
        """Whom and when this report counts."""
        self.ensure_one()
        return self.env["citeslab.bilan"]._scope(
            self.company_id,
            self.date_from,
            self.date_to,
            self.territory_id,
            self.neighborhood_ids,
            self._commune_list(),
        )

    def _params(self):
        """The same as plain values, for the screen of the bilan."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
            "territory_id": self.territory_id.id or None,
            "neighborhood_ids": self.neighborhood_ids.ids,
            "communes": self._commune_list(),
        }

    def _matrix(self):
        return self.env["citeslab.bilan"]._matrix_of(self._scope())

    def _layout(self):
        """What the document shows of the figures of now."""
        return self.env["citeslab.report.renderer"]._layout(self._matrix())

    def _row_codes(self, code):
        """Rows that a figure may have, told or not this period.

        :rtype: tuple[str]
        """
        bilan = self.env["citeslab.bilan"]._for_scope(self._scope())
        indicator = bilan.env["citeslab.indicator"]._for_company(self.company_id)
        indicator = indicator.filtered(lambda one: one.code == code)
        if not (indicator.source and indicator.group_field):
            return ()
        rows = bilan._catalogue(indicator)
        return (*(row for row, _label in rows.values()), UNKNOWN)

    # Prepare, submit, answer

    def action_prepare(self):
        """The chef has finished: the managers of the structure are told."""
        self._refuse_if_frozen()
        self.write(
            {
                "prepared_by_id": self.env.user.id,
                "prepared_on": fields.Datetime.now(),
            }
        )
        for report in self:
            for manager in report._managers():
                report.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=manager.id,
                    summary=self.env._("Read and submit %(name)s", name=report.name),
                )

    def _managers(self):
        """Who may submit the report, besides who prepared it."""
        group = self.env.ref(MANAGER).sudo()
        return (group.all_user_ids - self.env.user).filtered(
            lambda user: self.company_id in user.company_ids and not user.share
        )

    def action_submit(self):
        """Hand the report over: it is frozen from here on.

        :raises AccessError: only a manager of the structure submits
        :raises UserError: a claim does not hold, a picture has no agreement
        """
        for report in self:
            report._check_submission()
            report._freeze()
        return True

    def _check_submission(self):
        self.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("The manager of the structure reads and submits a report.")
            )
        self._refuse_if_frozen()
        today = fields.Date.context_today(self)
        if self.date_from > today:
            raise UserError(
                self.env._(
                    "%(name)s has not begun: nothing is counted.", name=self.name
                )
            )
        if self.supersedes_id and self.supersedes_id.state == DRAFT:
            raise UserError(
                self.env._("Submit %(name)s first.", name=self.supersedes_id.name)
            )
        self.env["citeslab.report.claim"]._refresh(self.section_ids)
        self._check_claims()
        shy = self.section_ids.picture_ids.filtered(lambda one: not one.has_agreement)
        if shy:
            raise UserError(
                self.env._(
                    "%(section)s: say for each picture that those who can be "
                    "recognised agreed, or take it out (%(caption)s).",
                    section=shy[0].section_id.title,
                    caption=shy[0].caption or self.env._("without caption"),
                )
            )

    def _check_claims(self):
        wrong = self.claim_ids.filtered("is_blocking")
        if wrong:
            raise UserError(
                self.env._(
                    "The words do not say what the figures say. Correct them, or write "
                    "why they stay:\n%(claims)s",
                    claims="\n".join(
                        f"• {claim.section_id.title} – {claim.message}"
                        for claim in wrong
                    ),
                )
            )

    def action_new_version(self):
        """A draft that will replace this report, with its words.

        :return: window on the new version
        """
        self.ensure_one()
        if self.state == DRAFT:
            raise UserError(
                self.env._("%(name)s is still a draft: correct it.", name=self.name)
            )
        following = self.superseded_by_ids
        if not following:
            following = self.create(self._next_values())
            following.claim_ids._keep_reasons(self.claim_ids)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": following.id,
            "views": [(False, "form")],
        }

    def _next_values(self):
        return {
            "company_id": self.company_id.id,
            "territory_id": self.territory_id.id,
            "neighborhood_ids": [(6, 0, self.neighborhood_ids.ids)],
            "communes": self.communes,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "kind": self.kind,
            "template_id": self.template_id.id,
            "funder_id": self.funder_id.id,
            "supersedes_id": self.id,
            "section_ids": [
                (0, 0, values) for values in self.section_ids._copy_values()
            ],
        }

    def _answer(self, state, reason=None):
        """Answer of the network to a submitted report.

        :param str state: ``validated`` or ``returned``
        :param str | None reason: why it is sent back
        :raises AccessError: the reader is not of the network
        :raises UserError: sent back without a reason, or answered already
        """
        if not self.env.user.has_group(NETWORK):
            raise AccessError(
                self.env._("The animation of the network answers a report.")
            )
        if state == "returned" and not (reason or "").strip():
            raise UserError(self.env._("Write why the report is sent back."))
        # as superuser: who submitted it, whatever the reader may read of the users
        if not self.env.su and self.env.user in self.sudo().submitted_by_id:
            raise UserError(
                self.env._(
                    "You submitted %(report)s: another animator of the structure "
                    "answers it, else the national animation.",
                    report=self[:1].name,
                )
            )
        for report in self:
            # as superuser: an animator reads no draft
            newer = report.sudo().superseded_by_ids
            if newer.filtered(lambda one: one.state != "draft"):
                raise UserError(
                    self.env._(
                        "%(report)s is replaced by a newer version: answer that one.",
                        report=report.name,
                    )
                )
        self._write_answer(state, reason)

    def _write_answer(self, state, reason):
        # as superuser: the network reads reports and writes nothing but its answer
        self.sudo().write(
            {
                "state": state,
                "answered_on": fields.Datetime.now(),
                "answered_by_id": self.env.user.id,
                "return_reason": reason,
            }
        )

    def action_preview(self):
        """The PDF: the frozen one, or that of now."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/citeslab/report/{self.id}/pdf",
            "target": "new",
        }
