"""The rules of the bilan written a second time, over plain Python histories.

It shares nothing with the engine: loops over dicts and lists, no SQL, no ORM. A
history is what a generator drew; rows keep the order in which they are created.
"""

import calendar
from datetime import date, datetime, time
from fractions import Fraction

UNKNOWN = "unknown"
BEST_OUTCOMES = (
    "created",
    "consolidated",
    "redirected",
    "ongoing",
    "lost",
    "abandoned",
)
BANDS = ((17, "under_18"), (25, "18_25"), (35, "26_35"), (45, "36_45"), (55, "46_55"))

# Counted by row rather than by person.
ACTIVITY = {
    "orientations",
    "orientation_organization",
    "programs",
    "contest_entries",
    "mission_time",
    "partner_meetings",
    "newsletters",
    "webinars",
}
# Counted by event.
EVENTS = {
    "animations",
    "event_kind",
    "workshops",
    "event_attendance",
    "permanences",
    "external_events",
}
WORKSHOPS = ("workshop", "cafe")
ANIMATIONS = (*WORKSHOPS, "major")
EVENT_MISSIONS = {"permanence": "prospecting"}


def year_before(first, last):
    """The same days one year before; more years for a longer period."""
    years = max(1, -(-(last - first).days // 366))
    return back(first, years), back(last, years, keep_end=True)


def back(day, years, keep_end=False):
    """``day`` some years earlier; an end of month stays one if ``keep_end``."""
    year = day.year - years
    end = calendar.monthrange(year, day.month)[1]
    was_end = day.day == calendar.monthrange(day.year, day.month)[1]
    if keep_end and was_end:
        return date(year, day.month, end)
    return date(year, day.month, min(day.day, end))


def band(age):
    """Age band of an age, 0 or ``None`` being unknown."""
    if not age:
        return UNKNOWN
    return next((code for limit, code in BANDS if age <= limit), "56_plus")


def one_decimal(part, whole):
    """Rate as a reader computes it: one decimal, halves up."""
    if not whole:
        return None
    return float(Fraction(part * 1000, whole) + Fraction(1, 2)) // 1 / 10


class Count:
    """Figures of one structure over one period, by walking through its people."""

    def __init__(self, history, company, first, last, **options):
        self.first, self.last = first, last
        self.minimum = options.get("minimum", 0)
        self.territory = options.get("territory")
        self.areas = options.get("areas") or ()
        self.communes = options.get("communes") or ()
        self.area_communes = history["communes"]
        self.people = [p for p in history["people"] if p["company"] == company]
        self.actions = [a for a in history["actions"] if a["company"] == company]
        self.events = [
            e
            for e in history["events"]
            if e["company"] == company and not e["cancelled"]
        ]

    # Rows of a person

    def inside(self, day):
        return self.first <= day <= self.last

    def rows(self, person, kind):
        return [row for parcours in person["parcours"] for row in parcours[kind]]

    def touches(self, person):
        """Done exchanges, in order of day, hour and entry."""
        done = [row for row in self.rows(person, "interviews") if row["done"]]
        return sorted(done + self.attendances(person), key=self.moment)

    @staticmethod
    def attendances(person):
        """Where somebody came by name: at an event of the structure's own."""
        return [
            {**event, "parcours": parcours}
            for event, parcours in person["attended"]
            if event["kind"] != "external"
        ]

    @staticmethod
    def moment(row):
        latest = row["date"], row["start"] or datetime.combine(date.max, time())
        return (*latest, row["rank"])

    def interviews(self, person):
        return [
            row
            for row in self.touches(person)
            if row["kind"] == "interview"
            and round(row["duration"] * 60) >= self.minimum
        ]

    def parcours_of(self, person, wanted, kind):
        if "parcours" in wanted:
            return wanted["parcours"]
        for parcours in person["parcours"]:
            if any(row is wanted for row in parcours[kind]):
                return parcours
        raise LookupError

    # What is counted of a person

    def anchor(self, person):
        """Row from which the photograph is taken: interview, contact, creation."""
        for rows, kind in (
            (self.interviews(person), "interviews"),
            (self.touches(person), "interviews"),
            (self.creations(person), "outcomes"),
        ):
            inside = [row for row in rows if self.inside(row["date"])]
            if inside:
                return inside[0], self.parcours_of(person, inside[0], kind)
        return None, None

    def creations(self, person):
        created = [r for r in self.rows(person, "outcomes") if r["value"] == "created"]
        return sorted(created, key=lambda row: (row["date"], row["rank"]))

    def latest(self, parcours, day):
        """Photograph in force on a day."""
        shots = [s for s in parcours["situations"] if s["date"] <= day]
        return max(shots, key=lambda s: (s["date"], s["rank"]), default={})

    def entry(self, parcours):
        """First photograph that tells the public or the situation, else the first."""
        shots = sorted(parcours["situations"], key=lambda s: (s["date"], s["rank"]))
        told = [s for s in shots if s.get("public") or s.get("employment")]
        return (told or shots or [{}])[0]

    def describe(self, person):
        """Every column of a person, or ``None`` when the period holds nothing."""
        row, parcours = self.anchor(person)
        if row is None:
            return None
        photo = self.latest(parcours, row["date"])
        if self.is_filtered_out(parcours, photo):
            return None
        entry = self.entry(parcours)
        now = self.latest(parcours, self.last)
        passage = entry.get("public"), now.get("public")
        inside = [i for i in self.interviews(person) if self.inside(i["date"])]
        started = self.interviews(person)[:1]
        return {
            "met": any(self.inside(t["date"]) for t in self.touches(person)),
            "accompanied": bool(inside),
            "new": bool(inside) and self.inside(started[0]["date"]),
            "oriented": bool(inside)
            and any(self.inside(o["date"]) for o in self.rows(person, "orientations")),
            "gender": photo.get("gender") or UNKNOWN,
            "age_band": band(photo.get("age")),
            "residence": photo.get("residence") or UNKNOWN,
            "neighborhood": photo.get("area") or UNKNOWN,
            "target_public": photo.get("public") or UNKNOWN,
            "education": photo.get("education") or UNKNOWN,
            "employment": entry.get("employment") or UNKNOWN,
            "jobseeker": photo.get("jobseeker", False),
            "project_nature": parcours["nature"] or UNKNOWN,
            "progress": "_".join(passage) if all(passage) else UNKNOWN,
            "outcome": self.outcome(person),
            "first_orientation": self.first_orientation(person),
            "creations": len(
                {
                    id(self.parcours_of(person, row, "outcomes"))
                    for row in self.creations(person)
                    if self.inside(row["date"])
                }
            ),
            **self.origin(person),
        }

    def is_filtered_out(self, parcours, photo):
        area = photo.get("area")
        return (
            (self.territory and parcours["territory"] != self.territory)
            or (self.areas and area not in self.areas)
            or (self.communes and self.area_communes.get(area) not in self.communes)
        )

    def origin(self, person):
        """Known through and prescriber: those of the first parcours ever."""
        firsts = [
            (row["date"], rank)
            for rank, parcours in enumerate(person["parcours"])
            for row in [
                *(row for row in parcours["interviews"] if row["done"]),
                *(a for a in self.attendances(person) if a["parcours"] is parcours),
            ]
        ]
        if not firsts:
            return {"discovery_source": UNKNOWN, "prescriber": UNKNOWN}
        parcours = person["parcours"][min(firsts)[1]]
        return {
            "discovery_source": parcours["source"] or UNKNOWN,
            "prescriber": parcours["prescriber"] or UNKNOWN,
        }

    def outcome(self, person):
        """Best of the last outcomes of the period, parcours by parcours."""
        told = []
        for parcours in person["parcours"]:
            inside = [r for r in parcours["outcomes"] if self.inside(r["date"])]
            if inside:
                last = max(inside, key=lambda row: (row["date"], row["rank"]))
                told.append(last["value"])
        return min(told, key=BEST_OUTCOMES.index, default=UNKNOWN)

    def first_orientation(self, person):
        """Orientation from the first done interview ever on, before the second."""
        met = [row for row in self.touches(person) if row["kind"] == "interview"]
        if not met:
            return UNKNOWN
        one, two = met[0]["date"], met[1]["date"] if len(met) > 1 else None
        after = [
            row
            for row in self.rows(person, "orientations")
            if row["date"] == one
            or (row["date"] > one and (two is None or row["date"] < two))
        ]
        first = min(after, key=lambda row: (row["date"], row["rank"]), default=None)
        return first["family"] if first else UNKNOWN

    # Figures

    def figures(self):
        """``{code: (value, {item: value})}`` of every figure that base feeds."""
        found = [self.describe(person) for person in self.people]
        people = [person for person in found if person]
        accompanied = [person for person in people if person["accompanied"]]
        oriented = [person for person in accompanied if person["oriented"]]
        figures = {
            "persons_met": (sum(p["met"] for p in people), {}),
            "persons_accompanied": (len(accompanied), {}),
            "persons_new": (sum(p["new"] for p in accompanied), {}),
            "persons_continuing": (sum(not p["new"] for p in accompanied), {}),
            "persons_oriented": (len(oriented), {}),
            "objective": self.spread(oriented, "residence"),
            "jobseekers": (sum(p["jobseeker"] for p in accompanied), {}),
            "creations": (sum(p["creations"] for p in people), {}),
            "qpv_rate": (self.share(accompanied, "qpv"), {}),
            "qpv_and_near_rate": (self.share(accompanied, "qpv", "near"), {}),
        }
        for code in (
            "gender",
            "age_band",
            "residence",
            "neighborhood",
            "target_public",
            "education",
            "employment",
            "project_nature",
            "discovery_source",
            "prescriber",
            "first_orientation",
            "outcome",
            "progress",
        ):
            figures[code] = self.spread(accompanied, code)
        return figures | self.activity()

    @staticmethod
    def spread(people, code):
        items = {}
        for person in people:
            items[person[code]] = items.get(person[code], 0) + 1
        return len(people), items

    @staticmethod
    def share(people, *residences):
        inside = sum(person["residence"] in residences for person in people)
        return one_decimal(inside, len(people))

    def dated(self, kind):
        """Rows of the parcours of the territory, dated in the period."""
        return [
            row
            for person in self.people
            for parcours in person["parcours"]
            if not self.territory or parcours["territory"] == self.territory
            for row in parcours[kind]
            if self.inside(row["date"])
        ]

    def activity(self):
        """What is counted by row rather than by person."""
        orientations = self.dated("orientations")
        programs = [row for row in orientations if row["program"]]
        entries = [row for row in self.dated("contests") if row["state"] != "withdrawn"]
        actions = [
            row
            for row in self.actions
            if self.inside(row["date"])
            and (not self.territory or row["territory"] == self.territory)
            and not self.is_told_by_an_event(row)
        ]
        events = [
            row
            for row in self.events
            if self.inside(row["date"])
            and (not self.territory or row["territory"] == self.territory)
        ]
        own = [row for row in events if row["kind"] != "external"]
        figures = {
            "orientations": self.tally(orientations, "family"),
            "orientation_organization": self.tally(orientations, "organization"),
            "programs": self.tally(programs, "program"),
            "contest_entries": self.tally(entries, "contest"),
            "mission_time": self.mission_time(actions, own),
            **self.animation(own),
            "external_events": (len(events) - len(own), {}),
        }
        for code, kind in (
            ("partner_meetings", "partner_meeting"),
            ("newsletters", "newsletter"),
            ("webinars", "webinar"),
        ):
            times = [row["times"] for row in actions if row["kind"] == kind]
            figures[code] = (sum(times), {})
        webinars = sum(row["kind"] == "webinar" for row in own)
        figures["webinars"] = (figures["webinars"][0] + webinars, {})
        return figures

    def is_told_by_an_event(self, action):
        """A webinar noted once as an action, and as an event of the same day."""
        if action["kind"] != "webinar" or action["times"] > 1:
            return False
        return any(
            row["kind"] == "webinar" and row["date"] == action["date"]
            for row in self.events
        )

    def animation(self, own):
        """Events of the structure, and who came to them."""
        workshops = [row for row in own if row["kind"] in WORKSHOPS]
        turnout = {}
        for row in own:
            people = max(row["heads"], self.present(row))
            turnout[row["kind"]] = turnout.get(row["kind"], 0) + people
        return {
            "event_kind": self.tally(own, "kind"),
            "workshops": self.tally(workshops, "kind"),
            "animations": (sum(row["kind"] in ANIMATIONS for row in own), {}),
            "permanences": (sum(row["kind"] == "permanence" for row in own), {}),
            "event_attendance": (sum(turnout.values()), turnout),
        }

    def present(self, event):
        """People who came by name to an event."""
        return sum(
            seen is event for person in self.people for seen, _p in person["attended"]
        )

    @staticmethod
    def tally(rows, key):
        items = {}
        for row in rows:
            code = row[key] or UNKNOWN
            items[code] = items.get(code, 0) + 1
        return len(rows), items

    def mission_time(self, actions, own):
        """Hours by mission: done exchanges, actions and events with a duration."""
        spent = [
            (row["mission"], row["duration"])
            for row in self.dated("interviews")
            if row["done"] and row["duration"]
        ]
        spent += [
            (row["mission"], row["duration"] * row["times"])
            for row in actions
            if row["duration"]
        ]
        spent += [
            (EVENT_MISSIONS.get(row["kind"], "animation"), row["hours"]) for row in own
        ]
        items = {}
        for mission, hours in spent:
            code = mission or UNKNOWN
            items[code] = items.get(code, 0) + hours
        return sum(hours for _mission, hours in spent), items

    def knows(self, code):
        """Whether the structure registered anything of the kind in the period.

        Filters do not count: nobody from a quartier is zero, not unknown.
        """
        if code in EVENTS:
            return any(self.inside(row["date"]) for row in self.events)
        if code in ACTIVITY:
            dated = [row for row in self.actions if self.inside(row["date"])]
            dated += [
                row
                for row in self.events
                if self.inside(row["date"]) and row["kind"] != "external"
            ]
            for person in self.people:
                dated += self.activity_rows(person)
            return bool(dated)
        return any(self.anchor(person)[0] for person in self.people)

    def told_codes(self, figures, optional):
        """Figures of a year before that are known.

        A nought of an optional one is, where another of its kind is more than that;
        hours do not speak for others.
        """
        spoken = {
            code in EVENTS
            for code in optional
            if code != "mission_time" and code in figures and figures[code][0]
        }
        return [
            code
            for code in figures
            if self.knows(code)
            and (code not in optional or figures[code][0] or (code in EVENTS) in spoken)
        ]

    def activity_rows(self, person):
        rows = [
            *(t for t in self.touches(person) if "parcours" not in t),
            *self.rows(person, "orientations"),
            *(r for r in self.rows(person, "contests") if r["state"] != "withdrawn"),
        ]
        return [row for row in rows if self.inside(row["date"])]
