from odoo import models


class MailNotification(models.Model):
    """Whom a message was sent to, told to those who may know him."""

    _inherit = "mail.notification"

    def _filtered_for_web_client(self):
        """Leave out the porteurs that the reader does not see.

        The host reads the names of the recipients as superuser: an address or a number
        typed under a message would give the name back.
        """
        shown = super()._filtered_for_web_client()
        hidden = shown.res_partner_id.filtered("is_hidden_porteur")
        unseen = hidden - hidden._seen_by_reader()
        if not unseen:
            return shown
        return shown.filtered(lambda row: row.res_partner_id not in unseen)
