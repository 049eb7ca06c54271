from datetime import datetime, timedelta

from odoo import api, fields, models

# The year 2023 of the bilan: kind, day, hour, title, place.
YEAR_2023 = (
    ("workshop_myths", "2023-01-19", 14, "Créer : les idées reçues", "mediatheque"),
    ("workshop_questions", "2023-02-09", 14, "Les bonnes questions", "pontanezen"),
    ("workshop_finance", "2023-03-09", 14, "Financer son projet", "kerourien"),
    ("workshop_micro", "2023-04-06", 9, "La micro-entreprise", "bellevue"),
    ("workshop_myths", "2023-05-11", 14, "Créer : les idées reçues", "kerourien"),
    ("workshop_questions", "2023-06-08", 18, "Les bonnes questions", "mediatheque"),
    ("workshop_finance", "2023-07-06", 14, "Financer son projet", "pontanezen"),
    ("workshop_micro", "2023-09-14", 9, "La micro-entreprise", "mediatheque"),
    ("workshop_questions", "2023-10-12", 14, "Les bonnes questions", "bellevue"),
    ("workshop_finance", "2023-12-07", 14, "Financer son projet", "kerourien"),
    ("meetup", "2023-02-23", 18, "Rencontre : ils ont ouvert", "mediatheque"),
    ("meetup", "2023-05-25", 18, "Rencontre : créatrices", "pontanezen"),
    ("meetup", "2023-09-28", 18, "Rencontre : restauration", "bellevue"),
    ("meetup", "2023-11-30", 18, "Rencontre : services", "mediatheque"),
    ("cafe", "2023-03-16", 10, "Café créateurs", "kerourien"),
    ("cafe", "2023-06-15", 10, "Café créateurs", "pontanezen"),
    ("cafe", "2023-10-05", 10, "Café créateurs", "bellevue"),
    ("cafe", "2023-12-14", 10, "Café créateurs", "mediatheque"),
)
# "Over 60 people" and 15 people, as the bilan prints.
MAJOR_2023 = (
    ("2023-03-30", 9, "Matinée Femmes et entrepreneuriat", 60),
    ("2023-11-23", 18, "Soirée des trophées", 15),
)
# The quarterly calendars of 2024; the original prints the market of 13/12 twice.
PLAN_2024 = """\
15/02; Atelier thématique; Créer : les idées reçues; 14h
18/04; Atelier thématique; Les bonnes questions; 14h
13/06; Atelier thématique; Financer son projet; 14h
19/09; Atelier thématique; La micro-entreprise; 14h
07/11; Atelier thématique; Financer son projet; 14h
21/03; Café créateurs; ; 14h
30/05; Café créateurs; ; 14h
02/07; Café créateurs; ; 14h
26/09; Café créateurs; ; 14h
novembre; Café créateurs
29/02; Petit déjeuner; ; 9h
06/06; Petit déjeuner; ; 9h
26/09; Petit déjeuner; ; 9h
05/12; Petit déjeuner; ; 9h
29/05; Marché de créateurs; ; 10h
09/10; Marché de créateurs; ; 10h
13/12; Marché de créateurs; ; 10h
"""
TRADES = (
    ("Bijoux", "2 mètres"),
    ("Pâtisserie", "Électricité"),
    ("Couture", "2 mètres"),
    ("Savons", ""),
    ("Illustration", "Grilles"),
    ("Épicerie", "Électricité, 3 mètres"),
)


class CiteslabDemo(models.AbstractModel):
    """Events of the demo: nobody is registered who was not met that year."""

    _inherit = "citeslab.demo"

    @api.model
    def _events_env(self, company_xmlid, user_xmlid):
        company = self.env.ref(company_xmlid)
        return company, self._as(user_xmlid, company)

    @api.model
    def _hold_events_of_2023(self, company_xmlid, user_xmlid):
        """The 18 ateliers and 2 big events of 2023, with people met by then."""
        company, env = self._events_env(company_xmlid, user_xmlid)
        people = self._people_of_2023(company)
        for rank, (template, day, hour, title, place) in enumerate(YEAR_2023):
            event = self._demo_event(env, company, template, day, hour, title, place)
            self._fill_event(event, people, rank, 6 + rank % 5)
        organizations = env["res.partner"].search(
            [("organization_kind", "!=", False), ("company_id", "=", company.id)]
        )
        for rank, (day, hour, title, total) in enumerate(MAJOR_2023):
            event = self._demo_event(
                env, company, "major", day, hour, title, "mediatheque"
            )
            event.write(
                {
                    "headcount_total": total,
                    "organization_ids": [fields.Command.set(organizations.ids)],
                }
            )
            self._fill_event(event, people, 20 + rank, 10)

    def _people_of_2023(self, company):
        """Parcours whose contacts of 2023 are told by the register, by first day."""
        return self.env["crm.lead"].search(
            [
                ("is_parcours", "=", True),
                ("company_id", "=", company.id),
                ("first_contact_date", ">=", "2023-01-01"),
                ("first_contact_date", "<=", "2023-12-31"),
            ],
            order="first_contact_date, id",
        )

    def _demo_event(self, env, company, template, day, hour, title, place):
        kind_type = env.ref(f"citeslab_events.event_type_{template}")
        day = fields.Date.to_date(day)
        start = self._utc(day, hour, company)
        return env["event.event"].create(
            {
                "name": title,
                "event_type_id": kind_type.id,
                "citeslab_kind_id": kind_type.citeslab_kind_id.id,
                "company_id": company.id,
                "date_tz": "Europe/Paris",
                "date_begin": start,
                "date_end": start + timedelta(hours=kind_type.citeslab_duration),
                "place_id": env.ref(f"citeslab_base.place_{place}").id,
                "event_mail_ids": [fields.Command.clear()],
            }
        )

    def _fill_event(self, event, people, rank, count):
        """Register people already met; one in six did not come."""
        day = event.citeslab_date
        known = people.filtered(
            lambda lead: lead.first_contact_date <= day
            and not (lead.outcome_date and lead.outcome_date < day)
        )
        if not known:
            return
        chosen = [known[(rank * 7 + place * 5) % len(known)] for place in range(count)]
        partners = self.env["res.partner"].browse(
            dict.fromkeys(lead.partner_id.id for lead in chosen)
        )
        event.env["event.registration"].create(
            [
                {
                    "event_id": event.id,
                    "porteur_id": partner.id,
                    "state": "open" if place % 6 == 5 else "done",
                    "absence": "no_show" if place % 6 == 5 else False,
                }
                for place, partner in enumerate(partners)
            ]
        )

    @api.model
    def _plan_2024(self, company_xmlid, user_xmlid):
        """The plan of 2024, entered as the chef pastes it."""
        company, env = self._events_env(company_xmlid, user_xmlid)
        plan = env["citeslab.event.plan"].create(
            {"company_id": company.id, "year": 2024, "text": PLAN_2024}
        )
        plan._create_events().event_mail_ids.unlink()

    @api.model
    def _prepare_events_of_today(self, company_xmlid, user_xmlid):
        """Permanences, an atelier and a market to come: dates count from today."""
        company, env = self._events_env(company_xmlid, user_xmlid)
        today = fields.Date.context_today(env.user)
        for name in ("mediatheque", "bus"):
            rule = env.ref(f"citeslab_events.permanence_{name}")
            rule._generate(today + timedelta(days=1), today + timedelta(days=63))
        people = env["crm.lead"].search(
            [
                ("is_parcours", "=", True),
                ("company_id", "=", company.id),
                ("stage_id.phase", "not in", ("created", "closed")),
            ],
            order="first_contact_date desc, id desc",
            limit=14,
        )
        self._book_permanence(env, people[:3])
        self._register_next_events(env, company, people)
        self._ask_for_booths(env, company)

    def _next_working_day(self, days):
        day = datetime.now().date() + timedelta(days=days)
        while not self._is_working_day(day):
            day += timedelta(days=1)
        return day

    def _next_saturday(self, days):
        """A market is on a Saturday: never on the day of a permanence."""
        day = datetime.now().date() + timedelta(days=days)
        return day + timedelta(days=(5 - day.weekday()) % 7)

    def _book_permanence(self, env, people):
        rule = env.ref("citeslab_events.permanence_mediatheque")
        event = rule.event_ids.sorted("date_begin")[:1]
        env["event.registration"].create(
            [
                {
                    "event_id": event.id,
                    "event_slot_id": slot.id,
                    "porteur_id": lead.partner_id.id,
                }
                for slot, lead in zip(event.event_slot_ids, people, strict=False)
            ]
        )

    def _register_next_events(self, env, company, people):
        for rank, (template, days, hour, title, place) in enumerate(
            (
                ("workshop_finance", 9, 18, "Financer son projet", "pontanezen"),
                ("cafe", 16, 17, "Café créateurs", "kerourien"),
            )
        ):
            event = self._demo_event(
                env,
                company,
                template,
                self._next_working_day(days),
                hour,
                title,
                place,
            )
            env["event.registration"].create(
                [
                    {"event_id": event.id, "porteur_id": lead.partner_id.id}
                    for lead in people[rank * 5 : rank * 5 + 6]
                ]
            )

    def _ask_for_booths(self, env, company):
        """Creators of the structure share the booths of the next market."""
        market = self._demo_event(
            env,
            company,
            "market",
            self._next_saturday(30),
            10,
            "Marché de créateurs",
            "mediatheque",
        )
        market.event_booth_ids[len(TRADES) - 1 :].unlink()
        creators = env["crm.lead"].search(
            [
                ("is_parcours", "=", True),
                ("company_id", "=", company.id),
                ("outcome", "=", "created"),
            ],
            order="outcome_date desc, id",
            limit=len(TRADES),
        )
        env["citeslab.booth.request"].create(
            [
                {
                    "event_id": market.id,
                    "partner_id": lead.partner_id.id,
                    "trade": trade,
                    "needs": needs,
                    "sequence": rank,
                }
                for rank, (lead, (trade, needs)) in enumerate(
                    zip(creators, TRADES, strict=False)
                )
            ]
        )
        market.action_fill_market()
