from odoo import fields, models


class CiteslabFunderKind(models.Model):
    """Kind of funder, as the rules and the Cerfa tell them apart."""

    _name = "citeslab.funder.kind"
    _inherit = ["citeslab.nomenclature"]
    _description = "Kind of Funder"

    is_local = fields.Boolean(
        string="Local Authority",
        help="Municipality, group of municipalities, department or region: its "
        "contribution counts as local co-funding (CDC §5.2, §6.3).",
    )
    is_main = fields.Boolean(
        string="Main Funder", help="The funder whose request is worked out."
    )
    is_own = fields.Boolean(
        string="Own Funds", help="Fills what the others leave to fund."
    )
    is_pooled = fields.Boolean(
        string="Several Funders",
        help="A common pot, as a contrat de ville: split it among those who pay.",
    )
    account_id = fields.Many2one("citeslab.budget.account", string="Cerfa Account")
