from odoo import api, models

from .event_event import MONTH


class CiteslabDay(models.AbstractModel):
    _inherit = "citeslab.day"

    @api.model
    def _items(self, company, day):
        """The structure's permanences and events are of everybody's day."""
        events = self.env["event.event"].search(
            [
                ("is_citeslab", "=", True),
                ("is_own", "=", True),
                ("company_id", "=", company.id),
                ("citeslab_date", "<=", day),
                ("citeslab_date_end", ">=", day),
                ("date_precision", "!=", MONTH),
                ("kanban_state", "!=", "cancel"),
            ]
        )
        return super()._items(company, day) + [
            {
                "start": event.date_begin if event.citeslab_date == day else False,
                "name": event.name,
                "place": event._place_label() or "",
                "icon": "fa-calendar",
                "res_model": "event.event",
                "res_id": event.id,
            }
            for event in events
        ]
