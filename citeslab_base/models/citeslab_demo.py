import csv
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import file_open

from ..tools.dates import DEFAULT_TIMEZONE, utc_moment
from ..tools.text import normalise

FOLDER = "citeslab_base/demo/"
# Share of the RDV of one year after the first: some come once, others five times.
FOLLOWING_RDV = (2, 0, 1, 3, 1, 0, 4, 2, 1, 0)
MODES = ("face", "face", "phone", "face", "visio")
PLACES = ("Bureau", "Maison de quartier", "Médiathèque des Capucins")
NEXT_STEPS = (
    "Chiffrer le matériel",
    "Rencontrer un banquier",
    "Écrire l'offre en une page",
    "Comparer les statuts",
    "Relire le prévisionnel",
    "Visiter un local",
)
# Oriented to and accepted by each programme in 2023, as the bilan of Brest prints.
PROMOTIONS = {
    "promotion_eiti_sato_2023": (6, 4),
    "promotion_determines_2023": (5, 2),
    "promotion_actives_2023": (5, 3),
    "promotion_cuisine_monde_2023": (4, 3),
}
REFUSALS = ("no_seat", "immature", "not_eligible")
# Days to answer and answer of the partners of today, the oldest orientation first;
# those that remain wait for one.
ANSWERS = (
    (12, {"state": "accepted", "news": "ongoing"}),
    (5, {"state": "refused", "reason": "other_network"}),
    (0, {"state": "no_answer"}),
    (3, {"state": "accepted", "news": "ongoing"}),
    (8, {"state": "accepted"}),
)
HOURS = (9, 14, 11, 16, 10, 15, 17)
HOLIDAYS = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}


class CiteslabDemo(models.AbstractModel):
    """Demonstration data that XML alone cannot say; called by ``demo/*.xml`` only.

    Nothing here draws lots: two databases get the same demo, and the RDV that are
    added move no figure of the years that the registers tell.
    """

    _name = "citeslab.demo"
    _description = "Demonstration Data"

    @api.model
    def _speak_french(self, modules):
        """The people of the demo read and write French.

        What a discussion tells is written once, in the language of that day: terms of
        an addon are otherwise loaded after its demo.
        """
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(modules, ["fr_FR"])

    @api.model
    def _set_timezones(self):
        """Count the days of the two structures in their own zone."""
        for name in ("company_brest", "company_quimper"):
            partner = self.env.ref(f"citeslab_base.{name}").partner_id
            partner.write({"tz": DEFAULT_TIMEZONE, "lang": "fr_FR"})

    @api.model
    def _import_registers(self, company_xmlid, user_xmlid, filenames):
        """Import the registers of a structure, as its chef would on screen."""
        company = self.env.ref(company_xmlid)
        engine = self._as(user_xmlid, company)["citeslab.register.engine"]
        for filename in filenames:
            with file_open(FOLDER + filename, "rb") as register:
                engine._apply(engine._plan(register.read(), company))

    @api.model
    def _as(self, user_xmlid, company):
        """Environment of a user of the demo, in French, without any mail."""
        user = self.env.ref(user_xmlid)
        context = {
            "lang": "fr_FR",
            "tz": DEFAULT_TIMEZONE,
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "mail_activity_quick_update": True,
            "allowed_company_ids": company.ids,
        }
        return self.env(user=user, context=context)

    # ------------------------------------------------------------
    # The years of the registers
    # ------------------------------------------------------------

    @api.model
    def _spread_interviews(self, company_xmlid, user_xmlid):
        """Add the RDV that follow the first one, within the year of each person."""
        company = self.env.ref(company_xmlid)
        rows = self.env["citeslab.register.row"].search(
            [("company_id", "=", company.id), ("interview_id", "!=", False)],
            order="date, id",
        )
        agenda, values = set(), []
        for rank, row in enumerate(rows):
            values += self._following_interviews(rank, row, agenda)
        self._as(user_xmlid, company)["citeslab.interview"].create(values)

    def _following_interviews(self, rank, row, agenda):
        first = row.interview_id.date
        new_year_eve = first.replace(month=12, day=31)
        last = min(row.outcome_id.date or new_year_eve, new_year_eve)
        count = FOLLOWING_RDV[rank % len(FOLLOWING_RDV)]
        step = (last - first).days // (count + 1)
        if step < 7:
            return []
        values = []
        for number in range(1, count + 1):
            day = first + timedelta(days=step * number)
            start = self._free_hour(day, last, row.company_id, agenda)
            if start:
                values.append(self._interview(row.parcours_id, start, rank + number))
        return values

    def _free_hour(self, day, last, company, agenda):
        """Next free hour of the chef on a working day, not after ``last``."""
        while day <= last:
            if self._is_working_day(day):
                turn = len(agenda) % len(HOURS)
                for hour in HOURS[turn:] + HOURS[:turn]:
                    if (day, hour) not in agenda:
                        agenda.add((day, hour))
                        return self._utc(day, hour, company)
            day += timedelta(days=1)
        return None

    def _is_working_day(self, day):
        return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS

    def _utc(self, day, hour, company):
        return utc_moment(datetime.combine(day, time(hour)), company)

    def _interview(self, parcours, start, rank, state="done"):
        mode = MODES[rank % len(MODES)]
        return {
            "parcours_id": parcours.id,
            "start": start,
            "duration": (1.0, 0.75, 1.0)[rank % 3],
            "state": state,
            "mode": mode,
            "place": PLACES[rank % len(PLACES)] if mode == "face" else False,
            "next_step": NEXT_STEPS[rank % len(NEXT_STEPS)],
        }

    @api.model
    def _fill_promotions(self, company_xmlid):
        """Orient people of 2023 to its programmes, some weeks after the first RDV."""
        company = self.env.ref(company_xmlid)
        Orientation = self.env["citeslab.orientation"]
        firsts = Orientation.search(
            [
                ("company_id", "=", company.id),
                ("family", "=", "creation"),
                ("is_first", "=", True),
                ("date", ">=", "2023-01-01"),
                ("date", "<=", "2023-10-31"),
            ],
            order="date, id",
        )
        people = iter(firsts.parcours_id)
        for name, (oriented, accepted) in PROMOTIONS.items():
            promotion = self.env.ref(f"citeslab_base.{name}")
            for rank in range(oriented):
                parcours = next(people)
                Orientation.create(
                    {
                        "parcours_id": parcours.id,
                        "promotion_id": promotion.id,
                        "family": "creation",
                        "date": parcours.first_interview_date + timedelta(days=28),
                        **self._programme_answer(rank, accepted),
                    }
                )
        self._enter_contest(list(people)[:2])

    def _programme_answer(self, rank, accepted):
        """What a programme says of one person: half of the accepted complete it."""
        if rank >= accepted:
            return {
                "state": "refused",
                "reason_id": self._entry("orientation_reason", REFUSALS[rank % 3]),
            }
        done = rank < accepted // 2
        return {
            "state": "accepted",
            "news": "finished" if done else False,
            "news_date": "2023-12-20" if done else False,
        }

    @api.model
    def _answer_orientations(self, company_xmlid, user_xmlid):
        """Partners with an address, people who agree, and answers of all kinds.

        No mail leaves: what the partners say is noted as the chef would.
        """
        company = self.env.ref(company_xmlid)
        env = self._as(user_xmlid, company)
        own = [("company_id", "=", company.id)]
        for partner in env["res.partner"].search(
            [*own, ("organization_kind", "!=", False), ("parent_id", "=", False)]
        ):
            slug = normalise(partner.name).replace(" ", "-")
            partner.email = f"{slug}@example.org"
        Orientation = env["citeslab.orientation"]
        orientations = Orientation.search(
            [*own, ("organization_id", "!=", False), ("date", ">=", "2024-01-01")],
            order="date, id",
        )
        self._agree(orientations)
        for orientation, (days, values) in zip(orientations, ANSWERS, strict=False):
            values = dict(values)
            if code := values.pop("reason", None):
                values["reason_id"] = self._entry("orientation_reason", code)
            answered = orientation.date + timedelta(days=days)
            if "news" in values:
                values["news_date"] = answered + timedelta(days=20)
            orientation.write({**values, "answer_date": days and answered})

    def _agree(self, orientations):
        """Each person agrees on paper to be put in touch with the organisation."""
        orientations.env["citeslab.consent"].create(
            [
                {
                    "partner_id": orientation.partner_id.id,
                    "purpose": "share",
                    "organization_id": orientation.organization_id.id,
                    "date": orientation.date,
                }
                for orientation in orientations
            ]
        )

    def _enter_contest(self, parcours):
        contest = self.env.ref("citeslab_base.contest_talents_cites")
        self.env["citeslab.contest.entry"].create(
            [
                {
                    "parcours_id": lead.id,
                    "contest_id": contest.id,
                    "edition": "2023",
                    "category": "Émergence",
                    "date": "2023-11-15",
                }
                for lead in parcours
            ]
        )

    # ------------------------------------------------------------
    # The people of today
    # ------------------------------------------------------------

    @api.model
    def _welcome_people(self, company_xmlid, user_xmlid, filename):
        """Bring in people met these last weeks: dates count from today."""
        company = self.env.ref(company_xmlid)
        with file_open(FOLDER + filename) as people:
            rows = list(csv.DictReader(people, delimiter=";"))
        agenda = set()
        for rank, row in enumerate(rows):
            author = "citeslab_base.user_volunteer" if row["Par"] else user_xmlid
            self._welcome(self._as(author, company), company, row, rank, agenda)

    def _welcome(self, env, company, row, rank, agenda):
        parcours = env["crm.lead"].create(self._parcours_values(company, row))
        parcours.partner_id.write(self._person_values(row))
        today = fields.Date.context_today(env["crm.lead"])
        rows = [self._contact(parcours, today, int(row["Contact"]))]
        for days in filter(None, row["RDV"].split(",")):
            day = today - timedelta(days=int(days))
            rows.append(
                self._interview(parcours, self._hour(day, company, agenda), rank)
            )
        if row["Prévu"]:
            day = today + timedelta(days=int(row["Prévu"]))
            start = self._free_hour(day, day + timedelta(days=7), company, agenda)
            rows.append(self._interview(parcours, start, rank, state="planned"))
        env["citeslab.interview"].create(rows)
        self._tell_the_rest(env, parcours, row, today)

    def _hour(self, day, company, agenda):
        """An hour of a past day: a day off moves it back, never to the future."""
        while not self._is_working_day(day):
            day -= timedelta(days=1)
        return self._free_hour(day, day, company, agenda)

    def _contact(self, parcours, today, days):
        return {
            "parcours_id": parcours.id,
            "kind": "contact",
            "state": "done",
            "date": today - timedelta(days=days),
            "mission_id": self.env.ref("citeslab_base.mission_prospecting").id,
        }

    def _parcours_values(self, company, row):
        return {
            "is_parcours": True,
            "company_id": company.id,
            "contact_name": row["Nom"],
            "name": row["Projet"],
            "phone": row["Téléphone"],
            "project_kind": "creation",
            "project_nature_id": self._entry("project_nature", row["Nature"]),
            "discovery_source_id": self._entry("discovery_source", row["Connu par"]),
        }

    def _person_values(self, row):
        return {
            "gender": row["Genre"] or False,
            "birthdate_date": row["Naissance"] or False,
            "residence": row["Résidence"] or False,
            "neighborhood_id": self.env.ref(f"citeslab_base.{row['Quartier']}").id,
            "phone": row["Téléphone"],
        }

    def _entry(self, model, code):
        return code and self.env.ref(f"citeslab_base.{model}_{code}").id

    def _tell_the_rest(self, env, parcours, row, today):
        """Photograph, orientation, outcome and next activity of a person."""
        self._complete_photograph(parcours.situation_ids, row)
        if row["Orientation"]:
            values = self._orientation_values(row, today)
            env["citeslab.orientation"].create({"parcours_id": parcours.id, **values})
        if row["Issue"]:
            values = self._outcome_values(row, today)
            env["citeslab.outcome"].create({"parcours_id": parcours.id, **values})
        if row["Étape"]:  # a chef moves the card further than the facts say
            parcours.stage_id = parcours._stages_by_phase()[row["Étape"]]
        if row["Activité"]:
            days, summary = row["Activité"].split(":")
            parcours.activity_schedule(
                "mail.mail_activity_data_call",
                today + timedelta(days=int(days)),
                summary,
                user_id=env.uid,
            )

    def _complete_photograph(self, photograph, row):
        photograph.write(
            {
                "target_public": row["Public"] or False,
                "employment_id": self._entry("employment", row["Situation"]),
                "education_id": self._entry("education", row["Formation"]),
            }
        )

    def _orientation_values(self, row, today):
        family, days = row["Orientation"].split(":")
        organization = row["Structure"]
        return {
            "family": family,
            "organization_id": self._entry("organization", organization),
            "date": today - timedelta(days=int(days)),
        }

    def _outcome_values(self, row, today):
        value, days, *reason = row["Issue"].split(":")
        return {
            "value": value,
            "date": today - timedelta(days=int(days)),
            "reason_id": self._entry("outcome_reason", "".join(reason)),
        }
