from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from ..tools.dates import age_at, age_band
from ..tools.headcount import Named
from .selections import DATE_PRECISION

# Days that one time of an action may fill, when only its month or its year is known.
DAYS_KNOWN = {"month": 31, "year": 366}


class CiteslabAction(models.Model):
    """Work that is neither a RDV nor an event: meeting, jury, communication."""

    _name = "citeslab.action"
    _description = "Action"
    _inherit = [
        "citeslab.period.guard",
        "citeslab.placed",
        "citeslab.dated",
        "citeslab.headcount.holder",
        "mail.thread",
        "mail.activity.mixin",
    ]
    # within one first day: the day itself, then the month, then the year
    _order = "date desc, date_precision, id desc"
    _check_company_auto = True
    _checked_days = ("date", "date_end")

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        check_company=True,
        index="btree_not_null",
        default=lambda self: self.env["citeslab.territory"]._default_for(
            self.env.company
        ),
    )
    user_id = fields.Many2one(
        "res.users", string="Done By", default=lambda self: self.env.user, index=True
    )
    mission_id = fields.Many2one(
        "citeslab.mission",
        required=True,
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    kind_id = fields.Many2one("citeslab.action.kind", ondelete="restrict")
    theme = fields.Selection(
        [
            ("creation", "Creation"),
            ("employment", "Job and Integration"),
            ("network", "CitésLab Network"),
        ],
        help="Table of the partnerships in which it is told.",
    )
    date = fields.Date(required=True, index=True, default=fields.Date.context_today)
    date_precision = fields.Selection(DATE_PRECISION, required=True, default="day")
    date_end = fields.Date()
    date_label = fields.Char(
        string="When",
        compute="_compute_date_label",
        help="As precise as it is known: a day, a month or a year.",
    )
    occurrences = fields.Integer(
        default=1, required=True, help="Number of times, as 12 for a monthly meeting."
    )
    duration = fields.Float(
        compute="_compute_from_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="In hours, for one time.",
    )
    total_duration = fields.Float(
        compute="_compute_total_duration", store=True, help="In hours, all times."
    )
    organization_ids = fields.Many2many(
        "res.partner",
        "citeslab_action_organization_rel",
        "action_id",
        "partner_id",
        string="Organisations",
        domain="[('organization_kind', '!=', False)]",
    )
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood",
        string="Quartier",
        compute="_compute_neighborhood_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    qpv_share = fields.Float(
        string="Share from QPV (%)",
        compute="_compute_qpv_share",
        store=True,
        readonly=False,
        aggregator=None,
        help="Share of residents of priority quartiers among those it served: "
        "justifies an action outside of them (CDC §1.1).",
    )
    headcount_ids = fields.One2many("citeslab.headcount", "action_id")
    interview_ids = fields.One2many(
        "citeslab.interview", "action_id", string="People Met by Name"
    )
    named_count = fields.Integer(
        string="Known by Name",
        compute="_compute_named_count",
        compute_sudo=True,
        help="Of the people counted, those who are known by name today.",
    )
    notes = fields.Html()

    _occurrences_positive = models.Constraint(
        "CHECK (occurrences > 0)", "An action takes place at least once."
    )
    _duration_positive = models.Constraint(
        "CHECK (duration IS NULL OR duration >= 0)",
        "The duration of an action cannot be negative.",
    )
    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date <= date_end)",
        "An action must end after it starts.",
    )
    _share_is_percent = models.Constraint(
        "CHECK (qpv_share IS NULL OR qpv_share BETWEEN 0 AND 100)",
        "A share is between 0 and 100 %.",
    )
    _company_date_idx = models.Index("(company_id, date)")

    @api.constrains("duration", "date", "date_end", "date_precision")
    def _check_duration(self):
        """One time of an action lasts no longer than its days."""
        for action in self:
            days = ((action.date_end or action.date) - action.date).days + 1
            most = 24 * max(days, DAYS_KNOWN.get(action.date_precision, 1))
            if action.duration > most:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” lasts %(typed)g hours, more than its dates hold "
                        "(%(most)d): for 45 minutes, write “0:45”.",
                        name=action.name,
                        typed=action.duration,
                        most=most,
                    )
                )

    @api.depends("kind_id")
    def _compute_from_kind(self):
        """A kind proposes its mission and duration; what was typed stays."""
        for action in self:
            action.mission_id = action.kind_id.mission_id or action.mission_id
            action.duration = action.duration or action.kind_id.duration

    @api.depends("place_id")
    def _compute_neighborhood_id(self):
        """A place proposes its quartier; what was typed stays."""
        for action in self:
            action.neighborhood_id = (
                action.neighborhood_id or action.place_id.neighborhood_id
            )

    @api.depends("headcount_ids.count", "headcount_ids.neighborhood_id.kind")
    def _compute_qpv_share(self):
        """Of the people counted with a quartier; what was typed without them stays."""
        for action in self:
            known = action.headcount_ids.filtered("neighborhood_id")
            people = sum(known.mapped("count"))
            inside = known.filtered(lambda row: row.neighborhood_id.kind == "qpv")
            share = people and 100 * sum(inside.mapped("count")) / people
            action.qpv_share = share if people else action.qpv_share

    @api.depends("date", "date_end", "date_precision")
    @api.depends_context("lang")
    def _compute_date_label(self):
        for action in self:
            action.date_label = action._date_words()

    def _date_words(self):
        """Date in words, as "12/05/2023", "May 2023", "May 2023 – September 2023"."""
        self.ensure_one()
        pattern = {"month": "MMMM y", "year": "y"}.get(self.date_precision)
        words = [
            format_date(self.env, day, date_format=pattern)
            for day in (self.date, self.date_end)
            if day
        ]
        return " – ".join(dict.fromkeys(words))

    @api.depends("duration", "occurrences")
    def _compute_total_duration(self):
        for action in self:
            action.total_duration = action.duration * action.occurrences

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._round_dates()
        return actions

    def write(self, vals):
        result = super().write(vals)
        if {"date", "date_end", "date_precision"} & vals.keys():
            self._round_dates()
        return result

    def _round_dates(self):
        """A month starts on its first day and ends on its last one; so does a year.

        What is known by its month then sorts before the days of the next one.
        """
        for action in self.filtered(lambda action: action.date_precision != "day"):
            january = {"month": 1} if action.date_precision == "year" else {}
            first = action.date + relativedelta(day=1, **january)
            last = action.date_end
            if last:
                december = {"month": 12} if january else {}
                last += relativedelta(day=31, **december)
            values = {"date": first, "date_end": last}
            if any(action[name] != value for name, value in values.items()):
                action.write(values)

    def action_repeat(self):
        """Open a copy of this action, dated today: people and files stay behind.

        :rtype: dict
        """
        self.ensure_one()
        again = self.copy(
            {
                "date": fields.Date.context_today(self),
                "date_precision": "day",
                "date_end": False,
                "occurrences": 1,
                "user_id": self.env.uid,
                "qpv_share": 0,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": again.id,
            "views": [(False, "form")],
        }

    def action_repeat_last(self):
        """Open a copy of the action that one noted last, or an empty one.

        A button of the list: it comes with the rows ticked, if any, which do not
        count.

        :rtype: dict
        """
        last = self.search([("user_id", "=", self.env.uid)], order="id desc", limit=1)
        if last:
            return last.action_repeat()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "views": [(False, "form")],
        }

    @api.depends("interview_ids.state", "interview_ids.partner_id")
    def _compute_named_count(self):
        for action in self:
            action.named_count = len(action._met_people())

    def _met_people(self):
        """Contacts of this action, one a person.

        :return: done ``citeslab.interview``, as superuser: whom a volunteer does not
            see counts as well
        """
        met = self.sudo().interview_ids.filtered(lambda row: row.state == "done")
        return met.browse([rows[0].id for rows in met.grouped("partner_id").values()])

    def _named_people(self):
        people = []
        for contact in self._met_people():
            person = contact.partner_id
            people.append(
                Named(
                    person.gender or None,
                    contact.age_band
                    or age_band(age_at(person.birthdate_date, contact.date)),
                    person.neighborhood_id.id or None,
                )
            )
        return people

    def _serialize_headcount(self):
        """Queue the taps of several phones, so that none is lost.

        PostgreSQL refuses the second of two transactions that update the same row;
        Odoo then plays it again, and it counts from what is there.
        """
        self.env.execute_query(
            SQL("UPDATE citeslab_action SET id = id WHERE id IN %s", tuple(self.ids))
        )
