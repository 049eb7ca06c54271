"""Nomenclatures, territory, outcomes, actions, head-counts, contacts."""

from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestNomenclature(CiteslabCase):
    def setUp(self):
        super().setUp()
        self.Nature = self.env["citeslab.project.nature"]

    def test_code_never_changes(self):
        nature = self.Nature.create({"name": "Artisanat d'art", "code": "art"})
        with self.assertRaisesRegex(UserError, "past reports"):
            nature.code = "craft"
        nature.write({"code": "art", "name": "Métiers d'art"})
        self.assertEqual(nature.name, "Métiers d'art")

    @mute_logger("odoo.sql_db")
    def test_code_is_used_once_in_the_national_list(self):
        self.Nature.create({"name": "Un", "code": "twice"})
        with self.assertRaises(IntegrityError):
            self.Nature.create({"name": "Deux", "code": "twice"})

    def test_two_structures_may_use_one_code(self):
        for company in self.structure + self.other:
            self.Nature.create({"name": "N", "code": "n", "company_id": company.id})
        self.assertEqual(self.Nature.search_count([("code", "=", "n")]), 2)

    def test_labels_match_without_case_accents_nor_apostrophes(self):
        entry = self.Nature.create(
            {
                "name": "Métiers de l'eau",
                "code": "water",
                "aliases": "Plomberie\nÉGOUTS",
            }
        )
        index = self.Nature._label_index(self.structure)
        for label in ("metiers de l eau", "plomberie", "egouts", "water"):
            self.assertEqual(index[label], entry, label)
        self.assertNotIn("", index)

    def test_labels_of_another_structure_are_unknown(self):
        self.Nature.create(
            {"name": "Secret du Plateau", "code": "s", "company_id": self.other.id}
        )
        self.assertNotIn("secret du plateau", self.Nature._label_index(self.structure))
        self.assertIn("secret du plateau", self.Nature._label_index(self.other))

    def test_archived_entry_no_longer_matches(self):
        entry = self.Nature.create({"name": "Minitel", "code": "minitel"})
        entry.action_archive()
        self.assertNotIn("minitel", self.Nature._label_index(self.structure))

    def test_every_list_has_entries_with_distinct_labels(self):
        """A label that means two entries would be read at random."""
        lists = self.env["citeslab.nomenclature"]._inherit_children
        self.assertGreaterEqual(len(lists), 9)
        for model in lists:
            seen = {}
            for entry in self.env[model].search([("company_id", "=", False)]):
                labels = {entry.name, *(entry.aliases or "").splitlines()}
                for label in {text.casefold() for text in labels}:
                    with self.subTest(model=model, label=label):
                        self.assertEqual(seen.setdefault(label, entry), entry)

    @mute_logger("odoo.sql_db")
    def test_entry_in_use_is_not_deleted(self):
        nature = self.Nature.create({"name": "Apiculture", "code": "bees"})
        self.create_parcours(project_nature_id=nature.id)
        with self.assertRaises(IntegrityError):
            nature.unlink()


@tagged("post_install", "-at_install")
class TestTerritory(CiteslabCase):
    def _warning(self, *populations, kind="qpv"):
        areas = self.env["citeslab.neighborhood"].create(
            [
                {"name": f"Quartier {n}", "population": count, "kind": kind}
                for n, count in enumerate(populations)
            ]
        )
        self.territory.neighborhood_ids = areas
        return self.territory.population_warning

    def test_P15_brest_passes(self):
        """P15: the seven printed quartiers of Brest add up to 17,168 residents."""
        printed = (1240, 2008, 7120, 1240, 1210, 1650, 2700)
        self.assertFalse(self._warning(*printed))
        self.assertEqual(self.territory.population, 17_168)

    def test_P15_population_just_inside_the_rule(self):
        self.assertFalse(self._warning(1_500, 1_500))
        self.assertEqual(self.territory.population, 3_000)
        self.assertFalse(self._warning(25_000))

    def test_P15_population_just_outside_the_rule(self):
        self.assertRegex(self._warning(2_999), "2999 .* at least 3000")
        self.assertRegex(self._warning(25_001), "25001 .* at most 25000")

    def test_other_areas_do_not_count(self):
        self._warning(9_000, kind="other")
        self.assertEqual(self.territory.population, 0)

    def test_rule_is_read_at_the_start_of_the_territory(self):
        """A rule that changes in 2030 does not judge a territory of 2023."""
        former = self.env.ref("citeslab_base.parameter_territory_population_min")
        former.valid_to = "2029-12-31"
        former.copy({"value": 5_000, "valid_from": "2030-01-01", "valid_to": False})
        self.territory.date_start = "2023-01-01"
        self.assertFalse(self._warning(4_000))
        self.territory.date_start = "2030-06-01"
        self.assertRegex(self._warning(4_000), "at least 5000")

    def test_quartier_of_another_structure_is_refused(self):
        foreign = self.env["citeslab.neighborhood"].create(
            {"name": "Zone", "kind": "other", "company_id": self.other.id}
        )
        with self.assertRaisesRegex(ValidationError, "another structure"):
            self.territory.neighborhood_ids = foreign

    @mute_logger("odoo.sql_db")
    def test_dates_in_order(self):
        with self.assertRaises(IntegrityError):
            self.territory.write({"date_start": "2023-02-01", "date_end": "2023-01-01"})
            self.territory.flush_recordset()

    def test_parcours_takes_no_territory_of_another_structure(self):
        with self.assertRaises(UserError):
            self.create_parcours(territory_id=self.other_territory.id)

    def test_quartier_in_force_on_a_day(self):
        Area = self.env["citeslab.neighborhood"]
        old = Area.create({"name": "A", "vintage": 2015, "valid_to": "2023-12-31"})
        new = Area.create({"name": "A", "vintage": 2024, "valid_from": "2024-01-01"})
        both = [("id", "in", (old + new).ids)]
        day = date(2023, 12, 31)
        self.assertEqual(Area.search(Area._domain_valid_at(day) & _d(both)), old)
        day = date(2024, 1, 1)
        self.assertEqual(Area.search(Area._domain_valid_at(day) & _d(both)), new)
        self.assertEqual(old.display_name, "A (2015)")


def _d(domain):
    from odoo.fields import Domain

    return Domain(domain)


@tagged("post_install", "-at_install")
class TestOutcomeAndAction(CiteslabCase):
    def test_siren(self):
        parcours = self.create_parcours()
        outcome = self.end(parcours, "2023-03-01", "created")
        outcome.siren = "732 829 320"
        self.assertTrue(outcome.siren)
        with self.assertRaisesRegex(ValidationError, "732829321 is not a SIREN"):
            outcome.siren = "732829321"

    def test_kind_of_action_proposes_mission_and_duration(self):
        kind = self.env["citeslab.action.kind"].search(
            [("mission_id", "!=", False)], limit=1
        )
        kind.duration = 2.0
        Action = self.env["citeslab.action"].with_user(self.chef)
        action = Action.create(
            {"name": "Comité", "kind_id": kind.id, "date": "2023-01-01"}
        )
        self.assertEqual(action.mission_id, kind.mission_id)
        self.assertEqual(action.duration, 2.0)
        self.assertEqual(action.company_id, self.structure)
        self.assertEqual(action.territory_id, self.territory)
        action.write({"occurrences": 12, "duration": 1.5})
        self.assertEqual(action.total_duration, 18.0)

    @mute_logger("odoo.sql_db")
    def test_headcount_belongs_to_the_structure_of_its_action(self):
        action = self._action()
        Headcount = self.env["citeslab.headcount"].with_user(self.chef)
        rows = Headcount.create(
            [
                {"action_id": action.id, "gender": "female", "count": 7},
                {"action_id": action.id, "gender": "male", "count": 5},
            ]
        )
        self.assertEqual(rows.company_id, self.structure)
        self.assertEqual(sum(action.headcount_ids.mapped("count")), 12)
        with self.assertRaises(IntegrityError):
            Headcount.create({"action_id": action.id, "count": 0})

    @mute_logger("odoo.sql_db")
    def test_headcount_of_nothing_is_refused(self):
        with self.assertRaises(IntegrityError):
            self.env["citeslab.headcount"].create({"count": 3})

    def _action(self):
        return (
            self.env["citeslab.action"]
            .with_user(self.chef)
            .create(
                {
                    "name": "Marché",
                    "date": "2023-01-01",
                    "mission_id": self.env.ref("citeslab_base.mission_preparation").id,
                }
            )
        )

    @mute_logger("odoo.sql_db")
    def test_contest_is_entered_once_an_edition(self):
        parcours = self.create_parcours()
        contest = self.env["citeslab.contest"].create({"name": "Prix", "code": "prix"})
        values = {"contest_id": contest.id, "edition": "2023"}
        self.create_row("citeslab.contest.entry", parcours, "2023-01-01", **values)
        with self.assertRaises(IntegrityError):
            self.create_row("citeslab.contest.entry", parcours, "2023-02-01", **values)


@tagged("post_install", "-at_install")
class TestTouch(CiteslabCase):
    def test_one_row_per_contact_that_took_place(self):
        parcours = self.create_parcours()
        contact = self.meet(parcours, "2023-01-10", kind="contact", mode="phone")
        rdv = self.meet(parcours, "2023-02-01", duration=1.5)
        self.meet(parcours, "2023-02-10", state="no_show")
        self.meet(parcours, "2023-02-11", state="cancelled")
        self.meet(parcours, date.today() + timedelta(days=9), state="planned")
        touches = self.env["citeslab.touch"].with_user(self.chef)
        found = touches.search([("parcours_id", "=", parcours.id)], order="date")
        self.assertEqual(found.mapped("kind"), ["contact", "interview"])
        self.assertEqual(found.mapped("interview_id"), contact + rdv)
        self.assertEqual(found.mapped("mode"), ["phone", "face"])
        self.assertEqual(sum(found.mapped("duration")), 1.5)
        self.assertEqual(found.partner_id, parcours.partner_id)
        self.assertEqual(found.company_id, self.structure)

    def test_change_is_seen_at_once(self):
        parcours = self.create_parcours()
        rdv = self.meet(parcours, "2023-02-01")
        domain = [("parcours_id", "=", parcours.id)]
        Touch = self.env["citeslab.touch"]
        self.assertEqual(Touch.search_count(domain), 1)
        rdv.action_no_show()
        self.assertEqual(Touch.search_count(domain), 0)

    def test_touches_of_another_structure_are_hidden(self):
        parcours = self.create_parcours()
        self.meet(parcours, "2023-02-01")
        domain = [("parcours_id", "=", parcours.id)]
        Touch = self.env["citeslab.touch"]
        self.assertEqual(Touch.with_user(self.chef).search_count(domain), 1)
        self.assertEqual(Touch.with_user(self.other_chef).search_count(domain), 0)
