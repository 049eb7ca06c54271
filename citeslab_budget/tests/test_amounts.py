from odoo.tests import tagged

from .common import BudgetCase


@tagged("post_install", "-at_install")
class TestAmounts(BudgetCase):
    def _refuses(self, amount, words):
        with self._refused(words):
            self._budget({"salary": amount})

    def test_negative(self):
        self._refuses(-1, "negative")

    def test_three_decimals(self):
        self._refuses(12.345, "two decimals")

    def test_too_large(self):
        self._refuses(10**12, "zeros")

    def test_zero(self):
        budget = self._budget({"salary": 0})
        self.assertIn("nothing to check", budget.findings_html)
        self.assertFalse(budget._findings())
        self.assertFalse(budget.fit_html)

    def test_cents_are_exact(self):
        budget = self._budget({"salary": 0.1, "charges": 0.2, "communes": 0.3})
        self.assertFalse(budget._findings())
