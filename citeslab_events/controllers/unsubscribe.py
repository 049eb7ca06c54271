from odoo.http import request

from odoo.addons.mass_mailing.controllers.main import MassMailController


class Unsubscribe(MassMailController):
    """Leaving a mail of ours leaves its subject, not everything."""

    def _mailing_unsubscribe_from_document(
        self, mailing, document_id, email, hash_token
    ):
        if not mailing.citeslab_list_id:
            return super()._mailing_unsubscribe_from_document(
                mailing, document_id, email, hash_token
            )
        mailing._leave_subject_list(email)
        values = self._prepare_mailing_subscription_values(
            mailing, document_id, email, hash_token
        )
        values.update(
            last_action="subscription_updated",
            unsubscribed_name=request.env._(
                "You will not get these mails any more: %(name)s.",
                name=mailing.citeslab_list_id.name,
            ),
        )
        return request.render("mass_mailing.page_mailing_unsubscribe", values)
