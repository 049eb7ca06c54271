import logging

from odoo import api, models

from .selections import LAST_NEWS

_logger = logging.getLogger(__name__)

REMINDERS = (
    "orientation_reminder_1",
    "orientation_reminder_2",
    "orientation_reminder_3",
)


# Apart from what is asked once: what is asked again, by the numbers of the scheme.
class CiteslabOrientation(models.Model):
    """Reminders of a partner who owes an answer or news, then a call by the chef."""

    _inherit = "citeslab.orientation"  # pylint: disable=consider-merging-classes-inherited

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
