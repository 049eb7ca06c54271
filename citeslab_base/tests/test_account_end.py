"""P8: a volunteer's account ends by itself, on its day."""

from odoo import fields
from odoo.exceptions import AccessDenied
from odoo.tests import tagged

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestAccountEnd(CiteslabCase):
    def end(self, days):
        self.volunteer.password = "Citeslab-2023-secret"
        day = fields.Date.add(fields.Date.today(), days=days)
        self.volunteer.citeslab_end_date = day

    def log_in(self):
        credential = {
            "login": self.volunteer.login,
            "password": "Citeslab-2023-secret",
            "type": "password",
        }
        user = self.volunteer.with_user(self.volunteer)
        return user._check_credentials(credential, {"interactive": True})

    def test_P8_the_last_day_is_a_day_of_work(self):
        self.end(1)
        self.assertEqual(self.log_in()["uid"], self.volunteer.id)
        self.assertFalse(self.env["res.users"]._end_accesses() & self.volunteer)
        self.assertTrue(self.volunteer.active)

    def test_P8_nobody_logs_in_once_it_is_over(self):
        self.end(-2)
        with self.assertRaises(AccessDenied):
            self.log_in()

    def test_P8_an_open_session_sees_no_porteur_once_it_is_over(self):
        parcours = self.create_parcours(user=self.volunteer)
        as_volunteer = parcours.with_user(self.volunteer)
        self.assertTrue(as_volunteer.has_access("read"))
        self.end(-2)
        self.assertIn(self.volunteer, self.env["res.users"]._end_accesses())
        self.assertFalse(self.volunteer.active)
        self.assertFalse(as_volunteer.has_access("read"))

    def test_P8_accounts_without_a_date_stay(self):
        self.assertFalse(self.env["res.users"]._end_accesses())
        self.assertTrue(self.chef.active)
