from ast import literal_eval

from lxml import etree
from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CiteslabCase


@tagged("post_install", "-at_install", "citeslab_base")
class TestJournal(CiteslabCase):
    def action(self, name="Réunion", user=None, kind="partner_meeting", **values):
        kind = self.env.ref(f"citeslab_base.action_kind_{kind}")
        return (
            self.env["citeslab.action"]
            .with_user(user or self.chef)
            .create({"name": name, "kind_id": kind.id, **values})
        )

    def test_E10_month_and_year_sort_among_the_days(self):
        """E10: a month comes before its days, a year before its months."""
        made = [
            self.action("1er mars", date="2023-03-01"),
            self.action("12 mai", date="2023-05-12"),
            self.action("Mars", date="2023-03-18", date_precision="month"),
            self.action("Année", date="2023-07-20", date_precision="year"),
            self.action("Mai", date="2023-05-30", date_precision="month"),
            self.action("31 décembre 2022", date="2022-12-31"),
        ]
        found = self.env["citeslab.action"].search(
            [("id", "in", [one.id for one in made])]
        )
        self.assertEqual(
            found.mapped("name"),
            ["12 mai", "Mai", "1er mars", "Mars", "Année", "31 décembre 2022"],
        )

    def test_E10_dates_are_told_as_precisely_as_known(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        cases = (
            ({"date": "2023-05-12"}, "12/05/2023"),
            ({"date": "2023-05-12", "date_precision": "month"}, "mai 2023"),
            ({"date": "2023-05-12", "date_precision": "year"}, "2023"),
            (
                {
                    "date": "2023-05-12",
                    "date_end": "2023-09-02",
                    "date_precision": "month",
                },
                "mai 2023 – septembre 2023",
            ),
            ({"date": "2023-05-12", "date_end": "2023-05-12"}, "12/05/2023"),
        )
        for values, words in cases:
            action = self.action(**values).with_context(lang="fr_FR")
            self.assertEqual(action.date_label, words)

    def test_a_range_of_months_holds_them_whole(self):
        action = self.action(
            date="2023-05-12", date_end="2023-09-02", date_precision="month"
        )
        self.assertEqual(str(action.date), "2023-05-01")
        self.assertEqual(str(action.date_end), "2023-09-30")

    def test_repeat_the_last_one(self):
        """The journal is kept in seconds: same kind, place and organisations."""
        place = self.env["citeslab.place"].create(
            {"name": "Bus", "kind": "bus", "company_id": self.structure.id}
        )
        partner = self.env["res.partner"].create(
            {"name": "PLIE", "organization_kind": "integration"}
        )
        self.action("Ancienne", date="2023-01-10")
        last = self.action(
            "Permanence du bus",
            kind="bus",
            date="2023-02-01",
            date_precision="month",
            occurrences=2,
            duration=3.0,
            place_id=place.id,
            organization_ids=[Command.set(partner.ids)],
            headcount_ids=[Command.create({"count": 8})],
        )
        self.action("D'une autre", user=self.manager)
        opened = self.env["citeslab.action"].with_user(self.chef).action_repeat_last()
        again = self.env["citeslab.action"].browse(opened["res_id"])
        self.assertEqual(again.name, last.name)
        self.assertEqual((again.place_id, again.organization_ids), (place, partner))
        self.assertEqual((again.date_precision, again.occurrences), ("day", 1))
        self.assertEqual((again.mission_id, again.duration), (last.mission_id, 3.0))
        self.assertFalse(again.headcount_ids)
        self.assertGreater(again.date, last.date)

    def test_repeat_without_a_past_opens_an_empty_one(self):
        Action = self.env["citeslab.action"].with_user(self.other_chef)
        self.assertNotIn("res_id", Action.action_repeat_last())

    def test_repeat_last_is_called_as_the_button_of_the_list_does(self):
        last = self.action("Permanence")
        Action = self.env["citeslab.action"].with_user(self.chef)
        for ticked in ([], last.ids):
            opened = call_kw(Action, "action_repeat_last", [ticked], {})
            self.assertEqual(Action.browse(opened["res_id"]).name, "Permanence")

    def test_E3_partner_meetings_are_a_type_of_their_own(self):
        """E3: 24 meetings from 13 lines; no event, and in no event's count."""
        self.action(date="2023-01-01", date_precision="year", occurrences=12)
        for month in range(1, 13):
            self.action(date=f"2023-{month:02d}-10")
        self.action("Jury", kind="jury", date="2023-06-01")
        groups = self.env["citeslab.action"]._read_group(
            [("company_id", "=", self.structure.id)], ["kind_id"], ["occurrences:sum"]
        )
        meetings = {kind.code: times for kind, times in groups}
        self.assertEqual(meetings, {"partner_meeting": 24, "jury": 1})
        kinds = self.env["citeslab.action.kind"].search(
            [("is_partner_meeting", "=", True)]
        )
        self.assertEqual(kinds.mapped("code"), ["partner_meeting"])
        self.assertFalse(kinds.is_webinar or kinds.is_newsletter)
        self.assertFalse(self.filtered_by("external"))

    def test_S12_events_of_others_have_their_kind(self):
        """S12: a forum noted in the journal is found apart, in no count of ours."""
        forum = self.action("Forum Restart", kind="forum", date="2023-10-05")
        own = [
            self.action(kind.name, kind=kind.code, date="2023-10-06")
            for kind in self.env["citeslab.action.kind"].search(
                [("code", "in", ("partner_meeting", "jury", "market", "webinar"))]
            )
        ]
        self.assertEqual(len(own), 4)
        self.assertEqual(self.filtered_by("external"), forum)
        counted = ("is_partner_meeting", "is_newsletter", "is_webinar")
        self.assertFalse(any(forum.kind_id[name] for name in counted))

    def filtered_by(self, name):
        """Actions of the structure that a filter of the search view leaves."""
        view = self.env["citeslab.action"].get_view(
            self.env.ref("citeslab_base.citeslab_action_view_search").id, "search"
        )
        (found,) = etree.fromstring(view["arch"]).iterfind(f".//filter[@name='{name}']")
        domain = Domain(literal_eval(found.get("domain")))
        mine = Domain("company_id", "=", self.structure.id)
        return self.env["citeslab.action"].search(domain & mine)

    def test_share_of_qpv_follows_the_counts(self):
        qpv, other = self.env["citeslab.neighborhood"].create(
            [{"name": "Bellevue", "kind": "qpv"}, {"name": "Centre", "kind": "other"}]
        )
        action = self.action(kind="market", date="2023-05-12", qpv_share=40)
        self.assertEqual(action.qpv_share, 40)
        action.headcount_ids = [
            Command.create({"count": 6, "neighborhood_id": qpv.id}),
            Command.create({"count": 2, "neighborhood_id": other.id}),
            Command.create({"count": 9}),
        ]
        self.assertEqual(action.qpv_share, 75)

    def test_P3_time_by_mission_beside_the_shares_of_the_scheme(self):
        """P3: recorded hours against 30/30/30/10, whatever the period."""
        parcours = self.create_parcours()
        self.meet(parcours, "2023-05-10", duration=4)
        self.action(kind="market", date="2023-05-12", duration=4)
        self.action(date="2023-06-12", duration=1, occurrences=2)
        self.action("Un autre an", date="2022-06-12", duration=7)
        groups = (
            self.env["citeslab.mission.time"]
            .with_user(self.chef)
            ._read_group(
                [("date", ">=", "2023-01-01"), ("date", "<=", "2023-12-31")],
                ["series", "mission_id"],
                ["hours:sum"],
            )
        )
        hours = {
            (series, mission.code): round(value, 6) for series, mission, value in groups
        }
        self.assertEqual(
            hours,
            {
                ("actual", "preparation"): 4,
                ("actual", "prospecting"): 4,
                ("actual", "animation"): 2,
                ("target", "prospecting"): 3,
                ("target", "preparation"): 3,
                ("target", "animation"): 3,
                ("target", "referent"): 1,
            },
        )

    @mute_logger("odoo.sql_db")
    def test_E10_negative_duration_is_refused(self):
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.action(date="2023-05-12", duration=-1)

    def test_E10_one_time_lasts_no_longer_than_its_dates(self):
        """45 hours in a day are 45 minutes; three days, or a month, hold them."""
        with self.assertRaisesRegex(ValidationError, "45 hours.*“0:45”"):
            self.action(date="2023-05-12", duration=45)
        days = {"date": "2023-05-12", "date_end": "2023-05-14"}
        month = {"date": "2023-05-12", "date_precision": "month"}
        for told in (days, month):
            self.assertEqual(self.action(duration=45, **told).total_duration, 45)

    def test_E10_day_of_another_century_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "/1826, .*correct the year"):
            self.action(date="1826-05-12")

    def test_shares_are_dated_numbers_of_the_scheme(self):
        mission = self.env.ref("citeslab_base.mission_referent")
        self.assertEqual(mission.share, 10)
        self.assertIn("CDC §2", mission.source)
        number = self.env.ref("citeslab_base.parameter_mission_share_referent")
        number.valid_to = "2023-05-31"
        number.copy({"valid_from": "2023-06-01", "valid_to": False, "value": 20})
        for day in ("2023-05-12", "2023-06-12"):
            self.action(date=day, duration=10)
        groups = self.env["citeslab.mission.time"]._read_group(
            [
                ("mission_id", "=", mission.id),
                ("series", "=", "target"),
                ("company_id", "=", self.structure.id),
            ],
            ["date:month"],
            ["hours:sum"],
        )
        self.assertEqual([hours for _month, hours in groups], [1, 2])
