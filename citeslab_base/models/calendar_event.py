from odoo import api, models
from odoo.exceptions import ValidationError

RDV = "citeslab.interview"
# What a meeting and the RDV behind it tell together.
SHARED = {"start", "stop", "duration", "user_id", "active"}
# What could name the person of a RDV to whoever reads the calendar.
NEUTRAL = {"name", "description", "location", "partner_ids", "privacy", "recurrency"}


class CalendarEvent(models.Model):
    """The meeting of a RDV: an hour taken in the chef's calendar, and nobody's name."""

    _inherit = "calendar.event"

    def _of_rdv(self):
        return self.filtered(lambda event: event.res_model == RDV)

    def _rdv(self):
        """RDV behind these meetings.

        sudo: who may move a meeting of the calendar moves its RDV.
        """
        return self.env[RDV].sudo().search([("calendar_event_id", "in", self.ids)])

    def write(self, vals):
        typed = set(vals)  # the host takes values out of what it is given
        result = super().write(vals)
        if self.env.context.get("citeslab_from_rdv"):
            return result
        meetings = self._of_rdv() if (SHARED | NEUTRAL) & typed else self.browse()
        if meetings and NEUTRAL & typed:
            meetings._check_names_nobody()
        if meetings and SHARED & typed:
            meetings._move_rdv()
        return result

    def unlink(self):
        """Deleting the meeting of a RDV to come cancels the RDV."""
        meetings = self._of_rdv()
        if not meetings or self.env.context.get("citeslab_from_rdv"):
            return super().unlink()
        rdv = meetings._rdv()
        result = super().unlink()
        rdv._cancel_from_calendar()
        return result

    def _move_rdv(self):
        gone = self.filtered(lambda event: not event.active)
        gone._rdv()._cancel_from_calendar()
        for rdv in (self - gone)._rdv():
            rdv._follow_calendar()

    def _check_names_nobody(self):
        for rdv in self._rdv():
            meeting = rdv.calendar_event_id
            told = rdv._calendar_values()
            strangers = meeting.partner_ids.filtered(lambda one: not one.user_ids)
            same = all(
                (meeting[name] or "") == (told[name] or "")
                for name in ("name", "description", "location", "privacy")
            )
            if strangers or not same or meeting.recurrency:
                raise ValidationError(
                    self.env._(
                        "The calendar says “%(title)s” and where, never with whom: "
                        "write the place and the notes on the RDV itself, and invite "
                        "colleagues only.",
                        title=told["name"],
                    )
                )

    @api.model
    def _delete_meetings_of_rdv(self):
        """Take back from the calendars what we put there (uninstallation)."""
        self.with_context(active_test=False, citeslab_from_rdv=True).search(
            [("res_model", "=", RDV)]
        ).unlink()
