from odoo import api, models

from ..register.plan import area_kind, area_of, outcome_day
from ..register.rows import NewLabel
from ..tools.dates import age_at
from ..tools.text import normalise
from .citeslab_outcome import REGISTER
from .citeslab_register_emptied import PERSON, PROJECT, RECORDS

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
RECORD_COLUMNS = {link: key for key, (link, _count) in RECORDS.items()}
BATCH = 1000


class CiteslabRegisterWriter(models.AbstractModel):
    """Carries out what the import of a register has decided."""

    _name = "citeslab.register.writer"
    _description = "Writing of a Register"

    @api.model
    def _write(self, plan, progress):
        """Write a plan: new rows a model at a time, then the corrected ones.

        :param Plan plan: a plan without errors
        :param progress: called with ``(done, total)`` rows
        :return: the parcours of the rows, as superuser
        """
        targets = self._create_targets(plan)
        new = [step for step in plan.steps if not step.known]
        total = len(plan.steps)
        progress(0, total)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._create_people(plan, batch, targets)
            self._create_parcours(plan, batch, targets)
            self._create_pieces(plan, batch, targets)
            if start + BATCH < total:
                progress(start + len(batch), total)
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
        area_index = self.env["citeslab.register.engine"]._area_index(plan.company)
        self._create_areas(plan, area_index)
        organization_index = self.env["citeslab.register.engine"]._organization_index(
            plan.company
        )
        self._create_organizations(plan, organization_index)
        return _Targets(
            labels,
            area_index,
            self.env["citeslab.register.engine"]._territory(plan.company),
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
                "kind": area_kind(residences),
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
        chefs = self.env["citeslab.register.engine"]._territory(company).chef_ids
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
            Model = self.env[model].with_context(citeslab_register=REGISTER)
            records = Model.create([values for _place, values in found])
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
                    "told": self._told(step, targets),
                    "parcours_id": step.parcours.id,
                    **link,
                }
                for step, link in zip(steps, links, strict=True)
            ]
        )

    def _told(self, step, targets):
        return self.env["citeslab.register.emptied"]._told(step.row, targets)

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
            and {"date": outcome_day(row), "value": row.outcome},
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
        self._clear_person(step)
        self._correct_parcours(step, known.parcours_id, targets)
        values = {
            "fingerprint": step.fingerprint,
            "date": step.row.day,
            "told": self._told(step, targets),
        }
        wanted = self._piece_values(plan, step, targets)
        for link in PIECES:
            values.update(self._correct_piece(step, known, link, wanted[link]))
        changes = _differences(known, values)
        if changes:
            known.write(changes)

    def _clear_person(self, step):
        partner = self.env["res.partner"].browse(step.person.id)
        partner.write(
            _differences(partner, dict.fromkeys(_fields_of(PERSON, step), False))
        )
        step.person.gender = partner.gender or None
        step.person.birthdate = partner.birthdate_date or None

    def _correct_parcours(self, step, lead, targets):
        """The project follows its row; a name that was its nature follows it too."""
        former_nature = lead.project_nature_id.name
        changes = _differences(
            lead,
            {
                **dict.fromkeys(_fields_of(PROJECT, step), False),
                **self._project_values(step.row, targets),
            },
        )
        name = step.row.title
        if not name and "project_nature_id" in changes and lead.name == former_nature:
            name = self._nature_name(changes["project_nature_id"]) or self.env._(
                "Project to be specified"
            )
        if name and name != lead.name:
            changes["name"] = name
        if changes:
            lead.write(changes)

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
            if RECORD_COLUMNS.get(link) not in step.kept:
                record.unlink()
            return {}
        if not record:
            values = {"parcours_id": known.parcours_id.id, **wanted}
            Model = self.env[PIECES[link]].with_context(citeslab_register=REGISTER)
            return {link: Model.create(values).id}
        # who received the person is not in a register: leave it as it stands
        kept = {"user_id", "mode", "state", "mission_id"}
        if link == "outcome_id" and not (
            step.row.outcome_date or "outcome_date" in step.cleared
        ):
            kept.add("date")
        if link == "situation_id":
            wanted = {**wanted, **self._resource_values(step, known, wanted)}
        changes = _differences(
            record, {key: val for key, val in wanted.items() if key not in kept}
        )
        if changes:
            record.with_context(citeslab_register=REGISTER).write(changes)
        return {}

    def _resource_values(self, step, known, wanted):
        """The resource that a situation usually brings goes with this situation."""
        photograph = known.situation_id
        usual = photograph.employment_id.resource_id
        is_usual = photograph.resource_id == usual or "resource" in step.cleared
        if step.row.resource or not is_usual:
            return {}
        employment = self.env["citeslab.employment"].browse(
            wanted["employment_id"] or ()
        )
        return {"resource_id": employment.resource_id.id}


class _Targets:
    """Where the words of a row lead, once everything they name exists."""

    def __init__(self, labels, areas, territory, organizations, referent, missions):
        self.territory = territory
        self.referent = referent
        self.missions = {kind: one.id for kind, one in missions.items()}
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
            found = area_of(self.areas, self.home, row)
            self._found[key] = found or self.home.browse()
        return self._found[key]


def _fields_of(columns, step):
    """Fields, among those of some columns, that a corrected row clears."""
    return [name for key, name in columns.items() if key in step.cleared]


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
