from datetime import date, datetime, timedelta

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.citeslab_events.tests.counted import count_events

from .engine_common import EngineCase

YEAR = (date(2023, 1, 1), date(2023, 12, 31))
PARAMS = {"date_from": "2023-01-01", "date_to": "2023-12-31"}


class AnimationCase(EngineCase):
    """Short ways to an event, its participants and a mailing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kinds = {
            kind.code: kind.id for kind in cls.env["citeslab.event.kind"].search([])
        }
        cls.structure.partner_id.tz = "Europe/Paris"

    def event(self, kind, day, hours=2, user=None, **values):
        user = user or self.chef
        day = datetime.combine(date.fromisoformat(day), datetime.min.time())
        start = day + timedelta(hours=9)
        return (
            self.env["event.event"]
            .with_user(user)
            .create(
                {
                    "name": f"{kind} {day}",
                    "company_id": user.company_id.id,
                    "citeslab_kind_id": self.kinds[kind],
                    "date_tz": "Europe/Paris",
                    "date_begin": start,
                    "date_end": start + timedelta(hours=hours),
                    "event_mail_ids": [Command.clear()],
                    **values,
                }
            )
        )

    def attend(self, event, parcours, state="done"):
        return event.env["event.registration"].create(
            {
                "event_id": event.id,
                "porteur_id": parcours.partner_id.id,
                "parcours_id": parcours.id,
                "state": state,
            }
        )

    def action(self, kind, day, **values):
        return self.env["citeslab.action"].create(
            {
                "name": kind,
                "company_id": self.structure.id,
                "kind_id": self.env.ref(f"citeslab_base.action_kind_{kind}").id,
                "date": day,
                "duration": 1.5,
                **values,
            }
        )

    def mailing(self, day, **values):
        return self.env["mailing.mailing"].create(
            {
                "subject": "Lettre",
                "mailing_model_id": self.env.ref("base.model_res_partner").id,
                "company_id": self.structure.id,
                "citeslab_purpose": "newsletter",
                "state": "done",
                "sent_date": f"{day} 10:00:00",
                **values,
            }
        )

    def hold_2023(self):
        """10 ateliers, 4 rencontres, 4 cafés, 2 big events of 60 and 15 people."""
        for rank in range(10):
            self.event("workshop", f"2023-{rank + 1:02d}-10")
        for rank in range(4):
            self.event("meetup", f"2023-{rank + 1:02d}-12")
            self.event("cafe", f"2023-{rank + 1:02d}-17")
        for day, heads in (("2023-03-30", 60), ("2023-11-23", 15)):
            self.event("major", day, headcount_total=heads)

    def open(self, code, item=None, user=None):
        """Records that a figure opens."""
        bilan = self.env["citeslab.bilan"].with_user(user or self.chef)
        company = bilan.env.user.company_id
        action = bilan.action_open_records(
            {**PARAMS, "company_id": company.id}, code, item
        )
        model = bilan.env[action["res_model"]].with_context(**action["context"])
        return model.search(action["domain"])


@tagged("post_install", "-at_install")
class TestAnimationFigures(AnimationCase):
    def test_e1_e2_18_ateliers_20_animations(self):
        """18 = 10 + 4 + 4; 20 = 18 + 2, apart from those of others."""
        self.hold_2023()
        self.event("external", "2023-05-10")
        matrix = self.matrix(*YEAR)
        rows = {"workshop": 10, "meetup": 4, "cafe": 4}
        self.assertEqual(matrix["workshops"].value, 18)
        self.assertEqual(self.items(matrix["workshops"]), rows)
        self.assertEqual(matrix["animations"].value, 20)
        self.assertEqual(matrix["event_kind"].value, 20)
        self.assertEqual(self.items(matrix["event_kind"]), {**rows, "major": 2})
        self.assertEqual(matrix["external_events"].value, 1)
        self.assertEqual(matrix["event_attendance"].value, 75)

    def test_S12_events_of_others_change_no_count_but_their_own(self):
        """S12: not even those of a kind that a structure ticked for every count."""
        self.hold_2023()
        self.event("webinar", "2023-06-02", hours=1)
        self.event("permanence", "2023-06-01", hours=3)
        person = self.new_parcours()
        before = self.told(self.matrix(*YEAR))
        forum = self.env["citeslab.event.kind"].create(
            {
                "name": "Forum d'un partenaire",
                "code": "forum_of_others",
                "is_external": True,
                "is_workshop": True,
                "is_animation": True,
                "is_webinar": True,
            }
        )
        self.kinds[forum.code] = forum.id
        for kind in ("external", forum.code):
            event = self.event(kind, "2023-10-05", headcount_total=200, user_id=False)
            self.attend(event, person)
        after = self.told(self.matrix(*YEAR))
        self.assertEqual(after.pop("external_events"), (2, {}))
        self.assertEqual(before.pop("external_events"), (0, {}))
        self.assertGreater(len(after), 20)
        self.assertEqual(after, before)

    def told(self, matrix):
        """Value and items of every figure of a bilan."""
        return {
            code: (figure.value or 0, self.items(figure))
            for code, figure in matrix.figures.items()
        }

    def test_E3_24_partner_meetings_are_no_events(self):
        """E3: their own type, in the partnerships; no event, no animation."""
        self.hold_2023()
        without = self.told(self.matrix(*YEAR))
        self.action("partner_meeting", "2023-01-01", occurrences=24)
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["partner_meetings"].value, 24)
        self.assertEqual(matrix["event_kind"].value, 20)
        for code in ("workshops", "animations", "event_kind", "event_attendance"):
            self.assertEqual(self.told(matrix)[code], without[code], code)
        codes = {s.code: s.figures for s in matrix.sections}
        self.assertIn("partner_meetings", codes["partnership"])
        self.assertIn("workshops", codes["animation"])

    def test_only_what_was_held_counts(self):
        self.event("cafe", "2023-03-10", kanban_state="cancel")
        self.event("cafe", "2023-04-05", date_precision="month")
        self.event("cafe", str(date.today() + timedelta(days=9)))
        self.event("cafe", "2023-06-10", user=self.other_chef)
        matrix = self.matrix(*YEAR)
        for code in ("animations", "event_kind", "workshops", "event_attendance"):
            self.assertEqual(matrix[code].status, "not_registered", code)
        theirs = self.matrix(*YEAR, company=self.other, user=self.other_chef)
        self.assertEqual(theirs["animations"].value, 1)

    def test_attendance_makes_met_and_nobody_accompanied(self):
        """An absence is no contact; people without a name are never added."""
        event = self.event("cafe", "2023-03-10", headcount_total=12)
        came, stayed = (self.new_parcours(name) for name in ("Anne Le Bras", "Bakary"))
        self.attend(event, came)
        self.attend(event, stayed, state="open")
        elsewhere = self.event("external", "2023-03-11")
        self.attend(elsewhere, stayed)
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["persons_met"].value, 1)
        self.assertEqual(matrix["persons_accompanied"].value, 0)
        attendance = matrix["event_attendance"]
        self.assertEqual(attendance.value, 12)
        rows = {item.code: item.extra for item in attendance.items}
        self.assertEqual(rows["cafe"], {"named": 1, "qpv_count": 0})
        self.assertEqual(self.open("persons_met").partner_id, came.partner_id)

    def test_a_webinar_counts_once_whatever_it_was_noted_as(self):
        self.event("webinar", "2023-03-10", hours=1)
        self.action("webinar", "2023-03-10")
        self.action("webinar", "2023-05-12")
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["webinars"].value, 2)
        self.assertEqual(self.items(matrix["mission_time"]), {"animation": 2.5})

    def test_a_series_of_webinars_is_not_the_event_of_its_first_day(self):
        self.event("webinar", "2023-03-10")
        self.action("webinar", "2023-03-10", occurrences=3)
        self.action("webinar", "2023-03-10", date_precision="month")
        self.assertEqual(self.figure("webinars", *YEAR).value, 5)

    def test_a_newsletter_counts_once_whatever_it_was_noted_as(self):
        self.mailing("2023-03-10")
        self.action("newsletter", "2023-03-10")
        self.action("newsletter", "2023-09-01")
        self.mailing("2023-06-10", state="in_queue", sent_date=False)
        self.mailing("2023-06-11", citeslab_purpose="invitation")
        self.mailing("2023-06-12", company_id=self.other.id)
        self.assertEqual(self.figure("newsletters", *YEAR).value, 2)

    def test_permanences_and_their_hours_without_the_rdv(self):
        permanence = self.event("permanence", "2023-03-14", hours=3)
        registration = self.attend(permanence, self.new_parcours())
        registration.sudo().interview_id.duration = 1.0
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["permanences"].value, 1)
        self.assertEqual(
            self.items(matrix["mission_time"]), {"prospecting": 2, "preparation": 1}
        )
        self.assertEqual(matrix["persons_accompanied"].value, 1)

    def test_S8_communication_has_a_type_a_date_and_a_count(self):
        """S8: flyers and posts beside 2 webinars and 4 newsletters."""
        for day in ("2023-02-01", "2023-05-02"):
            self.action("communication", day)
        self.action("communication", "2022-12-31")
        for day in ("2023-03-01", "2023-10-02"):
            self.action("webinar", day)
        for day in ("2023-01-15", "2023-04-15", "2023-07-15", "2023-10-15"):
            self.action("newsletter", day)
        matrix = self.matrix(*YEAR)
        counts = {
            code: matrix[code].value
            for code in ("communications", "webinars", "newsletters")
        }
        self.assertEqual(counts, {"communications": 2, "webinars": 2, "newsletters": 4})

    def test_S10_the_monthly_average_of_the_bus_is_printed(self):
        """S10: two permanences of the bus a month are told as such."""
        for month in range(1, 13):
            for day in (4, 18):
                self.event("bus", f"2023-{month:02d}-{day:02d}", hours=3)
        for day in ("2023-03-07", "2023-04-11", "2023-05-09"):
            self.event("permanence", day, hours=3)
        self.event("cafe", "2023-06-12")
        figure = self.matrix(*YEAR)["permanences"]
        self.assertEqual(figure.value, 27)
        (note,) = figure.notes
        bus = self.env.ref("citeslab_events.event_kind_bus").name
        permanence = self.env.ref("citeslab_events.event_kind_permanence").name
        self.assertRegex(note, rf"{bus} 2[.,]0")
        self.assertRegex(note, rf"{permanence} 0[.,]3")
        self.assertFalse(self.matrix(*YEAR)["event_kind"].notes)

    def test_the_bilan_agrees_with_the_events(self):
        """Same numbers as the events' own count, read another way."""
        self.hold_2023()
        self.event("permanence", "2023-06-01", hours=3)
        self.event("webinar", "2023-06-02", hours=1)
        self.action("webinar", "2023-06-20")
        self.mailing("2023-09-10")
        self.attend(self.event("cafe", "2023-10-02"), self.new_parcours())
        reader = self.env["citeslab.fact.event"].with_user(self.chef)
        figures = count_events(reader.env, self.structure, *YEAR)
        matrix = self.matrix(*YEAR)
        shared = set(figures) & set(matrix.figures)
        self.assertGreaterEqual(len(shared), 9)
        for code in shared:
            told = figures[code]
            if not told["value"]:
                self.assertEqual(matrix[code].status, "not_registered", code)
                continue
            self.assertEqual(matrix[code].value, told["value"], code)
            if matrix[code].items:
                rows = {row["code"]: row["value"] for row in told["items"]}
                self.assertEqual(
                    self.items(matrix[code]), {k: v for k, v in rows.items() if v}, code
                )

    def test_every_figure_opens_its_events(self):
        self.hold_2023()
        self.event("external", "2023-05-10")
        matrix = self.matrix(*YEAR)
        for code in ("animations", "workshops", "event_kind", "external_events"):
            records = self.open(code)
            self.assertEqual(records._name, "event.event")
            self.assertEqual(len(records), matrix[code].value, code)
            for item in matrix[code].items:
                if item.value:
                    self.assertEqual(len(self.open(code, item.code)), item.value)
        self.assertEqual(len(self.open("event_attendance")), 2)

    def test_year_before_beside(self):
        self.event("cafe", "2022-03-10")
        self.event("cafe", "2023-03-10")
        self.event("workshop", "2023-03-11")
        workshops = self.figure("workshops", *YEAR)
        self.assertEqual((workshops.value, workshops.previous), (2, 1))
        self.assertEqual(self.items(workshops, "previous"), {"cafe": 1})
