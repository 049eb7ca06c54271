import json
from base64 import b64decode, b64encode
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..figures import handover
from ..figures.sealed import digest


class CiteslabReport(models.Model):
    """What the network does with a report, and what leaves the database with it."""

    _inherit = "citeslab.report"

    # Everything that its exports are made of, frozen with it
    export_file = fields.Binary(attachment=False, copy=False, readonly=True)
    request_ids = fields.One2many(
        "citeslab.report.request", "report_id", string="Missing Before", copy=False
    )
    campaign_entry_id = fields.Many2one(
        "citeslab.campaign.entry", string="Campaign", compute="_compute_campaign_entry"
    )
    campaign_deadline = fields.Date(
        string="Deadline", compute="_compute_campaign_entry"
    )
    campaign_instructions = fields.Html(
        string="Asked by the Network", compute="_compute_campaign_entry"
    )

    _submitted_who = models.Constraint(
        "CHECK (state = 'draft'"
        " OR (frozen_on IS NOT NULL AND submitted_by_id IS NOT NULL))",
        "A submitted report says who submitted it, and when.",
    )
    _answered_who = models.Constraint(
        "CHECK (state NOT IN ('validated', 'returned')"
        " OR (answered_on IS NOT NULL AND answered_by_id IS NOT NULL))",
        "An answered report says who answered, and when.",
    )
    _returned_why = models.Constraint(
        "CHECK (state <> 'returned' OR COALESCE(return_reason, '') <> '')",
        "A report is sent back with a reason.",
    )

    @api.depends("company_id", "date_from", "date_to", "kind")
    def _compute_campaign_entry(self):
        # as superuser: what a structure is asked is no secret to its people
        entries = (
            self.env["citeslab.campaign.entry"]
            .sudo()
            .search(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("campaign_id.state", "!=", "draft"),
                ]
            )
        )
        by_key = {entry._key(): entry for entry in entries}
        for report in self:
            key = (report.company_id.id, report.date_from, report.date_to, report.kind)
            entry = by_key.get(key, entries.browse())
            report.campaign_entry_id = entry
            report.campaign_deadline = entry.deadline
            report.campaign_instructions = entry.campaign_id.instructions

    # Submitted with its export, and with an answer to what was missing

    def _check_submission(self):
        result = super()._check_submission()
        left = self.request_ids.filtered(
            lambda request: not (request.is_done or (request.answer or "").strip())
        )
        if left:
            raise UserError(
                self.env._(
                    "The network sent the former version back. Tick what is done, or "
                    "write why it stays: %(missing)s.",
                    missing=", ".join(left.mapped("name")),
                )
            )
        return result

    def _freeze(self):
        """Keep what the exports are made of, in the same moment as the figures."""
        lang = self.lang or self.env.lang
        export = self.env["citeslab.export"].with_context(lang=lang)
        sources = export._sources(
            self._matrix(),
            self.company_id,
            self.date_from,
            self.date_to,
            self.territory_id or None,
        )
        # as superuser: written by the submission and nobody else
        self.sudo().export_file = b64encode(export._freeze(sources))
        return super()._freeze()

    def _problems(self):
        problems = super()._problems()
        sealed = json.loads(self.manifest).get("export")
        kept = self.sudo().with_context(bin_size=False).export_file
        if digest(b64decode(kept or b"")) != sealed:
            problems.append(self.env._("export"))
        return problems

    # Answer of the network

    def action_validate(self):
        """Accept the report: it is the one that counts."""
        for report in self:
            report.check_access("read")
            report._answer("validated")
            report._tell(self.env._("%(report)s is validated.", report=report.name))

    def action_return(self):
        """Ask what is missing, to send the report back."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Report Back"),
            "res_model": "citeslab.report.return",
            "view_mode": "form",
            "target": "new",
            "context": {"default_report_id": self.id},
        }

    def _return(self, missing):
        """Send the report back with what is missing; its next version is prepared.

        :param list[str] missing: one sentence each
        :return: the new version
        """
        self.ensure_one()
        self.check_access("read")
        missing = [line.strip() for line in missing if line.strip()]
        self._check_missing(missing)
        self._answer("returned", "\n".join(missing))
        following = self._prepare_next()
        self._tell(
            self.env._(
                "%(report)s is sent back: see what is missing.", report=self.name
            )
        )
        return following

    @api.model
    def _check_missing(self, missing):
        """A list that its reader, maybe of another database, can answer.

        :raises UserError: too many things
        """
        if len(missing) > handover.LONGEST_LIST:
            raise UserError(
                self.env._(
                    "%(count)s things are missing, and a list holds %(most)s: put some "
                    "of them together.",
                    count=len(missing),
                    most=handover.LONGEST_LIST,
                )
            )

    def action_new_version(self):
        """The next version asks what was missing, even if its draft was deleted."""
        action = super().action_new_version()
        following = self.superseded_by_ids
        if self.state == "returned" and following.state == "draft":
            # as superuser: the list is the network's, the structure answers it
            following.sudo()._ask(self.return_reason)
        return action

    def _ask(self, reason):
        if not self.request_ids:
            self.request_ids = [
                Command.create({"name": line, "sequence": rank})
                for rank, line in enumerate(reason.splitlines())
            ]

    def _prepare_next(self):
        """The version that puts right what is missing, given to the structure."""
        # as superuser: the network reads the reports, the structure writes them
        report = self.sudo().with_context(allowed_company_ids=self.company_id.ids)
        report.action_new_version()
        following = report.superseded_by_ids
        # asked by a campaign of this database or of another one
        Entry = self.env["citeslab.campaign.entry"].sudo()
        for user in Entry._people_of(self.company_id):
            following.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._("Complete %(report)s", report=following.name),
                date_deadline=max(
                    fields.Date.context_today(self),
                    following.campaign_deadline or date.min,
                ),
            )
        return following.with_env(self.env)

    @api.model
    def _receive_answer(self, content, company):
        """Take the answer that the network sent as a file from its own database.

        The same answer twice changes nothing.

        :param bytes content: what ``citeslab.report.file._answer_file`` wrote
        :param company: the structure that it is for
        :return: the report to open: the next version when it is sent back
        :raises UserError: no answer, or to another report
        """
        self.env["citeslab.campaign"]._check_receiver(company)
        try:
            values = handover.read_answer(content)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "This file is not an answer of the network (%(error)s): ask your "
                    "animator for it again.",
                    error=error,
                )
            ) from error
        report = self._answered_by(values, company)
        if not report:
            raise UserError(
                self.env._(
                    "This answer is to another report than those of %(structure)s: "
                    "none has its seal, its period and its version.",
                    structure=company.name,
                )
            )
        return report._take_answer(values["state"], values["missing"])

    @api.model
    def _answered_by(self, values, company):
        """The report that an answer is to, by its seal, its period and its version."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("content_hash", "=", values["hash"]),
                ("state", "!=", "draft"),
                ("date_from", "=", values["period"]["from"]),
                ("date_to", "=", values["period"]["to"]),
                ("kind", "=", values["kind"]),
                ("version", "=", values["version"]),
            ],
            limit=1,
        )

    def _take_answer(self, state, missing):
        self.ensure_one()
        reason = "\n".join(line.strip() for line in missing)
        if (self.state, self.return_reason or "") == (state, reason):
            return self.superseded_by_ids or self
        if self.state != "submitted":
            raise UserError(
                self.env._("%(report)s is answered already.", report=self.name)
            )
        campaign = self.campaign_entry_id.sudo().campaign_id
        if campaign and not campaign.is_received:
            raise UserError(
                self.env._(
                    "%(report)s is answered in this database, by the animator of "
                    "%(campaign)s.",
                    report=self.name,
                    campaign=campaign.name,
                )
            )
        self._write_answer(state, reason or False)
        # as superuser: what was sealed has no other trace than its chatter
        self.sudo().message_post(
            body=self.env._(
                "Answer of the network, received as a file by %(user)s.",
                user=self.env.user.name,
            )
        )
        return self._prepare_next() if state == "returned" else self

    def _tell(self, text):
        """Tell whoever submitted it."""
        # as superuser: an animator may notify nobody on a report that he only reads
        self.sudo().message_notify(
            partner_ids=self.sudo().submitted_by_id.partner_id.ids,
            subject=text,
            body=text,
        )

    # Files

    def _export(self, file_format):
        """The national export of a frozen report: the same bytes every time (S1).

        :param str file_format: see ``citeslab.export._write``
        :return: ``(name, bytes)``
        :raises UserError: the report is still a draft
        """
        self.ensure_one()
        self.check_access("read")
        export = self.env["citeslab.export"]
        export._check_may_export()
        # as superuser: a column of the report, read by whoever may read the report
        content = self.sudo().with_context(bin_size=False).export_file
        if self.state == "draft" or not content:
            raise UserError(
                self.env._("%(report)s is not submitted yet.", report=self.name)
            )
        # the structure as the frozen figures name it
        structure = json.loads(self.figures)["structure"]
        period = self.date_from, self.date_to
        header = export._header(structure, period, self.kind, self.version)
        lang = self.lang or self.env.lang
        export = export.with_context(lang=lang)
        return export._file(file_format, header, *export._thaw(b64decode(content)))

    def _handover(self):
        """The report as a file for the database of the network.

        :return: ``(name, bytes)``
        """
        self.ensure_one()
        self.check_access("read")
        if self.state == "draft":
            raise UserError(
                self.env._("%(report)s is not submitted yet.", report=self.name)
            )
        entry = self.campaign_entry_id.sudo()
        structure = entry.structure_id or self.env[
            "citeslab.network.structure"
        ].sudo().search([("company_id", "=", self.company_id.id)], limit=1)
        content = handover.report(
            structure={
                "code": structure.code or self.company_id.name,
                # as the seal names it, whatever it is called since
                "name": json.loads(self.manifest)["report"]["structure"],
            },
            kind=self.kind,
            version=self.version,
            manifest=self.manifest,
            figures=self.figures,
            previous_hash=self.previous_hash,
            campaign_uid=entry.campaign_id.uid or None,
        )
        code = structure.code or self.company_id.id
        return f"rapport-{code}-{self.date_to.year}-v{self.version}.json", content

    def action_download_export(self):
        """The national export, as a workbook."""
        self.ensure_one()
        return self._download("xlsx")

    def action_download_handover(self):
        """The file to send to the network, from a database of its own."""
        self.ensure_one()
        return self._download("handover")

    def _download(self, file_format):
        return {
            "type": "ir.actions.act_url",
            "url": f"/citeslab/export/{self.id}/{file_format}",
            "target": "download",
        }
