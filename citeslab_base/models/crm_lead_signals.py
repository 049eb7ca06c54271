from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .selections import ENDED_PHASES, TARGET_PUBLIC

# Outside QPV and QVA: "à la marge et sur orientation" (CDC §1.2).
MARGIN_RESIDENCES = ("near", "outside")


# Apart from what is typed: what a card tells by itself.
class CrmLead(models.Model):
    """Silence of the person, way made since the entry, people from outside."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    silent_days = fields.Integer(
        string="Days Since Last Contact",
        compute="_compute_silent_days",
        search="_search_silent_days",
        help="Counted while the parcours is open.",
    )
    silence = fields.Selection(
        [("late", "Silent for long"), ("soon", "Soon silent for long")],
        compute="_compute_silent_days",
        help="Against the days of silence that the stage allows.",
    )
    needs_new_situation = fields.Boolean(compute="_compute_needs_new_situation")
    entry_public = fields.Selection(
        TARGET_PUBLIC, string="Public at Entry", compute="_compute_entry_public"
    )
    is_primed = fields.Boolean(
        string="Amorcé",
        compute="_compute_entry_public",
        search="_search_is_primed",
        help="The person moved on since the entry: from the intention to a project "
        "under way, or to an active business.",
    )
    stage_days = fields.Integer(
        string="Days in This Stage", compute="_compute_stage_days"
    )
    margin_share = fields.Char(
        string="People from Outside QPV/QVA",
        compute="_compute_margin_share",
        groups="citeslab_base.group_chef",
    )

    @api.depends("last_contact_date", "stage_id")
    def _compute_silent_days(self):
        today = fields.Date.context_today(self)
        for lead in self:
            last = lead.last_contact_date
            is_open = lead.is_parcours and lead.phase not in ENDED_PHASES
            days = (today - last).days if last and is_open else 0
            allowed = is_open and lead.stage_id.rotting_threshold_days
            lead.silent_days = days
            if not allowed or 2 * days < allowed:
                lead.silence = False
            else:
                lead.silence = "late" if days >= allowed else "soon"

    @api.depends("last_contact_date", "is_parcours")
    def _compute_rotting(self):
        """A parcours rots by the silence of its person, not by its stage."""
        parcours = self._parcours()
        for lead in parcours:
            lead.is_rotting = lead.silence == "late"
            lead.rotting_days = lead.silent_days if lead.is_rotting else 0
        return super(CrmLead, self - parcours)._compute_rotting()

    def _get_rotting_depends_fields(self):
        return [*super()._get_rotting_depends_fields(), "is_parcours"]

    def _get_rotting_domain(self):
        """The host looks at its own leads only."""
        return super()._get_rotting_domain() & Domain("is_parcours", "=", False)

    def _search_is_rotting(self, operator, value):
        """Leads that rot, and parcours silent for longer than their stage allows."""
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        silent = Domain.OR(
            Domain("stage_id", "=", stage.id)
            & Domain(
                "last_contact_date",
                "<=",
                fields.Date.subtract(today, days=stage.rotting_threshold_days),
            )
            for stage in self._stages_by_phase().values()
            if stage.rotting_threshold_days
        )
        silent &= Domain("is_parcours", "=", True)
        return Domain(super()._search_is_rotting(operator, value)) | silent

    def _search_silent_days(self, operator, value):
        """Answer "silent for at least N days" from the stored date."""
        if operator not in (">", ">="):
            return NotImplemented
        limit = fields.Date.subtract(
            fields.Date.context_today(self), days=value + (operator == ">")
        )
        return (
            Domain("is_parcours", "=", True)
            & Domain("last_contact_date", "<=", limit)
            & Domain("phase", "not in", ENDED_PHASES)
        )

    @api.depends("interview_ids.date", "situation_ids.date")
    def _compute_needs_new_situation(self):
        """Propose a new photograph once a RDV was done in a later year."""
        for lead in self:
            done = lead.interview_ids.filtered(
                lambda row: row.state == "done" and row.kind == "interview"
            )
            photographs = lead.situation_ids.mapped("date")
            lead.needs_new_situation = bool(
                done
                and photographs
                and max(done.mapped("date")).year > max(photographs).year
            )

    @api.depends("situation_ids.date", "situation_ids.target_public")
    def _compute_entry_public(self):
        """Compare the first photograph that tells the public with the last one."""
        ranks = {value: rank for rank, (value, _label) in enumerate(TARGET_PUBLIC)}
        for lead in self:
            told = lead.situation_ids.filtered("target_public")
            publics = told.sorted(lambda row: (row.date, row.id)).mapped(
                "target_public"
            )
            lead.entry_public = publics[0] if publics else False
            lead.is_primed = bool(publics) and ranks[publics[-1]] > ranks[publics[0]]

    @api.model
    def _search_is_primed(self, operator, value):
        """Parcours whose public moved on between the first and the last photograph."""
        if operator != "in":
            return NotImplemented
        self.env["citeslab.situation"].flush_model()
        primed = SQL(
            """
            SELECT parcours_id FROM (
                SELECT parcours_id,
                       array_agg(array_position(%(publics)s, target_public)
                                 ORDER BY date, id) AS ranks
                  FROM citeslab_situation
                 WHERE target_public IS NOT NULL
              GROUP BY parcours_id) AS told
             WHERE ranks[array_upper(ranks, 1)] > ranks[1]
            """,
            publics=[value for value, _label in TARGET_PUBLIC],
        )
        return Domain("id", "in" if True in value else "not in", primed)

    @api.depends("date_last_stage_update", "is_parcours")
    def _compute_stage_days(self):
        now = fields.Datetime.now()
        for lead in self:
            since = lead.is_parcours and lead.date_last_stage_update
            lead.stage_days = max((now - since).days, 0) if since else 0

    @api.depends("residence", "company_id")
    def _compute_margin_share(self):
        """Tell the share of the year where a file adds to it, and only there."""
        margin = self._parcours().filtered(
            lambda lead: lead.residence in MARGIN_RESIDENCES
        )
        (self - margin).margin_share = False
        year = fields.Date.context_today(self).year
        for company, leads in margin.grouped("company_id").items():
            outside, total = self._margin_count(
                company, date(year, 1, 1), date(year, 12, 31)
            )
            leads.margin_share = self.env._(
                "%(outside)s of the %(total)s people seen in RDV in %(year)s",
                outside=outside,
                total=total,
                year=year,
            )

    @api.model
    def _margin_count(self, company, date_from, date_to):
        """People from outside QPV and QVA among those with a RDV (CDC §1.2).

        :param company: structure
        :param date date_from: first day
        :param date date_to: last day, included
        :return: people from outside, people in all
        :rtype: tuple[int, int]
        """
        seen = Domain(
            [
                ("company_id", "=", company.id),
                ("date", ">=", date_from),
                ("date", "<=", date_to),
                ("kind", "=", "interview"),
            ]
        )
        margin = seen & Domain("parcours_id.residence", "in", MARGIN_RESIDENCES)
        count = ["partner_id:count_distinct"]
        Touch = self.env["citeslab.touch"]
        return tuple(
            Touch._read_group(domain, [], count)[0][0] for domain in (margin, seen)
        )
