from odoo import api, fields, models


class CiteslabReportPicture(models.Model):
    """Picture of an event, printed in a section.

    It is kept in the table, not as an attachment: what is frozen has no second way
    in.
    """

    _name = "citeslab.report.picture"
    _description = "Picture of a Report"
    _inherit = ["citeslab.report.child"]
    _order = "sequence, id"
    _rec_name = "caption"
    _frozen_by = "section_id"

    section_id = fields.Many2one(
        "citeslab.report.section", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    image = fields.Image(
        required=True, attachment=False, max_width=1600, max_height=1200
    )
    event_id = fields.Many2one("event.event", ondelete="set null")
    caption = fields.Char(compute="_compute_caption", store=True, readonly=False)
    has_agreement = fields.Boolean(
        string="Agreed",
        help="Those who can be recognised agreed to be shown, or nobody can be.",
    )

    def _report(self):
        return self.section_id.report_id

    @api.depends("event_id")
    def _compute_caption(self):
        for picture in self:
            picture.caption = picture.caption or picture.event_id.name
