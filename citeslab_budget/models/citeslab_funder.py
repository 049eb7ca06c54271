from odoo import fields, models


class CiteslabFunder(models.Model):
    """Financeur: who pays for the action, and whose logo every document shows."""

    _name = "citeslab.funder"
    _description = "Funder"
    _check_company_auto = True
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        default=lambda self: self.env.company,
        help="Empty for a funder of all structures.",
    )
    kind_id = fields.Many2one(
        "citeslab.funder.kind",
        string="Kind",
        required=True,
        ondelete="restrict",
        tracking=True,
    )
    is_local = fields.Boolean(related="kind_id.is_local")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", check_company=True, ondelete="restrict"
    )
    logo = fields.Image(
        max_width=1024,
        max_height=512,
        help="Shown on every document that is produced (CDC §6.7).",
    )
    convention_ids = fields.One2many("citeslab.convention", "funder_id")

    def _logo_warning(self):
        """Sentence that names the funders without a logo, or ``False`` (G9)."""
        lacking = self.filtered(
            lambda funder: not funder.logo and not funder.kind_id.is_own
        )
        if not lacking:
            return False
        return self.env._(
            "No logo for %(funders)s: the scheme wants the support of each funder to "
            "be shown (CDC §6.7). Add it on the funder, then print again.",
            funders=", ".join(lacking.mapped("name")),
        )
