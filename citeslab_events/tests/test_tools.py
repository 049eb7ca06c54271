from datetime import date

from odoo.tests import BaseCase, tagged

from ..tools.holidays import is_public_holiday, public_holidays
from ..tools.recurrence import occurrences, weeks_of_month


@tagged("post_install", "-at_install", "citeslab_events")
class TestTools(BaseCase):
    def test_public_holidays(self):
        self.assertEqual(len(public_holidays(2023)), 11)
        for day in (
            date(2024, 4, 1),
            date(2024, 5, 9),
            date(2024, 5, 20),
            date(2024, 12, 25),
        ):
            self.assertTrue(is_public_holiday(day), day)
        self.assertFalse(is_public_holiday(date(2024, 4, 2)))

    def test_holidays_may_fall_together(self):
        """In 2008 Ascension was on 1 May: ten days, not eleven."""
        self.assertEqual(len(public_holidays(2008)), 10)

    def test_recurrences(self):
        start, end = date(2024, 4, 1), date(2024, 4, 30)
        weekly = [day.day for _rank, day in occurrences(start, end, 1)]
        self.assertEqual(weekly, [2, 9, 16, 23, 30])
        fortnight = [day.day for _rank, day in occurrences(start, end, 1, step=2)]
        self.assertEqual(fortnight, [2, 16, 30])
        some = [day.day for _rank, day in occurrences(start, end, 1, weeks={1, -1})]
        self.assertEqual(some, [2, 30])

    def test_weeks_of_month(self):
        self.assertEqual(weeks_of_month("1, 3"), {1, 3})
        self.assertEqual(weeks_of_month("-1"), {-1})
        for wrong in ("", "6", "un", "1,,3"):
            with self.assertRaises(ValueError):
                weeks_of_month(wrong)
