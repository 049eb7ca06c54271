"""What became of a parcours: the dialog, désamorçage, follow-up, amorçage, margin."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CiteslabCase

SIREN = "732829320"


@tagged("post_install", "-at_install")
class TestOutcomeDialog(CiteslabCase):
    def setUp(self):
        super().setUp()
        clock = freeze_time("2023-06-15 10:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        self.parcours = self.create_parcours(user_id=self.chef.id)
        self.meet(self.parcours, "2023-03-01")
        self.reason = self.env.ref("citeslab_base.outcome_reason_job")

    def dialog(self, **values):
        Dialog = self.env["citeslab.outcome.dialog"].with_user(self.chef)
        return Dialog.create({"parcours_id": self.parcours.id, **values})

    def test_creation_keeps_what_is_told_of_the_business(self):
        area = self.env["citeslab.neighborhood"].create(
            {"name": "Les Tilleuls", "kind": "qpv", "company_id": self.structure.id}
        )
        Dialog = self.env["citeslab.outcome.dialog"].with_user(self.chef)
        form = Form(Dialog.with_context(default_parcours_id=self.parcours.id))
        form.value = "created"
        form.project_kind = "takeover"
        form.siren = SIREN
        form.legal_form = "micro"
        form.settlement = "inside"
        form.neighborhood_id = area
        form.date = date(2023, 6, 1)
        form.save().action_apply()
        outcome = self.parcours.outcome_ids
        self.assertRecordValues(
            outcome,
            [
                {
                    "value": "created",
                    "siren": SIREN,
                    "legal_form": "micro",
                    "settlement": "inside",
                    "project_kind": "takeover",
                    "date": date(2023, 6, 1),
                }
            ],
        )
        self.assertEqual(self.parcours.project_neighborhood_id, area)
        self.assertEqual(self.parcours.project_kind, "takeover")
        self.assertEqual(self.parcours.phase, "created")

    def test_false_siren_is_refused_and_nothing_is_left(self):
        dialog = self.dialog(value="created", siren="732829321")
        with self.assertRaisesRegex(ValidationError, "732829321 is not a SIREN"):
            dialog.action_apply()

    def test_refusal_of_a_siren_repeats_no_page(self):
        dialog = self.dialog(value="created", siren="9" * 5_000)
        with self.assertRaises(ValidationError) as refusal:
            dialog.action_apply()
        self.assertLess(len(str(refusal.exception)), 200)

    def test_siren_of_another_choice_is_not_kept(self):
        self.dialog(value="lost", siren=SIREN, legal_form="sas").action_apply()
        outcome = self.parcours.outcome_ids
        self.assertEqual(outcome.value, "lost")
        self.assertFalse(outcome.siren or outcome.legal_form or outcome.followup_ids)

    def test_P4_desamorcage_asks_a_reason(self):
        for value in ("redirected", "abandoned"):
            dialog = self.dialog(value=value, orientation_refused=True)
            with (
                self.assertRaisesRegex(UserError, "Choose a reason"),
                self.cr.savepoint(),
            ):
                dialog.action_apply()
        self.assertFalse(self.parcours.outcome_ids)

    def test_P4_desamorcage_asks_an_orientation_or_its_refusal(self):
        dialog = self.dialog(value="abandoned", reason_id=self.reason.id)
        with (
            self.assertRaisesRegex(UserError, "oriented elsewhere"),
            self.cr.savepoint(),
        ):
            dialog.action_apply()
        dialog.orientation_family = "employment"
        dialog.action_apply()
        self.assertEqual(self.parcours.orientation_ids.family, "employment")
        self.assertFalse(self.parcours.outcome_ids.orientation_refused)
        self.assertEqual(self.parcours.phase, "closed")

    def test_P4_rule_holds_on_every_way_in(self):
        """The list of the form, an import and a call write the same model."""
        Outcome = self.env["citeslab.outcome"].with_user(self.chef)
        row = {"parcours_id": self.parcours.id, "date": date(2023, 6, 1)}
        bare = {**row, "value": "abandoned"}
        for values in (bare, {**bare, "reason_id": self.reason.id}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                Outcome.create(values)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.parcours.outcome_ids = [Command.create(bare)]
        told = Outcome.create({**row, "value": "lost"})
        with self.assertRaises(ValidationError), self.cr.savepoint():
            told.value = "redirected"
        loaded = Outcome.load(
            ["parcours_id/.id", "date", "value"],
            [[str(self.parcours.id), "2023-06-01", "abandoned"]],
        )
        self.assertFalse(loaded["ids"])
        self.assertIn("why does the project stop", loaded["messages"][0]["message"])
        caller = Outcome.with_context(citeslab_register=True)
        with self.assertRaises(ValidationError), self.cr.savepoint():
            caller.create(bare)
        told.write(
            {
                "value": "redirected",
                "reason_id": self.reason.id,
                "orientation_refused": True,
            }
        )
        self.assertEqual(self.parcours.outcome, "redirected")

    def test_P4_refusal_of_the_orientation_is_kept(self):
        dialog = self.dialog(
            value="redirected", reason_id=self.reason.id, orientation_refused=True
        )
        dialog.action_apply()
        self.assertTrue(self.parcours.outcome_ids.orientation_refused)
        self.assertFalse(self.parcours.orientation_ids)

    def test_P4_orientation_already_given_is_enough(self):
        self.orient(self.parcours, "2023-03-01")
        self.dialog(value="abandoned", reason_id=self.reason.id).action_apply()
        self.assertEqual(len(self.parcours.orientation_ids), 1)

    def test_P4_amorcage_is_measured_from_the_entry(self):
        self.photograph(self.parcours, "2023-06-01", target_public="en_devenir")
        entry = self.parcours.situation_ids.sorted("date")[0]
        entry.target_public = "intentionniste"
        self.assertEqual(self.parcours.entry_public, "intentionniste")
        self.assertTrue(self.parcours.is_primed)
        still = self.create_parcours(contact_name="Lise Kerdoncuff")
        self.photograph(still, "2023-01-01", target_public="en_devenir")
        found = self.Lead.search([("is_primed", "=", True)])
        self.assertIn(self.parcours, found)
        self.assertNotIn(still, found)
        others = self.Lead.search([("is_primed", "=", False)])
        self.assertIn(still, others)
        self.assertNotIn(self.parcours, others)

    def test_P1_public_of_a_past_date_is_kept_when_it_changes(self):
        entry = self.parcours.situation_ids
        entry.target_public = "intentionniste"
        self.photograph(self.parcours, "2023-06-10", target_public="en_activite")
        self.assertEqual(self.parcours.target_public, "en_activite")
        self.assertEqual(entry.target_public, "intentionniste")

    def test_P5_reopening_keeps_one_person_and_both_dates(self):
        self.dialog(
            value="abandoned", reason_id=self.reason.id, orientation_refused=True
        ).action_apply()
        self.assertEqual(self.parcours.phase, "closed")
        with freeze_time("2023-09-01 10:00:00"):
            self.meet(self.parcours, "2023-09-01")
            self.assertEqual(self.parcours.phase, "followup")
            seen = self.Lead._margin_count(
                self.structure, date(2023, 1, 1), date(2023, 12, 31)
            )
        self.assertEqual(seen, (0, 1))
        self.assertEqual(self.parcours.first_interview_date, date(2023, 3, 1))
        self.assertEqual(len(self.parcours.outcome_ids), 1)

    def test_later_outcome_leaves_the_former_one(self):
        self.dialog(value="ongoing", date="2023-05-01").action_apply()
        former = self.parcours.outcome_ids
        self.dialog(value="created").action_apply()
        self.assertEqual((former.value, former.date), ("ongoing", date(2023, 5, 1)))
        self.assertEqual(self.parcours.outcome, "created")

    def test_followups_are_activities_of_the_referent(self):
        self.dialog(value="created", date="2023-06-15").action_apply()
        followups = self.parcours.followup_ids
        self.assertEqual(
            followups.mapped("date"),
            [date(2023, 12, 15), date(2024, 6, 15), date(2025, 6, 15)],
        )
        activities = self.parcours.activity_ids
        self.assertEqual(followups.activity_id, activities)
        self.assertEqual(activities.user_id, self.chef)
        self.assertNotIn("Odile", " ".join(activities.mapped("summary")))
        followups.outcome_id._plan_followups()
        self.assertEqual(len(self.parcours.followup_ids), 3)

    def test_a_creation_noted_twice_is_followed_once(self):
        self.dialog(value="created", date="2023-06-15").action_apply()
        self.parcours.stage_id = self.env.ref("citeslab_base.stage_preparation")
        self.dialog(
            value="created", date="2023-06-15", siren="732 829 320"
        ).action_apply()
        self.assertEqual(len(self.parcours.followup_ids), 3)
        self.assertIn("732829320", self.parcours.outcome_ids.mapped("siren"))

    def test_answer_of_a_followup_ends_its_activity(self):
        self.dialog(value="created", date="2023-06-15").action_apply()
        first = self.parcours.followup_ids[0]
        first.write({"answer": "active", "jobs": 2})
        self.assertEqual(first.answer_date, date(2023, 6, 15))
        self.assertFalse(first.activity_id.active)
        self.assertEqual(len(self.parcours.activity_ids), 2)

    def test_followups_already_past_are_not_asked(self):
        self.dialog(value="created", date="2022-10-01").action_apply()
        self.assertEqual(self.parcours.followup_ids.mapped("months"), [12, 24])

    def test_P6_share_of_people_from_outside(self):
        other = self.create_parcours(contact_name="Lise Kerdoncuff")
        self.meet(other, "2023-04-01")
        other.situation_ids.residence = "outside"
        self.assertEqual(other.residence, "outside")
        self.assertIn("1 of the 2 people", other.margin_share)
        self.assertFalse(self.parcours.margin_share)

    def test_P6_form_asks_for_the_prescriber(self):
        arch = self.Lead.get_view(
            self.env.ref("citeslab_base.crm_lead_view_form").id, "form"
        )["arch"]
        self.assertIn("prescriber_id or residence not in ('near', 'outside')", arch)

    def test_S9_sources_fall_in_the_families_of_the_bilan(self):
        """Single choice on the parcours; each source tells its family."""
        field = self.Lead._fields["discovery_source_id"]
        self.assertEqual(field.type, "many2one")
        sources = self.env["citeslab.discovery.source"].search([])
        self.assertTrue(sources)
        self.assertTrue(all(source.family for source in sources))

    def test_dialog_is_for_the_structure_and_its_chefs(self):
        with self.assertRaises(Exception) as refusal, mute_logger("odoo.sql_db"):
            self.dialog(value="lost").with_user(self.other_chef).action_apply()
        self.assertIn("AccessError", repr(type(refusal.exception)))

    def test_stage_days_counts_from_the_last_change(self):
        self.parcours.sudo().date_last_stage_update = "2023-06-01 09:00:00"
        self.assertEqual(self.parcours.stage_days, 14)
