from odoo import fields, models


class CiteslabRegion(models.Model):
    """Region or department, by its national code."""

    _name = "citeslab.region"
    _description = "Region"
    _order = "kind desc, name, id"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True, help="INSEE code, as 53 or 29.")
    name = fields.Char(required=True)
    kind = fields.Selection(
        [("region", "Region"), ("department", "Department")], required=True
    )
    parent_id = fields.Many2one(
        "citeslab.region",
        string="Region",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('kind', '=', 'region')]",
    )

    _code_unique = models.UniqueIndex(
        "(kind, code)", "This region or department is already in the list."
    )
    _parent_of_department = models.Constraint(
        "CHECK ((kind = 'department') = (parent_id IS NOT NULL))",
        "A department lies in a region, a region in none.",
    )
