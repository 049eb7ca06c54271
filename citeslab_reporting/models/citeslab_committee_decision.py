from odoo import fields, models


class CiteslabCommitteeDecision(models.Model):
    """What a committee decided (CDC §4.1)."""

    _name = "citeslab.committee.decision"
    _description = "Decision of a Committee"
    _order = "meeting_id, sequence, id"

    meeting_id = fields.Many2one(
        "citeslab.committee.meeting", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="meeting_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("recruitment", "Recruitment"),
            ("objectives", "Local Objectives"),
            ("plan", "Local Action Plan"),
            ("corrective", "Corrective Actions"),
            ("funding", "Funding"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    name = fields.Char(string="Decision", required=True)
