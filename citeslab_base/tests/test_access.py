"""Who may do what with whose record: every model of ours, every user.

The expected rights are in ``tests/access_matrix.csv`` at the top of the repository,
made to be read: one line per model and owner of the record, one column per role,
letters of *create, read, write, delete*. The journey beside it tells the same of every
addon; here are the records of this one, and what no careless update may bend.
"""

import csv
import unittest
from pathlib import Path

from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import CANARY, CiteslabCase

MATRIX = Path(__file__).parents[2] / "tests" / "access_matrix.csv"
# How the matrix calls the owner of a record: for its structure, and for another.
ROW_OF = {
    "volunteer": "typed",
    "structure": "own",
    "other": "own",
    "national": "none",
    "dialog": "-",
}
OPERATIONS = (("c", "create"), ("r", "read"), ("w", "write"), ("d", "unlink"))
NOMENCLATURES = {
    "citeslab.action.kind": {},
    "citeslab.contest": {},
    "citeslab.discovery.source": {},
    "citeslab.education": {},
    "citeslab.employment": {},
    "citeslab.mission": {},
    "citeslab.orientation.reason": {},
    "citeslab.outcome.reason": {},
    "citeslab.program": {},
    "citeslab.project.nature": {},
    "citeslab.resource": {},
}


def read_matrix():
    """Expected rights.

    :return: ``{(model, owner): {role: letters}}``
    :raise unittest.SkipTest: the addon stands without the repository
    """
    if not MATRIX.exists():
        raise unittest.SkipTest("no access matrix: this addon stands alone")
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return {
            (row.pop("model"), row.pop("owner")): row for row in csv.DictReader(file)
        }


class AccessCase(CiteslabCase):
    """One record of each model and owner, and what each user may do with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = {**cls.users, "other_chef": cls.other_chef}
        cls.build_records()

    @classmethod
    def build_records(cls):
        """Fill ``records``: ``{(model, owner): record}``."""
        cls.records = {}
        for owner, user in (
            ("volunteer", cls.volunteer),
            ("structure", cls.chef),
            ("other", cls.other_chef),
        ):
            cls._create_person_records(owner, user)
        for owner, company in (
            ("national", cls.env["res.company"]),
            ("structure", cls.structure),
            ("other", cls.other),
        ):
            cls._create_lists(owner, company)
        for name, model in cls.env.registry.items():
            if model._transient and model._original_module == "citeslab_base":
                cls.records[name, "dialog"] = cls.env[name]  # its rules: no record

    @classmethod
    def _create_person_records(cls, owner, user):
        parcours = cls.create_parcours(user=user, contact_name=f"{CANARY} {owner}")
        company = parcours.company_id
        day = {"parcours_id": parcours.sudo().id, "date": "2023-01-01"}
        mission = cls.env.ref("citeslab_base.mission_preparation").id
        contest = cls.env["citeslab.contest"].search([], limit=1)
        contest = contest or contest.create({"name": "Prix", "code": "prix"})
        recipes = {
            "citeslab.interview": {**day, "state": "done"},
            "citeslab.situation": day,
            "citeslab.orientation": {**day, "family": "creation"},
            "citeslab.outcome": {**day, "value": "ongoing"},
            "citeslab.contest.entry": {
                **day,
                "contest_id": contest.id,
                "edition": "2023",
            },
            "citeslab.action": {
                "name": "Marché",
                "date": "2023-01-01",
                "mission_id": mission,
                "duration": 1.0,
            },
        }
        made = {"crm.lead": parcours, "res.partner": parcours.partner_id}
        for model, values in recipes.items():
            Model = cls.env[model].with_user(user)
            if not Model.has_access("create"):  # a chef completes a volunteer's file
                Model = cls.env[model].with_user(cls.chef)
            made[model] = Model.with_company(company).create(values)
        made["citeslab.followup"] = cls.env["citeslab.followup"].create(
            {**day, "outcome_id": made["citeslab.outcome"].id, "months": 6}
        )
        action = made["citeslab.action"]
        made["citeslab.headcount"] = action.headcount_ids.create(
            {"action_id": action.id, "count": 3}
        )
        made["citeslab.touch"] = cls.env["citeslab.touch"].search(
            [("parcours_id", "=", parcours.id)], limit=1
        )
        cls.env.flush_all()
        made["citeslab.mission.time"] = cls.env["citeslab.mission.time"].search(
            [("company_id", "=", company.id), ("series", "=", "actual")],
            order="id desc",
            limit=1,
        )
        made["citeslab.quality.issue"] = cls.env["citeslab.quality.issue"].search(
            [("parcours_id", "=", parcours.id)], limit=1
        )
        made["citeslab.register.row"] = cls.env["citeslab.register.row"].create(
            {
                **day,
                "company_id": company.id,
                "label": "2023",
                "number": owner,
                "number_key": owner,
                "fingerprint": owner,
            }
        )
        made |= cls._create_partner_records(day, company, made["citeslab.orientation"])
        made["citeslab.consent"] = (
            cls.env["citeslab.consent"]
            .with_user(user)
            .create({"partner_id": parcours.partner_id.id})
        )
        twin = parcours.partner_id.sudo().copy({"name": f"{CANARY} bis"})
        made["citeslab.duplicate"] = cls.env["citeslab.duplicate"].create(
            {
                "company_id": company.id,
                "partner_id": parcours.partner_id.id,
                "other_id": twin.id,
            }
        )
        made["citeslab.capture"] = cls.env["citeslab.capture"].create(
            {
                "nonce": f"matrix-{owner}-0000000",
                "user_id": user.id,
                "company_id": company.id,
                "date": "2023-01-01",
                "kind": "person",
            }
        )
        made["citeslab.erasure"] = cls.env["citeslab.erasure"].create(
            {"company_id": company.id, "reason": "request", "digest": owner}
        )
        made |= cls._create_closed_period(company)
        made |= cls._create_host_records(parcours)
        cls._keep(owner, made)

    @classmethod
    def _create_host_records(cls, parcours):
        """What the host keeps of a parcours: chatter, files, meetings, mails."""
        parcours = parcours.sudo()
        person = parcours.partner_id
        meeting = cls.env["calendar.event"].create(
            {
                "name": CANARY,
                "start": "2023-01-01 09:00:00",
                "stop": "2023-01-01 10:00:00",
                "opportunity_id": parcours.id,
                "user_id": cls.env.ref("base.user_admin").id,
                "partner_ids": [Command.set(person.ids)],
            }
        )
        message = parcours.message_post(body=CANARY, partner_ids=person.ids)
        about = {"res_model": "crm.lead", "res_id": parcours.id}
        done = parcours.activity_schedule("mail.mail_activity_data_call")
        done.action_feedback(feedback=CANARY)  # a line of the host's report
        cls.env.flush_all()
        return {
            "calendar.event": meeting,
            "calendar.attendee": meeting.attendee_ids,
            "mail.message": message,
            "mail.notification": cls.env["mail.notification"].search(
                [("mail_message_id", "=", message.id)], limit=1
            ),
            "mail.followers": cls.env["mail.followers"].create(
                {**about, "partner_id": person.copy({"name": CANARY}).id}
            ),
            "mail.tracking.value": cls.env["mail.tracking.value"].create(
                {
                    "mail_message_id": message.id,
                    "field_id": cls.env["ir.model.fields"]
                    ._get("crm.lead", "email_from")
                    .id,
                    "old_value_char": CANARY,
                }
            ),
            "mail.scheduled.message": cls.env["mail.scheduled.message"].create(
                {
                    "model": "crm.lead",
                    "res_id": parcours.id,
                    "author_id": parcours.create_uid.partner_id.id,
                    "body": CANARY,
                    "partner_ids": [Command.set(person.ids)],
                    "scheduled_date": "2999-01-01 10:00:00",
                }
            ),
            "mail.mail": cls.env["mail.mail"].create(
                {"body_html": CANARY, "model": "crm.lead", "res_id": parcours.id}
            ),
            "mail.activity": parcours.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=cls.env.ref("base.user_admin").id,
            ),
            "ir.attachment": cls.env["ir.attachment"].create(
                {**about, "name": CANARY, "raw": b"1"}
            ),
            "crm.activity.report": cls.env["crm.activity.report"].search(
                [("lead_id", "=", parcours.id)], limit=1
            ),
        }

    @classmethod
    def _create_closed_period(cls, company):
        lock = cls.env["citeslab.period.lock"].create(
            {
                "company_id": company.id,
                "date_from": "2001-01-01",
                "date_to": "2001-12-31",
            }
        )
        leave = lock.exception_ids.create({"lock_id": lock.id, "reason": "Oubli"})
        change = lock.change_ids.create(
            {
                "lock_id": lock.id,
                "exception_id": leave.id,
                "company_id": company.id,
                "reason": "Oubli",
                "operation": "write",
                "res_model": "citeslab.action",
            }
        )
        return {record._name: record for record in (lock, leave, change)}

    @classmethod
    def _create_partner_records(cls, day, company, orientation):
        """What is shared with partners: links, news; and the trainings of the team."""
        organization = cls.env["res.partner"].create(
            {
                "name": "Réseau",
                "organization_kind": "creation",
                "company_id": company.id,
                "email": "reseau@example.org",
            }
        )
        orientation.sudo().organization_id = organization
        cls.env["crm.lead"].browse(day["parcours_id"]).prescriber_id = organization
        cls.env["citeslab.orientation.link"]._issue(orientation, "answer", organization)
        news = cls.env["citeslab.prescriber.news"].create(
            {**day, "organization_id": organization.id}
        )
        cls.env.flush_all()
        own = [("company_id", "=", company.id)]
        return {
            "citeslab.orientation.link": orientation.sudo().link_ids,
            "citeslab.orientation.ledger": cls.env[
                "citeslab.orientation.ledger"
            ].browse(orientation.id),
            "citeslab.prescriber.news": news,
            "citeslab.prescriber": cls.env["citeslab.prescriber"].search(
                [*own, ("organization_id", "=", organization.id)]
            ),
            "citeslab.training": cls.env["citeslab.training"].create(
                {
                    "name": "Écoute",
                    "kind": "seminar",
                    "company_id": company.id,
                    "user_id": cls.chef.id
                    if company == cls.structure
                    else cls.other_chef.id,
                }
            ),
        }

    @classmethod
    def _create_lists(cls, owner, company):
        made = {
            model: cls.env[model].create(
                {
                    **values,
                    "name": "Entrée",
                    "code": f"m_{owner}",
                    "company_id": company.id,
                }
            )
            for model, values in NOMENCLATURES.items()
        }
        made["citeslab.consent.text"] = cls.env["citeslab.consent.text"].create(
            {
                "purpose": "keep",
                "version": owner,
                "body": "Oui",
                "valid_from": "2099-01-01",
                "company_id": company.id,
            }
        )
        made["citeslab.neighborhood"] = cls.env["citeslab.neighborhood"].create(
            {"name": "Quartier", "company_id": company.id}
        )
        if company:
            made["citeslab.territory"] = cls.env["citeslab.territory"].search(
                [("company_id", "=", company.id)], limit=1
            )
            made["citeslab.place"] = cls.env["citeslab.place"].create(
                {"name": "Borne", "kind": "borne", "company_id": company.id}
            )
            made["citeslab.program.promotion"] = cls.env[
                "citeslab.program.promotion"
            ].create(
                {
                    "name": "2023",
                    "program_id": made["citeslab.program"].id,
                    "company_id": company.id,
                }
            )
        else:
            for model in ("citeslab.parameter", "citeslab.quality.rule"):
                made[model] = cls.env[model].search([], limit=1)
            made["crm.stage"] = cls.env["crm.stage"].search(
                [("phase", "=", "detection")], limit=1
            )
            made["crm.team"] = cls.env["crm.team"]._citeslab_team()
        cls._keep(owner, made)

    @classmethod
    def _keep(cls, owner, made):
        for model, record in made.items():
            assert len(record) == 1, (model, owner)
            cls.records[model, owner] = record

    def _letters(self, record, user):
        record = self.env[record._name].browse(record.id).with_user(user)
        return "".join(letter for letter, mode in OPERATIONS if record.has_access(mode))

    def _expected(self):
        """What the matrix says of these records and users."""
        matrix = read_matrix()
        return {
            (model, owner): {
                name: self._agreed(matrix, model, owner, name) for name in self.readers
            }
            for model, owner in self.records
        }

    def _agreed(self, matrix, model, owner, name):
        row = ROW_OF[owner]
        stranger = (name == "other_chef") != (owner == "other")
        if stranger and row in ("own", "typed"):
            row = "other"
        role = "chef" if name == "other_chef" else name
        return matrix[model, row][role].replace("-", "")

    def _actual(self):
        self.env.flush_all()
        return {
            key: {
                name: self._letters(record, user) for name, user in self.readers.items()
            }
            for key, record in self.records.items()
        }


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessCase):
    def test_T1_matrix(self):
        expected = self._expected()
        for key, rights in self._actual().items():
            for name, letters in rights.items():
                with self.subTest(model=key[0], owner=key[1], user=name):
                    self.assertEqual(letters, expected[key][name])

    def test_no_outsider_holds_a_right_on_people(self):
        """A reading of the matrix itself, that no careless update may bend."""
        people = {"crm.lead", "res.partner", "citeslab.touch"} | {
            model
            for model in self.env.registry
            if "parcours_id" in self.env[model]._fields
        }
        insiders = {"volunteer", "chef", "manager"}
        for (model, owner), rights in read_matrix().items():
            if model not in people:
                continue
            for name, letters in rights.items():
                if name not in insiders or owner == "other":
                    self.assertEqual(letters, "-", (model, owner, name))

    def test_every_model_is_in_the_matrix(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "citeslab_base"
            and not model._abstract
            and not model._transient
        }
        known = {model for model, _owner in self.records}
        self.assertLessEqual(ours, known)

    def test_every_model_has_an_access_line_for_a_role_only(self):
        lines = self.env["ir.model.access"].search(
            [("model_id.model", "like", "citeslab.%")]
        )
        self.assertTrue(lines)
        self.assertFalse(lines.filtered(lambda line: not line.group_id))
        with_lines = set(lines.mapped("model_id.model"))
        for name, model in self.env.registry.items():
            if name.startswith("citeslab.") and not model._abstract:
                self.assertIn(name, with_lines)

    def test_every_model_with_a_structure_has_a_global_rule(self):
        rules = self.env["ir.rule"].search([("global", "=", True)])
        guarded = set(rules.mapped("model_id.model"))
        for name, model in self.env.registry.items():
            if (
                model._original_module == "citeslab_base"
                and not model._abstract
                and ("company_id" in model._fields or model._transient)
            ):
                with self.subTest(name):
                    self.assertIn(name, guarded)

    def test_switching_structures(self):
        """A manager of two structures sees those that he ticked, no other."""
        self.manager.company_ids = [Command.link(self.other.id)]
        domain = [("parcours_id.is_parcours", "=", True)]
        Interview = self.env["citeslab.interview"].with_user(self.manager)

        def seen(*companies):
            ids = [company.id for company in companies]
            rows = Interview.with_context(allowed_company_ids=ids).search(domain)
            return rows.sudo().company_id

        self.assertEqual(seen(self.structure), self.structure)
        self.assertEqual(seen(self.other), self.other)
        self.assertEqual(seen(self.structure, self.other), self.structure + self.other)

    def test_ticking_a_foreign_structure_is_refused(self):
        Interview = self.env["citeslab.interview"].with_user(self.chef)
        ids = (self.structure + self.other).ids
        with self.assertRaises(Exception) as refusal:
            Interview.with_context(allowed_company_ids=ids).search([]).read(["date"])
        self.assertIn("AccessError", repr(type(refusal.exception)))

    def test_role_given_and_taken_counts_at_once(self):
        parcours = self.records["crm.lead", "structure"]
        employee = self.users["employee"]
        as_employee = parcours.with_user(employee)
        self.assertFalse(as_employee.has_access("read"))
        group = self.env.ref("citeslab_base.group_chef")
        employee.group_ids = [Command.link(group.id)]
        self.assertTrue(as_employee.with_user(employee).has_access("read"))
        employee.group_ids = [Command.unlink(group.id)]
        self.assertFalse(as_employee.with_user(employee).has_access("read"))

    def test_roles_imply_no_sales_group(self):
        for name in ("volunteer", "chef", "manager", "network"):
            user = self.users[name]
            self.assertFalse(user.has_group("sales_team.group_sale_salesman"), name)
        self.assertFalse(self.users["network"].has_group("citeslab_base.group_chef"))

    def test_only_managers_export(self):
        for name, user in self.users.items():
            allowed = name in ("manager", "admin")
            self.assertEqual(user.has_group("base.group_allow_export"), allowed, name)

    def test_salesperson_who_is_chef_keeps_both(self):
        self.salesperson.group_ids = [
            Command.link(self.env.ref("citeslab_base.group_chef").id)
        ]
        theirs = self.env["crm.lead"].create(
            {"name": "Devis d'un autre", "user_id": self.users["sales_all"].id}
        )
        mine = self.env["crm.lead"].create(
            {"name": "Mon devis", "user_id": self.salesperson.id}
        )
        Lead = self.env["crm.lead"].with_user(self.salesperson)
        found = Lead.search([])
        self.assertIn(mine, found)
        self.assertNotIn(theirs, found)
        self.assertIn(self.records["crm.lead", "structure"], found)
        self.assertNotIn(self.records["crm.lead", "other"], found)

    def test_chef_sees_no_sales_pipeline(self):
        lead = self.env["crm.lead"].create({"name": "Devis", "user_id": False})
        for user in (self.volunteer, self.chef, self.manager):
            self.assertFalse(lead.with_user(user).has_access("read"))
            self.assertNotIn(lead, self.env["crm.lead"].with_user(user).search([]))

    def test_P8_volunteer_cannot_read_private_notes(self):
        mine = self.records["citeslab.interview", "volunteer"].with_user(self.volunteer)
        self.assertTrue(mine.has_access("read"))
        self.assertNotIn("notes", mine.fields_get())


@tagged("post_install", "-at_install")
class TestReadme(TransactionCase):
    """The table of the README says what the matrix says."""

    ROWS = {
        "parcours, RDV, situations": "citeslab.interview",
        "orientations, outcomes": "citeslab.outcome",
        "porteurs": "res.partner",
        "actions, head-counts": "citeslab.headcount",
        "consents": "citeslab.consent",
        "ledger of the erasures": "citeslab.erasure",
    }
    LETTERS = {
        "none": {"-"},
        "read": {"r"},
        "own typed": {"crw", "crwd"},
        "all": {"crw", "crwd"},
    }

    def test_T1_the_table_of_the_readme_is_the_code(self):
        text = (Path(__file__).parents[1] / "README.rst").read_text(encoding="utf-8")
        lines = {
            line[:28].strip(): [
                line[28:40].strip(),
                line[40:53].strip(),
                line[53:66].strip(),
                line[66:75].strip(),
            ]
            for line in text.splitlines()
        }
        matrix = read_matrix()
        for label, model in self.ROWS.items():
            told = dict(
                zip(
                    ("volunteer", "chef", "manager", "network"),
                    lines[label],
                    strict=True,
                )
            )
            for role, words in told.items():
                owner = "typed" if words == "own typed" else "own"
                with self.subTest(row=label, role=role):
                    self.assertIn(matrix[model, owner][role], self.LETTERS[words])
                    if words == "own typed":
                        self.assertEqual(matrix[model, "own"][role], "-")
