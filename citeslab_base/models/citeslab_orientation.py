from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .selections import (
    ANSWER_ORIGIN,
    ANSWERED_STATES,
    LAST_NEWS,
    ORIENTATION_FAMILY,
    ORIENTATION_NEWS,
    ORIENTATION_STATE,
)

REMINDERS = (
    "orientation_reminder_1",
    "orientation_reminder_2",
    "orientation_reminder_3",
)
# What partners tell later, and what is sent to them: free in a closed period, where
# the orientation itself stays as it is.
FREE_AFTERWARDS = {
    "answer_date",
    "answer_origin",
    "asked_date",
    "call_by",
    "caller",
    "contact_id",
    "message",
    "news",
    "news_asked_date",
    "news_date",
    "reason_id",
    "reminder_count",
    "withdrawn_date",
}
# Typed by the partner on the page of the link, besides the answer itself.
CALLER_LENGTH = 100
COMMENT_LENGTH = 2000


class CiteslabOrientation(models.Model):
    """Hand-over of a person to an organisation or a programme (CDC §2).

    The partner answers by a link sent by mail, or the chef notes what was said on
    the phone: both count the same (CDC §4.3).
    """

    _name = "citeslab.orientation"
    _inherit = ["citeslab.parcours.child"]
    _description = "Orientation"

    family = fields.Selection(ORIENTATION_FAMILY, required=True)
    organization_id = fields.Many2one(
        "res.partner",
        string="Organisation",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('organization_kind', '!=', False)]",
        check_company=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact of the Partner",
        ondelete="set null",
        domain="[('parent_id', '=', organization_id)]",
        check_company=True,
        help="Who calls the person, and receives the mail.",
    )
    promotion_id = fields.Many2one(
        "citeslab.program.promotion",
        string="Programme",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    is_first = fields.Boolean(
        string="After the First RDV",
        readonly=True,
        copy=False,
        help="Decided after the person's first RDV ever in the structure, "
        "before the second one. Follows from the dates.",
    )
    message = fields.Text(
        string="Word to the Partner",
        help="Shown to the partner beside the name, the phone and the project.",
    )
    call_by = fields.Date(
        string="Call Expected By",
        copy=False,
        help="Day before which the partner calls the person, who is told so.",
    )
    caller = fields.Char(
        string="Who Calls", copy=False, help="As the partner says when accepting."
    )
    state = fields.Selection(
        ORIENTATION_STATE, required=True, default="sent", copy=False
    )
    answer_date = fields.Date(copy=False)
    answer_origin = fields.Selection(
        ANSWER_ORIGIN, string="Answered By", readonly=True, copy=False
    )
    reason_id = fields.Many2one(
        "citeslab.orientation.reason", string="Reason", ondelete="restrict", copy=False
    )
    news = fields.Selection(ORIENTATION_NEWS, string="News of the Project", copy=False)
    news_date = fields.Date(string="News of", copy=False)
    feedback = fields.Text(
        copy=False, help="What became of the project, as the partner says."
    )
    asked_date = fields.Date(
        string="Sent by Mail On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Day on which the partner first received a link to answer.",
    )
    reminder_count = fields.Integer(string="Reminders", readonly=True, copy=False)
    news_asked_date = fields.Date(string="News Asked On", readonly=True, copy=False)
    withdrawn_date = fields.Date(
        string="Agreement Withdrawn On",
        readonly=True,
        copy=False,
        help="From this day on the partner sees nothing more of the person, and "
        "owes no answer.",
    )
    link_ids = fields.One2many("citeslab.orientation.link", "orientation_id")
    has_agreement = fields.Boolean(
        string="Agreement to Share", compute="_compute_has_agreement"
    )

    _company_date_idx = models.Index("(company_id, date)")

    @api.depends("organization_id", "partner_id.consent_ids.withdrawn_date")
    def _compute_has_agreement(self):
        for orientation in self:
            orientation.has_agreement = orientation._is_agreed()

    @api.onchange("promotion_id")
    def _onchange_promotion(self):
        """A programme tells who runs it; nothing else proposes an organisation."""
        runner = self.promotion_id.program_id.organization_id
        if runner and not self.organization_id:
            self.organization_id = runner

    @api.onchange("organization_id")
    def _onchange_organization(self):
        if self.contact_id.parent_id != self.organization_id:
            self.contact_id = False

    @api.constrains("contact_id", "organization_id")
    def _check_contact(self):
        for orientation in self.filtered("contact_id"):
            if orientation.contact_id.parent_id != orientation.organization_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not work at %(organization)s: choose one "
                        "of its contacts.",
                        contact=orientation.contact_id.name,
                        organization=orientation.organization_id.name or "…",
                    )
                )

    def write(self, vals):
        vals = dict(vals)
        today = fields.Date.context_today(self)
        if vals.get("state") in ANSWERED_STATES:
            vals.setdefault("answer_origin", "structure")
            if "answer_date" not in vals:
                unknown = self.filtered(lambda row: not row.answer_date)
                super(CiteslabOrientation, unknown).write({"answer_date": today})
        elif vals.get("state") == "sent":
            vals.update(answer_origin=False)
            vals.setdefault("answer_date", False)
        if (vals.get("news") or vals.get("feedback")) and "news_date" not in vals:
            vals["news_date"] = today
        result = super().write(vals)
        if vals.get("state") in ANSWERED_STATES:
            self._revoke_links("answer")
        if "organization_id" in vals:
            self._revoke_links()
        return result

    @api.model
    def _guarded_fields(self, names):
        """An answer is a new fact, even to an orientation of a closed period.

        A first one is always taken in; changing it needs the leave of a manager.
        """
        free = set(FREE_AFTERWARDS)
        if not any(row.state in ANSWERED_STATES for row in self):
            free.add("state")
        return super()._guarded_fields(names) - free

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
            orientation._ask("answer", "citeslab_base.mail_template_orientation")
            orientation._tell_porteur()

    def action_ask_news(self):
        """Send the partner a link to say what became of the project."""
        for orientation in self:
            orientation._check_may_be_sent()
            orientation._ask("news", "citeslab_base.mail_template_orientation_news")

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
        if not self._recipient().email:
            raise UserError(
                self.env._(
                    "%(organization)s has no e-mail address: complete its form, or "
                    "choose one of its contacts who has one.",
                    organization=self.organization_id.name,
                )
            )
        if not self._is_agreed():
            raise UserError(
                self.env._(
                    "%(reference)s: nothing leaves before the person agrees to be "
                    "put in touch with %(organization)s. Record the agreement first.",
                    reference=self.parcours_id.reference,
                    organization=self.organization_id.name,
                )
            )

    def _is_agreed(self):
        """Whether the person agrees that this organisation is told of him."""
        self.ensure_one()
        return bool(self.organization_id) and self.partner_id._has_consent(
            "share", self.organization_id
        )

    def _recipient(self):
        return self.contact_id.filtered("email") or self.organization_id

    def _ask(self, purpose, template_xmlid):
        """Send one link. What was sent earlier stays good until it expires."""
        today = fields.Date.context_today(self)
        recipient = self._recipient()
        url = self.env["citeslab.orientation.link"]._issue(self, purpose, recipient)
        if purpose == "news":
            self.news_asked_date = today
        else:
            days = self._days("orientation_call_days")
            self.write(
                {
                    "asked_date": self.asked_date or today,
                    "withdrawn_date": False,
                    "call_by": self.call_by or days and today + timedelta(days=days),
                }
            )
        self._send_mail(template_xmlid, recipient, citeslab_url=url)

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
        """The chef who follows the person."""
        return self.parcours_id.user_id or self.create_uid

    def _tell_porteur(self):
        """Tell the person who calls and by when; without a mail, ask the chef to."""
        for orientation in self:
            if orientation.partner_id.email:
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
        self.write({**values, "answer_origin": "partner"})
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

    # ------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------

    @api.model
    def _cron_remind(self):
        """Remind the partners who owe an answer, then call it *sans réponse*.

        One mail at most per orientation and run, whatever the days without a run.
        """
        waiting = self.search(
            [
                ("state", "=", "sent"),
                ("asked_date", "!=", False),
                ("withdrawn_date", "=", False),
            ]
        )
        accepted = self.search(
            [
                ("state", "=", "accepted"),
                ("asked_date", "!=", False),
                ("withdrawn_date", "=", False),
                ("news", "not in", LAST_NEWS),
            ]
        )
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(waiting) + len(accepted))
        for orientation in waiting:
            orientation._remind()
            Cron._commit_progress(1)
        for orientation in accepted:
            orientation._remind_news()
            Cron._commit_progress(1)

    def _remind(self):
        today = fields.Date.context_today(self)
        silence = (today - self.asked_date).days
        if not self._is_agreed():
            return self._stop_sharing()
        due = [code for code in REMINDERS if 0 < self._days(code) <= silence]
        limit = self._days("orientation_silent_days")
        if limit and silence >= limit and self.reminder_count >= len(due):
            return self._give_up()
        if len(due) > self.reminder_count and self._recipient().email:
            self.reminder_count = len(due)
            self._ask("answer", "citeslab_base.mail_template_orientation_reminder")
        return None

    def _give_up(self):
        """Nobody answered: it is told, and counted, as *sans réponse*."""
        self.state = "no_answer"
        self._schedule(
            "mail.mail_activity_data_call",
            self.env._(
                "%(organization)s does not answer: call, or orient to somebody else",
                organization=self.organization_id.name,
            ),
        )

    def _remind_news(self):
        today = fields.Date.context_today(self)
        if not self._is_agreed():
            return self._stop_sharing()
        accepted = self.answer_date or self.asked_date
        last = max(filter(None, (accepted, self.news_asked_date, self.news_date)))
        every = self._days("orientation_news_days")
        is_over = (today - accepted).days > self._days("orientation_news_until")
        if every and not is_over and (today - last).days >= every:
            if self._recipient().email:
                self._ask("news", "citeslab_base.mail_template_orientation_news")
        return None
