from odoo import api, models


class CiteslabFactEvent(models.Model):
    """The events behind a figure of the bilan."""

    _inherit = "citeslab.fact.event"

    @api.model
    def _bilan_action(self, indicator, domain):
        """Window on the events of a domain.

        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "res_model": "event.event",
            "views": [(False, "list"), (False, "form")],
            "view_mode": "list,form",
            "domain": [("id", "in", self.search(domain).event_id.ids)],
            "context": {},
        }
