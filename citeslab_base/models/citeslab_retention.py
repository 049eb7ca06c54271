from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

BATCH = 200
LAST_SUCCESS = "citeslab_base.retention_last_success"
ALARM_HOURS = 48


class CiteslabRetention(models.AbstractModel):
    """How long a person is kept after the last sign of life, and what happens then.

    A notice first, an anonymisation a month later, in batches that each stand alone:
    a run that was killed goes on where it stopped.
    """

    _name = "citeslab.retention"
    _description = "Retention of Personal Data"

    @api.model
    def _last_sign_sources(self):
        """SELECTs of ``(partner_id, date)``: whatever shows that a file lives.

        An addon adds its own through ``super()``.

        :rtype: list[SQL]
        """
        child = ("interview", "situation", "orientation", "outcome", "followup")
        return [
            SQL(
                "SELECT partner_id, date FROM %s",
                SQL.identifier(f"citeslab_{name}"),
            )
            for name in child
        ] + [
            SQL("SELECT partner_id, date FROM citeslab_consent"),
            SQL(
                "SELECT partner_id, create_date::date AS date FROM crm_lead "
                "WHERE is_parcours AND register_label IS NULL"
            ),
            SQL(
                "SELECT id AS partner_id, create_date::date AS date FROM res_partner "
                "WHERE is_porteur AND NOT EXISTS (SELECT FROM crm_lead lead "
                "WHERE lead.partner_id = res_partner.id)"
            ),
        ]

    @api.model
    def _last_signs(self):
        """SELECT of ``(partner_id, date)``: the latest sign of life of each person."""
        return SQL(
            "SELECT partner_id, max(date) AS date FROM (%s) AS sign "
            "WHERE partner_id IS NOT NULL GROUP BY partner_id",
            SQL(" UNION ALL ").join(self._last_sign_sources()),
        )

    @api.model
    def _due(self, company):
        """People of a structure who gave no sign of life for too long.

        Whoever has an account, or is shared with the rest of the host, is left to
        the chef: an erasure there is a decision.

        :param company: one structure
        :rtype: res.partner
        """
        limit = fields.Date.subtract(
            fields.Date.context_today(self), months=company._retention_months()
        )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id
                  FROM res_partner partner
                  JOIN (%(signs)s) AS sign ON sign.partner_id = partner.id
                 WHERE partner.company_id = %(company)s
                   AND partner.is_hidden_porteur
                   AND partner.anonymised_date IS NULL
                   AND sign.date < %(limit)s
                   AND NOT EXISTS (SELECT FROM res_users
                                    WHERE partner_id = partner.id)
              ORDER BY partner.id
                """,
                signs=self._last_signs(),
                company=company.id,
                limit=limit,
            )
        )
        return self.env["res.partner"].browse([row_id for (row_id,) in rows])

    # ------------------------------------------------------------
    # Every night
    # ------------------------------------------------------------

    @api.model
    def _run(self):
        """Notify, then anonymise what was notified a month ago: the nightly cron.

        Each batch is committed: the next run goes on after the last one.
        """
        companies = self.env["res.company"].search([("retention_active", "=", True)])
        todo = []
        for company in companies:
            due = self._due(company)
            self._forget_notices(company, due)
            self._notify(company, due.filtered(lambda row: not row.notice_date))
            todo.append(self._ready(due, company))
        ready = self.env["res.partner"].union(*todo)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(ready))
        for start in range(0, len(ready), BATCH):
            batch = ready[start : start + BATCH]
            batch._anonymise("retention")
            if not progress(len(batch)):
                break  # the host calls again for the rest
        else:
            self._succeeded()

    def _ready(self, due, company):
        """Those whose notice is old enough."""
        last = fields.Date.subtract(
            fields.Date.context_today(self), days=company._retention_notice_days()
        )
        return due.filtered(lambda row: row.notice_date and row.notice_date <= last)

    def _forget_notices(self, company, due):
        """Somebody who came back starts anew."""
        self.env["res.partner"].with_context(active_test=False).search(
            [
                ("company_id", "=", company.id),
                ("notice_date", "!=", False),
                ("anonymised_date", "=", False),
                ("id", "not in", due.ids),
            ]
        ).notice_date = False

    def _notify(self, company, people):
        """Tell people, by mail where there is an address, and the managers.

        :param company: structure
        :param people: those not told yet
        """
        if not people:
            return
        template = self.env.ref("citeslab_base.mail_template_retention")
        for person in people.filtered("email_normalized"):
            template.send_mail(person.id)
        people.notice_date = fields.Date.context_today(self)
        self._tell_managers(
            company,
            self.env._(
                "%(count)s files without news will be anonymised in %(days)s days: "
                "read the list.",
                count=len(people),
                days=company._retention_notice_days(),
            ),
        )

    def _succeeded(self):
        """Remember when, for the watch; drop the files that nothing points to."""
        # sudo: a parameter of the host that only this cron writes
        self.env["ir.config_parameter"].sudo().set_param(
            LAST_SUCCESS, fields.Datetime.to_string(fields.Datetime.now())
        )
        self.env.ref("base.autovacuum_job")._trigger()

    # ------------------------------------------------------------
    # Watched by another cron: the host switches a failing one off without a word
    # ------------------------------------------------------------

    @api.model
    def _watch(self):
        """Raise an alarm when the nightly run has not succeeded for 48 hours."""
        cron = self.env.ref("citeslab_base.cron_retention", raise_if_not_found=False)
        text = self.env["ir.config_parameter"].sudo().get_param(LAST_SUCCESS)
        last = fields.Datetime.to_datetime(text) or (cron and cron.create_date)
        if last and fields.Datetime.now() - last < timedelta(hours=ALARM_HOURS):
            return
        for company in self.env["res.company"].search(
            [("retention_active", "=", True)]
        ):
            self._tell_managers(
                company,
                self.env._(
                    "The anonymisation of old files has not succeeded since "
                    "%(date)s: ask the administrator to look at it.",
                    date=format_date(self.env, last) if last else "—",
                ),
                with_admins=True,
            )

    def _tell_managers(self, company, summary, with_admins=False):
        """An activity on the structure's card, once as long as it is not done."""
        groups = ["citeslab_base.group_manager"]
        if with_admins:
            groups.append("base.group_system")
        users = self.env["res.users"].browse(
            {
                user.id
                for group in groups
                for user in self.env.ref(group).all_user_ids
                if company in user.company_ids and user.active
            }
        )
        known = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", company.partner_id.id),
                ("summary", "=", summary),
            ]
        )
        for user in users - known.user_id:
            company.partner_id.activity_schedule(
                "mail.mail_activity_data_todo", summary=summary, user_id=user.id
            )
