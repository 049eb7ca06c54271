from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.dates import company_timezone, local_date
from .selections import AGE_BANDS, INTERVIEW_KIND, INTERVIEW_MODE, INTERVIEW_STATE


class CiteslabInterview(models.Model):
    """Exchange with a person: a first contact on a market, a RDV, a call."""

    _name = "citeslab.interview"
    _inherit = ["citeslab.parcours.child", "citeslab.placed"]
    _description = "RDV"

    kind = fields.Selection(INTERVIEW_KIND, required=True, default="interview")
    state = fields.Selection(
        INTERVIEW_STATE, required=True, default="planned", group_expand=True
    )
    start = fields.Datetime(
        string="Starts At", help="Empty when only the day is known.", index=True
    )
    stop = fields.Datetime(compute="_compute_stop", string="Ends At")
    date = fields.Date(
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        default=None,
        help="Day in the structure's timezone: the one that the bilan counts.",
    )
    duration = fields.Float(help="In hours.", default=0.0, aggregator="sum")
    mode = fields.Selection(INTERVIEW_MODE, default="face")
    user_id = fields.Many2one(
        "res.users",
        string="Chef de projet",
        default=lambda self: self.env.user,
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    mission_id = fields.Many2one(
        "citeslab.mission",
        default=lambda self: self._default_mission(),
        ondelete="restrict",
    )
    action_id = fields.Many2one(
        "citeslab.action",
        string="Met At",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Action where this person was met: the person is one of those counted.",
    )
    age_band = fields.Selection(
        AGE_BANDS, help="As it was guessed, where no birth date is known."
    )
    next_step = fields.Char()
    notes = fields.Text(
        string="Private Notes",
        groups="citeslab_base.group_chef",
        help="Read by the chefs and the manager of the structure only.",
    )

    _duration_positive = models.Constraint(
        "CHECK (duration IS NULL OR duration >= 0)",
        "A duration cannot be negative.",
    )
    _company_date_idx = models.Index("(company_id, date, state)")

    def _default_mission(self):
        return self.env.ref(
            "citeslab_base.mission_preparation", raise_if_not_found=False
        )

    @api.depends("partner_id.name")
    @api.depends_context("citeslab_names", "uid")
    def _compute_display_name(self):
        """Name the person in the calendar of our app, to those who may read him."""
        super()._compute_display_name()
        if not self.env.context.get("citeslab_names"):
            return
        for interview in self.filtered("partner_id"):
            # a many2one label is read as superuser: ask for the reader himself
            if interview.sudo(False).has_access("read"):
                interview.display_name = interview.partner_id.name

    @api.depends("start")
    def _compute_date(self):
        """The day of a RDV is that of the structure, whoever reads it and where."""
        for interview in self:
            company = interview.parcours_id.company_id or self.env.company
            if interview.start:
                interview.date = local_date(interview.start, company)
            elif not interview.date:
                interview.date = local_date(fields.Datetime.now(), company)

    @api.depends("start", "duration")
    def _compute_stop(self):
        for interview in self:
            interview.stop = interview.start and fields.Datetime.add(
                interview.start, hours=interview.duration or 1.0
            )

    @api.constrains("state", "date", "parcours_id")
    def _check_done_not_in_future(self):
        now = fields.Datetime.now()
        for interview in self.filtered(lambda row: row.state == "done"):
            if interview.date > local_date(now, interview.company_id):
                raise ValidationError(
                    self.env._(
                        "The RDV of %(date)s is still to come: plan it, "
                        "or correct its date before marking it as done.",
                        date=fields.Date.to_string(interview.date),
                    )
                )

    @api.constrains("action_id", "state", "parcours_id", "age_band")
    def _check_room_in_headcount(self):
        # sudo: a volunteer may meet people at the action of a chef
        for action in self.sudo().action_id:
            action._check_headcount()

    @api.constrains("start", "date", "parcours_id")
    def _check_day(self):
        """Typing a day by hand cannot contradict the hour."""
        for interview in self.filtered("start"):
            day = local_date(interview.start, interview.company_id)
            if interview.date != day:
                raise ValidationError(
                    self.env._(
                        "A RDV that starts at %(start)s (%(zone)s) is on %(day)s: "
                        "change its hour or leave the hour empty.",
                        start=interview.start,
                        zone=company_timezone(interview.company_id).zone,
                        day=fields.Date.to_string(day),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        interviews = super().create(vals_list)
        interviews._take_entry_photographs()
        interviews._move_entry_photographs(set())
        interviews._tell_detection_place()
        return interviews

    def write(self, vals):
        former = set(self.mapped("date"))
        result = super().write(vals)
        if {"state", "kind", "date", "start"} & vals.keys():
            self._take_entry_photographs()
            self._move_entry_photographs(former)
        return result

    def _take_entry_photographs(self):
        """Photograph the person at the first done interview of a parcours.

        The photograph is prefilled from what is known and stays editable.
        """
        if self.env.context.get("citeslab_no_photograph"):
            return
        done = self.filtered(
            lambda row: row.state == "done" and row.kind == "interview"
        )
        missing = done.filtered(lambda row: not row.parcours_id.situation_ids)
        first_by_parcours = {}
        for interview in missing.sorted(lambda row: (row.date, row.id)):
            first_by_parcours.setdefault(interview.parcours_id, interview)
        self.env["citeslab.situation"].create(
            [
                {"parcours_id": parcours.id, "date": interview.date}
                for parcours, interview in first_by_parcours.items()
            ]
        )

    def _tell_detection_place(self):
        """The place of the first exchange is where the parcours was detected."""
        for interview in self.filtered("place_id"):
            parcours = interview.parcours_id
            if not parcours.detection_place_id and parcours.interview_ids == interview:
                parcours._detected_at(interview.place_id)

    def _move_entry_photographs(self, former):
        """Keep the entry photograph on the first done RDV when that one moves back.

        Only a photograph taken at a RDV follows it: one dated by hand stays.

        :param set former: days of these RDV before they were changed
        """
        if self.env.context.get("citeslab_no_photograph"):
            return
        for parcours in self.parcours_id:
            done = parcours.interview_ids.filtered(
                lambda row: row.state == "done" and row.kind == "interview"
            )
            days = done.mapped("date")
            entry = parcours.situation_ids.sorted(lambda row: (row.date, row.id))[:1]
            if days and entry and min(days) < entry.date:
                if entry.date in former.union(days):
                    entry.date = min(days)

    def action_done(self):
        """Mark as done, as the button of the RDV does."""
        self.write({"state": "done"})

    def action_no_show(self):
        """Mark that the person did not come: it is no contact."""
        self.write({"state": "no_show"})

    def action_cancel(self):
        """Mark as cancelled: it is no contact."""
        self.write({"state": "cancelled"})
