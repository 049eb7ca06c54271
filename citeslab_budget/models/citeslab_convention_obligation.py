from odoo import fields, models


class CiteslabConventionObligation(models.Model):
    """Duty that a convention sets: a report, a logo, a COPIL (CDC §4.1, §6.7)."""

    _name = "citeslab.convention.obligation"
    _inherit = ["citeslab.duty"]
    _description = "Obligation"

    convention_id = fields.Many2one(
        "citeslab.convention", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="convention_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        [
            ("report", "Report due"),
            ("account", "Final account due"),
            ("logo", "Logo shown"),
            ("copil", "COPIL"),
            ("other", "Other"),
        ],
        required=True,
        default="report",
    )

    def _duty_record(self):
        return self.convention_id
