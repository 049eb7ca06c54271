from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .event_event import MONTH


# Apart from what an event is: what two of them do to each other.
class EventEvent(models.Model):
    """The diary of a chef: two events of one day, or of one hour."""

    _inherit = "event.event"  # pylint: disable=consider-merging-classes-inherited

    collision_message = fields.Char(
        string="Collision", compute="_compute_collision_message"
    )

    def _dated(self):
        """Own events of this set that hold a day of the chef's diary."""
        return self.filtered_domain(self._dated_domain())

    @api.model
    def _dated_domain(self):
        return (
            Domain("is_citeslab", "=", True)
            & Domain("is_own", "=", True)
            & Domain("date_precision", "!=", MONTH)
            & Domain("kanban_state", "!=", "cancel")
        )

    @api.depends("citeslab_date", "user_id", "date_precision", "kanban_state", "is_own")
    def _compute_collision_message(self):
        """Tell the other events of the same day: one search for the whole list.

        Two permanences, or a permanence and an event of two people, are no news.
        """
        dated = self._dated()
        (self - dated).collision_message = False
        if not dated:
            return
        same_day = self.search(
            self._dated_domain()
            & Domain("company_id", "in", dated.company_id.ids)
            & Domain("citeslab_date", "in", dated.mapped("citeslab_date"))
        )
        for event in dated:
            others = same_day.filtered(event._collides_with)
            event.collision_message = bool(others) and self.env._(
                "Same day: %(events)s.", events=", ".join(others.mapped("name"))
            )

    def _collides_with(self, other):
        """Whether another event of the same day deserves a warning."""
        if other == self._origin or other.company_id != self.company_id:
            return False
        if other.citeslab_date != self.citeslab_date:
            return False
        same_person = self.user_id and self.user_id == other.user_id
        permanence = self.is_permanence or other.is_permanence
        both = self.is_permanence and other.is_permanence
        return not both and bool(same_person or not permanence)

    @api.constrains("date_begin", "date_end", "user_id", "kanban_state", "is_own")
    def _check_one_place_at_a_time(self):
        """The same person cannot hold two of our events at the same hour."""
        for event in self._dated().filtered("user_id"):
            other = self.sudo().search(
                self._dated_domain()
                & Domain("id", "!=", event.id)
                & Domain("user_id", "=", event.user_id.id)
                & Domain("date_begin", "<", event.date_end)
                & Domain("date_end", ">", event.date_begin),
                limit=1,
            )
            if other and other.company_id == event.company_id:
                raise ValidationError(
                    self.env._(
                        "%(person)s already holds “%(other)s” at that time "
                        "(%(day)s): change the hours or the person.",
                        person=event.user_id.name,
                        other=other.name,
                        day=other.date_label,
                    )
                )
            if other:
                raise ValidationError(
                    self.env._(
                        "%(person)s is already busy at that time: change the hours "
                        "or the person.",
                        person=event.user_id.name,
                    )
                )
