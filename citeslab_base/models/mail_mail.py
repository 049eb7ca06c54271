from odoo import models

from .citeslab_orientation_link import ADDRESS


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """A mail of an orientation that does not leave is told to the chef.

        It is deleted like those which left: a link is kept nowhere, and a new one is
        sent once the address or the server is mended.
        """
        failed = self.browse()
        if failure_type:
            failed = self.filtered(lambda mail: mail.model == "citeslab.orientation")
        for mail in failed:
            orientation = self.env["citeslab.orientation"].browse(mail.res_id)
            is_link = f"{ADDRESS}/" in (mail.body_html or "")
            orientation.exists()._tell_mail_failed(is_link)
        result = super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )
        failed.exists().filtered("auto_delete").unlink()
        return result
