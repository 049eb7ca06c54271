from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import EventCase


@tagged("post_install", "-at_install", "citeslab_events")
class TestKinds(EventCase):
    def test_E4_template_brings_kind_seats_questions_and_mails(self):
        """E4: a chef prepares an atelier from its template, years on end."""
        template = self.env.ref("citeslab_events.event_type_workshop_finance")
        form = Form(self.acting(self.chef, "event.event"))
        form.name = "Financer son projet"
        form.event_type_id = template
        event = form.save()
        self.assertEqual(event.citeslab_kind_id, self.kinds["workshop"])
        self.assertEqual(event.company_id, self.company_a)
        self.assertTrue(event.is_own and event.in_calendar)
        self.assertEqual((event.seats_limited, event.seats_max), (True, 12))
        self.assertEqual(len(event.event_mail_ids), 2)
        self.assertEqual(len(event.question_ids), 5)
        self.assertEqual(event.work_hours, 2.0)
        self.assertEqual(event.mission_id.code, "animation")
        self.assertEqual(event.territory_id.company_id, self.company_a)

    def test_E4_five_templates_serve_every_year(self):
        """E4: mythes, questions, financer, micro-entreprise, café créateur."""
        templates = self.env["event.type"].browse(
            self.env.ref(f"citeslab_events.event_type_{name}").id
            for name in (
                "workshop_myths",
                "workshop_questions",
                "workshop_finance",
                "workshop_micro",
                "cafe",
            )
        )
        for rank, template in enumerate(templates):
            for year in (2023, 2024):
                event = self.event(
                    template.citeslab_kind_id.code,
                    f"{year}-0{rank + 1}-12",
                    event_type_id=template.id,
                )
                self.assertEqual(event.event_type_id, template)
                self.assertEqual(event.seats_max, template.seats_max)
                self.assertTrue(template.citeslab_text)
                self.assertIn(template.citeslab_text, event.share_text)

    def test_kind_brings_its_template(self):
        event = self.event("cafe")
        self.assertEqual(
            event.event_type_id, self.env.ref("citeslab_events.event_type_cafe")
        )
        self.assertEqual(event.date_tz, "Europe/Paris")

    def test_E6_month_only_is_flagged(self):
        """E6: "novembre" is a month, with the day to be set."""
        event = self.event("cafe", "2024-11-12", date_precision="month")
        self.assertEqual(str(event.citeslab_date), "2024-11-01")
        self.assertEqual(str(event.citeslab_date_end), "2024-11-30")
        self.assertIn("date to be set", event.with_context(lang="en_US").date_label)
        self.assertEqual(event._hours_label(), "")
        event.write(
            {
                "date_precision": "day",
                "date_begin": "2024-11-21 13:00:00",
                "date_end": "2024-11-21 15:00:00",
            }
        )
        self.assertEqual(str(event.citeslab_date), "2024-11-21")
        self.assertEqual(event._hours_label(), "14:00 – 16:00")

    def test_day_is_that_of_the_structure(self):
        """31 December at 23:30 in Paris is in that year, whoever reads it."""
        event = self.event("major", "2023-12-31", 23.5, hours=0.25)
        self.assertEqual(str(event.citeslab_date), "2023-12-31")
        self.company_a.partner_id.tz = "Indian/Reunion"
        late = self.event("major", "2023-12-31", 22.5, hours=0.25)
        self.assertEqual(str(late.citeslab_date), "2024-01-01")

    def test_S12_events_of_others_are_apart(self):
        """S12: a forum of a partner is no event of ours, in no count."""
        forum = self.event("external")
        self.assertFalse(forum.is_own)
        self.assertFalse(forum.in_calendar)
        self.register(forum, "Jeanne Invitée")
        self.assertFalse(forum.sudo().registration_ids.porteur_id)

    def test_P2_every_event_carries_a_mission(self):
        """P2: that of its kind, or the one told; never none."""
        for code, kind in self.kinds.items():
            event = self.event(code, "2024-03-14", date_precision="month")
            self.assertTrue(event.mission_id, code)
            self.assertEqual(event.mission_id, kind.mission_id)
        with self.assertRaisesRegex(ValidationError, "Which mission"):
            event.mission_id = False
        new = self.env["citeslab.event.kind"].create({"name": "Autre", "code": "other"})
        self.assertEqual(new.mission_id.code, "animation")

    def test_E9_same_day_warns(self):
        """E9: the 26/09 holds a café and a petit déjeuner."""
        cafe = self.event("cafe", "2024-09-26", 14)
        breakfast = self.event("breakfast", "2024-09-26", 9)
        self.assertIn(breakfast.name, cafe.collision_message)
        self.assertIn(cafe.name, breakfast.collision_message)
        other_day = self.event("breakfast", "2024-12-05", 9)
        self.assertFalse(other_day.collision_message)

    def test_E9_same_hours_of_one_person_are_refused(self):
        self.event("cafe", "2024-09-26", 14)
        with self.assertRaises(ValidationError) as refused:
            self.event("breakfast", "2024-09-26", 15)
        self.assertIn("already holds", str(refused.exception))
        after = self.event("breakfast", "2024-09-26", 16)
        self.assertTrue(after, "one event may start when the other ends")

    def test_cancelled_event_frees_the_hours(self):
        self.event("cafe", "2024-09-26", 14).kanban_state = "cancel"
        event = self.event("breakfast", "2024-09-26", 14)
        self.assertFalse(event.collision_message)

    def test_permanence_and_event_of_two_people_are_no_news(self):
        self.event("permanence", "2024-09-26", 14, user=self.users["manager_a"])
        self.assertFalse(self.event("cafe", "2024-09-26", 9).collision_message)

    def test_event_keeps_its_structure_once_it_has_people(self):
        event = self.event()
        self.register(event, "Malo Le Roux")
        with self.assertRaisesRegex(UserError, "has participants"):
            event.sudo().company_id = self.company_b
        with self.assertRaisesRegex(UserError, "has participants"):
            event.citeslab_kind_id = False

    def test_attendees_of_the_host_never_become_porteurs(self):
        host = self.env["event.event"].create(
            {"name": "Salon", "date_begin": "2023-01-10", "date_end": "2023-01-11"}
        )
        self.env["event.registration"].create({"event_id": host.id, "name": "Client"})
        with self.assertRaisesRegex(UserError, "attendees of the host"):
            host.write({"citeslab_kind_id": self.kinds["cafe"].id})

    def test_the_first_of_a_month_is_said_as_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        event = self.event("cafe", "2026-12-01").with_context(lang="fr_FR")
        self.assertEqual(event.date_label, "mardi 1er décembre 2026")

    def test_text_to_share(self):
        place = self.env["res.partner"].create({"name": "Médiathèque", "city": "Brest"})
        event = self.event(address_id=place.id)
        text = event.with_context(lang="en_US").share_text
        self.assertIn("Médiathèque, Brest", text)
        self.assertIn("14:00 – 16:00", text)
        self.assertIn(self.company_a.name, text)
