from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.dates import local_date
from .selections import ANSWERED_STATES


# Apart from what an orientation is: what is written to the partner, and answered.
class CiteslabOrientation(models.Model):
    """An orientation told to the partner, with the agreement of the person."""

    _inherit = "citeslab.orientation"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------
    # Asking the partner
    # ------------------------------------------------------------

    def action_send(self):
        """Send the partner a link to accept or refuse, and tell the person.

        :raise UserError: when something is missing, the agreement of the person
            first: nothing personal leaves before it
        """
        for orientation in self:
            orientation._check_may_be_sent()
            if orientation.state in ANSWERED_STATES:
                raise UserError(
                    self.env._(
                        "%(organization)s already answered: nothing is left to ask.",
                        organization=orientation.organization_id.name,
                    )
                )
            orientation._ask("answer", "citeslab_base.mail_template_orientation")
            orientation._tell_porteur()

    def action_ask_news(self):
        """Send the partner a link to say what became of the project."""
        for orientation in self:
            orientation._check_may_be_sent()
            if orientation.state != "accepted":
                raise UserError(
                    self.env._(
                        "News are asked of who accepted: %(organization)s did not.",
                        organization=orientation.organization_id.name,
                    )
                )
            orientation._ask_news()

    def action_tell_person(self):
        """Tell the person who calls, after an answer that was heard on the phone.

        :return: notification of what was done
        :rtype: dict
        :raise UserError: when the person did not agree to be called
        """
        self.ensure_one()
        self.check_access("write")
        if not self._is_agreed():
            self._refuse_without_agreement()
        self._tell_porteur()
        if self.partner_id.email_normalized:
            message = self.env._("A mail tells the person who calls, and by when.")
        else:
            message = self.env._(
                "No e-mail address: a call to make was added to the activities."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message},
        }

    def action_record_agreement(self):
        """Open a new consent: the person agrees that this organisation is told.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Agreement to Share"),
            "res_model": "citeslab.consent",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_partner_id": self.partner_id.id,
                "default_purpose": "share",
                "default_organization_id": self.organization_id.id,
            },
        }

    def _check_may_be_sent(self):
        self.ensure_one()
        self.check_access("write")
        if not self.organization_id:
            raise UserError(
                self.env._("To whom? Choose the organisation before sending.")
            )
        if not self.organization_id.active:
            raise UserError(
                self.env._(
                    "%(organization)s is archived: nothing is sent to it any more.",
                    organization=self.organization_id.name,
                )
            )
        recipient = self._recipient()
        if not recipient.email:
            raise UserError(
                self.env._(
                    "%(organization)s has no e-mail address: complete its form, or "
                    "choose one of its contacts who has one.",
                    organization=self.organization_id.name,
                )
            )
        if not recipient.email_normalized:
            raise UserError(
                self.env._(
                    "“%(address)s” is no e-mail address: correct it on the form of "
                    "%(organization)s.",
                    address=recipient.email,
                    organization=recipient.name,
                )
            )
        if not self._is_agreed():
            self._refuse_without_agreement()

    def _refuse_without_agreement(self):
        raise UserError(
            self.env._(
                "%(reference)s: nothing leaves before the person agrees to be "
                "put in touch with %(organization)s. Record the agreement first.",
                reference=self.parcours_id.reference,
                organization=self.organization_id.name or "…",
            )
        )

    def _is_agreed(self):
        """Whether the person agrees that this organisation is told of him."""
        self.ensure_one()
        return bool(self.organization_id) and self.partner_id._has_consent(
            "share", self.organization_id
        )

    def _recipient(self):
        contact = self.contact_id.filtered(lambda one: one.active and one.email)
        return contact or self.organization_id

    def _is_reachable(self):
        """Whether a mail may leave: the organisation is there and has an address."""
        self.ensure_one()
        return self.organization_id.active and bool(self._recipient().email_normalized)

    def _today(self):
        """The day it is in the structure: a partner and a cron have no timezone."""
        self.ensure_one()
        return local_date(fields.Datetime.now(), self.company_id)

    def _ask(self, purpose, template_xmlid):
        """Send one link. What was sent earlier stays good until it expires."""
        today = self._today()
        recipient = self._recipient()
        url = self.env["citeslab.orientation.link"]._issue(self, purpose, recipient)
        if purpose == "answer":
            if self.withdrawn_date:  # agreed anew: the days count from today
                self.write({"asked_date": False, "reminder_count": 0})
            days = self._days("orientation_call_days")
            announced = self.call_by and self.call_by >= today and self.call_by
            self.write(
                {
                    "asked_date": self.asked_date or today,
                    "reminded_date": today,
                    "withdrawn_date": False,
                    "call_by": announced or days and today + timedelta(days=days),
                }
            )
        self._send_mail(template_xmlid, recipient, citeslab_url=url)

    def _ask_news(self):
        self.write({"news_asked_date": self._today(), "news_reminder_count": 0})
        self._ask("news", "citeslab_base.mail_template_orientation_news")

    def _send_mail(self, template_xmlid, recipient, **context):
        """Mail written after the commit: a link never outlives a refused change.

        It leaves no copy behind: the link in it is stored as a fingerprint only.
        """
        # sudo: a template reads the structure, and a cron or a partner sends it too
        template = self.env.ref(template_xmlid).sudo().with_context(**context)
        mail_id = template.send_mail(
            self.id,
            email_values={
                "recipient_ids": [],
                "email_to": recipient.email_formatted,
                "reply_to": self._referent().email_formatted
                or self.company_id.email_formatted,
            },
        )
        self.env["mail.mail"].sudo().browse(mail_id).send_after_commit()

    def _referent(self):
        """The chef who follows the person, or another of the structure once he left.

        :return: one user, or none
        """
        self.ensure_one()
        # sudo: who left the structure is not read by those who stay
        orientation = self.sudo()
        company = orientation.company_id
        for user in (orientation.parcours_id.user_id, orientation.create_uid):
            if user.active and company in user.company_ids:
                return user.sudo(self.env.su)
        chefs = self.env.ref("citeslab_base.group_chef")
        return orientation.env["res.users"].search(
            [("all_group_ids", "in", chefs.ids), ("company_ids", "in", company.ids)],
            order="id",
            limit=1,
        )

    def _tell_porteur(self):
        """Tell the person who calls and by when; without a mail, ask the chef to."""
        for orientation in self:
            if orientation.partner_id.email_normalized:
                orientation._send_mail(
                    "citeslab_base.mail_template_orientation_told",
                    orientation.partner_id,
                )
            else:
                orientation._schedule(
                    "mail.mail_activity_data_call",
                    self.env._(
                        "Tell the person: %(organization)s calls by %(day)s",
                        organization=orientation.organization_id.name,
                        day=orientation._label_of_day(orientation.call_by),
                    ),
                )

    def _label_of_day(self, day):
        return day and self.env["ir.qweb.field.date"].value_to_html(
            day, {"format": "d MMMM y"}
        )

    def _schedule(self, kind, summary):
        """Put something to do on the list of the référent."""
        self.parcours_id.activity_schedule(
            kind, summary=summary, user_id=(self._referent() or self.env.user).id
        )

    def _tell_mail_failed(self, is_link):
        """A mail did not leave: the chef is told, since the partner cannot be.

        :param bool is_link: whether it was for the partner, else for the person
        """
        for orientation in self:
            if is_link:
                summary = self.env._(
                    "The mail to %(organization)s did not leave: check the address, "
                    "then send again",
                    organization=orientation.organization_id.name,
                )
            else:
                summary = self.env._(
                    "The mail to the person did not leave: %(organization)s calls by "
                    "%(day)s",
                    organization=orientation.organization_id.name,
                    day=orientation._label_of_day(orientation.call_by) or "…",
                )
            orientation._schedule("mail.mail_activity_data_call", summary)

    def _days(self, code):
        """A number of days of the scheme, read at the day of the sending."""
        Parameter = self.env["citeslab.parameter"]
        day = self.asked_date or fields.Date.context_today(self)
        return int(Parameter._value_at(code, day) or 0)

    # ------------------------------------------------------------
    # The partner's answer
    # ------------------------------------------------------------

    def _record_answer(self, values):
        """Note what the partner answers through a link, and tell whom it concerns.

        :param dict values: ``state``, and ``reason_id`` or ``caller`` and
            ``call_by``, already checked
        """
        self.ensure_one()
        self.write({**values, "answer_origin": "partner", "answer_date": self._today()})
        if self.state == "accepted":
            self._post(self.env._("accepts to accompany the person."))
            self._tell_porteur()
            return
        self._post(self.env._("cannot accompany the person: %s", self.reason_id.name))
        self._schedule(
            "mail.mail_activity_data_todo",
            self.env._(
                "%(organization)s refuses: orient to somebody else",
                organization=self.organization_id.name,
            ),
        )

    def _record_news(self, values):
        """Note what became of the project, as the partner says through a link.

        :param dict values: ``news`` and ``feedback``, already checked
        """
        self.ensure_one()
        self.write(values)
        label = dict(self._fields["news"]._description_selection(self.env))[self.news]
        self._post(self.env._("gives news: %s", label))

    def _post(self, text):
        """Line in the story of the parcours, told by the partner."""
        self.parcours_id._message_log(
            body=Markup("<strong>%s</strong> %s") % (self.organization_id.name, text),
            author_id=self.organization_id.id,
        )

    def _revoke_links(self, purpose=None):
        """Make the links sent so far worthless.

        :param str | None purpose: only those of one purpose
        """
        live = self.sudo().link_ids.filtered(
            lambda link: not link.used_at
            and not link.revoked_at
            and (not purpose or link.purpose == purpose)
        )
        live.write({"revoked_at": fields.Datetime.now()})

    def _stop_sharing(self):
        """The person withdraws the agreement, or is forgotten: links die at once."""
        self._revoke_links()
        asked = self.filtered(lambda row: row.asked_date and not row.withdrawn_date)
        asked.write({"withdrawn_date": fields.Date.context_today(self)})
        return asked

    def _tell_withdrawal(self):
        """The partner already knows the person: somebody has to say that it stops."""
        for orientation in self.filtered(lambda row: row.state != "refused"):
            orientation._schedule(
                "mail.mail_activity_data_call",
                self.env._(
                    "Tell %(organization)s that the person withdrew the agreement",
                    organization=orientation.organization_id.name,
                ),
            )
