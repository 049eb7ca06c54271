from odoo import models


class MailScheduledMessage(models.Model):
    """The host filters a search by the document, not a row read by its number."""

    _name = "mail.scheduled.message"
    _inherit = ["mail.scheduled.message", "citeslab.about.porteur"]
