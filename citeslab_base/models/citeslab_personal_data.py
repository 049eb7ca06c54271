from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.personal import EMAIL, Personal, Scope

FIGURE = "a figure counts it"
SHARED = "a word of a shared list"
FILE = "names a record or a file format, nobody"
ORGANISATION = "an organisation, no person"

CHILD = {"parcours_id": "crm.lead", "partner_id": "res.partner"}
MESSAGE = {"mail_message_id": "mail.message"}


class CiteslabPersonalData(models.AbstractModel):
    """The one register of where a person may be, and of what an erasure does there.

    Each addon adds its own models and columns through ``super()``. A test compares
    it with the database: a column of text, a file or a link to a person that nobody
    decided about is red. Whatever names nobody is declared too, in ``_nobody``.
    """

    _name = "citeslab.personal.data"
    _description = "Register of Personal Data"

    # ------------------------------------------------------------
    # The register
    # ------------------------------------------------------------

    @api.model
    def _people_register(self):
        """Where people are.

        :return: model name → what is done with the rows of a person
        :rtype: dict[str, Personal]
        """
        return {
            **self._register_people(),
            **self._register_rows(),
            **self._register_host(),
            **self._register_chatter(),
        }

    def _register_people(self):
        return {
            "res.partner": Personal(
                links={"parent_id": "res.partner"},
                replaced={"name": "person", "complete_name": "person"},
                emptied=(
                    "email", "email_normalized", "phone", "phone_sanitized",
                    "street", "street2", "zip", "city", "state_id", "country_id",
                    "partner_latitude", "partner_longitude", "birthdate_date",
                    "name_normalized", "comment", "properties", "website", "ref",
                    "vat", "company_registry", "function", "barcode", "lang",
                    "company_name", "commercial_company_name", "industry_id",
                    "signup_type", "image_1920", "image_1024", "image_512",
                    "image_256", "image_128", "porteur_shared",
                ),
                kept={"commercial_partner_id": "the person himself"},
            ),
            "crm.lead": Personal(
                links={"partner_id": "res.partner"},
                replaced={"name": "project"},
                emptied=(
                    "contact_name", "partner_name", "email_from", "email_normalized",
                    "email_domain_criterion", "email_cc", "phone", "phone_sanitized",
                    "street", "street2", "zip", "city", "state_id", "country_id",
                    "website", "function", "description", "referred",
                    "lead_properties", "register_number", "reveal_id",
                ),
                kept={
                    "reference": "a number that names nobody",
                    "register_label": "name of a file",
                    "prescriber_id": FIGURE,
                },
            ),
        }  # fmt: skip

    def _register_rows(self):
        """Rows of a parcours: what figures count stays, words go."""
        return {
            "citeslab.situation": Personal(
                links=CHILD, kept={"neighborhood_code": FIGURE}
            ),
            "citeslab.interview": Personal(
                links=CHILD, emptied=("place", "next_step", "notes")
            ),
            "citeslab.orientation": Personal(
                links=CHILD,
                emptied=("feedback", "message", "caller"),
                kept={"organization_id": FIGURE, "contact_id": ORGANISATION},
            ),
            "citeslab.orientation.link": Personal(
                links={"orientation_id": "citeslab.orientation"}, deleted=True
            ),
            "citeslab.prescriber.news": Personal(
                links=CHILD, kept={"organization_id": ORGANISATION}
            ),
            "citeslab.outcome": Personal(links=CHILD, emptied=("siren", "note")),
            "citeslab.followup": Personal(links=CHILD, emptied=("note",)),
            "citeslab.contest.entry": Personal(
                links=CHILD, emptied=("category",), kept={"edition": FIGURE}
            ),
            "citeslab.register.row": Personal(
                links={"parcours_id": "crm.lead"},
                kept=dict.fromkeys(
                    ("label", "number", "number_key", "fingerprint", "told"),
                    "an old register imported again must not bring the person back",
                ),
            ),
            "citeslab.capture": Personal(
                links={"parcours_id": "crm.lead"}, kept={"nonce": "a random number"}
            ),
            "citeslab.duplicate": Personal(
                links={"partner_id": "res.partner", "other_id": "res.partner"},
                deleted=True,
            ),
            "citeslab.consent": Personal(
                links={"partner_id": "res.partner"},
                emptied=("scope",),
                kept={"organization_id": ORGANISATION},
            ),
        }

    def _register_host(self):
        """Models of the host that a porteur enters."""
        return {
            "res.partner.bank": Personal(
                links={"partner_id": "res.partner"}, deleted=True
            ),
            "calendar.event": Personal(
                links={"opportunity_id": "crm.lead"},
                document=("res_model", "res_id"),
                replaced={"name": "meeting"},
                emptied=(
                    "description", "location", "notes", "videocall_location",
                    "access_token",
                ),
            ),
            "calendar.attendee": Personal(
                links={"partner_id": "res.partner"}, deleted=True
            ),
            "calendar.filters": Personal(
                links={"partner_id": "res.partner"}, deleted=True
            ),
            "discuss.channel.member": Personal(
                links={"partner_id": "res.partner"}, deleted=True
            ),
            "discuss.channel.rtc.session": Personal(
                links={"partner_id": "res.partner"}, deleted=True
            ),
            "res.users.settings.volumes": Personal(
                links={"partner_id": "res.partner"}, deleted=True
            ),
            "snailmail.letter": Personal(
                links={"partner_id": "res.partner", "message_id": "mail.message"},
                document=("model", "res_id"),
                deleted=True,
            ),
            "sms.sms": Personal(
                links={"partner_id": "res.partner", **MESSAGE}, deleted=True
            ),
            "phone.blacklist": Personal(deleted=True),
            "mail.blacklist": Personal(links={"email": EMAIL}, deleted=True),
            "mail.gateway.allowed": Personal(
                links={"email_normalized": EMAIL}, deleted=True
            ),
        }  # fmt: skip

    def _register_chatter(self):
        """What was said, sent and attached goes with the person."""
        about = ("res_model", "res_id")
        return {
            "mail.message": Personal(
                links={"author_id": "res.partner"},
                document=("model", "res_id"),
                deleted=True,
            ),
            "mail.mail": Personal(links=MESSAGE, deleted=True),
            "mail.notification": Personal(
                links={
                    "res_partner_id": "res.partner",
                    "author_id": "res.partner",
                    **MESSAGE,
                },
                deleted=True,
            ),
            "mail.tracking.value": Personal(links=MESSAGE, deleted=True),
            "mail.message.reaction": Personal(
                links={"partner_id": "res.partner", "message_id": "mail.message"},
                deleted=True,
            ),
            "mail.message.schedule": Personal(links=MESSAGE, deleted=True),
            "mail.message.translation": Personal(
                links={"message_id": "mail.message"}, deleted=True
            ),
            "mail.scheduled.message": Personal(
                links={"author_id": "res.partner"},
                document=("model", "res_id"),
                deleted=True,
            ),
            "mail.push.device": Personal(
                links={"partner_id": "res.partner"}, deleted=True
            ),
            "mail.followers": Personal(
                links={"partner_id": "res.partner"}, document=about, deleted=True
            ),
            "mail.activity": Personal(document=about, deleted=True),
            "ir.attachment": Personal(
                document=about,
                deleted=True,
            ),
        }

    @api.model
    def _relations(self):
        """Tables of pairs that tie a person or a parcours to something.

        :return: table → ``(column, model, whether the pair goes)``
        :rtype: dict[str, tuple]
        """
        return {
            "calendar_event_res_partner_rel": ("res_partner_id", "res.partner", True),
            "res_partner_res_partner_category_rel": (
                "partner_id",
                "res.partner",
                True,
            ),
            "mail_message_res_partner_rel": ("res_partner_id", "res.partner", True),
            "mail_message_res_partner_starred_rel": (
                "res_partner_id",
                "res.partner",
                True,
            ),
            "mail_mail_res_partner_rel": ("res_partner_id", "res.partner", True),
            "mail_scheduled_message_res_partner_rel": (
                "res_partner_id",
                "res.partner",
                True,
            ),
            "ir_act_server_res_partner_rel": ("res_partner_id", "res.partner", True),
            "crm_tag_rel": ("lead_id", "crm.lead", True),
            "citeslab_action_organization_rel": ("partner_id", "res.partner", False),
            "citeslab_territory_organization_rel": (
                "partner_id",
                "res.partner",
                False,
            ),
        }

    @api.model
    def _nobody(self):
        """Stored models without a person in them, and why that is so.

        :return: model, or beginning of names ended by ``*`` → why
        :rtype: dict[str, str]
        """
        return {
            "ir.*": "settings of the host",
            "base*": "settings of the host",
            "report.*": "settings of the host",
            "res.company": "a structure",
            "res.users*": "accounts of agents; a porteur with one is set apart first",
            "res.country*": SHARED,
            "res.currency*": SHARED,
            "res.groups*": "settings of the host",
            "res.lang": SHARED,
            "res.bank": ORGANISATION,
            "res.role": SHARED,
            "res.device*": "sessions of agents",
            "res.partner.category": SHARED,
            "res.partner.industry": SHARED,
            "resource.*": "agents",
            "barcode.*": "settings of the host",
            "decimal.precision": "settings of the host",
            "digest.*": "settings of the host",
            "web_*": "settings of the host",
            "html_editor.*": "settings of the host",
            "uom.*": SHARED,
            "utm.*": SHARED,
            "iap.*": "settings of the host",
            "auth*": "accounts of agents",
            "bus.bus": "emptied by each erasure",
            "privacy.log": "anonymised by the host",
            "calendar.alarm": SHARED,
            "calendar.event.type": SHARED,
            "calendar.recurrence": "a rhythm",
            "crm.iap.*": "companies to prospect; a parcours is never sent",
            "crm.lead.scoring.*": "statistics of the sales leads",
            "crm.lost.reason": SHARED,
            "crm.recurring.plan": SHARED,
            "crm.stage": SHARED,
            "crm.tag": SHARED,
            "crm.team*": "agents",
            "discuss.*": "conversations of agents",
            "fetchmail.server": "settings of the host",
            "mail.activity.plan*": "settings of the host",
            "mail.activity.type": SHARED,
            "mail.alias*": "settings of the host",
            "mail.canned.response": "settings of the host",
            "mail.guest": "visitors of a conversation, never tied to a file",
            "mail.ice.server": "settings of the host",
            "mail.link.preview": "public pages",
            "mail.message.link.preview": "goes with its message",
            "mail.message.subtype": "settings of the host",
            "mail.presence": "agents",
            "mail.push": "sent at once, to agents",
            "mail.template": "settings of the host",
            "properties.base.definition": "settings of the host",
            "sms.template": "settings of the host",
            "sms.tracker": "numbers of messages",
            "citeslab.action": "work of the structure, without a known person",
            "citeslab.action.kind": SHARED,
            "citeslab.consent.text": "what everybody agrees to",
            "citeslab.contest": SHARED,
            "citeslab.discovery.source": SHARED,
            "citeslab.education": SHARED,
            "citeslab.employment": SHARED,
            "citeslab.erasure": "a hash and a date",
            "citeslab.headcount": "anonymous from the start",
            "citeslab.mission": SHARED,
            "citeslab.neighborhood": "a place",
            "citeslab.period.*": "who changed which row of a closed period, by number",
            "citeslab.orientation.reason": SHARED,
            "citeslab.outcome.reason": SHARED,
            "citeslab.parameter": "rules of the scheme",
            "citeslab.place": "a place",
            "citeslab.program": SHARED,
            "citeslab.program.promotion": "a programme",
            "citeslab.project.nature": SHARED,
            "citeslab.quality.rule": SHARED,
            "citeslab.resource": SHARED,
            "citeslab.territory": "a place",
            "citeslab.training": "what a chef or a volunteer learnt",
        }

    @api.model
    def _neutral(self, key):
        """Text that stands for what is gone.

        :param str key: ``person``, ``project``, ``meeting`` or ``text``
        :rtype: str
        """
        return {
            "person": self.env._("Anonymised person"),
            "project": self.env._("Anonymised project"),
            "meeting": self.env._("Anonymised meeting"),
            "text": self.env._("Anonymised"),
        }[key]

    # ------------------------------------------------------------
    # Find
    # ------------------------------------------------------------

    @api.model
    def _installed(self):
        """The part of the register whose models this database holds."""
        return {
            name: personal
            for name, personal in self._people_register().items()
            if name in self.env.registry and self.env[name]._auto
        }

    @api.model
    def _scope(self, partners):
        """Every row that concerns some people, their contacts included.

        :param partners: ``res.partner``
        :rtype: Scope
        """
        self.env.flush_all()
        scope = Scope(companies=partners.company_id.ids)
        scope.add("res.partner", partners.ids)
        scope.emails = self._own_addresses(partners, partners.company_id)
        scope.unshared_emails = self._own_addresses(partners, None)
        self._add_meetings_and_mails(scope)
        register = self._installed()
        grown = True
        while grown:  # a message of a booking of a person: as deep as it goes
            grown = False
            for name, personal in register.items():
                grown |= scope.add(name, self._find(name, personal, scope))
        self._add_files_of_messages(scope)
        return scope

    def _own_addresses(self, partners, companies):
        """Addresses that nobody else uses, in some structures or anywhere."""
        addresses = set(partners.mapped("email_normalized")) - {False}
        domain = Domain("email_normalized", "in", list(addresses))
        domain &= Domain("id", "not in", partners.ids)
        if companies:
            domain &= Domain("company_id", "in", companies.ids)
        others = partners.with_context(active_test=False).search(domain)
        return sorted(addresses - set(others.mapped("email_normalized")))

    def _find(self, name, personal, scope):
        """Ids of the rows of one model that point to a row of the scope."""
        conditions = []
        of_structure = "company_id" in self.env[name]._fields
        addresses = scope.emails if of_structure else scope.unshared_emails
        for column, target in personal.links.items():
            wanted = addresses if target == EMAIL else scope.ids.get(target)
            if wanted:
                conditions.append(
                    SQL("%s = ANY(%s)", SQL.identifier(column), list(wanted))
                )
        if personal.document:
            model, record = map(SQL.identifier, personal.document)
            conditions += [
                SQL("(%s = %s AND %s = ANY(%s))", model, target, record, list(ids))
                for target, ids in scope.ids.items()
                if ids
            ]
        if not conditions:
            return []
        where = SQL("(%s)", SQL(" OR ").join(conditions))
        if of_structure and EMAIL in personal.links.values():
            where = SQL("%s AND company_id = ANY(%s)", where, scope.companies)
        table = SQL.identifier(self.env[name]._table)
        rows = self.env.execute_query(SQL("SELECT id FROM %s WHERE %s", table, where))
        return [row_id for (row_id,) in rows]

    def _add_meetings_and_mails(self, scope):
        """Meetings that the people are invited to, messages sent to them alone."""
        people = list(scope.ids["res.partner"])
        queries = {
            "calendar.event": SQL(
                "SELECT calendar_event_id FROM calendar_event_res_partner_rel "
                "WHERE res_partner_id = ANY(%s)",
                people,
            ),
            "mail.message": SQL(
                """
                WITH sent AS (
                    SELECT mail_message_id, res_partner_id FROM mail_notification
                     UNION
                    SELECT mail.mail_message_id, rel.res_partner_id
                      FROM mail_mail mail
                      JOIN mail_mail_res_partner_rel rel ON rel.mail_mail_id = mail.id)
                SELECT mail_message_id FROM sent
                 WHERE mail_message_id IN (SELECT mail_message_id FROM sent
                                            WHERE res_partner_id = ANY(%(people)s))
              GROUP BY mail_message_id
                HAVING bool_and(res_partner_id = ANY(%(people)s))
                """,
                people=people,
            ),
        }
        for model, query in queries.items():
            rows = self.env.execute_query(query)
            scope.add(model, [row_id for (row_id,) in rows])

    def _add_files_of_messages(self, scope):
        messages = scope.ids.get("mail.message")
        if messages:
            rows = self.env.execute_query(
                SQL(
                    "SELECT attachment_id FROM message_attachment_rel "
                    "WHERE message_id = ANY(%s)",
                    list(messages),
                )
            )
            scope.add("ir.attachment", [row_id for (row_id,) in rows])

    # ------------------------------------------------------------
    # Blank
    # ------------------------------------------------------------

    @api.model
    def _blank(self, scope):
        """Blank a scope: a fixed number of statements, however many people.

        In SQL: the host would note each former value in the chatter.
        """
        register = self._installed()
        for table, (column, model, goes) in self._relations().items():
            if goes and scope.ids.get(model) and self._has_table(table):
                self._delete(table, column, scope.ids[model])
        # sudo: the files of a person, whoever added them
        files = self.env["ir.attachment"].sudo()
        files.browse(scope.ids.pop("ir.attachment", ())).exists().unlink()
        for name in reversed(register):
            ids = scope.ids.get(name)
            if not ids:
                continue
            if register[name].deleted:
                self._delete(self.env[name]._table, "id", ids)
            else:
                self._empty(name, register[name], ids)
        self.env.cr.execute(SQL("DELETE FROM bus_bus"))
        self.env.invalidate_all(flush=False)

    def _has_table(self, table):
        return bool(self.env.execute_query(SQL("SELECT to_regclass(%s)", table))[0][0])

    def _delete(self, table, column, ids):
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(table),
                SQL.identifier(column),
                list(ids),
            )
        )

    def _empty(self, name, personal, ids):
        Model = self.env[name]
        values = [
            SQL("%s = NULL", SQL.identifier(column))
            for column in personal.emptied
            if self._is_column(Model, column)
        ]
        values += [
            SQL("%s = %s", SQL.identifier(column), self._neutral(key))
            for column, key in personal.replaced.items()
            if self._is_column(Model, column)
        ]
        if values:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE id = ANY(%s)",
                    SQL.identifier(Model._table),
                    SQL(", ").join(values),
                    list(ids),
                )
            )

    def _is_column(self, Model, name):
        field = Model._fields.get(name)
        return bool(field and field.store and field.column_type)
