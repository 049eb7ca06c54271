from odoo import api, fields, models
from odoo.exceptions import ValidationError


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


class MailingSubscription(models.Model):
    _inherit = "mailing.subscription"

    company_id = fields.Many2one(
        related="list_id.company_id", string="Structure", store=True, index=True
    )

    @api.constrains("contact_id", "list_id")
    def _check_structure(self):
        for row in self.sudo():
            if row.contact_id.company_id != row.list_id.company_id:
                raise ValidationError(
                    self.env._(
                        "A contact and its list belong to the same structure: make "
                        "a contact of the structure of “%(list)s”.",
                        list=row.list_id.name,
                    )
                )
