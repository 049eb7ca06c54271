from odoo import api, fields, models

from odoo.addons.citeslab_base.tools.dates import age_at, age_band
from odoo.addons.citeslab_base.tools.headcount import Named
from odoo.addons.citeslab_base.tools.roles import ROLES


class CiteslabEventAttendance(models.AbstractModel):
    """Who came: people by name, inside a head-count that their names never move.

    Part of ``event.event``, in a file of its own.
    """

    _name = "citeslab.event.attendance"
    _inherit = ["citeslab.headcount.holder"]
    _description = "Attendance of an Event"

    headcount_ids = fields.One2many(
        "citeslab.headcount", "event_id", "Head-counts", groups=ROLES
    )
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

    def _check_headcount(self):
        return super(
            CiteslabEventAttendance, self.filtered("is_citeslab")
        )._check_headcount()

    def _named_people(self):
        """Those who came, as they were known on that day."""
        people = []
        for registration in self._present().sudo():
            band = age_band(
                age_at(
                    registration.porteur_id.birthdate_date,
                    registration.attendance_date,
                )
            )
            people.append(
                Named(
                    registration.gender or None,
                    band,
                    registration.neighborhood_id.id or None,
                )
            )
        return people
