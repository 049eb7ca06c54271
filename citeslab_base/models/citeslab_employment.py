from odoo import fields, models


class CiteslabEmployment(models.Model):
    """Main situation of a person at a date; says who is a registered jobseeker."""

    _name = "citeslab.employment"
    _inherit = ["citeslab.nomenclature"]
    _description = "Employment Situation"

    is_jobseeker = fields.Boolean(
        string="Registered Jobseeker",
        help="Proposed for people in this situation; editable for each of them.",
    )
    resource_id = fields.Many2one(
        "citeslab.resource", string="Usual Resource", ondelete="restrict"
    )
