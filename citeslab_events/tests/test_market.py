from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import EventCase


@tagged("post_install", "-at_install", "citeslab_events")
class TestMarket(EventCase):
    def _market(self, booths=2):
        market = self.event("market", **self.tomorrow(9), hours=6)
        market.event_booth_ids[booths:].unlink()
        return market

    def _ask(self, market, name, **values):
        creator = self.porteur(name)
        return self.acting(self.chef, "citeslab.booth.request").create(
            {"event_id": market.id, "partner_id": creator.id, **values}
        )

    def test_template_brings_booths(self):
        market = self.event("market", **self.tomorrow(9))
        self.assertEqual(len(market.event_booth_ids), 12)

    def test_a_market_is_filled_in_order(self):
        market = self._market(2)
        requests = [
            self._ask(market, name, trade=trade, sequence=rank)
            for rank, (name, trade) in enumerate(
                (("Anne", "Bijoux"), ("Bakary", "Beignets"), ("Chloé", "Savons"))
            )
        ]
        market.action_fill_market()
        self.assertEqual(
            [one.state for one in requests], ["placed", "placed", "waiting"]
        )
        self.assertEqual(requests[0].booth_id.trade, "Bijoux")
        self.assertEqual(market.waiting_count, 1)
        with self.assertRaisesRegex(UserError, "No booth is left"):
            requests[2].action_give_booth()
        requests[0].action_give_up()
        requests[2].action_give_booth()
        self.assertEqual(requests[2].booth_id, market.event_booth_ids[0])

    def test_a_request_deleted_frees_its_booth(self):
        market = self.event("market", **self.tomorrow(9))
        market.booth_request_ids = [
            (0, 0, {"partner_id": self.porteur("Anne Bijoux").id})
        ]
        market.action_fill_market()
        booth = market.booth_request_ids.booth_id
        self.assertEqual(booth.state, "unavailable")
        market.booth_request_ids.unlink()
        self.assertEqual(booth.state, "available")
        self.assertFalse(booth.partner_id or booth.contact_name)

    def test_booths_go_to_people_we_follow(self):
        market = self._market()
        stranger = self.env["res.partner"].create({"name": "Inconnu"})
        with self.assertRaisesRegex(ValidationError, "is not followed"):
            market.event_booth_ids[0].action_confirm({"partner_id": stranger.id})
        foreign = self.porteur("Ailleurs", self.company_b)
        with self.assertRaisesRegex(ValidationError, "is not followed"):
            market.event_booth_ids[0].sudo().action_confirm({"partner_id": foreign.id})

    def test_chatter_names_no_creator(self):
        market = self._market()
        before = market.message_ids
        self._ask(market, "Anne Secrète")
        market.action_fill_market()
        bodies = " ".join((market.message_ids - before).mapped("body"))
        self.assertNotIn("Secrète", bodies)

    def test_booth_of_the_host_is_as_before(self):
        host = self.env["event.event"].create(
            {"name": "Salon", "date_begin": "2023-01-10", "date_end": "2023-01-11"}
        )
        booth = self.env["event.booth"].create(
            {
                "event_id": host.id,
                "name": "A1",
                "booth_category_id": self.env.ref(
                    "event_booth.event_booth_category_standard"
                ).id,
            }
        )
        customer = self.env["res.partner"].create({"name": "Client du salon"})
        booth.action_confirm({"partner_id": customer.id})
        self.assertIn("Client du salon", host.message_ids[0].body)

    def test_S14_a_portrait_needs_a_consent(self):
        """S14: no portrait is published without a signed image consent."""
        witness = self.env["citeslab.event.witness"].create(
            {"event_id": self.event("meetup").id, "partner_id": self.porteur("Anne").id}
        )
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            witness.is_published = True
            self.env.flush_all()
