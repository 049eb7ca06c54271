from odoo.tests import tagged

from .common import EventCase


@tagged("post_install", "-at_install")
class TestMergeWithEvents(EventCase):
    def setUp(self):
        super().setUp()
        self.kept = self.porteur("Awa Diallo")
        self.gone = self.porteur("Diallo Awa")
        self.merge = self.env["base.partner.merge.automatic.wizard"]._merge

    def _register(self, event, person, **values):
        return self.register(event, person.name, porteur_id=person.id, **values)

    def _of(self, event):
        return event.registration_ids.filtered("porteur_id")

    def test_nobody_is_left_twice_in_one_event(self):
        """Whoever came is kept, whichever file it was in."""
        cafe, other = self.event("cafe"), self.event("cafe", "2023-04-11")
        self._register(cafe, self.kept)
        came = self._register(cafe, self.gone, state="done")
        alone = self._register(other, self.gone)
        self.merge([self.kept.id, self.gone.id], self.kept)
        self.assertEqual(self._of(cafe), came)
        self.assertEqual((came.state, came.porteur_id), ("done", self.kept))
        self.assertEqual(self._of(other), alone)
        self.assertEqual(alone.porteur_id, self.kept)
        self.assertEqual(cafe.attendance_named, 1)

    def test_came_under_both_names_counts_once(self):
        cafe = self.event("cafe", headcount_total=2)
        self._register(cafe, self.kept, state="done")
        self._register(cafe, self.gone, state="done")
        self.merge([self.kept.id, self.gone.id], self.kept)
        self.assertEqual(len(self._of(cafe)), 1)
        self.assertEqual((cafe.attendance_named, cafe.attendance_total), (1, 2))
        touches = self.env["citeslab.touch"].search([("partner_id", "=", self.kept.id)])
        self.assertEqual(len(touches), 1)

    def test_a_witness_and_a_booth_are_kept_once(self):
        market = self.event("market")
        for model in ("citeslab.booth.request", "citeslab.event.witness"):
            for person in (self.kept, self.gone):
                self.env[model].create({"event_id": market.id, "partner_id": person.id})
        self.merge([self.kept.id, self.gone.id], self.kept)
        for model in ("citeslab.booth.request", "citeslab.event.witness"):
            rows = self.env[model].search([("event_id", "=", market.id)])
            self.assertEqual(rows.partner_id, self.kept)
            self.assertEqual(len(rows), 1)
