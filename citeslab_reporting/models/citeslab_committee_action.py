from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date


class CiteslabCommitteeAction(models.Model):
    """Corrective action decided by a committee: who, by when, how far (G4)."""

    _name = "citeslab.committee.action"
    _inherit = ["citeslab.duty"]
    _description = "Corrective Action"

    meeting_id = fields.Many2one(
        "citeslab.committee.meeting", required=True, index=True, ondelete="cascade"
    )
    committee_id = fields.Many2one(
        related="meeting_id.committee_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="meeting_id.company_id", store=True, index=True
    )
    organization_id = fields.Many2one(
        "res.partner",
        string="With",
        ondelete="restrict",
        domain="[('is_porteur', '=', False)]",
        help="Organisation that acts with the structure.",
    )
    state = fields.Selection(
        [("open", "To Do"), ("late", "Late"), ("done", "Done")],
        compute="_compute_state",
        search="_search_state",
    )
    result = fields.Char()

    @api.constrains("date_due", "meeting_id")
    def _check_after_meeting(self):
        """What a meeting decides is not due before it (alerts would tell it late)."""
        for action in self:
            if action.date_due < action.meeting_id.date:
                raise ValidationError(
                    self.env._(
                        "“%(action)s” is decided on %(meeting)s: it cannot be due "
                        "before, on %(due)s.",
                        action=action.name,
                        meeting=format_date(self.env, action.meeting_id.date),
                        due=format_date(self.env, action.date_due),
                    )
                )

    @api.depends("date_due", "date_done")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for action in self:
            is_late = action.date_due and action.date_due < today
            action.state = "late" if is_late else "open"
            if action.date_done:
                action.state = "done"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        to_do = fields.Domain("date_done", "=", False)
        domains = {
            "done": fields.Domain("date_done", "!=", False),
            "late": to_do & fields.Domain("date_due", "<", today),
            "open": to_do & fields.Domain("date_due", ">=", today),
        }
        return fields.Domain.OR(domains[state] for state in value if state in domains)

    def _duty_record(self):
        return self.committee_id
