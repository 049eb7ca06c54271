from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd
from odoo.tools import SQL, clean_context

from .selections import (
    CLOSING_OUTCOMES,
    OUTCOME,
    PHASE,
    PROJECT_KIND,
    RESIDENCE,
    TARGET_PUBLIC,
)

ROLES = "citeslab_base.group_volunteer"
PHASE_RANK = {phase: rank for rank, (phase, _label) in enumerate(PHASE)}

# Outside QPV and QVA: "à la marge et sur orientation" (CDC §1.2).
MARGIN_RESIDENCES = ("near", "outside")

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
# What is computed from these columns.
FOLLOWING = ("silent_days", "silence", "is_rotting", "rotting_days", "margin_share")

# What the host may write on any lead, and a parcours does not take as it comes.
GUARDED = {"active", "company_id", "is_parcours", "partner_id", "team_id", "type"}


class CrmLead(models.Model):
    """A parcours: one project of one porteur in one structure.

    A stock lead pays nothing for it: the columns are plain, and every hook below
    leaves records that are no parcours to the host.
    """

    _name = "crm.lead"
    _inherit = ["crm.lead", "citeslab.parcours.capture"]

    is_parcours = fields.Boolean(index="btree_not_null", copy=False)
    reference = fields.Char(
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Number of the parcours: the only label of it that people without a "
        "CitésLab role may ever meet.",
    )
    territory_id = fields.Many2one(
        "citeslab.territory", check_company=True, index="btree_not_null"
    )
    phase = fields.Selection(related="stage_id.phase", string="Phase")
    project_nature_id = fields.Many2one(
        "citeslab.project.nature", string="Nature of Project", ondelete="restrict"
    )
    project_kind = fields.Selection(PROJECT_KIND, string="Creation or Takeover")
    project_neighborhood_id = fields.Many2one(
        "citeslab.neighborhood", string="Settles In", ondelete="restrict"
    )
    discovery_source_id = fields.Many2one(
        "citeslab.discovery.source", string="Known Through", ondelete="restrict"
    )
    detection_place_id = fields.Many2one(
        "citeslab.place",
        string="Detected At",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Borne, bus, market or permanence that brought the person.",
    )
    prescriber_id = fields.Many2one(
        "res.partner",
        string="Prescriber",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('organization_kind', '!=', False)]",
        check_company=True,
    )
    register_label = fields.Char(
        string="Register", copy=False, help="Spreadsheet register it came from."
    )
    register_number = fields.Char(copy=False)
    interview_ids = fields.One2many("citeslab.interview", "parcours_id", string="RDV")
    situation_ids = fields.One2many("citeslab.situation", "parcours_id")
    orientation_ids = fields.One2many("citeslab.orientation", "parcours_id")
    outcome_ids = fields.One2many("citeslab.outcome", "parcours_id", string="Outcomes")
    contest_entry_ids = fields.One2many("citeslab.contest.entry", "parcours_id")
    # Derived from the rows above, see _refresh_from_rows.
    first_contact_date = fields.Date(readonly=True, copy=False)
    first_interview_date = fields.Date(
        string="First RDV", readonly=True, copy=False, index="btree_not_null"
    )
    last_contact_date = fields.Date(readonly=True, copy=False, index="btree_not_null")
    outcome = fields.Selection(OUTCOME, readonly=True, copy=False)
    outcome_date = fields.Date(readonly=True, copy=False)
    target_public = fields.Selection(
        TARGET_PUBLIC, string="Public", readonly=True, copy=False
    )
    residence = fields.Selection(RESIDENCE, readonly=True, copy=False)
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood",
        string="Quartier",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
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
    followup_ids = fields.One2many("citeslab.followup", "parcours_id")
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
    # Typed on the parcours and kept on the person only: no column of the stock table.
    porteur_search = fields.Char(
        string="Porteur or Project",
        compute="_compute_porteur_search",
        search="_search_porteur_search",
        groups=ROLES,
    )
    person_gender = fields.Selection(
        related="partner_id.gender", readonly=False, related_sudo=False, groups=ROLES
    )
    person_birthdate = fields.Date(
        related="partner_id.birthdate_date",
        string="Birth Date",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_residence = fields.Selection(
        related="partner_id.residence",
        string="Residence Today",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_neighborhood_id = fields.Many2one(
        related="partner_id.neighborhood_id",
        string="Quartier Today",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_street = fields.Char(
        related="partner_id.street",
        string="Person's Street",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_zip = fields.Char(
        related="partner_id.zip",
        string="Person's ZIP",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_city = fields.Char(
        related="partner_id.city",
        string="Person's City",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )

    _parcours_has_owner = models.Constraint(
        "CHECK (is_parcours IS NOT TRUE OR "
        "(company_id IS NOT NULL AND partner_id IS NOT NULL))",
        "A parcours belongs to a structure and to a person.",
    )
    _reference_unique = models.UniqueIndex(
        "(company_id, reference) WHERE reference IS NOT NULL",
        "This number of parcours is already used in the structure.",
    )
    _parcours_company_idx = models.Index(
        "(company_id, stage_id, priority DESC, id DESC) WHERE is_parcours IS TRUE"
    )

    # ------------------------------------------------------------
    # What the host computes, left to the host for its own leads
    # ------------------------------------------------------------

    def _compute_company_id(self):
        """A parcours changes structure through ``action_transfer`` only."""
        return super(CrmLead, self - self._parcours())._compute_company_id()

    def _compute_team_id(self):
        return super(CrmLead, self - self._parcours())._compute_team_id()

    def _compute_stage_id(self):
        return super(CrmLead, self - self._parcours())._compute_stage_id()

    def _compute_probabilities(self):
        others = self - self._parcours()
        if others:
            return super(CrmLead, others)._compute_probabilities()

    def _compute_potential_lead_duplicates(self):
        """A sales lead never shows a parcours as its possible duplicate."""
        parcours = self._parcours()
        parcours.duplicate_lead_ids = False
        parcours.duplicate_lead_count = 0
        others = (self - parcours).with_context(citeslab_sales_only=True)
        return super(CrmLead, others)._compute_potential_lead_duplicates()

    @api.model
    def _search(self, domain, *args, **kwargs):
        domain = Domain(domain)
        if self.env.context.get("citeslab_sales_only"):
            domain &= Domain("is_parcours", "=", False)
        elif not self.env.su and self._asks_for_parcours(domain):
            # Every parcours has a structure: said outright, a column of the kanban
            # is read in the order of an index, not by going through the table.
            domain &= Domain("company_id", "in", self.env.companies.ids)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _asks_for_parcours(self, domain):
        """Whether a domain can be met by a parcours only."""
        terms = domain.children if isinstance(domain, DomainAnd) else (domain,)
        return any(
            getattr(term, "field_expr", None) == "is_parcours"
            and term.operator in ("=", "in")
            and term.value in (True, [True], (True,), {True})
            for term in terms
        )

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """A parcours never teaches the host's predictive scoring."""
        others = self - self._parcours()
        return super(CrmLead, others)._handle_won_lost(
            old_status_by_lead, new_status_by_lead
        )

    def _pls_get_lead_pls_values(self, domain=None):
        if domain:
            domain = Domain(domain) & Domain("is_parcours", "=", False)
        return super()._pls_get_lead_pls_values(domain=domain)

    def _pls_get_naive_bayes_probabilities(self, batch_mode=False, is_tooltip=False):
        others = self - self._parcours()
        if not others:
            return {}, {}
        return super(CrmLead, others)._pls_get_naive_bayes_probabilities(
            batch_mode=batch_mode, is_tooltip=is_tooltip
        )

    def _parcours(self):
        return self.filtered("is_parcours")

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the stages of a parcours in our views, the host's in its own."""
        if self.env.context.get("citeslab_parcours"):
            return stages.search([("phase", "!=", False)])
        found = super()._read_group_stage_ids(stages, domain)
        return found.filtered(lambda stage: not stage.phase or stage in stages)

    # ------------------------------------------------------------
    # Life of a parcours
    # ------------------------------------------------------------

    @api.depends("last_contact_date", "stage_id")
    def _compute_silent_days(self):
        today = fields.Date.context_today(self)
        for lead in self:
            last = lead.last_contact_date
            is_open = lead.is_parcours and lead.phase not in ("created", "closed")
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
            & Domain("phase", "not in", ("created", "closed"))
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

    @api.depends("is_parcours", "reference", "partner_id", "name")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name a parcours for our roles; a number for anybody else."""
        parcours = self._parcours()
        result = super(CrmLead, self - parcours)._compute_display_name()
        has_role = self.env.user.has_group("citeslab_base.group_volunteer")
        for lead in parcours:
            # a many2one label is read as superuser: ask for the reader himself
            if has_role and lead.sudo(False).has_access("read"):
                person = lead.partner_id.name or lead.contact_name
                words = filter(None, (person, lead.name))
                lead.display_name = " · ".join(words) or self.env._("New Parcours")
            else:
                lead.display_name = lead.reference
        return result

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if values.get("is_parcours") or self.env.context.get("default_is_parcours"):
            company = self.env.company
            values.update(
                type="opportunity",
                team_id=self.env["crm.team"]._citeslab_team().id,
                company_id=company.id,
                territory_id=self.env["citeslab.territory"]._default_for(company).id,
            )
            values = {key: val for key, val in values.items() if key in fields_list}
        return values

    @api.model_create_multi
    def create(self, vals_list):
        asked = self.env.context.get("default_is_parcours")
        parcours = [vals for vals in vals_list if vals.get("is_parcours", asked)]
        if parcours:
            self._prepare_parcours(parcours)
        leads = super().create(vals_list)
        leads._parcours()._refresh_from_rows()  # the person's quartier, if known
        return leads

    @api.model
    def _prepare_parcours(self, vals_list):
        """Complete the values of new parcours: structure, person, number, stage.

        :param list[dict] vals_list: values as asked, completed in place
        :raise UserError: when neither a person nor a name is given
        """
        team = self.env["crm.team"]._citeslab_team()
        entry_stage = self._stages_by_phase()["detection"]
        references = self._next_references(len(vals_list))
        Company = self.env["res.company"]
        for vals, reference in zip(vals_list, references, strict=True):
            company = Company.browse(vals.get("company_id")) or self.env.company
            if "territory_id" not in vals:  # an import of thousands tells it
                Territory = self.env["citeslab.territory"]
                vals["territory_id"] = Territory._default_for(company).id
            vals.update(
                is_parcours=True,
                type="opportunity",
                company_id=company.id,
                team_id=team.id,
                reference=reference,
                partner_id=self._prepare_porteur(vals, company).id,
            )
            vals["stage_id"] = vals.get("stage_id") or entry_stage.id
            vals["name"] = vals.get("name") or self.env._("Project to be specified")
            if vals.get("detection_place_id") and not vals.get("discovery_source_id"):
                place = self.env["citeslab.place"].browse(vals["detection_place_id"])
                vals["discovery_source_id"] = place.discovery_source_id.id
            # stored and set here, so that the host computes nothing of the kind
            vals.update(probability=0.0, automated_probability=0.0)
            if "iap_enrich_done" in self._fields:  # never sent to an outside service
                vals["iap_enrich_done"] = True

    @api.onchange("detection_place_id")
    def _onchange_detection_place_id(self):
        if not self.discovery_source_id:
            self.discovery_source_id = self.detection_place_id.discovery_source_id

    def _detected_at(self, place):
        """Keep where the person was met first, and the channel that it stands for.

        :param place: ``citeslab.place`` record
        """
        for parcours in self:
            values = {"detection_place_id": place.id}
            if not parcours.discovery_source_id:
                values["discovery_source_id"] = place.discovery_source_id.id
            parcours.write(values)

    def _prepare_porteur(self, vals, company):
        """The person of a new parcours: chosen, or created from the typed name."""
        # the defaults of a parcours are none of the person's
        context = clean_context(self.env.context)
        Partner = self.env["res.partner"]
        Partner = Partner.with_context(context)  # pylint: disable=context-overridden
        if vals.get("partner_id"):
            return Partner.browse(vals["partner_id"])._as_porteur(company)
        if not vals.get("contact_name"):
            raise UserError(
                self.env._("Whose project is it? Choose a person or type a name.")
            )
        return Partner.create(
            {
                "name": vals["contact_name"],
                "email": vals.get("email_from"),
                "phone": vals.get("phone"),
                "company_id": company.id,
                "is_porteur": True,
            }
        )

    def copy_data(self, default=None):
        """A copy of a parcours is a parcours: another project of the same person."""
        vals_list = super().copy_data(default=default)
        for lead, vals in zip(self, vals_list, strict=True):
            if lead.is_parcours:
                vals["is_parcours"] = True
        return vals_list

    def write(self, vals):
        parcours = self._parcours() if GUARDED & vals.keys() else self.browse()
        if "is_parcours" in vals:
            self._check_kind_kept(bool(vals["is_parcours"]))
        if not parcours:
            return super().write(vals)
        parcours._check_parcours_kept(vals)
        if others := self - parcours:
            super(CrmLead, others).write(dict(vals))
        vals = {key: vals[key] for key in vals if key not in ("team_id", "type")}
        result = super(CrmLead, parcours).write(vals)
        if "partner_id" in vals:
            parcours._move_rows_to_person()
        return result

    def _check_kind_kept(self, becomes):
        if any(becomes != lead.is_parcours for lead in self):
            raise UserError(
                self.env._(
                    "A lead of the sales pipeline and a parcours never become each "
                    "other: create a parcours for this person instead."
                )
            )

    def _check_parcours_kept(self, vals):
        """Refuse what would move a parcours unseen, or end it without an outcome."""
        company = vals.get("company_id")
        moves = "company_id" in vals and any(
            lead.company_id.id != company for lead in self
        )
        if moves:
            raise UserError(
                self.env._(
                    "A parcours changes structure by a transfer only, with the "
                    "agreement of the person."
                )
            )
        if not vals.get("active", True):
            self._refuse_for_parcours()
        if vals.get("partner_id"):
            person = self.env["res.partner"].browse(vals["partner_id"])
            person.check_access("read")
            for structure in self.company_id:
                vals["partner_id"] = person._as_porteur(structure).id

    @api.constrains("stage_id", "is_parcours")
    def _check_stage(self):
        for lead in self:
            if lead.stage_id and lead.is_parcours != bool(lead.stage_id.sudo().phase):
                raise ValidationError(
                    self.env._(
                        "The stage %(stage)s is not of this pipeline: a parcours goes "
                        "through the phases of CitésLab, a lead through the sales "
                        "stages.",
                        stage=lead.stage_id.sudo().name,
                    )
                )

    def _move_rows_to_person(self):
        """Keep the person of every row that of its parcours (after a merge)."""
        for model in self._parcours_row_models():
            rows = self.env[model].search([("parcours_id", "in", self.ids)])
            self.env.add_to_compute(rows._fields["partner_id"], rows)
        self._refresh_from_rows()

    @api.model
    def _parcours_row_models(self):
        """Names of the models whose rows belong to a parcours.

        :rtype: list[str]
        """
        child = self.pool["citeslab.parcours.child"]
        return [
            name
            for name in child._inherit_children
            if not self.env[name]._abstract and not self.env[name]._transient
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_a_report(self):
        """Only a parcours that never counted may be deleted."""
        for lead in self._parcours():
            if lead.interview_ids.filtered(lambda row: row.state == "done"):
                raise UserError(
                    self.env._(
                        "%(reference)s holds contacts that the bilan counts: "
                        "anonymise the person instead of deleting the parcours.",
                        reference=lead.reference,
                    )
                )

    def action_set_lost(self, **additional_values):
        self._refuse_for_parcours()
        return super().action_set_lost(**additional_values)

    def action_set_won(self):
        self._refuse_for_parcours()
        return super().action_set_won()

    def _merge_opportunity(self, *args, **kwargs):
        self._refuse_for_parcours()
        return super()._merge_opportunity(*args, **kwargs)

    def convert_opportunity(self, *args, **kwargs):
        self._refuse_for_parcours()
        return super().convert_opportunity(*args, **kwargs)

    def _refuse_for_parcours(self):
        if self._parcours():
            raise UserError(
                self.env._(
                    "This belongs to the sales pipeline. A parcours ends by an "
                    "outcome: use “Outcome” on its form."
                )
            )

    def _log_interview(
        self,
        values,
        planned=None,
        public=False,
        prescriber=None,
        orientation=None,
        activity=None,
        next_start=None,
    ):
        """Write all that one RDV tells, or nothing of it.

        :param dict values: values of the ``citeslab.interview``, with its ``date``
        :param planned: RDV that was planned and took place (or did not), if any
        :param public: public of the person at the entry, where it is not known yet
        :param prescriber: organisation that sent the person, where it is asked
        :param dict | None orientation: values of a ``citeslab.orientation``
        :param dict | None activity: ``summary`` and ``date_deadline`` of what to do
            next
        :param datetime | None next_start: start of the next RDV, in UTC
        :return: the RDV logged
        :rtype: citeslab.interview
        """
        self.ensure_one()
        Interview = self.env["citeslab.interview"]
        if prescriber:
            self.prescriber_id = prescriber
        if planned:
            if planned.start and values.get("date") != planned.date:
                values = {**values, "start": False}  # it took place another day
            planned.write(values)
            interview = planned
        else:
            interview = Interview.create({"parcours_id": self.id, **values})
        if public and not self.target_public:
            self.situation_ids[:1].target_public = public
        if orientation:
            self.env["citeslab.orientation"].create(
                {"parcours_id": self.id, "date": interview.date, **orientation}
            )
        if activity:
            self.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.env.uid, **activity
            )
        if next_start:
            Interview.create(
                {
                    "parcours_id": self.id,
                    "start": next_start,
                    "duration": interview.duration,
                    "mode": interview.mode,
                    "place_id": interview.place_id.id,
                    "place": interview.place,
                }
            )
        return interview

    def action_new_situation(self):
        """Open a new photograph, prefilled from the latest one.

        :return: window action of a new ``citeslab.situation``
        :rtype: dict
        """
        self.ensure_one()
        latest = self.situation_ids[:1]
        values = latest._next_values() if latest else {"parcours_id": self.id}
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Situation"),
            "res_model": "citeslab.situation",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{key}": value for key, value in values.items()},
        }

    # ------------------------------------------------------------
    # What is current follows from the dated rows
    # ------------------------------------------------------------

    @api.model
    def _stages_by_phase(self):
        stages = self.env["crm.stage"].sudo().search([("phase", "!=", False)])
        return {stage.phase: stage for stage in reversed(stages)}

    @api.model
    def _next_references(self, count):
        """Numbers for new parcours, taken in one query whatever their count.

        :param int count: how many
        :rtype: list[str]
        """
        sequence = self.env.ref("citeslab_base.sequence_parcours").sudo()
        name = SQL.identifier(f"ir_sequence_{sequence.id:03d}")
        rows = self.env.execute_query(
            SQL(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                SQL("'%s'", name),
                count,
            )
        )
        return [sequence.get_next_char(number) for (number,) in rows]

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
            ranked AS (
                SELECT i.company_id, i.partner_id, i.date,
                       ROW_NUMBER() OVER (
                           PARTITION BY i.company_id, i.partner_id
                           ORDER BY i.date, i.start NULLS LAST, i.id) AS rank
                  FROM citeslab_interview i
                  JOIN person USING (company_id, partner_id)
                 WHERE i.state = 'done' AND i.kind = 'interview'),
            first_one AS (
                SELECT DISTINCT ON (o.company_id, o.partner_id) o.id
                  FROM citeslab_orientation o
                  JOIN ranked one ON one.company_id = o.company_id
                   AND one.partner_id = o.partner_id AND one.rank = 1
             LEFT JOIN ranked two ON two.company_id = o.company_id
                   AND two.partner_id = o.partner_id AND two.rank = 2
                 WHERE o.date >= one.date
                   AND (o.date = one.date OR two.date IS NULL OR o.date < two.date)
              ORDER BY o.company_id, o.partner_id, o.date, o.id)
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
            )
        )
        orientations = self.env["citeslab.orientation"].browse(
            [row_id for (row_id,) in changed]
        )
        orientations.invalidate_recordset(["is_first"], flush=False)

    def _refresh_phase(self):
        """Push each parcours to the phase that its facts have reached.

        A chef may place a card further than the facts say; a RDV after a closing
        outcome opens the parcours again, one after a creation is its follow-up.
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
        last = self.last_contact_date
        ended = self.outcome in CLOSING_OUTCOMES
        if self.outcome and not (ended and last and last > self.outcome_date):
            return self._phase_of_outcome()
        if self.phase in ("created", "closed"):
            return "followup"
        reached = "detection"
        if self.first_interview_date:
            reached = "orientation" if is_oriented else "interview"
        ahead = PHASE_RANK[reached] > PHASE_RANK.get(self.phase, -1)
        return reached if ahead else None

    def _phase_of_outcome(self):
        if self.outcome in CLOSING_OUTCOMES:
            return "closed"
        return "followup" if self.outcome == "ongoing" else "created"

    # ------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------

    def _compute_porteur_search(self):
        """Only there to be searched."""
        self.porteur_search = False

    @api.model
    def _search_porteur_search(self, operator, value):
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        person = Domain("partner_id.porteur_search", "ilike", value)
        project = Domain("name", "ilike", value) | Domain("reference", "ilike", value)
        return Domain("is_parcours", "=", True) & (person | project)

    @api.model
    @api.readonly
    def get_view(self, view_id=None, view_type="form", **options):
        """Without a view asked for, show ours to those who have parcours only.

        The list of activities, a notification or a link opens the default view of
        the model: people without a sales role would meet revenue there.
        """
        asked = view_id or self.env.context.get(f"{view_type}_view_ref")
        if not asked and self._reader_has_parcours_only():
            view = self._parcours_view(view_type)
            view_id = view.id if view else view_id
        return super().get_view(view_id, view_type, **options)

    @api.model
    def _reader_has_parcours_only(self):
        user = self.env.user
        return user.has_group(ROLES) and not user.has_group(
            "sales_team.group_sale_salesman"
        )

    @api.model
    def _parcours_view(self, view_type):
        return self.env.ref(
            f"citeslab_base.crm_lead_view_{view_type}", raise_if_not_found=False
        )

    @api.readonly
    def get_formview_id(self, access_uid=None):
        """Open a parcours on its own form, whoever holds both roles."""
        if self.is_parcours:
            return self._parcours_view("form").id
        return super().get_formview_id(access_uid=access_uid)
