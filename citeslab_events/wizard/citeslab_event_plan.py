import re
from datetime import date, datetime, time, timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.citeslab_base.tools.dates import utc_moment
from odoo.addons.citeslab_base.tools.text import normalise

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_HOUR = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?")
DEFAULT_HOUR = 14.0
FIRST_YEAR, LAST_YEAR = 2000, 2100


class CiteslabEventPlan(models.TransientModel):
    """Plan of a year, pasted as it is told: one event a line.

    A line is ``day; kind; title; hour``: ``15/02; Atelier thématique; Se lancer; 18h``
    or ``novembre; Café créateurs`` where the day is to be set.
    """

    _name = "citeslab.event.plan"
    _description = "Plan of the Year"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        default=lambda self: self.env.company,
    )
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year
    )
    text = fields.Text(string="Plan", required=True)
    report = fields.Text(string="What to Look At", readonly=True)

    def action_check(self):
        """Read the plan and tell what to look at, without creating anything."""
        self.ensure_one()
        _lines, problems, warnings = self._read()
        self.report = "\n".join(problems + warnings) or self.env._("Nothing to report.")
        return self._reopen()

    def action_create(self):
        """Create the events of the plan, all or none.

        :return: window on the created events
        :raise UserError: every line that cannot be read, and every event twice
        """
        self.ensure_one()
        events = self._create_events()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Plan of %(year)s", year=self.year),
            "res_model": "event.event",
            "view_mode": "list,calendar,form",
            "domain": [("id", "in", events.ids)],
        }

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _create_events(self):
        lines, problems, _warnings = self._read()
        if problems:
            raise UserError("\n".join(problems))
        return self.env["event.event"].create(
            [self._event_values(one) for one in lines]
        )

    def _read(self):
        """Lines of the plan, what forbids to create it, what is worth a look."""
        kinds = self.env["citeslab.event.kind"]._label_index(self.company_id)
        lines, problems = [], []
        for number, text in enumerate((self.text or "").splitlines(), 1):
            if not text.strip():
                continue
            try:
                lines.append({"number": number, **self._read_line(text, kinds)})
            except ValueError as error:
                problems.append(
                    self.env._("line %(number)s: %(what)s", number=number, what=error)
                )
        return lines, problems + self._twice(lines), self._same_day(lines)

    def _read_line(self, text, kinds):
        cells = [cell.strip() for cell in text.split(";")] + ["", "", ""]
        day, is_month = self._read_day(cells[0])
        kind = kinds.get(normalise(cells[1]))
        if not kind:
            raise ValueError(
                self.env._(
                    "“%(kind)s” is no kind of event: write one of %(known)s",
                    kind=cells[1],
                    known=", ".join(sorted({one.name for one in kinds.values()})),
                )
            )
        return {
            "day": day,
            "is_month": is_month,
            "kind": kind,
            "title": cells[2] or kind.name,
            "hour": self._read_hour(cells[3]),
        }

    def _read_day(self, text):
        """Day, or first day of a month told by its name."""
        self._check_year(self.year, self.year)
        for month in range(1, 13):
            first = date(self.year, month, 1)
            if normalise(text) == normalise(
                format_date(self.env, first, date_format="MMMM")
            ):
                return first, True
        found = _DAY.fullmatch(text)
        if not found:
            raise ValueError(
                self.env._("“%(text)s” is no day: write 15/02 or a month", text=text)
            )
        day, month, year = (int(part) if part else 0 for part in found.groups())
        self._check_year(year or self.year, text)
        try:
            return date(year or self.year, month, day), False
        except ValueError as error:
            raise ValueError(
                self.env._("%(text)s is not in the calendar", text=text)
            ) from error

    def _check_year(self, year, text):
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(self.env._("%(text)s is not in the calendar", text=text))

    def _read_hour(self, text):
        if not text:
            return DEFAULT_HOUR
        found = _HOUR.fullmatch(text)
        hour, minutes = (
            (int(part or 0) for part in found.groups()) if found else (24, 0)
        )
        if hour > 23 or minutes > 59:
            raise ValueError(
                self.env._("“%(text)s” is no hour: write 18h or 18:30", text=text)
            )
        return hour + minutes / 60

    def _twice(self, lines):
        """Events told twice: the same kind on the same day, here or already there."""
        problems, seen = [], {}
        for one in lines:
            key = (one["day"], one["is_month"], one["kind"])
            first = seen.setdefault(key, one["number"])
            if first != one["number"] and not one["is_month"]:
                problems.append(
                    self.env._(
                        "line %(number)s: %(kind)s on %(day)s is already on line "
                        "%(first)s: correct the day or remove the line",
                        number=one["number"],
                        kind=one["kind"].name,
                        day=format_date(self.env, one["day"]),
                        first=first,
                    )
                )
            elif not one["is_month"] and self._exists(one):
                problems.append(
                    self.env._(
                        "line %(number)s: %(kind)s on %(day)s is already planned",
                        number=one["number"],
                        kind=one["kind"].name,
                        day=format_date(self.env, one["day"]),
                    )
                )
        return problems

    def _exists(self, line):
        return self.env["event.event"].search_count(
            [
                ("company_id", "=", self.company_id.id),
                ("citeslab_kind_id", "=", line["kind"].id),
                ("citeslab_date", "=", line["day"]),
                ("date_precision", "!=", "month"),
                ("kanban_state", "!=", "cancel"),
            ],
            limit=1,
        )

    def _same_day(self, lines):
        """Different events of one day: worth a look, no more."""
        warnings, by_day = [], {}
        for one in lines:
            if not one["is_month"]:
                by_day.setdefault(one["day"], []).append(one)
        for day, same in sorted(by_day.items()):
            if len(same) > 1:
                warnings.append(
                    self.env._(
                        "%(day)s: %(events)s on the same day",
                        day=format_date(self.env, day),
                        events=", ".join(one["title"] for one in same),
                    )
                )
        return warnings

    def _event_values(self, line):
        kind, company = line["kind"], self.company_id
        clock = datetime.combine(line["day"], time()) + timedelta(hours=line["hour"])
        start = utc_moment(clock, company)
        return {
            "name": line["title"],
            "citeslab_kind_id": kind.id,
            "company_id": company.id,
            "date_precision": "month" if line["is_month"] else "day",
            "date_begin": start,
            "date_end": start + timedelta(hours=kind.duration or 2.0),
        }
