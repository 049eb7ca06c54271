from odoo import models


class MailMessage(models.Model):
    """Messages follow the rights of their document; what points to them did not."""

    _name = "mail.message"
    _inherit = ["mail.message", "citeslab.about.porteur"]

    def export_data(self, fields_to_export):
        """The host lets an administrator export by number what he may not read."""
        self.check_access("read")
        return super().export_data(fields_to_export)
