from odoo import fields, models


class CiteslabActionKind(models.Model):
    """Kind of action: its mission, theme and usual duration."""

    _name = "citeslab.action.kind"
    _inherit = ["citeslab.nomenclature"]
    _description = "Kind of Action"

    mission_id = fields.Many2one("citeslab.mission", ondelete="restrict")
    duration = fields.Float(string="Usual Duration", help="In hours, for one time.")
    is_partner_meeting = fields.Boolean(
        help="Counted as a partner meeting in the bilan."
    )
    is_newsletter = fields.Boolean(help="Counted as a newsletter in the bilan.")
    is_webinar = fields.Boolean(help="Counted as a webinar in the bilan.")
