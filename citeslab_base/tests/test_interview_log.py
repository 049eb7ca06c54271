"""One dialog tells a whole RDV; what is over waits to be completed."""

from contextlib import contextmanager
from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import NotNullViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestInterviewLog(CiteslabCase):
    def setUp(self):
        super().setUp()
        clock = freeze_time("2023-06-15 10:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        self.parcours = self.create_parcours(user_id=self.chef.id)
        self.network = self.env["res.partner"].create(
            {
                "name": "Réseau Estuaire",
                "is_company": True,
                "organization_kind": "creation",
                "company_id": self.structure.id,
            }
        )

    def form(self, parcours=None, user=None, **context):
        Dialog = self.env["citeslab.interview.log"].with_user(user or self.chef)
        parcours = parcours or self.parcours
        return Form(Dialog.with_context(default_parcours_id=parcours.id, **context))

    def plan(self, **values):
        Interview = self.env["citeslab.interview"].with_user(self.chef)
        return Interview.create({"parcours_id": self.parcours.id, **values})

    def test_whole_rdv_in_one_go(self):
        """Result, next step, activity, orientation, next RDV, public: all kept."""
        form = self.form()
        form.target_public = "en_devenir"
        form.duration = 1.5
        form.next_step = "Chiffrer le matériel"
        form.activity_summary = "Relire le prévisionnel"
        form.activity_date = date(2023, 6, 20)
        form.orientation_family = "creation"
        form.organization_id = self.network
        form.next_start = datetime(2023, 6, 29, 8, 0)
        form.save().action_apply()
        done = self.parcours.interview_ids.filtered(lambda row: row.state == "done")
        self.assertRecordValues(
            done,
            [
                {
                    "date": date(2023, 6, 15),
                    "kind": "interview",
                    "mode": "face",
                    "duration": 1.5,
                    "next_step": "Chiffrer le matériel",
                    "user_id": self.chef.id,
                }
            ],
        )
        self.assertRecordValues(
            self.parcours.orientation_ids,
            [
                {
                    "family": "creation",
                    "organization_id": self.network.id,
                    "date": date(2023, 6, 15),
                    "is_first": True,
                }
            ],
        )
        activity = self.parcours.activity_ids
        self.assertEqual(activity.summary, "Relire le prévisionnel")
        self.assertEqual(activity.date_deadline, date(2023, 6, 20))
        self.assertEqual(activity.user_id, self.chef)
        planned = self.parcours.interview_ids - done
        self.assertEqual(planned.start, datetime(2023, 6, 29, 8, 0))
        self.assertEqual(planned.state, "planned")
        self.assertEqual(self.parcours.phase, "orientation")

    def test_P1_public_is_required_at_entry(self):
        """The first RDV asks for the public; later ones do not, and it is kept."""
        form = self.form()
        self.assertTrue(form.asks_public)
        with self.assertRaisesRegex(AssertionError, "target_public is a required"):
            form.save()
        form.target_public = "intentionniste"
        form.save().action_apply()
        entry = self.parcours.situation_ids
        self.assertEqual(entry.target_public, "intentionniste")
        self.assertFalse(self.form().asks_public)
        self.photograph(self.parcours, "2023-06-15", target_public="en_devenir")
        self.assertEqual(entry.target_public, "intentionniste")
        self.assertEqual(self.parcours.target_public, "en_devenir")
        self.assertEqual(self.parcours.entry_public, "intentionniste")

    def test_P2_every_exchange_carries_a_mission(self):
        """P2: told or proposed, on whatever way in; never none.

        Preparation and orientation share their 30 % (CDC §2): four entries hold the
        five missions.
        """
        form = self.form()
        form.target_public = "en_devenir"
        self.assertEqual(form.mission_id.code, "preparation")
        form.mission_id = self.env["citeslab.mission"]
        with self.assertRaisesRegex(AssertionError, "mission_id is a required"):
            form.save()
        self.assertEqual(
            self.env["citeslab.mission"].search([]).mapped("code"),
            ["prospecting", "preparation", "animation", "referent"],
        )
        planned = self.plan(start="2023-06-20 08:00:00")
        self.assertEqual(planned.mission_id.code, "preparation")
        with self.refused_without_a_mission():
            planned.mission_id = False
        with self.refused_without_a_mission():
            self.meet(self.parcours, "2023-06-12", mission_id=False)
        met = self.create_parcours(contact_name="Inès", met_on="2023-06-15")
        self.assertEqual(met.interview_ids.mission_id.code, "prospecting")

    def test_P2_every_action_carries_a_mission(self):
        """P2: that of its kind, or the one told; never none."""
        Action = self.env["citeslab.action"].with_user(self.chef)
        for kind in self.env["citeslab.action.kind"].search(
            [("company_id", "=", False), ("code", "!=", "other")]
        ):
            action = Action.create({"name": kind.name, "kind_id": kind.id})
            self.assertTrue(action.mission_id, kind.code)
            self.assertEqual(action.mission_id, kind.mission_id)
        with self.refused_without_a_mission():
            action.mission_id = False
        with self.refused_without_a_mission():
            Action.create({"name": "Autre chose"})

    @contextmanager
    def refused_without_a_mission(self):
        with (
            self.assertRaisesRegex(NotNullViolation, "mission_id"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            yield
            self.env.flush_all()

    def test_P6_person_from_outside_asks_for_the_prescriber(self):
        self.parcours.partner_id.residence = "outside"
        form = self.form()
        self.assertTrue(form.asks_prescriber)
        form.target_public = "en_devenir"
        form.prescriber_id = self.network
        form.save().action_apply()
        self.assertEqual(self.parcours.prescriber_id, self.network)
        self.assertFalse(self.form().asks_prescriber)

    def test_planned_rdv_is_completed_not_doubled(self):
        planned = self.plan(
            start="2023-06-14 08:00:00",
            duration=0.5,
            place="Bus",
        )
        form = self.form()
        self.assertEqual(form.interview_id, planned)
        self.assertEqual((form.date, form.duration), (date(2023, 6, 14), 0.5))
        self.assertEqual(form.place, "Bus")
        form.state = "no_show"
        self.assertFalse(form.asks_public)
        form.save().action_apply()
        self.assertEqual(planned.state, "no_show")
        self.assertEqual(self.parcours.interview_ids, planned)
        self.assertFalse(self.parcours.first_interview_date)

    def test_planned_rdv_held_another_day_keeps_the_day_only(self):
        planned = self.plan(start="2023-06-13 08:00:00")
        form = self.form()
        form.date = date(2023, 6, 14)
        form.target_public = "en_devenir"
        form.save().action_apply()
        self.assertRecordValues(
            planned, [{"state": "done", "date": date(2023, 6, 14), "start": False}]
        )

    def test_repeat_the_last_one(self):
        borne = self.env["citeslab.place"].create(
            {"name": "Marché", "kind": "market", "company_id": self.structure.id}
        )
        first = self.form()
        first.kind = "contact"
        first.date = date(2023, 6, 14)
        first.place_id = borne
        first.duration = 0.25
        first.mission_id = self.env.ref("citeslab_base.mission_prospecting")
        first.save().action_apply()
        other = self.create_parcours(contact_name="Lise Kerdoncuff")
        form = self.form(other)
        form.repeat_last = True
        form.save().action_apply()
        again = other.interview_ids
        for name in ("kind", "date", "place_id", "duration", "mission_id", "mode"):
            self.assertEqual(again[name], self.parcours.interview_ids[name], name)

    def test_nothing_is_half_logged(self):
        self.plan(start="2023-06-29 08:30:00")
        self.parcours.target_public = "en_devenir"
        form = self.form()
        form.orientation_family = "creation"
        form.date = date(2023, 6, 16)
        dialog = form.save()
        with self.assertRaisesRegex(UserError, "still to come"), self.cr.savepoint():
            dialog.action_apply()
        self.assertFalse(self.parcours.orientation_ids)
        self.assertEqual(len(self.parcours.interview_ids), 1)

    def test_what_comes_next_is_not_in_the_past(self):
        """Neither the next RDV nor the next activity; nothing is half logged."""
        self.parcours.target_public = "en_devenir"
        for name, value, words in (
            ("next_start", datetime(2023, 6, 15, 9, 59), "next RDV .*in the past"),
            ("activity_date", date(2023, 6, 14), r"\d\d/\d\d/2023, in the past"),
        ):
            form = self.form()
            form.activity_summary = "Relire le prévisionnel"
            form.__setattr__(name, value)
            dialog = form.save()
            with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                dialog.action_apply()
            self.assertFalse(self.parcours.interview_ids)
        dialog.activity_date = date(2023, 6, 15)  # today is in time
        dialog.action_apply()
        self.assertTrue(self.parcours.activity_ids)

    def test_volunteer_logs_without_orientation_nor_notes(self):
        parcours = self.create_parcours(user=self.volunteer)
        form = self.form(parcours, user=self.volunteer)
        form.target_public = "intentionniste"
        form.next_step = "Revenir mardi"
        dialog = form.save()
        dialog.action_apply()
        self.assertEqual(parcours.interview_ids.next_step, "Revenir mardi")
        with self.assertRaises(AccessError):
            dialog.write({"orientation_family": "creation"})

    def test_dialog_belongs_to_its_user(self):
        form = self.form()
        form.target_public = "en_devenir"
        self.assertFalse(form.save().with_user(self.manager).has_access("read"))

    def test_to_complete_holds_what_is_over_and_not_filled_in(self):
        over = self.plan(start="2023-06-15 08:00:00")
        undone = self.meet(self.parcours, "2023-06-01", state="planned")
        self.plan(start="2023-06-15 09:30:00")
        self.meet(self.parcours, "2023-06-15", state="planned")
        self.meet(self.parcours, "2023-06-10")
        arch = self.env["citeslab.interview"].get_view(
            self.env.ref("citeslab_base.citeslab_interview_view_search").id, "search"
        )["arch"]
        domain = self._domain_of_filter(arch, "to_complete")
        found = (
            self.env["citeslab.interview"]
            .with_user(self.chef)
            .search([*domain, ("user_id", "=", self.chef.id)])
        )
        self.assertEqual(found.sorted("id"), over + undone)
        action = over.action_log()
        self.assertEqual(action["context"]["default_interview_id"], over.id)

    def _domain_of_filter(self, arch, name):
        from lxml import etree

        from odoo.tools.safe_eval import safe_eval

        node = etree.fromstring(arch).find(f".//filter[@name='{name}']")
        return safe_eval(node.get("domain"), {"uid": self.chef.id})
