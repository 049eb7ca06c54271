from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.citeslab_base.tools.dates import (
    company_timezone,
    local_date,
    local_moment,
    utc_moment,
)
from odoo.addons.citeslab_base.tools.roles import ROLES

MONTH, DAY = "month", "day"
DATES = {"date_precision", "date_begin", "date_end"}
# What else a RDV or a mail about an event tells.
FOLLOWED = {"address_id", "kanban_state", "place", "place_id", "user_id"}
# What a bilan reads of an event: a closed period keeps it.
COUNTED = {
    "active",
    "citeslab_kind_id",
    "company_id",
    "date_begin",
    "date_end",
    "date_precision",
    "headcount_total",
    "is_own",
    "kanban_state",
    "mission_id",
    "territory_id",
    "work_hours",
}


class EventEvent(models.Model):
    """An event of a structure: atelier, café, permanence, market…

    Only an event with a kind is ours; any other one belongs to the host, which
    does with it what it always did.
    """

    _name = "event.event"
    _inherit = [
        "event.event",
        "citeslab.event.attendance",
        "citeslab.period.guard",
        "citeslab.placed",
    ]

    citeslab_kind_id = fields.Many2one(
        "citeslab.event.kind",
        string="Kind",
        compute="_compute_citeslab_kind_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    is_citeslab = fields.Boolean(
        compute="_compute_is_citeslab", store=True, precompute=True
    )
    is_permanence = fields.Boolean(related="citeslab_kind_id.is_permanence")
    is_market = fields.Boolean(related="citeslab_kind_id.is_market")
    is_own = fields.Boolean(
        string="Organised by Us",
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="An event of somebody else is apart in every count.",
    )
    mission_id = fields.Many2one(
        "citeslab.mission",
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    in_calendar = fields.Boolean(
        string="In the Public Calendar",
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        check_company=True,
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    date_precision = fields.Selection(
        [(DAY, "Day"), (MONTH, "Month: date to be set")],
        required=False,
        default=DAY,
    )
    citeslab_date = fields.Date(
        string="Day",
        compute="_compute_citeslab_dates",
        store=True,
        index="btree_not_null",
        help="First day in the structure's timezone: the one that the bilan counts.",
    )
    citeslab_date_end = fields.Date(
        string="Last Day", compute="_compute_citeslab_dates", store=True
    )
    work_hours = fields.Float(
        string="Working Time",
        compute="_compute_work_hours",
        store=True,
        readonly=False,
        help="Hours that the event takes of the chef's time.",
    )
    permanence_id = fields.Many2one(
        "citeslab.permanence", ondelete="set null", index="btree_not_null", copy=False
    )
    organization_ids = fields.Many2many(
        "res.partner",
        "citeslab_event_organization_rel",
        "event_id",
        "partner_id",
        string="Partners Present",
        domain="[('organization_kind', '!=', False)]",
    )
    witness_ids = fields.One2many(
        "citeslab.event.witness", "event_id", "Witnesses", groups=ROLES
    )
    citeslab_currency_id = fields.Many2one(related="company_id.currency_id")
    citeslab_cost = fields.Monetary(
        string="Cost", currency_field="citeslab_currency_id", aggregator="sum"
    )
    survey_url = fields.Char(
        string="Survey", help="Address of the satisfaction survey, for the thanks."
    )
    booth_request_ids = fields.One2many(
        "citeslab.booth.request", "event_id", string="Requests", groups=ROLES
    )
    waiting_count = fields.Integer(
        string="Creators Waiting", compute="_compute_waiting_count", groups=ROLES
    )
    _citeslab_has_company = models.Constraint(
        "CHECK (citeslab_kind_id IS NULL OR company_id IS NOT NULL)",
        "An event of CitésLab belongs to a structure: choose the company.",
    )
    _permanence_day_unique = models.UniqueIndex(
        "(permanence_id, citeslab_date) WHERE permanence_id IS NOT NULL",
        "This permanence already takes place that day.",
    )
    _citeslab_company_date_idx = models.Index(
        "(company_id, citeslab_date) WHERE is_citeslab IS TRUE"
    )

    # ------------------------------------------------------------
    # What follows from the kind, the template and the dates
    # ------------------------------------------------------------

    @api.depends("event_type_id")
    def _compute_citeslab_kind_id(self):
        for event in self:
            kind = event.event_type_id.citeslab_kind_id
            event.citeslab_kind_id = kind or event.citeslab_kind_id

    @api.depends("citeslab_kind_id")
    def _compute_is_citeslab(self):
        for event in self:
            event.is_citeslab = bool(event.citeslab_kind_id)

    @api.depends("citeslab_kind_id")
    def _compute_from_kind(self):
        for event in self:
            kind = event.citeslab_kind_id
            event.is_own = bool(kind) and not kind.is_external
            event.in_calendar = bool(kind) and not kind.is_external
            event.mission_id = kind.mission_id

    @api.depends("citeslab_kind_id", "company_id")
    def _compute_territory_id(self):
        """The structure's only territory, where the event has none yet."""
        Territory = self.env["citeslab.territory"]
        for event in self:
            if not event.citeslab_kind_id:
                event.territory_id = False
            elif event.territory_id.company_id != event.company_id:
                event.territory_id = Territory._default_for(event.company_id)

    @api.depends("date_begin", "date_end", "company_id", "citeslab_kind_id")
    def _compute_citeslab_dates(self):
        for event in self:
            ours = bool(event.citeslab_kind_id and event.date_begin and event.date_end)
            company = event.company_id
            event.citeslab_date = ours and local_date(event.date_begin, company)
            event.citeslab_date_end = ours and local_date(event.date_end, company)

    @api.depends("citeslab_kind_id", "date_begin", "date_end", "date_precision")
    def _compute_work_hours(self):
        """Length of the event; the usual one where it lasts days or has no day yet."""
        for event in self:
            hours = 0.0
            if event.citeslab_kind_id and event.date_begin and event.date_end:
                hours = (event.date_end - event.date_begin).total_seconds() / 3600
                if event.date_precision == MONTH or hours > 12:
                    hours = event.citeslab_kind_id.duration
            event.work_hours = hours

    @api.onchange("citeslab_kind_id")
    def _onchange_citeslab_kind_id(self):
        """A kind brings its template: seats, questions, mails and length."""
        if self.citeslab_kind_id.event_type_id and not self.event_type_id:
            self.event_type_id = self.citeslab_kind_id.event_type_id

    @api.onchange("event_type_id", "date_begin")
    def _onchange_duration(self):
        hours = self.event_type_id.citeslab_duration
        if hours and self.date_begin and self.date_precision != MONTH:
            self.date_end = self.date_begin + timedelta(hours=hours)

    @api.onchange("date_precision")
    def _onchange_date_precision(self):
        if self.date_precision == MONTH and self.date_begin:
            self.update(self._month_bounds())

    def _month_bounds(self):
        """First and last minute of the month of this event, in UTC."""
        self.ensure_one()
        company = self.company_id or self.env.company
        day = local_date(self.date_begin, company)
        first = datetime.combine(day.replace(day=1), time.min)
        last = first + relativedelta(months=1, minutes=-1)
        return {
            name: utc_moment(moment, company)
            for name, moment in (("date_begin", first), ("date_end", last))
        }

    @api.constrains("place_id", "territory_id", "company_id")
    def _check_own_structure(self):
        """The host checks no company on its events: ours do."""
        self.filtered("is_citeslab")._check_company(["place_id", "territory_id"])

    @api.constrains("citeslab_kind_id", "mission_id")
    def _check_mission(self):
        """Each activity belongs to a mission (CDC §2); an event of the host to none."""
        if self.filtered(lambda event: event.citeslab_kind_id and not event.mission_id):
            raise ValidationError(
                self.env._("Which mission is this event part of? Choose one.")
            )

    # ------------------------------------------------------------
    # Life of an event
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._complete_from_kind(vals)
        events = super().create(vals_list)
        events._apply_month()
        return events

    @api.model
    def _complete_from_kind(self, vals):
        """Give a new event the template of its kind, and a company."""
        if not vals.get("citeslab_kind_id"):
            return
        kind = self.env["citeslab.event.kind"].browse(vals["citeslab_kind_id"])
        if "event_type_id" not in vals and kind.event_type_id:
            vals["event_type_id"] = kind.event_type_id.id
        if not vals.get("company_id"):
            vals["company_id"] = self.env.company.id
        self._address_from_place(vals)
        if "date_tz" not in vals:
            company = self.env["res.company"].browse(vals["company_id"])
            vals["date_tz"] = company_timezone(company).zone

    @api.model
    def _address_from_place(self, vals):
        """The host prints the address of an event: that of who receives us."""
        if vals.get("place_id") and "address_id" not in vals:
            place = self.env["citeslab.place"].browse(vals["place_id"])
            vals["address_id"] = place.partner_id.id

    @api.onchange("place_id")
    def _onchange_place_id(self):
        if self.place_id:
            self.address_id = self.place_id.partner_id

    def write(self, vals):
        self._address_from_place(vals)
        if {"citeslab_kind_id", "company_id"} & vals.keys():
            self._check_participants_kept(vals)
        if "date_begin" in vals and "event_slot_ids" not in vals:
            self._move_slots(vals)
        result = super().write(vals)
        if DATES & vals.keys():
            self._apply_month()
        if (DATES | FOLLOWED) & vals.keys():
            self.filtered("is_citeslab")._tell_move()
        return result

    def _move_slots(self, vals):
        """Add to new dates of one permanence the same move of its slots.

        :param dict vals: values about to be written, completed in place
        """
        if len(self) != 1 or not (self.is_citeslab and self.is_multi_slots):
            return
        begin, was = (
            local_moment(fields.Datetime.to_datetime(moment), self.company_id)
            for moment in (vals["date_begin"], self.date_begin)
        )
        commands = [
            fields.Command.update(slot.id, slot._moved_by(begin - was))
            for slot in self.event_slot_ids
        ]
        if begin != was and commands:
            vals["event_slot_ids"] = commands

    def _tell_move(self):
        """Bring what hangs on the day, the hour, the person or the state along."""
        # sudo: RDV and mails follow the event, whoever moves it
        events = self.sudo()
        events.registration_ids._after_change()
        events._hold_mailings()

    def _hold_mailings(self):
        """Take the mails about these events out of the queue: they tell what was.

        A mail is written with the day and place of its event; once these change, it
        must be read again before it leaves.
        """
        waiting = self.env["mailing.mailing"].search(
            [
                ("citeslab_event_id", "in", self.ids),
                ("citeslab_purpose", "in", ("invitation", "reminder")),
                ("state", "=", "in_queue"),
            ]
        )
        waiting.action_cancel()
        for mailing in waiting:
            mailing.message_post(
                body=self.env._(
                    "“%(event)s” was moved or cancelled: read this mail again before "
                    "sending it.",
                    event=mailing.citeslab_event_id.name,
                )
            )
            mailing.citeslab_event_id.message_post(
                body=self.env._(
                    "The mail “%(mail)s” waited to be sent: it is a draft again.",
                    mail=mailing.subject,
                )
            )

    def _without_people(self):
        """Those of these events to which nobody ever registered."""
        # sudo: whoever asks, a booking is a booking
        return self.filtered(
            lambda event: not event.sudo()
            .with_context(active_test=False)
            .registration_ids
        )

    def _guarded_days(self):
        """A closed period keeps our events; those of the host are not ours to keep."""
        ours = self.sudo().filtered("is_citeslab")
        return [
            (event, event.company_id, (event.citeslab_date, event.citeslab_date_end))
            for event in ours
        ]

    @api.model
    def _guarded_fields(self, names):
        return names & COUNTED

    def _apply_month(self):
        """An event known by its month holds the whole of it."""
        for event in self.filtered(lambda event: event.date_precision == MONTH):
            bounds = event._month_bounds()
            if any(event[name] != moment for name, moment in bounds.items()):
                event.write(bounds)

    def _check_participants_kept(self, vals):
        """Participants never leave the structure nor the walls of our roles."""
        with_people = self.filtered("is_citeslab").filtered("registration_ids")
        becomes_host = "citeslab_kind_id" in vals and not vals["citeslab_kind_id"]
        moved = "company_id" in vals and any(
            event.company_id.id != vals["company_id"] for event in with_people
        )
        if with_people and (becomes_host or moved):
            raise UserError(
                self.env._(
                    "%(event)s has participants: they stay in their structure. "
                    "Make a new event instead.",
                    event=with_people[0].name,
                )
            )
        adopted = self.filtered(
            lambda event: not event.is_citeslab and event.registration_ids
        )
        if vals.get("citeslab_kind_id") and adopted:
            raise UserError(
                self.env._(
                    "%(event)s already has attendees of the host: make a new event "
                    "of CitésLab instead.",
                    event=adopted[0].name,
                )
            )

    def _serialize_registrations(self):
        """Queue the registrations of these events, so that seats are counted once.

        PostgreSQL refuses the second of two transactions that update the same
        row; Odoo then plays it again, and it counts the seats as they are.
        """
        if self.ids:
            self.env.execute_query(
                SQL(
                    """
                    UPDATE event_event SET write_date = write_date
                     WHERE id IN (SELECT id FROM event_event WHERE id IN %s
                                ORDER BY id FOR NO KEY UPDATE)
                 RETURNING id
                    """,
                    tuple(self.ids),
                )
            )

    # ------------------------------------------------------------
    # Markets
    # ------------------------------------------------------------

    @api.depends("booth_request_ids.state")
    def _compute_waiting_count(self):
        for event in self:
            event.waiting_count = len(
                event.booth_request_ids.filtered(lambda row: row.state == "waiting")
            )

    def action_fill_market(self):
        """Give the free booths to the creators who wait, in their order."""
        for event in self:
            event.booth_request_ids.filtered(
                lambda row: row.state == "waiting"
            )._give_booths()

    # ------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------

    def _taken_booths(self):
        """Booths of the list for the town hall, in their order."""
        return self.event_booth_ids.filtered(
            lambda booth: booth.state == "unavailable"
        ).sorted("id")

    def action_open_attendance(self):
        """Open the screen on which one marks who is there."""
        self.ensure_one()
        return self.env["citeslab.attendance"]._open_for(self)

    def action_prepare_mailing(self):
        """Open the choice of a mail about this event.

        The context key ``citeslab_purpose`` chooses it beforehand.
        """
        self.ensure_one()
        purpose = self.env.context.get("citeslab_purpose", "invitation")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to People"),
            "res_model": "citeslab.mailing.prepare",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.id, "default_purpose": purpose},
        }

    @api.model
    def _calendar_events(self, company, first, last):
        """Everything that the public calendar of a period tells, and nothing else.

        :param company: ``res.company`` record
        :param date first: first day, included
        :param date last: last day, included
        :return: events that touch the period, in the order of their days; those
            without a day close their month
        """
        events = self.search(
            Domain("is_citeslab", "=", True)
            & Domain("in_calendar", "=", True)
            & Domain("kanban_state", "!=", "cancel")
            & Domain("company_id", "=", company.id)
            & Domain("citeslab_date", "<=", last)
            & Domain("citeslab_date_end", ">=", first)
        )
        return events.sorted(
            lambda event: (
                event.citeslab_date_end
                if event.date_precision == MONTH
                else event.citeslab_date,
                event.date_precision == MONTH,
                event.date_begin,
                event.id,
            )
        )
