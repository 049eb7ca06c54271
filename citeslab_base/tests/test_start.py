import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import CiteslabCase

NATIONAL = """code_qp,lib_qp,insee_com,lib_com
QN02907M,Pontanézen,29019,Brest
QN97401M,Le Chaudron,97411,Saint-Denis
"""


@tagged("post_install", "-at_install", "citeslab_base")
class TestStart(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["citeslab.territory"].search(
            [("company_id", "=", cls.structure.id)]
        ).unlink()
        cls.structure.city = "Brest"

    def wizard(self, user, **values):
        model = self.env["citeslab.start"].with_user(user)
        form = Form(model.with_company(self.structure))
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def open_app(self, user):
        action = self.env["res.company"].with_user(user).action_open_citeslab()
        return action.get("res_model") or action["tag"]

    def test_a_manager_is_offered_the_first_start_once(self):
        self.assertEqual(self.open_app(self.manager), "citeslab.start")
        self.assertEqual(self.open_app(self.chef), "crm.lead")
        self.assertEqual(self.open_app(self.volunteer), "citeslab_home")
        self.wizard(self.manager, territory_name="Brest").save().action_start()
        self.assertEqual(self.open_app(self.manager), "crm.lead")

    def test_a_new_structure_is_ready(self):
        """Who it is, its zone, territory, quartiers, chefs and mail sender."""
        listed = self.env["citeslab.neighborhood"].create(
            {"name": "Kérédern", "kind": "qpv", "population": 1210, "commune": "Brest"}
        )
        form = self.wizard(
            self.manager,
            name="Rives d'Emploi",
            city="Brest",
            email="citeslab@example.org",
            tz="Indian/Reunion",
            territory_name="Brest",
            neighborhood_text="Pontanézen; 2 623\n\nBellevue;7292\nkeredern",
        )
        with form.person_ids.new() as person:
            person.name = "Maëlle Kerjean"
            person.email = "maelle@example.org"
        with form.person_ids.new() as person:
            person.name = "Yann Volontaire"
            person.email = "yann@example.org"
            person.role = "group_volunteer"
        form.save().action_start()
        company = self.structure
        self.assertEqual(company.name, "Rives d'Emploi")
        self.assertEqual(company.email, "citeslab@example.org")
        self.assertEqual(company.partner_id.tz, "Indian/Reunion")
        territory = self.env["citeslab.territory"].search(
            [("company_id", "=", company.id)]
        )
        self.assertEqual(territory.name, "Brest")
        self.assertEqual(
            sorted(territory.neighborhood_ids.mapped("name")),
            ["Bellevue", "Kérédern", "Pontanézen"],
        )
        self.assertIn(listed, territory.neighborhood_ids)
        self.assertEqual(territory.population, 2623 + 7292 + 1210)
        invited = territory.chef_ids - self.manager
        self.assertEqual(invited.login, "maelle@example.org")
        self.assertTrue(invited.has_group("citeslab_base.group_chef"))
        self.assertEqual(invited.company_ids, company)
        volunteer = territory.volunteer_ids
        self.assertTrue(volunteer.has_group("citeslab_base.group_volunteer"))
        self.assertFalse(volunteer.has_group("citeslab_base.group_chef"))
        self.assertFalse(volunteer.has_group("base.group_system"))
        self.assertIn(self.manager, territory.chef_ids)
        parcours = self.create_parcours(user=invited)
        self.assertEqual(parcours.territory_id, territory)

    def test_a_second_start_completes_the_first(self):
        self.wizard(self.manager, territory_name="Brest").save().action_start()
        again = self.wizard(self.manager)
        self.assertEqual(again.territory_name, "Brest")
        again.neighborhood_text = "Pontanézen"
        again.save().action_start()
        territory = self.env["citeslab.territory"].search(
            [("company_id", "=", self.structure.id)]
        )
        self.assertEqual(len(territory), 1)
        self.assertEqual(territory.neighborhood_ids.name, "Pontanézen")

    def test_inhabitants_are_figures(self):
        form = self.wizard(
            self.manager, territory_name="Brest", neighborhood_text="A\nB; beaucoup"
        )
        with self.assertRaisesRegex(UserError, "line 2: “beaucoup”"):
            form.save().action_start()

    def test_a_known_address_is_told(self):
        form = self.wizard(self.manager, territory_name="Brest")
        with form.person_ids.new() as person:
            person.name = "Déjà là"
            person.email = self.chef.login
        with self.assertRaisesRegex(UserError, "already a user"):
            form.save().action_start()

    def test_a_structure_that_is_ready_opens_it_again_and_loses_nothing(self):
        """The form reads quartiers and chefs of the territory (the browser does so)."""
        form = self.wizard(
            self.manager,
            territory_name="Brest",
            neighborhood_text="Pontanézen; 2623\nBellevue; 7292",
            is_chef=False,
        )
        form.chef_ids.add(self.chef)
        form.save().action_start()
        territory = self.env["citeslab.territory"].search(
            [("company_id", "=", self.structure.id)]
        )
        told = (territory.neighborhood_ids, territory.chef_ids)
        self.assertEqual(len(told[0]), 2)
        again = self.wizard(self.manager)
        self.assertFalse(again.is_chef)
        again.save().action_start()
        self.assertEqual((territory.neighborhood_ids, territory.chef_ids), told)

    def test_an_administrator_prepares_a_new_structure(self):
        admin = self.users["admin"]
        form = self.wizard(
            admin, is_new=True, name="Nouvelle structure", territory_name="Quimper"
        )
        form.save().action_start()
        company = self.env["res.company"].search([("name", "=", "Nouvelle structure")])
        self.assertEqual(company.partner_id.tz, "Europe/Paris")
        territory = self.env["citeslab.territory"].search(
            [("company_id", "=", company.id)]
        )
        self.assertEqual(territory.chef_ids, admin)
        self.assertTrue(admin.has_group("citeslab_base.group_chef"))

    def test_only_a_manager_of_the_structure_starts_it(self):
        with self.assertRaises(AccessError):
            self.env["citeslab.start"].with_user(self.chef).create({})
        start = self.env["citeslab.start"].with_user(self.manager)
        foreign = start.create({"company_id": self.other.id, "name": "X"})
        with self.assertRaisesRegex(AccessError, "Only the manager"):
            foreign.action_start()
        beside = start.create({"is_new": True, "name": "X"})
        with self.assertRaisesRegex(AccessError, "Only the manager"):
            beside.action_start()

    def test_the_national_list_is_loaded_once(self):
        admin = self.users["admin"]
        Quartier = self.env["citeslab.neighborhood"].with_user(admin)
        known = self.env["citeslab.neighborhood"].search([("code", "=", "QN02907M")])
        added = Quartier._load_national_list(NATIONAL.encode())
        self.assertEqual(len(added | known), 2)
        self.assertFalse(Quartier._load_national_list(NATIONAL.encode()))
        by_code = {area.code: area for area in added | known}
        self.assertEqual(str(by_code["QN02907M"].valid_from), "2024-01-01")
        self.assertEqual(str(by_code["QN97401M"].valid_from), "2025-01-01")
        self.assertFalse(added.company_id)

    def test_a_wrong_list_is_told_by_line_and_column(self):
        Quartier = self.env["citeslab.neighborhood"]
        with self.assertRaisesRegex(UserError, "lacks the column code_qp"):
            Quartier._load_national_list(b"nom,ville\nA,B\n")
        with self.assertRaisesRegex(UserError, "line 3, column code_qp: “29”"):
            Quartier._load_national_list(NATIONAL.replace("QN97401M", "29").encode())
        with self.assertRaisesRegex(UserError, "UTF-8"):
            Quartier._load_national_list("é".encode("latin-1"))

    def test_the_file_reaches_the_list_through_the_form(self):
        start = self.env["citeslab.start"].with_user(self.users["admin"])
        start = start.with_company(self.structure).create(
            {
                "name": self.structure.name,
                "territory_name": "Brest",
                "neighborhood_file": base64.b64encode(NATIONAL.encode()),
                "neighborhood_text": "QN02907M",
            }
        )
        start.action_start()
        territory = self.env["citeslab.territory"].search(
            [("company_id", "=", self.structure.id)]
        )
        self.assertEqual(territory.neighborhood_ids.name, "Pontanézen")
        self.assertFalse(territory.neighborhood_ids.company_id)


@tagged("post_install", "-at_install", "citeslab_base")
class TestTerritoryRecords(CiteslabCase):
    def test_a_new_list_replaces_its_quartiers_for_today_only(self):
        """S13: the former quartier stays, so that past years keep their code."""
        former, new = self.env["citeslab.neighborhood"].create(
            [
                {
                    "name": "Pontanézen",
                    "vintage": 2015,
                    "valid_to": "2023-12-31",
                    "population": 3000,
                },
                {"name": "Pontanézen", "vintage": 2024, "population": 3500},
            ]
        )
        new.predecessor_ids = former
        self.territory.neighborhood_ids = former
        self.assertIn("Pontanézen (2015)", self.territory.outdated_message)
        self.territory.with_user(self.chef).action_follow_list()
        self.assertEqual(self.territory.neighborhood_ids, former | new)
        self.assertFalse(self.territory.outdated_message)
        self.assertEqual(self.territory.population, 3500)

    def test_the_diagnosis_holds_structures_contacts_and_places(self):
        """CDC §3.2: records that one calls, not only a text."""
        Partner = self.env["res.partner"].with_user(self.chef)
        centre = Partner.create(
            {
                "name": "Centre social",
                "organization_kind": "social_centre",
                "is_company": True,
                "company_id": self.structure.id,
                "child_ids": [(0, 0, {"name": "Awa Diallo", "phone": "0298000000"})],
            }
        )
        territory = self.territory.with_user(self.chef)
        territory.write(
            {
                "organization_ids": [(4, centre.id)],
                "place_ids": [(0, 0, {"name": "Borne", "kind": "borne"})],
                "transport": "<p>Tram A</p>",
            }
        )
        self.assertEqual(territory.organization_ids.child_ids.name, "Awa Diallo")
        self.assertEqual(territory.place_ids.company_id, self.structure)
