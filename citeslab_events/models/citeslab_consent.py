from odoo import api, models


class CiteslabConsent(models.Model):
    """What a consent allows in events: a portrait shown, mails sent."""

    _inherit = "citeslab.consent"

    @api.model_create_multi
    def create(self, vals_list):
        consents = super().create(vals_list)
        mailing = consents._in_force().filtered(lambda row: row.purpose == "mailing")
        mailing._subject_subscriptions().write({"opt_out": False})
        return consents

    def _on_withdrawal(self):
        """Take the portraits down, leave every list of the structure."""
        result = super()._on_withdrawal()
        portraits = self.filtered(lambda row: row.purpose == "portrait")
        portraits.partner_id._take_portraits_down()
        mailing = self.filtered(lambda row: row.purpose == "mailing")
        mailing._subject_subscriptions().write({"opt_out": True})
        return result

    def _subject_subscriptions(self):
        """Subscriptions of these people, in the lists of their structure."""
        # sudo: the lists of the structure, whoever made them
        Subscription = self.env["mailing.subscription"].sudo()
        found = Subscription
        for consent in self:
            email = consent.partner_id.email_normalized
            if email:
                found |= Subscription.search(
                    [
                        ("company_id", "=", consent.company_id.id),
                        ("contact_id.email_normalized", "=", email),
                    ]
                )
        return found
