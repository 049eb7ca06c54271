from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged, users

from odoo.addons.citeslab_base.tests.common import CiteslabCase

from ..figures import pilotage
from ..figures.pilotage import Measure


@tagged("post_install", "-at_install")
class TestPace(TransactionCase):
    """Plain arithmetic of the gauges."""

    def test_pace_of_a_year(self):
        year = pilotage.year_bounds(2023)
        self.assertEqual(pilotage.pace(*year, date(2022, 12, 31)), 0)
        self.assertEqual(pilotage.pace(*year, date(2023, 7, 2)), 50.1)
        self.assertEqual(pilotage.pace(*year, date(2023, 12, 31)), 100)
        self.assertEqual(pilotage.pace(*year, date(2024, 6, 1)), 100)

    def test_same_day_of_a_leap_year(self):
        self.assertEqual(pilotage.same_day(date(2024, 2, 29), 1), date(2023, 2, 28))

    def test_status(self):
        for count, expected in ((44, "behind"), (45, "on_track"), (55, "ahead"),
                                (100, "reached"), (None, "no_target")):  # fmt: skip
            self.assertEqual(pilotage.status(Measure(count), 100, 50), expected)

    def test_a_rate_does_not_wait_for_the_year(self):
        self.assertEqual(pilotage.status(Measure(3, 10, True), 70, 10), "behind")
        self.assertEqual(pilotage.status(Measure(99), 100, 100), "missed")
        self.assertEqual(pilotage.status(Measure(7, 10, True), 70, 10), "reached")

    def test_share_of_nobody(self):
        self.assertIsNone(Measure(0, 0, True).value)


@tagged("post_install", "-at_install")
class TestPilotage(CiteslabCase):
    """A year of four people: three from a QPV, two of them oriented."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.Objective = cls.env["citeslab.objective"]
        indicators = cls.env["citeslab.indicator"]._for_company(cls.structure)
        cls.by_code = {one.code: one for one in indicators}

    def _objective(self, code, target, item_code=False, year=2023):
        return self.Objective.create(
            {
                "company_id": self.structure.id,
                "territory_id": False,
                "year": year,
                "indicator_id": self.by_code[code].id,
                "item_code": item_code,
                "target": target,
            }
        )

    def _person(self, residence, day="2023-05-03", oriented="2023-05-10", heard=None):
        """Somebody heard of, met, photographed and, unless told, oriented."""
        parcours = self.create_parcours()
        if heard:
            self.meet(parcours, heard, kind="contact")
        self.meet(parcours, day)
        self.photograph(parcours, day, residence=residence)
        if oriented:
            self.orient(parcours, oriented)
        return parcours

    def _board(self, **params):
        board = self.env["citeslab.pilotage"].with_context(lang="en_US").board
        return board({"company_id": self.structure.id, "year": 2023, **params})

    @freeze_time("2023-07-02 10:00:00")
    def test_P14_gauge_with_numerator_denominator_and_definition(self):
        for residence in ("qpv", "qpv", "near", "outside"):
            self._person(residence)
        self._person("qpv", oriented=None)
        self._objective("objective", 100)
        self._objective("objective", 70, "qpv")
        persons, rate = self._board()["gauges"]
        self.assertEqual((persons["value"], persons["target"]), (4, 100))
        self.assertEqual(persons["status"], "behind")
        self.assertEqual(
            (rate["numerator"], rate["denominator"], rate["value"]), (2, 4, 50.0)
        )
        self.assertIn("2", rate["fraction_text"])
        definition = rate["definition"]
        self.assertIn("Numerator", definition)
        numerator, others = definition.split("Numerator")[1].split("without")
        self.assertIn("QPV", numerator)
        labels = dict(
            self.env["citeslab.fact.person"]
            ._fields["residence"]
            ._description_selection(self.env(context={"lang": "en_US"}))
        )
        for residence in ("qva", "near", "outside"):
            self.assertIn(labels[residence], others)

    @freeze_time("2023-07-02 10:00:00")
    def test_P14_objective_of_the_first_year(self):
        """CDC §5.1: 100 people accompanied and oriented, 70 % of them from a QPV."""
        self.Objective._prepare_year(self.structure, None, 2023)
        found = self.Objective._of(self.structure, None, 2023)
        self.assertEqual(
            [(one.indicator_id.code, one.item_code, one.target) for one in found],
            [("objective", False, 100), ("objective", "qpv", 70)],
        )
        self.assertTrue(all("5.1" in one.source for one in found))
        again = self.Objective._prepare_year(self.structure, None, 2023)
        self.assertFalse(again)

    def test_P14_first_year_numbers_are_dated_parameters(self):
        self.env["citeslab.parameter"].sudo().create(
            {
                "code": "objective_persons",
                "name": "Personnes",
                "value": 120,
                "valid_from": "2031-01-01",
                "source": "Cahier des charges 2031",
            }
        )
        for year, target in ((2030, 100), (2031, 120)):
            self.Objective.search([]).unlink()
            new = self.Objective._prepare_year(self.structure, None, year)
            self.assertEqual(new[0].target, target)

    def test_next_year_takes_the_targets_again(self):
        self._objective("creations", 8)
        new = self.Objective._prepare_year(self.structure, None, 2024)
        self.assertEqual((new.year, new.target, new.source), (2024, 8, False))

    @freeze_time("2023-07-02 10:00:00")
    def test_two_years_before_and_the_same_day(self):
        for day in ("2022-03-01", "2022-11-01", "2021-06-01"):
            self._person("qpv", day, oriented=day)
        self._person("qpv")
        self._objective("objective", 4)
        board = self._board()
        [gauge] = board["gauges"]
        self.assertEqual(board["before"], [2022, 2021])
        self.assertEqual(gauge["value_text"], "1")
        self.assertEqual(gauge["same_day_text"], "1")
        self.assertEqual([one["value_text"] for one in gauge["before"]], ["2", "1"])
        self.assertEqual(board["pace"], 50.1)
        self.assertEqual(gauge["status"], "behind")

    def test_same_figures_as_the_bilan(self):
        for residence in ("qpv", "outside", "unknown"):
            self._person(residence)
        matrix = self.env["citeslab.bilan"]._matrix(
            self.structure, date(2023, 1, 1), date(2023, 12, 31)
        )
        self._objective("qpv_rate", 70)
        self._objective("persons_accompanied", 10)
        rate, persons = self._board()["gauges"]
        self.assertEqual(rate["value"], matrix["qpv_rate"].value)
        self.assertEqual(persons["value"], matrix["persons_accompanied"].value)

    def test_median_delays(self):
        for days in (2, 4, 30):
            self._person(
                "qpv",
                f"2023-05-{1 + days:02d}",
                f"2023-05-{31 - days:02d}",
                heard="2023-05-01",
            )
        steps = {one["code"]: one["years"][0] for one in self._board()["delays"]}
        self.assertEqual((steps["interview"]["days"], steps["interview"]["count"]),
                         (4, 3))  # fmt: skip
        self.assertEqual(
            (steps["orientation"]["days"], steps["orientation"]["count"]),
            (24, 2),
            "an orientation before the first RDV tells no delay",
        )
        self.assertEqual(steps["outcome"]["count"], 0)
        self.assertEqual(steps["outcome"]["text"], "–")

    def test_board_without_objective_still_tells_the_usual_figures(self):
        board = self._board()
        self.assertFalse(board["has_objectives"])
        self.assertEqual(len(board["gauges"]), 4)
        self.assertTrue(all(one["status"] == "no_target" for one in board["gauges"]))

    def test_bad_objectives(self):
        with self.assertRaisesRegex(ValidationError, "100 % at most"):
            self._objective("qpv_rate", 120)
        with self.assertRaisesRegex(ValidationError, "no rows"):
            self._objective("creations", 12, "qpv")
        with self.assertRaisesRegex(ValidationError, "no row qvp.*Write one of.*qpv"):
            self._objective("objective", 70, "qvp")
        with self.assertRaisesRegex(UserError, "not a year"):
            self._board(year="20x3")

    @users("citeslab_chef")
    def test_a_chef_reads_the_board_and_sets_nothing(self):
        board = self._board()
        self.assertFalse(board["can_edit"])
        with self.assertRaises(AccessError):
            self.env["citeslab.pilotage"].prepare_objectives(
                {"company_id": self.structure.id, "year": 2023}
            )

    @users("citeslab_other_chef")
    def test_another_structure_reads_nothing(self):
        with self.assertRaises(AccessError):
            self._board()

    def test_objectives_by_role(self):
        """A manager sets those of his structure, a chef reads, others see nothing."""
        mine = self._objective("creations", 8)
        with self.assertRaises(AccessError):
            mine.with_user(self.chef).target = 9
        mine.with_user(self.manager).target = 9
        self.assertEqual(mine.with_user(self.chef).target, 9)
        self.assertFalse(self.Objective.with_user(self.other_chef).search([]))
        for name in ("volunteer", "network", "employee", "salesperson", "portal"):
            with self.subTest(user=name), self.assertRaises(AccessError):
                self.Objective.with_user(self.users[name]).search([])

    @users("citeslab_volunteer")
    def test_a_volunteer_has_no_board(self):
        with self.assertRaises(AccessError):
            self._board()


@tagged("post_install", "-at_install")
class TestDigest(CiteslabCase):
    """The weekly mail: for chefs who ask for it, with their own figures."""

    @users("citeslab_chef")
    def test_a_chef_asks_for_it_and_stops_it(self):
        Pilotage = self.env["citeslab.pilotage"]
        self.assertTrue(Pilotage.toggle_digest())
        self.assertIn(self.env.user, Pilotage._digest().sudo().user_ids)
        self.assertFalse(Pilotage.toggle_digest())

    @users("citeslab_volunteer")
    def test_a_volunteer_does_not_receive_it(self):
        with self.assertRaises(AccessError):
            self.env["citeslab.pilotage"].toggle_digest()

    def test_figures_of_the_week(self):
        with freeze_time("2023-05-10 10:00:00"):
            parcours = self.create_parcours()
            self.meet(parcours, "2023-05-10")
            self.meet(self.create_parcours(), "2023-04-20")
            digest = self.env["citeslab.pilotage"]._digest()
            user = self.chef
            kpis = digest._compute_kpis(user.company_id, user)
        by_name = {one["kpi_name"]: one for one in kpis}
        interviews = by_name["kpi_citeslab_interviews"]
        self.assertEqual(
            [interviews[f"kpi_col{column}"]["value"] for column in (1, 2, 3)],
            [1, 1, 2],
        )
        self.assertEqual(by_name["kpi_citeslab_new"]["kpi_col2"]["value"], 1)

    def test_a_reader_without_role_gets_no_figure(self):
        digest = self.env["citeslab.pilotage"]._digest()
        user = self.env.ref("base.user_admin")
        user.group_ids -= self.env.ref("citeslab_base.group_manager")
        if not user.has_group("citeslab_base.group_chef"):
            self.assertFalse(digest._compute_kpis(user.company_id, user))

    def test_the_mail_names_nobody(self):
        digest = self.env["citeslab.pilotage"]._digest()
        parcours = self.create_parcours()
        self.meet(parcours, date.today().isoformat())
        digest._action_send_to_user(self.chef, tips_count=0)
        mail = self.env["mail.mail"].search(
            [("email_to", "ilike", self.chef.email or self.chef.login)], limit=1
        )
        self.assertIn("RDV", mail.body_html)
        self.assertNotIn(parcours.partner_id.name, mail.body_html)
