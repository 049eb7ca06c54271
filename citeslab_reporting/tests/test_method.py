"""The method of the scheme, as the bilan tells it (FEATURES P3, P4, P5, P6)."""

from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from .engine_common import EngineCase

YEAR = date(2023, 1, 1), date(2023, 12, 31)


@tagged("post_install", "-at_install")
class TestMethod(EngineCase):
    def test_P3_time_of_the_year_is_split_by_mission(self):
        parcours = self.new_parcours()
        missions = {
            code: self.env.ref(f"citeslab_base.mission_{code}")
            for code in ("prospecting", "preparation", "animation")
        }
        for code, hours in (("prospecting", 1.5), ("preparation", 1.0)):
            self.meet(
                parcours,
                date(2023, 3, 1),
                duration=hours,
                mission_id=missions[code].id,
            )
        self.env["citeslab.action"].with_user(self.chef).create(
            {
                "name": "Réunion mensuelle",
                "date": "2023-03-02",
                "duration": 0.25,
                "occurrences": 10,
                "mission_id": missions["animation"].id,
            }
        )
        figure = self.figure("mission_time", *YEAR)
        self.assertEqual(
            self.items(figure),
            {"prospecting": 1.5, "preparation": 1.0, "animation": 2.5},
        )
        self.assertEqual(
            self.items(figure, "percent"),
            {"prospecting": 30, "preparation": 20, "animation": 50},
        )

    def test_P4_amorcage_is_told_from_the_entry_to_now(self):
        parcours = self.new_parcours()
        self.photograph(parcours, date(2023, 2, 1), target_public="intentionniste")
        self.meet(parcours, date(2023, 2, 1))
        self.photograph(parcours, date(2023, 9, 1), target_public="en_devenir")
        figure = self.figure("progress", *YEAR)
        self.assertEqual(self.items(figure), {"intentionniste_en_devenir": 1})
        self.assertTrue(parcours.is_primed)

    def test_P5_reopened_parcours_counts_one_person_once(self):
        parcours = self.new_parcours()
        self.meet(parcours, date(2023, 3, 1))
        self.end(parcours, date(2023, 4, 1), "abandoned")
        self.assertEqual(parcours.phase, "closed")
        self.meet(parcours, date(2023, 9, 1))
        self.assertEqual(parcours.phase, "followup")
        matrix = self.matrix(*YEAR)
        for code in ("persons_met", "persons_accompanied", "persons_new"):
            self.assertEqual(matrix[code].value, 1, code)
        self.assertEqual(self.items(matrix["outcome"]), {"abandoned": 1})

    def test_P5_bilan_of_a_past_year_keeps_its_outcomes(self):
        """What is told in 2024 changes no figure of 2023."""
        parcours = self.new_parcours()
        self.meet(parcours, date(2023, 3, 1))
        self.end(parcours, date(2023, 12, 31), "ongoing")
        before = self.matrix(*YEAR).as_dict()["indicators"]
        with freeze_time("2024-06-15 10:00:00"):
            self.meet(parcours, date(2024, 2, 1))
            self.end(parcours, date(2024, 3, 1), "created")
            self.end(parcours, date(2024, 6, 1), "abandoned")
            self.env.flush_all()
            after = self.matrix(*YEAR).as_dict()["indicators"]
        self.assertEqual(before, after)
        self.assertEqual(parcours.outcome, "abandoned")

    def test_P6_share_of_people_from_outside(self):
        for rank, residence in enumerate(("qpv", "qpv", "qva", "outside")):
            parcours = self.new_parcours(f"Personne {rank}")
            self.photograph(parcours, date(2023, 3, 1), residence=residence)
            self.meet(parcours, date(2023, 3, 1))
        figure = self.figure("residence", *YEAR)
        self.assertEqual(self.items(figure, "percent")["outside"], 25)
        self.assertIn("1 of the 4 people", self.share(parcours))

    def share(self, parcours):
        with freeze_time("2023-12-15 10:00:00"):
            parcours.invalidate_recordset()
            return parcours.margin_share

    def test_S9_each_person_accompanied_is_in_one_family_of_sources(self):
        """Single choice: the rows of the chart add up to the people accompanied."""
        sources = [
            self.env.ref(f"citeslab_base.discovery_source_{code}").id
            for code in ("citeslab", "word_of_mouth", "partners", "partners")
        ]
        for rank, source in enumerate([*sources, False]):
            parcours = self.new_parcours(f"Personne {rank}", discovery_source_id=source)
            self.meet(parcours, date(2023, 3, 1))
        matrix = self.matrix(*YEAR)
        rows = self.items(matrix["discovery_source"])
        self.assertEqual(
            {code: rows[code] for code in ("citeslab", "word_of_mouth", "partners")},
            {"citeslab": 1, "word_of_mouth": 1, "partners": 2},
        )
        self.assertEqual(sum(rows.values()), 5)
        self.assertEqual(matrix["persons_accompanied"].value, 5)

    def test_bilan_on_screen_tells_what_is_to_complete(self):
        """By the same rules as the worklist, to those who can mend it."""
        parcours = self.new_parcours()
        self.meet(parcours, date(2023, 3, 1))
        Renderer = self.env["citeslab.bilan.renderer"]
        asked = {"company_id": self.structure.id, "year": 2023}
        told = " ".join(Renderer.with_user(self.chef).screen(asked)["warnings"])
        rule = self.env.ref("citeslab_base.quality_rule_missing_source")
        self.assertIn(f"{rule.name} (1)", told)
        empty = {**asked, "year": 2021}
        told = " ".join(Renderer.with_user(self.chef).screen(empty)["warnings"])
        self.assertNotIn(rule.name, told)
