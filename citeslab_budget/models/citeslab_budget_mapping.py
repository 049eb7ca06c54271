from odoo import api, fields, models

from ..figures.mapping import Mapping, Row


class CiteslabBudgetMapping(models.Model):
    """Accounts of the ledger that feed a line of annexe 2."""

    _name = "citeslab.budget.mapping"
    _description = "Mapping of Accounts"
    _order = "prefix, id"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    prefix = fields.Char(
        string="Account",
        required=True,
        help="First digits of the accounts, as 6251; the longest one wins.",
    )
    label_contains = fields.Char(
        help="Only the entries whose label holds these words, as CITESLAB: for a "
        "ledger where the action has no accounts of its own."
    )
    category_id = fields.Many2one(
        "citeslab.budget.category", string="Line", required=True, ondelete="restrict"
    )

    _prefix_unique = models.UniqueIndex(
        "(company_id, prefix, COALESCE(label_contains, ''))",
        "These accounts already feed a line: change that one.",
    )
    _prefix_digits = models.Constraint(
        "CHECK (prefix ~ '^[0-9A-Za-z]+$')",
        "An account is made of digits and letters, without spaces.",
    )

    @api.model
    def _index(self, company):
        """Mapping of a structure, for an import.

        :rtype: odoo.addons.citeslab_budget.figures.mapping.Mapping
        """
        rows = self.search([("company_id", "=", company.id)])
        return Mapping(
            Row(row.prefix, row.label_contains or "", row.category_id) for row in rows
        )
