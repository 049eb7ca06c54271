from odoo import api, fields, models


class MailingContact(models.Model):
    """A contact of one structure never enters the lists of another."""

    _inherit = "mailing.contact"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        default=lambda self: self.env["mailing.list"]._default_structure(),
    )

    @api.constrains("company_id", "list_ids", "subscription_ids")
    def _check_lists(self):
        # written as many2many, rows of the link do not pass by their own model
        self.env["mailing.subscription"].sudo().search(
            [("contact_id", "in", self.ids)]
        )._check_structure()
