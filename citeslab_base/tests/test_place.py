from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CiteslabCase


@tagged("post_install", "-at_install", "citeslab_base")
class TestPlace(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Place = cls.env["citeslab.place"].with_user(cls.chef)
        cls.borne = Place.create({"name": "Borne de la médiathèque", "kind": "borne"})
        cls.bus = Place.create({"name": "Bus", "kind": "bus", "address": "Dépôt"})

    def test_S3_a_borne_is_a_place_and_a_channel(self):
        """S3: contacts from a borne appear under it and under its channel."""
        parcours = self.create_parcours(detection_place_id=self.borne.id)
        self.assertEqual(parcours.discovery_source_id, self.borne.discovery_source_id)
        self.assertEqual(parcours.discovery_source_id.code, "citeslab")
        self.assertEqual(self.borne.detected_count, 1)
        found = self.Lead.search(self.borne.action_open_detected()["domain"])
        self.assertEqual(found, parcours)

    def test_S3_the_first_contact_tells_where_a_person_was_detected(self):
        parcours = self.create_parcours()
        self.meet(parcours, "2023-03-01", kind="contact", place_id=self.borne.id)
        self.meet(parcours, "2023-03-08", place_id=self.bus.id)
        self.assertEqual(parcours.detection_place_id, self.borne)
        self.assertEqual(parcours.discovery_source_id.code, "citeslab")

    def test_a_typed_channel_stays(self):
        source = self.env.ref("citeslab_base.discovery_source_word_of_mouth")
        parcours = self.create_parcours(discovery_source_id=source.id)
        self.meet(parcours, "2023-03-01", kind="contact", place_id=self.borne.id)
        self.assertEqual(parcours.detection_place_id, self.borne)
        self.assertEqual(parcours.discovery_source_id, source)

    def test_a_moving_place_tells_where_it_stands(self):
        self.assertTrue(self.bus.is_moving)
        self.assertFalse(self.borne.is_moving)
        self.borne.address = "25 rue de Pontaniou"
        self.assertEqual(
            self.borne._label(), "Borne de la médiathèque, 25 rue de Pontaniou"
        )
        self.assertEqual(self.bus._label(), "Bus")
        self.assertEqual(self.bus._label("place de Bellevue"), "Bus, place de Bellevue")

    def test_a_place_proposes_its_quartier_to_an_action(self):
        area = self.env["citeslab.neighborhood"].create({"name": "Kérédern"})
        self.borne.neighborhood_id = area
        action = self.env["citeslab.action"].create(
            {
                "name": "Tenue de la borne",
                "kind_id": self.env.ref("citeslab_base.action_kind_market").id,
                "place_id": self.borne.id,
                "company_id": self.structure.id,
            }
        )
        self.assertEqual(action.neighborhood_id, area)
        self.assertEqual(action._place_label(), "Borne de la médiathèque")

    def test_the_address_of_the_host_is_proposed(self):
        host = self.env["res.partner"].create(
            {
                "name": "Médiathèque",
                "organization_kind": "other",
                "street": "25 rue de Pontaniou",
                "zip": "29200",
                "city": "Brest",
            }
        )
        self.borne.partner_id = host
        self.assertEqual(self.borne.address, "25 rue de Pontaniou, 29200 Brest")

    def test_a_place_stays_in_its_structure(self):
        parcours = self.create_parcours(user=self.other_chef)
        with self.assertRaises(UserError):
            self.meet(parcours.sudo(), "2023-03-01", place_id=self.borne.id)
        with self.assertRaises(AccessError):
            self.borne.with_user(self.other_chef).read(["name"])
        with self.assertRaises(AccessError):
            self.borne.with_user(self.volunteer).write({"name": "À moi"})
