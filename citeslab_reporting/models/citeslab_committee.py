from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..figures import cadence

BADGES = {
    cadence.HELD: "success",
    cadence.PLANNED: "info",
    cadence.TO_PLAN: "warning",
    cadence.MISSING: "danger",
    cadence.LATER: "secondary",
}


class CiteslabCommittee(models.Model):
    """Comité de pilotage or comité technique of a territory (CDC §4).

    When it should meet follows from the start date of the territory and from the
    numbers of the scheme; a meeting that is neither held nor planned is an alert.
    """

    _name = "citeslab.committee"
    _description = "Committee"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "territory_id, kind, id"
    _check_company_auto = True

    kind = fields.Selection(
        [("copil", "COPIL"), ("technical", "Technical Committee")],
        string="Committee",
        required=True,
        default="copil",
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        default=lambda self: self.env["citeslab.territory"]._default_for(
            self.env.company
        ),
    )
    active = fields.Boolean(default=True)
    date_start = fields.Date(related="territory_id.date_start")
    member_ids = fields.One2many("citeslab.committee.member", "committee_id")
    meeting_ids = fields.One2many("citeslab.committee.meeting", "committee_id")
    action_ids = fields.One2many("citeslab.committee.action", "committee_id")
    last_date = fields.Date(string="Last Held", compute="_compute_dates")
    next_date = fields.Date(string="Next Planned", compute="_compute_dates")
    alert = fields.Char(compute="_compute_alert")
    calendar_html = fields.Html(
        string="Expected This Year", compute="_compute_alert", sanitize=False
    )
    unreferred_count = fields.Integer(
        string="Members without Referent", compute="_compute_members"
    )
    alert_activity_id = fields.Many2one(
        "mail.activity", copy=False, ondelete="set null"
    )

    _territory_kind_unique = models.UniqueIndex(
        "(territory_id, kind)",
        "This territory already has this committee: open it.",
    )

    @api.depends("kind", "territory_id.name")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for committee in self:
            parts = [labels.get(committee.kind), committee.territory_id.name]
            committee.display_name = " – ".join(filter(None, parts))

    @api.depends("meeting_ids.date", "meeting_ids.state")
    def _compute_dates(self):
        today = fields.Date.context_today(self)
        for committee in self:
            committee.last_date = max(committee._days("held"), default=False)
            planned = [day for day in committee._days("planned") if day >= today]
            committee.next_date = min(planned, default=False)

    @api.depends("member_ids.referent_id")
    def _compute_members(self):
        for committee in self:
            committee.unreferred_count = len(
                committee.member_ids.filtered(lambda member: not member.referent_id)
            )

    @api.depends(
        "kind",
        "territory_id.date_start",
        "territory_id.date_end",
        "meeting_ids.date",
        "meeting_ids.state",
        "meeting_ids.is_startup",
    )
    def _compute_alert(self):
        for committee in self:
            expected = committee._expected()
            alerts = [one for one in expected if one[1] in cadence.ALERTS]
            committee.alert = (
                " ".join(committee._slot_sentence(*one) for one in alerts)
                or committee._start_sentence()
            )
            committee.calendar_html = committee._calendar(expected)

    def _days(self, state, startup=None):
        """Days of the meetings in a state, those of start-up only if asked.

        A meeting noted twice is one; whoever called it, it counts (CDC §4.1).
        """
        meetings = self.meeting_ids.filtered(
            lambda meeting: meeting.state == state
            and startup in (None, meeting.is_startup)
        )
        return sorted({day for day in meetings.mapped("date") if day})

    def _expected(self, today=None):
        """Meetings expected in the current year of activity (G1, G2).

        :param date today: day at which the question is asked
        :return: ``[(Slot, state)]``, the start-up one first
        """
        self.ensure_one()
        today = today or fields.Date.context_today(self)
        start, end = self.territory_id.date_start, self.territory_id.date_end
        if not start or today < start or (end and today > end):
            return []
        number, first, last = cadence.activity_year(start, today)
        slots = cadence.year_slots(first, self._per_year(number, first))

        def within(state, startup):
            return [day for day in self._days(state, startup) if first <= day <= last]

        # Past its day a meeting is held or it is not: planned no more.
        to_come = [day for day in within("planned", False) if day >= today]
        is_copil = self.kind == "copil"
        expected = cadence.review(
            slots, within("held", False), to_come, today, by_year=is_copil
        )
        if is_copil and number == 1:
            expected = self._expected_startup(start, today) + expected
        return expected

    def _expected_startup(self, start, today):
        """The start-up COPIL, wherever in the first year it falls (CDC §4.1)."""
        months = self._parameter("committee_startup_months", start)
        if not months:
            return []
        planned = [day for day in self._days("planned", True) if day >= today]
        slot = cadence.startup_slot(start, months)
        held = self._days("held", True)
        return cadence.review([slot], held, planned, today, by_year=True)

    def _per_year(self, number, first):
        """Meetings expected in a year of activity (CDC §4.1, §4.2)."""
        if self.kind == "copil":
            return self._parameter("committee_copil_per_year", first)
        if number == 1:
            return self._parameter("committee_technical_first_year", first)
        return self._parameter("committee_technical_per_year", first)

    @api.model
    def _parameter(self, code, day):
        return int(self.env["citeslab.parameter"]._value_at(code, day) or 0)

    def _year_bounds(self, today=None):
        """First and last day of the current year of activity, else of the year."""
        today = today or fields.Date.context_today(self)
        start = self.territory_id.date_start
        if not start or today < start:
            return today.replace(month=1, day=1), today.replace(month=12, day=31)
        _number, first, last = cadence.activity_year(start, today)
        return first, last

    def _start_sentence(self):
        if self.territory_id and not self.territory_id.date_start:
            return self.env._(
                "Write the start date of the territory: the expected meetings "
                "follow from it (CDC §4)."
            )
        return False

    def _slot_name(self, slot):
        label = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
        if not slot.rank:
            return self.env._("Start-up %(committee)s", committee=label)
        return self.env._("%(committee)s no. %(rank)s", committee=label, rank=slot.rank)

    def _slot_sentence(self, slot, state):
        values = {
            "name": self._slot_name(slot),
            "last": format_date(self.env, slot.last, date_format="d MMMM y"),
        }
        if state == cadence.MISSING:
            return self.env._("%(name)s: not held by %(last)s.", **values)
        return self.env._("%(name)s: to plan by %(last)s.", **values)

    def _calendar(self, expected):
        labels = {
            cadence.HELD: self.env._("Held"),
            cadence.PLANNED: self.env._("Planned"),
            cadence.TO_PLAN: self.env._("To plan"),
            cadence.MISSING: self.env._("Not held"),
            cadence.LATER: self.env._("Later"),
        }
        line = Markup('<li>%s (%s – %s) <span class="badge text-bg-%s">%s</span></li>')
        rows = Markup("").join(
            line
            % (
                self._slot_name(slot),
                format_date(self.env, slot.first),
                format_date(self.env, slot.last),
                BADGES[state],
                labels[state],
            )
            for slot, state in expected
        )
        return Markup("<ul>%s</ul>") % rows if rows else False

    def action_plan(self):
        """Open a new meeting of this committee."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "citeslab.committee.meeting",
            "view_mode": "form",
            "context": {"default_committee_id": self.id},
        }

    @api.model
    def _ensure_for(self, territories):
        """Give each territory its COPIL and its comité technique.

        :param territories: ``citeslab.territory`` records
        """
        known = set(
            self.with_context(active_test=False)
            .search([("territory_id", "in", territories.ids)])
            .mapped(lambda committee: (committee.territory_id.id, committee.kind))
        )
        self.create(
            [
                {
                    "kind": kind,
                    "territory_id": territory.id,
                    "company_id": territory.company_id.id,
                }
                for territory in territories
                for kind, _label in self._fields["kind"].selection
                if (territory.id, kind) not in known
            ]
        )

    @api.model
    def _ensure_all(self):
        """Committees and place in the network of every territory that exists."""
        territories = self.env["citeslab.territory"].search([])
        self._ensure_for(territories)
        self.env["citeslab.network.structure"]._ensure_for(territories.company_id)

    @api.model
    def _cron_alert(self):
        """Remind the chef of each committee that is neither held nor planned."""
        self._ensure_all()
        for committee in self.search([("territory_id.date_start", "!=", False)]):
            committee._sync_alert()

    def _sync_alert(self):
        """An alert is an activity of the committee, closed when it is over."""
        self.ensure_one()
        alerts = [one for one in self._expected() if one[1] in cadence.ALERTS]
        activity = self.alert_activity_id.filtered("active")
        if not alerts:
            activity.action_feedback()
            return
        user = self.territory_id.chef_ids[:1] or self._fallback_user()
        committee = self.with_context(lang=user.lang or self.env.lang)
        values = {
            "summary": " ".join(committee._slot_sentence(*one) for one in alerts),
            "date_deadline": min(slot.last for slot, _state in alerts),
        }
        if activity:
            activity.write(values)
        elif user:
            self.alert_activity_id = self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, **values
            )

    def _fallback_user(self):
        """A manager of the structure, where its territory names no chef."""
        managers = self.env.ref("citeslab_base.group_manager").all_user_ids
        own = managers.filtered_domain(
            Domain("company_id", "=", self.company_id.id)
            & Domain("active", "=", True)
            & Domain("share", "=", False)
        )
        return own[:1]
