from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date

from odoo.addons.citeslab_base.tools.roles import CHEF, MANAGER

ASKED = {"campaign_id", "structure_id"}


class CiteslabCampaignEntry(models.Model):
    """What one structure owes to a campaign, and how far it is.

    Its reports are those of the structure for the days and the kind of the campaign,
    whenever they were made; a structure of another database sends its report as a file.
    """

    _name = "citeslab.campaign.entry"
    _description = "Report Owed to a Campaign"
    _order = "campaign_id, structure_id, id"
    _rec_name = "structure_id"

    campaign_id = fields.Many2one(
        "citeslab.campaign", required=True, index=True, ondelete="cascade"
    )
    structure_id = fields.Many2one(
        "citeslab.network.structure", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="structure_id.company_id", store=True, index="btree_not_null"
    )
    region_id = fields.Many2one(related="structure_id.region_id", store=True)
    deadline = fields.Date(related="campaign_id.deadline", store=True)
    handed_on = fields.Datetime(string="Handed Out On", readonly=True)
    reminded_on = fields.Date(string="Last Reminder", readonly=True)
    reminder_count = fields.Integer(string="Reminders", readonly=True)
    report_id = fields.Many2one(
        "citeslab.report",
        string="Report",
        compute="_compute_report",
        compute_sudo=True,
        help="The latest version.",
    )
    file_ids = fields.Many2many(
        "citeslab.report.file",
        string="Files",
        compute="_compute_file_ids",
        compute_sudo=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Waited For"),
            ("draft", "In Preparation"),
            ("submitted", "Submitted"),
            ("returned", "Sent Back"),
            ("validated", "Validated"),
        ],
        compute="_compute_report",
        compute_sudo=True,
    )
    is_late = fields.Boolean(compute="_compute_report", compute_sudo=True)
    handed_over_id = fields.Many2one(
        "citeslab.report",
        string="Handed Over",
        compute="_compute_report",
        compute_sudo=True,
        help="The latest version that was submitted.",
    )

    _structure_unique = models.UniqueIndex(
        "(campaign_id, structure_id)", "This structure is already asked."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Whoever may change the campaign says which of his structures it is for.

        The structure of this database follows from it: reports are read through it.
        """
        if not self.env.su and any(vals.keys() - ASKED for vals in vals_list):
            self._refuse_typed()
        entries = super().create(vals_list)
        entries.campaign_id.check_access("write")
        entries.structure_id.check_access("read")
        return entries

    def write(self, vals):
        if not self.env.su:
            self._refuse_typed()
        return super().write(vals)

    def _refuse_typed(self):
        raise AccessError(
            self.env._(
                "What a structure owes is not typed: choose the structures of the "
                "campaign."
            )
        )

    @api.depends(
        "structure_id.file_ids",
        "campaign_id.date_from",
        "campaign_id.date_to",
        "campaign_id.kind",
    )
    def _compute_file_ids(self):
        """Files of the structure for these days and this kind, whenever they came."""
        for entry in self:
            days = entry._key()[1:]
            entry.file_ids = entry.structure_id.file_ids.filtered(
                lambda one, days=days: (one.date_from, one.date_to, one.kind) == days
            )

    @api.depends(
        "campaign_id",
        "structure_id.file_ids.state",
        "structure_id.file_ids.is_latest",
    )
    def _compute_report(self):
        """One query for all: the reports of these structures and days."""
        today = fields.Date.context_today(self)
        versions = self._reports()
        for entry in self:
            reports = versions.get(entry._key(), self.env["citeslab.report"])
            handed = reports.filtered(lambda report: report.state != "draft")
            latest = reports.sorted("version")[-1:]
            file = entry.file_ids.filtered("is_latest")[:1]
            entry.report_id = latest
            entry.handed_over_id = handed.sorted("version")[-1:]
            # A version that corrects another is on its way: that one counts till then.
            counted = entry.handed_over_id or latest
            entry.state = counted.state or file.state or "waiting"
            entry.is_late = bool(
                entry.deadline
                and entry.deadline < today
                and entry.state not in ("submitted", "validated")
            )

    def _key(self):
        campaign = self.campaign_id
        return (
            self.company_id.id,
            campaign.date_from,
            campaign.date_to,
            campaign.kind,
        )

    def _reports(self):
        """Reports of the whole structures, by :meth:`_key`."""
        found = {}
        reports = self.env["citeslab.report"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("date_from", "in", self.campaign_id.mapped("date_from")),
                ("date_to", "in", self.campaign_id.mapped("date_to")),
                ("territory_id", "=", False),
                ("neighborhood_ids", "=", False),
                ("communes", "in", (False, "")),
            ]
        )
        for report in reports:
            key = (report.company_id.id, report.date_from, report.date_to, report.kind)
            found[key] = found.get(key, reports.browse()) | report
        return found

    def _hand_out(self):
        """A draft report and an activity here; the campaign by mail elsewhere."""
        self.ensure_one()
        # as superuser: an animator has no hand on the reports of a structure
        entry = self.sudo()
        if entry.company_id:
            entry._prepare_report()
        elif entry.structure_id.email:
            entry._mail(
                self.env._(
                    "New campaign of the network: %(campaign)s",
                    campaign=entry.campaign_id.name,
                )
            )
        entry.handed_on = fields.Datetime.now()

    def _prepare_report(self):
        """The draft, unless the structure has begun one, and who is to fill it."""
        company, campaign = self.company_id, self.campaign_id
        report = self.report_id
        if not report:
            model = self.env["citeslab.report"].with_company(company)
            report = model.with_context(allowed_company_ids=company.ids).create(
                {
                    "company_id": company.id,
                    "date_from": campaign.date_from,
                    "date_to": campaign.date_to,
                    "kind": campaign.kind,
                }
            )
            self.invalidate_recordset(["report_id", "state"])
        self._give_todos()

    def _give_todos(self):
        """Who is to fill the draft finds it among his activities; as superuser."""
        campaign, report = self.campaign_id, self.report_id
        if report.state == "draft" and not self._todos():
            for user in self._people():
                report.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=campaign.name,
                    note=campaign.instructions,
                    date_deadline=campaign.deadline,
                )

    def _todos(self):
        """The activities that a campaign gave, to whom is to fill its draft."""
        # as superuser: they are those of the structures
        found = self.env["mail.activity"].sudo()
        for entry in self.sudo():
            name = entry.campaign_id.name
            found |= entry.report_id.activity_ids.filtered(
                lambda one, name=name: one.summary == name
            )
        return found

    def _people(self):
        """Who is to answer in the structure."""
        return self._people_of(self.company_id)

    @api.model
    def _people_of(self, company):
        """Chefs of a structure, else its managers.

        Those who work there first; else those of another structure who may enter it.
        """
        managers = self.env.ref(MANAGER).all_user_ids
        chefs = self.env.ref(CHEF).all_user_ids - managers
        for field in ("company_id", "company_ids"):
            for users in (chefs, managers):
                found = users.filtered(
                    lambda user, field=field: user.active
                    and not user.share
                    and company in user[field]
                )
                if found:
                    return found
        return self.env["res.users"]

    def _remind(self):
        """Tell the structure again, and keep the count."""
        for entry in self.sudo():
            subject = self.env._(
                "%(campaign)s: to be sent by %(day)s",
                campaign=entry.campaign_id.name,
                day=format_date(self.env, entry.deadline),
            )
            if entry.company_id:
                entry._prepare_report()  # its draft may have been deleted
                managers = self.env.ref(MANAGER).all_user_ids.filtered(
                    lambda user, company=entry.company_id: user.company_id == company
                )
                entry.report_id.message_notify(
                    partner_ids=(entry._people() | managers).partner_id.ids,
                    subject=subject,
                    body=subject,
                )
            elif entry.structure_id.email:
                entry._mail(subject)
            entry.write(
                {
                    "reminded_on": fields.Date.context_today(self),
                    "reminder_count": entry.reminder_count + 1,
                }
            )

    def _mail(self, subject):
        """A mail to a structure of another database, the campaign with it."""
        campaign = self.campaign_id
        text = self.env._(
            "%(campaign)s, from %(first)s to %(last)s: the report is to be handed over "
            "by %(day)s.",
            campaign=campaign.name,
            first=format_date(self.env, campaign.date_from),
            last=format_date(self.env, campaign.date_to),
            day=format_date(self.env, campaign.deadline),
        )
        body = Markup("<p>%s</p>%s<p>%s</p>") % (
            text,
            campaign.instructions or "",
            self.env["citeslab.campaign"]._how_to_open(),
        )
        self.structure_id._send_file(
            subject, body, campaign._as_file(self.structure_id)
        )

    def _counted(self, only_validated):
        """What each structure handed over, for a consolidation.

        :return: ``{entry: its report or its file}``, without those of whom nothing
            counts yet
        """
        accepted = ("validated",) if only_validated else ("submitted", "validated")
        # as superuser: the entry is read by whoever follows the structure
        versions = self.sudo()._reports()
        found = {}
        for entry in self:
            own = entry.sudo()
            handed = (versions.get(own._key()) or own.file_ids).filtered(
                lambda one: one.state != "draft"
            )
            # A version that was replaced counts no more, whatever the next one became.
            latest = handed.sorted("version")[-1:]
            if latest.state in accepted:
                found[entry] = latest
        return found

    def action_download_campaign(self):
        """The campaign as a file, for a structure of another database."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/citeslab/campaign/{self.id}",
            "target": "download",
        }

    def action_open_report(self):
        """Open the report that was handed over, as its reader may see it."""
        self.ensure_one()
        report = self.handed_over_id or self.report_id
        file = self.file_ids.filtered("is_latest")[:1]
        record = report or file
        view = False
        if report and not self.env["citeslab.report.claim"].has_access("read"):
            view = self.env.ref("citeslab_reporting.citeslab_report_view_network_form")
        if not record or not record.with_env(self.env).has_access("read"):
            raise UserError(
                self.env._(
                    "%(structure)s has not submitted its report yet.",
                    structure=self.structure_id.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(view and view.id, "form")],
        }
