from odoo import fields, models


class CiteslabRegisterImportProblem(models.TransientModel):
    """Cell of a register to mend before the import, on screen."""

    _name = "citeslab.register.import.problem"
    _description = "Problem in a Register"
    _order = "is_error desc, line, id"

    import_id = fields.Many2one(
        "citeslab.register.import", required=True, index=True, ondelete="cascade"
    )
    line = fields.Integer(readonly=True, aggregator=None)
    column = fields.Char(readonly=True)
    key = fields.Char(readonly=True)
    message = fields.Text(readonly=True)
    is_error = fields.Boolean(readonly=True)
    former_value = fields.Char(readonly=True)
    value = fields.Char(help="Type what the cell should hold, then check again.")
