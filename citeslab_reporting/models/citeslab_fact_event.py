from odoo import api, models


class CiteslabFactEvent(models.Model):
    """The events behind a figure of the bilan."""

    _inherit = "citeslab.fact.event"

    @api.model
    def _bilan_notes(self, domain, first, last):
        """Monthly average of the permanences, as the bilans of the network tell it.

        :param domain: the events counted
        :param date first: first day of the period
        :param date last: last day of the period
        :rtype: list[str]
        """
        held = self._read_group(domain, ["is_permanence", "kind_id"], ["__count"])
        if not held or not all(is_permanence for is_permanence, *_rest in held):
            return []
        months = 12 * (last.year - first.year) + last.month - first.month + 1
        number = self.env["ir.qweb.field.float"].value_to_html
        averages = [
            (kind.name, number(count / months, {"precision": 1}))
            for _is_permanence, kind, count in held
        ]
        return [
            self.env._(
                "On average by month: %(kinds)s.",
                kinds=", ".join(f"{name} {average}" for name, average in averages),
            )
        ]

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
