from odoo import api, models
from odoo.tools import SQL

from .selections import CLOSING_OUTCOMES, ENDED_PHASES, PHASE

PHASE_RANK = {phase: rank for rank, (phase, _label) in enumerate(PHASE)}

# Columns of a parcours that follow from its rows, refreshed together.
DERIVED = (
    "first_contact_date",
    "first_interview_date",
    "last_contact_date",
    "outcome",
    "outcome_date",
    "target_public",
    "residence",
    "neighborhood_id",
)
# What follows from these columns.
FOLLOWING = (
    "is_reopened",
    "silent_days",
    "silence",
    "is_rotting",
    "rotting_days",
    "margin_share",
)


# Apart from what is typed: the columns and the stage that dated rows decide.
class CrmLead(models.Model):
    """What is current of a parcours follows from its dated rows."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _stages_by_phase(self):
        stages = self.env["crm.stage"].sudo().search([("phase", "!=", False)])
        return {stage.phase: stage for stage in reversed(stages)}

    def _refresh_from_rows(self):
        """Bring the current columns, the stage and the orientations up to date.

        One query for all parcours: an import of thousands costs what one does.
        """
        parcours = self.sudo().with_context(active_test=False)._parcours()
        if not parcours or self.env.context.get("citeslab_no_refresh"):
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
            UPDATE crm_lead AS lead
               SET first_contact_date = now.first_contact_date,
                   first_interview_date = now.first_interview_date,
                   last_contact_date = now.last_contact_date,
                   outcome = now.outcome,
                   outcome_date = now.outcome_date,
                   is_reopened = lead.is_reopened
                     AND lead.outcome = now.outcome
                     AND lead.outcome_date = now.outcome_date,
                   target_public = now.target_public,
                   residence = now.residence,
                   neighborhood_id = now.neighborhood_id
              FROM (%s) AS now
             WHERE lead.id = now.id
               AND (lead.first_contact_date, lead.first_interview_date,
                    lead.last_contact_date, lead.outcome, lead.outcome_date,
                    lead.target_public, lead.residence, lead.neighborhood_id)
                   IS DISTINCT FROM
                   (now.first_contact_date, now.first_interview_date,
                    now.last_contact_date, now.outcome, now.outcome_date,
                    now.target_public, now.residence, now.neighborhood_id)
            RETURNING lead.id
            """,
                parcours._current_columns(),
            )
        )
        parcours.invalidate_recordset(DERIVED + FOLLOWING, flush=False)
        parcours._refresh_first_orientations()
        parcours._refresh_phase()

    def _current_columns(self):
        """SELECT of what the rows say today of each parcours of this set."""
        return SQL(
            """
            SELECT lead.id,
                   touch.first_contact_date, touch.first_interview_date,
                   touch.last_contact_date,
                   ended.value AS outcome, ended.date AS outcome_date,
                   photo.target_public,
                   COALESCE(photo.residence, partner.residence) AS residence,
                   COALESCE(photo.neighborhood_id, partner.neighborhood_id)
                       AS neighborhood_id
              FROM crm_lead lead
              JOIN res_partner partner ON partner.id = lead.partner_id
         LEFT JOIN LATERAL (
                   SELECT MIN(date) AS first_contact_date,
                          MIN(date) FILTER (WHERE kind = 'interview')
                              AS first_interview_date,
                          MAX(date) AS last_contact_date
                     FROM (%(touches)s) AS touch
                    WHERE touch.parcours_id = lead.id) AS touch ON TRUE
         LEFT JOIN LATERAL (
                   SELECT value, date FROM citeslab_outcome
                    WHERE parcours_id = lead.id
                 ORDER BY date DESC, id DESC LIMIT 1) AS ended ON TRUE
         LEFT JOIN LATERAL (
                   SELECT target_public, residence, neighborhood_id
                     FROM citeslab_situation
                    WHERE parcours_id = lead.id
                 ORDER BY date DESC, id DESC LIMIT 1) AS photo ON TRUE
             WHERE lead.id IN %(ids)s
            """,
            touches=self.env["citeslab.touch"]._table_query,
            ids=tuple(self.ids),
        )

    def _refresh_first_orientations(self):
        """Mark, for each person, the orientation decided after the first RDV ever.

        It is the earliest one dated from the first done interview of the person in
        the structure on, and before the second one.
        """
        self.env.flush_all()
        changed = self.env.execute_query(
            SQL(
                """
            WITH person AS (
                SELECT DISTINCT company_id, partner_id
                  FROM crm_lead WHERE id IN %(ids)s),
            first_one AS (%(first_ones)s)
            UPDATE citeslab_orientation o
               SET is_first = (o.id IN (SELECT id FROM first_one))
              FROM person
             WHERE o.company_id = person.company_id
               AND o.partner_id = person.partner_id
               AND COALESCE(o.is_first, FALSE)
                   IS DISTINCT FROM (o.id IN (SELECT id FROM first_one))
         RETURNING o.id
            """,
                ids=tuple(self.ids),
                first_ones=self._first_orientations(),
            )
        )
        orientations = self.env["citeslab.orientation"].browse(
            [row_id for (row_id,) in changed]
        )
        orientations.invalidate_recordset(["is_first"], flush=False)

    def _first_orientations(self):
        """SELECT of the orientation after the first RDV of each row of ``person``."""
        return SQL(
            """
            WITH ranked AS (
                SELECT i.company_id, i.partner_id, i.date,
                       ROW_NUMBER() OVER (
                           PARTITION BY i.company_id, i.partner_id
                           ORDER BY i.date, i.start NULLS LAST, i.id) AS rank
                  FROM citeslab_interview i
                  JOIN person USING (company_id, partner_id)
                 WHERE i.state = 'done' AND i.kind = 'interview')
            SELECT DISTINCT ON (o.company_id, o.partner_id) o.id
              FROM citeslab_orientation o
              JOIN ranked one ON one.company_id = o.company_id
               AND one.partner_id = o.partner_id AND one.rank = 1
         LEFT JOIN ranked two ON two.company_id = o.company_id
               AND two.partner_id = o.partner_id AND two.rank = 2
             WHERE o.date >= one.date
               AND (o.date = one.date OR two.date IS NULL OR o.date < two.date)
          ORDER BY o.company_id, o.partner_id, o.date, o.id
            """
        )

    def _refresh_phase(self):
        """Push each parcours to the phase that its facts have reached.

        A chef may place a card further than the facts say, or back after an outcome,
        where it stays until another one, or the same corrected, is the last; a RDV
        after a closing outcome opens the parcours again. To go on is no step: it moves
        nobody, and 118 cards of January stay where they are.
        """
        stages = self._stages_by_phase()
        oriented = {
            parcours
            for (parcours,) in self.env["citeslab.orientation"]._read_group(
                [("parcours_id", "in", self.ids)], ["parcours_id"]
            )
        }
        moves = {}
        for lead in self:
            target = lead._phase_of_facts(lead in oriented)
            if target and target != lead.phase:
                moves[target] = moves.get(target, self.browse()) | lead
        for phase, leads in moves.items():
            leads.write({"stage_id": stages[phase].id})

    def _phase_of_facts(self, is_oriented):
        """Phase to be in, or ``None`` to stay where the chef placed the card."""
        if self._is_over():
            return "closed" if self.outcome in CLOSING_OUTCOMES else "created"
        if self.phase in ENDED_PHASES:
            return "followup"
        reached = "detection"
        if self.first_interview_date:
            reached = "orientation" if is_oriented else "interview"
        ahead = PHASE_RANK[reached] > PHASE_RANK.get(self.phase, -1)
        return reached if ahead else None

    def _is_over(self):
        """Whether the last outcome ends the parcours, and nothing opened it again."""
        if self.outcome in (False, "ongoing") or self.is_reopened:
            return False
        last = self.last_contact_date
        is_met_again = last and last > self.outcome_date
        return not (self.outcome in CLOSING_OUTCOMES and is_met_again)

    @api.constrains("stage_id")
    def _note_reopening(self):
        """A card placed back after its outcome stays there until the next outcome.

        Noted here, where the stage is read anyway: the write of a stock lead pays
        nothing for it.
        """
        for lead in self.filtered("is_parcours"):
            has_ended = lead.outcome and lead.outcome != "ongoing"
            phase = lead.stage_id.sudo().phase  # sudo: as the check of the stage does
            is_reopened = bool(has_ended and phase not in ENDED_PHASES)
            if lead.is_reopened != is_reopened:
                lead.is_reopened = is_reopened
