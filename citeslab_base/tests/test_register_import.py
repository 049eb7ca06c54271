import random
from collections import Counter
from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import users

from ..models import citeslab_register_writer
from .common import CiteslabCase
from .register_files import HEADERS, as_csv, as_xlsx, person, row

CHILDREN = (
    "citeslab.situation",
    "citeslab.interview",
    "citeslab.orientation",
    "citeslab.outcome",
)


class RegisterImportCase(CiteslabCase):
    def plan(self, rows, company=None, user=None, **options):
        engine = self.env["citeslab.register.engine"].with_user(user or self.chef)
        content = rows if isinstance(rows, bytes) else as_csv(rows)
        return engine._plan(content, company or self.structure, **options)

    def load(self, rows, **options):
        """Import, and return the plan that was carried out."""
        plan = self.plan(rows, **options)
        errors = [str(problem) for problem in plan.errors]
        self.assertEqual(errors, [])
        user = options.get("user") or self.chef
        self.env["citeslab.register.engine"].with_user(user)._apply(plan)
        return plan

    def people(self, company=None):
        company = company or self.structure
        return self.env["res.partner"].search(
            [("is_porteur", "=", True), ("company_id", "=", company.id)], order="id"
        )

    def parcours(self, company=None):
        company = company or self.structure
        return self.env["crm.lead"].search(
            [("is_parcours", "=", True), ("company_id", "=", company.id)], order="id"
        )

    def snapshot(self):
        """Every stored value of what an import writes, of the structure."""
        company = [("company_id", "=", self.structure.id)]
        self.env.flush_all()
        self.env.invalidate_all()
        models = ("res.partner", "crm.lead", "citeslab.neighborhood", *CHILDREN)
        return {
            model: self.env[model].search(company, order="id").read(load=None)
            for model in models
        }


class TestRowBecomes(RegisterImportCase):
    def test_every_column_arrives(self):
        self.load([row(outcome="Création", outcome_date="02/12/2023")])
        porteur = self.people()
        self.assertRecordValues(
            porteur,
            [
                {
                    "name": "MARCHAND Odile",
                    "gender": "female",
                    "birthdate_date": date(1985, 5, 4),
                    "email": "odile@example.org",
                    "phone": "06 39 98 10 01",
                    "street": "3 rue du Port",
                    "zip": "29200",
                    "city": "Brest",
                    "residence": "qpv",
                    "is_company": False,
                }
            ],
        )
        lead = self.parcours()
        self.assertRecordValues(
            lead,
            [
                {
                    "partner_id": porteur.id,
                    "register_label": "2023",
                    "register_number": "1",
                    "name": "Restauration",
                    "territory_id": self.territory.id,
                    "first_contact_date": date(2023, 1, 10),
                    "first_interview_date": date(2023, 1, 20),
                    "last_contact_date": date(2023, 1, 20),
                    "outcome": "created",
                    "outcome_date": date(2023, 12, 2),
                    "target_public": "intentionniste",
                    "residence": "qpv",
                    "phase": "created",
                }
            ],
        )
        self.assertTrue(lead.reference)
        self.assertEqual(lead.prescriber_id.name, "PLIE")
        self.assertEqual(lead.project_nature_id.name, "Restauration")
        self.assertRecordValues(
            lead.situation_ids,
            [
                {
                    "date": date(2023, 1, 20),
                    "gender": "female",
                    "age": 37,
                    "target_public": "intentionniste",
                    "is_jobseeker": True,
                    "residence": "qpv",
                    "neighborhood_id": porteur.neighborhood_id.id,
                }
            ],
        )
        self.assertEqual(lead.situation_ids.education_id.name, "bac+2")
        self.assertRecordValues(
            lead.interview_ids.sorted("date"),
            [
                {"kind": "contact", "state": "done", "date": date(2023, 1, 10)},
                {"kind": "interview", "state": "done", "date": date(2023, 1, 20)},
            ],
        )
        self.assertRecordValues(
            lead.orientation_ids,
            [{"family": "creation", "date": date(2023, 1, 20), "is_first": True}],
        )
        organization = lead.orientation_ids.organization_id
        self.assertEqual(
            (organization.name, organization.organization_kind), ("ADIE", "finance")
        )
        self.assertEqual(organization.company_id, self.structure)
        self.assertFalse(organization.is_porteur)

    def test_met_only(self):
        """Without RDV, somebody was met: no RDV, no orientation."""
        empty = (
            "rdv",
            "public",
            "employment",
            "education",
            "nature",
            "known",
            "prescriber",
            "orientation",
            "organization",
        )
        self.load([row(**dict.fromkeys(empty, ""))])
        lead = self.parcours()
        self.assertEqual(lead.interview_ids.mapped("kind"), ["contact"])
        self.assertFalse(lead.first_interview_date or lead.orientation_ids)
        self.assertEqual(lead.situation_ids.residence, "qpv")
        self.assertEqual(lead.phase, "detection")

    def test_gaps_are_unknown_not_guessed(self):
        gaps = (
            "gender",
            "birth",
            "email",
            "phone",
            "area",
            "residence",
            "public",
            "employment",
            "education",
            "nature",
            "known",
            "orientation",
            "organization",
            "contact",
        )
        self.load([row(**dict.fromkeys(gaps, ""))])
        photograph = self.parcours().situation_ids
        self.assertRecordValues(
            photograph,
            [
                {
                    "gender": False,
                    "age": 0,
                    "target_public": False,
                    "employment_id": False,
                    "is_jobseeker": False,
                    "residence": "unknown",
                    "neighborhood_id": False,
                }
            ],
        )
        self.assertEqual(self.parcours().interview_ids.mapped("kind"), ["interview"])

    def test_outcome_without_date_ends_the_year(self):
        plan = self.load([row(outcome="Sans nouvelles")])
        self.assertEqual(len(plan.warnings), 1)
        self.assertEqual(self.parcours().outcome_date, date(2023, 12, 31))

    def test_quartier_follows_the_residences(self):
        """QPV as soon as one row says so; found again whatever its spelling."""
        plan = self.load(
            [
                person(1, area="Kérédern", residence="Limite"),
                person(2, area="KEREDERN", residence="QPV"),
                person(3, area="Centre-ville", residence="Hors quartier"),
                person(4, area="Les Bois", residence="QVA"),
            ]
        )
        self.assertEqual(plan.counts["neighborhoods"], 3)
        areas = self.env["citeslab.neighborhood"].search(
            [("company_id", "=", self.structure.id)], order="name"
        )
        self.assertEqual(
            [(area.name, area.kind) for area in areas],
            [("Centre-ville", "other"), ("Kérédern", "qpv"), ("Les Bois", "qva")],
        )

    def test_quartier_of_the_list_in_force_in_this_city(self):
        Area = self.env["citeslab.neighborhood"]
        old = Area.create(
            {
                "name": "Bellevue",
                "code": "QPX1",
                "vintage": 2015,
                "commune": "Brest",
                "valid_to": "2023-12-31",
            }
        )
        new = Area.create(
            {
                "name": "Bellevue",
                "code": "QNX1",
                "vintage": 2024,
                "commune": "Brest",
                "valid_from": "2024-01-01",
            }
        )
        Area.create(
            {
                "name": "Bellevue",
                "code": "QNX2",
                "vintage": 2024,
                "commune": "Ailleurs",
                "valid_from": "2024-01-01",
            }
        )
        self.load(
            [
                person(1),
                person(2, contact="10/01/2024", rdv="20/01/2024"),
                person(3, contact="10/01/2024", rdv="20/01/2024", city="Quimper"),
            ]
        )
        found = [lead.situation_ids.neighborhood_id for lead in self.parcours()]
        self.assertEqual(found[:2], [old, new])
        self.assertEqual(found[0].code, "QPX1")
        self.assertEqual(found[2].company_id, self.structure)

    def test_a_known_organisation_is_found_again(self):
        network = self.env["res.partner"].create(
            {"name": "Adie", "is_company": True, "company_id": self.structure.id}
        )
        foreign = self.env["res.partner"].create(
            {"name": "PLIE", "is_company": True, "company_id": self.other.id}
        )
        plan = self.load([row()])
        lead = self.parcours()
        self.assertEqual(lead.orientation_ids.organization_id, network)
        self.assertNotEqual(lead.prescriber_id, foreign)
        self.assertEqual(plan.counts["organizations"], 1)

    def test_xlsx_gives_the_same_people(self):
        rows = [person(n) for n in range(1, 6)]
        self.load(rows)
        self.load(as_xlsx(rows))
        self.assertEqual(len(self.parcours()), 5)

    def test_import_is_quiet(self):
        """Nobody is notified and no message tells a name."""
        before = self.env["mail.message"].search_count([])
        mails = self.env["mail.mail"].search_count([])
        self.load([person(n) for n in range(1, 6)])
        self.assertEqual(self.env["mail.message"].search_count([]), before)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)


class TestAgain(RegisterImportCase):
    def test_twice_changes_nothing(self):
        rows = [person(n, outcome="Création") for n in range(1, 9)]
        self.load(rows)
        before = self.snapshot()
        plan = self.load(rows)
        self.assertEqual(plan.counts["unchanged"], 8)
        self.assertEqual(plan.steps, [])
        self.assertEqual(self.snapshot(), before)

    def test_P17_an_old_register_brings_no_erased_person_back(self):
        rows = [person(n, outcome="Création") for n in range(1, 4)]
        self.load(rows)
        gone = self.people()[:1]
        gone._anonymise("request")
        rows[0] = person(1, outcome="Abandon")
        plan = self.load(rows)
        self.assertEqual(plan.counts["unchanged"], 3)
        self.assertEqual(len(self.people()), 3)
        self.assertFalse(gone.phone or gone.email or gone.birthdate_date)

    def test_twice_keeps_what_was_typed_meanwhile(self):
        self.load([row()])
        self.people().phone = "02 98 00 00 01"
        self.load([row()])
        self.assertEqual(self.people().phone, "02 98 00 00 01")

    def test_a_corrected_file_updates(self):
        self.load([person(1), person(2), person(3, outcome="Création")])
        people, parcours = self.people(), self.parcours()
        first = parcours[0]
        rdv = first.interview_ids.filtered(lambda one: one.kind == "interview")
        plan = self.load(
            [
                person(
                    1,
                    last="NOM UN",
                    rdv="25/02/2023",
                    residence="Limite",
                    nature="Artistique",
                    outcome="Sans nouvelles",
                    outcome_date="30/06/2023",
                    birth="04/05/1990",
                ),
                person(2),
                person(3, rdv="", orientation="", organization="", outcome=""),
                person(4),
            ]
        )
        self.assertEqual(plan.counts["updated"], 2)
        self.assertEqual(plan.counts["unchanged"], 1)
        self.assertEqual(plan.counts["people_new"], 1)
        self.assertEqual(self.people()[:3], people)
        self.assertEqual(self.parcours()[:3], parcours)
        self.assertEqual(people[0].name, "NOM UN Prénom1")
        self.assertEqual(rdv.date, date(2023, 2, 25))
        self.assertRecordValues(
            first,
            [
                {
                    "first_interview_date": date(2023, 2, 25),
                    "residence": "near",
                    "outcome": "lost",
                    "outcome_date": date(2023, 6, 30),
                }
            ],
        )
        self.assertEqual(first.project_nature_id.name, "Artistique")
        self.assertRecordValues(
            first.situation_ids,
            [{"date": date(2023, 2, 25), "age": 32, "residence": "near"}],
        )
        self.assertEqual(first.orientation_ids.date, date(2023, 2, 25))
        third = parcours[2]
        self.assertFalse(third.first_interview_date or third.outcome)
        self.assertFalse(third.orientation_ids or third.outcome_ids)
        self.assertEqual(third.interview_ids.mapped("kind"), ["contact"])

    def test_emptied_cells_are_unknown_again(self):
        """What the row alone had set goes, on the person and the project too."""
        self.load([row(outcome="Création", outcome_date="02/12/2023")])
        emptied = (
            "gender",
            "birth",
            "area",
            "residence",
            "public",
            "employment",
            "education",
            "nature",
            "known",
            "prescriber",
            "orientation",
            "organization",
            "outcome",
            "outcome_date",
        )
        plan = self.load([row(**dict.fromkeys(emptied, ""))])
        self.assertEqual(plan.warnings, [])
        self.assertEqual(plan.counts["cleared"], 10)
        self.assertEqual(plan.counts["orientations_deleted"], 1)
        self.assertEqual(plan.counts["outcomes_deleted"], 1)
        self.assertRecordValues(
            self.people(),
            [
                {
                    "gender": False,
                    "birthdate_date": False,
                    "residence": False,
                    "neighborhood_id": False,
                    "phone": "06 39 98 10 01",
                }
            ],
        )
        lead = self.parcours()
        self.assertRecordValues(
            lead,
            [
                {
                    "name": "Project to be specified",
                    "project_nature_id": False,
                    "discovery_source_id": False,
                    "prescriber_id": False,
                    "target_public": False,
                    "outcome": False,
                    "orientation_ids": [],
                    "outcome_ids": [],
                }
            ],
        )
        self.assertRecordValues(
            lead.situation_ids,
            [
                {
                    "gender": False,
                    "age": 0,
                    "employment_id": False,
                    "resource_id": False,
                    "education_id": False,
                    "residence": "unknown",
                    "neighborhood_id": False,
                }
            ],
        )

    def test_emptied_rdv_deletes_it(self):
        self.load([row()])
        plan = self.load([row(rdv="", orientation="", organization="")])
        self.assertEqual(plan.counts["interviews_deleted"], 1)
        self.assertEqual(plan.counts["orientations_deleted"], 1)
        self.assertEqual(self.parcours().interview_ids.mapped("kind"), ["contact"])

    def test_emptied_but_told_by_another_row(self):
        other = person(1, contact="10/01/2024", rdv="20/01/2024")
        self.load([person(1)])
        self.load([other])
        plan = self.load([person(1, gender="", nature="")])
        self.assertEqual(
            {(warning.line, warning.column) for warning in plan.warnings},
            {(2, "Genre"), (2, "Nature du projet")},
        )
        self.assertTrue(all("another row" in str(one) for one in plan.warnings))
        self.assertEqual(self.people().gender, "female")
        self.assertEqual(self.parcours().project_nature_id.name, "Restauration")
        plan = self.load([{**other, "Genre": "", "Nature du projet": ""}])
        self.assertEqual((plan.warnings, plan.counts["cleared"]), ([], 2))
        self.assertFalse(self.people().gender or self.parcours().project_nature_id)

    def test_emptied_but_changed_since(self):
        self.load([row(), person(2)])
        porteur, lead = self.people()[0], self.parcours()[0]
        porteur.birthdate_date = "1999-09-09"
        lead.prescriber_id = self.env["res.partner"].create({"name": "Autre"})
        gone = {"birth": "", "prescriber": "", "phone": ""}
        plan = self.load([row(**gone), person(2)])
        self.assertEqual(
            {(warning.line, warning.column) for warning in plan.warnings},
            {(2, "Date de naissance"), (2, "Prescripteur"), (2, "Téléphone")},
        )
        self.assertEqual(plan.counts["cleared"], 0)
        self.assertEqual(porteur.birthdate_date, date(1999, 9, 9))
        self.assertEqual(lead.prescriber_id.name, "Autre")
        self.assertTrue(porteur.phone)

    def test_emptied_but_completed_since(self):
        """A record that somebody completed is theirs, at every later import too."""
        self.load([row(outcome="Création", outcome_date="02/12/2023")])
        outcome = self.parcours().outcome_ids
        outcome.legal_form = outcome._fields["legal_form"].get_values(self.env)[0]
        self.parcours().orientation_ids.state = "accepted"
        gone = ("orientation", "organization", "outcome", "outcome_date")
        for changed in ({}, {"city": "Guipavas"}):
            plan = self.load([row(**dict.fromkeys(gone, ""), **changed)])
            self.assertEqual(
                {warning.column for warning in plan.warnings},
                {"Orientation après 1er RDV", "Issue"},
            )
            self.assertEqual(self.parcours().outcome_ids, outcome)
            self.assertEqual(len(self.parcours().orientation_ids), 1)

    def test_a_row_removed_from_the_file_is_told(self):
        self.load([person(1), person(2), person(3)])
        plan = self.load([person(1), person(2)])
        self.assertEqual(plan.counts["absent"], 1)
        self.assertEqual(
            [str(warning) for warning in plan.warnings],
            [
                'line 1, column "Numéro": 1 row of the former import is no longer in '
                "the file: no. 3, kept"
            ],
        )
        plan = self.load([person(2)])
        self.assertIn("2 rows", str(plan.warnings[0]))
        self.assertIn("no. 1, 3, kept", str(plan.warnings[0]))
        self.assertEqual(len(self.people()), 3)
        self.assertEqual(self.load([person(4)], label="Else").warnings, [])

    def test_counts_in_the_singular_and_the_plural(self):
        engine = self.env["citeslab.register.engine"].with_user(self.chef)
        one = dict(engine._count_texts(self.load([person(1)])))
        many = dict(engine._count_texts(self.load([person(2), person(3)], label="2")))
        self.assertEqual((one["row read"], many["rows read"]), (1, 2))
        self.assertEqual((one["new person"], many["new people"]), (1, 2))
        self.assertEqual(
            (one["quartier created"], one["organisations created"]), (1, 2)
        )

    def test_a_number_given_to_somebody_else(self):
        self.load([person(1)])
        plan = self.plan([{**person(77, birth="01/01/1970"), "Numéro": "1"}])
        self.assertEqual([problem.line for problem in plan.errors], [2])
        self.assertIn("already that of", str(plan.errors[0]))
        plan = self.load(
            [{**person(77, birth="01/01/1970"), "Numéro": "1"}], label="2023 bis"
        )
        self.assertEqual(plan.counts["people_new"], 1)

    def test_an_older_register_does_not_undo_a_newer_one(self):
        this_year = [
            person(1, street="9 rue Neuve", contact="10/01/2024", rdv="20/01/2024")
        ]
        self.load(this_year)
        self.load([person(1, street="1 rue Ancienne", zip="29000")])
        self.assertEqual(self.people().street, "9 rue Neuve")
        before = self.snapshot()
        self.load(this_year)
        self.assertEqual(self.snapshot(), before)

    def test_all_or_nothing(self):
        before = self.snapshot()
        plan = self.plan([person(1), person(2, contact="32/01/2023"), person(3)])
        with self.assertRaises(UserError) as caught:
            self.env["citeslab.register.engine"].with_user(self.chef)._apply(plan)
        self.assertIn('line 3, column "Date de contact"', str(caught.exception))
        self.assertEqual(self.snapshot(), before)

    def test_a_failure_on_the_way_stores_nothing(self):
        plan = self.plan([person(n) for n in range(1, 5)])
        before = self.snapshot()
        plan.steps[-1].row.outcome = "no such outcome"
        with self.assertRaises(ValueError):
            self.env["citeslab.register.engine"].with_user(self.chef)._apply(plan)
        self.assertEqual(self.snapshot(), before)

    def test_unknown_labels(self):
        rows = [person(1, nature="Aquaculture"), person(2, nature="AQUACULTURE")]
        plan = self.plan(rows)
        self.assertEqual(len(plan.errors), 2)
        self.assertIn("Restauration", str(plan.errors[0]))
        plan = self.load(rows, create_labels=True)
        self.assertEqual(plan.counts["labels"], 1)
        nature = self.parcours().project_nature_id
        self.assertEqual(nature.company_id, self.structure)
        self.assertEqual(self.load(rows).counts["unchanged"], 2)


class TestSamePerson(RegisterImportCase):
    def next_year(self, number=9, **values):
        """The usual person's row of 2024, with what is told to differ."""
        dates = {"contact": "10/01/2024", "rdv": "20/01/2024"}
        return row(**{"number": str(number), **dates, **values})

    def assert_same(self, *rows, expected=True):
        self.load([row()])
        self.load(list(rows))
        self.assertEqual(len(self.people()), 1 if expected else 1 + len(rows))

    def test_same_email(self):
        self.assert_same(self.next_year(email="ODILE@example.org", phone="", birth=""))

    def test_same_phone(self):
        self.assert_same(self.next_year(email="", phone="+33639981001", birth=""))

    def test_same_name_and_birth_date(self):
        self.assert_same(
            self.next_year(
                last="Odile",
                first="Marchand",
                email="new@example.org",
                phone="06 39 98 77 77",
            )
        )

    def test_same_name_alone_is_a_namesake(self):
        other = self.next_year(email="", phone="", birth="")
        self.assert_same(other, expected=False)

    def test_namesake_born_another_day(self):
        other = self.next_year(email="", phone="", birth="01/01/1999")
        self.assert_same(other, expected=False)

    def test_a_family_shares_its_phone_and_mail(self):
        self.load([row()])
        plan = self.load(
            [
                self.next_year(9, first="Malo", birth="05/06/2004", gender="Homme"),
                self.next_year(10, first="Hervé", birth="", gender="Homme"),
            ]
        )
        self.assertEqual(len(self.people()), 3)
        self.assertTrue(all("another person" in str(w) for w in plan.warnings[:2]))

    def test_a_married_name(self):
        self.assert_same(self.next_year(last="KERVELLA"))

    def test_in_one_file(self):
        """Two projects of a person in one register: one person, two parcours."""
        self.load(
            [
                row(),
                row(
                    number="2",
                    nature="Artistique",
                    contact="03/03/2023",
                    rdv="04/03/2023",
                ),
            ]
        )
        self.assertEqual(len(self.people()), 1)
        self.assertEqual(len(self.parcours()), 2)

    def test_never_across_structures(self):
        self.load([row()])
        self.load([row()], company=self.other, user=self.other_chef)
        self.assertEqual(len(self.people()), 1)
        self.assertEqual(len(self.people(self.other)), 1)

    def test_open_parcours_of_the_same_nature(self):
        cases = (
            ({"outcome": ""}, {}, 1),
            ({"outcome": "Poursuite du processus"}, {}, 1),
            ({"outcome": "Création", "outcome_date": "01/12/2023"}, {}, 2),
            ({"outcome": "Sans nouvelles", "outcome_date": "01/12/2023"}, {}, 2),
            ({}, {"nature": "Artistique"}, 2),
            ({}, {"nature": ""}, 1),
            ({"nature": ""}, {}, 1),
        )
        for place, (first, second, expected) in enumerate(cases):
            with self.subTest(first=first, second=second):
                who = {
                    "email": f"case{place}@example.org",
                    "last": f"CAS{place}",
                    "phone": "",
                }
                self.load([row(**who, **first)], label=f"{place} a")
                self.load([self.next_year(**who, **second)], label=f"{place} b")
                porteur = self.people()[-1]
                self.assertEqual(len(porteur.parcours_ids), expected)
                self.assertEqual(len(porteur.parcours_ids.situation_ids), 2)

    def test_who_comes_back_is_brought_up_to_date(self):
        self.load([row(birth="")])
        self.load([self.next_year(street="8 rue Haute", residence="Limite")])
        porteur = self.people()
        self.assertEqual((porteur.street, porteur.residence), ("8 rue Haute", "near"))
        self.assertEqual(porteur.birthdate_date, date(1985, 5, 4))
        residences = self.parcours().situation_ids.sorted("date").mapped("residence")
        self.assertEqual(residences, ["qpv", "near"])


class TestRegistersOfOthers(RegisterImportCase):
    """Registers of any shape give the figures of a count made apart."""

    def make_register(self, size, year, seed):
        draw = random.Random(seed)
        rows = []
        for number in range(1, size + 1):
            contact = date(year, 1, 1) + timedelta(draw.randrange(340))
            rdv = contact + timedelta(draw.randrange(20))
            values = {
                "contact": contact.strftime("%d/%m/%Y"),
                "rdv": rdv.strftime("%d/%m/%Y") if draw.random() < 0.75 else "",
                "gender": draw.choice(["Femme", "Homme", ""]),
                "residence": draw.choice(["QPV", "Limite", "Hors quartier", ""]),
                "public": draw.choice(["Intentionniste", "En devenir", ""]),
                "nature": draw.choice(["Restauration", "Divers", "Artistique"]),
                "education": draw.choice(["bac", "bac+2", "BEP, CAP", ""]),
                "birth": draw.choice(["", "01/01/1990", "31/12/1970"]),
                "outcome": "",
            }
            if not values["rdv"]:
                values.update(orientation="", organization="")
            rows.append(person(f"{seed}-{number}", **values))
        return rows

    def counted(self, year):
        """Figures of a year, as the stored rows tell them."""
        days = (date(year, 1, 1), date(year, 12, 31))
        within = [
            ("date", ">=", days[0]),
            ("date", "<=", days[1]),
            ("company_id", "=", self.structure.id),
        ]
        met = self.env["citeslab.interview"].search(within).partner_id
        done = self.env["citeslab.interview"].search(
            [*within, ("kind", "=", "interview")]
        )
        photographs = self.env["citeslab.situation"].search(
            [*within, ("partner_id", "in", done.partner_id.ids)]
        )
        return {
            "met": len(met),
            "accompanied": len(done.partner_id),
            "residence": Counter(photographs.mapped("residence")),
            "gender": Counter(photographs.mapped("gender")),
            "education": Counter(one.education_id.name or "" for one in photographs),
        }

    def expected(self, rows):
        accompanied = [one for one in rows if one["Date du 1er RDV"]]
        residence = {"QPV": "qpv", "Limite": "near", "Hors quartier": "outside"}
        gender = {"Femme": "female", "Homme": "male"}
        return {
            "met": len({one["Email"] for one in rows}),
            "accompanied": len({one["Email"] for one in accompanied}),
            "residence": Counter(
                residence.get(one["Résidence"], "unknown") for one in accompanied
            ),
            "gender": Counter(gender.get(one["Genre"], False) for one in accompanied),
            "education": Counter(one["Niveau de formation"] for one in accompanied),
        }

    def test_451_rows_with_gaps(self):
        rows = self.make_register(451, 2021, 5)
        plan = self.load(as_csv(rows, ",", "cp1252"))
        self.assertEqual(plan.counts["people_new"], 451)
        self.assertEqual(self.counted(2021), self.expected(rows))

    def test_numbering_restarts_and_87_come_back(self):
        first = self.make_register(140, 2021, 7)
        second = self.make_register(150, 2022, 8)
        for place, former in enumerate(first[:87]):
            known = (
                "Nom",
                "Prénom",
                "Genre",
                "Date de naissance",
                "Email",
                "Téléphone",
            )
            second[place].update({key: former[key] for key in known})
        for place, (one, two) in enumerate(zip(first, second, strict=False), start=1):
            one["Numéro"] = two["Numéro"] = str(place)
        random.Random(3).shuffle(second)
        self.assertEqual(self.load(first).label, "2021")
        before = self.counted(2021)
        plan = self.load(second)
        self.assertEqual(plan.counts["people_known"], 87)
        self.assertEqual(plan.counts["people_new"], 63)
        self.assertEqual(len(self.people()), 140 + 63)
        self.assertEqual(before, self.expected(first))
        self.assertEqual(self.counted(2021), before)
        self.assertEqual(self.counted(2022), self.expected(second))
        state = self.snapshot()
        for rows in (first, second):
            self.assertEqual(self.load(rows).counts["unchanged"], len(rows))
        self.assertEqual(self.snapshot(), state)

    def test_few_queries_whatever_the_size(self):
        """What grows with the register is the number of rows, not of queries."""
        costs = []
        for size, seed in ((40, 21), (400, 22)):
            content = as_csv(self.make_register(size, 2020, seed))
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.load(content, label=f"size {size}")
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - start)
        self.assertLess(costs[1], costs[0] * 1.5)


class TestWhoMayImport(RegisterImportCase):
    @users(
        "citeslab_volunteer",
        "citeslab_salesperson",
        "citeslab_network",
        "citeslab_admin",
    )
    def test_no_role_no_import(self):
        with self.assertRaises(AccessError):
            self.plan([row()], user=self.env.user)

    def test_only_into_one_s_own_structure(self):
        with self.assertRaises(AccessError):
            self.plan([row()], company=self.other)

    def test_nobody_else_sees_the_people(self):
        self.load([row()])
        Lead = self.env["crm.lead"]
        for name in ("salesperson", "sales_all", "sales_manager"):
            user = self.users[name]
            found = Lead.with_user(user).search([("is_parcours", "=", True)])
            self.assertFalse(found, name)
        rows = self.env["citeslab.register.row"].with_user(self.other_chef).search([])
        self.assertFalse(rows)


class TestScreen(RegisterImportCase):
    def wizard(self, content, user=None, **values):
        import base64

        return (
            self.env["citeslab.register.import"]
            .with_user(user or self.chef)
            .create({"data": base64.b64encode(content), "filename": "r.csv", **values})
        )

    def test_mend_in_place_then_import(self):
        wizard = self.wizard(as_csv([person(1, contact="32/01/2023"), person(2)]))
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.error_count), ("check", 1))
        problem = wizard.problem_ids.filtered("is_error")
        self.assertEqual((problem.line, problem.column), (2, "Date de contact"))
        self.assertEqual(problem.value, "32/01/2023")
        problem.value = "12/01/2023"
        wizard.action_check()
        self.assertEqual(wizard.error_count, 0)
        self.assertIn("new people", wizard.summary)
        self.assertIn("Prénom2", wizard.preview)
        self.assertFalse(self.people())
        action = wizard.action_import()
        self.assertEqual(len(self.people()), 2)
        leads = self.env["crm.lead"].with_user(self.chef).search(action["domain"])
        self.assertEqual(leads, self.parcours())
        self.assertFalse(wizard.data)

    def test_a_long_import_tells_how_far_it_is(self):
        told = []
        patched = {
            self.env.registry["res.users"]: "_bus_send",
            citeslab_register_writer: "BATCH",
        }
        send = lambda _user, kind, message: told.append((kind, message))  # noqa: E731
        for (target, name), value in zip(patched.items(), (send, 2), strict=True):
            self.patch(target, name, value)
        wizard = self.wizard(as_csv([person(n) for n in range(1, 6)]))
        wizard.action_import()
        self.assertEqual({kind for kind, _message in told}, {"simple_notification"})
        shown = [message["message"].split()[0] for _kind, message in told]
        self.assertEqual(shown, ["2", "4"])
        self.assertEqual(len(self.people()), 5)

    def test_a_formula_is_mended_in_place(self):
        wizard = self.wizard(as_csv([person(1, last="=A1")]))
        wizard.action_check()
        problem = wizard.problem_ids
        self.assertEqual((problem.line, problem.column), (2, "Nom"))
        self.assertIn("formula", problem.message)
        problem.value = "LE GOFF"
        wizard.action_import()
        self.assertEqual(self.people().name, "LE GOFF Prénom1")

    def test_import_checks_again(self):
        wizard = self.wizard(as_csv([person(1, last="", first="")]))
        wizard.action_import()
        self.assertEqual(wizard.error_count, 1)
        self.assertFalse(self.people())

    def test_a_bad_file_says_why(self):
        wizard = self.wizard(b"%PDF-1.4")
        with self.assertRaises(UserError) as caught:
            wizard.action_check()
        self.assertIn("PDF", str(caught.exception))

    def test_markup_in_a_file_stays_text(self):
        evil = "<img src=x onerror=alert(1)>"
        wizard = self.wizard(as_csv([person(1, last=evil, area=evil)]))
        wizard.action_check()
        self.assertNotIn("<img", wizard.preview + (wizard.summary or ""))
        self.assertIn("&lt;img", wizard.preview)

    def test_a_file_belongs_to_who_uploaded_it(self):
        wizard = self.wizard(as_csv([person(1, contact="x")]))
        wizard.action_check()
        self.manager.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        for model, ids in (
            ("citeslab.register.import", wizard.ids),
            ("citeslab.register.import.problem", wizard.problem_ids.ids),
        ):
            foreign = self.env[model].with_user(self.manager).browse(ids)
            with self.assertRaises(AccessError):
                foreign.read()

    def test_headers_of_the_preview_are_those_of_the_file(self):
        wizard = self.wizard(as_csv([person(1)]))
        wizard.action_check()
        for header in HEADERS[:3]:
            self.assertIn(header, wizard.preview)
