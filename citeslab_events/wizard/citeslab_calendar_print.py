from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.date_utils import start_of


class CiteslabCalendarPrint(models.TransientModel):
    """Quarter of which the calendar is printed, to pin up at the partners'."""

    _name = "citeslab.calendar.print"
    _description = "Quarterly Calendar"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        default=lambda self: self.env.company,
    )
    year = fields.Integer(
        required=True, default=lambda self: self._next_quarter_start().year
    )
    quarter = fields.Selection(
        [
            ("1", "January to March"),
            ("2", "April to June"),
            ("3", "July to September"),
            ("4", "October to December"),
        ],
        required=True,
        default=lambda self: str((self._next_quarter_start().month + 2) // 3),
    )
    event_count = fields.Integer(compute="_compute_event_count")

    _year_plausible = models.Constraint(
        "CHECK (year BETWEEN 2000 AND 2100)", "Write the year in four figures."
    )

    @api.model
    def _next_quarter_start(self):
        """First day of the quarter to come: the one that one prints."""
        today = fields.Date.context_today(self)
        return start_of(fields.Date.add(today, months=3), "quarter")

    @api.depends("company_id", "year", "quarter")
    def _compute_event_count(self):
        for sheet in self:
            sheet.event_count = len(sheet._events()) if sheet.quarter else 0

    def _bounds(self):
        """First and last day of the quarter.

        :rtype: tuple[date, date]
        """
        self.ensure_one()
        first = date(self.year or 2000, 3 * int(self.quarter) - 2, 1)
        return first, first + relativedelta(months=3, days=-1)

    def _events(self):
        """Everything of the quarter, and nothing else."""
        return self.env["event.event"]._calendar_events(
            self.company_id, *self._bounds()
        )

    def _months(self):
        """Events of each month, those without a day at its end.

        :return: pairs (name of the month, events), empty months left out
        """
        first, _last = self._bounds()
        events, months = self._events() - self._regular_events(), []
        for rank in range(3):
            month = first + relativedelta(months=rank)
            inside = events.filtered(
                lambda event, month=month: max(event.citeslab_date, first).replace(
                    day=1
                )
                == month
            )
            if inside:
                label = format_date(self.env, month, date_format="MMMM yyyy")
                months.append((label, inside))
        return months

    def _regular_events(self):
        """Dates of the quarter that come back: those of a rule, more than once."""
        dates = self._events().filtered("permanence_id").grouped(self._same_line)
        return self.env["event.event"].union(
            *(events for events in dates.values() if len(events) > 1)
        )

    @api.model
    def _same_line(self, event):
        """What makes dates of a permanence one line of the sheet."""
        return event.name, event._hours_label(), event._place_label()

    def _permanences(self):
        """Lines of the permanences that come back, every date of each.

        :return: dicts of ``name``, ``when``, ``place`` and ``months``: days of each
            month, in words
        """
        groups = self._regular_events().grouped(self._same_line)
        return [
            {
                "name": name,
                "when": self._weekdays(events, hours),
                "place": place,
                "months": self._days_by_month(events),
            }
            for (name, hours, place), events in groups.items()
        ]

    @api.model
    def _weekdays(self, events, hours):
        """Weekday and hours, as "Tuesday, 09:00 – 12:00"."""
        names = dict.fromkeys(
            format_date(self.env, event.citeslab_date, date_format="EEEE")
            for event in events
        )
        return ", ".join([*names, hours])

    @api.model
    def _days_by_month(self, events):
        """Days of each month, as "3, 10, 17 December"."""
        several = len({event.citeslab_date.weekday() for event in events}) > 1
        pattern = "EEE d " if several else "d "
        months = events.grouped(lambda event: event.citeslab_date.replace(day=1))
        return [
            ", ".join(
                event._day_words(event.citeslab_date, pattern).strip()
                for event in dates
            )
            + format_date(self.env, month, date_format=" MMMM")
            for month, dates in months.items()
        ]

    def _title(self):
        """Name of the quarter, as "April to June 2024"."""
        labels = dict(self._fields["quarter"]._description_selection(self.env))
        return f"{labels[self.quarter]} {self.year}"

    def action_print(self):
        """Print the calendar as PDF."""
        report = self.env.ref("citeslab_events.action_report_calendar")
        return report.report_action(self)

    def action_mail(self):
        """Prepare the mail that sends this calendar to the partners."""
        self.ensure_one()
        prepare = self.env["citeslab.mailing.prepare"].create(
            {
                "purpose": "calendar",
                "audience": "partners",
                "year": self.year,
                "quarter": self.quarter,
                "company_id": self.company_id.id,
            }
        )
        return prepare.action_prepare()
