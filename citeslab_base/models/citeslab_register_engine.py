# Sentences of a plan are translated where they are shown.
# pylint: disable=prefer-env-translation

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..register.organizations import guess_kind
from ..register.people import Parcours, People, Person, is_correction
from ..register.problems import FileRefused, Problem, _lt
from ..register.reader import read_table
from ..register.rows import NewLabel, RegisterRow, check_table, main_year
from ..register.vocabulary import Labels
from ..tools.dates import age_at, local_date
from ..tools.text import normalise

NOMENCLATURES = {
    "employment": "citeslab.employment",
    "resource": "citeslab.resource",
    "education": "citeslab.education",
    "nature": "citeslab.project.nature",
    "discovery": "citeslab.discovery.source",
}
# What a row becomes: link on the register row → model.
PIECES = {
    "situation_id": "citeslab.situation",
    "contact_id": "citeslab.interview",
    "interview_id": "citeslab.interview",
    "orientation_id": "citeslab.orientation",
    "outcome_id": "citeslab.outcome",
}
# Share of the chef's time that each kind of exchange belongs to (CDC §2).
MISSIONS = {"contact": "mission_prospecting", "interview": "mission_preparation"}
PERSON_COLUMNS = ("email", "phone", "street", "zip", "city", "residence")
# The chatter tells of people, not of files; and an import of thousands is one
# recomputation, not thousands.
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_automation_skip": True,
    "citeslab_no_refresh": True,
    "citeslab_no_photograph": True,
    "active_test": False,
}
BATCH = 1000
REPEATED = 5


@dataclass(eq=False, slots=True)
class Step:
    """What becomes of one row."""

    row: RegisterRow
    person: Person
    parcours: Parcours
    fingerprint: str
    known: models.Model = None  # citeslab.register.row of a former import


@dataclass(slots=True)
class Plan:
    """An import, decided and not yet done: what the preview shows."""

    company: models.Model
    label: str = ""
    table: object = None
    rows: list = field(default_factory=list)
    steps: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    new_labels: list = field(default_factory=list)
    new_areas: dict = field(default_factory=dict)
    new_organizations: dict = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)

    @property
    def errors(self):
        return [problem for problem in self.problems if problem.is_error]

    @property
    def warnings(self):
        return [problem for problem in self.problems if not problem.is_error]


class CiteslabRegisterEngine(models.AbstractModel):
    """Import of a register: one engine for the screen and for the command."""

    _name = "citeslab.register.engine"
    _description = "Import of a Register"

    # ------------------------------------------------------------
    # Decide
    # ------------------------------------------------------------

    @api.model
    def _plan(self, content, company, label="", create_labels=False, corrections=None):
        """Read a register and decide what each of its rows becomes. Writes nothing.

        :param bytes content: the file, CSV or XLSX
        :param company: structure that receives the people
        :param str label: name of the register; its main year when empty
        :param bool create_labels: add the labels that no nomenclature knows
        :param dict corrections: ``(line, column key)`` → text typed on screen
        :rtype: Plan
        :raise UserError: when the file cannot be read at all
        :raise AccessError: when the user is no chef of this structure
        """
        self._check_may_import(company)
        engine = self.sudo().with_context(active_test=False)
        plan = Plan(company.sudo())
        try:
            plan.table = read_table(content)
        except FileRefused as refused:
            raise UserError(self.env._(refused.message, **refused.params)) from None
        checked = check_table(
            plan.table,
            engine._known_labels(plan.company),
            local_date(fields.Datetime.now(), plan.company),
            create_labels,
            corrections,
        )
        plan.rows = checked.rows
        plan.problems = checked.problems
        plan.new_labels = list(checked.new_labels.values())
        year = main_year(plan.rows)
        plan.label = (label or "").strip() or str(year or "")
        if not plan.errors:
            engine._decide(plan)
        plan.problems.sort(key=lambda problem: (problem.line, not problem.is_error))
        plan.problems = _fold_warnings(plan.problems)
        return plan

    @api.model
    def _check_may_import(self, company):
        if self.env.su:
            return
        is_chef = self.env.user.has_group("citeslab_base.group_chef")
        if not is_chef or company not in self.env.user.company_ids:
            raise AccessError(
                self.env._(
                    "Only a chef de projet or the manager of %(name)s may import its "
                    "register.",
                    name=company.sudo().name,
                )
            )

    def _known_labels(self, company):
        labels = {}
        for key, model in NOMENCLATURES.items():
            index = self.env[model].with_context(active_test=True)._label_index(company)
            entries = (
                self.env[model]
                .union(*index.values())
                .sorted(lambda entry: (entry.sequence, entry.id))
            )
            ids = {label: entry.id for label, entry in index.items()}
            labels[key] = Labels(ids, entries.mapped("name"))
        return labels

    def _decide(self, plan):
        """Match every row with what the structure already knows, oldest row first."""
        former = self._former_rows(plan)
        people, by_partner = self._known_people(plan)
        prints = self.env["citeslab.register.row"]._fingerprints(plan.rows)
        order = sorted(
            zip(plan.rows, prints, strict=True),
            key=lambda pair: (pair[0].day, pair[0].line),
        )
        for row, fingerprint in order:
            known = former.get(row.number_key)
            if known and known.fingerprint == fingerprint:
                plan.counts["unchanged"] += 1
                continue
            if known:
                self._decide_correction(plan, row, fingerprint, known, by_partner)
            else:
                self._decide_new(plan, row, fingerprint, people)
        self._decide_areas(plan)
        self._decide_organizations(plan)
        plan.counts["labels"] = len(plan.new_labels)

    def _former_rows(self, plan):
        """Rows of this register that were imported before, by number."""
        rows = self.env["citeslab.register.row"].search(
            [("company_id", "=", plan.company.id), ("label", "=", plan.label)]
        )
        return {row.number_key: row for row in rows}

    def _known_people(self, plan):
        """People of the structure with their parcours, in four queries."""
        partners = self.env["res.partner"].search(
            [("is_porteur", "=", True), ("company_id", "=", plan.company.id)]
        )
        leads = self.env["crm.lead"].search(
            [("is_parcours", "=", True), ("company_id", "=", plan.company.id)]
        )
        outcomes = defaultdict(list)
        for lead, day, value in self.env["citeslab.outcome"]._read_group(
            [("company_id", "=", plan.company.id)], ["parcours_id", "date:day", "value"]
        ):
            outcomes[lead.id].append((day, value))
        latest = self._latest_days(plan.company)
        people, by_partner = People(), {}
        for partner in partners:
            person = Person(
                partner.id,
                partner.name or "",
                partner.birthdate_date or None,
                partner.gender or None,
                latest=latest.get(partner.id),
            )
            by_partner[partner.id] = person
            people.add(person, partner.email, partner.phone)
        for lead in leads:
            if lead.partner_id.id in by_partner:
                by_partner[lead.partner_id.id].parcours.append(
                    Parcours(
                        lead.id,
                        lead.project_nature_id.id or None,
                        outcomes.get(lead.id, []),
                        lead.first_contact_date or None,
                    )
                )
        return people, by_partner

    def _latest_days(self, company):
        rows = self.env["citeslab.register.row"].search_fetch(
            [("company_id", "=", company.id)], ["date", "parcours_id"]
        )
        latest = {}
        for row in rows:
            partner = row.parcours_id.partner_id.id
            latest[partner] = max(latest.get(partner, row.date), row.date)
        return latest

    def _decide_new(self, plan, row, fingerprint, people):
        person, notes = people.find(row)
        for key, message, params in notes:
            plan.problems.append(
                Problem(
                    row.line,
                    plan.table.heading(key),
                    message,
                    params,
                    is_error=False,
                    key=key,
                    value=getattr(row, key, "") and str(getattr(row, key)),
                )
            )
        plan.counts["people_known" if person else "people_new"] += 1
        if not person:
            person = Person(None, row.name, row.birthdate, row.gender)
        people.add(person, row.email, row.phone)
        person.birthdate = person.birthdate or row.birthdate
        person.gender = person.gender or row.gender
        parcours = person.parcours_for(row.day, row.nature)
        plan.counts["parcours_known" if parcours else "parcours_new"] += 1
        if not parcours:
            parcours = Parcours()
            person.parcours.append(parcours)
        self._carry_on(parcours, row)
        self._count_pieces(plan, row)
        plan.steps.append(Step(row, person, parcours, fingerprint))

    def _carry_on(self, parcours, row):
        parcours.nature = parcours.nature or row.nature
        parcours.start = min(filter(None, (parcours.start, row.day)))
        if row.outcome:
            parcours.outcomes.append((_outcome_day(row), row.outcome))

    def _count_pieces(self, plan, row):
        plan.counts["contacts"] += bool(row.contact_date)
        plan.counts["interviews"] += bool(row.interview_date)
        plan.counts["orientations"] += bool(row.orientation)
        plan.counts["outcomes"] += bool(row.outcome)

    def _decide_correction(self, plan, row, fingerprint, known, by_partner):
        partner = known.parcours_id.partner_id
        person = by_partner.get(partner.id)
        if person is None or not is_correction(
            person, row, partner.email, partner.phone
        ):
            plan.problems.append(
                Problem(
                    row.line,
                    plan.table.heading("number"),
                    _lt(
                        "the number %(value)s of register %(label)s is already that "
                        "of %(name)s: give this person another number, or import "
                        "under another register label"
                    ),
                    {
                        "value": row.number,
                        "label": plan.label,
                        "name": partner.name or "",
                    },
                    key="number",
                    value=row.number,
                )
            )
            return
        parcours = next(
            one for one in person.parcours if one.id == known.parcours_id.id
        )
        plan.counts["updated"] += 1
        plan.steps.append(Step(row, person, parcours, fingerprint, known))

    # ------------------------------------------------------------
    # Quartiers and organisations
    # ------------------------------------------------------------

    def _decide_areas(self, plan):
        """Find each quartier in the list in force on the day, or plan to add it."""
        index = self._area_index(plan.company)
        home = self._territory(plan.company).neighborhood_ids
        for step in plan.steps:
            row = step.row
            key = normalise(row.neighborhood)
            if not key or _area_of(index, home, row):
                continue
            kinds = plan.new_areas.setdefault(key, (row.neighborhood, row.city, set()))
            kinds[2].add(row.residence)
        plan.counts["neighborhoods"] = len(plan.new_areas)

    def _area_index(self, company):
        areas = (
            self.env["citeslab.neighborhood"]
            .with_context(active_test=True)
            .search([("company_id", "in", (False, company.id))])
        )
        index = defaultdict(list)
        for area in areas:
            for label in {area.name, area.code, *(area.aliases or "").splitlines()}:
                if normalise(label):
                    index[normalise(label)].append(area)
        return index

    def _territory(self, company):
        Territory = self.env["citeslab.territory"].with_context(active_test=True)
        return Territory._default_for(company).sudo()

    def _decide_organizations(self, plan):
        """Find organisations by name among those that the structure may use."""
        index = self._organization_index(plan.company)
        for step in plan.steps:
            row = step.row
            named = ((row.prescriber, None), (row.organization, row.orientation))
            for name, family in named:
                key = normalise(name)
                if not key or key in index or (name == row.organization and not family):
                    continue
                former = plan.new_organizations.get(key)
                kind = guess_kind(name, family)
                if former is None or former[1] == "other":
                    plan.new_organizations[key] = (name, kind)
        plan.counts["organizations"] = len(plan.new_organizations)

    def _organization_index(self, company):
        partners = self.env["res.partner"].search(
            [
                ("company_id", "in", (False, company.id)),
                ("is_porteur", "!=", True),
                "|",
                ("is_company", "=", True),
                ("organization_kind", "!=", False),
            ],
            order="id desc",
        )
        return {normalise(partner.name): partner for partner in partners}

    # ------------------------------------------------------------
    # Do
    # ------------------------------------------------------------

    @api.model
    def _apply(self, plan, progress=None):
        """Carry a plan out, wholly or not at all.

        :param Plan plan: what ``_plan`` decided in the same transaction
        :param progress: called with ``(done, total)`` rows as the work goes on
        :return: the parcours of the rows that changed something
        :raise UserError: when the plan still has errors
        """
        self._check_may_import(plan.company)
        if plan.errors:
            raise UserError(self._problem_text(plan.errors[0]))
        if not plan.steps:
            return self.env["crm.lead"]
        with self.env.cr.savepoint():
            worker = self.sudo().with_context(**QUIET).with_company(plan.company)
            leads = worker._write_plan(plan, progress or (lambda done, total: None))
        return self.env["crm.lead"].browse(leads.ids)

    def _write_plan(self, plan, progress):
        targets = self._create_targets(plan)
        new = [step for step in plan.steps if not step.known]
        total = len(plan.steps)
        progress(0, total)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._create_people(plan, batch, targets)
            self._create_parcours(plan, batch, targets)
            self._create_pieces(plan, batch, targets)
            progress(min(start + BATCH, len(new), total - 1), total)
        corrected = [step for step in plan.steps if step.known]
        for step in corrected:
            self._correct(plan, step, targets)
        ids = {step.parcours.id for step in plan.steps}
        leads = self.env["crm.lead"].browse(sorted(ids))
        leads.with_context(citeslab_no_refresh=False)._refresh_from_rows()
        progress(total, total)
        return leads

    def _create_targets(self, plan):
        """Create labels, quartiers and organisations, and say how to find each."""
        labels = {}
        for new in plan.new_labels:
            labels[new] = self._create_label(plan.company, new).id
        area_index = self._area_index(plan.company)
        self._create_areas(plan, area_index)
        organization_index = self._organization_index(plan.company)
        self._create_organizations(plan, organization_index)
        return _Targets(
            labels,
            area_index,
            self._territory(plan.company),
            organization_index,
            self._referent(plan.company),
            {
                kind: self.env.ref(f"citeslab_base.{name}", False)
                for kind, name in MISSIONS.items()
            },
        )

    def _create_label(self, company, new):
        code = normalise(new.label).replace(" ", "_")[:60] or "label"
        Model = self.env[NOMENCLATURES[new.key]]
        taken = set(
            Model.search([("company_id", "in", (False, company.id))]).mapped("code")
        )
        number, free = 1, code
        while free in taken:
            number += 1
            free = f"{code}_{number}"
        return Model.create({"code": free, "name": new.label, "company_id": company.id})

    def _create_areas(self, plan, index):
        values = [
            {
                "name": name,
                "kind": _area_kind(residences),
                "commune": city,
                "company_id": plan.company.id,
            }
            for name, city, residences in plan.new_areas.values()
        ]
        areas = self.env["citeslab.neighborhood"].create(values)
        for key, area in zip(plan.new_areas, areas, strict=True):
            index[key].append(area)
        self._raise_areas(plan, index)

    def _raise_areas(self, plan, index):
        """A quartier that an import added becomes a QPV when a later row says so."""
        for step in plan.steps:
            if step.row.residence == "qpv" and step.row.neighborhood:
                for area in index[normalise(step.row.neighborhood)]:
                    if area.company_id and not area.code and area.kind == "other":
                        area.kind = "qpv"

    def _create_organizations(self, plan, index):
        values = [
            {
                "name": name,
                "organization_kind": kind,
                "is_company": True,
                "company_id": plan.company.id,
            }
            for name, kind in plan.new_organizations.values()
        ]
        partners = self.env["res.partner"].create(values)
        index.update(zip(plan.new_organizations, partners, strict=True))

    def _create_people(self, plan, steps, targets):
        """New people in one go, from the latest row of each; then the known ones."""
        newest = {}
        for step in steps:
            newest.setdefault(step.person, []).append(step)
        fresh = [person for person in newest if not person.id]
        values = []
        for person in fresh:
            merged = {"is_porteur": True, "company_id": plan.company.id}
            if plan.company.country_id:
                merged["country_id"] = plan.company.country_id.id
            for step in newest[person]:
                merged.update(self._person_values(step.row, targets))
            values.append(merged)
        partners = self.env["res.partner"].create(values)
        for person, partner in zip(fresh, partners, strict=True):
            person.id = partner.id
            person.latest = newest[person][-1].row.day
        for person in newest.keys() - set(fresh):
            for step in newest[person]:
                self._update_person(step, targets, rename=False)

    def _person_values(self, row, targets):
        values = {
            "name": row.name,
            "gender": row.gender,
            "birthdate_date": row.birthdate,
            "neighborhood_id": targets.area(row).id,
            **{key: getattr(row, key) for key in PERSON_COLUMNS},
        }
        return {key: value for key, value in values.items() if value}

    def _update_person(self, step, targets, rename):
        """Bring a known person up to date: the latest row says how to reach it.

        An older row, or a lasting fact already known, only fills what is empty.
        """
        person, row = step.person, step.row
        partner = self.env["res.partner"].browse(person.id)
        is_latest = not person.latest or row.day >= person.latest
        lasting = () if rename else ("name", "gender", "birthdate_date")
        values = self._person_values(row, targets)
        changes = {
            key: value
            for key, value in _differences(partner, values).items()
            if not partner[key] or (is_latest and key not in lasting)
        }
        if changes:
            partner.write(changes)
        person.latest = max(filter(None, (person.latest, row.day)))

    def _create_parcours(self, plan, steps, targets):
        first = {}
        for step in steps:
            if not step.parcours.id:
                first.setdefault(step.parcours, step)
        values = [self._parcours_values(plan, step, targets) for step in first.values()]
        leads = self.env["crm.lead"].create(values)
        for parcours, lead in zip(first, leads, strict=True):
            parcours.id = lead.id
        for step in steps:
            if first.get(step.parcours) is not step:
                self._complete_parcours(step, targets)

    def _parcours_values(self, plan, step, targets):
        row = step.row
        return {
            "is_parcours": True,
            "partner_id": step.person.id,
            "company_id": plan.company.id,
            "territory_id": targets.territory.id,
            "user_id": targets.referent.id,
            "name": row.title or self._nature_name(targets.label(row.nature)),
            "register_label": plan.label,
            "register_number": row.number,
            **self._project_values(row, targets),
        }

    def _project_values(self, row, targets):
        prescriber = targets.organization(row.prescriber)
        values = {
            "project_nature_id": targets.label(row.nature),
            "discovery_source_id": targets.label(row.discovery),
            "prescriber_id": prescriber and prescriber.id,
        }
        return {key: value for key, value in values.items() if value}

    def _nature_name(self, nature_id):
        nature = self.env["citeslab.project.nature"].browse(nature_id or ())
        return nature.name or False

    def _referent(self, company):
        """The only chef of the structure, else the chef who imports."""
        chefs = self._territory(company).chef_ids
        if len(chefs) == 1:
            return chefs
        user = self.env.user
        is_chef = not user._is_superuser() and user.has_group(
            "citeslab_base.group_chef"
        )
        return user if is_chef else self.env["res.users"]

    def _complete_parcours(self, step, targets):
        """A later row of a project fills what the first one did not tell."""
        lead = self.env["crm.lead"].browse(step.parcours.id)
        values = {
            key: value
            for key, value in self._project_values(step.row, targets).items()
            if not lead[key]
        }
        if values:
            lead.write(values)

    def _create_pieces(self, plan, steps, targets):
        """Photographs, contacts, RDV, orientations and outcomes, a model at a time."""
        links = [{} for _step in steps]
        for link, model in PIECES.items():
            found = []
            for place, step in enumerate(steps):
                values = self._piece_values(plan, step, targets)[link]
                if values:
                    found.append((place, {"parcours_id": step.parcours.id, **values}))
            records = self.env[model].create([values for _place, values in found])
            for (place, _values), record in zip(found, records, strict=True):
                links[place][link] = record.id
        self.env["citeslab.register.row"].create(
            [
                {
                    "company_id": plan.company.id,
                    "label": plan.label,
                    "number": step.row.number,
                    "number_key": step.row.number_key,
                    "date": step.row.day,
                    "fingerprint": step.fingerprint,
                    "parcours_id": step.parcours.id,
                    **link,
                }
                for step, link in zip(steps, links, strict=True)
            ]
        )

    def _piece_values(self, plan, step, targets):
        """Values of each record that a row becomes, ``None`` for what it does not."""
        row = step.row

        def exchange(kind, day):
            return {
                "kind": kind,
                "date": day,
                "state": "done",
                "mode": False,
                "mission_id": targets.missions[kind],
                "user_id": targets.referent.id,
            }

        return {
            "situation_id": self._situation_values(step, targets),
            "contact_id": row.contact_date and exchange("contact", row.contact_date),
            "interview_id": row.interview_date
            and exchange("interview", row.interview_date),
            "orientation_id": row.orientation
            and {
                "date": row.day,
                "family": row.orientation,
                "organization_id": targets.organization(row.organization).id,
            },
            "outcome_id": row.outcome
            and {"date": _outcome_day(row), "value": row.outcome},
        }

    def _situation_values(self, step, targets):
        """The photograph says what the row says: an empty cell is unknown."""
        row, person = step.row, step.person
        values = {
            "target_public": row.target_public,
            "employment_id": targets.label(row.employment),
            "education_id": targets.label(row.education),
            "neighborhood_id": targets.area(row).id,
            "residence": row.residence,
        }
        if not row.interview_date and not any(values.values()):
            return None
        birthdate = row.birthdate or person.birthdate
        values.update(
            date=row.day,
            residence=row.residence or "unknown",
            gender=row.gender or person.gender or False,
            age=age_at(birthdate, row.day) or 0,
        )
        if row.resource:
            values["resource_id"] = targets.label(row.resource)
        return {key: value or False for key, value in values.items()}

    # ------------------------------------------------------------
    # Correct
    # ------------------------------------------------------------

    def _correct(self, plan, step, targets):
        """Bring what a row became in line with its corrected version."""
        known = step.known.with_env(self.env)
        step.person.latest = self._latest_other_day(step) or None
        self._update_person(step, targets, rename=True)
        lead = known.parcours_id
        project = self._project_values(step.row, targets)
        changes = _differences(lead, project)
        if step.row.title and step.row.title != lead.name:
            changes["name"] = step.row.title
        if changes:
            lead.write(changes)
        values = {"fingerprint": step.fingerprint, "date": step.row.day}
        wanted = self._piece_values(plan, step, targets)
        for link in PIECES:
            values.update(self._correct_piece(step, known, link, wanted[link]))
        changes = _differences(known, values)
        if changes:
            known.write(changes)

    def _latest_other_day(self, step):
        rows = self.env["citeslab.register.row"].search(
            [
                ("parcours_id.partner_id", "=", step.person.id),
                ("id", "!=", step.known.id),
            ]
        )
        return max(rows.mapped("date"), default=None)

    def _correct_piece(self, step, known, link, wanted):
        record = known[link]
        if not wanted:
            record.unlink()
            return {}
        if not record:
            values = {"parcours_id": known.parcours_id.id, **wanted}
            return {link: self.env[PIECES[link]].create(values).id}
        # who received the person is not in a register: leave it as it stands
        kept = {"user_id", "mode", "state", "mission_id"}
        if link == "outcome_id" and not step.row.outcome_date:
            kept.add("date")
        changes = _differences(
            record, {key: val for key, val in wanted.items() if key not in kept}
        )
        if changes:
            record.write(changes)
        return {}

    # ------------------------------------------------------------
    # Tell
    # ------------------------------------------------------------

    def _problem_text(self, problem):
        """One problem as a sentence in the reader's language.

        :param Problem problem: error or warning
        :rtype: str
        """
        sentence = self._problem_message(problem)
        return self.env._(
            'line %(line)s, column "%(column)s": %(message)s',
            line=problem.line,
            column=problem.column,
            message=sentence,
        )

    def _problem_message(self, problem):
        return self.env._(problem.message, **problem.params)

    def _count_texts(self, plan):
        """Counts of a plan as ``(label, number)``, those that say something."""
        counts = plan.counts
        told = [
            (self.env._("rows read"), len(plan.rows)),
            (self.env._("rows unchanged since a former import"), counts["unchanged"]),
            (self.env._("rows updated"), counts["updated"]),
            (self.env._("new people"), counts["people_new"]),
            (self.env._("people already known"), counts["people_known"]),
            (self.env._("new parcours"), counts["parcours_new"]),
            (self.env._("parcours carried on"), counts["parcours_known"]),
            (self.env._("contacts"), counts["contacts"]),
            (self.env._("RDV"), counts["interviews"]),
            (self.env._("orientations"), counts["orientations"]),
            (self.env._("outcomes"), counts["outcomes"]),
            (self.env._("labels created"), counts["labels"]),
            (self.env._("quartiers created"), counts["neighborhoods"]),
            (self.env._("organisations created"), counts["organizations"]),
        ]
        return told[:1] + [(label, count) for label, count in told[1:] if count]


class _Targets:
    """Where the words of a row lead, once everything they name exists."""

    def __init__(self, labels, areas, territory, organizations, referent, missions):
        self.territory = territory
        self.referent = referent
        self.missions = {
            kind: one.id if one else False for kind, one in missions.items()
        }
        self.labels = labels
        self.areas = areas
        self.home = territory.neighborhood_ids
        self.organizations = organizations
        self._found = {}

    def label(self, value):
        """Id of a nomenclature entry."""
        return self.labels[value] if isinstance(value, NewLabel) else value

    def organization(self, name):
        """Partner of an organisation, empty for no name."""
        empty = self.home.env["res.partner"]
        return self.organizations.get(normalise(name), empty) if name else empty

    def area(self, row):
        """Quartier of a row in the list in force on its day."""
        key = (row.neighborhood, row.city, row.day)
        if key not in self._found:
            found = _area_of(self.areas, self.home, row)
            self._found[key] = found or self.home.browse()
        return self._found[key]


def _area_of(index, home, row):
    """Quartier that a row names: of the structure's territory, else of its city.

    The same name exists in many cities: a national quartier of another city is
    never taken.
    """
    day, city = row.day, normalise(row.city)
    valid = [
        area
        for area in index.get(normalise(row.neighborhood), ())
        if (not area.valid_from or area.valid_from <= day)
        and (not area.valid_to or area.valid_to >= day)
    ]
    ranks = (
        lambda area: area in home,
        lambda area: city and normalise(area.commune) == city,
        lambda area: city and city in normalise(area.commune).split(),
        lambda area: bool(area.company_id),
    )
    for rank in ranks:
        for area in valid:
            if rank(area):
                return area
    return None


def _fold_warnings(problems):
    """Say a warning that comes again and again a few times, then how many more.

    :param list problems: in the order of the file
    :rtype: list
    """
    seen = Counter()
    kept = []
    for problem in problems:
        place = (problem.column, problem.message)
        seen[place] += not problem.is_error
        if problem.is_error or seen[place] <= REPEATED:
            kept.append(problem)
    for problem in list(kept):
        place = (problem.column, problem.message)
        more = seen.pop(place, 0) - REPEATED
        if more > 0:
            kept.append(
                Problem(
                    problem.line,
                    problem.column,
                    _lt("the same warning for %(count)s more rows"),
                    {"count": more},
                    is_error=False,
                )
            )
    return kept


def _area_kind(residences):
    """Kind of a new quartier: priority as soon as one row says so."""
    return "qpv" if "qpv" in residences else "qva" if "qva" in residences else "other"


def _outcome_day(row):
    """Day of an outcome; without one, the end of the row's year or what has passed."""
    if row.outcome_date:
        return row.outcome_date
    return min(row.day.replace(month=12, day=31), max(row.day, fields.Date.today()))


def _differences(record, values):
    """The values that a record does not already hold.

    :param record: one record
    :param dict values: field → value as ``write`` takes it
    :rtype: dict
    """
    changes = {}
    for name, value in values.items():
        current = record[name]
        if record._fields[name].relational:
            current = current.id
        if (current or False) != (value or False):
            changes[name] = value
    return changes
