from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import clean_context

from odoo.addons.citeslab_base.models.selections import GENDER, RESIDENCE
from odoo.addons.citeslab_base.tools.dates import local_date
from odoo.addons.citeslab_base.tools.roles import ROLES
from odoo.addons.citeslab_base.tools.text import normalise_name

# State of a booking → state of the RDV that it planned.
INTERVIEW_STATES = {
    "draft": "planned",
    "open": "planned",
    "done": "done",
    "cancel": "cancelled",
}
# What a change of may plan, move or hold a RDV, or make a contact.
FOLLOWED = {"state", "absence", "event_slot_id", "porteur_id", "active", "event_id"}
# What a bilan reads of a registration: a closed period keeps it, not the name.
COUNTED = {
    "active",
    "event_id",
    "event_slot_id",
    "gender",
    "neighborhood_id",
    "parcours_id",
    "participant_kind",
    "porteur_id",
    "residence",
    "state",
}


class EventRegistration(models.Model):
    """A participant of one of our events: a porteur, found or created."""

    _name = "event.registration"
    _inherit = [
        "event.registration",
        "citeslab.period.guard",
    ]

    is_citeslab = fields.Boolean(
        compute="_compute_is_citeslab", store=True, precompute=True
    )
    participant_kind = fields.Selection(
        [("porteur", "Porteur"), ("partner", "Partner"), ("team", "Team")],
        default="porteur",
        help="Only a porteur is counted as a person met.",
    )
    porteur_id = fields.Many2one(
        "res.partner",
        string="Porteur",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        groups=ROLES,
    )
    parcours_id = fields.Many2one(
        "crm.lead",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups=ROLES,
    )
    interview_id = fields.Many2one(
        "citeslab.interview",
        string="RDV",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups=ROLES,
    )
    attendance_date = fields.Date(
        compute="_compute_attendance_date", store=True, precompute=True
    )
    absence = fields.Selection(
        [("no_show", "Did not come"), ("excused", "Excused")],
        copy=False,
        help="Of somebody registered who was not there.",
    )
    gender = fields.Selection(GENDER, groups=ROLES, copy=False)
    residence = fields.Selection(RESIDENCE, groups=ROLES, copy=False)
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood", groups=ROLES, copy=False, ondelete="restrict"
    )

    _porteur_once = models.UniqueIndex(
        "(event_id, COALESCE(event_slot_id, 0), porteur_id) WHERE "
        "porteur_id IS NOT NULL AND active IS TRUE AND state != 'cancel'",
        "This person is already registered for this event.",
    )

    @api.depends("event_id.is_citeslab")
    def _compute_is_citeslab(self):
        for registration in self:
            registration.is_citeslab = registration.event_id.is_citeslab

    @api.depends("event_id.citeslab_date", "event_slot_id.date")
    def _compute_attendance_date(self):
        for registration in self:
            day = registration.event_slot_id.date or registration.event_id.citeslab_date
            registration.attendance_date = registration.event_id.is_citeslab and day

    @api.depends_context("uid")
    def _compute_display_name(self):
        """The label of a many2one is read as superuser: ask for the reader himself."""
        ours = self.filtered("is_citeslab")
        result = super(EventRegistration, self - ours)._compute_display_name()
        for registration in ours:
            readable = registration.sudo(False).has_access("read")
            registration.display_name = (
                registration.name
                if readable and registration.name
                else f"#{registration.id}"
            )
        return result

    # ------------------------------------------------------------
    # Registration: who is it?
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_claimed_people(vals_list)
        default = self.env.context.get("default_event_id")
        Event = self.env["event.event"]
        found = Event.browse(
            {vals.get("event_id") or default for vals in vals_list} - {None, False}
        ).sudo()
        ours = found.filtered("is_citeslab")
        if not ours:
            return super().create(vals_list)
        self._refuse_strangers(ours)
        if self._is_visitor() and len(vals_list) > 1:
            return self.concat(*(self.create([vals]) for vals in vals_list))
        ours._serialize_registrations()
        for vals in vals_list:
            event = found.browse(vals.get("event_id") or default)
            if event not in ours:
                continue
            twin = self._prepare_participant(vals, event)
            if twin and self._is_visitor():
                return twin
            if twin:
                twin._refuse_twice()
        registrations = super().create(vals_list)
        # sudo: a volunteer names somebody whom he does not see
        for row in registrations.sudo().filtered("porteur_id"):
            if row.porteur_id.with_env(self.env)._seen_by_reader():
                row.partner_id = row.partner_id or row.porteur_id
        registrations.filtered("is_citeslab")._after_change()
        return registrations

    @api.model
    def _is_visitor(self):
        """Whether somebody registers by himself, on the website that a host may add."""
        return self.env.user._is_public() or self.env.user._is_portal()

    @api.model
    def _forget_claimed_people(self, vals_list):
        """A visitor tells who he is by his name, never by the number of a contact.

        The host takes this number, and its own for the visitor, from what a browser
        sends; it then shows the name of the contact, or names the visitor after him.
        """
        if not self._is_visitor():
            return
        claimed = {vals.get("partner_id") for vals in vals_list} - {None, False}
        # sudo: a visitor reads no contact
        people = self.env["res.partner"].sudo().browse(claimed)
        hidden = people.exists().filtered("is_porteur") - self.env.user.partner_id
        for vals in vals_list:
            if vals.get("partner_id") in hidden.ids:
                vals["partner_id"] = False

    @api.model
    def _refuse_strangers(self, events):
        """Refuse whoever has no role in the structure before anybody is looked up."""
        if self.env.su:
            return
        has_role = self.env.user.has_group("citeslab_base.group_volunteer")
        if not has_role or events.company_id - self.env.companies:
            raise AccessError(
                self.env._(
                    "Only the roles of the structure register people for its events."
                )
            )

    @api.model
    def _prepare_participant(self, vals, event):
        """Find or create the porteur of a new registration.

        :param dict vals: values as asked, completed in place
        :param event: event of ours, as superuser
        :return: the registration that this person already has, if any
        :raise UserError: nobody named
        """
        if self._is_visitor():
            # the host would name its visitor after the participant
            vals.pop("visitor_id", None)
        if vals.get("participant_kind", "porteur") != "porteur" or not event.is_own:
            return self.browse()
        porteur = self._participant(vals, event.company_id)
        vals["porteur_id"] = porteur.id
        if self.env.su or porteur.with_env(self.env)._seen_by_reader():
            vals["partner_id"] = vals.get("partner_id") or porteur.id
        else:
            porteur._vouch_for_link()
            for name in ("email", "phone"):  # the host would copy those of the file
                vals[name] = vals.get(name) or False
        vals.setdefault("name", porteur.name)
        if vals.get("state") == "cancel":
            return self.browse()
        # sudo: also one that the author does not see
        return self.sudo().search(
            [
                ("event_id", "=", event.id),
                ("event_slot_id", "=", vals.get("event_slot_id") or False),
                ("porteur_id", "=", porteur.id),
                ("state", "!=", "cancel"),
            ],
            limit=1,
        )

    @api.model
    def _participant(self, vals, company):
        """The porteur that a registration is about, by the duplicate rules.

        :param dict vals: values of the registration
        :param company: structure of the event
        :return: one ``res.partner`` of that structure, as superuser
        """
        Partner = self.env["res.partner"].sudo()
        known = Partner.browse(vals.get("porteur_id") or vals.get("partner_id"))
        known.with_env(self.env)._check_seen()
        name = (vals.get("name") or known.name or "").strip()
        if not name:
            raise UserError(
                self.env._("Who registers? Type a name or choose a person.")
            )
        same = normalise_name(name) == normalise_name(known.name)
        if known and same and not known.is_company and not known.organization_kind:
            return known._as_porteur(company)
        told = {"name": name, "email": vals.get("email"), "phone": vals.get("phone")}
        return Partner._find_or_create_porteur(company, **told)

    def _refuse_twice(self):
        """Tell kindly that somebody is registered already."""
        self.ensure_one()
        raise UserError(
            self.env._(
                "%(name)s is already registered for “%(event)s” (%(day)s): "
                "there is nothing more to do.",
                name=self.name,
                event=self.event_id.name,
                day=self.event_id.date_label,
            )
        )

    @api.constrains("active", "state", "event_id", "event_slot_id", "event_ticket_id")
    def _check_seats_availability(self):
        """Seats limit who registers, never who came or did not: these are facts."""
        noted = self.filtered(
            lambda row: row.is_citeslab and (row.state == "done" or row.absence)
        )
        return super(EventRegistration, self - noted)._check_seats_availability()

    # ------------------------------------------------------------
    # Attendance: a contact, or the RDV that was booked
    # ------------------------------------------------------------

    @api.constrains("state", "attendance_date")
    def _check_not_in_future(self):
        for registration in self.filtered("is_citeslab"):
            today = local_date(fields.Datetime.now(), registration.company_id)
            late = registration.attendance_date and registration.attendance_date > today
            if registration.state == "done" and late:
                raise ValidationError(
                    self.env._(
                        "“%(event)s” is on %(day)s: attendance is marked on that day "
                        "or later.",
                        event=registration.event_id.name,
                        day=registration.event_id.date_label,
                    )
                )

    def write(self, vals):
        ours = self.sudo().filtered("is_citeslab")
        if ours:
            self.env["res.partner"].browse(vals.get("porteur_id") or [])._check_seen()
        if ours and {"state", "active", "event_slot_id", "event_id"} & vals.keys():
            ours.event_id._serialize_registrations()
        if vals.get("state") in ("done", "cancel"):
            vals = {"absence": False, **vals}
        result = super().write(vals)
        if FOLLOWED & vals.keys():
            self.sudo().filtered("is_citeslab")._after_change()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_attended(self):
        for registration in self:
            if registration.is_citeslab and registration.state == "done":
                raise UserError(
                    self.env._(
                        "%(name)s was there: the bilan counts it. Mark the person as "
                        "registered before deleting the registration.",
                        name=registration.name,
                    )
                )

    def _guarded_days(self):
        """Who is registered or came, on the day of the event, to one of ours."""
        return [
            (row, row.company_id, (row.attendance_date,))
            for row in self.sudo().filtered("is_citeslab")
        ]

    @api.model
    def _guarded_fields(self, names):
        return names & COUNTED

    def _after_change(self):
        """Bring what follows from registrations up to date, as superuser."""
        registrations = self.sudo().filtered("porteur_id")
        registrations._photograph()
        registrations._follow_parcours()
        registrations._follow_interviews()
        registrations.event_id._check_headcount()
        registrations.parcours_id._refresh_from_rows()

    def _photograph(self):
        """Note where people lived when they came: a move never rewrites it."""
        for registration in self.filtered(lambda row: row.state == "done"):
            porteur = registration.porteur_id
            if not registration.residence:
                registration.residence = porteur.residence
                registration.neighborhood_id = porteur.neighborhood_id
            registration.gender = registration.gender or porteur.gender

    def _follow_parcours(self):
        """Tie a contact to the open parcours of the person, opened if need be.

        Somebody who only registered has no parcours yet; a RDV always has one.
        """
        for registration in self.filtered(lambda row: not row.parcours_id):
            booked = registration.event_id.is_permanence
            if registration.state == "done" or (
                booked and registration.state == "open"
            ):
                registration.parcours_id = registration._open_parcours()

    def _open_parcours(self):
        """The latest open parcours of the person, or a new one in detection."""
        self.ensure_one()
        parcours = self.porteur_id._parcours_to_follow(self.company_id)
        if parcours:
            return parcours
        Lead = self.env(context=clean_context(self.env.context))["crm.lead"]
        return Lead.create(
            {
                "is_parcours": True,
                "partner_id": self.porteur_id.id,
                "company_id": self.company_id.id,
                "territory_id": self.event_id.territory_id.id,
                "user_id": self.event_id.user_id.id,
            }
        )

    def _follow_interviews(self):
        """Plan, move, hold or cancel the RDV of the bookings of a permanence."""
        if self.env.context.get("citeslab_from_interview"):
            return
        for registration in self.filtered(lambda row: row.event_id.is_permanence):
            state = INTERVIEW_STATES[registration.state]
            if registration.absence and state == "planned":
                state = registration.absence
            called_off = registration.event_id.kanban_state == "cancel"
            if not registration.active or (called_off and state == "planned"):
                state = "cancelled"
            registration._follow_interview(state)

    def _follow_interview(self, state):
        self.ensure_one()
        values = {"state": state, **self._interview_times()}
        if state == "planned":
            values.update(self._interview_place())
        interview = self.interview_id.with_context(citeslab_from_registration=True)
        if interview:
            changes = {
                name: value
                for name, value in values.items()
                if interview._fields[name].convert_to_write(interview[name], interview)
                != value
            }
            if changes:
                interview.write(changes)
        elif state != "cancelled" and self.parcours_id:
            self.interview_id = interview.create({**values, **self._interview_values()})

    def _interview_times(self):
        start = self.event_slot_id.start_datetime or self.event_id.date_begin
        end = self.event_slot_id.end_datetime or self.event_id.date_end
        return {"start": start, "duration": (end - start).total_seconds() / 3600}

    def _interview_values(self):
        return {
            **self._interview_place(),
            "parcours_id": self.parcours_id.id,
            "is_shared": not self.event_slot_id or self.event_id.seats_max != 1,
            "kind": "interview",
        }

    def _interview_place(self):
        """With whom and where: as the event says."""
        event = self.event_id
        return {
            "user_id": event.user_id.id,
            "place_id": event.place_id.id,
            "place": event.place if event.place_id else event._place_label(),
            "mode": "face" if event.place_id or event.address_id else "visio",
        }

    def action_set_absent(self):
        """Mark that the person did not come: it is no contact."""
        self.write({"state": "open", "absence": "no_show"})

    # ------------------------------------------------------------
    # Mails
    # ------------------------------------------------------------

    def _update_mail_schedulers(self):
        """Leave the mails of our events to the queue.

        Odoo would send them inside the registration, committing half-way and
        hiding the errors that make the database play a registration again.
        """
        ours = self.filtered("is_citeslab")
        result = super(EventRegistration, self - ours)._update_mail_schedulers()
        waiting = ours.filtered(lambda registration: registration.state == "open")
        if waiting and not self.env.context.get("install_mode"):
            self.env.ref("event.event_mail_scheduler").sudo()._trigger()
        return result
