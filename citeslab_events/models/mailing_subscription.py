from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MailingSubscription(models.Model):
    """A subscription belongs to the structure of its list."""

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
