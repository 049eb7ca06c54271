from odoo import api, fields, models


class CiteslabEventKind(models.Model):
    """Kind of event: where it counts in the bilan, and what it is prepared from."""

    _name = "citeslab.event.kind"
    _inherit = ["citeslab.nomenclature"]
    _description = "Kind of Event"

    mission_id = fields.Many2one(
        "citeslab.mission",
        required=True,
        default=lambda self: self.env.ref("citeslab_base.mission_animation"),
        ondelete="restrict",
    )
    event_type_ids = fields.One2many(
        "event.type", "citeslab_kind_id", string="Templates"
    )
    event_type_id = fields.Many2one(
        "event.type",
        string="Template",
        compute="_compute_event_type_id",
        help="The first of its templates: the one that a new event takes.",
    )
    is_workshop = fields.Boolean(
        string="Counts as Atelier",
        help="Added up as an atelier in the bilan: ateliers, rencontres, cafés.",
    )
    is_animation = fields.Boolean(
        help="Counted among the animations of the year: ateliers and big events."
    )
    is_permanence = fields.Boolean(
        help="Its bookings become planned RDV with the chef de projet."
    )
    is_market = fields.Boolean(help="Creators hold booths in it.")
    is_webinar = fields.Boolean(help="Counted as a webinar in the bilan.")
    is_external = fields.Boolean(
        string="Organised by Others",
        help="Forum, fortnight, fair of a partner: apart in every count.",
    )
    duration = fields.Float(string="Usual Duration", default=2.0, help="In hours.")

    @api.depends("event_type_ids.sequence")
    def _compute_event_type_id(self):
        for kind in self:
            kind.event_type_id = kind.event_type_ids.sorted("sequence")[:1]
