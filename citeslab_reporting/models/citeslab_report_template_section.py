from odoo import fields, models

from .citeslab_report_section import SECTION_KINDS


class CiteslabReportTemplateSection(models.Model):
    """A chapter of the model, with the words to start from."""

    _name = "citeslab.report.template.section"
    _description = "Section of a Model"
    _order = "sequence, id"
    _rec_name = "title"

    template_id = fields.Many2one(
        "citeslab.report.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        SECTION_KINDS, string="Shows", required=True, default="text"
    )
    title = fields.Char(required=True, translate=True)
    body = fields.Html(string="Words to Start From", translate=True)

    def _values(self):
        """Values of these sections in a report.

        :rtype: list[dict]
        """
        return [
            {
                "sequence": part.sequence,
                "kind": part.kind,
                "title": part.title,
                "body": part.body,
            }
            for part in self
        ]
