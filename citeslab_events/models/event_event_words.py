from odoo import api, fields, models
from odoo.tools import format_date
from odoo.tools.date_utils import float_to_time

from odoo.addons.citeslab_base.tools.dates import local_moment
from odoo.addons.citeslab_base.tools.text import normalise

from .event_event import MONTH


# Apart from what an event is: what people read of it.
class EventEvent(models.Model):
    """What an event tells in words: when, where, a text to share, its sheets."""

    _inherit = "event.event"  # pylint: disable=consider-merging-classes-inherited

    date_label = fields.Char(compute="_compute_date_label")
    share_text = fields.Text(
        string="Text to Share",
        compute="_compute_share_text",
        help="Ready to paste into a WhatsApp or quartier group.",
    )

    @api.depends("citeslab_date", "citeslab_date_end", "date_precision")
    @api.depends_context("lang")
    def _compute_date_label(self):
        """Day as told to people: a month alone says that the day is to be set."""
        for event in self:
            day, last = event.citeslab_date, event.citeslab_date_end
            if not day:
                event.date_label = ""
            elif event.date_precision == MONTH:
                month = format_date(self.env, day, date_format="MMMM yyyy")
                event.date_label = self.env._("%(month)s (date to be set)", month=month)
            elif last and last != day:
                event.date_label = self.env._(
                    "from %(first)s to %(last)s",
                    first=self._day_words(day, "d MMMM"),
                    last=self._day_words(last, "d MMMM yyyy"),
                )
            else:
                event.date_label = self._day_words(day, "EEEE d MMMM yyyy")

    def _day_words(self, day, pattern):
        """A day in words; the first of a month is “1er” in French."""
        words = format_date(self.env, day, date_format=pattern)
        if day.day == 1 and (self.env.lang or "").startswith("fr"):
            words = words.replace("1 ", "1er ", 1)
        return words

    @api.depends(
        "name",
        "date_begin",
        "date_end",
        "place_id.name",
        "place_id.address",
        "place",
        "address_id",
        "event_type_id",
    )
    @api.depends_context("lang")
    def _compute_share_text(self):
        for event in self:
            if not event.is_citeslab or not event.citeslab_date:
                event.share_text = ""
                continue
            lines = [
                f"📣 {event.name}",
                f"📅 {event._when_label()}",
                f"📍 {event._place_label()}" if event._place_label() else "",
                event.event_type_id.citeslab_text or "",
                self.env._("Free, open to all. Come with your questions!"),
                self._contact_line(event.company_id),
            ]
            event.share_text = "\n".join(line for line in lines if line)

    @api.model
    def _contact_line(self, company):
        """How to reach the structure, in one line."""
        reach = [company.phone, company.email]
        words = " · ".join(word for word in reach if word)
        return f"{company.name} · {words}" if words else company.name

    def _hours_label(self):
        """Hours in the structure's zone, as "14:00 – 16:00"; empty without a day."""
        self.ensure_one()
        if self.date_precision == MONTH or self.citeslab_date != self.citeslab_date_end:
            return ""
        return " – ".join(
            f"{local_moment(moment, self.company_id):%H:%M}"
            for moment in (self.date_begin, self.date_end)
        )

    def _when_label(self):
        """Day and hours, in words."""
        hours = self._hours_label()
        return f"{self.date_label}, {hours}" if hours else self.date_label

    def _place_label(self):
        """Place in one line: its name, then its street and city."""
        if label := super()._place_label():
            return label
        place = self.sudo().address_id
        if not place:
            return self.event_url or ""
        parts = [place.name, place.street, place.city]
        return ", ".join(part for part in parts if part)

    def _sheets(self):
        """Pages of the sign-in sheet: one per slot, with lines left for walk-ins.

        :return: dicts of ``when``, ``registrations`` (by name) and ``blank`` lines
        """
        self.ensure_one()
        expected = self.registration_ids.filtered(
            lambda registration: registration.state != "cancel"
        ).sorted(lambda registration: normalise(registration.name))
        if not self.is_multi_slots:
            return [self._sheet(self._when_label(), expected)]
        return [
            self._sheet(
                self._slot_label(slot),
                expected.filtered(lambda row, slot=slot: row.event_slot_id == slot),
            )
            for slot in self.event_slot_ids
        ]

    def _slot_label(self, slot):
        """Day and hours of a slot, in the same words as those of an event."""
        hours = " – ".join(
            float_to_time(hour).strftime("%H:%M")
            for hour in (slot.start_hour, slot.end_hour)
        )
        return f"{self._day_words(slot.date, 'EEEE d MMMM yyyy')}, {hours}"

    def _sheet(self, when, registrations):
        lines = 18 if not self.is_multi_slots else 6
        blank = max(lines - len(registrations), 4)
        return {"when": when, "registrations": registrations, "blank": blank}
