"""G10: training programme, seminars, monthly regional meetings."""

import base64

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import CiteslabCase


@tagged("post_install", "-at_install")
class TestTraining(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Training = cls.env["citeslab.training"].with_user(cls.chef)

    def plan(self, kind, day="2026-03-02", **values):
        return self.Training.create(
            {"name": "Écoute", "kind": kind, "date": day, **values}
        )

    def test_G10_attendance_is_recorded_as_network_life(self):
        for kind in ("common_core", "complementary", "codevelopment"):
            self.plan(kind, hours=7).action_attended()
        self.plan("regional_meeting", hours=2).action_attended()
        self.plan("seminar", hours=14)
        self.plan("working_group", state="missed")
        hours = dict(
            self.Training._read_group([], ["state"], ["hours:sum"], order="state")
        )
        self.assertEqual(hours, {"attended": 23, "planned": 14, "missed": 0})

    def test_G10_certificate_is_kept_with_it(self):
        training = self.plan("common_core", state="attended")
        training.write(
            {
                "certificate": base64.b64encode(b"%PDF-1.4"),
                "certificate_name": "attestation.pdf",
            }
        )
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "citeslab.training"),
                ("res_id", "=", training.id),
                ("res_field", "=", "certificate"),
            ]
        )
        self.assertEqual(attachment.raw, b"%PDF-1.4")
        self.assertFalse(attachment.public)
        with self.assertRaises(AccessError):
            training.with_user(self.other_chef).read(["certificate"])

    def test_G10_what_is_to_come_is_not_attended(self):
        training = self.plan("seminar", day="2099-01-01")
        with self.assertRaisesRegex(ValidationError, "still to come"):
            training.action_attended()
