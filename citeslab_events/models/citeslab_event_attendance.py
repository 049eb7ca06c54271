from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.citeslab_base.models.res_partner import ROLES


class CiteslabEventAttendance(models.AbstractModel):
    """Who came: people by name, inside a head-count that their names never move.

    Part of ``event.event``, in a file of its own.
    """

    _name = "citeslab.event.attendance"
    _description = "Attendance of an Event"

    headcount_ids = fields.One2many(
        "citeslab.headcount", "event_id", "Head-counts", groups=ROLES
    )
    headcount_total = fields.Integer(
        string="People Counted",
        groups=ROLES,
        copy=False,
        help="Everybody who was there, those known by name included. What the "
        "details do not tell is counted as unknown; empty: what the details add up to.",
    )
    headcount_people = fields.Integer(
        compute="_compute_headcount_people", store=True, groups=ROLES
    )
    headcount_told = fields.Integer(compute="_compute_headcount_told", groups=ROLES)
    attendance_named = fields.Integer(
        string="Known by Name", compute="_compute_attendance", groups=ROLES
    )
    attendance_total = fields.Integer(
        string="Turnout", compute="_compute_attendance", groups=ROLES
    )
    attendance_anonymous = fields.Integer(
        string="Anonymous", compute="_compute_attendance", groups=ROLES
    )
    qpv_known = fields.Integer(
        string="Residence Known", compute="_compute_attendance", groups=ROLES
    )
    qpv_count = fields.Integer(
        string="From a QPV", compute="_compute_attendance", groups=ROLES
    )
    qpv_share = fields.Float(
        string="Share from QPV (%)",
        compute="_compute_attendance",
        groups=ROLES,
        digits=(5, 1),
        help="Among the people whose quartier is known (CDC §1.1).",
    )

    _headcount_positive = models.Constraint(
        "CHECK (headcount_total IS NULL OR headcount_total >= 0)",
        "A number of people cannot be negative.",
    )

    @api.depends("headcount_ids.count", "headcount_total")
    def _compute_headcount_people(self):
        """What was counted; the details make it where no total was typed."""
        for event in self:
            told = sum(event.headcount_ids.mapped("count"))
            event.headcount_people = event.headcount_total or told

    @api.depends("headcount_ids.count")
    def _compute_headcount_told(self):
        for event in self:
            event.headcount_told = sum(event.headcount_ids.mapped("count"))

    @api.depends("registration_ids.state", "headcount_people", "headcount_ids.count")
    def _compute_attendance(self):
        for event in self:
            present = event._present()
            named = len(present)
            total = max(event.headcount_people, named)
            known, from_qpv = event._qpv_numbers(present)
            event.attendance_named = named
            event.attendance_total = total
            event.attendance_anonymous = total - named
            event.qpv_known = known
            event.qpv_count = from_qpv
            event.qpv_share = known and 100 * from_qpv / known

    def _present(self):
        """Registrations of the people who came."""
        return self.sudo().registration_ids.filtered(
            lambda registration: registration.state == "done"
        )

    def _qpv_numbers(self, present):
        """How many people have a known residence, and how many of them in a QPV.

        The source that knows more people is read, never both: named people are
        also in the head-count.
        """
        rows = self.headcount_ids.filtered("neighborhood_id")
        told = sum(rows.mapped("count"))
        homes = [
            home
            for home in present.sudo().mapped("residence")
            if home not in ("unknown", False)
        ]
        if told >= len(homes):
            qpv = rows.filtered(lambda row: row.neighborhood_id.kind == "qpv")
            return told, sum(qpv.mapped("count"))
        return len(homes), homes.count("qpv")

    @api.constrains("headcount_total")
    def _check_headcount_total(self):
        self._check_headcount()

    def _check_headcount(self):
        """A head-count adds up, and has room for everybody known by name.

        :raise ValidationError: details above the total, or more people known by
            name than the head-count holds, in all or for one gender or quartier
        """
        for event in self.filtered("is_citeslab"):
            told = sum(event.headcount_ids.mapped("count"))
            if event.headcount_total and told > event.headcount_total:
                raise ValidationError(
                    self.env._(
                        "The details of %(event)s add up to %(told)s people for "
                        "%(total)s present: correct one of them.",
                        event=event.name,
                        told=told,
                        total=event.headcount_total,
                    )
                )
            if event.headcount_people:
                event._check_room()

    def _check_room(self):
        """Whether the head-count can absorb the people known by name."""
        present = self.sudo()._present()
        if len(present) > self.headcount_people:
            raise ValidationError(
                self.env._(
                    "The head-count of %(event)s holds %(total)s people, all of them "
                    "already known by name: raise it first.",
                    event=self.name,
                    total=self.headcount_people,
                )
            )
        for field, label in self._absorbed_fields().items():
            rows = self.headcount_ids.filtered(field)
            free = self.headcount_people - sum(rows.mapped("count"))
            for value, named in present.filtered(field).grouped(field).items():
                of_value = rows.filtered(lambda row, v=value, f=field: row[f] == v)
                room = sum(of_value.mapped("count")) + free
                if len(named) > room:
                    raise ValidationError(
                        self.env._(
                            "%(event)s: %(named)s people known by name for %(room)s "
                            "counted (%(field)s: %(value)s). Correct the head-count "
                            "first.",
                            event=self.name,
                            named=len(named),
                            room=room,
                            field=label,
                            value=self._absorbed_label(field, value),
                        )
                    )

    def _absorbed_fields(self):
        """Details that people known by name must fit: field → label."""
        return {
            "gender": self.env._("gender"),
            "neighborhood_id": self.env._("quartier"),
        }

    def _absorbed_label(self, field, value):
        if field == "neighborhood_id":
            return value.name
        labels = self.env["citeslab.headcount"]._fields[field]
        return dict(labels._description_selection(self.env))[value]
