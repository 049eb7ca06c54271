from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.citeslab_base.tools.text import quoted


class CiteslabExportColumn(models.Model):
    """One column of the national export: its code, its label, what it shows."""

    _name = "citeslab.export.column"
    _description = "Column of the National Export"
    _order = "section_id, sequence, id"

    section_id = fields.Many2one(
        "citeslab.export.section", required=True, index=True, ondelete="cascade"
    )
    code = fields.Char(required=True)
    name = fields.Char(string="Label", required=True, translate=True)
    source = fields.Char(
        required=True, help="What is written, as gender, age_band, residence."
    )
    show = fields.Selection(
        [("code", "Its code"), ("label", "Its label")], required=True, default="code"
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(section_id, code)", "This code is already used in this section."
    )
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[a-z][a-z0-9_]*$')",
        "A code is written in small letters, digits and underscores.",
    )

    @api.constrains("source", "section_id")
    def _check_source(self):
        """Only what the export knows to be without a name can be a column."""
        for column in self:
            known = self.env["citeslab.export"]._known(column.section_id.source)
            if column.source not in known:
                raise ValidationError(
                    self.env._(
                        "%(wanted)s is not known in the section %(section)s: write "
                        "one of %(known)s.",
                        wanted=quoted(column.source),
                        section=column.section_id.name,
                        known=", ".join(known),
                    )
                )
