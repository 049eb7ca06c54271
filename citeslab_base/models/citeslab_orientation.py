from odoo import fields, models

from .selections import ORIENTATION_FAMILY, ORIENTATION_STATE


class CiteslabOrientation(models.Model):
    """Hand-over of a person to an organisation or a programme (CDC §2)."""

    _name = "citeslab.orientation"
    _inherit = ["citeslab.parcours.child"]
    _description = "Orientation"

    family = fields.Selection(ORIENTATION_FAMILY, required=True)
    organization_id = fields.Many2one(
        "res.partner",
        string="Organisation",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('organization_kind', '!=', False)]",
        check_company=True,
    )
    promotion_id = fields.Many2one(
        "citeslab.program.promotion",
        string="Programme",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    is_first = fields.Boolean(
        string="After the First RDV",
        readonly=True,
        copy=False,
        help="Decided after the person's first RDV ever in the structure, "
        "before the second one. Follows from the dates.",
    )
    state = fields.Selection(ORIENTATION_STATE, required=True, default="sent")
    answer_date = fields.Date()
    reason_id = fields.Many2one(
        "citeslab.orientation.reason", string="Reason", ondelete="restrict"
    )
    feedback = fields.Text(help="What became of the project, as the partner says.")

    _company_date_idx = models.Index("(company_id, date)")
