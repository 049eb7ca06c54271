from lxml import etree

from odoo.tests import Form, TransactionCase, new_test_user, tagged

ROLES = ("volunteer", "chef", "manager")
REVENUE = (
    "expected_revenue",
    "prorated_revenue",
    "recurring_revenue",
    "probability",
    "automated_probability",
    "won_status",
)


@tagged("post_install", "-at_install")
class TestViews(TransactionCase):
    """Who opens what of the app, and what never shows in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.structure = cls.env["res.company"].create({"name": "Structure"})
        company = {
            "company_id": cls.structure.id,
            "company_ids": [(6, 0, cls.structure.ids)],
        }
        cls.users = {
            role: new_test_user(
                cls.env, f"v_{role}", f"citeslab_base.group_{role}", **company
            )
            for role in (*ROLES, "network")
        }
        cls.seller = new_test_user(
            cls.env, "v_seller", "sales_team.group_sale_manager", **company
        )
        cls.area = cls.env["citeslab.neighborhood"].create(
            {"name": "Les Tilleuls", "kind": "qpv", "company_id": cls.structure.id}
        )

    def _as(self, role, model):
        user = self.users[role]
        return self.env[model].with_user(user).with_company(self.structure)

    def _visible_actions(self, role):
        """Window actions that the menus of the app offer to a role."""
        menus = self.env["ir.ui.menu"].with_user(self.users[role])
        root = self.env.ref("citeslab_base.menu_root")
        visible = set(menus._visible_menu_ids())
        # a menu shows where all those above it do
        ours = (
            self.env["ir.ui.menu"]
            .browse(visible)
            .filtered(
                lambda menu: menu.action
                and menu.parent_path.startswith(f"{root.id}/")
                and visible.issuperset(map(int, menu.parent_path.split("/")[:-1]))
            )
        )
        return {menu.action for menu in ours}

    def test_every_menu_opens_for_its_role(self):
        for role in ROLES:
            actions = self._visible_actions(role)
            self.assertTrue(actions)
            for action in actions:
                self._open(role, action)

    def _open(self, role, action):
        """Load the views as the client does and read what the first one shows."""
        if action._name != "ir.actions.act_window":
            return
        model = self._as(role, action.res_model)
        views = [(view or False, kind) for view, kind in action.views]
        loaded = model.get_views([*views, (action.search_view_id.id, "search")])
        self.assertEqual(set(loaded["views"]), {*action.view_mode.split(","), "search"})
        shown = etree.fromstring(loaded["views"][views[0][1]]["arch"])
        names = set(shown.xpath("//field[not(ancestor::field)]/@name"))
        if action.target != "new":
            model.search_read([], list(names), limit=5)

    def test_volunteer_has_no_configuration(self):
        names = {
            action.res_model
            for action in self._visible_actions("volunteer")
            if action._name == "ir.actions.act_window"
        }
        self.assertNotIn("citeslab.territory", names)
        self.assertNotIn("citeslab.orientation", names)

    def test_network_has_no_screen_with_a_person(self):
        for action in self._visible_actions("network"):
            if action._name == "ir.actions.act_window":  # others show no record list
                self.assertNotIn("partner_id", self.env[action.res_model]._fields)

    def test_no_revenue_on_a_screen_of_parcours(self):
        action = self.env.ref("citeslab_base.crm_lead_action_parcours")
        views = self._as("chef", "crm.lead").get_views(action.views)["views"]
        for kind in ("kanban", "list", "form", "activity"):
            for name in REVENUE:
                self.assertNotIn(f'name="{name}"', views[kind]["arch"], kind)

    def test_no_measure_but_the_count(self):
        """Every stored number of the host is hidden from pivot and graph."""
        views = self._as("chef", "crm.lead").get_views(
            [
                (self.env.ref("citeslab_base.crm_lead_view_pivot").id, "pivot"),
                (self.env.ref("citeslab_base.crm_lead_view_graph").id, "graph"),
            ]
        )["views"]
        measures = {
            name
            for name, field in self.env["crm.lead"].fields_get().items()
            if field["type"] in ("integer", "float", "monetary")
            and field.get("store")
            and field.get("aggregator")
            and name != "id"
        }
        modules = {"crm", "citeslab_base", "mail", "phone_validation", "sales_team"}
        for name in measures:
            if self.env["crm.lead"]._fields[name]._module in modules:
                for kind in ("pivot", "graph"):
                    self.assertIn(f'name="{name}"', views[kind]["arch"])

    def test_default_view_is_ours_without_a_sales_role(self):
        ours = self._as("chef", "crm.lead").get_view(view_type="form")
        self.assertEqual(
            ours["id"], self.env.ref("citeslab_base.crm_lead_view_form").id
        )
        stock = self.env["crm.lead"].with_user(self.seller).get_view(view_type="form")
        self.assertEqual(stock["id"], self.env.ref("crm.crm_lead_view_form").id)

    def test_asked_view_wins(self):
        """The quick form of the kanban is asked for through the context."""
        quick = "citeslab_base.crm_lead_view_form_quick"
        leads = self._as("chef", "crm.lead").with_context(form_view_ref=quick)
        self.assertEqual(leads.get_view()["id"], self.env.ref(quick).id)

    def _welcome(self, role="chef", name="Élodie Martin"):
        leads = self._as(role, "crm.lead").with_context(
            default_is_parcours=True, citeslab_parcours=True
        )
        form = Form(leads, "citeslab_base.crm_lead_view_form_quick")
        form.contact_name = name
        form.person_neighborhood_id = self.area
        return form.save()

    def test_quick_form_welcomes_a_person(self):
        for role in ROLES:
            parcours = self._welcome(role)
            self.assertTrue(parcours.is_parcours)
            self.assertEqual(parcours.partner_id.name, "Élodie Martin")
            self.assertEqual(parcours.partner_id.neighborhood_id, self.area)
            self.assertEqual(parcours.neighborhood_id, self.area)
            self.assertEqual(parcours.phase, "detection")

    def test_person_is_typed_on_the_parcours(self):
        parcours = self._welcome()
        with Form(parcours, "citeslab_base.crm_lead_view_form") as form:
            form.person_gender = "female"
            form.person_birthdate = "1990-05-04"
            form.person_residence = "qpv"
            form.phone = "06 39 98 77 01"
        person = parcours.partner_id
        self.assertEqual(person.gender, "female")
        self.assertEqual(str(person.birthdate_date), "1990-05-04")
        self.assertEqual(parcours.residence, "qpv")
        self.assertEqual(person.phone, parcours.phone)

    def test_person_fields_are_hidden_from_others(self):
        fields = self.env["crm.lead"].with_user(self.seller).fields_get()
        self.assertFalse([name for name in fields if name.startswith("person_")])
        self.assertNotIn("porteur_search", fields)

    def test_search_without_accents_nor_order(self):
        parcours = self._welcome()
        leads = self._as("chef", "crm.lead")
        for typed in ("elodie", "MARTIN elo", parcours.reference):
            found = leads.search([("porteur_search", "ilike", typed)])
            self.assertIn(parcours, found, typed)
        self.assertFalse(leads.search([("porteur_search", "ilike", "elodie durand")]))

    def test_search_by_phone_whatever_its_spaces(self):
        parcours = self._welcome()
        people = self._as("chef", "res.partner")
        for stored in ("06 39 98 77 02", "+33 6.39.98.77.02"):
            parcours.partner_id.phone = stored
            found = people.search([("porteur_search", "ilike", "0639987702")])
            self.assertEqual(found, parcours.partner_id, stored)

    def test_logged_interview_opens_the_next_stage(self):
        parcours = self._welcome()
        form = Form(
            self._as("chef", "citeslab.interview.log").with_context(
                default_parcours_id=parcours.id
            )
        )
        form.target_public = "intentionniste"
        form.next_step = "Chiffrer le matériel"
        form.save().action_apply()
        self.assertEqual(parcours.phase, "interview")
        self.assertEqual(parcours.target_public, "intentionniste")
        self.assertEqual(len(parcours.situation_ids), 1)

    def test_new_situation_keeps_the_age(self):
        """A form that brings the gender does not lose the age."""
        parcours = self._welcome()
        parcours.partner_id.write({"gender": "female", "birthdate_date": "1990-05-04"})
        situation = self._as("chef", "citeslab.situation").create(
            {"parcours_id": parcours.id, "date": "2023-06-01"}
        )
        self.assertEqual(situation.age, 33)
        context = parcours.action_new_situation()["context"]
        form = Form(self._as("chef", "citeslab.situation").with_context(**context))
        self.assertEqual(form.gender, "female")
        self.assertGreaterEqual(form.age, 33)

    def test_parcours_and_porteur_open_on_their_own_forms(self):
        parcours = self._welcome()
        self.assertEqual(
            parcours.get_formview_id(),
            self.env.ref("citeslab_base.crm_lead_view_form").id,
        )
        self.assertEqual(
            parcours.partner_id.get_formview_id(),
            self.env.ref("citeslab_base.res_partner_view_form_porteur").id,
        )
        stock = self.env["res.partner"].create({"name": "Client"})
        self.assertFalse(stock.with_user(self.seller).get_formview_id())

    def test_calendar_names_the_person_to_those_who_read_him(self):
        parcours = self._welcome()
        interview = self._as("chef", "citeslab.interview").create(
            {"parcours_id": parcours.id, "date": "2023-06-01", "state": "done"}
        )
        self.assertNotIn("Martin", interview.display_name)
        named = interview.with_context(citeslab_names=True)
        self.assertEqual(named.display_name, "Élodie Martin")
        label = interview.with_user(self.seller).sudo()
        self.assertNotIn("Martin", label.with_context(citeslab_names=True).display_name)
