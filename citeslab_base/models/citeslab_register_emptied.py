# Sentences of a plan are translated where they are shown.
# pylint: disable=prefer-env-translation

from collections import Counter

from odoo import api, models

from ..register.problems import Problem, _lt
from ..tools.dates import age_at

# Column → what it set on the person, on the project, or as a record of its own.
PERSON = {
    "gender": "gender",
    "birthdate": "birthdate_date",
    "email": "email",
    "phone": "phone",
    "street": "street",
    "zip": "zip",
    "city": "city",
    "neighborhood": "neighborhood_id",
    "residence": "residence",
}
PROJECT = {
    "title": "name",
    "nature": "project_nature_id",
    "discovery": "discovery_source_id",
    "prescriber": "prescriber_id",
}
RECORDS = {
    "contact_date": ("contact_id", "contacts_deleted"),
    "interview_date": ("interview_id", "interviews_deleted"),
    "orientation": ("orientation_id", "orientations_deleted"),
    "outcome": ("outcome_id", "outcomes_deleted"),
}
# They go, or stay, with the record that they detail.
DETAIL_OF = {"organization": "orientation", "outcome_date": "outcome"}
# What a register never tells: whoever typed it made the record his own.
TYPED = {
    "citeslab.interview": (
        "start",
        "duration",
        "mode",
        "place",
        "next_step",
        "notes",
    ),
    "citeslab.orientation": ("promotion_id", "answer_date", "reason_id", "feedback"),
    "citeslab.outcome": (
        "reason_id",
        "siren",
        "project_kind",
        "legal_form",
        "settlement",
        "orientation_refused",
        "note",
    ),
}
NAMES = ("number", "last_name", "first_name")
USUAL_STATE = {"citeslab.interview": "done", "citeslab.orientation": "sent"}

_TOLD_ELSEWHERE = _lt("emptied, but kept: another row of this person tells it")
_CHANGED = _lt(
    "emptied, but kept: it may have been changed since in CitésLab; clear it there "
    "if it is wrong"
)
_COMPLETED = _lt("emptied, but kept: it was completed since in CitésLab")


class CiteslabRegisterEmptied(models.AbstractModel):
    """What a corrected row empties: cleared when it came from that row alone."""

    _name = "citeslab.register.emptied"
    _description = "Emptied Cells of a Register"

    @api.model
    def _decide(self, plan):
        """Decide, of each cell that a corrected row empties, whether its value goes.

        :param Plan plan: with all of its steps; their ``cleared`` and ``kept``, the
            counts and the warnings are completed
        """
        corrected = [step for step in plan.steps if step.known]
        if not corrected:
            return
        tellers = self._tellers(plan)
        for step in corrected:
            written = dict(step.row.texts).keys()
            for key, (link, count) in RECORDS.items():
                if key not in written and step.known[link]:
                    self._settle(plan, step, key, count, self._why_record(step, link))
            for key in sorted(
                (step.known.told or {}).keys() - written - RECORDS.keys()
            ):
                if DETAIL_OF.get(key, key) in written or key not in DETAIL_OF:
                    why = self._why_value(step, key, tellers)
                    self._settle(plan, step, key, "cleared", why)

    def _settle(self, plan, step, key, count, why):
        if not why:
            step.cleared.add(key)
            plan.counts[count] += 1
            return
        step.kept.add(key)
        heading = plan.table.heading(key)
        plan.problems.append(Problem(step.row.line, heading, why, is_error=False))

    def _tellers(self, plan):
        """How many rows tell each column of a person and of a project, once imported.

        A row that was imported before anything was noted may tell anything.
        """
        corrected = {step.known.id for step in plan.steps if step.known}
        rows = self.env["citeslab.register.row"].search(
            [("company_id", "=", plan.company.id), ("id", "not in", list(corrected))]
        )
        tellers = Counter()
        for row in rows:
            lead = row.parcours_id
            for key in row.told or (*PERSON, *PROJECT):
                tellers[("person", lead.partner_id.id, key)] += 1
                tellers[("project", lead.id, key)] += 1
        for step in plan.steps:
            for key in dict(step.row.texts):
                tellers[("person", step.person.id, key)] += 1
                tellers[("project", step.parcours.id, key)] += 1
        return tellers

    def _why_record(self, step, link):
        """Why a record that the row made stays, ``None`` when it goes."""
        record = step.known[link]
        usual = USUAL_STATE.get(record._name)
        is_completed = any(record[name] for name in TYPED[record._name])
        if usual:
            is_completed = is_completed or record.state != usual
        else:
            is_completed = is_completed or any(record.followup_ids.mapped("answer"))
        return _COMPLETED if is_completed else None

    def _why_value(self, step, key, tellers):
        """Why a value of the person or of the project stays, ``None`` when it goes."""
        lead = step.known.parcours_id
        if key in PERSON:
            record, name, owner = lead.partner_id, PERSON[key], ("person",)
        elif key in PROJECT:
            record, name, owner = lead, PROJECT[key], ("project",)
        else:
            return None  # of the photograph or of a record: it is the row's own
        if not record[name]:
            return None
        if tellers[(*owner, record.id, key)]:
            return _TOLD_ELSEWHERE
        return None if self._is_same(step.known, record, name, key) else _CHANGED

    def _is_same(self, known, record, name, key):
        """Whether a value still is the one that the row had set, as far as is known."""
        current = record[name]
        if key == "birthdate":
            current = age_at(current, known.date)
        elif record._fields[name].relational:
            current = current.id
        # what names somebody was not kept: such a value is never known as the same
        return current == known.told[key] and known.told[key] is not True

    @api.model
    def _told(self, row, targets):
        """What a row tells, without naming anybody: its columns, and the values that
        say nothing of who it is (codes and ids, the age for a birth date).

        :param RegisterRow row: a row being written
        :param targets: where its words lead
        :return: key of each filled column → value, or ``True`` for one not kept
        :rtype: dict
        """
        values = {
            "gender": row.gender,
            "birthdate": age_at(row.birthdate, row.day),
            "residence": row.residence,
            "neighborhood": targets.area(row).id,
            "nature": targets.label(row.nature),
            "discovery": targets.label(row.discovery),
            "prescriber": targets.organization(row.prescriber).id,
        }
        filled = (key for key, _text in row.texts if key not in NAMES)
        return {key: values.get(key, True) for key in filled}
