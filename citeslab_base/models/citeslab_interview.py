import re
from datetime import timedelta

from babel import dates as babel_dates

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, clean_context, format_date, format_datetime

from ..tools import ics
from ..tools.dates import (
    DEFAULT_TIMEZONE,
    company_timezone,
    local_date,
    local_moment,
)
from .selections import AGE_BANDS, INTERVIEW_KIND, INTERVIEW_MODE, INTERVIEW_STATE

# A RDV in one of these states takes the chef's time; any other one frees it.
TAKEN = ("planned", "done")
# What the meeting of the chef's calendar follows.
IN_CALENDAR = {
    "start",
    "duration",
    "state",
    "kind",
    "user_id",
    "mode",
    "place_id",
    "place",
}
# Sanity, no rule of the scheme: 45 typed for 45 minutes would count 45 hours of work.
LONGEST_HOURS = 12.0
FARTHEST = 10_000  # days, more than any planned RDV is away
REMIND_BEFORE = timedelta(hours=48)
REMINDERS_AT_ONCE = 50


def _taken_message(env, diagnostics):
    """Tell which hour is taken, as the database names it, in the user's zone."""
    found = re.search(
        r'existing key .*\["?([-0-9]+ [:0-9]+)', str(diagnostics.message_detail)
    )
    zone = env.context.get("tz") or env.user.tz or DEFAULT_TIMEZONE
    taken = found and fields.Datetime.to_datetime(found.group(1))
    return env._(
        "This chef already has a RDV at that time (%(hour)s): choose another hour, "
        "or cancel that RDV first.",
        hour=taken and format_datetime(env, taken, tz=zone, dt_format="short"),
    )


class CiteslabInterview(models.Model):
    """Exchange with a person: a first contact on a market, a RDV, a call."""

    _name = "citeslab.interview"
    _inherit = ["citeslab.parcours.child", "citeslab.placed", "citeslab.dated"]
    _description = "RDV"
    _years_ahead = 5

    kind = fields.Selection(INTERVIEW_KIND, required=True, default="interview")
    state = fields.Selection(
        INTERVIEW_STATE, required=True, default="planned", group_expand=True
    )
    start = fields.Datetime(
        string="Starts At", help="Empty when only the day is known.", index=True
    )
    stop = fields.Datetime(
        compute="_compute_stop", string="Ends At", store=True, precompute=True
    )
    date = fields.Date(
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        default=None,
        help="Day in the structure's timezone: the one that the bilan counts.",
    )
    nearness = fields.Integer(
        compute="_compute_nearness",
        aggregator=None,
        help="In days, to sort by: what is to come first, then the latest.",
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
    # Required here too, not in the forms alone: a RDV comes from an import, the
    # chef's calendar or a booking as well, and each hour belongs to a mission (CDC §2).
    mission_id = fields.Many2one(
        "citeslab.mission",
        required=True,
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
    is_shared = fields.Boolean(
        string="Open Reception",
        copy=False,
        help="Several people are received in these hours, one after the other.",
    )
    next_step = fields.Char()
    calendar_event_id = fields.Many2one(
        "calendar.event",
        string="Meeting",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    reminder_date = fields.Datetime(
        string="Reminder Sent On",
        readonly=True,
        copy=False,
        help="The person gets one reminder, two days before at most.",
    )
    notes = fields.Text(
        string="Private Notes",
        groups="citeslab_base.group_chef",
        help="Read by the chefs and the manager of the structure only.",
    )

    _duration_positive = models.Constraint(
        "CHECK (duration IS NULL OR duration >= 0)",
        "A duration cannot be negative.",
    )
    # Ranges hold their start and not their end: 10-11 and 11-12 follow each other.
    # The database refuses the second of two RDV asked for at the same moment.
    _one_rdv_at_a_time = models.Constraint(
        "EXCLUDE USING gist (int4range(user_id, user_id, '[]') WITH &&, "
        "tsrange(start, stop) WITH &&) WHERE (state IN ('planned', 'done') "
        "AND kind = 'interview' AND is_shared IS NOT TRUE "
        "AND user_id IS NOT NULL AND start IS NOT NULL)",
        _taken_message,
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

    @api.depends("date")
    def _compute_nearness(self):
        today = fields.Date.context_today(self)
        for interview in self:
            away = (interview.date - today).days if interview.date else 0
            interview.nearness = away if away >= 0 else FARTHEST - away

    def _field_to_sql(self, alias, field_expr, query=None):
        """A phone shows first what is to come, the nearest above."""
        if field_expr != "nearness":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            "CASE WHEN %(day)s >= %(today)s THEN %(day)s - %(today)s"
            " ELSE %(farthest)s + (%(today)s - %(day)s) END",
            day=super()._field_to_sql(alias, "date", query),
            today=fields.Date.context_today(self),
            farthest=FARTHEST,
        )

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
                        date=format_date(self.env, interview.date),
                    )
                )

    @api.constrains("duration")
    def _check_duration(self):
        for interview in self.filtered(lambda row: row.duration > LONGEST_HOURS):
            raise ValidationError(
                self.env._(
                    "A RDV lasts %(most)g hours at most, and %(typed)g were typed: "
                    "for 45 minutes, write “0:45”.",
                    most=LONGEST_HOURS,
                    typed=interview.duration,
                )
            )

    @api.constrains("state", "kind", "user_id")
    def _check_planned_has_chef(self):
        """Without a chef, no calendar holds the hour and two RDV may take it."""
        for interview in self:
            if (interview.state, interview.kind) == ("planned", "interview"):
                if not interview.user_id:
                    raise ValidationError(
                        self.env._(
                            "A planned RDV takes the time of a chef de projet: "
                            "choose who receives the person."
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
                        start=format_datetime(
                            self.env,
                            interview.start,
                            tz=company_timezone(interview.company_id).zone,
                            dt_format="short",
                        ),
                        zone=company_timezone(interview.company_id).zone,
                        day=format_date(self.env, day),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        interviews = super().create(vals_list)
        interviews._take_entry_photographs()
        interviews._move_entry_photographs(set())
        interviews._tell_detection_place()
        interviews._fill_calendar()
        return interviews

    def write(self, vals):
        former = set(self.mapped("date"))
        moved = self.filtered("reminder_date") if "start" in vals else self.browse()
        hours = {interview: interview.start for interview in moved}
        result = super().write(vals)
        for interview, start in hours.items():
            if interview.start != start:  # another hour, another reminder
                interview.reminder_date = False
        if IN_CALENDAR & vals.keys():
            self._fill_calendar()
        if {"state", "kind", "date", "start"} & vals.keys():
            self._take_entry_photographs()
            self._move_entry_photographs(former)
        return result

    def unlink(self):
        meetings = self._meetings()
        result = super().unlink()
        meetings.unlink()
        return result

    # ------------------------------------------------------------
    # The chef's calendar
    # ------------------------------------------------------------

    def _meetings(self):
        """Meetings of these RDV, to be changed without telling anybody by mail.

        sudo: the rights on the RDV are what counts; its meeting is private to the
        chef, whoever plans for him.
        """
        quiet = {
            **clean_context(self.env.context),
            "citeslab_from_rdv": True,
            "skip_contact_description": True,
            "no_mail_to_attendees": True,
            "skip_attendee_notification": True,
            "mail_create_nolog": True,
            "tracking_disable": True,
        }
        meetings = self.sudo().calendar_event_id
        return meetings.with_context(quiet)  # pylint: disable=context-overridden

    def _fill_calendar(self):
        """Bring the chef's calendar in line: a RDV to come takes its hour there."""
        if self.env.context.get("citeslab_from_calendar"):
            return
        missing = self.browse()
        for interview in self:
            meeting = interview._meetings()
            if meeting and not interview._takes_time():
                meeting.unlink()
            elif meeting:
                interview._update_meeting(meeting)
            elif interview.state == "planned" and interview._takes_time():
                missing |= interview
        document = self.env["ir.model"]._get_id(self._name)
        meetings = self._meetings().create(
            [
                {
                    **interview._calendar_values(),
                    "res_model_id": document,
                    "res_id": interview.id,
                }
                for interview in missing
            ]
        )
        for interview, meeting in zip(missing, meetings, strict=True):
            interview.sudo().calendar_event_id = meeting.id

    def _takes_time(self):
        return bool(
            self.start
            and self.user_id
            and self.kind == "interview"
            and self.state in TAKEN
        )

    def _calendar_values(self):
        """What the chef's calendar tells of a RDV: when and where, never who.

        The title holds the number of the parcours at most. Colleagues read "busy".
        """
        self.ensure_one()
        reference = self.parcours_id.sudo().reference
        words = filter(None, (self.env._("RDV CitésLab"), reference))
        return {
            "name": " · ".join(words),
            "start": self.start,
            "stop": self.stop,
            "user_id": self.user_id.id,
            "partner_ids": [fields.Command.set(self.user_id.partner_id.ids)],
            "location": self._place_label() or False,
            "description": False,
            "privacy": "private",
            "show_as": "busy",
            "active": True,
        }

    def _update_meeting(self, meeting):
        told = self._calendar_values()
        guests = told.pop("partner_ids")
        changes = {
            name: value
            for name, value in told.items()
            if (meeting[name].id if name == "user_id" else meeting[name]) != value
        }
        if "user_id" in changes:  # else the guests stay: colleagues may be invited
            changes["partner_ids"] = guests
        if changes:
            meeting.write(changes)

    def _place_label(self):
        """Where the RDV is, at the structure unless told; nothing by phone or visio."""
        if self.mode != "face":
            return ""
        structure = self.company_id.sudo().partner_id
        address = (structure.name, structure.street, structure.city)
        return super()._place_label() or ", ".join(filter(None, address))

    def _follow_calendar(self):
        """Take the hours and the chef of the meeting."""
        self.ensure_one()
        meeting = self.calendar_event_id
        hours = (meeting.stop - meeting.start).total_seconds() / 3600
        told = {
            "start": meeting.start,
            "duration": hours,
            "user_id": meeting.user_id.id,
        }
        changes = {
            name: value
            for name, value in told.items()
            if value != (self[name].id if name == "user_id" else self[name])
        }
        if changes:
            self.with_context(citeslab_from_calendar=True).write(changes)

    def _cancel_from_calendar(self):
        """The chef took the meeting away: a RDV to come is cancelled."""
        planned = self.filtered(lambda row: row.state == "planned")
        planned.with_context(citeslab_from_calendar=True).action_cancel()

    # ------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Write to the people who come within two days, once each.

        The date of the reminder is committed before the mail leaves: a crash may
        lose one reminder, and never sends one twice.
        """
        now = fields.Datetime.now()
        waiting = self.search(self._domain_to_remind(now), order="start, id")
        reached = waiting.filtered(lambda row: row._may_be_reminded())
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(reached))
        for rank in range(0, len(reached), REMINDERS_AT_ONCE):
            some = reached[rank : rank + REMINDERS_AT_ONCE].try_lock_for_update()
            some = some.filtered(lambda row: row.start > fields.Datetime.now())
            some.reminder_date = now
            left = Cron._commit_progress(len(some))
            some._send_reminder()
            if not left:
                break

    @api.model
    def _domain_to_remind(self, now):
        return [
            ("kind", "=", "interview"),
            ("state", "=", "planned"),
            ("reminder_date", "=", False),
            ("start", ">", now),
            ("start", "<=", now + REMIND_BEFORE),
        ]

    def _may_be_reminded(self):
        """Whether the person has an address that wants mails at all.

        A reminder of one's own RDV is the service that was asked for, not news: the
        consent to mailings is not needed, and taking it back does not end reminders.
        """
        self.ensure_one()
        return bool(self.partner_id.email) and not self.partner_id.is_blacklisted

    def _send_reminder(self):
        template = self.env.ref(
            "citeslab_base.mail_template_rdv_reminder", raise_if_not_found=False
        )
        for interview in self if template else ():
            attachment = self.env["ir.attachment"].create(
                {
                    "name": "rdv-citeslab.ics",
                    "raw": interview._as_ics().encode(),
                    "mimetype": "text/calendar",
                    "res_model": self._name,
                    "res_id": interview.id,
                }
            )
            template.send_mail(
                interview.id,
                force_send=True,
                email_values={"attachment_ids": [attachment.id]},
            )

    def _as_ics(self):
        """The RDV for the person's own agenda, under one identity when it moves."""
        self.ensure_one()
        entry = {
            "uid": f"rdv-{self.id}@{self.env.cr.dbname}",
            "stamp": fields.Datetime.now(),
            "start": self.start,
            "end": self.stop,
            "summary": self.env._("RDV CitésLab"),
            "location": self._place_label(),
        }
        return ics.calendar(self.company_id.name, [entry])

    def _when_label(self):
        """Day and hour in the structure's zone, in French words.

        :rtype: str
        """
        self.ensure_one()
        local = local_moment(self.start, self.company_id)
        day = babel_dates.format_date(local, "EEEE d MMMM y", locale="fr_FR")
        return f"{day} à {local.hour} h {local.minute:02d}"

    # ------------------------------------------------------------
    # Photographs
    # ------------------------------------------------------------

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

    def action_log(self):
        """Open the dialog that tells all of this RDV.

        :return: window action
        :rtype: dict
        """
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.citeslab_interview_action_log"
        )
        action["context"] = {
            "dialog_size": "large",
            "default_parcours_id": self.parcours_id.id,
            "default_interview_id": self.id,
        }
        return action

    def action_done(self):
        """Mark as done, as the button of the RDV does."""
        self.write({"state": "done"})

    def action_excused(self):
        """Mark that the person told she would not come: it is no contact."""
        self.write({"state": "excused"})

    def action_no_show(self):
        """Mark that the person did not come: it is no contact."""
        self.write({"state": "no_show"})

    def action_cancel(self):
        """Mark as cancelled: it is no contact."""
        self.write({"state": "cancelled"})
