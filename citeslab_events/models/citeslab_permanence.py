from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.date_utils import end_of

from odoo.addons.citeslab_base.tools.dates import (
    company_timezone,
    local_date,
    utc_moment,
)

from ..tools.holidays import is_public_holiday
from ..tools.recurrence import occurrences, weeks_of_month

# What the dates already made take from their rule.
FOLLOWED = {
    "active",
    "date_end",
    "date_start",
    "hour_from",
    "hour_to",
    "in_calendar",
    "kind_id",
    "name",
    "place_ids",
    "recurrence",
    "seats_per_slot",
    "slot_minutes",
    "territory_id",
    "user_id",
    "weekday",
    "weeks",
}


class CiteslabPermanence(models.Model):
    """Rule of a permanence: every Tuesday from 9 to 12 at the médiathèque."""

    _name = "citeslab.permanence"
    _description = "Permanence"
    _order = "weekday, hour_from, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
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
        default=lambda self: self.env["citeslab.territory"]._default_for(
            self.env.company
        ),
    )
    user_id = fields.Many2one(
        "res.users",
        string="Chef de projet",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    kind_id = fields.Many2one(
        "citeslab.event.kind",
        required=True,
        domain="[('is_permanence', '=', True)]",
        default=lambda self: self.env.ref(
            "citeslab_events.event_kind_permanence", raise_if_not_found=False
        ),
        ondelete="restrict",
    )
    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        required=True,
        default="1",
    )
    recurrence = fields.Selection(
        [
            ("weekly", "Every week"),
            ("fortnight", "Every other week"),
            ("monthly", "Some weeks of the month"),
        ],
        required=True,
        default="weekly",
    )
    weeks = fields.Char(
        string="Weeks of the Month",
        default="1, 3",
        help="Ranks in the month, as “1, 3”; -1 is the last one.",
    )
    hour_from = fields.Float(string="From", required=True, default=9.0)
    hour_to = fields.Float(string="To", required=True, default=12.0)
    slot_minutes = fields.Integer(
        string="Length of a RDV",
        default=60,
        help="In minutes; 0 to receive without booking.",
    )
    seats_per_slot = fields.Integer(default=1, required=True)
    place_ids = fields.Many2many(
        "citeslab.place",
        string="Places",
        check_company=True,
        help="Several places: one after the other, as for a bus.",
    )
    date_start = fields.Date(required=True, default=fields.Date.context_today)
    date_end = fields.Date()
    in_calendar = fields.Boolean(string="In the Public Calendar", default=True)
    event_ids = fields.One2many("event.event", "permanence_id", string="Dates")
    event_count = fields.Integer(compute="_compute_event_count")
    left_message = fields.Char(
        string="Left as They Were", compute="_compute_left_message"
    )

    _hours_order = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < hour_to AND hour_to < 24)",
        "A permanence must end after it starts, on the same day.",
    )
    _slot_length = models.Constraint(
        "CHECK (slot_minutes = 0 OR slot_minutes BETWEEN 10 AND 480)",
        "A RDV lasts from 10 minutes to 8 hours; write 0 to receive without booking.",
    )
    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start <= date_end)",
        "A permanence must end after it starts.",
    )

    @api.depends("event_ids")
    def _compute_event_count(self):
        counts = dict(
            self.env["event.event"]._read_group(
                [("permanence_id", "in", self.ids)], ["permanence_id"], ["__count"]
            )
        )
        for permanence in self:
            permanence.event_count = counts.get(permanence, 0)

    @api.depends("event_ids", *sorted(FOLLOWED))
    def _compute_left_message(self):
        """Tell the dates to come that the rule no longer gives: they have bookings."""
        for permanence in self:
            rule = permanence._origin
            left = rule and rule._coming_dates() - rule._as_the_rule_says()
            booked = left and left.filtered("seats_taken")
            permanence.left_message = bool(booked) and self.env._(
                "People have booked dates that are not as this rule says: %(days)s. "
                "Move these dates or warn the people.",
                days=", ".join(booked.sorted("date_begin").mapped("date_label")),
            )

    @api.constrains("weeks", "recurrence")
    def _check_weeks(self):
        for permanence in self.filtered(lambda rule: rule.recurrence == "monthly"):
            try:
                weeks_of_month(permanence.weeks)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%(weeks)s”: write the weeks of the month as numbers from "
                        "1 to 5, for instance 1, 3 (-1 for the last one).",
                        weeks=permanence.weeks or "",
                    )
                ) from error

    # ------------------------------------------------------------
    # Change of the rule
    # ------------------------------------------------------------

    def write(self, vals):
        """Let the dates to come follow, save those booked or changed by hand."""
        if not FOLLOWED & vals.keys():
            return super().write(vals)
        free = {rule: rule._as_the_rule_says()._without_people() for rule in self}
        last = {
            rule: max(free[rule].mapped("citeslab_date"), default=None) for rule in self
        }
        result = super().write(vals)
        for permanence in self:
            free[permanence].unlink()
            if last[permanence] and permanence.active:
                today = fields.Date.context_today(permanence)
                # until Sunday: a rule moved to a later weekday loses no date
                permanence._generate(today, end_of(last[permanence], "week"))
        return result

    def _coming_dates(self):
        """Dates that are not begun yet and not cancelled."""
        now = fields.Datetime.now()
        return self.event_ids.filtered(
            lambda event: event.date_begin > now and event.kanban_state != "cancel"
        )

    def _as_the_rule_says(self):
        """Dates to come that are still exactly what the rule makes of them."""
        self.ensure_one()
        coming = self._coming_dates()
        if not coming:
            return coming
        days = self._days(max(coming.mapped("citeslab_date")))
        planned = {day: self._event_values(rank, day) for rank, day in days}
        same = ("date_begin", "date_end", "user_id", "place_id")
        return coming.filtered(
            lambda event: event.citeslab_date in planned
            and all(
                event._fields[name].convert_to_write(event[name], event)
                == planned[event.citeslab_date][name]
                for name in same
            )
        )

    # ------------------------------------------------------------
    # Dates
    # ------------------------------------------------------------

    def action_make_quarter(self):
        """Make the dates up to the end of the next quarter, then tell the result.

        Dates already made stay; a date on which the chef is elsewhere is skipped
        and told.
        """
        today = fields.Date.context_today(self)
        last = end_of(fields.Date.add(today, months=3), "quarter")
        made, skipped = self.env["event.event"], []
        for permanence in self:
            events, busy = permanence._generate(today, last)
            made |= events
            skipped += busy
        return self._notify(made, skipped, last)

    def _notify(self, made, skipped, last):
        day = self.env["ir.qweb.field.date"].value_to_html
        message = self.env._(
            "%(count)s dates made until %(last)s.", count=len(made), last=day(last, {})
        )
        if skipped:
            message += " " + self.env._(
                "Skipped, the person is elsewhere: %(days)s.",
                days=", ".join(day(one, {}) for one in skipped),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if skipped else "success",
                "sticky": bool(skipped),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _generate(self, first, last):
        """Create the missing dates of a period, holidays and closing days left out.

        :param date first: first day, included
        :param date last: last day, included
        :return: ``(created events, days on which the chef is elsewhere)``
        """
        self.ensure_one()
        known = set(
            self.with_context(active_test=False).event_ids.mapped("citeslab_date")
        )
        closed = self._closing_days(first, last)
        made, busy = self.env["event.event"], []
        for rank, day in self._days(last):
            if day < first or day in known or day in closed or is_public_holiday(day):
                continue
            values = self._event_values(rank, day)
            if self._is_busy(values):
                busy.append(day)
            else:
                made |= self.env["event.event"].create(values)
        return made, busy

    def _days(self, last):
        """Numbered days of the rule until a day."""
        end = min(last, self.date_end) if self.date_end else last
        monthly = self.recurrence == "monthly"
        return occurrences(
            self.date_start,
            end,
            int(self.weekday),
            step=2 if self.recurrence == "fortnight" else 1,
            weeks=weeks_of_month(self.weeks) if monthly else None,
        )

    def _closing_days(self, first, last):
        """Days on which the structure is closed, from its working calendars."""
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", (False, self.company_id.id)),
                    ("date_from", "<=", datetime.combine(last, time.max)),
                    ("date_to", ">=", datetime.combine(first, time.min)),
                ]
            )
        )
        closed = set()
        for leave in leaves:
            day = local_date(leave.date_from, self.company_id)
            end = local_date(leave.date_to, self.company_id)
            while day <= end:
                closed.add(day)
                day += timedelta(days=1)
        return closed

    def _is_busy(self, values):
        """Whether the chef already holds an event of ours at that time."""
        Event = self.env["event.event"].sudo()
        return bool(
            Event.search_count(
                Event._dated_domain()
                & fields.Domain("user_id", "=", values["user_id"])
                & fields.Domain("date_begin", "<", values["date_end"])
                & fields.Domain("date_end", ">", values["date_begin"]),
                limit=1,
            )
        )

    def _moment(self, day, hour):
        """UTC moment of an hour of a day in the structure's zone."""
        minutes = round(hour * 60)
        local = datetime.combine(day, time(minutes // 60, minutes % 60))
        return utc_moment(local, self.company_id)

    def _event_values(self, rank, day):
        places = self.place_ids
        place = places[rank % len(places)] if places else places
        return {
            "name": self.name,
            "citeslab_kind_id": self.kind_id.id,
            "company_id": self.company_id.id,
            "territory_id": self.territory_id.id,
            "user_id": self.user_id.id,
            "permanence_id": self.id,
            "place_id": place.id,
            "date_tz": company_timezone(self.company_id).zone,
            "date_begin": self._moment(day, self.hour_from),
            "date_end": self._moment(day, self.hour_to),
            "in_calendar": self.in_calendar,
            **self._slot_values(day),
        }

    def _slot_values(self, day):
        """Bookable slots of one date; the last one may not pass the end."""
        if not self.slot_minutes:
            return {"is_multi_slots": False, "seats_limited": False, "seats_max": 0}
        length = self.slot_minutes / 60
        count = int((self.hour_to - self.hour_from + 1e-6) // length)
        starts = [self.hour_from + rank * length for rank in range(count)]
        return {
            "is_multi_slots": bool(starts),
            "seats_limited": True,
            "seats_max": self.seats_per_slot,
            "event_slot_ids": [
                fields.Command.create(
                    {"date": day, "start_hour": start, "end_hour": start + length}
                )
                for start in starts
            ],
        }

    def action_open_dates(self):
        """Open the dates of this permanence."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "event.event",
            "view_mode": "list,form,calendar",
            "domain": [("permanence_id", "=", self.id)],
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        today = local_date(fields.Datetime.now(), self.env.company)
        for permanence in self:
            if permanence.event_ids.filtered(
                lambda event: event.citeslab_date and event.citeslab_date < today
            ):
                raise UserError(
                    self.env._(
                        "%(name)s was held already: archive it instead.",
                        name=permanence.name,
                    )
                )
