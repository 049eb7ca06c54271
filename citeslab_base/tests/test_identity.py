"""Who is the same person: the rules alone, without a database."""

import datetime

from odoo.tests import BaseCase, tagged

from ..tools.headcount import Counted, Named, absorb
from ..tools.identity import (
    LISTED,
    Directory,
    Identity,
    alike_pairs,
    international_number,
    resemblance,
    same_person,
)

BORN, OTHER_DAY = datetime.date(1990, 4, 2), datetime.date(1984, 4, 2)


@tagged("post_install", "-at_install")
class TestResemblance(BaseCase):
    def _score(self, one, other):
        found = resemblance(Identity(*one), Identity(*other))
        self.assertEqual(found, resemblance(Identity(*other), Identity(*one)))
        return found

    def test_same_email_or_phone(self):
        found = self._score(("Diallo Awa", "AWA@x.org"), ("Awa Diallo", "awa@x.org "))
        self.assertEqual((found.score, found.reasons), (100, ("email", "name")))
        found = self._score(
            ("Diallo Awa", "", "06 39 98 00 01"), ("Awa", "", "+33639980001")
        )
        self.assertEqual(found.reasons, ("phone", "part_of_name"))
        self.assertGreaterEqual(found.score, 80)

    def test_same_name_and_birth_date(self):
        found = self._score(
            ("LE GOFF Élise", "", "", BORN), ("élise le goff",) * 1 + ("", "", BORN)
        )
        self.assertEqual((found.score, found.reasons), (90, ("name", "birthdate")))

    def test_a_family_that_shares_a_phone_is_asked_about_only(self):
        phone = "0639980001"
        found = self._score(("Le Roux Malo", "", phone), ("Le Roux Valérie", "", phone))
        self.assertEqual(found.score, LISTED)
        born = self._score(
            ("Le Roux Malo", "", phone, BORN), ("Le Roux Valérie", "", phone, OTHER_DAY)
        )
        self.assertLess(born.score, LISTED)

    def test_international_number(self):
        for typed, wanted in (
            ("06 39 98 00 01", "33639980001"),
            ("+33 6 39 98 00 01", "33639980001"),
            ("0692 12 34 56", "262692123456"),
            ("+32 470 12 34 56", "32470123456"),
            ("12", ""),
            (None, ""),
        ):
            self.assertEqual(international_number(typed), wanted)

    def test_near_name(self):
        self.assertEqual(
            self._score(("Dialo Awa",), ("Diallo Awa",)).reasons, ("near_name",)
        )
        self.assertGreaterEqual(self._score(("Dialo Awa",), ("Diallo Awa",)).score, 40)
        self.assertFalse(self._score(("Petit Léa",), ("Petit Léo",)).score)
        self.assertFalse(self._score(("Le Roux Malo",), ("Le Roux Valérie",)).score)

    def test_namesakes_born_on_two_days_are_two(self):
        found = self._score(
            ("Awa Diallo", "", "", BORN), ("Awa Diallo", "", "", OTHER_DAY)
        )
        self.assertLess(found.score, LISTED)

    def test_a_first_name_alone_counts_within_its_quartier(self):
        alone = self._score(("Awa",), ("Awa Diallo",))
        self.assertLess(alone.score, LISTED)
        there = resemblance(Identity("Awa", area=7), Identity("Awa Diallo", area=7))
        self.assertGreaterEqual(there.score, LISTED)

    def test_nobody_resembles_nobody(self):
        self.assertFalse(self._score(("",), ("",)).score)

    def test_pairs_are_those_of_comparing_everybody(self):
        names = ("Awa Diallo", "Dialo Awa", "Awa", "Malo Le Roux", "Le Roux Malo")
        people = [
            Identity(
                name, phone="0639980001" if rank in (2, 3) else "", area=3, id=rank
            )
            for rank, name in enumerate(names, 1)
        ]
        naive = {
            (one.id, other.id): resemblance(one, other)
            for one in people
            for other in people
            if one.id < other.id and resemblance(one, other).score >= LISTED
        }
        self.assertTrue(naive)
        self.assertEqual(alike_pairs(people), naive)

    def test_recognition_leaves_no_doubt(self):
        directory = Directory()
        known = Identity("Le Roux Malo", "m@x.org", "0639980001", BORN, "male")
        directory.add(known, known.email, known.phone)
        sister = Identity("Le Roux Valérie", "", "0639980001", None, "female")
        self.assertEqual(directory.recognise(sister), (None, [("phone", known)]))
        typo = Identity("Le Rou Malo", "", "06.39.98.00.01")
        self.assertEqual(directory.recognise(typo)[0], known)
        self.assertEqual(
            directory.recognise(Identity("malo LE ROUX", birthdate=BORN))[0], known
        )
        namesake = Identity("malo LE ROUX")
        self.assertEqual(directory.recognise(namesake), (None, [("name", known)]))
        self.assertTrue(same_person(known, typo))

    def test_namesakes_of_one_phone_are_two_when_no_slip_explains_their_ages(self):
        phone = "0639980001"
        father = Identity("Mohamed Amrani", "", phone, datetime.date(1968, 3, 9))
        for born, is_same in (
            (None, True),
            (datetime.date(1968, 9, 3), True),  # day and month changed places
            (datetime.date(1986, 3, 9), True),
            (datetime.date(1968, 3, 19), True),
            (datetime.date(1999, 11, 30), False),
            (datetime.date(1999, 3, 10), False),
        ):
            son = Identity("Amrani Mohamed", "", phone, born)
            self.assertEqual(same_person(father, son), is_same, born)


@tagged("post_install", "-at_install")
class TestAbsorption(BaseCase):
    def test_each_named_person_has_a_place_of_his_own(self):
        """The first one must make room for the second, who fits one line only."""
        lines = [Counted(1, "female"), Counted(1)]
        anybody, woman = Named(), Named("female")
        self.assertIsNone(absorb([anybody, woman], lines))
        self.assertEqual([line.named for line in lines], [[woman], [anybody]])

    def test_nobody_is_placed_beyond_the_count(self):
        lines = [Counted(2, "female", "26_35"), Counted(5, "male")]
        women = [Named("female"), Named("female", "26_35"), Named("female", None, 3)]
        self.assertIs(absorb(women, lines), women[2])
        self.assertIsNotNone(
            absorb([Named("female", "18_25")], [Counted(3, "female", "26_35")])
        )
