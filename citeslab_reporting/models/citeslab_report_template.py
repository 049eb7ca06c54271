from odoo import fields, models


class CiteslabReportTemplate(models.Model):
    """Model of a report: which sections, in which order, for which funder.

    A funder may ask for its own commune or quartiers only.
    """

    _name = "citeslab.report.template"
    _description = "Model of a Report"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        default=lambda self: not self.env.su and self.env.company,
        help="Empty for a model of every structure.",
    )
    funder_id = fields.Many2one(
        "citeslab.funder", string="For", check_company=True, ondelete="restrict"
    )
    neighborhood_ids = fields.Many2many(
        "citeslab.neighborhood",
        "citeslab_report_template_neighborhood_rel",
        "template_id",
        "neighborhood_id",
        string="Only these Quartiers",
    )
    communes = fields.Char(
        string="Only these Communes", help="Names of cities, with commas."
    )
    section_ids = fields.One2many(
        "citeslab.report.template.section", "template_id", copy=True
    )
