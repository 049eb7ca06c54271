from odoo import fields, models


class EventType(models.Model):
    """Template of an event; ours are offered to the CitésLab roles only."""

    _inherit = "event.type"

    citeslab_kind_id = fields.Many2one(
        "citeslab.event.kind", string="Kind", ondelete="cascade", index="btree_not_null"
    )
    citeslab_duration = fields.Float(string="Duration", help="In hours.")
    citeslab_text = fields.Text(
        string="What It Is About",
        translate=True,
        help="One paragraph, taken up by invitations and by the text to share.",
    )
