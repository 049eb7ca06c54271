from datetime import date

from odoo.tests import tagged

from .common import EventCase
from .counted import count_events

YEAR = (date(2023, 1, 1), date(2023, 12, 31))


@tagged("post_install", "-at_install", "citeslab_events")
class TestFigures(EventCase):
    def _figures(self, user=None):
        reader = self.acting(user or self.chef, "citeslab.fact.event")
        return count_events(reader.env, self.company_a, *YEAR)

    def _year(self):
        """10 ateliers, 4 rencontres, 4 cafés and 2 big events, a month apart."""
        for rank in range(10):
            self.event("workshop", f"2023-{rank + 1:02d}-10")
        for rank in range(4):
            self.event("meetup", f"2023-{rank + 1:02d}-12")
            self.event("cafe", f"2023-{rank + 1:02d}-17")
        self.event("major", "2023-03-30", headcount_total=60)
        self.event("major", "2023-11-23", headcount_total=15)

    def test_E1_18_ateliers(self):
        """E1: 18 = 10 + 4 + 4."""
        self._year()
        workshops = self._figures()["workshops"]
        self.assertEqual(workshops["value"], 18)
        self.assertEqual([item["value"] for item in workshops["items"]], [10, 4, 4])

    def test_E2_20_animations(self):
        """E2: 18 + 2 big events; over 60 people in one of them."""
        self._year()
        figures = self._figures()
        self.assertEqual(figures["animations"]["value"], 20)
        self.assertEqual(figures["event_attendance"]["value"], 75)

    def test_E3_partner_meetings_are_no_events(self):
        """E3: 24 meetings, of their own type."""
        self._year()
        kind = self.env.ref("citeslab_base.action_kind_partner_meeting")
        self.env["citeslab.action"].create(
            {
                "name": "Réunions",
                "kind_id": kind.id,
                "company_id": self.company_a.id,
                "date": "2023-06-01",
                "date_precision": "year",
                "occurrences": 24,
            }
        )
        figures = self._figures()
        self.assertEqual(figures["partner_meetings"]["value"], 24)
        self.assertEqual(figures["event_kind"]["value"], 20)

    def test_only_what_was_held_by_us_counts(self):
        self.event("cafe", "2023-03-10").kanban_state = "cancel"
        self.event("cafe", "2023-04-05", date_precision="month")
        self.event("cafe", **self.tomorrow())
        self.event("external", "2023-05-10")
        self.event("cafe", "2023-06-10", user=self.users["chef_b"])
        figures = self._figures()
        self.assertEqual(figures["event_kind"]["value"], 0)
        self.assertEqual(figures["external_events"]["value"], 1)

    def test_last_minute_of_the_year(self):
        self.event("cafe", "2023-12-31", 23.5, hours=0.25)
        self.event("cafe", "2024-01-01", 0.25, hours=0.25)
        self.assertEqual(self._figures()["workshops"]["value"], 1)

    def test_permanences_and_their_hours_without_the_rdv(self):
        permanence = self.event("permanence", "2023-03-14", 9, hours=3)
        registration = self.register(permanence, "Aïcha Benali", state="done")
        registration.sudo().interview_id.duration = 1.0
        figures = self._figures()
        self.assertEqual(figures["permanences"]["value"], 1)
        hours = {
            item["code"]: item["value"] for item in figures["mission_time"]["items"]
        }
        self.assertEqual(hours, {"prospecting": 2.0, "preparation": 1.0})

    def test_webinars_add_events_and_actions(self):
        self.event("webinar", "2023-03-14")
        self.env["citeslab.action"].create(
            {
                "name": "Webinaire",
                "kind_id": self.env.ref("citeslab_base.action_kind_webinar").id,
                "company_id": self.company_a.id,
                "date": "2023-06-01",
            }
        )
        self.assertEqual(self._figures()["webinars"]["value"], 2)

    def test_attendance_of_named_and_anonymous_people(self):
        event = self.event("cafe", "2023-03-14", headcount_total=10)
        for name in ("Anne", "Bakary"):
            person = self.porteur(name, residence="qpv")
            self.register(event, name, porteur_id=person.id, state="done")
        other = self.event("cafe", "2023-04-14")
        self.register(other, "Chloé", state="done")
        attendance = self._figures()["event_attendance"]
        self.assertEqual(attendance["value"], 11)
        self.assertEqual(attendance["named"], 3)
        self.assertEqual((attendance["qpv"], attendance["qpv_rate"]), (2, 100.0))

    def test_fact_and_form_agree(self):
        event = self.event("market", "2023-03-14", headcount_total=30)
        event.headcount_ids = [(0, 0, {"neighborhood_id": self.area.id, "count": 12})]
        person = self.porteur("Anne", neighborhood_id=self.area.id, residence="qpv")
        self.register(event, "Anne", porteur_id=person.id, state="done")
        fact = self.acting(self.chef, "citeslab.fact.event").browse(event.id)
        for one, other in (
            ("attendance", "attendance_total"),
            ("named", "attendance_named"),
            ("qpv_known", "qpv_known"),
            ("qpv_count", "qpv_count"),
        ):
            self.assertEqual(fact[one], event[other], one)

    def test_share_of_qpv_by_place(self):
        """CDC §1.1: a place outside a QPV justifies its impact on the residents."""
        place = self.acting(self.chef, "citeslab.place").create(
            {"name": "Médiathèque", "neighborhood_id": self.area.id}
        )
        for day, heads, inside in (("2023-03-14", 30, 30), ("2023-04-14", 10, 0)):
            event = self.event("market", day, place_id=place.id, headcount_total=heads)
            other = self.env["citeslab.neighborhood"].create(
                {"name": f"Centre {day}", "kind": "other"}
            )
            area = self.area if inside else other
            event.headcount_ids = [(0, 0, {"neighborhood_id": area.id, "count": heads})]
        facts = self.acting(self.chef, "citeslab.fact.event")
        mine = [("company_id", "=", self.company_a.id)]
        groups = facts._read_group(mine, ["place_id"], ["qpv_share:avg"])
        self.assertEqual(groups, [(place, 75.0)])
        by_event = facts.search(mine, order="date").mapped("qpv_share")
        self.assertEqual(by_event, [100.0, 0.0])

    def test_other_structure_reads_nothing(self):
        self._year()
        mine = [("company_id", "=", self.company_a.id)]
        facts = self.acting(self.chef, "citeslab.fact.event")
        self.assertEqual(facts.search_count(mine), 20)
        facts = self.acting(self.users["chef_b"], "citeslab.fact.event")
        self.assertFalse(facts.search(mine))
