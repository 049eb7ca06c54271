"""An attacker with an account, and a porteur's number: thirty ways to a name.

Numbers can be guessed, so every attack knows those of the porteur, of his parcours and
of what was written about him. Each one makes what it may make of its own (a meeting, a
contact, a channel, a registration, a mailing), points it at the porteur, and reads it
back. TRUST T2, T3, T4, T8.
"""

import contextlib

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.citeslab_base.tests.common import CANARY
from odoo.addons.citeslab_base.tests.test_visibility import CanaryCase

MORE = {
    "event_user": "event.group_event_user",
    "event_manager": "event.group_event_manager",
    "mailing_user": "mass_mailing.group_mass_mailing_user",
    "national": "citeslab_reporting.group_network_national",
}
ATTACKERS = (
    "volunteer",
    "network",
    "national",
    "event_user",
    "event_manager",
    "mailing_user",
    "employee",
    "contact_creator",
    "salesperson",
    "sales_manager",
    "admin",
    "portal",
    "public",
    "other_chef",
)
# One of each kind, where every model or every dialog is tried.
FEW = (
    "volunteer",
    "network",
    "event_manager",
    "contact_creator",
    "admin",
    "other_chef",
)
KNOWN_EMAIL = "personne.connue@example.org"


@tagged("post_install", "-at_install")
class TestAttacks(CanaryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, group in MORE.items():
            cls.users[name] = cls._create_user(name, group, cls.structure)
        cls.attackers = {**cls.users, "other_chef": cls.other_chef}
        cls.known = cls.create_parcours(
            contact_name=f"Anna {CANARY}", email_from=KNOWN_EMAIL
        ).partner_id
        cls.person.write({"vat": "FR23334175221", "street": f"1 rue {CANARY}"})
        cls.env.flush_all()

    def attack(self, way, names=ATTACKERS):
        for name in names:
            user = self.attackers[name]
            savepoint = self.env.cr.savepoint()
            try:
                for step, answer in way(user):
                    with self.subTest(attacker=name, step=step):
                        self.assertFalse(self.leaks(answer), str(answer)[:600])
                self.env.flush_all()
            finally:
                savepoint.rollback()
                savepoint.close(rollback=False)
                self.env.invalidate_all()
                self.env.registry.clear_all_caches()

    def ask(self, user, model, method, *args, **kwargs):
        """As a request of its own: what another one had read is not there."""
        self.env.flush_all()
        self.env.invalidate_all()
        return super().ask(user, model, method, *args, **kwargs)

    def made(self, user, model, values):
        """Number of a record that an attacker makes, ``None`` where he may not."""
        made = self.ask(user, model, "create", [values])
        return made and made[0]

    def read_back(self, user, model, ids, deeper=()):
        """Everything that the attacker reads of rows: texts, labels, and one deeper."""
        if not ids:
            return
        described = self.env[model].with_user(user).fields_get(attributes=["type"])
        specs = {}
        for name, field in described.items():
            if field["type"] in ("many2one", "one2many", "many2many"):
                told = (
                    deeper.get(name, ("display_name",)) if deeper else ["display_name"]
                )
                specs[name] = {"fields": {one: {} for one in told}}
            elif field["type"] != "binary":
                specs[name] = {}
        whole = self.ask(user, model, "web_read", ids, specs)
        if whole is not None and not self.leaks(whole):
            yield model, whole
        else:
            for name, spec in specs.items():
                yield (
                    f"{model}.{name}",
                    self.ask(user, model, "web_read", ids, {name: spec}),
                )
        yield (
            f"{model} export",
            self.ask(user, model, "export_data", ids, ["display_name"]),
        )

    def test_T2_T8_meeting_with_the_porteur(self):
        def way(user):
            meeting = self.made(
                user,
                "calendar.event",
                {
                    "name": "Café",
                    "start": "2026-02-01 10:00:00",
                    "stop": "2026-02-01 11:00:00",
                    "partner_ids": [Command.link(self.person.id)],
                },
            )
            if meeting:
                yield from self.read_back(
                    user,
                    "calendar.event",
                    [meeting],
                    {
                        "partner_ids": ("display_name", "name", "email"),
                        "attendee_ids": ("display_name", "common_name", "email"),
                    },
                )
                rows = self.env["calendar.event"].browse(meeting).sudo().attendee_ids
                yield from self.read_back(user, "calendar.attendee", rows.ids)
                yield (
                    "detail",
                    self.ask(
                        user,
                        "res.partner",
                        "get_attendee_detail",
                        [self.person.id],
                        [meeting],
                    ),
                )
                yield (
                    "path",
                    self.ask(
                        user,
                        "calendar.event",
                        "export_data",
                        [meeting],
                        [
                            "partner_ids/name",
                            "attendee_ids/common_name",
                            "attendee_ids/email",
                        ],
                    ),
                )
                yield (
                    "group",
                    self.ask(
                        user,
                        "calendar.attendee",
                        "formatted_read_group",
                        [("event_id", "=", meeting)],
                        ["common_name"],
                        ["__count"],
                    ),
                )
                yield (
                    "group path",
                    self.ask(
                        user,
                        "calendar.attendee",
                        "formatted_read_group",
                        [("event_id", "=", meeting)],
                        ["partner_id.name"],
                        ["__count"],
                    ),
                )
                found = self.ask(
                    user,
                    "calendar.event",
                    "search_count",
                    [("partner_ids.name", "ilike", CANARY)],
                )
                yield "oracle", CANARY if found else ""
                yield "ics", self.ask(user, "calendar.event", "get_ics_file", [meeting])
                yield "messages", self._messages_of("calendar.event", meeting, user)
            attendee = self.made(
                user,
                "calendar.attendee",
                {"event_id": meeting, "partner_id": self.person.id},
            )
            if attendee:
                yield from self.read_back(user, "calendar.attendee", [attendee])
            yield (
                "onchange",
                self.ask(
                    user,
                    "calendar.event",
                    "onchange",
                    [],
                    {"partner_ids": [[4, self.person.id, {}]], "name": "x"},
                    ["partner_ids"],
                    {
                        "partner_ids": {"fields": {"display_name": {}}},
                        "attendee_ids": {"fields": {"common_name": {}, "email": {}}},
                        "name": {},
                        "display_description": {},
                    },
                ),
            )

        self.attack(way)

    def _messages_of(self, model, number, user):
        """What the attacker reads of the chatter of his own record."""
        messages = (
            self.env["mail.message"]
            .sudo()
            .search([("model", "=", model), ("res_id", "=", number)])
        )
        return [
            self.ask(
                user,
                "mail.message",
                "web_read",
                [one.id],
                {
                    "body": {},
                    "subject": {},
                    "record_name": {},
                    "partner_ids": {"fields": {"display_name": {}}},
                    "notified_partner_ids": {"fields": {"display_name": {}}},
                    "notification_ids": {"fields": {"display_name": {}}},
                },
            )
            for one in messages
        ]

    def test_T2_T8_stored_meetings_by_number(self):
        """Meetings of the chef's own agenda, by number and by their guests."""
        meetings = self.env["calendar.event"].search([("name", "ilike", CANARY)])

        def way(user):
            for meeting in meetings:
                yield (
                    "detail",
                    self.ask(
                        user,
                        "res.partner",
                        "get_attendee_detail",
                        [self.person.id],
                        [meeting.id],
                    ),
                )
                yield from self.read_back(user, "calendar.event", [meeting.id])
                yield (
                    "ics",
                    self.ask(user, "calendar.event", "get_ics_file", [meeting.id]),
                )
                yield "copy", self.ask(user, "calendar.event", "copy", [meeting.id])
            yield (
                "free slots",
                self.ask(
                    user,
                    "calendar.event",
                    "get_unusual_days",
                    "2023-01-01",
                    "2023-12-31",
                ),
            )

        self.attack(way)

    def test_T2_T8_child_contact_and_bank(self):
        def way(user):
            for values in (
                {"name": "x", "parent_id": self.person.id},
                {"name": "x", "parent_id": self.person.id, "type": "invoice"},
                {"type": "delivery", "parent_id": self.person.id},
                {"name": "x", "parent_id": self.person.id, "is_company": True},
            ):
                child = self.made(user, "res.partner", values)
                if child:
                    yield from self.read_back(user, "res.partner", [child])
                yield (
                    "onchange",
                    self.ask(
                        user,
                        "res.partner",
                        "onchange",
                        [],
                        values,
                        ["parent_id"],
                        {
                            "name": {},
                            "display_name": {},
                            "complete_name": {},
                            "street": {},
                            "vat": {},
                            "email": {},
                            "parent_name": {},
                            "parent_id": {"fields": {"display_name": {}}},
                            "commercial_company_name": {},
                            "contact_address": {},
                        },
                    ),
                )
            parent = self.made(
                user,
                "res.partner",
                {"name": "x", "child_ids": [Command.link(self.person.id)]},
            )
            if parent:
                yield from self.read_back(
                    user,
                    "res.partner",
                    [parent],
                    {"child_ids": ("display_name", "name", "street")},
                )
            twin = self.made(user, "res.partner", {"name": "x", "vat": "FR23334175221"})
            if twin:
                yield from self.read_back(user, "res.partner", [twin])
            bank = self.made(
                user,
                "res.partner.bank",
                {
                    "acc_number": "FR7630001007941234567890185",
                    "partner_id": self.person.id,
                },
            )
            if bank:
                yield from self.read_back(user, "res.partner.bank", [bank])
            yield (
                "onchange",
                self.ask(
                    user,
                    "res.partner.bank",
                    "onchange",
                    [],
                    {"partner_id": self.person.id, "acc_number": "1"},
                    ["partner_id"],
                    {
                        "acc_holder_name": {},
                        "display_name": {},
                        "partner_id": {"fields": {"display_name": {}}},
                    },
                ),
            )

        self.attack(way)

    def test_T2_T8_registration_and_booth(self):
        event = self.env["event.event"].create(
            {
                "name": "Salon",
                "date_begin": "2026-02-01",
                "date_end": "2026-02-02",
                "company_id": False,
            }
        )
        category = self.env["event.booth.category"].search([], limit=1)

        def way(user):
            for values in (
                {"event_id": event.id, "partner_id": self.person.id},
                {"event_id": event.id, "partner_id": self.person.id, "name": "x"},
            ):
                row = self.made(user, "event.registration", values)
                if row:
                    yield from self.read_back(user, "event.registration", [row])
                yield (
                    "onchange",
                    self.ask(
                        user,
                        "event.registration",
                        "onchange",
                        [],
                        values,
                        ["partner_id"],
                        {
                            "name": {},
                            "email": {},
                            "phone": {},
                            "company_name": {},
                            "display_name": {},
                            "partner_id": {"fields": {"display_name": {}}},
                        },
                    ),
                )
            values = {
                "event_id": event.id,
                "name": "Stand",
                "partner_id": self.person.id,
                "booth_category_id": category.id,
                "state": "unavailable",
            }
            booth = self.made(user, "event.booth", values)
            if booth:
                yield from self.read_back(user, "event.booth", [booth])
            yield (
                "onchange",
                self.ask(
                    user,
                    "event.booth",
                    "onchange",
                    [],
                    values,
                    ["partner_id"],
                    {
                        "contact_name": {},
                        "contact_email": {},
                        "contact_phone": {},
                        "partner_id": {"fields": {"display_name": {}}},
                    },
                ),
            )
            fair = self.made(
                user,
                "event.event",
                {
                    "name": "Foire",
                    "date_begin": "2026-02-01 08:00:00",
                    "date_end": "2026-02-01 10:00:00",
                    "organizer_id": self.person.id,
                    "address_id": self.person.id,
                },
            )
            if fair:
                yield from self.read_back(user, "event.event", [fair])
                yield (
                    "search",
                    self.ask(
                        user,
                        "event.event",
                        "search_read",
                        [("id", "=", fair)],
                        ["address_search", "address_inline"],
                    ),
                )

        self.attack(way)

    def test_T2_T8_lead_of_the_porteur(self):
        def way(user):
            for values in (
                {"name": "x", "partner_id": self.person.id, "type": "opportunity"},
                {"name": "x", "email_from": KNOWN_EMAIL},
                {"name": "x", "is_parcours": True, "partner_id": self.person.id},
            ):
                lead = self.made(user, "crm.lead", values)
                if lead:
                    yield from self.read_back(user, "crm.lead", [lead])
                    wizard = self.ask(
                        user,
                        "crm.lead2opportunity.partner",
                        "default_get",
                        ["partner_id", "duplicated_lead_ids", "lead_id", "action"],
                        context={"active_id": lead, "active_model": "crm.lead"},
                    )
                    yield "convert", wizard
                    made = self.ask(
                        user,
                        "crm.lead2opportunity.partner",
                        "create",
                        [{"lead_id": lead}],
                        context={"active_id": lead, "active_model": "crm.lead"},
                    )
                    yield from self.read_back(
                        user, "crm.lead2opportunity.partner", made or []
                    )
                    yield (
                        "recipients",
                        self.ask(
                            user, "crm.lead", "message_get_suggested_recipients", [lead]
                        ),
                    )
                yield (
                    "onchange",
                    self.ask(
                        user,
                        "crm.lead",
                        "onchange",
                        [],
                        values,
                        list(values),
                        {
                            "contact_name": {},
                            "email_from": {},
                            "phone": {},
                            "street": {},
                            "partner_name": {},
                            "name": {},
                            "display_name": {},
                            "partner_id": {"fields": {"display_name": {}, "email": {}}},
                        },
                    ),
                )
            merge = self.ask(
                user,
                "crm.merge.opportunity",
                "create",
                [{"opportunity_ids": [Command.set(self.parcours.ids)]}],
                context={"active_ids": self.parcours.ids},
            )
            yield from self.read_back(
                user,
                "crm.merge.opportunity",
                merge or [],
                {"opportunity_ids": ("name", "contact_name")},
            )

        self.attack(way)

    def test_T2_T8_dialogs_of_the_host(self):
        """Wizards: each one of the database is opened on the porteur and read back."""
        links = {"res.partner": self.person.id, "crm.lead": self.parcours.id}

        def way(user):
            for name, model in sorted(self.env.registry.items()):
                if not model._transient or model._abstract:
                    continue
                if not self.env[name].with_user(user).has_access("create"):
                    continue
                for target, number in links.items():
                    context = {
                        "active_model": target,
                        "active_id": number,
                        "active_ids": [number],
                        "default_model": target,
                        "default_res_ids": repr([number]),
                        "default_res_id": number,
                        "default_partner_id": self.person.id,
                        "default_parcours_id": self.parcours.id,
                    }
                    fields_of = list(self.env[name]._fields)
                    yield (
                        f"default {name}",
                        self.ask(user, name, "default_get", fields_of, context=context),
                    )
                    spec = {
                        key: {"fields": {"display_name": {}}}
                        if field.relational
                        else {}
                        for key, field in self.env[name]._fields.items()
                        if field.type != "binary"
                        and self.env[name]
                        .with_user(user)
                        ._has_field_access(field, "read")
                    }
                    yield (
                        f"opened {name}",
                        self.ask(
                            user, name, "onchange", [], {}, [], spec, context=context
                        ),
                    )
                    values = {
                        key: [Command.set([links[field.comodel_name]])]
                        if field.type == "many2many"
                        else links[field.comodel_name]
                        for key, field in self.env[name]._fields.items()
                        if field.type in ("many2one", "many2many")
                        and field.comodel_name in links
                        and self.env[name]
                        .with_user(user)
                        ._has_field_access(field, "write")
                        and not field.related
                    }
                    made = self.ask(user, name, "create", [values], context=context)
                    yield from self.read_back(user, name, made or [])

        self.attack(way, FEW)

    def test_T2_T8_every_link_to_a_person(self):
        """A row of any model that the attacker may make, with a link to the porteur."""
        links = {
            name: model
            for name, model in self.env.registry.items()
            if not model._abstract and not model._transient and model._auto
        }

        def way(user):
            for name, model in sorted(links.items()):
                Model = self.env[name].with_user(user)
                if not Model.has_access("create"):
                    continue
                pointing = {
                    key: field
                    for key, field in model._fields.items()
                    if field.comodel_name in ("res.partner", "crm.lead")
                    and field.type in ("many2one", "many2many")
                    and not field.related
                    and (field.store or field.inverse)
                    and Model._has_field_access(field, "write")
                }
                for key, field in pointing.items():
                    number = (
                        self.person
                        if field.comodel_name == "res.partner"
                        else self.parcours
                    ).id
                    value = (
                        number if field.type == "many2one" else [Command.link(number)]
                    )
                    needed = self._needed(Model)
                    row = self.made(user, name, {**needed, key: value})
                    if row:
                        yield from self.read_back(user, name, [row])
                    spec = {
                        one: {"fields": {"display_name": {}}} if what.relational else {}
                        for one, what in model._fields.items()
                        if what.type not in ("binary", "one2many")
                        and Model._has_field_access(what, "read")
                    }
                    yield (
                        f"onchange {name}.{key}",
                        self.ask(
                            user,
                            name,
                            "onchange",
                            [],
                            {
                                **needed,
                                key: value
                                if field.type == "many2one"
                                else [[4, number, {}]],
                            },
                            [key],
                            spec,
                        ),
                    )

        self.attack(way, FEW)

    def _needed(self, Model):
        """Values of the required fields, the simplest ones."""
        plain = {
            "char": "x",
            "text": "x",
            "html": "x",
            "integer": 1,
            "float": 1.0,
            "monetary": 1.0,
            "boolean": True,
            "date": "2026-02-01",
            "datetime": "2026-02-01 10:00:00",
        }
        told = {}
        names = [
            name
            for name, field in Model._fields.items()
            if field.required and field.store and not field.related
        ]
        defaults = self.ask(Model.env.user, Model._name, "default_get", names) or {}
        for name in names:
            field = Model._fields[name]
            if defaults.get(name) or (field.compute and field.precompute):
                continue
            if field.type in plain:
                told[name] = plain[field.type]
            elif field.type == "selection":
                told[name] = field.get_values(self.env)[0]
            elif field.type == "many2one" and field.comodel_name not in (
                "res.partner",
                "crm.lead",
            ):
                Other = self.env[field.comodel_name].with_user(Model.env.user)
                if Other.has_access("read"):
                    told[name] = Other.search([], limit=1).id
        return told

    def test_T2_T8_chatter_of_ones_own_record(self):
        def way(user):
            own = self.made(user, "res.partner", {"name": "À moi"})
            record = self.env["res.partner"].browse(own) if own else user.partner_id
            yield (
                "post",
                self.ask(
                    user,
                    "res.partner",
                    "message_post",
                    [record.id],
                    body="x",
                    partner_ids=[self.person.id],
                ),
            )
            yield (
                "subscribe",
                self.ask(
                    user,
                    "res.partner",
                    "message_subscribe",
                    [record.id],
                    partner_ids=[self.person.id],
                ),
            )
            yield (
                "followers",
                self.ask(user, "res.partner", "message_get_followers", [record.id]),
            )
            yield "messages", self._messages_of("res.partner", record.id, user)
            yield (
                "read",
                self.ask(
                    user,
                    "res.partner",
                    "web_read",
                    [record.id],
                    {
                        "message_follower_ids": {
                            "fields": {"display_name": {}, "name": {}, "email": {}}
                        },
                        "message_partner_ids": {
                            "fields": {"display_name": {}, "name": {}}
                        },
                    },
                ),
            )
            yield (
                "suggested",
                self.ask(
                    user, "res.partner", "message_get_suggested_recipients", [record.id]
                ),
            )
            for who in (record.id, self.person.id):
                activity = self.made(
                    user,
                    "mail.activity",
                    {
                        "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                        "res_id": who,
                        "summary": "x",
                    },
                )
                if activity:
                    yield (
                        "move",
                        self.ask(
                            user,
                            "mail.activity",
                            "write",
                            [activity],
                            {"res_id": self.person.id},
                        ),
                    )
                    yield from self.read_back(user, "mail.activity", [activity])
            yield "formats", self.ask(user, "mail.activity", "activity_format", [1])

        self.attack(way)

    def test_T2_T8_discuss(self):
        def way(user):
            for method, arguments, more in (
                ("_get_or_create_chat", [[self.person.id]], {}),
                ("channel_get", [[self.person.id]], {}),
                ("_create_group", [[self.person.id]], {}),
                ("create_group", [[self.person.id]], {}),
            ):
                yield (
                    method,
                    self.ask(user, "discuss.channel", method, *arguments, **more),
                )
            channel = self.made(
                user,
                "discuss.channel",
                {
                    "name": "Coin",
                    "channel_type": "group",
                    "channel_partner_ids": [Command.link(self.person.id)],
                },
            ) or self.made(user, "discuss.channel", {"name": "Coin"})
            if channel:
                yield (
                    "add",
                    self.ask(
                        user,
                        "discuss.channel",
                        "add_members",
                        [channel],
                        partner_ids=[self.person.id],
                    ),
                )
                yield from self.read_back(user, "discuss.channel", [channel])
                members = (
                    self.env["discuss.channel.member"]
                    .sudo()
                    .search([("channel_id", "=", channel)])
                )
                yield from self.read_back(user, "discuss.channel.member", members.ids)
                yield "messages", self._messages_of("discuss.channel", channel, user)
                yield (
                    "mentions",
                    self.ask(
                        user,
                        "res.partner",
                        "get_mention_suggestions_from_channel",
                        channel,
                        CANARY,
                    ),
                )
            for method in (
                "get_mention_suggestions",
                "im_search",
                "search_for_channel_invite",
            ):
                yield method, self.ask(user, "res.partner", method, CANARY)
            yield (
                "by mail",
                self.ask(user, "res.partner", "find_or_create", KNOWN_EMAIL),
            )
            found = self.env["res.partner"].browse(
                self.ask(user, "res.partner", "find_or_create", KNOWN_EMAIL) or []
            )
            yield "found", found.with_user(user)._filtered_access("read").mapped("name")

        self.attack(way)

    def test_T2_T8_users_and_portal(self):
        def way(user):
            if user != self.attackers["admin"]:  # who may give himself any role
                account = self.made(
                    user,
                    "res.users",
                    {"login": "x@example.org", "partner_id": self.person.id},
                )
                yield from self.read_back(user, "res.users", account and [account])
            wizard = self.ask(
                user,
                "portal.wizard",
                "create",
                [{"partner_ids": [Command.set(self.person.ids)]}],
            )
            yield from self.read_back(
                user,
                "portal.wizard",
                wizard or [],
                {"user_ids": ("email", "display_name", "login_date")},
            )
            line = self.ask(
                user,
                "portal.wizard.user",
                "create",
                [{"wizard_id": wizard and wizard[0], "partner_id": self.person.id}],
            )
            yield from self.read_back(user, "portal.wizard.user", line or [])

        self.attack(way)

    def test_T2_T8_mailing_to_porteurs(self):
        def way(user):
            for model, domain in (
                ("res.partner", [("id", "in", (self.person + self.known).ids)]),
                ("crm.lead", [("id", "=", self.parcours.id)]),
                ("citeslab.interview", [("parcours_id", "=", self.parcours.id)]),
            ):
                mailing = self.made(
                    user,
                    "mailing.mailing",
                    {
                        "subject": "x",
                        "mailing_model_id": self.env["ir.model"]._get_id(model),
                        "mailing_domain": repr(domain),
                        "body_html": "<p t-out='object.name'/>",
                        "preview": "{{ object.display_name }}",
                    },
                )
                if not mailing:
                    continue
                self.ask(user, "mailing.mailing", "action_launch", [mailing])
                mine = self.env["mailing.mailing"].sudo().browse(mailing)
                before = self.env["mailing.trace"].search_count(
                    [("mass_mailing_id", "=", mailing)]
                )
                with contextlib.suppress(UserError):  # nobody to write to
                    mine.with_user(self.env.ref("base.user_root")).action_send_mail()
                yield from self.read_back(user, "mailing.mailing", [mailing])
                traces = (
                    self.env["mailing.trace"]
                    .sudo()
                    .search([("mass_mailing_id", "=", mailing)])
                )
                yield f"reached {model}", CANARY if traces else before
                yield from self.read_back(user, "mailing.trace", traces.ids)
                mails = (
                    self.env["mail.mail"].sudo().search([("mailing_id", "=", mailing)])
                )
                yield from self.read_back(user, "mail.mail", mails.ids)

        self.attack(way)

    def test_T2_T8_merge_and_lookup(self):
        def way(user):
            own = self.made(user, "res.partner", {"name": "À moi"})
            if own:
                for kept, ids in (
                    (own, [own, self.person.id]),
                    (self.person.id, [own, self.person.id]),
                ):
                    wizard = self.made(
                        user,
                        "base.partner.merge.automatic.wizard",
                        {
                            "partner_ids": [Command.set(ids)],
                            "dst_partner_id": kept,
                            "state": "selection",
                        },
                    )
                    if wizard:
                        yield (
                            "merge",
                            self.ask(
                                user,
                                "base.partner.merge.automatic.wizard",
                                "action_merge",
                                [wizard],
                            ),
                        )
                        yield from self.read_back(user, "res.partner", [own])
                        yield "kept", "" if self.person.exists() else CANARY
            lookup = self.made(
                user, "privacy.lookup.wizard", {"name": "Zoé", "email": KNOWN_EMAIL}
            )
            if lookup:
                self.ask(user, "privacy.lookup.wizard", "action_lookup", [lookup])
                yield from self.read_back(user, "privacy.lookup.wizard", [lookup])
                lines = self.env["privacy.lookup.wizard"].browse(lookup).sudo().line_ids
                yield from self.read_back(user, "privacy.lookup.wizard.line", lines.ids)

        self.attack(way)
