from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..figures import cadence
from .engine_common import EngineCase


class GovernanceCase(EngineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.territory.date_start = date(2023, 1, 1)
        cls.territory.chef_ids = cls.chef
        cls.copil, cls.technical = (
            cls.committee(kind) for kind in ("copil", "technical")
        )

    @classmethod
    def committee(cls, kind):
        found = cls.territory.committee_ids.filtered(lambda one: one.kind == kind)
        return found.with_user(cls.chef)

    @classmethod
    def hold(cls, committee, day, **values):
        Meeting = committee.env["citeslab.committee.meeting"]
        values = {"state": "held", "date": day, **values}
        return Meeting.create({"committee_id": committee.id, **values})

    def alerts(self, committee, day):
        return [
            slot.rank
            for slot, state in committee._expected(day)
            if state in cadence.ALERTS
        ]


@tagged("post_install", "-at_install")
class TestCadence(GovernanceCase):
    """Meetings expected from the start date and the numbers of the scheme."""

    def test_every_territory_has_its_two_committees(self):
        self.assertEqual(
            sorted(self.territory.committee_ids.mapped("kind")), ["copil", "technical"]
        )
        self.env["citeslab.committee"]._ensure_for(self.territory)
        self.assertEqual(len(self.territory.committee_ids), 2)

    @freeze_time("2024-08-15")
    def test_G1_second_half_without_a_second_copil_raises_an_alert(self):
        self.hold(self.copil, date(2024, 3, 12))
        self.assertEqual(self.alerts(self.copil, date(2024, 6, 30)), [])
        self.assertEqual(self.alerts(self.copil, date(2024, 7, 1)), [2])
        self.assertIn("no. 2", self.copil.with_context(lang="en_US").alert)
        self.env["citeslab.committee"]._cron_alert()
        activity = self.copil.activity_ids
        self.assertEqual(activity.user_id, self.chef)
        self.assertEqual(activity.date_deadline, date(2024, 12, 31))
        self.env["citeslab.committee"]._cron_alert()
        self.assertEqual(self.copil.activity_ids, activity)
        meeting = self.hold(self.copil, date(2024, 10, 3), state="planned")
        self.assertFalse(self.copil.alert)
        self.assertFalse(self.copil.activity_ids)
        meeting.action_cancel()
        self.assertTrue(self.copil.alert)
        again = self.copil.activity_ids
        self.assertEqual(again.user_id, self.chef, "the chef is reminded again")
        self.assertNotEqual(again, activity)

    @freeze_time("2024-08-15")
    def test_G1_alert_that_is_over_is_told_once(self):
        self.hold(self.copil, date(2024, 3, 12))
        self.env["citeslab.committee"]._cron_alert()
        self.hold(self.copil, date(2024, 8, 10))
        told = self.copil.message_ids
        self.env["citeslab.committee"]._cron_alert()
        self.assertEqual(self.copil.message_ids, told)

    @freeze_time("2024-12-20")
    def test_G1_two_copils_anywhere_in_the_year_are_enough(self):
        self.hold(self.copil, date(2024, 2, 12))
        self.hold(self.copil, date(2024, 5, 12))
        self.assertEqual(self.alerts(self.copil, date(2024, 12, 20)), [])

    @freeze_time("2023-12-01")
    def test_G1_a_copil_noted_twice_is_one(self):
        self.hold(self.copil, date(2023, 3, 1))
        once = self.copil.alert
        self.assertTrue(once)
        self.hold(self.copil, date(2023, 3, 1))
        self.assertEqual(self.copil.alert, once)

    @freeze_time("2024-01-10")
    def test_G1_the_start_up_copil_is_none_of_the_two(self):
        self.assertEqual(self.alerts(self.copil, date(2023, 2, 1)), [0, 1])
        self.hold(self.copil, date(2023, 2, 10), is_startup=True)
        self.assertEqual(self.alerts(self.copil, date(2023, 3, 1)), [1])
        self.hold(self.copil, date(2023, 5, 10))
        self.assertEqual(self.alerts(self.copil, date(2023, 6, 1)), [])
        self.assertEqual(self.alerts(self.copil, date(2023, 8, 1)), [2])
        with self.assertRaises(ValidationError):
            self.hold(self.copil, date(2023, 9, 1), is_startup=True)
        with self.assertRaises(ValidationError):
            self.hold(self.technical, date(2023, 9, 1), is_startup=True)

    @freeze_time("2024-12-20")
    def test_G2_technical_committee_quarterly_then_each_semester(self):
        first = [slot for slot, _state in self.technical._expected(date(2023, 5, 1))]
        self.assertEqual(
            [slot.last for slot in first],
            [
                date(2023, month, day)
                for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
            ],
        )
        later = [slot for slot, _state in self.technical._expected(date(2024, 5, 1))]
        self.assertEqual(
            [s.last for s in later], [date(2024, 6, 30), date(2024, 12, 31)]
        )
        self.hold(self.technical, date(2023, 1, 20))
        self.hold(self.technical, date(2023, 3, 20))
        self.assertEqual(self.alerts(self.technical, date(2023, 4, 2)), [2])
        self.assertEqual(self.alerts(self.technical, date(2023, 7, 2)), [2, 3])

    def test_G2_expected_days_follow_the_start_date(self):
        self.territory.date_start = date(2023, 9, 15)
        slots = [slot for slot, _state in self.technical._expected(date(2023, 10, 1))]
        self.assertEqual(slots[0].first, date(2023, 9, 15))
        self.assertEqual(slots[-1].last, date(2024, 9, 14))
        self.territory.date_start = False
        self.assertFalse(self.technical._expected(date(2023, 10, 1)))
        self.assertTrue(self.technical.alert)

    def test_G2_a_new_rule_holds_from_its_day(self):
        parameter = self.env.ref(
            "citeslab_reporting.parameter_committee_copil_per_year"
        )
        parameter.valid_to = date(2024, 12, 31)
        parameter.copy({"value": 3, "valid_from": date(2025, 1, 1), "valid_to": False})
        self.assertEqual(len(self.copil._expected(date(2024, 5, 1))), 2)
        self.assertEqual(len(self.copil._expected(date(2025, 5, 1))), 3)

    def test_G3_no_porteur_sits_in_a_committee(self):
        person = self.create_parcours(self.chef, contact_name="Awa").partner_id
        organization = self.env["res.partner"].create(
            {"name": "Réseau", "organization_kind": "creation"}
        )
        for slip in (
            {"organization_id": person.id},
            {"organization_id": organization.id, "referent_id": person.id},
        ):
            with self.assertRaisesRegex(ValidationError, "no member"):
                self.copil.member_ids = [Command.create(slip)]

    @freeze_time("2024-06-01")
    def test_a_meeting_to_come_is_not_held(self):
        with self.assertRaises(ValidationError):
            self.hold(self.copil, date(2024, 6, 2))

    def test_a_day_of_another_century_is_refused(self):
        """The calendar of the committees starts with the territory."""
        meeting = self.hold(self.copil, date(2024, 3, 12))
        territory = self.territory
        for record, field in ((meeting, "date"), (territory, "date_start")):
            for slip in ("0026-03-12", "1926-03-12", "9026-03-12"):
                with (
                    self.subTest(field=field, slip=slip),
                    self.assertRaisesRegex(ValidationError, "correct the year"),
                ):
                    record[field] = slip


@tagged("post_install", "-at_install")
class TestMembers(GovernanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Partner = cls.env["res.partner"]
        cls.network = Partner.create(
            {"name": "Réseau Initiative", "organization_kind": "creation"}
        )
        referent = Partner.create(
            {"name": "Aline Prigent", "parent_id": cls.network.id}
        )
        cls.copil.member_ids = [
            Command.create(
                {"organization_id": cls.network.id, "referent_id": referent.id}
            )
        ]

    @freeze_time("2023-10-01")
    def test_G3_member_without_referent_is_listed_and_answers_owed_are_counted(self):
        member = self.copil.member_ids
        self.assertEqual(self.copil.unreferred_count, 0)
        member.referent_id = False
        self.assertEqual(self.copil.unreferred_count, 1)
        people = [self.create_parcours(contact_name=f"Personne {n}") for n in range(3)]
        people[0].prescriber_id = self.network
        self.meet(people[0], date(2023, 3, 1), kind="contact")
        for parcours, state in zip(
            people, ("accepted", "sent", "no_answer"), strict=True
        ):
            self.orient(
                parcours, date(2023, 4, 1), organization_id=self.network.id, state=state
            )
        self.orient(people[0], date(2022, 4, 1), organization_id=self.network.id)
        member.invalidate_recordset()
        self.assertEqual(member.sent_count, 1)
        self.assertEqual(member.received_count, 3)
        self.assertEqual(member.owed_count, 2)
        self.assertAlmostEqual(member.answer_rate, 100 / 3, 1)

    @freeze_time("2024-10-01")
    def test_G3_the_pack_of_an_old_meeting_tells_the_duties_of_its_year(self):
        parcours = self.create_parcours(contact_name="Personne")
        self.orient(parcours, date(2024, 4, 1), organization_id=self.network.id)
        old, new = (
            self.hold(self.copil, day) for day in (date(2023, 9, 20), date(2024, 9, 20))
        )
        told = [meeting._pack()["members"].received_count for meeting in (old, new)]
        self.assertEqual(told, [0, 1])

    @freeze_time("2023-10-01")
    def test_G3_answers_of_the_pack_are_those_of_the_ledger(self):
        """Whatever the state, withdrawn or not, and only this year of activity."""
        member = self.copil.member_ids
        states = ("accepted", "refused", "sent", "no_answer", "sent")
        for rank, state in enumerate(states):
            orientation = self.orient(
                self.create_parcours(contact_name=f"Personne {rank}"),
                date(2023, 4, 1 + rank),
                organization_id=self.network.id,
                state=state,
            )
        orientation.withdrawn_date = date(2023, 5, 1)
        member.invalidate_recordset()
        (told,) = self.env["citeslab.orientation.ledger"]._summary(
            self.structure, *self.copil._year_bounds()
        )
        self.assertEqual(
            (member.received_count, member.answered_count, member.owed_count),
            (told["sent"], told["accepted"] + told["refused"], told["owed"]),
        )
        self.assertEqual((member.received_count, member.owed_count), (5, 2))
        self.assertEqual(member.answer_rate, 50)
        ledger = self.env["citeslab.orientation.ledger"].with_user(self.chef)
        found = ledger.search([("organization_id", "=", self.network.id)])
        self.assertEqual(sum(found.mapped("owed")), member.owed_count)
        meeting = self.hold(self.copil, date(2023, 9, 20))
        html, _type = (
            self.env["ir.actions.report"]
            .with_user(self.chef)
            ._render_qweb_html("citeslab_reporting.committee_pack", meeting.ids)
        )
        self.assertIn("50", html.decode().split("Réseau", 1)[-1])

    @freeze_time("2023-10-01")
    def test_G4_corrective_action_has_an_owner_a_due_date_and_a_state(self):
        meeting = self.hold(self.copil, date(2023, 9, 20))
        action = (
            self.env["citeslab.committee.action"]
            .with_user(self.chef)
            .create(
                {
                    "meeting_id": meeting.id,
                    "name": "Une permanence à la médiathèque",
                    "date_due": date(2023, 9, 30),
                    "user_id": self.manager.id,
                }
            )
        )
        self.assertEqual(action.state, "late")
        self.assertIn(action, action.search([("state", "=", "late")]))
        self.assertNotIn(action, action.search([("state", "=", "open")]))
        activity = self.copil.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, date(2023, 9, 30))
        action.with_user(self.manager).action_done()
        self.assertEqual(action.state, "done")
        self.assertFalse(self.copil.activity_ids)
        for name in ("name", "user_id", "date_due"):
            self.assertTrue(action._fields[name].required, name)
        with self.assertRaisesRegex(ValidationError, "before"):
            action.date_due = date(2023, 9, 19)

    @freeze_time("2023-10-01")
    def test_the_file_of_a_meeting_tells_what_happened_since_the_last(self):
        self.hold(self.technical, date(2023, 3, 31))
        parcours = [self.create_parcours(contact_name=f"Canari{n}") for n in range(6)]
        nature = self.env["citeslab.project.nature"].search([], limit=1)
        area, rare = self.env["citeslab.neighborhood"].create(
            [{"name": "Kerourien"}, {"name": "Recouvrance"}]
        )
        for rank, one in enumerate(parcours):
            one.partner_id.neighborhood_id = rare if rank == 5 else area
            one.project_nature_id = nature
            self.meet(one, date(2023, 5, 4))
        meeting = self.hold(self.technical, date(2023, 9, 28), state="planned")
        pack = meeting._pack()
        self.assertEqual(pack["period"], (date(2023, 4, 1), date(2023, 9, 28)))
        figures = {figure.code: figure.value for figure in pack["headlines"]}
        self.assertEqual(figures["persons_accompanied"], 6)
        areas = [project["neighborhood"] for project in pack["projects"]]
        self.assertEqual(sorted(areas, key=str), ["Kerourien"] * 5 + [None])
        html = (
            self.env["ir.actions.report"]
            .with_user(self.chef)
            ._render_qweb_html("citeslab_reporting.committee_pack", meeting.ids)[0]
            .decode()
        )
        self.assertIn(parcours[0].reference, html)
        self.assertNotIn("Canari", html)
        self.assertNotIn("Recouvrance", html)

    def test_committees_stay_in_their_structure(self):
        for record in (self.copil, self.hold(self.copil, date(2023, 3, 1))):
            for user in (self.other_chef, self.users["network"], self.volunteer):
                self.assertFalse(record.with_user(user).has_access("read"))
        with self.assertRaises(AccessError):
            self.copil.with_user(self.other_chef).read(["kind"])


@tagged("post_install", "-at_install")
class TestApplication(GovernanceCase):
    def test_G6_checklist_blocks_complete_while_a_content_is_missing(self):
        application = (
            self.env["citeslab.application"]
            .with_user(self.chef)
            .create({"name": "Candidature 2025-2027"})
        )
        self.assertEqual(len(application.line_ids), 8)
        self.assertEqual(application.missing_count, 8)
        with self.assertRaises(UserError) as refusal:
            application.action_complete()
        self.assertIn(application.line_ids[0].content_id.name, str(refusal.exception))
        for line in application.line_ids[1:]:
            line.text = "Voir le dossier"
        with self.assertRaises(UserError):
            application.action_complete()
        last = application.line_ids[0]
        last.file_ids = [
            Command.create({"name": "statuts.pdf", "raw": b"%PDF-1.7 statuts"})
        ]
        application.action_complete()
        self.assertEqual(application.state, "complete")
        with self.assertRaises(UserError):
            application.line_ids = [Command.delete(last.id)]

    def test_G6_a_content_taken_off_the_list_is_missing_all_the_same(self):
        application = (
            self.env["citeslab.application"]
            .with_user(self.chef)
            .create({"name": "Candidature"})
        )
        application.line_ids[0].unlink()
        for line in application.line_ids:
            line.text = "Oui"
        with self.assertRaises(UserError):
            application.action_complete()
