from datetime import date

from odoo.tests import tagged
from odoo.tools.misc import file_open

from .engine_common import EngineCase

YEAR = (date(2023, 1, 1), date(2023, 12, 31))

# domain/bilan 2023 of Brest: (2023, 2022); a missing year before is not told there.
TOTALS = {
    "persons_met": (152, 120),
    "persons_accompanied": (118, 107),
    "persons_new": (118, 107),
    "jobseekers": (79, 48),
    "creations": (5, 19),
    "qpv_rate": (42.4, 42.1),
    "qpv_and_near_rate": (70.3, 70.1),
}
ROWS = {
    "gender": {"female": 71, "male": 47},
    "residence": {"qpv": 50, "near": 33, "outside": 35},
    "target_public": {"intentionniste": 67, "en_devenir": 40, "en_activite": 11},
    "education": {
        "above_bac4": 16,
        "bac3_4": 12,
        "bac2": 12,
        "bac": 18,
        "bep_cap": 45,
        "compulsory": 15,
    },
    "project_nature": {
        "catering": 21,
        "association": 3,
        "personal_services": 45,
        "arts": 11,
        "misc": 38,
    },
    "age_band": {"18_25": 10, "26_35": 42, "36_45": 36, "46_55": 20, "56_plus": 10},
    "outcome": {
        "created": 5,
        "ongoing": 45,
        "redirected": 23,
        "lost": 12,
        "unknown": 33,
    },
    "discovery_source": {"citeslab": 15, "word_of_mouth": 25, "partners": 78},
}
PERCENTS = {
    "gender": [60, 40],
    "residence": [42, 28, 30],
    "education": [14, 10, 10, 15, 38, 13],
    "project_nature": [18, 3, 38, 9, 32],
}


@tagged("post_install", "-at_install")
class TestRegisterFigures(EngineCase):
    """Two imported registers give the bilan that was printed by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        engine = cls.env["citeslab.register.engine"]
        for year in (2022, 2023):
            path = f"citeslab_base/demo/registre-brest-{year}.csv"
            with file_open(path, "rb") as register:
                plan = engine._plan(register.read(), cls.structure, str(year))
            engine._apply(plan)

    def test_totals_of_both_years(self):
        matrix = self.matrix(*YEAR)
        found = {code: (matrix[code].value, matrix[code].previous) for code in TOTALS}
        self.assertEqual(found, TOTALS)

    def test_distributions(self):
        matrix = self.matrix(*YEAR)
        for code, rows in ROWS.items():
            with self.subTest(code=code):
                self.assertEqual(self.items(matrix[code]), rows)
        for code, percents in PERCENTS.items():
            figure = matrix[code]
            shares = {item.code: item.percent for item in figure.items}
            self.assertEqual([shares[key] for key in ROWS[code]], percents, code)

    def test_first_orientation(self):
        """« Autres » of the register: who goes on with CitésLab, or elsewhere."""
        figure = self.figure("first_orientation", *YEAR)
        rows = self.items(figure)
        others = rows.pop("other", 0) + rows.pop("continues", 0)
        self.assertEqual(rows, {"creation": 36, "employment": 23, "training": 11})
        self.assertEqual(others, 48)

    def test_year_before(self):
        outcome = self.figure("outcome", *YEAR)
        self.assertEqual(
            self.items(outcome, "previous"),
            {"created": 19, "ongoing": 15, "redirected": 11, "lost": 14, "unknown": 48},
        )

    def test_quartiers_are_those_of_the_register(self):
        figure = self.figure("neighborhood", *YEAR)
        by_name = {item.label: item.value for item in figure.items if item.value}
        self.assertEqual(sum(by_name.values()), 118)
        self.assertEqual(by_name["Pontanézen"], 23)
        self.assertEqual(by_name["Kérourien"], 13)
        self.assertEqual(len(by_name), 9)

    def test_same_bytes_twice(self):
        first, second = (self.matrix(*YEAR).as_json() for _again in range(2))
        self.assertEqual(first, second)
        self.assertIn('"schema": "citeslab.bilan/1"', first)
