import uuid

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools.misc import format_date

from odoo.addons.citeslab_base.tools.roles import CHEF, MANAGER, NETWORK

from ..figures import handover
from .citeslab_report import REPORT_KIND

# Written by the buttons alone: who did what, and when.
HELD = {
    "uid",
    "state",
    "is_received",
    "opened_on",
    "opened_by_id",
    "closed_on",
    "closed_by_id",
}
# What a structure was asked, once the campaign is open.
ASKED = ("date_from", "date_to", "kind")


class CiteslabCampaign(models.Model):
    """Reports that the network asks for: a period, a kind, a deadline (CDC §3.6)."""

    _name = "citeslab.campaign"
    _description = "Campaign of Reports"
    _inherit = ["citeslab.dated", "mail.thread", "mail.activity.mixin"]
    _order = "date_to desc, id desc"
    _checked_days = ("date_from", "deadline")

    name = fields.Char(required=True)
    uid = fields.Char(
        string="Number",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: uuid.uuid4().hex,
        help="The same in every database that the campaign reaches.",
    )
    kind = fields.Selection(
        REPORT_KIND,
        string="Kind of Report",
        required=True,
        default="yearly",
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    deadline = fields.Date(required=True, tracking=True)
    instructions = fields.Html()
    state = fields.Selection(
        [("draft", "Draft"), ("open", "Open"), ("closed", "Closed")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
        tracking=True,
    )
    is_received = fields.Boolean(
        readonly=True, copy=False, help="It came as a file from another database."
    )
    opened_on = fields.Datetime(readonly=True, copy=False)
    opened_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    entry_ids = fields.One2many("citeslab.campaign.entry", "campaign_id", copy=False)
    structure_ids = fields.Many2many(
        "citeslab.network.structure",
        string="Structures",
        compute="_compute_structure_ids",
        inverse="_inverse_structure_ids",
    )
    progress = fields.Char(compute="_compute_progress")

    _uid_unique = models.UniqueIndex("(uid)", "This campaign is already here.")
    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The period must end after it starts."
    )
    _opened_who = models.Constraint(
        "CHECK (state = 'draft'"
        " OR (opened_on IS NOT NULL AND opened_by_id IS NOT NULL))",
        "An open campaign says who opened it, and when.",
    )
    _closed_who = models.Constraint(
        "CHECK (state <> 'closed'"
        " OR (closed_on IS NOT NULL AND closed_by_id IS NOT NULL))",
        "A closed campaign says who closed it, and when.",
    )

    @api.constrains("date_to", "deadline")
    def _check_deadline(self):
        for campaign in self:
            if campaign.deadline < campaign.date_to:
                raise ValidationError(
                    self.env._(
                        "%(campaign)s: the deadline comes before the end of the "
                        "period; choose a later one.",
                        campaign=campaign.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_typed(vals)
        return super().create(vals_list)

    def _refuse_typed(self, vals):
        if not self.env.su and vals.keys() & HELD:
            raise AccessError(
                self.env._(
                    "Who opened or closed a campaign, and when, is not typed: use its "
                    "buttons."
                )
            )

    def write(self, vals):
        """What was handed out keeps its period and its kind; its to-dos follow."""
        self._refuse_typed(vals)
        self._refuse_other_period(vals)
        open_ones = self.filtered(lambda one: one.state == "open")
        todos = {one: one._todos() for one in open_ones}
        deadlines = {one: one.deadline for one in open_ones}
        done = super().write(vals)
        if vals.keys() & {"name", "deadline"}:
            for campaign in open_ones:
                todos[campaign].write(
                    {"summary": campaign.name, "date_deadline": campaign.deadline}
                )
        for campaign in open_ones:
            if campaign.deadline != deadlines[campaign]:
                campaign._tell_again()
        return done

    def _refuse_other_period(self, vals):
        for campaign in self.filtered(lambda one: one.state != "draft"):
            asked = {name: vals[name] for name in ASKED if name in vals}
            told = {
                name: campaign._fields[name].convert_to_cache(value, campaign)
                for name, value in asked.items()
            }
            if any(campaign[name] != value for name, value in told.items()):
                raise UserError(
                    self.env._(
                        "%(campaign)s is handed out: its period and its kind stay. "
                        "Close it, and make another one.",
                        campaign=campaign.name,
                    )
                )

    def unlink(self):
        """Nobody is left with a to-do for it."""
        todos = self._todos()
        done = super().unlink()
        todos.unlink()
        return done

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        # as superuser: what was sent counts, whoever follows the structure
        for campaign in self.sudo():
            entries = campaign.entry_ids
            if entries.file_ids or entries.handed_over_id:
                raise UserError(
                    self.env._(
                        "Reports were handed over to %(campaign)s: close it instead "
                        "of deleting it.",
                        campaign=campaign.name,
                    )
                )

    @api.depends("entry_ids.structure_id")
    def _compute_structure_ids(self):
        for campaign in self:
            campaign.structure_ids = campaign.entry_ids.structure_id

    def _inverse_structure_ids(self):
        for campaign in self:
            wanted, known = campaign.structure_ids, campaign.entry_ids.structure_id
            # An archived structure is not shown: nobody has taken it away.
            gone = campaign.entry_ids.filtered(
                lambda entry, wanted=wanted: entry.structure_id.active
                and entry.structure_id not in wanted
            )
            gone._todos().unlink()
            campaign.entry_ids = [
                *(Command.delete(entry.id) for entry in gone),
                *(
                    Command.create({"structure_id": structure.id})
                    for structure in wanted - known
                ),
            ]
            if campaign.state == "open":
                campaign._hand_out()

    @api.depends("entry_ids.state")
    def _compute_progress(self):
        for campaign in self:
            done = campaign.entry_ids.filtered(
                lambda entry: entry.state in ("submitted", "validated")
            )
            campaign.progress = f"{len(done)} / {len(campaign.entry_ids)}"

    def action_take_all(self):
        """Ask every structure that the animator follows."""
        for campaign in self:
            campaign.structure_ids |= self.env["citeslab.network.structure"]._followed()

    def action_open(self):
        """Hand the campaign out: a draft report appears in each structure.

        What is open already stays as it was opened, as with a button clicked twice.

        :raises UserError: no structure is chosen
        """
        if not self.env.user.has_group(NETWORK):
            raise AccessError(
                self.env._("Only the animation of the network opens a campaign.")
            )
        self.check_access("write")
        for campaign in self.filtered(lambda one: one.state == "draft"):
            if not campaign.entry_ids:
                raise UserError(
                    self.env._(
                        "Choose the structures that %(campaign)s is for.",
                        campaign=campaign.name,
                    )
                )
            # as superuser: written by this button and nobody else
            campaign.sudo().write(
                {
                    "state": "open",
                    "opened_on": fields.Datetime.now(),
                    "opened_by_id": self.env.user.id,
                }
            )
            campaign._hand_out()

    def action_close(self):
        """Nothing more is waited for, nor reminded."""
        self.check_access("write")
        closing = self.filtered(lambda one: one.state == "open")
        # as superuser: written by this button and nobody else
        closing.sudo().write(
            {
                "state": "closed",
                "closed_on": fields.Datetime.now(),
                "closed_by_id": self.env.user.id,
            }
        )
        closing._todos().unlink()

    def action_reopen(self):
        """Wait again for what is missing, after a campaign closed by mistake.

        A structure added meanwhile gets its report, the others their to-dos.
        """
        self.check_access("write")
        # as superuser: written by this button, for whoever follows the structures
        closed = self.sudo().filtered(lambda one: one.state == "closed")
        closed.write({"state": "open", "closed_on": False, "closed_by_id": False})
        for entry in closed.entry_ids.filtered("handed_on"):
            entry._give_todos()
        closed._hand_out()

    def action_remind(self):
        """Remind at once those who have not submitted.

        :return: a notification that says how many
        """
        late = self.filtered(lambda one: one.state == "open").entry_ids.filtered(
            lambda entry: entry.state in ("waiting", "draft", "returned")
        )
        late._remind()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if late else "info",
                "message": self.env._(
                    "Structures reminded: %(count)s.", count=len(late)
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _todos(self):
        # as superuser: whoever follows the structures
        return self.sudo().entry_ids._todos()

    def _hand_out(self):
        """Draft reports here, a file by mail elsewhere."""
        for entry in self.entry_ids.filtered(lambda entry: not entry.handed_on):
            entry._hand_out()

    @api.model
    def _cron_remind(self):
        """Remind late structures, by the cadence of the scheme's numbers."""
        today = fields.Date.context_today(self)
        Parameter = self.env["citeslab.parameter"]
        before = int(Parameter._value_at("campaign_reminder_before", today) or 0)
        every = int(Parameter._value_at("campaign_reminder_every", today) or 0)
        entries = self.search([("state", "=", "open")]).entry_ids
        for entry in entries:
            is_near = (entry.deadline - today).days <= before
            silent = not entry.reminded_on or (today - entry.reminded_on).days >= every
            if is_near and silent and entry.state in ("waiting", "draft", "returned"):
                entry._remind()

    # Files

    def _as_file(self, structure):
        """The campaign for one structure of another database.

        :return: ``(name, bytes)``
        """
        self.ensure_one()
        content = handover.campaign(
            uid=self.uid,
            name=self.name,
            kind=self.kind,
            period=(self.date_from, self.date_to),
            deadline=self.deadline,
            instructions=self.instructions or "",
            structure={"code": structure.code, "name": structure.name},
        )
        return f"campagne-{structure.code}-{self.date_to.year}.json", content

    @api.model
    def _how_to_open(self):
        """What a structure of another database does with the file of a mail."""
        return self.env._(
            "Open the file joined with “Open a File of the Network”, in the menu Bilan."
        )

    @api.model
    def _check_receiver(self, company):
        """Files of the network are for the chefs and managers of the structure.

        :raises AccessError: for anybody else
        """
        company.check_access("read")
        if not self.env.user.has_group(CHEF) or (
            company not in self.env.user.company_ids
        ):
            raise AccessError(self.env._("This structure is not one of yours."))

    @api.model
    def _open_received(self, content, company):
        """Take a file of the network, whichever it is: a campaign or an answer.

        :return: window on the report to fill, to correct or to read
        """
        if handover.schema_of(content) != handover.ANSWER:
            return self._receive(content, company).action_open_report()
        report = self.env["citeslab.report"]._receive_answer(content, company)
        return {
            "type": "ir.actions.act_window",
            "res_model": report._name,
            "res_id": report.id,
            "views": [(False, "form")],
        }

    @api.model
    def _receive(self, content, company):
        """Open here a campaign that came as a file.

        :param bytes content: what :meth:`_as_file` wrote elsewhere
        :param company: the structure that it is for
        :return: the ``citeslab.campaign.entry`` of the structure
        :raises UserError: the file is not a campaign, or cannot be read
        """
        self._check_receiver(company)
        try:
            values = handover.read_campaign(content)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "This file is not a campaign of the network (%(error)s): ask your "
                    "animator for it again.",
                    error=error,
                )
            ) from error
        structure = self.env["citeslab.network.structure"].sudo()
        structure._ensure_for(company)
        own = structure.search([("company_id", "=", company.id)])
        if own.code != values["structure"]["code"]:
            self._take_code(own, values["structure"])
        # as superuser: a chef receives a campaign, he does not make one
        campaign = self.sudo()._kept(values)
        entry = campaign.entry_ids.filtered(lambda one: one.structure_id == own)
        if not entry:
            entry = entry.create({"campaign_id": campaign.id, "structure_id": own.id})
        if not entry.handed_on:
            entry._hand_out()
        return entry.with_env(self.env)

    @api.model
    def _take_code(self, own, named):
        """Take the code by which the network names a structure, the first time only.

        :param own: ``citeslab.network.structure`` of the reader, as superuser
        :param dict named: ``code`` and ``name`` of the structure of a campaign
        :raises UserError: the campaign is for another structure, or may be
        """
        company = own.company_id
        is_first = own.code in (company.company_registry, f"local-{company.id}")
        is_first = is_first and not own.entry_ids.campaign_id.filtered("is_received")
        if not is_first:
            raise UserError(
                self.env._(
                    "This campaign is for %(named)s (code %(code)s), your structure is "
                    "%(own)s (code %(own_code)s): ask your animator for yours.",
                    named=named["name"],
                    code=named["code"],
                    own=own.name,
                    own_code=own.code,
                )
            )
        if not self.env.user.has_group(MANAGER):
            raise UserError(
                self.env._(
                    "This campaign is for %(named)s (code %(code)s): if that is your "
                    "structure, its manager opens the first file of the network.",
                    named=named["name"],
                    code=named["code"],
                )
            )
        former, own.code = own.code, named["code"]
        own.message_post(
            body=self.env._(
                "Code %(code)s instead of %(former)s, from a campaign of the network "
                "that %(user)s opened.",
                code=own.code,
                former=former,
                user=self.env.user.name,
            )
        )

    @api.model
    def _kept(self, values):
        """The campaign of a file: the one that is here already, else a new one."""
        known = self.search([("uid", "=", values["uid"])])
        names = ("uid", "name", "kind", "deadline", "instructions")
        if known:
            known._correct(values)
        return known or self.create(
            {
                **{name: values[name] for name in names},
                "date_from": values["period"]["from"],
                "date_to": values["period"]["to"],
                "state": "open",
                "is_received": True,
                "opened_on": fields.Datetime.now(),
                "opened_by_id": self.env.user.id,
            }
        )

    def _correct(self, values):
        """Take what a file sent again changes, while a report is still awaited."""
        if not self.is_received or not self._awaited():
            return
        names = ("name", "deadline", "instructions")
        former = {name: self[name] for name in names}
        self.write({name: values[name] for name in names})
        # what is stored is compared: the host cleans the instructions
        changed = {name for name in names if former[name] != self[name]}
        if changed and "deadline" not in changed:
            self._tell_again()

    def _awaited(self):
        return self.entry_ids.filtered(lambda entry: not entry.handed_over_id)

    def _tell_again(self):
        """Tell the structures of this database by when they are to hand over now."""
        text = self.env._(
            "%(campaign)s has changed: to be handed over by %(day)s.",
            campaign=self.name,
            day=format_date(self.env, self.deadline),
        )
        # as superuser: an animator may write nothing on a report that he only reads
        for entry in self.sudo()._awaited().filtered("report_id"):
            entry.report_id.message_post(
                partner_ids=entry._people().partner_id.ids,
                subject=text,
                body=Markup("<p>%s</p>%s") % (text, self.instructions or ""),
            )
