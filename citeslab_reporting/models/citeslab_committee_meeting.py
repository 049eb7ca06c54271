from collections import Counter
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ..figures import cadence

PACK = "citeslab_reporting.committee_pack"
HEADLINES = (
    "persons_met",
    "persons_accompanied",
    "persons_new",
    "persons_oriented",
    "qpv_rate",
    "creations",
    "event_attendance",
    "partner_meetings",
)
PARTS = ("gender", "residence", "target_public", "outcome")


class CiteslabCommitteeMeeting(models.Model):
    """One meeting of a committee: agenda, decisions, corrective actions."""

    _name = "citeslab.committee.meeting"
    _description = "Meeting of a Committee"
    _inherit = ["citeslab.dated", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    committee_id = fields.Many2one(
        "citeslab.committee", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(related="committee_id.kind", string="Kind of Committee")
    company_id = fields.Many2one(
        related="committee_id.company_id", store=True, index=True
    )
    territory_id = fields.Many2one(related="committee_id.territory_id", store=True)
    date = fields.Date(required=True, tracking=True)
    place = fields.Char()
    state = fields.Selection(
        [("planned", "Planned"), ("held", "Held"), ("cancelled", "Cancelled")],
        required=True,
        default="planned",
        tracking=True,
        group_expand=True,
    )
    is_startup = fields.Boolean(
        string="Start-up COPIL",
        help="The first one, with the prescripteurs; the two of each year are apart.",
    )
    called_by = fields.Selection(
        [("structure", "The Structure"), ("rce", "An RCE"), ("funder", "A Funder")],
        required=True,
        default="structure",
    )
    member_ids = fields.Many2many(
        "citeslab.committee.member",
        "citeslab_committee_presence_rel",
        "meeting_id",
        "member_id",
        string="Present",
        domain="[('committee_id', '=', committee_id)]",
    )
    agenda = fields.Html(
        compute="_compute_agenda", store=True, readonly=False, translate=False
    )
    minutes = fields.Html()
    decision_ids = fields.One2many("citeslab.committee.decision", "meeting_id")
    action_ids = fields.One2many("citeslab.committee.action", "meeting_id")
    previous_id = fields.Many2one(
        "citeslab.committee.meeting", compute="_compute_previous_id"
    )

    @api.depends("committee_id.display_name", "date", "is_startup")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for meeting in self:
            name = meeting.committee_id.display_name or ""
            if meeting.is_startup:
                name = self.env._("Start-up %(committee)s", committee=name)
            day = format_date(self.env, meeting.date)
            meeting.display_name = ", ".join(filter(None, [name, day]))

    @api.depends("committee_id", "is_startup")
    def _compute_agenda(self):
        """Usual points of such a meeting, to be changed by hand."""
        for meeting in self.filtered("committee_id"):
            points = meeting._usual_points()
            items = Markup("").join(Markup("<li>%s</li>") % point for point in points)
            meeting.agenda = meeting.agenda or Markup("<ol>%s</ol>") % items

    def _usual_points(self):
        """Points of the agenda, by kind of meeting (CDC §4.1)."""
        if self.is_startup:
            return [
                self.env._("The scheme, the structure and its chef de projet"),
                self.env._("Who does what: orient, host, inform; one referent each"),
                self.env._("Local objectives and local action plan"),
            ]
        if self.committee_id.kind == "technical":
            return [
                self.env._("Projects in progress and their next step"),
                self.env._("News of the people oriented"),
                self.env._("Actions to come"),
            ]
        return [
            self.env._("Corrective actions decided last time"),
            self.env._("Results against the objectives"),
            self.env._("Budget and funding"),
            self.env._("Decisions and corrective actions"),
        ]

    @api.depends("committee_id.meeting_ids.date", "committee_id.meeting_ids.state")
    def _compute_previous_id(self):
        for meeting in self:
            before = meeting.committee_id.meeting_ids.filtered(
                lambda other, meeting=meeting: other.state == "held"
                and other != meeting
                and other.date
                and meeting.date
                and other.date < meeting.date
            )
            meeting.previous_id = before.sorted("date")[-1:]

    @api.constrains("is_startup", "committee_id", "state")
    def _check_startup(self):
        for meeting in self.filtered("is_startup"):
            if meeting.kind != "copil":
                raise ValidationError(
                    self.env._("Only a COPIL may be the start-up one.")
                )
            others = meeting.committee_id.meeting_ids - meeting
            if meeting.state != "cancelled" and others.filtered(
                lambda other: other.is_startup and other.state != "cancelled"
            ):
                raise ValidationError(
                    self.env._(
                        "%(committee)s already has its start-up COPIL: untick the "
                        "box of one of the two.",
                        committee=meeting.committee_id.display_name,
                    )
                )

    @api.constrains("state", "date")
    def _check_held(self):
        today = fields.Date.context_today(self)
        for meeting in self:
            if meeting.state == "held" and meeting.date > today:
                raise ValidationError(
                    self.env._(
                        "A meeting to come cannot be held yet: correct its date "
                        "(%(date)s).",
                        date=format_date(self.env, meeting.date),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        meetings = super().create(vals_list)
        meetings._sync_alerts()
        return meetings

    def write(self, vals):
        result = super().write(vals)
        if {"date", "state", "is_startup"} & vals.keys():
            self._sync_alerts()
        return result

    def _sync_alerts(self):
        """A meeting that is planned ends the alert that asked for it."""
        # as superuser: the activity may be a colleague's
        for committee in self.committee_id.sudo().filtered("alert_activity_id"):
            committee._sync_alert()

    def action_hold(self):
        """Note that it took place."""
        self.write({"state": "held"})

    def action_cancel(self):
        """Note that it will not take place."""
        self.write({"state": "cancelled"})

    def action_replan(self):
        """Plan it again, after it was noted as held or cancelled."""
        self.write({"state": "planned"})

    def action_print_pack(self):
        """Print what the members read: figures, objectives, answers, budget."""
        self.ensure_one()
        # by its address: the client would look for wkhtmltopdf before it prints
        return {
            "type": "ir.actions.act_url",
            "url": f"/report/pdf/{PACK}/{self.id}",
            "target": "new",
        }

    # The pack

    def _pack(self):
        """Everything that the printed pack shows.

        :return: dict of plain values; figures come from the engine
        """
        self.ensure_one()
        first, last = self._pack_period()
        matrix = self._matrix(first, last)
        committee = self.committee_id
        is_technical = committee.kind == "technical"
        return {
            "period": (first, last),
            "headlines": [
                matrix[code] for code in HEADLINES if self._told(matrix, code)
            ],
            "parts": [matrix[code] for code in PARTS if self._told(matrix, code)],
            "objectives": self._objectives(last),
            "duties_period": committee._year_bounds(last),
            "members": committee.member_ids.with_context(citeslab_duties_day=last),
            "budget": self._budget_rows(last),
            "actions": committee.action_ids.filtered(
                lambda action: action.state != "done"
                or action.meeting_id == self.previous_id
            ),
            "projects": self._projects(first, last) if is_technical else [],
            "is_technical": is_technical,
        }

    @staticmethod
    def _told(matrix, code):
        return code in matrix.figures and matrix[code].is_registered

    def _pack_period(self):
        """From the day after the last meeting to this one, or to today."""
        last = min(self.date, fields.Date.context_today(self))
        if self.previous_id:
            first = self.previous_id.date + timedelta(days=1)
        else:
            first = self.committee_id._year_bounds(last)[0]
        return min(first, last), last

    def _matrix(self, first, last):
        return self.env["citeslab.bilan"]._matrix(
            self.company_id, first, last, territory=self.territory_id
        )

    def _objectives(self, last):
        """What is reached of the objectives: local ones, else the scheme's (CDC §5.1).

        :return: list of ``(label, value, target, unit)``
        """
        local = self.env["citeslab.objective"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("territory_id", "in", [self.territory_id.id, False]),
                ("year", "=", last.year),
            ]
        )
        if local:
            return self._local_objectives(local, last)
        start = self.territory_id.date_start
        first, _last = self.committee_id._year_bounds(last)
        matrix = self._matrix(first, last)
        Parameter = self.env["citeslab.parameter"]
        number = cadence.activity_year(start, last)[0] if start else None
        persons = Parameter._value_at("objective_persons", first)
        rate = Parameter._value_at("objective_qpv_rate", first)
        rows = []
        for code, target, unit in (
            ("objective", persons, ""),
            ("qpv_rate", rate, "%"),
        ):
            if code in matrix.figures and target is not None:
                figure = matrix[code]
                # The scheme sets numbers for the first year only; the COPIL the others.
                target = target if number in (None, 1) else None
                rows.append((figure.label, figure.value, target, unit))
        return rows

    def _local_objectives(self, objectives, last):
        matrix = self._matrix(last.replace(month=1, day=1), last)
        rows = []
        for objective in objectives:
            figure = matrix.figures.get(objective.indicator_id.code)
            if not figure:
                continue
            item = next(
                (one for one in figure.items if one.code == objective.item_code), None
            )
            label, value = figure.label, figure.value
            if objective.item_code:
                label = f"{label} – {item.label if item else objective.item_code}"
                value = item.percent if item else 0
            rows.append((label, value, objective.target, objective.unit))
        return rows

    def _budget_rows(self, last):
        """Money of the calendar year of the meeting, as the bilan prints it."""
        year = last.replace(month=1, day=1), last.replace(month=12, day=31)
        matrix = self._matrix(*year)
        return [
            matrix[code] for code in ("budget", "funding") if self._told(matrix, code)
        ]

    def _projects(self, first, last):
        """Parcours seen in the period, told by their number only.

        A quartier is named only where enough of the projects listed are from it.

        :return: list of dicts ``reference, nature, neighborhood, phase``
        """
        minimum = self.env["citeslab.parameter"]._secret_under(last)
        parcours = self.env["crm.lead"].search(
            [
                ("is_parcours", "=", True),
                ("company_id", "=", self.company_id.id),
                ("territory_id", "in", [self.territory_id.id, False]),
                ("last_contact_date", ">=", first),
                ("first_contact_date", "<=", last),
            ],
            order="reference",
        )
        areas = parcours.mapped(lambda one: one.partner_id.neighborhood_id.name)
        frequent = {
            name for name, count in Counter(areas).items() if name and count >= minimum
        }
        phases = dict(parcours._fields["phase"]._description_selection(self.env))
        return [
            {
                "reference": one.reference,
                "nature": one.project_nature_id.name,
                "neighborhood": area if area in frequent else None,
                "phase": phases.get(one.phase),
            }
            for one, area in zip(parcours, areas, strict=True)
        ]
