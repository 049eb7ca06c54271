import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.citeslab_base.tools.roles import NETWORK

from ..figures import handover
from .citeslab_report import REPORT_KIND


class CiteslabReportFile(models.Model):
    """Report of a structure of another database, received as a file and proved.

    The same version twice changes nothing; a newer one replaces the former; what does
    not match its seal, its chain or its period is refused.
    """

    _name = "citeslab.report.file"
    _description = "Report Received as a File"
    _inherit = ["mail.thread"]
    _order = "date_to desc, structure_id, version desc, id desc"

    structure_id = fields.Many2one(
        "citeslab.network.structure",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    entry_id = fields.Many2one(
        "citeslab.campaign.entry",
        string="Report Owed",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    campaign_id = fields.Many2one(related="entry_id.campaign_id")
    kind = fields.Selection(
        REPORT_KIND,
        string="Kind of Report",
        required=True,
        readonly=True,
    )
    date_from = fields.Date(required=True, readonly=True)
    date_to = fields.Date(required=True, readonly=True)
    version = fields.Integer(required=True, readonly=True, aggregator=None)
    is_latest = fields.Boolean(string="Latest", default=True, readonly=True)
    figures = fields.Text(required=True, readonly=True)
    figures_html = fields.Html(
        string="Table of Figures", compute="_compute_figures_html", sanitize=False
    )
    manifest = fields.Text(required=True, readonly=True)
    content_hash = fields.Char(string="Seal (SHA-256)", required=True, readonly=True)
    previous_hash = fields.Char(string="Seal of the Version Before", readonly=True)
    state = fields.Selection(
        [
            ("submitted", "Submitted"),
            ("returned", "Sent Back"),
            ("validated", "Validated"),
        ],
        required=True,
        default="submitted",
        readonly=True,
        tracking=True,
    )
    received_on = fields.Datetime(required=True, readonly=True)
    received_by_id = fields.Many2one("res.users", required=True, readonly=True)
    answered_on = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)
    return_reason = fields.Text(help="What is missing, one thing a line.")

    _version_unique = models.UniqueIndex(
        "(structure_id, date_from, date_to, kind, version)",
        "This version is already here.",
    )
    _one_latest = models.UniqueIndex(
        "(structure_id, date_from, date_to, kind) WHERE is_latest",
        "A structure has one latest version of a report.",
    )
    _answered_who = models.Constraint(
        "CHECK (state = 'submitted'"
        " OR (answered_on IS NOT NULL AND answered_by_id IS NOT NULL))",
        "An answered report says who answered, and when.",
    )

    def write(self, vals):
        """What was sealed stays; a reader only writes what is missing."""
        if not self.env.su and vals.keys() - {"return_reason"}:
            raise AccessError(
                self.env._("A report received as a file is kept as it came.")
            )
        if not self.env.su:
            for one in self.filtered(lambda one: one.state != "submitted"):
                raise UserError(
                    self.env._(
                        "%(report)s is answered already.", report=one.display_name
                    )
                )
        return super().write(vals)

    @api.depends("structure_id.name", "date_to", "version")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._(
                "%(structure)s, %(year)s, version %(version)s",
                structure=one.structure_id.name,
                year=one.date_to.year if one.date_to else "",
                version=one.version,
            )

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_figures_html(self):
        """What its reader validates: each figure, named as this database does."""
        style = self.env["citeslab.bilan.renderer"]._style()
        indicators = self.env["citeslab.indicator"].search([])
        known = {one.code: (rank, one) for rank, one in enumerate(indicators)}
        for one in self:
            told = json.loads(one.figures or "{}").get("indicators", {})
            rows = []
            for code in sorted(told, key=lambda c: (known.get(c, (len(known),))[0], c)):
                indicator = known.get(code, (0, indicators.browse()))[1]
                rows.append((indicator.name or code, indicator.kind, told[code]))
            one.figures_html = self.env["ir.qweb"]._render(
                "citeslab_reporting.report_file_figures", {"rows": rows, "style": style}
            )

    @api.model
    def _receive(self, content, name=""):
        """Keep a report that came as a file.

        :param bytes content: what ``citeslab.report._handover`` wrote elsewhere
        :param str name: of the file, for the messages
        :return: ``(record, whether it is new)``
        :raises UserError: structure unknown, file damaged, chain broken, other period
        """
        if not self.env.user.has_group(NETWORK):
            raise AccessError(
                self.env._("Only the animation of the network receives reports.")
            )
        values = self._read(content, name)
        self._check_counts(values["bilan"]["indicators"], name)
        structure = self._structure_of(values, name)
        former = self.search(
            [
                ("structure_id", "=", structure.id),
                ("date_from", "=", values["period"]["from"]),
                ("date_to", "=", values["period"]["to"]),
                ("kind", "=", values["kind"]),
            ],
            order="version",
        )
        same = former.filtered(lambda one: one.version == values["version"])
        if same and same.content_hash == values["hash"]:
            return same, False
        if same:
            self._refuse(name, self.env._("another file has the same version"))
        self._check_chain(former, values, name)
        return self._keep(structure, former, values, name), True

    def _read(self, content, name):
        try:
            return handover.read_report(content)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(file)s is not a report as it was sealed (%(error)s): ask the "
                    "structure for it again.",
                    file=name,
                    error=error,
                )
            ) from error

    def _check_counts(self, figures, name):
        """Nobody is counted under nought; money alone may be."""
        rules = self.env["citeslab.consolidation.rule"].search([])
        money = set(rules.filtered(lambda rule: rule.unit == "amount").mapped("code"))
        for code, figure in figures.items():
            numbers = [figure.get("value")]
            numbers += [one.get("value") for one in figure.get("items", ())]
            if code not in money and min(filter(None, numbers), default=0) < 0:
                self._refuse(
                    name, self.env._("%(code)s counts under nought", code=code)
                )

    def _structure_of(self, values, name):
        code = values["structure"]["code"]
        structure = self.env["citeslab.network.structure"].search([("code", "=", code)])
        if not structure:
            self._refuse(
                name,
                self.env._(
                    "no structure that you follow has the code %(code)s", code=code
                ),
            )
        if structure.company_id:
            self._refuse(
                name,
                self.env._(
                    "%(structure)s keeps its reports in this database",
                    structure=structure.name,
                ),
            )
        return structure

    def _check_chain(self, former, values, name):
        """A version follows the one that it says it replaces."""
        before = former.filtered(lambda one: one.version < values["version"])[-1:]
        after = former.filtered(lambda one: one.version > values["version"])[:1]
        if (
            before
            and before.version == values["version"] - 1
            and before.content_hash != values["previous_hash"]
        ) or (
            after
            and after.version == values["version"] + 1
            and after.previous_hash != values["hash"]
        ):
            self._refuse(
                name, self.env._("it does not follow the version received before")
            )
        if values["version"] > 1 and not values["previous_hash"]:
            self._refuse(name, self.env._("it names no version before it"))

    def _campaign_of(self, values, name):
        """The campaign that a report answers, if it names one that is here."""
        campaign = self.env["citeslab.campaign"].search(
            [("uid", "=", values.get("campaign") or "")]
        )
        period = values["period"]
        if campaign and (
            campaign.date_from.isoformat() != period["from"]
            or campaign.date_to.isoformat() != period["to"]
            or campaign.kind != values["kind"]
        ):
            self._refuse(
                name,
                self.env._(
                    "its period is not that of the campaign %(campaign)s",
                    campaign=campaign.name,
                ),
            )
        return campaign

    def _keep(self, structure, former, values, name):
        campaign = self._campaign_of(values, name)
        entry = campaign.entry_ids.filtered(lambda one: one.structure_id == structure)
        is_latest = not former or values["version"] > max(former.mapped("version"))
        # as superuser: a proved file is kept as it came, nobody types one
        files = self.sudo()
        if is_latest:
            former.sudo().is_latest = False
            former.flush_recordset(["is_latest"])
        kept = files.create(
            {
                "structure_id": structure.id,
                "entry_id": (entry or former[-1:].entry_id).id,
                "kind": values["kind"],
                "date_from": values["period"]["from"],
                "date_to": values["period"]["to"],
                "version": values["version"],
                "is_latest": is_latest,
                "figures": values["figures"],
                "manifest": values["manifest"],
                "content_hash": values["hash"],
                "previous_hash": values["previous_hash"] or False,
                "received_on": fields.Datetime.now(),
                "received_by_id": self.env.user.id,
            }
        )
        return kept.with_env(self.env)

    def _refuse(self, name, why):
        raise UserError(
            self.env._("%(file)s is not received: %(why)s.", file=name, why=why)
        )

    def action_validate(self):
        """Accept the report; its structure gets the answer."""
        self._answer("validated")

    def action_return(self):
        """Send the report back with what is missing.

        :raises UserError: nothing is written of what is missing
        """
        for one in self:
            if not (one.return_reason or "").strip():
                raise UserError(self.env._("Write what is missing, one thing a line."))
            self.env["citeslab.report"]._check_missing(one._missing())
        self._answer("returned")

    def _answer(self, state):
        """Answer, and send the structure the answer as a file."""
        self.check_access("write")
        for one in self.filtered(lambda one: one.state != "submitted"):
            raise UserError(
                self.env._("%(report)s is answered already.", report=one.display_name)
            )
        for one in self.filtered(lambda one: not one.is_latest):
            raise UserError(
                self.env._(
                    "%(report)s is replaced by a newer version: answer that one.",
                    report=one.display_name,
                )
            )
        # as superuser: state and names are written by the buttons alone
        self.sudo().write(
            {
                "state": state,
                "answered_on": fields.Datetime.now(),
                "answered_by_id": self.env.user.id,
            }
        )
        for one in self.filtered("structure_id.email"):
            one.structure_id._send_file(
                self.env._("Answer to %(report)s", report=one.display_name),
                one._answer_body(),
                one._answer_file(),
            )

    def _missing(self):
        """What is missing, one sentence each."""
        lines = (self.return_reason or "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    def _answer_body(self):
        items = Markup("").join(Markup("<li>%s</li>") % one for one in self._missing())
        text = (
            self.env._("Your report is sent back: see what is missing.")
            if self.state == "returned"
            else self.env._("Your report is validated.")
        )
        how = self.env["citeslab.campaign"]._how_to_open()
        return Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (text, items, how)

    def _answer_file(self):
        """The answer for the database of the structure.

        :return: ``(name, bytes)``
        :raises UserError: the report is not answered yet
        """
        self.ensure_one()
        self.check_access("read")
        if self.state == "submitted":
            raise UserError(
                self.env._("%(report)s is not answered yet.", report=self.display_name)
            )
        structure = self.structure_id
        content = handover.answer(
            structure={"code": structure.code, "name": structure.name},
            kind=self.kind,
            period=(self.date_from, self.date_to),
            version=self.version,
            seal=self.content_hash,
            state=self.state,
            missing=self._missing() if self.state == "returned" else [],
        )
        name = f"reponse-{structure.code}-{self.date_to.year}-v{self.version}.json"
        return name, content

    def action_download_answer(self):
        """The answer as a file, where no mail takes it to the structure."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/citeslab/answer/{self.id}",
            "target": "download",
        }
