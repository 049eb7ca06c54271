"""Partners and life of the network in the bilan: P14, B9, B13, G10, objective."""

from datetime import date, timedelta

from odoo.tests import tagged

from ..figures.matrix import NOT_REGISTERED
from .engine_common import EngineCase

YEAR = (date(2023, 1, 1), date(2023, 12, 31))


@tagged("post_install", "-at_install")
class TestPartnerFigures(EngineCase):
    def train(self, kind, day, state="attended", **values):
        return self.env["citeslab.training"].create(
            {
                "name": kind,
                "kind": kind,
                "date": day,
                "state": state,
                "company_id": self.structure.id,
                "user_id": self.chef.id,
                **values,
            }
        )

    def action(self, kind, day, **values):
        return self.env["citeslab.action"].create(
            {
                "name": kind,
                "company_id": self.structure.id,
                "kind_id": self.env.ref(f"citeslab_base.action_kind_{kind}").id,
                "date": day,
                **values,
            }
        )

    def test_G10_training_prints_times_and_hours_by_kind(self):
        self.assertEqual(self.figure("training", *YEAR).status, NOT_REGISTERED)
        self.train("common_core", "2023-02-01", hours=7)
        self.train("common_core", "2023-02-02", hours=7)
        self.train("regional_meeting", "2023-03-01", hours=2.5)
        self.train("seminar", "2023-04-01", state="missed", hours=14)
        self.train("codevelopment", "2023-05-01", state="planned")
        self.train("working_group", "2022-05-01", hours=3)
        figure = self.figure("training", *YEAR)
        self.assertEqual((figure.value, figure.previous), (3, 1))
        told = {
            item.code: (item.value, item.extra["hours"])
            for item in figure.items
            if item.value
        }
        self.assertEqual(told, {"common_core": (2, 14), "regional_meeting": (1, 2.5)})

    def test_a_training_noted_twice_counts_once(self):
        self.action("training", "2023-02-01", duration=7)
        self.action("training", "2023-06-01", duration=3)
        self.train("common_core", "2023-02-01", hours=6)
        figure = self.figure("training", *YEAR)
        self.assertEqual(self.items(figure)["common_core"], 1)
        self.assertEqual(self.items(figure)["unknown"], 1)
        self.assertEqual(self.figure("mission_time", *YEAR).value, 9)
        times = self.env["citeslab.mission.time"].search(
            [("company_id", "=", self.structure.id), ("series", "=", "actual")]
        )
        self.assertEqual(sum(times.mapped("hours")), 9)

    def test_another_structure_counts_its_own_trainings(self):
        self.train(
            "seminar",
            "2023-02-01",
            company_id=self.other.id,
            user_id=self.other_chef.id,
        )
        self.assertEqual(self.figure("training", *YEAR).status, NOT_REGISTERED)

    def accompany(self, number, residence, oriented=True):
        day = YEAR[0] + timedelta(days=number)
        parcours = self.create_parcours(contact_name=f"Personne {number}")
        self.meet(parcours, day)
        self.photograph(parcours, day, residence=residence)
        if oriented:
            self.orient(parcours, day)

    def test_P14_accompanied_and_oriented_with_the_share_from_qpv(self):
        for number in range(10):
            self.accompany(number, "qpv" if number < 7 else "outside")
        self.accompany(20, "qpv", oriented=False)
        objective = self.figure("objective", *YEAR)
        self.assertEqual(objective.value, 10)
        self.assertEqual(self.items(objective)["qpv"], 7)
        percent = {item.code: item.percent for item in objective.items}
        self.assertEqual(percent["qpv"], 70)
        self.assertEqual(self.figure("persons_oriented", *YEAR).value, 10)
        self.assertEqual(self.figure("persons_accompanied", *YEAR).value, 11)
        indicator = self.env.ref("citeslab_reporting.indicator_objective")
        self.assertIn("100 personnes", indicator.definition)
        self.assertIn("70 %", indicator.definition.replace("\xa0", " "))
        self.assertIn("QPV", indicator.definition)

    def test_B9_one_family_per_person_after_the_first_rdv(self):
        for number, families in enumerate(
            (["creation", "employment"], ["employment"], ["training"], ["other"], [])
        ):
            day = YEAR[0] + timedelta(days=number)
            parcours = self.create_parcours(contact_name=f"Personne {number}")
            self.meet(parcours, day)
            for rank, family in enumerate(families):
                self.orient(parcours, day + timedelta(days=rank), family=family)
        figure = self.figure("first_orientation", *YEAR)
        rows = {code: value for code, value in self.items(figure).items() if value}
        self.assertEqual(
            rows,
            {"creation": 1, "employment": 1, "training": 1, "other": 1, "unknown": 1},
        )
        self.assertEqual(self.figure("orientations", *YEAR).value, 5)

    def test_P10_networks_group_into_the_families_of_the_chart(self):
        networks = {
            "creation": ("BGE", "ADIE", "CCI"),
            "employment": ("France Travail",),
            "training": ("Organisme de formation",),
            "other": ("URSSAF", "Kengo"),
        }
        for family, names in networks.items():
            for name in names:
                organization = self.env["res.partner"].create(
                    {
                        "name": name,
                        "is_company": True,
                        "organization_kind": "creation",
                        "company_id": self.structure.id,
                    }
                )
                parcours = self.create_parcours(contact_name=f"Vers {name}")
                self.meet(parcours, YEAR[0])
                self.orient(
                    parcours,
                    YEAR[0],
                    family=family,
                    organization_id=organization.id,
                )
        rows = self.items(self.figure("first_orientation", *YEAR))
        told = {code: value for code, value in rows.items() if value}
        self.assertEqual(
            told, {"creation": 3, "employment": 1, "training": 1, "other": 2}
        )

    def test_P11_the_report_shows_the_split_by_network(self):
        networks = {"BGE": 3, "ADIE": 2, "CCI": 1}
        for name, count in networks.items():
            organization = self.create_organization(name)
            for number in range(count):
                parcours = self.create_parcours(contact_name=f"{name} {number}")
                self.orient(parcours, YEAR[0], organization_id=organization.id)
        figure = self.figure("orientation_organization", *YEAR)
        told = {item.label: item.value for item in figure.items if item.value}
        self.assertEqual(told, networks)

    def test_P13_candidates_of_a_contest_are_counted_without_those_who_withdrew(self):
        contest = self.env.ref("citeslab_base.contest_talents_cites")
        for number, state in enumerate(("presented", "regional", "withdrawn")):
            self.create_row(
                "citeslab.contest.entry",
                self.create_parcours(contact_name=f"Personne {number}"),
                "2023-10-01",
                contest_id=contest.id,
                edition="2023",
                category="Émergence",
                state=state,
            )
        figure = self.figure("contest_entries", *YEAR)
        self.assertEqual(figure.value, 2)
        told = {item.label: item.value for item in figure.items if item.value}
        self.assertEqual(told, {contest.name: 2})

    def test_B13_oriented_and_accepted_by_programme(self):
        program = self.env["citeslab.program"].create({"name": "Envol", "code": "env"})
        promotion = self.env["citeslab.program.promotion"].create(
            {"name": "2023", "program_id": program.id, "company_id": self.structure.id}
        )
        for number in range(6):
            parcours = self.create_parcours(contact_name=f"Personne {number}")
            self.orient(
                parcours,
                "2023-05-01",
                promotion_id=promotion.id,
                state="accepted" if number < 4 else "refused",
            )
        figure = self.figure("programs", *YEAR)
        (item,) = [item for item in figure.items if item.value]
        self.assertEqual(
            (item.label, item.extra["sent"], item.extra["accepted"]), ("Envol", 6, 4)
        )
        self.assertEqual(figure.value, 6)
