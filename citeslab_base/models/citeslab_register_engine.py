# Sentences of a plan are translated where they are shown.
# pylint: disable=prefer-env-translation

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..register.organizations import guess_kind
from ..register.people import Parcours, People, Person, is_correction
from ..register.plan import Plan, Step, area_of, fold_warnings, outcome_day
from ..register.problems import FileRefused, Problem, _lt
from ..register.reader import read_table
from ..register.rows import check_table, main_year
from ..register.vocabulary import Labels
from ..tools.dates import local_date
from ..tools.text import normalise, quoted
from .citeslab_register_writer import NOMENCLATURES

SHOWN_ABSENT = 30
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
        plan.problems = fold_warnings(plan.problems)
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
            erased = known and known.partner_id.anonymised_date
            if known and (erased or known.fingerprint == fingerprint):
                plan.counts["unchanged"] += 1  # nobody comes back by an old file
                continue
            if known:
                self._decide_correction(plan, row, fingerprint, known, by_partner)
            else:
                self._decide_new(plan, row, fingerprint, people)
        self._tell_absent(plan, former)
        self.env["citeslab.register.emptied"]._decide(plan)
        self._decide_areas(plan)
        self._decide_organizations(plan)
        plan.counts["labels"] = len(plan.new_labels)

    def _former_rows(self, plan):
        """Rows of this register that were imported before, by number."""
        rows = self.env["citeslab.register.row"].search(
            [("company_id", "=", plan.company.id), ("label", "=", plan.label)]
        )
        return {row.number_key: row for row in rows}

    def _tell_absent(self, plan, former):
        """Rows of the former import that the file no longer holds: they still count."""
        here = {row.number_key for row in plan.rows}
        absent = [known.number for key, known in former.items() if key not in here]
        if not absent:
            return
        plan.counts["absent"] = len(absent)
        more = ", …" * (len(absent) > SHOWN_ABSENT)
        one = _lt(
            "1 row of the former import is no longer in the file: no. %(numbers)s, kept"
        )
        many = _lt(
            "%(count)s rows of the former import are no longer in the file: "
            "no. %(numbers)s, kept"
        )
        plan.problems.append(
            Problem(
                plan.table.header_line,
                plan.table.heading("number"),
                one if len(absent) == 1 else many,
                {
                    "count": len(absent),
                    "numbers": ", ".join(absent[:SHOWN_ABSENT]) + more,
                },
                is_error=False,
            )
        )

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
            parcours.outcomes.append((outcome_day(row), row.outcome))

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
            if not key or area_of(index, home, row):
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
            writer = self.env["citeslab.register.writer"].sudo()
            writer = writer.with_context(**QUIET).with_company(plan.company)
            leads = writer._write(plan, progress or (lambda done, total: None))
        return self.env["crm.lead"].browse(leads.ids)

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
        params = {
            name: quoted(value, 200) if isinstance(value, str) else value
            for name, value in problem.params.items()
        }
        return self.env._(problem.message, **params)

    def _count_texts(self, plan):
        """Counts of a plan as ``(label, number)``, those that say something."""
        words = {
            "unchanged": (
                self.env._("row unchanged since a former import"),
                self.env._("rows unchanged since a former import"),
            ),
            "updated": (self.env._("row updated"), self.env._("rows updated")),
            "absent": (
                self.env._("row of the former import absent, kept"),
                self.env._("rows of the former import absent, kept"),
            ),
            "people_new": (self.env._("new person"), self.env._("new people")),
            "people_known": (
                self.env._("person already known"),
                self.env._("people already known"),
            ),
            "parcours_new": (
                self.env._("parcours created"),
                self.env._("new parcours"),
            ),
            "parcours_known": (
                self.env._("carried-on parcours"),
                self.env._("parcours carried on"),
            ),
            "contacts": (self.env._("contact"), self.env._("contacts")),
            "interviews": (self.env._("RDV"), self.env._("RDV")),
            "orientations": (self.env._("orientation"), self.env._("orientations")),
            "outcomes": (self.env._("outcome"), self.env._("outcomes")),
            "cleared": (self.env._("value cleared"), self.env._("values cleared")),
            "contacts_deleted": (
                self.env._("contact deleted"),
                self.env._("contacts deleted"),
            ),
            "interviews_deleted": (
                self.env._("deleted RDV"),
                self.env._("RDV deleted"),
            ),
            "orientations_deleted": (
                self.env._("orientation deleted"),
                self.env._("orientations deleted"),
            ),
            "outcomes_deleted": (
                self.env._("outcome deleted"),
                self.env._("outcomes deleted"),
            ),
            "labels": (self.env._("label created"), self.env._("labels created")),
            "neighborhoods": (
                self.env._("quartier created"),
                self.env._("quartiers created"),
            ),
            "organizations": (
                self.env._("organisation created"),
                self.env._("organisations created"),
            ),
        }
        told = [(len(plan.rows), self.env._("row read"), self.env._("rows read"))]
        told += [(plan.counts[key], *labels) for key, labels in words.items()]
        return [
            (one if count == 1 else many, count) for count, one, many in told if count
        ]
