"""A porteur reaches nobody but the roles of his structure, by no way of reading.

Every file of a porteur carries a canary word. Each outsider then reads whatever the
host lets him read, in every model, and no answer may hold the canary.
"""

import json

from odoo import Command
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CANARY, CiteslabCase

# A word that nothing holds: what the host answers to it, it answers to anybody.
NONSENSE = "Qxzwvyk9"

# Own text of people without a role, in models that they alone write.
SKIPPED_MODELS = {"ir.logging"}


class CanaryCase(CiteslabCase):
    """A porteur about whom everything is filled in, in chatter and files too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.area = cls.env["citeslab.neighborhood"].create(
            {"name": "Les Docks", "company_id": cls.structure.id}
        )
        cls.parcours = cls.create_parcours(
            contact_name=f"Zoé {CANARY}",
            email_from=f"zoe@{CANARY.lower()}.example.org",
            phone="+33 6 77 41 77 41",
            name=f"Projet {CANARY}",
            description=f"<p>Idée {CANARY}</p>",
        )
        cls.person = cls.parcours.partner_id
        cls.person.write(
            {
                "street": f"1 rue {CANARY}",
                "comment": f"Note {CANARY}",
                "gender": "female",
                "birthdate_date": "1990-06-15",
                "residence": "qpv",
                "neighborhood_id": cls.area.id,
            }
        )
        cls.meet(
            cls.parcours,
            "2023-02-01",
            notes=f"Secret {CANARY}",
            next_step=CANARY,
            place=CANARY,
        )
        cls.orient(cls.parcours, "2023-02-01", feedback=CANARY)
        cls._fill_chatter()
        cls._fill_calendar()
        cls.env.flush_all()
        cls.env.cr.flush()  # writes the tracked changes

    @classmethod
    def _fill_chatter(cls):
        for record in (cls.parcours, cls.person):
            record.message_subscribe(partner_ids=cls.person.ids)
            record.message_post(
                body=f"Appel de {CANARY}",
                subject=f"Sujet {CANARY}",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachments=[(f"{CANARY}.txt", f"Pièce {CANARY}".encode())],
            )
            record.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=f"Rappeler {CANARY}",
                note=f"Au sujet de {CANARY}",
                user_id=cls.chef.id,
            )
            done = record.activity_schedule(
                "mail.mail_activity_data_call", summary=CANARY, user_id=cls.chef.id
            )
            done.action_feedback(feedback=f"Fait {CANARY}")
        cls.parcours.write({"user_id": cls.manager.id})
        second = cls.create_parcours(
            partner_id=cls.person.id, name=f"Second {CANARY}", user_id=cls.chef.id
        )
        cls.end(second, "2023-03-01", "created")
        cls.env.flush_all()
        cls.env.cr.flush()
        second.write({"name": f"Troisième {CANARY}"})
        cls.env["mail.tracking.value"].create(
            {
                "mail_message_id": second.message_ids[:1].id,
                "field_id": cls.env["ir.model.fields"]
                ._get("crm.lead", "email_from")
                .id,
                "old_value_char": f"{CANARY}@example.org",
            }
        )
        cls.env["mail.scheduled.message"].create(
            {
                "model": "crm.lead",
                "res_id": second.id,
                "author_id": cls.chef.partner_id.id,
                "subject": CANARY,
                "body": CANARY,
                "partner_ids": [Command.set(cls.person.ids)],
                "scheduled_date": "2999-01-01 10:00:00",
            }
        )

    @classmethod
    def _fill_calendar(cls):
        """Meetings that a chef types in the stock calendar."""
        guests = (cls.person + cls.chef.partner_id).ids
        for opportunity in (cls.parcours.id, False):
            cls.env["calendar.event"].with_user(cls.chef).create(
                {
                    "name": f"Point avec {CANARY}",
                    "description": CANARY,
                    "start": "2023-02-01 10:00:00",
                    "stop": "2023-02-01 11:00:00",
                    "opportunity_id": opportunity,
                    "partner_ids": [Command.set(guests)],
                }
            )

    def outsiders(self):
        """Users who may not know of the porteur, by name."""
        names = [name for name in self.users if name not in ("chef", "manager")]
        return {name: self.users[name] for name in names} | {
            "other_chef": self.other_chef
        }

    def leaks(self, answer):
        text = json.dumps(answer, default=str, ensure_ascii=False)
        return CANARY.casefold() in text.casefold() or "77 41 77 41" in text

    def ask(self, user, model, method, *args, **kwargs):
        """Answer to a request, ``None`` where the host refuses it."""
        # what a caller sends is the whole context
        Model = self.env[model].with_user(user)
        Model = Model.with_context({})  # pylint: disable=context-overridden
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db", "odoo.models"):
                return call_kw(Model, method, args, kwargs)
        except Exception:  # a refusal of any kind tells nothing
            return None


@tagged("post_install", "-at_install")
class TestSweep(CanaryCase):
    def _models(self):
        return sorted(
            name
            for name, model in self.env.registry.items()
            if not model._abstract and name not in SKIPPED_MODELS
        )

    def _readable(self, user):
        for model in self._models():
            if self.env[model].with_user(user).has_access("read"):
                yield model

    def _sweep(self, name):
        user = self.outsiders()[name]
        count = 0
        for model in self._readable(user):
            for way in (self._read_all, self._search_words, self._group_by):
                count += 1
                with self.subTest(user=name, model=model, way=way.__name__):
                    leak = way(user, model)
                    self.assertFalse(leak, f"{name} reads the canary in {leak}")
            self.env.invalidate_all()
        return count

    def _fields(self, user, model):
        return self.env[model].with_user(user).fields_get(attributes=["type"])

    def _read_all(self, user, model):
        """Every field of every row, names of linked records included."""
        found = self.ask(
            user,
            model,
            "search_read",
            [],
            ["display_name"],
            limit=3000,
            context={"active_test": False},
        )
        if self.leaks(found):
            return f"{model}.display_name"
        ids = [row["id"] for row in found or []]
        for field, info in self._fields(user, model).items():
            if info["type"] == "binary":  # named, and refused, as a whole row
                continue
            relational = info["type"] in ("many2one", "one2many", "many2many")
            spec = {field: {"fields": {"display_name": {}}} if relational else {}}
            if self.leaks(self.ask(user, model, "web_read", ids[-400:], spec)):
                return f"{model}.{field}"
        return None

    def _search_words(self, user, model):
        """A search that finds something is an oracle, whatever it shows."""
        if self._found(user, model, "name_search", CANARY) != self._found(
            user, model, "name_search", NONSENSE
        ):
            return f"{model} by name_search"
        for field, info in self._fields(user, model).items():
            if info["type"] in ("char", "text", "html", "many2one", "reference"):
                asked = [(field, "ilike", CANARY)]
                nonsense = [(field, "ilike", NONSENSE)]
                if self._found(user, model, "search_count", asked) != self._found(
                    user, model, "search_count", nonsense
                ):
                    return f"{model} searched on {field}"
        return None

    def _found(self, user, model, method, argument):
        return self.ask(user, model, method, argument) or 0

    def _group_by(self, user, model):
        for field, info in self._fields(user, model).items():
            if info["type"] in ("char", "many2one", "many2many", "selection"):
                answer = self.ask(
                    user, model, "formatted_read_group", [], [field], ["__count"]
                )
                if self.leaks(answer):
                    return f"{model} grouped by {field}"
        return None

    def test_the_canary_sings_for_the_chef(self):
        """The sweep finds what is there: else it would prove nothing."""
        chef = self.chef
        self.assertTrue(self._read_all(chef, "crm.lead"))
        self.assertTrue(self._read_all(chef, "res.partner"))
        self.assertTrue(self._read_all(chef, "citeslab.interview"))
        self.assertTrue(self._read_all(chef, "mail.message"))
        self.assertTrue(self._read_all(chef, "ir.attachment"))
        self.assertTrue(self._read_all(chef, "mail.activity"))
        self.assertTrue(self._search_words(chef, "crm.lead"))
        self.assertTrue(self._group_by(chef, "crm.lead"))

    def test_salesperson(self):
        self.assertGreater(self._sweep("salesperson"), 100)

    def test_sales_manager(self):
        self.assertGreater(self._sweep("sales_manager"), 100)

    def test_employee(self):
        self.assertGreater(self._sweep("employee"), 100)

    def test_contact_creator(self):
        self.assertGreater(self._sweep("contact_creator"), 100)

    def test_T10_administrator_without_a_role_reads_nobody(self):
        self.assertGreater(self._sweep("admin"), 300)

    def test_network(self):
        self.assertGreater(self._sweep("network"), 100)

    def test_volunteer(self):
        self.assertGreater(self._sweep("volunteer"), 100)

    def test_chef_of_another_structure(self):
        self.assertGreater(self._sweep("other_chef"), 100)

    def test_portal_and_public(self):
        self.assertGreater(self._sweep("portal"), 10)
        self.assertGreater(self._sweep("public"), 10)
