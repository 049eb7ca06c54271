from odoo import api, fields, models
from odoo.tools import email_normalize


class MailingList(models.Model):
    """A list of one structure, closed to the others; without one, the host's."""

    _inherit = "mailing.list"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        default=lambda self: self._default_structure(),
    )
    citeslab_purpose = fields.Char(
        help="Mails of this purpose take this list as their subject."
    )

    @api.model
    def _default_structure(self):
        """The current company for our roles; nothing for the host's users."""
        has_role = self.env.user.has_group("citeslab_base.group_volunteer")
        return self.env.company if has_role else self.env["res.company"]

    @api.model
    def _subject_list(self, company, purpose):
        """The list that tells who left the mails of a purpose, made on first use.

        :param company: structure
        :param str purpose: code of ``mailing_mailing.PURPOSE``
        :rtype: models.Model
        """
        # Reminders and thanks belong to the registration, as invitations do.
        code = purpose if purpose in ("newsletter", "calendar") else "events"
        found = self.search(
            [("company_id", "=", company.id), ("citeslab_purpose", "=", code)], limit=1
        )
        names = {
            "newsletter": self.env._("CitésLab newsletter"),
            "calendar": self.env._("CitésLab quarterly calendar"),
            "events": self.env._("CitésLab events"),
        }
        return found or self.create(
            {
                "name": names[code],
                "company_id": company.id,
                "citeslab_purpose": code,
                "is_public": False,
            }
        )

    def _contacts_of(self, email):
        """Contacts of an address in this list; one is made for somebody new to it.

        :param str email: address
        :rtype: models.Model
        """
        self.ensure_one()
        address = email_normalize(email)
        Contact = self.env["mailing.contact"].with_context(active_test=False)
        contacts = Contact.search(
            [("email_normalized", "=", address), ("list_ids", "in", self.ids)]
        )
        return contacts or Contact.create(
            {
                "email": email,
                "name": email,
                "company_id": self.company_id.id,
                "subscription_ids": [fields.Command.create({"list_id": self.id})],
            }
        )
