from odoo import api, fields, models


class CiteslabExportSection(models.Model):
    """One section of the national export: a list of columns that the network sets."""

    _name = "citeslab.export.section"
    _description = "Section of the National Export"
    _order = "sequence, id"

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True, translate=True)
    source = fields.Selection(
        [
            ("indicators", "Indicators"),
            ("actions", "Actions and Events"),
            ("territory", "Territory"),
            ("budget", "Budget"),
            ("people", "People, without Name"),
        ],
        required=True,
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    column_ids = fields.One2many("citeslab.export.column", "section_id")

    _code_unique = models.UniqueIndex("(code)", "This code is already used.")
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[a-z][a-z0-9_]*$')",
        "A code is written in small letters, digits and underscores.",
    )

    @api.constrains("source")
    def _check_source(self):
        """Its columns, archived ones too, are of its source."""
        self.with_context(active_test=False).column_ids._check_source()
