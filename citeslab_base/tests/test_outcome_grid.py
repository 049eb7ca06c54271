"""January: the outcomes of the year in one grid."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestOutcomeGrid(CiteslabCase):
    def setUp(self):
        super().setUp()
        clock = freeze_time("2024-01-10 10:00:00")
        clock.start()
        self.addCleanup(clock.stop)
        self.reason = self.env.ref("citeslab_base.outcome_reason_job")

    def parcours_met(self, name, *days):
        parcours = self.create_parcours(contact_name=name)
        for day in days:
            self.meet(parcours, day)
        return parcours

    def grid(self, user=None):
        Grid = self.env["citeslab.outcome.grid"].with_user(user or self.chef)
        return Grid.browse(Grid.action_open()["res_id"])

    def line(self, grid, parcours):
        return grid.line_ids.filtered(lambda line: line.parcours_id == parcours)

    def test_grid_holds_the_parcours_of_the_year_without_outcome(self):
        kept = self.parcours_met("Ana", "2023-11-01")
        told_before = self.parcours_met("Bob", "2022-03-01", "2023-04-01")
        self.end(told_before, "2022-12-31", "ongoing")
        told = self.parcours_met("Cléo", "2023-03-01")
        self.end(told, "2023-12-01", "created")
        self.parcours_met("Dan", "2022-03-01")
        self.parcours_met("Eve", "2024-01-05")
        planned = self.create_parcours(contact_name="Flo")
        self.meet(planned, "2023-12-01", state="no_show")
        grid = self.grid()
        self.assertEqual(grid.year, 2023)
        self.assertEqual(grid.line_ids.parcours_id, kept + told_before)
        self.assertEqual(set(grid.line_ids.mapped("date")), {date(2023, 12, 31)})

    def test_proposal_follows_the_last_rdv(self):
        recent = self.parcours_met("Ana", "2023-02-01", "2023-11-20")
        silent = self.parcours_met("Bob", "2023-05-01")
        came_back = self.parcours_met("Cléo", "2023-05-01", "2024-01-08")
        missed = self.parcours_met("Dan", "2023-11-20")
        self.meet(missed, "2023-12-10", state="no_show")
        placed = self.parcours_met("Eve", "2023-11-20")
        self.orient(placed, "2023-11-20", family="training")
        expected = {
            recent: "ongoing",
            silent: "lost",
            came_back: "ongoing",
            missed: "lost",
            placed: "redirected",
        }
        lines = self.grid().line_ids
        self.assertEqual(
            {line.parcours_id: line.value for line in lines},
            expected,
        )
        reason = self.env.ref("citeslab_base.outcome_reason_training")
        self.assertEqual(lines.reason_id, reason)
        lines.grid_id.action_save()
        self.assertEqual(placed.outcome_ids.reason_id, reason)

    def test_saved_in_one_go_with_what_was_corrected(self):
        first = self.parcours_met("Ana", "2023-11-01")
        second = self.parcours_met("Bob", "2023-05-01")
        third = self.parcours_met("Cléo", "2023-05-01")
        grid = self.grid()
        self.line(grid, first).write(
            {"value": "created", "siren": "732829320", "date": "2023-11-20"}
        )
        self.line(grid, third).value = False
        grid.action_save()
        self.assertRecordValues(
            first.outcome_ids,
            [{"value": "created", "siren": "732829320", "date": date(2023, 11, 20)}],
        )
        self.assertEqual(second.outcome, "lost")
        self.assertEqual(second.outcome_date, date(2023, 12, 31))
        self.assertFalse(third.outcome_ids)
        self.assertEqual(first.followup_ids.mapped("months"), [6, 12, 24])
        self.assertEqual(self.grid().line_ids.parcours_id, third)

    def test_desamorcage_without_reason_names_the_line_and_saves_nothing(self):
        good = self.parcours_met("Ana", "2023-11-01")
        stopped = self.parcours_met("Bob Le Bihan", "2023-05-01")
        grid = self.grid()
        line = self.line(grid, stopped)
        line.value = "abandoned"
        with self.assertRaisesRegex(UserError, "Bob Le Bihan.*why does the project"):
            grid.action_save()
        self.assertFalse(good.outcome_ids | stopped.outcome_ids)
        line.reason_id = self.reason
        with self.assertRaisesRegex(UserError, "Bob Le Bihan.*orient the person"):
            grid.action_save()
        line.orientation_refused = True
        grid.action_save()
        self.assertTrue(stopped.outcome_ids.orientation_refused)
        self.assertEqual(good.outcome, "ongoing")

    def test_date_of_another_year_and_false_siren_are_refused(self):
        parcours = self.parcours_met("Ana", "2023-11-01")
        grid = self.grid()
        line = self.line(grid, parcours)
        line.date = "2024-01-05"
        with self.assertRaisesRegex(UserError, "out of the year 2023"):
            grid.action_save()
        line.write({"date": "2023-12-01", "value": "created", "siren": "732829321"})
        with self.assertRaisesRegex(ValidationError, "not a SIREN"):
            grid.action_save()

    def test_outcome_told_meanwhile_by_a_colleague_stays_alone(self):
        parcours = self.parcours_met("Ana", "2023-11-01")
        mine, theirs = self.grid(), self.grid(self.manager)
        theirs.line_ids.value = "ongoing"
        theirs.action_save()
        mine.line_ids.value = "lost"
        mine.action_save()
        self.assertEqual(parcours.outcome_ids.mapped("value"), ["ongoing"])

    def test_grid_left_unsaved_is_found_again_with_what_was_corrected(self):
        corrected = self.parcours_met("Ana", "2023-11-01")
        left_alone = self.parcours_met("Bob", "2023-11-02")
        ended = self.parcours_met("Cléo", "2023-11-03")
        grid = self.grid()
        self.line(grid, corrected).write({"value": "created", "siren": "732829320"})
        self.meet(left_alone, "2023-12-20", state="no_show")
        self.orient(corrected, "2023-11-01")
        self.end(ended, "2023-12-01", "created")
        late = self.parcours_met("Dan", "2023-12-02")
        self.assertEqual(self.grid(), grid)
        self.assertEqual(grid.line_ids.parcours_id, corrected + left_alone + late)
        line = self.line(grid, corrected)
        self.assertEqual((line.value, line.siren), ("created", "732829320"))
        self.assertTrue(line.has_orientation)
        self.assertEqual(self.line(grid, left_alone).value, "lost")
        self.assertNotEqual(self.grid(self.manager), grid)
        grid.action_save()
        self.assertFalse(self.grid().line_ids)

    def test_another_year_takes_its_own_parcours(self):
        older = self.parcours_met("Ana", "2022-11-01")
        grid = self.grid()
        self.assertFalse(grid.line_ids)
        grid.year = 2022
        grid.action_fill()
        self.assertEqual(grid.line_ids.parcours_id, older)
        grid.year = 22
        with self.assertRaisesRegex(UserError, "four digits"):
            grid.action_fill()

    def test_grid_of_118_is_filled_in_as_many_queries_as_one_of_10(self):
        def queries():
            self.env["citeslab.outcome.grid"].search([]).unlink()  # none left open
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            grid = self.grid()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before, len(grid.line_ids)

        for number in range(10):
            self.parcours_met(f"Personne {number}", "2023-05-01")
        queries()  # fills the caches of the registry
        few, lines = queries()
        self.assertEqual(lines, 10)
        for number in range(10, 40):
            self.parcours_met(f"Personne {number}", "2023-05-01")
        many, lines = queries()
        self.assertEqual(lines, 40)
        self.assertLessEqual(many, few + 2)

    def test_grid_holds_its_own_structure_and_belongs_to_its_user(self):
        self.parcours_met("Ana", "2023-11-01")
        other = self.create_parcours(user=self.other_chef, contact_name="Bob")
        self.meet(other, "2023-11-01")
        grid = self.grid()
        self.assertEqual(grid.line_ids.parcours_id.company_id, self.structure)
        self.assertFalse(grid.with_user(self.manager).has_access("read"))
        self.assertFalse(grid.line_ids.with_user(self.manager).has_access("read"))
