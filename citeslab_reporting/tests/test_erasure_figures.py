"""P17, P20: an erasure and a hand-over move no bilan of any past period."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields
from odoo.tests import tagged

from .test_random_histories import PHASES, RandomHistories, choice, histories, questions


@tagged("post_install", "-at_install")
class TestErasureKeepsTheFigures(RandomHistories):
    """Random histories, bilans of random periods, before and after."""

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        history=histories,
        asked=st.lists(questions, min_size=3, max_size=3),
        goes=st.lists(choice((True, True, False)), min_size=6, max_size=6),
        transferred=st.integers(0, 5),
    )
    def test_P17_bilans_are_the_same_before_and_after(
        self, history, asked, goes, transferred
    ):
        with self.undone():
            self.write_history(history)
            before = [self.answers(question) for question in asked]
            people = self.env["res.partner"].search(
                [
                    ("is_porteur", "=", True),
                    ("company_id", "in", (self.structure + self.other).ids),
                ],
                order="id",
            )
            handed = people[transferred : transferred + 1]
            parcours = handed.parcours_ids[:1]
            if parcours:
                receiver = (self.structure + self.other) - handed.company_id
                parcours.sudo()._transfer(receiver, fields.Date.today(), "paper")
                self.assertTrue(handed.anonymised_date)
            gone = people.browse(
                [person.id for person, go in zip(people, goes, strict=False) if go]
            )
            gone._anonymise("retention")
            self.assertTrue(gone <= people.filtered("anonymised_date"))
            self.env.invalidate_all()
            after = [self.answers(question) for question in asked]
            self.assertEqual(before, after)

    def answers(self, question):
        """Every figure of a question, in both structures, as plain data."""
        return [
            {
                code: self.told(figure)
                for code, figure in self.asked(rank, user, question).figures.items()
            }
            for rank, user in enumerate((self.chef, self.other_chef))
        ]
