from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import EventCase

# The plan of 2024 as the bilan of 2023 prints it.
PLAN_2024 = """\
15/02; Atelier thématique
18/04; Atelier thématique
13/06; Atelier thématique
19/09; Atelier thématique
07/11; Atelier thématique
21/03; Café créateurs
30/05; Café créateurs
02/07; Café créateurs
26/09; Café créateurs;;14h
novembre; Cafés créateurs
29/02; Petit déjeuner;;9h
06/06; Petit déjeuner;;9h
26/09; Petit déjeuner;;9h
05/12; Petits déjeuners;;9:00
29/05; Marché de créateurs;;10h
09/10; Marché de créateurs;;10h
13/12; Marché de créateurs;;10h
"""


@tagged("post_install", "-at_install", "citeslab_events")
class TestPlan(EventCase):
    def _plan(self, text):
        lang = "fr_FR" if self.env["res.lang"]._get_code("fr_FR") else "en_US"
        return (
            self.acting(self.chef, "citeslab.event.plan")
            .with_context(lang=lang)
            .create({"year": 2024, "text": text})
        )

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("fr_FR")

    def test_E5_E6_E7_the_plan_of_2024(self):
        """E5, E6, E7: petits déjeuners, cafés of which one month, ateliers, markets."""
        events = self._plan(PLAN_2024)._create_events()
        days = {
            code: sorted(
                event.citeslab_date.strftime("%m/%d")
                for event in events
                if event.citeslab_kind_id.code == code and event.date_precision == "day"
            )
            for code in ("workshop", "cafe", "breakfast", "market")
        }
        self.assertEqual(
            days,
            {
                "workshop": ["02/15", "04/18", "06/13", "09/19", "11/07"],
                "cafe": ["03/21", "05/30", "07/02", "09/26"],
                "breakfast": ["02/29", "06/06", "09/26", "12/05"],
                "market": ["05/29", "10/09", "12/13"],
            },
        )
        month = events.filtered(lambda event: event.date_precision == "month")
        self.assertEqual(str(month.citeslab_date), "2024-11-01")
        self.assertEqual(month.citeslab_kind_id.code, "cafe")
        self.assertIn("date à fixer", month.with_context(lang="fr_FR").date_label)

    def test_E8_the_same_market_twice_is_reported(self):
        """E8: the original prints 13/12 twice."""
        with self.assertRaisesRegex(UserError, "18.*17"):
            self._plan(PLAN_2024 + "13/12; Marché de créateurs;;10h")._create_events()
        self.assertFalse(
            self.env["event.event"].search([("company_id", "=", self.company_a.id)])
        )

    def test_E8_what_is_already_planned_is_reported(self):
        self._plan("13/12; Marché de créateurs")._create_events()
        with self.assertRaises(UserError):
            self._plan("13/12; Marché de créateurs")._create_events()

    def test_E9_the_plan_holds_a_collision(self):
        plan = self._plan(PLAN_2024)
        plan.action_check()
        self.assertEqual(plan.report.count("\n"), 0)
        self.assertIn("Café créateurs", plan.report)
        self.assertIn("Petit déjeuner", plan.report)

    def test_years_outside_the_calendar_are_told(self):
        for text in ("31/12/9999; Atelier", "01/01/0001; Atelier"):
            with self.assertRaisesRegex(UserError, "n'existe pas dans le calendrier"):
                self._plan(text)._create_events()
        plan = self._plan("15/02; Atelier")
        plan.year = 0
        with self.assertRaisesRegex(UserError, "0 n'existe pas dans le calendrier"):
            plan._create_events()

    def test_every_bad_line_is_told(self):
        plan = self._plan(
            "31/02; Atelier\n12/13; Atelier\n10/01; Brocante\n10/01; Café;;26h"
        )
        with self.assertRaises(UserError) as refused:
            plan._create_events()
        self.assertEqual(str(refused.exception).count("\n"), 3)
