from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.citeslab_base.tools.text import normalise_name


class CiteslabAttendance(models.TransientModel):
    """Who is there: one screen, also on a phone, for one event or one of its slots."""

    _name = "citeslab.attendance"
    _description = "Attendance"

    event_id = fields.Many2one("event.event", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="event_id.company_id")
    is_multi_slots = fields.Boolean(related="event_id.is_multi_slots")
    when_label = fields.Char(compute="_compute_when_label")
    slot_id = fields.Many2one("event.slot", domain="[('event_id', '=', event_id)]")
    registration_ids = fields.Many2many(
        "event.registration", compute="_compute_registration_ids"
    )
    present_count = fields.Integer(compute="_compute_registration_ids")
    registered_count = fields.Integer(compute="_compute_registration_ids")
    partner_id = fields.Many2one(
        "res.partner",
        string="Somebody known",
        domain="[('is_porteur', '=', True), ('company_id', '=', company_id)]",
    )
    name = fields.Char(help="Last name and first name.")
    email = fields.Char()
    phone = fields.Char()
    namesake_ids = fields.Many2many(
        "res.partner", compute="_compute_namesake_ids", string="Is it one of them?"
    )

    @api.depends("event_id")
    def _compute_display_name(self):
        for screen in self:
            screen.display_name = self.env._("Attendance")

    @api.depends("event_id")
    def _compute_when_label(self):
        for screen in self:
            event = screen.event_id
            screen.when_label = event and event._when_label()

    @api.depends("event_id", "slot_id")
    def _compute_registration_ids(self):
        for screen in self:
            domain = Domain("event_id", "=", screen.event_id.id)
            domain &= Domain("state", "!=", "cancel")
            if screen.slot_id:
                domain &= Domain("event_slot_id", "=", screen.slot_id.id)
            found = self.env["event.registration"].search(domain, order="name, id")
            screen.registration_ids = found
            screen.registered_count = len(found)
            screen.present_count = len(found.filtered(lambda row: row.state == "done"))

    @api.depends("name", "event_id")
    def _compute_namesake_ids(self):
        """Tell the porteurs of that name before a second one is made."""
        Partner = self.env["res.partner"]
        for screen in self:
            folded = normalise_name(screen.name)
            screen.namesake_ids = bool(folded) and Partner.search(
                [
                    ("is_porteur", "=", True),
                    ("company_id", "=", screen.event_id.company_id.id),
                    ("name_normalized", "=", folded),
                ]
            )

    @api.model
    def _open_for(self, event):
        """Open the screen for an event.

        :rtype: dict
        """
        event.check_access("read")
        slots = event.event_slot_ids
        return self.create(
            {"event_id": event.id, "slot_id": slots.id if len(slots) == 1 else False}
        )._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.event_id.name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_add(self):
        """Add somebody who came without registering, as present.

        :raise UserError: nobody named, or no slot with a free seat
        """
        self.ensure_one()
        if not self.partner_id and not (self.name or "").strip():
            raise UserError(self.env._("Who came? Choose a person or type a name."))
        values = {
            "event_id": self.event_id.id,
            "event_slot_id": self._slot_of_walk_in().id,
            "state": "done",
        }
        if self.partner_id:
            values["porteur_id"] = self.partner_id.id
        else:
            values.update(name=self.name.strip(), email=self.email, phone=self.phone)
        self.env["event.registration"].create(values)
        self.write({"partner_id": False, "name": False, "email": False, "phone": False})
        return self._reopen()

    def _slot_of_walk_in(self):
        """The chosen slot, or the first one with a seat free, or left by an absent."""
        if not self.is_multi_slots or self.slot_id:
            return self.slot_id
        free = self.event_id.event_slot_ids.filtered(
            lambda slot: not slot.is_sold_out
            or slot.registration_ids.filtered(
                lambda row: row.state == "open" and row.absence
            )
        )
        if not free:
            raise UserError(
                self.env._(
                    "Every slot of %(event)s is taken: note the person as a RDV "
                    "instead.",
                    event=self.event_id.name,
                )
            )
        return free[0]

    def action_all_present(self):
        """Mark everybody registered and not told absent as present."""
        waiting = self.registration_ids.filtered(
            lambda row: row.state in ("draft", "open") and not row.absence
        )
        waiting.write({"state": "done"})
        return self._reopen()

    def action_print_sheet(self):
        """Print the sign-in sheet of this event."""
        report = self.env.ref("citeslab_events.action_report_attendance_sheet")
        return report.report_action(self.event_id)
