from odoo.tests import Form, tagged

from .report_common import YEAR, ReportCase


@tagged("post_install", "-at_install")
class TestIndicatorPreview(ReportCase):
    """A manager makes a figure of his own and sees what it gives before saving."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person("Rozenn", gender="female", age=63, residence="qpv")
        cls.person("Yann", gender="male", age=30, residence="outside")
        cls.Indicator = cls.env["citeslab.indicator"].with_user(cls.manager)

    def form(self, **values):
        form = Form(self.Indicator)
        values = {
            "name": "Seniors",
            "code": "seniors",
            "kind": "count",
            "source": "citeslab.fact.person",
            "base_field": "is_accompanied",
            "preview_year": 2023,
            **values,
        }
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def test_the_figure_and_the_people_counted_are_shown_while_typing(self):
        form = self.form()
        self.assertIn(">2<", form.preview)
        self.assertIn("Rozenn", form.preview)
        form.domain = "[('age', '>=', 60)]"
        self.assertIn(">1<", form.preview)
        self.assertIn("Rozenn", form.preview)
        self.assertNotIn("Yann", form.preview)
        self.assertFalse(form.preview_problem)
        form.preview_year = 2022
        self.assertIn(">0<", form.preview)
        indicator = form.save()
        self.assertEqual(self.figure("seniors", *YEAR).value, 1)
        action = indicator.action_preview_records()
        self.assertEqual(action["res_model"], "citeslab.fact.person")

    def test_rows_are_shown_as_well(self):
        form = self.form(kind="distribution", group_field="residence")
        self.assertIn("QPV", form.preview)

    def test_what_is_wrong_is_told_in_one_sentence(self):
        for domain in (
            "[('age', '>=',",
            "[('agee', '>=', 60)]",
            "[('age', '>=', 'soixante')]",
            "age >= 60",
            "__import__('os')",
            "[('age', 'plus', 60)]",
        ):
            with self.subTest(domain):
                form = self.form(domain=domain)
                self.assertFalse(form.preview)
                self.assertIn("cannot be read", form.preview_problem)
                self.assertNotIn("\n", form.preview_problem)
                with self.refused("cannot be read"):
                    form.save()
        form = self.form(base_field="is_tall")
        self.assertIn("not a field that can be used", form.preview_problem)
        self.assertEqual(self.Indicator.search_count([("code", "=", "seniors")]), 0)
