from datetime import date

from odoo.tests import HttpCase, tagged

from odoo.addons.citeslab_base.tools import ics

from .common import EventCase


class CalendarCase(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        place = cls.env["res.partner"].create({"name": "Médiathèque", "city": "Brest"})
        cls.inside = [
            cls.event("workshop", "2024-04-18", address_id=place.id, name="Premier"),
            cls.event("permanence", "2024-04-02", 9, name="Permanence d'avril"),
            cls.event("cafe", "2024-06-30", 21, name="Dernier jour"),
            cls.event("cafe", "2024-05-05", name="Sans jour", date_precision="month"),
        ]
        cls.outside = [
            cls.event("workshop", "2024-03-31", name="Veille"),
            cls.event("workshop", "2024-07-01", name="Lendemain"),
            cls.event("workshop", "2024-05-10", name="Annulé", kanban_state="cancel"),
            cls.event("workshop", "2024-05-11", name="Privé", in_calendar=False),
            cls.event("external", "2024-05-12", name="Forum d'ailleurs"),
            cls.event("cafe", "2024-05-14", user=cls.users["chef_b"], name="Chez B"),
        ]


@tagged("post_install", "-at_install", "citeslab_events")
class TestCalendar(CalendarCase):
    def _sheet(self):
        return self.acting(self.chef, "citeslab.calendar.print").create(
            {"year": 2024, "quarter": "2"}
        )

    def test_S7_everything_of_the_quarter_and_nothing_else(self):
        """S7: T2 lists every public event of 1 April to 30 June, none outside."""
        sheet = self._sheet()
        self.assertEqual(set(sheet._events().ids), {event.id for event in self.inside})
        self.assertEqual(sheet.event_count, 4)
        months = sheet._months()
        self.assertEqual([len(events) for _label, events in months], [2, 1, 1])

    def test_S7_printed(self):
        report = self.env["ir.actions.report"].with_user(self.chef)
        html = report._render_qweb_html(
            "citeslab_events.report_calendar", self._sheet().ids
        )[0].decode()
        for event in self.inside:
            self.assertIn(event.name.replace("'", "&#39;"), html)
        for event in self.outside:
            self.assertNotIn(event.name.replace("'", "&#39;"), html)
        self.assertIn("Médiathèque", html)

    def test_S7_a_permanence_is_one_line_with_its_every_date(self):
        """S7: six permanences a week still fit a sheet to pin up, none forgotten."""
        rule = self.acting(self.chef, "citeslab.permanence").create(
            {"name": "Permanence du mardi", "date_start": "2024-03-26", "hour_from": 16}
            | {"hour_to": 18}
        )
        rule._generate(date(2024, 3, 26), date(2024, 7, 2))
        self.env["res.lang"]._activate_lang("fr_FR")
        sheet = self._sheet().with_context(lang="fr_FR")
        self.assertEqual(sheet.event_count, 4 + 13)
        self.assertEqual([len(events) for _label, events in sheet._months()], [2, 1, 1])
        (line,) = sheet._permanences()
        self.assertEqual(line["when"], "mardi, 16:00 – 18:00")
        self.assertEqual(
            line["months"],
            ["2, 9, 16, 23, 30 avril", "7, 14, 21, 28 mai", "4, 11, 18, 25 juin"],
        )
        report = self.env["ir.actions.report"].with_user(self.chef)
        html = report._render_qweb_html("citeslab_events.report_calendar", sheet.ids)
        self.assertIn("16, 23, 30", html[0].decode())

    def test_sign_in_sheet(self):
        event = self.inside[0]
        self.company_a.citeslab_funders = "Bpifrance, Brest métropole"
        for name in ("Anne Le Gall", "Bakary Diallo"):
            self.register(event, name)
        self.register(event, "Annulée Absente").action_cancel()
        html = (
            self.env["ir.actions.report"]
            .with_user(self.chef)
            ._render_qweb_html("citeslab_events.report_attendance_sheet", event.ids)[0]
            .decode()
        )
        self.assertIn("Anne Le Gall", html)
        self.assertIn("Bpifrance, Brest métropole", html)
        self.assertNotIn("Annulée", html)
        self.assertLess(html.index("Anne Le Gall"), html.index("Bakary Diallo"))

    def test_market_list(self):
        market = self.event("market", **self.tomorrow(9))
        creator = self.porteur("Anne Bijoux")
        market.event_booth_ids[0].action_confirm(
            {"partner_id": creator.id, "trade": "Bijoux"}
        )
        html = (
            self.env["ir.actions.report"]
            .with_user(self.chef)
            ._render_qweb_html("citeslab_events.report_market_list", market.ids)[0]
            .decode()
        )
        self.assertIn("Anne Bijoux", html)
        self.assertIn("Bijoux", html)


@tagged("post_install", "-at_install", "citeslab_events")
class TestCalendarFeed(CalendarCase, HttpCase):
    def test_feed_names_nobody(self):
        soon = self.event("cafe", **self.tomorrow(), name="Café, bientôt; ici")
        self.register(soon, "Personne Secrète")
        path = self.company_a._citeslab_calendar_url().split("/citeslab/")[1]
        answer = self.url_open(f"/citeslab/{path}")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/calendar", answer.headers["Content-Type"])
        text = answer.content.decode()
        self.assertIn("SUMMARY:Café\\, bientôt\\; ici", text)
        self.assertNotIn("Secrète", text)
        self.assertNotIn("Chez B", text)
        self.assertEqual(text.count("BEGIN:VEVENT"), 1)

    def test_unknown_address_is_not_found(self):
        for token in ("x", "x" * 32, "x" * 24):
            answer = self.url_open(f"/citeslab/calendar/{token}.ics")
            self.assertEqual(answer.status_code, 404)


@tagged("post_install", "-at_install", "citeslab_events")
class TestIcs(EventCase):
    def test_lines_are_folded_inside_no_character(self):
        line = ics.fold("SUMMARY:" + "é" * 100)
        self.assertTrue(all(len(one.encode()) <= 75 for one in line.split("\r\n")))
        self.assertEqual(line.replace("\r\n ", ""), "SUMMARY:" + "é" * 100)
