"""Claims of a French text: found, tied to a figure, checked. No database is read."""

from fractions import Fraction

from odoo.tests import BaseCase, tagged

from ..figures import claims
from ..figures.layout import Layout
from ..figures.text import Style
from ..figures.tokens import Tokens
from . import brest_2023


@tagged("post_install", "-at_install")
class TestClaims(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.matrix = brest_2023.matrix()
        cls.figures = dict(cls.matrix.figures)
        base = cls.figures["persons_accompanied"]
        for code in ("qpv_rate", "qpv_and_near_rate", "jobseekers"):
            figure = cls.figures[code]
            cls.figures[code] = type(figure)(
                **{
                    name: getattr(figure, name)
                    for name in figure.__slots__
                    if name != "base"
                },
                base=base.code,
            )

    def verdicts(self, text):
        """``[(words, status, what the figure says)]`` of a text."""
        found = []
        for claim in claims.find(text):
            verdict = claims.check(claim, claims.tie(claim, self.figures), self.figures)
            value = verdict.value and round(verdict.value, 1)
            found.append((claim.text, verdict.status, value))
        return found

    def test_the_text_of_2023_bac_and_below(self):
        self.assertEqual(
            self.verdicts("Niveau de formation : bac et inférieurs près de 50 %."),
            [("près de 50 %", claims.FALSE, 66.1)],
        )

    def test_the_text_of_2023_people_met(self):
        text = "Près de 70 % des personnes rencontrées vivent en QPV ou à proximité."
        claim = claims.find(text)[0]
        verdict = claims.check(claim, claims.tie(claim, self.figures), self.figures)
        self.assertEqual(verdict.status, claims.OTHER_BASE)
        self.assertEqual((verdict.value, verdict.base), (70.3, "persons_accompanied"))
        right = text.replace("rencontrées", "accompagnées")
        self.assertEqual(self.verdicts(right), [("Près de 70 %", claims.TRUE, 70.3)])

    def test_wordings(self):
        for text, words, status in (
            ("60 % de femmes.", "60 %", claims.TRUE),
            ("61 % de femmes.", "61 %", claims.FALSE),
            ("60,2 % de femmes.", "60,2 %", claims.TRUE),
            ("60,3 % de femmes.", "60,3 %", claims.FALSE),
            ("Plus de la moitié de femmes.", "Plus de la moitié", claims.TRUE),
            ("Plus des deux tiers : femmes.", "deux tiers", claims.FALSE),
            ("Les deux tiers ont bac et moins.", "Les deux tiers", claims.TRUE),
            ("La moitié sont des hommes.", "La moitié", claims.FALSE),
            ("Près d'un tiers en limite de QPV.", "Près d'un tiers", claims.FALSE),
            ("Moins d\u2019un tiers : hors quartier.", "Moins d'un tiers", claims.TRUE),
            ("Une personne sur deux est une femme : femmes.", "", claims.FALSE),
            ("Une majorité de femmes.", "Une majorité", claims.TRUE),
            ("La quasi-totalité de femmes.", "La quasi-totalité", claims.FALSE),
            ("Au moins 5 créations d'entreprise.", "Au moins 5", claims.TRUE),
            ("Plus de 5 créations d'entreprise.", "Plus de 5", claims.FALSE),
            ("Plus de 150 personnes rencontrées.", "Plus de 150", claims.TRUE),
            ("118 personnes accompagnées.", "118", claims.TRUE),
            ("119 personnes accompagnées.", "119", claims.FALSE),
            ("Environ 120 personnes accompagnées.", "Environ 120", claims.TRUE),
        ):
            with self.subTest(text):
                found = self.verdicts(text)
                self.assertEqual(len(found), 1, found)
                self.assertEqual(found[0][1], status, found)
                self.assertIn(words.lower(), found[0][0].lower())

    def test_two_claims_of_one_sentence(self):
        self.assertEqual(
            self.verdicts("On compte 60 % de femmes et 47 % d'hommes."),
            [("60 %", claims.TRUE, 60.2), ("47 %", claims.FALSE, 39.8)],
        )

    def test_rows_above_and_below_follow_the_order_of_their_list(self):
        """Education runs from the most to the least, ages from the least on."""
        text = "bac et inférieurs : 66 % ; 46-55 ans et plus : 25 %."
        self.assertEqual(
            [status for _words, status, _value in self.verdicts(text)],
            [claims.TRUE, claims.TRUE],
        )

    def test_nothing_is_claimed_by_other_numbers(self):
        for text in (
            "En 2023, le 12 mars, 3 rue du Port.",
            "Le quartier de Kérourien, un tiers-lieu et un quart d'heure.",
            "",
        ):
            with self.subTest(text):
                self.assertEqual(claims.find(text), [])

    def test_a_claim_of_nothing_we_count_stays_untied(self):
        self.assertEqual(
            self.verdicts("80 % des commerçants sont contents."),
            [("80 %", claims.UNTIED, None)],
        )

    def test_what_holds_holds_at_its_bounds(self):
        def holds(text, value):
            return claims.holds(claims.find(text)[0], Fraction(str(value)))

        self.assertTrue(holds("près de 70 %", "66"))
        self.assertFalse(holds("près de 70 %", "65.9"))
        self.assertFalse(holds("près de 70 %", "71.1"))
        self.assertTrue(holds("42 %", "42.5"))
        self.assertFalse(holds("plus de la moitié", 50))
        self.assertTrue(holds("au moins 50 %", 50))


@tagged("post_install", "-at_install")
class TestTokens(BaseCase):
    def setUp(self):
        super().setUp()
        layout = Layout(brest_2023.matrix(), {"previous": "année précédente"}, Style())
        self.tokens = Tokens(layout, {"gender": ("female", "male", "other")}.get)

    def test_figures_rows_shares_and_the_year_before(self):
        for text, filled in (
            ("{{persons_accompanied}} personnes", "118 personnes"),
            ("{{ creations @previous }}", "19"),
            ("{{gender:female}} ({{gender:female %}})", "71 (60\xa0%)"),
            ("{{qpv_rate}}", "42,4\xa0%"),
            ("{{year}} et {{previous_year}}", "2023 et 2022"),
            ("{{gender:other}}", "0"),
        ):
            with self.subTest(text):
                self.assertEqual(self.tokens.fill(text), filled)
                self.assertEqual(self.tokens.problems(text), [])

    def test_what_names_nothing_is_told_with_what_may_stand_there(self):
        (problem,) = self.tokens.problems("{{persons}}")
        self.assertEqual(problem.token, "{{persons}}")
        self.assertIn("persons_met", problem.known)
        (problem,) = self.tokens.problems("{{gender:woman}}")
        self.assertEqual(problem.known[:2], ("female", "male"))
        (problem,) = self.tokens.problems("{{ 118 personnes ! }}")
        self.assertIn("persons_met", problem.known)
