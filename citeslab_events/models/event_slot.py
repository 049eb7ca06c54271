from datetime import datetime, time, timedelta

from odoo import models

HOURS = {"date", "start_hour", "end_hour"}


class EventSlot(models.Model):
    """A slot of a permanence takes its RDV along when it moves."""

    _inherit = "event.slot"

    def write(self, vals):
        result = super().write(vals)
        if HOURS & vals.keys():
            # sudo: RDV follow their slot, whoever moves it
            self.sudo().registration_ids.filtered("is_citeslab")._after_change()
        return result

    def _moved_by(self, shift):
        """Values of this slot once it is moved.

        :param timedelta shift: on the clock of the structure
        :rtype: dict
        """
        self.ensure_one()
        day = datetime.combine(self.date, time.min)
        start = day + timedelta(hours=self.start_hour) + shift
        length = self.end_hour - self.start_hour
        begin = (start - datetime.combine(start.date(), time.min)).total_seconds()
        return {
            "date": start.date(),
            "start_hour": begin / 3600,
            "end_hour": begin / 3600 + length,
        }
