import json

from odoo import api, fields, models

from .citeslab_indicator import KINDS

ROLE = "citeslab_base.group_chef"


class CiteslabReportLine(models.Model):
    """One figure of a frozen report, or one of its rows, and what it counted.

    Written once, when the report is submitted: nothing creates, changes or deletes
    a line afterwards.
    """

    _name = "citeslab.report.line"
    _description = "Figure of a Report"
    _order = "report_id, sequence, id"
    _rec_name = "label"

    report_id = fields.Many2one(
        "citeslab.report", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", string="Structure", required=True, index=True
    )
    sequence = fields.Integer()
    code = fields.Char(required=True, index=True)
    item_code = fields.Char(string="Row", help="Empty for the total of the figure.")
    label = fields.Char(required=True)
    section = fields.Char()
    kind = fields.Selection(KINDS, required=True)
    status = fields.Selection(
        [
            ("ok", "Counted"),
            ("declared", "Typed"),
            ("not_registered", "Not registered"),
        ],
        required=True,
    )
    has_value = fields.Boolean(help="No: the figure is unknown, which is not zero.")
    value = fields.Float(digits=(16, 2), aggregator=None)
    has_previous = fields.Boolean()
    previous = fields.Float(digits=(16, 2), aggregator=None)
    percent = fields.Integer(aggregator=None)
    definition = fields.Text(help="How it was counted, in the words of that day.")
    spec = fields.Text(help="How it was counted, as the engine read it (JSON).")
    records = fields.Text(
        groups=ROLE, help="What it counted: model, id and part in the figure (JSON)."
    )
    record_count = fields.Integer(string="Records Counted", aggregator=None)

    @api.model_create_multi
    def create(self, vals_list):
        reports = self.env["citeslab.report"].browse(
            [vals.get("report_id") for vals in vals_list]
        )
        reports._refuse_if_frozen()
        return super().create(vals_list)

    def write(self, vals):
        self.sudo().report_id._refuse_if_frozen()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self.sudo().report_id._refuse_if_frozen()

    def _counted(self):
        """What the line counted when it was frozen.

        :return: ``{(model, id): part}``
        """
        self.ensure_one()
        return {
            (model, record_id): part
            for model, record_id, part in json.loads(self.records or "[]")
        }
