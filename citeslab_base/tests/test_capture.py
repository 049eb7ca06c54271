import datetime
import uuid

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..tools.dates import local_date
from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestCapture(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.area = cls.env["citeslab.neighborhood"].create(
            {"name": "Les Tilleuls", "kind": "qpv", "company_id": cls.structure.id}
        )
        cls.Capture = cls.env["citeslab.capture"]
        # the day of the structure: near midnight, not that of the server
        cls.today = str(local_date(fields.Datetime.now(), cls.structure))

    def _send(self, *entries, user=None):
        sent = [{"nonce": str(uuid.uuid4()), **entry} for entry in entries]
        return self.Capture.with_user(user or self.volunteer)._receive(sent)

    def _person(self, **values):
        return {
            "kind": "person",
            "name": "Inès Capture",
            "area": self.area.id,
            "line": "Food-truck",
            "date": self.today,
            **values,
        }

    def _count(self, gender="female", band="26_35", **values):
        return {
            "kind": "count",
            "gender": gender,
            "age_band": band,
            "place": "Marché",
            "date": self.today,
            **values,
        }

    def _action(self):
        return self.env["citeslab.action"].search(
            [("name", "=", "Marché"), ("company_id", "=", self.structure.id)]
        )

    def _captured(self, name="Inès Capture"):
        return self.env["res.partner"].search([("name", "=", name)])

    def test_a_person_is_kept_with_a_contact_of_that_day(self):
        day = datetime.date.today() - datetime.timedelta(days=1)
        answers = self._send(self._person(date=str(day), phone="06 39 98 00 01"))
        self.assertEqual([one["state"] for one in answers], ["done"])
        person = self._captured()
        self.assertEqual(person.company_id, self.structure)
        self.assertEqual((person.neighborhood_id, person.residence), (self.area, "qpv"))
        parcours = person.parcours_ids
        self.assertEqual(
            (parcours.name, parcours.create_uid), ("Food-truck", self.volunteer)
        )
        self.assertEqual(parcours.first_contact_date, day)
        self.assertEqual(parcours.interview_ids.kind, "contact")
        self.assertFalse(parcours.first_interview_date)
        self.assertTrue(parcours.with_user(self.volunteer).has_access("read"))

    def test_P7_a_capture_is_direct_prospecting(self):
        self._send(self._person())
        parcours = self._captured().parcours_ids
        self.assertEqual(parcours.discovery_source_id.family, "direct")
        for source in self.env["citeslab.discovery.source"].search(
            [("company_id", "=", False)]
        ):
            self.assertTrue(source.family, source.name)
        direct = self.Lead.search([("discovery_source_id.family", "=", "direct")])
        self.assertIn(parcours, direct)

    def test_P7_somebody_sent_by_a_partner_is_indirect_prospecting(self):
        """The channel of a person tells one of the two ways, and no third."""
        partners = self.env.ref("citeslab_base.discovery_source_partners")
        sent = self.create_parcours(discovery_source_id=partners.id)
        ways = {
            family: self.Lead.search([("discovery_source_id.family", "=", family)])
            for family in ("direct", "indirect")
        }
        self.assertIn(sent, ways["indirect"])
        self.assertNotIn(sent, ways["direct"])

    def test_S3_a_borne_is_a_channel_of_detection(self):
        source = self.env["citeslab.discovery.source"].create(
            {"name": "Borne", "code": "borne", "family": "direct"}
        )
        borne = self.env["citeslab.place"].create(
            {
                "name": "Borne Entrepreneuriat pour Tous",
                "kind": "borne",
                "company_id": self.structure.id,
                "discovery_source_id": source.id,
            }
        )
        self._send(self._person(place="borne entrepreneuriat pour tous"))
        parcours = self._captured().parcours_ids
        self.assertEqual(parcours.discovery_source_id, source)
        self.assertEqual(parcours.detection_place_id, borne)
        self.assertEqual(parcours.interview_ids.action_id.place_id, borne)

    def test_the_same_capture_twice_is_one_person(self):
        entry = self._person(nonce=str(uuid.uuid4()))
        states = [self._send(entry)[0]["state"] for _time in range(3)]
        self.assertEqual(states, ["done", "known", "known"])
        self.assertEqual(len(self._captured()), 1)
        # a number is of its user: nobody blocks somebody else's captures
        self.assertEqual(self._send(entry, user=self.chef)[0]["state"], "done")

    def test_somebody_known_is_not_made_twice(self):
        known = self.create_parcours(contact_name="Capture Inès", phone="0639980001")
        known.partner_id.residence = "outside"
        self._send(self._person(phone="+33 6 39 98 00 01"))
        self.assertFalse(self._captured())
        self.assertEqual(len(known.interview_ids), 1)
        self.assertEqual(known.interview_ids.notes, "Food-truck")
        self.assertEqual(known.partner_id.residence, "outside")
        self.assertEqual(known.name, "Project to be specified")

    def test_somebody_else_of_that_name_and_phone_has_a_file_of_his_own(self):
        """Two Mohamed of one family: told to be another, nobody is joined to him."""
        phone = "0639980002"
        known = self.create_parcours(contact_name="Mohamed", phone=phone)
        entry = self._person(
            name="Mohamed", phone=phone, other=True, nonce=str(uuid.uuid4())
        )
        answers = self._send(entry, user=self.chef) + self._send(entry, user=self.chef)
        self.assertEqual([one["state"] for one in answers], ["done", "known"])
        self.assertFalse(answers[0]["message"])
        mohamed = [("name", "=", "Mohamed"), ("company_id", "=", self.structure.id)]
        both = self.env["res.partner"].search(mohamed)
        self.assertEqual(len(both), 2)
        self.assertFalse(known.interview_ids)
        (pair,) = self.env["citeslab.duplicate"]._refresh(self.structure)
        self.assertEqual(pair.partner_id | pair.other_id, both)
        # as long as nobody decided, who comes back goes to the first of the files
        again = self._person(name="Mohamed", phone=phone)
        (answer,) = self._send(again, user=self.chef)
        self.assertIn("Noted on the file", answer["message"])
        self.assertEqual(len(known.interview_ids), 1)
        # they are two: which of them it is nobody tells, and nobody guesses
        pair.with_user(self.chef).action_different()
        self._send(self._person(name="Mohamed", phone=phone), user=self.volunteer)
        self.assertEqual(self.env["res.partner"].search_count(mohamed), 3)
        (answer,) = self._send(self._person(name="Mohamed", phone=phone))
        self.assertFalse(answer["message"], "a volunteer learns nothing")
        self.assertEqual(self.env["res.partner"].search_count(mohamed), 3)
        self.assertEqual(len(known.interview_ids), 1)

    def test_bad_input_is_refused_with_one_sentence(self):
        answers = self._send(
            self._person(name="  "),
            self._person(name="x" * 200),
            self._person(line="y" * 300),
            self._person(company=self.other.id),
            {"kind": "person"},
        )
        self.assertEqual({one["state"] for one in answers}, {"refused"})
        self.assertIn("at most 128 characters", answers[1]["message"])
        self.assertIn("not yours", answers[3]["message"])
        self.assertFalse(self.Capture.search([("user_id", "=", self.volunteer.id)]))
        for nonce in (None, "short", 12, "a b" * 8):
            answer = self._send({**self._person(), "nonce": nonce})[0]
            self.assertEqual(answer["state"], "refused")
        with self.assertRaises(UserError):
            self._send(*[self._person()] * 101)

    def test_values_of_another_shape_are_left_out(self):
        """None of them costs the phone what it sends beside."""
        for values in ({"gender": []}, {"age_band": {}}, {"area": 2**40}, {"area": -1}):
            with self.subTest(values):
                told = self.env["citeslab.capture"]._told(
                    self._person(**values), self.structure
                )
                self.assertFalse(told["gender"] or told["age_band"])
                self.assertEqual(bool(told["area"]), "area" not in values)

    def test_forged_values_are_left_out(self):
        foreign = self.env["citeslab.neighborhood"].create(
            {"name": "Ailleurs", "kind": "qpv", "company_id": self.other.id}
        )
        self._send(
            self._person(
                area=foreign.id, gender="x", age_band=3, date="2999-01-01", count="9"
            )
        )
        person = self._captured()
        self.assertFalse(person.neighborhood_id or person.gender)
        self.assertEqual(str(person.parcours_ids.first_contact_date), self.today)

    def test_a_refused_capture_leaves_the_others(self):
        answers = self._send(self._person(name=""), self._person())
        self.assertEqual([one["state"] for one in answers], ["refused", "done"])
        self.assertEqual(len(self._captured()), 1)

    # ------------------------------------------------------------
    # Head-counts
    # ------------------------------------------------------------

    def test_taps_are_counted_in_one_action_of_the_day(self):
        self._send(*[self._count()] * 3, self._count("male"), self._count(count=-1))
        self._send(self._count(), user=self.chef)  # another phone, the same market
        action = self._action()
        self.assertEqual(len(action), 1)
        counts = {row.gender: row.count for row in action.headcount_ids}
        self.assertEqual(counts, {"female": 3, "male": 1})

    def test_taking_the_only_tap_back_leaves_nothing(self):
        self._send(self._count(), self._count(count=-1), self._count(count=-1))
        self.assertFalse(self._action().headcount_ids)

    def test_total_never_moves_only_its_named_part_grows(self):
        """FEATURES, moonshot 4: a tally becomes people without counting twice."""
        women, men = [self._count(band=None)] * 4, [self._count("male", None)] * 26
        self._send(*women, *men)
        action = self._action()
        for number in range(4):
            answer = self._send(
                self._person(
                    name=f"Femme Numéro{number}",
                    place="Marché",
                    gender="female",
                    already=True,
                )
            )
            self.assertEqual(answer[0]["state"], "done", answer)
        self.assertEqual((action.headcount_people, action.named_count), (30, 4))
        self.assertEqual(
            {row.gender: row.named for row in action.headcount_ids},
            {"female": 4, "male": 0},
        )
        fifth = self._person(
            name="Femme Numéro5", place="Marché", gender="female", already=True
        )
        answer = self._send(fifth)[0]
        self.assertEqual(answer["state"], "refused")
        self.assertIn("4 people counted (Woman, Les Tilleuls)", answer["message"])
        self.assertFalse(self._captured("Femme Numéro5"))
        self._send({**fifth, "already": False})
        self.assertEqual((action.headcount_people, action.named_count), (31, 5))

    def test_a_person_met_is_counted_in_unless_tapped_before(self):
        self._send(self._person(place="Marché", gender="female"))
        self._send(self._person(place="Marché", gender="female"))  # met again
        action = self._action()
        self.assertEqual((action.headcount_people, action.named_count), (2, 2))
        answer = self._send(self._person(name="Zoé", place="Ailleurs", already=True))
        self.assertIn("Nobody was counted", answer[0]["message"])

    def test_a_head_count_below_its_named_people_is_refused(self):
        self._send(self._person(place="Marché", gender="female", age_band="26_35"))
        row = self._action().headcount_ids
        with self.assertRaisesRegex(ValidationError, "already known by name"):
            row.age_band = "18_25"
        with self.assertRaisesRegex(ValidationError, "already known by name"):
            self.env["citeslab.interview"].create(
                {
                    "parcours_id": self.create_parcours().id,
                    "kind": "contact",
                    "state": "done",
                    "action_id": row.action_id.id,
                }
            )

    # ------------------------------------------------------------
    # Quick create and messages
    # ------------------------------------------------------------

    def test_quick_create_counts_as_a_contact_of_today(self):
        quick = Form(
            self.Lead.with_context(default_is_parcours=True),
            view="citeslab_base.crm_lead_view_form_quick",
        )
        quick.contact_name = "Awa"
        quick.person_neighborhood_id = self.area
        parcours = quick.save()
        self.assertEqual(str(parcours.first_contact_date), self.today)
        self.assertEqual(parcours.interview_ids.mapped("kind"), ["contact"])
        self.assertFalse(self.create_parcours().first_contact_date)

    def test_message_is_written_beforehand(self):
        parcours = self.create_parcours(contact_name="Awa", phone="0639980001")
        text = parcours.reach_text
        self.assertIn(self.chef.name, text)
        self.assertIn(self.structure.name, text)
        dialog = (
            self.env["citeslab.message.text"]
            .with_user(self.manager)
            .create({"text": "Bonjour {person}, {agent}."})
        )
        self.assertIn("Bonjour Awa Diallo, Agent manager.", dialog.preview)
        dialog.action_save()
        parcours.invalidate_recordset()
        self.assertEqual(parcours.reach_text, "Bonjour Awa, Agent chef.")
