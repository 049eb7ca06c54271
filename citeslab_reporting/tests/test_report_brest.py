"""The bilan of Brest for 2023, figure by figure, as the report prints it."""

import re
from datetime import date, datetime

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from .report_common import YEAR, BrestCase

RESIDENTS = {
    "Kérourien": 1240,
    "Pontanézen": 2008,
    "Bellevue": 7120,
    "Kerangoff Loti": 1240,
    "Kérédern": 1210,
    "Lambézellec Bourg": 1650,
    "Quéliverzan/Pontaniou": 2700,
}
PROGRAMS = {
    "EITI Sato": (6, 4),
    "Les Déterminés": (5, 2),
    "Les Activé·es": (5, 3),
    "Cuisine du monde": (4, 3),
}
# kind of event: how many in 2023
EVENTS = {"workshop": 10, "meetup": 4, "cafe": 4, "major": 2}
MONEY = {
    2022: {"Bpifrance": 16000, "Contrat de ville": 10000, "PIC": 25128.16},
    2023: {"Bpifrance": 16000, "Contrat de ville": 10000, "PIC": 15000, "": 11276.49},
    2024: {"Bpifrance": 28225, "Contrat de ville": 15000, "": 13241},
}
PLAN = {
    "workshop": ("2024-02-15", "2024-04-18", "2024-06-13", "2024-09-19", "2024-11-07"),
    "cafe": ("2024-03-21", "2024-05-30", "2024-07-02", "2024-09-26"),
}


@tagged("post_install", "-at_install")
class TestReportBrest(BrestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.structure.partner_id.tz = "Europe/Paris"
        cls.env.ref("base.EUR").active = True
        cls.structure.currency_id = cls.env.ref("base.EUR")
        cls._hold_events()
        cls._meet_partners()
        cls._send_to_programs()
        cls._draw_territory()
        cls._pay()
        cls.before = cls.submitted(date(2022, 1, 1), date(2022, 12, 31))
        cls.report = cls.submitted(*YEAR)
        cls.page = html.fromstring(
            cls.env["citeslab.report.renderer"]
            .with_user(cls.manager)
            ._report_html(cls.report, cls.report._matrix())
        )

    @classmethod
    def _event(cls, kind, day, **values):
        kinds = cls.env["citeslab.event.kind"]
        start = datetime.fromisoformat(f"{day} 09:00:00")
        return (
            cls.env["event.event"]
            .with_user(cls.chef)
            .create(
                {
                    "name": f"{kind} {day}",
                    "citeslab_kind_id": kinds.search([("code", "=", kind)], limit=1).id,
                    "company_id": cls.structure.id,
                    "date_tz": "Europe/Paris",
                    "date_begin": start,
                    "date_end": start.replace(hour=11),
                    "event_mail_ids": [Command.clear()],
                    **values,
                }
            )
        )

    @classmethod
    def _hold_events(cls):
        for rank, (kind, count) in enumerate(EVENTS.items()):
            for month in range(count):
                cls._event(kind, f"2023-{month + 1:02d}-{10 + rank}")
        for kind, days in PLAN.items():
            for day in days:
                cls._event(kind, day)
        cls._event("cafe", "2024-11-15", date_precision="month")

    @classmethod
    def _action(cls, kind, day, name, **values):
        return cls.env["citeslab.action"].create(
            {
                "name": name,
                "company_id": cls.structure.id,
                "kind_id": cls.env.ref(f"citeslab_base.action_kind_{kind}").id,
                "date": day,
                **values,
            }
        )

    @classmethod
    def _meet_partners(cls):
        cls._action(
            "partner_meeting",
            "2023-02-01",
            "Réunion des partenaires",
            occurrences=22,
            theme="creation",
            date_precision="month",
        )
        cls._action("partner_meeting", "2023-03-09", "Jury BGE", theme="creation")
        cls._action("partner_meeting", "2023-06-20", "Forum PLIE", theme="employment")
        cls._action("newsletter", "2023-01-15", "Lettre", occurrences=4)
        cls._action("webinar", "2023-04-04", "Webinaire", occurrences=2)

    @classmethod
    def _send_to_programs(cls):
        people = cls.env["crm.lead"].search(
            [("is_parcours", "=", True), ("company_id", "=", cls.structure.id)]
        )
        leads = iter(people.with_user(cls.chef).with_company(cls.structure))
        for name, (sent, accepted) in PROGRAMS.items():
            program = cls.env["citeslab.program"].create(
                {
                    "name": name,
                    "code": f"brest_{sent}{accepted}_{len(name)}",
                    "company_id": cls.structure.id,
                }
            )
            promotion = cls.env["citeslab.program.promotion"].create(
                {
                    "name": "2023",
                    "program_id": program.id,
                    "company_id": cls.structure.id,
                }
            )
            for rank in range(sent):
                cls.orient(
                    next(leads),
                    date(2023, 10, 2),
                    family="training",
                    promotion_id=promotion.id,
                    state="accepted" if rank < accepted else "refused",
                )

    @classmethod
    def _draw_territory(cls):
        areas = cls.env["citeslab.neighborhood"].create(
            [
                {
                    "name": f"{name} (bilan)",
                    "kind": "qpv",
                    "population": count,
                    "population_year": "2018",
                    "company_id": cls.structure.id,
                }
                for name, count in RESIDENTS.items()
            ]
        )
        cls.territory.neighborhood_ids = areas

    @classmethod
    def _pay(cls):
        kinds = {
            "Bpifrance": "bpifrance",
            "Contrat de ville": "communes",
            "PIC": "state",
            "": "own",
        }
        Budget = cls.env["citeslab.budget"].with_user(cls.manager)
        for year, paid in MONEY.items():
            budget = Budget.create({"date_from": date(year, 1, 1)})
            lines = [("salary", "", sum(paid.values()))]
            lines += [(kinds[name], name, amount) for name, amount in paid.items()]
            for code, name, amount in lines:
                category = cls.env.ref(f"citeslab_budget.category_{code}")
                cls.env["citeslab.budget.line"].create(
                    {
                        "budget_id": budget.id,
                        "category_id": category.id,
                        "planned": amount,
                        **({"name": name} if name else {}),
                    }
                )

    # Reading the page

    @staticmethod
    def _words(node):
        return " ".join(node.text_content().split())

    def printed(self, title):
        """Rows of the printed table of a figure: ``[[cell, …], …]``."""
        for heading in self.page.xpath("//h3 | //h2"):
            if self._words(heading).startswith(title):
                tables = heading.xpath("following::table")
                return [
                    [self._words(cell) for cell in row.xpath("./th | ./td")]
                    for row in tables[0].xpath(".//tbody/tr")
                ]
        self.fail(f"{title} is not printed")

    def rows(self, title):
        """``{label: (number, share)}`` of a printed distribution, its order kept."""
        return {
            cells[0]: (cells[1], cells[2])
            for cells in self.printed(title)
            if cells[0] not in ("Total",)
        }

    def numbers(self, title):
        return [int(number) for number, _share in self.rows(title).values()]

    def result(self, label):
        for cells in self.printed("Résultats"):
            if cells[0] == label:
                return cells[1:3]
        return self.fail(f"{label} is not among the results")

    def test_B1_gender(self):
        rows = list(self.rows("Femmes et hommes").values())
        self.assertEqual(rows, [("71", "60%"), ("47", "40%")])

    def test_B2_residence(self):
        rows = list(self.rows("Lieu de résidence").values())
        self.assertEqual(rows, [("50", "42%"), ("33", "28%"), ("35", "30%")])
        self.assertIn("70.3%", self._words(self.page))

    def test_B3_quartiers(self):
        rows = self.rows("Quartier de résidence")
        self.assertEqual(len(rows), 9)
        self.assertEqual(sum(self.numbers("Quartier de résidence")), 118)
        again = [label for label, *_rest in self.printed("Quartier de résidence")]
        self.assertEqual(list(rows), again[:9], "the order is fixed")

    def test_B4_known_through(self):
        self.assertEqual(sorted(self.numbers("Comment le CitésLab")), [15, 25, 78])

    def test_B5_situation_at_entry(self):
        rows = self.rows("Situation à l'entrée")
        self.assertEqual(sum(self.numbers("Situation à l'entrée")), 118)
        hardest = sum(
            int(number)
            for label, (number, _share) in rows.items()
            if re.search("non indemnisé|RSA|ASS", label)
        )
        self.assertGreater(hardest / 118, 0.5)
        self.assertEqual(self.result("Demandeurs d'emploi"), ["79", "48"])

    def test_B6_education(self):
        self.assertEqual(
            list(self.rows("Niveau de formation").values()),
            [
                ("16", "14%"),
                ("12", "10%"),
                ("12", "10%"),
                ("18", "15%"),
                ("45", "38%"),
                ("15", "13%"),
            ],
        )
        draft = self.draft(*YEAR)
        draft.section_ids[0].body = "<p>Bac et inférieurs : 66 %.</p>"
        self.assertEqual(draft.claim_ids.status, "true")

    def test_B7_target_public(self):
        self.assertEqual(self.numbers("Situation du porteur"), [67, 40, 11])

    def test_B8_age(self):
        self.assertEqual(self.numbers("Âge"), [10, 42, 36, 20, 10])

    def test_B9_first_orientation(self):
        numbers = self.numbers("Orientation après le premier")
        self.assertEqual(sum(numbers), 118)
        self.assertEqual(numbers[:4], [36, 23, 11, 48])

    def test_B10_nature_of_the_projects(self):
        shares = [share for _n, share in self.rows("Nature du projet").values()]
        self.assertEqual(shares, ["18%", "3%", "38%", "9%", "32%"])

    def test_B11_results_of_2023(self):
        for label, value in {
            "Personnes rencontrées": "152",
            "Personnes accompagnées": "118",
            "Créations d'entreprise": "5",
            "Animations": "20",
            "Ateliers": "18",
            "Réunions partenariales": "24",
            "Webinaires": "2",
            "Lettres d'information": "4",
        }.items():
            with self.subTest(label):
                self.assertEqual(self.result(label)[0], value)
        results = self.printed("Résultats")
        ends = [int(row[1]) for row in results if row[0].startswith("Issue des")]
        self.assertEqual(ends, [45, 23, 12, 33])
        self.assertEqual(sum(self.numbers("Issue des parcours")), 118)

    def test_B12_results_of_2022_are_those_handed_over(self):
        person = self.person("Tardive de 2022", date(2022, 5, 4))
        self.assertTrue(person)
        matrix = self.matrix(*YEAR)
        for code, value in {
            "persons_met": 120,
            "persons_accompanied": 107,
            "creations": 19,
            "jobseekers": 48,
        }.items():
            with self.subTest(code):
                self.assertEqual(matrix[code].previous, value)
        self.assertIn(self.before.name, self._words(self.page))
        self.assertEqual(self.result("Personnes accompagnées"), ["118", "107"])

    def test_B13_programmes(self):
        rows = {
            cells[0]: (int(cells[1]), int(cells[3]))
            for cells in self.printed("Programmes")
            if cells[0] in PROGRAMS
        }
        self.assertEqual(rows, PROGRAMS)

    def test_B14_inhabitants_of_the_quartiers(self):
        rows = self.printed("Le territoire")
        told = {row[0].removesuffix(" (bilan)"): row[1:] for row in rows[:-1]}
        self.assertEqual(
            told, {name: [f"{n:,}", "2018"] for name, n in RESIDENTS.items()}
        )
        self.assertEqual(rows[-1][:2], ["Total", "17,168"])

    def test_M6_to_M8_financing_over_three_years(self):
        rows = {row[0]: row[1:] for row in self.printed("Financement sur trois ans")}
        self.assertEqual(rows["Total"], ["51,128.16 €", "52,276.49 €", "56,466.00 €"])
        self.assertEqual(
            rows["Contrat de ville"], ["10,000.00 €", "10,000.00 €", "15,000.00 €"]
        )

    def test_E10_partnerships_by_theme(self):
        creation = self.printed("Creation")
        self.assertEqual(
            [row[:2] for row in creation],
            [["February", "Réunion des partenaires (× 22)"], ["9 March", "Jury BGE"]],
        )
        self.assertEqual(self.printed("Job and Integration")[0][1], "Forum PLIE")

    def test_E5_to_E8_plan_of_the_next_year(self):
        rows = {row[0]: row[1:] for row in self.printed("Perspectives et calendrier")}
        told = {count: dates for count, dates in rows.values()}
        self.assertIn("5", told)
        self.assertIn("15/02, 18/04, 13/06, 19/09, 07/11", told["5"] + str(rows))
        self.assertIn("November (date to be set)", str(rows))

    def test_words_of_2023_are_caught(self):
        """Moonshot: what the printed bilan of 2023 says of its own charts."""
        draft = self.draft(*YEAR)
        draft.section_ids.filtered(lambda one: one.title == "Points forts").body = (
            "<p>Niveau de formation : bac et inférieurs, près de 50 %.</p>"
            "<p>Près de 70 % des personnes rencontrées vivent en QPV ou à "
            "proximité.</p>"
        )
        found = {claim.text: claim for claim in draft.claim_ids}
        self.assertEqual(found["près de 50 %"].status, "false")
        self.assertIn("66.1%", found["près de 50 %"].message)
        self.assertEqual(found["Près de 70 %"].status, "other_base")
        self.assertIn("118", found["Près de 70 %"].message)
        self.assertIn("152", found["Près de 70 %"].message)
        submit = draft.with_user(self.manager).action_submit
        with self.refused("près de 50 %", error=Exception):
            submit()
        self.assertEqual(draft.state, "draft")
        draft.claim_ids.reason = "Formule de l'original, gardée pour mémoire."
        submit()
        self.assertEqual(draft.state, "submitted")
        self.assertIn("gardée pour mémoire", draft.manifest)
