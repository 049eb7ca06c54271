import logging
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.dates import local_date
from .selections import (
    ANSWER_ORIGIN,
    ANSWERED_STATES,
    LAST_NEWS,
    ORIENTATION_FAMILY,
    ORIENTATION_NEWS,
    ORIENTATION_STATE,
)

_logger = logging.getLogger(__name__)

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
    "news_reminder_count",
    "reason_id",
    "reminded_date",
    "reminder_count",
    "withdrawn_date",
}
# Chosen with each person: prescription libre (CDC §2).
FREE_CHOICE = ("organization_id", "promotion_id", "contact_id")
# A person is in such a promotion, or may still be.
OPEN_STATES = ("sent", "accepted")
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
    reminded_date = fields.Date(string="Last Mail On", readonly=True, copy=False)
    news_asked_date = fields.Date(string="News Asked On", readonly=True, copy=False)
    news_reminder_count = fields.Integer(readonly=True, copy=False)
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

    promotion_warning = fields.Char(compute="_compute_promotion_warning")

    _company_date_idx = models.Index("(company_id, date)")

    @api.model
    def default_get(self, fields_list):
        """Prescription libre: whatever the context or the action says, nobody is
        proposed before the others.
        """
        values = super().default_get(fields_list)
        return {key: values[key] for key in values if key not in FREE_CHOICE}

    @api.depends("organization_id", "partner_id.consent_ids.withdrawn_date")
    def _compute_has_agreement(self):
        for orientation in self:
            orientation.has_agreement = orientation._is_agreed()

    @api.depends("promotion_id", "date", "state")
    def _compute_promotion_warning(self):
        """What the chef should know before sending to a promotion: it may be over."""
        for orientation in self:
            promotion = orientation.promotion_id
            taken = promotion.accepted_count
            if not promotion or orientation.state == "accepted":
                warning = False
            elif promotion.date_end and promotion.date_end < orientation.date:
                warning = self.env._(
                    "%(promotion)s is over since %(day)s.",
                    promotion=promotion.display_name,
                    day=orientation._label_of_day(promotion.date_end),
                )
            elif promotion.seats and taken >= promotion.seats:
                warning = self.env._(
                    "%(promotion)s is full: %(taken)s accepted for %(seats)s seats.",
                    promotion=promotion.display_name,
                    taken=taken,
                    seats=promotion.seats,
                )
            else:
                warning = False
            orientation.promotion_warning = warning

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

    @api.constrains("promotion_id", "parcours_id")
    def _check_once_a_promotion(self):
        """A person counts once in the table of the programmes."""
        for orientation in self.filtered("promotion_id"):
            if orientation.state not in OPEN_STATES:
                continue
            twin = self.search(
                [
                    ("id", "!=", orientation.id),
                    ("partner_id", "=", orientation.partner_id.id),
                    ("promotion_id", "=", orientation.promotion_id.id),
                    ("state", "in", OPEN_STATES),
                ],
                limit=1,
            )
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(reference)s is already oriented to %(promotion)s, on "
                        "%(day)s: open that orientation instead.",
                        reference=orientation.parcours_id.reference,
                        promotion=orientation.promotion_id.display_name,
                        day=orientation._label_of_day(twin.date),
                    )
                )

    def write(self, vals):
        vals = dict(vals)
        today = fields.Date.context_today(self)
        overruled = self._overruled_by(vals)
        moved = self.filtered(
            lambda row: "organization_id" in vals
            and row.organization_id.id != vals["organization_id"]
        )
        if vals.get("state") in ANSWERED_STATES:
            vals.setdefault("answer_origin", "structure")
            if "answer_date" not in vals:
                unknown = self.filtered(lambda row: not row.answer_date)
                super(CiteslabOrientation, unknown).write({"answer_date": today})
        elif vals.get("state") == "sent":
            vals.update(answer_origin=False)
            vals.setdefault("answer_date", False)
        if vals.get("state", "refused") != "refused":
            vals.setdefault("reason_id", False)
        if (vals.get("news") or vals.get("feedback")) and "news_date" not in vals:
            vals["news_date"] = today
        result = super().write(vals)
        if vals.get("state") in ANSWERED_STATES:
            self._revoke_links("answer")
        if vals.get("state", "accepted") != "accepted":
            self._revoke_links("news")
        moved._start_anew(vals)
        for orientation, former in overruled:
            orientation._log_overruled(former)
        return result

    def _overruled_by(self, vals):
        """Answers given by a link that the structure is about to change.

        :return: pairs of an orientation and its state before
        :rtype: list[tuple]
        """
        if "state" not in vals or vals.get("answer_origin") == "partner":
            return []
        return [
            (row, row.state)
            for row in self
            if row.answer_origin == "partner" and row.state != vals["state"]
        ]

    def _log_overruled(self, former):
        """What a partner answered stays told in the story, whoever changes it."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        self.parcours_id._message_log(
            body=self.env._(
                "The answer of %(organization)s by the link, “%(former)s”, is changed "
                "to “%(state)s”.",
                organization=self.organization_id.name or "",
                former=labels[former],
                state=labels[self.state],
            )
        )

    def _start_anew(self, vals):
        """Another organisation was chosen: it was asked nothing yet."""
        self._revoke_links()
        unanswered = self.filtered(lambda row: row.state not in ANSWERED_STATES)
        if unanswered:
            unanswered.write(
                {
                    "state": "sent",
                    "asked_date": False,
                    "call_by": vals.get("call_by", False),
                    "reminded_date": False,
                    "reminder_count": 0,
                    "withdrawn_date": False,
                }
            )

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
            orientation._one_by_one(orientation._remind)
            Cron._commit_progress(1)
        for orientation in accepted:
            orientation._one_by_one(orientation._remind_news)
            Cron._commit_progress(1)

    def _one_by_one(self, step):
        """Run a step of one orientation: its trouble is not that of the others."""
        try:
            with self.env.cr.savepoint():
                step()
        except Exception:
            _logger.exception("Reminder of orientation %s", self.id)

    def _remind(self):
        today = self._today()
        silence = (today - self.asked_date).days
        quiet = (today - (self.reminded_date or self.asked_date)).days
        if not self._is_agreed():
            return self._stop_sharing()
        # steps[n] is the day of the n-th reminder: after days without a run, as much
        # time passes between two mails as the scheme wants
        steps = [0, *(days for days in map(self._days, REMINDERS) if days > 0)]
        due = sum(0 < days <= silence for days in steps)
        if self.reminder_count < due and self._is_reachable():
            told = self.reminder_count
            if quiet >= steps[told + 1] - steps[told]:
                self.reminder_count = due
                self._ask("answer", "citeslab_base.mail_template_orientation_reminder")
            return None
        limit = self._days("orientation_silent_days")
        if limit and silence >= limit and quiet >= limit - steps[-1]:
            self._give_up()
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
        """Ask for news at the pace of the scheme, then leave it to the chef to call."""
        today = self._today()
        if not self._is_agreed():
            return self._stop_sharing()
        accepted = self.answer_date or self.asked_date
        if (today - accepted).days > self._days("orientation_news_until"):
            return None
        last = max(filter(None, (accepted, self.news_asked_date, self.news_date)))
        every = self._days("orientation_news_days")
        if every and (today - last).days >= every:
            if self._is_reachable():
                return self._ask_news()
            self.write({"news_asked_date": today, "news_reminder_count": 2})
            return self._schedule_news_call()
        if self.news_asked_date and (self.news_date or accepted) < self.news_asked_date:
            return self._insist_on_news((today - self.news_asked_date).days)
        return None

    def _insist_on_news(self, waited):
        """One reminder of an ask for news, then a call by the chef (CDC §4.3).

        :param int waited: days since the partner was asked
        """
        if 0 < self._days("orientation_news_call") <= waited:
            if self.news_reminder_count < 2:
                self.news_reminder_count = 2
                self._schedule_news_call()
        elif 0 < self._days("orientation_news_reminder") <= waited:
            if not self.news_reminder_count and self._is_reachable():
                self.news_reminder_count = 1
                self._ask("news", "citeslab_base.mail_template_orientation_news")

    def _schedule_news_call(self):
        self._schedule(
            "mail.mail_activity_data_call",
            self.env._(
                "%(organization)s gives no news: call, and note what is said",
                organization=self.organization_id.name,
            ),
        )
