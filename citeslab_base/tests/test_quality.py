"""Rules of data quality: what they find, for whom, and how much of it."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..models.citeslab_outcome import REGISTER
from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestQuality(CiteslabCase):
    def setUp(self):
        super().setUp()
        clock = freeze_time("2023-06-15 10:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        self.Issue = self.env["citeslab.quality.issue"].with_user(self.chef)

    def complete_parcours(self, name="Ana Lozac'h"):
        """A parcours that no rule finds, in June 2023."""
        source = self.env["citeslab.discovery.source"].search([], limit=1)
        parcours = self.create_parcours(
            contact_name=name, discovery_source_id=source.id, user_id=self.chef.id
        )
        parcours.partner_id.write({"gender": "female", "birthdate_date": "1990-01-01"})
        area = self.env["citeslab.neighborhood"].create(
            {"name": "Les Tilleuls", "kind": "qpv", "company_id": self.structure.id}
        )
        self.meet(parcours, "2023-06-01")
        parcours.situation_ids.write(
            {
                "target_public": "en_devenir",
                "residence": "qpv",
                "neighborhood_id": area.id,
                "employment_id": self.env["citeslab.employment"].search([], limit=1).id,
                "education_id": self.env["citeslab.education"].search([], limit=1).id,
            }
        )
        return parcours

    def found(self, parcours):
        self.env.flush_all()
        issues = self.Issue.search([("parcours_id", "=", parcours.id)])
        return set(issues.rule_id.mapped("code"))

    def test_complete_parcours_has_no_issue(self):
        self.assertEqual(self.found(self.complete_parcours()), set())

    def test_each_rule_finds_what_it_says_until_it_is_mended(self):
        parcours = self.complete_parcours()
        person, photograph = parcours.partner_id, parcours.situation_ids
        cases = [
            ("missing_public", photograph, "target_public"),
            ("missing_neighborhood", photograph, "neighborhood_id"),
            ("missing_situation", photograph, "education_id"),
            ("missing_gender", person, "gender"),
            ("missing_birthdate", person, "birthdate_date"),
            ("missing_source", parcours, "discovery_source_id"),
        ]
        for code, record, name in cases:
            with self.subTest(code):
                before = record[name]
                record[name] = False
                self.assertIn(code, self.found(parcours))
                record[name] = before
                self.assertNotIn(code, self.found(parcours))

    def test_P6_outside_without_prescriber(self):
        parcours = self.complete_parcours()
        parcours.situation_ids.write({"residence": "outside", "neighborhood_id": False})
        self.assertEqual(self.found(parcours), {"missing_prescriber"})
        parcours.prescriber_id = self.env["res.partner"].create(
            {
                "name": "Mission locale",
                "organization_kind": "youth",
                "company_id": self.structure.id,
            }
        )
        self.assertEqual(self.found(parcours), set())

    def test_unknown_residence(self):
        parcours = self.complete_parcours()
        parcours.situation_ids.write({"residence": "unknown", "neighborhood_id": False})
        self.assertEqual(self.found(parcours), {"missing_residence"})

    def test_planned_rdv_of_the_past(self):
        parcours = self.complete_parcours()
        rdv = self.meet(parcours, "2023-06-10", state="planned")
        self.assertEqual(self.found(parcours), {"interview_without_result"})
        rdv.date = "2023-06-20"
        self.assertEqual(self.found(parcours), set())

    def test_silence_then_year_without_outcome(self):
        parcours = self.complete_parcours()
        with freeze_time("2023-09-01"):
            self.assertEqual(self.found(parcours), {"silent"})
        with freeze_time("2024-01-15"):
            self.assertEqual(self.found(parcours), {"silent", "missing_outcome"})
            self.end(parcours, "2023-12-31", "ongoing")
            self.assertEqual(self.found(parcours), set())

    def test_P4_desamorcage_of_a_register_without_reason_nor_orientation(self):
        parcours = self.complete_parcours()
        register = self.env["citeslab.outcome"].with_context(citeslab_register=REGISTER)
        outcome = register.create(
            {"parcours_id": parcours.id, "date": "2023-06-10", "value": "abandoned"}
        )
        self.assertEqual(
            self.found(parcours),
            {"defused_without_reason", "defused_without_orientation"},
        )
        outcome = outcome.with_context(citeslab_register=None)
        outcome.write(
            {
                "reason_id": self.env.ref("citeslab_base.outcome_reason_job").id,
                "orientation_refused": True,
            }
        )
        self.assertEqual(self.found(parcours), set())

    def test_creation_without_siren_and_late_followup(self):
        parcours = self.complete_parcours()
        outcome = self.end(parcours, "2023-06-10", "created")
        self.assertEqual(self.found(parcours), {"created_without_siren"})
        outcome.siren = "732829320"
        outcome._plan_followups()
        self.assertEqual(self.found(parcours), set())
        with freeze_time("2024-01-15"):
            self.assertEqual(self.found(parcours), {"followup_late"})
            parcours.followup_ids[0].answer = "active"
            self.assertEqual(self.found(parcours), set())

    def test_owner_and_count(self):
        parcours = self.complete_parcours()
        parcours.discovery_source_id = False
        self.env.flush_all()
        rule = self.env.ref("citeslab_base.quality_rule_missing_source")
        groups = self.Issue._read_group(
            [("rule_id", "=", rule.id)], ["user_id"], ["__count"]
        )
        self.assertEqual(groups, [(self.chef, 1)])
        self.assertEqual(rule.with_user(self.chef).issue_count, 1)
        self.assertEqual(rule.with_user(self.other_chef).issue_count, 0)

    def test_bilan_is_told_how_many_parcours_of_its_period(self):
        parcours = self.complete_parcours()
        parcours.discovery_source_id = False
        met_before = self.complete_parcours("Bob")
        met_before.discovery_source_id = False
        met_before.interview_ids.date = "2022-06-01"
        Rule = self.env["citeslab.quality.rule"].with_user(self.chef)
        year = date(2023, 1, 1), date(2023, 12, 31)
        rule = self.env.ref("citeslab_base.quality_rule_missing_source")
        self.assertEqual(Rule._count_by_rule(self.structure, *year), {rule: 1})
        other = Rule.with_user(self.other_chef)
        self.assertEqual(other._count_by_rule(self.other, *year), {})

    def test_archived_rule_finds_nothing(self):
        parcours = self.complete_parcours()
        parcours.discovery_source_id = False
        self.env.ref("citeslab_base.quality_rule_missing_source").active = False
        self.assertEqual(self.found(parcours), set())

    def test_rule_that_cannot_be_read_is_refused(self):
        rule = self.env.ref("citeslab_base.quality_rule_missing_source")
        for domain in ("[('no_such_field', '=', 1)]", "[(", "[('id', '=', env)]"):
            with (
                self.subTest(domain),
                self.assertRaisesRegex(ValidationError, "cannot be read"),
            ):
                rule.domain = domain

    def test_line_opens_the_parcours(self):
        parcours = self.complete_parcours()
        parcours.discovery_source_id = False
        self.env.flush_all()
        issue = self.Issue.search([("parcours_id", "=", parcours.id)])
        action = issue.action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("crm.lead", parcours.id)
        )
