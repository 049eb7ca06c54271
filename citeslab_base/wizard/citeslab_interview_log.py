from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..models.crm_lead_signals import MARGIN_RESIDENCES
from ..models.selections import (
    INTERVIEW_KIND,
    INTERVIEW_MODE,
    ORIENTATION_FAMILY,
    TARGET_PUBLIC,
)

RESULTS = [
    ("done", "Done"),
    ("no_show", "No show"),
    ("excused", "Excused"),
    ("cancelled", "Cancelled"),
]
REPEATED = (
    "kind",
    "date",
    "duration",
    "mode",
    "place_id",
    "place",
    "mission_id",
)
NEXT_ACTIVITY_DAYS = 14


class CiteslabInterviewLog(models.TransientModel):
    """One RDV told in one dialog: result, next step, next activity, orientation."""

    _name = "citeslab.interview.log"
    _description = "RDV to Log"
    _rec_name = "parcours_id"

    parcours_id = fields.Many2one("crm.lead", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="parcours_id.company_id")
    interview_id = fields.Many2one(
        "citeslab.interview",
        string="Planned RDV",
        compute="_compute_interview_id",
        store=True,
        readonly=False,
        ondelete="cascade",
        domain="[('parcours_id', '=', parcours_id), ('state', '=', 'planned')]",
        help="The RDV that was planned; emptied: another one took place.",
    )
    planned_start = fields.Datetime(related="interview_id.start", string="Planned For")
    repeat_last = fields.Boolean(
        string="Like the Last One",
        help="Takes the day, the place, the kind, the mode, the duration and the "
        "mission of the last RDV that you logged.",
    )
    kind = fields.Selection(INTERVIEW_KIND, required=True, default="interview")
    state = fields.Selection(RESULTS, string="Result", required=True, default="done")
    date = fields.Date(
        compute="_compute_from_interview",
        store=True,
        readonly=False,
        required=True,
    )
    duration = fields.Float(
        compute="_compute_from_interview",
        store=True,
        readonly=False,
        help="In hours.",
    )
    mode = fields.Selection(
        INTERVIEW_MODE, compute="_compute_from_interview", store=True, readonly=False
    )
    place_id = fields.Many2one(
        "citeslab.place",
        compute="_compute_from_interview",
        store=True,
        readonly=False,
        check_company=True,
    )
    place = fields.Char(
        string="Where Exactly",
        compute="_compute_from_interview",
        store=True,
        readonly=False,
    )
    mission_id = fields.Many2one(
        "citeslab.mission",
        compute="_compute_from_interview",
        store=True,
        readonly=False,
        required=True,
    )
    asks_public = fields.Boolean(compute="_compute_asks")
    target_public = fields.Selection(TARGET_PUBLIC, string="Public at Entry")
    asks_prescriber = fields.Boolean(compute="_compute_asks")
    prescriber_id = fields.Many2one(
        "res.partner",
        string="Sent By",
        domain="[('organization_kind', '!=', False)]",
        check_company=True,
    )
    next_step = fields.Char()
    notes = fields.Text(
        string="Private Notes",
        groups="citeslab_base.group_chef",
        help="Read by the chefs and the manager of the structure only.",
    )
    activity_summary = fields.Char(string="To Do Next")
    activity_date = fields.Date(
        string="On",
        default=lambda self: fields.Date.add(
            fields.Date.context_today(self), days=NEXT_ACTIVITY_DAYS
        ),
    )
    next_start = fields.Datetime(string="Next RDV")
    orientation_family = fields.Selection(
        ORIENTATION_FAMILY, string="Oriented To", groups="citeslab_base.group_chef"
    )
    organization_id = fields.Many2one(
        "res.partner",
        string="Organisation",
        domain="[('organization_kind', '!=', False)]",
        check_company=True,
        groups="citeslab_base.group_chef",
    )
    promotion_id = fields.Many2one(
        "citeslab.program.promotion",
        string="Programme",
        check_company=True,
        groups="citeslab_base.group_chef",
    )

    @api.depends("parcours_id")
    def _compute_interview_id(self):
        """The oldest planned RDV of the parcours whose day has come."""
        today = fields.Date.context_today(self)
        for dialog in self:
            planned = dialog.parcours_id.interview_ids.filtered(
                lambda row: row.state == "planned" and row.date <= today
            )
            dialog.interview_id = planned.sorted("date")[:1]

    @api.depends("interview_id")
    def _compute_from_interview(self):
        """What was planned, else a RDV of one hour today."""
        preparation = self.env["citeslab.interview"]._default_mission()
        for dialog in self:
            planned = dialog.interview_id
            dialog.date = planned.date or fields.Date.context_today(self)
            dialog.duration = planned.duration or 1.0
            dialog.mode = planned.mode or "face"
            dialog.place_id = planned.place_id
            dialog.place = planned.place
            dialog.mission_id = planned.mission_id or preparation

    @api.depends("parcours_id", "kind", "state")
    def _compute_asks(self):
        """The entry tells the public, and who sent somebody from outside (CDC §1.2)."""
        for dialog in self:
            parcours = dialog.parcours_id
            is_entry = dialog.kind == "interview" and dialog.state == "done"
            residence = parcours.residence or parcours.partner_id.residence
            dialog.asks_public = is_entry and not parcours.target_public
            dialog.asks_prescriber = (
                is_entry
                and not parcours.prescriber_id
                and residence in MARGIN_RESIDENCES
            )

    @api.onchange("repeat_last")
    def _onchange_repeat_last(self):
        if not self.repeat_last:
            return
        mine = Domain("create_uid", "=", self.env.uid)
        told = Domain("state", "!=", "planned")
        same = Domain("company_id", "=", self.company_id.id)
        last = self.env["citeslab.interview"].search(
            mine & told & same, order="id desc", limit=1
        )
        for name in REPEATED if last else ():
            self[name] = last[name]

    def action_apply(self):
        """Log the RDV with all that was told of it, or nothing."""
        self.ensure_one()
        self._check_still_to_come()
        self.parcours_id._log_interview(
            self._interview_values(),
            planned=self.interview_id,
            public=self.asks_public and self.target_public,
            prescriber=self.asks_prescriber and self.prescriber_id,
            orientation=self._orientation_values(),
            activity=self._activity_values(),
            next_start=self.next_start,
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_still_to_come(self):
        """What comes next is neither yesterday's activity nor a RDV that is over."""
        if self.next_start and self.next_start < fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The next RDV (%(start)s) is in the past: correct its date, or "
                    "log it as a RDV of its own.",
                    start=format_datetime(self.env, self.next_start, dt_format="short"),
                )
            )
        due = self.activity_summary and self.activity_date
        if due and due < fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The next activity is due on %(day)s, in the past: choose today "
                    "or a later day.",
                    day=format_date(self.env, due),
                )
            )

    def _interview_values(self):
        names = ["kind", "state", "date", "duration", "mode", "place", "next_step"]
        values = {name: self[name] for name in names}
        values["mission_id"] = self.mission_id.id
        values["place_id"] = self.place_id.id
        if self._is_chef():
            values["notes"] = self.notes
        return values

    def _orientation_values(self):
        if not self._is_chef() or not self.orientation_family:
            return None
        return {
            "family": self.orientation_family,
            "organization_id": self.organization_id.id,
            "promotion_id": self.promotion_id.id,
        }

    def _activity_values(self):
        if not self.activity_summary:
            return None
        return {
            "summary": self.activity_summary,
            "date_deadline": self.activity_date or fields.Date.context_today(self),
        }

    def _is_chef(self):
        return self.env.user.has_group("citeslab_base.group_chef")
