from odoo import api, fields, models


class CiteslabHeadcount(models.Model):
    """Anonymous people of an event, beside those of an action."""

    _inherit = "citeslab.headcount"

    event_id = fields.Many2one(
        "event.event", index="btree_not_null", ondelete="cascade"
    )

    @api.depends("action_id", "event_id")
    def _compute_company_id(self):
        of_event = self.filtered("event_id")
        for headcount in of_event:
            headcount.company_id = headcount.event_id.company_id
        return super(CiteslabHeadcount, self - of_event)._compute_company_id()

    def _holders(self):
        return [*super()._holders(), *self.event_id]

    def _guarded_days(self):
        rows = self.sudo()
        of_event = rows.filtered("event_id")
        days = [
            (row, row.company_id, (row.event_id.citeslab_date,)) for row in of_event
        ]
        return days + super(CiteslabHeadcount, self - of_event)._guarded_days()
