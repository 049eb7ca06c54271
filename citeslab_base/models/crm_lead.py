from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, clean_context

from ..tools.roles import ROLES
from .selections import OUTCOME, PROJECT_KIND, RESIDENCE, TARGET_PUBLIC

# What the host may write on any lead, and a parcours does not take as it comes.
GUARDED = {"active", "company_id", "is_parcours", "partner_id", "team_id", "type"}


class CrmLead(models.Model):
    """A parcours: one project of one porteur in one structure.

    A stock lead pays nothing for it: the columns are plain, and every hook leaves
    records that are no parcours to the host. Three files beside this one hold what
    follows from its rows (``_current``), what its card tells by itself (``_signals``)
    and what keeps it out of the host's sales (``_host``).
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
    is_reopened = fields.Boolean(
        string="Opened Again",
        readonly=True,
        copy=False,
        help="By hand, after an outcome.",
    )
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
    followup_ids = fields.One2many("citeslab.followup", "parcours_id")
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

    def _parcours(self):
        return self.filtered("is_parcours")

    # ------------------------------------------------------------
    # Life of a parcours
    # ------------------------------------------------------------

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
        if prescriber:
            self.prescriber_id = prescriber
        interview = self._write_interview(values, planned)
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
            self._plan_next(interview, next_start)
        return interview

    def _write_interview(self, values, planned):
        """The RDV that took place: the one that was planned, else a new one."""
        if not planned:
            values = {"parcours_id": self.id, **values}
            return self.env["citeslab.interview"].create(values)
        if planned.start and values.get("date") != planned.date:
            values = {**values, "start": False}  # it took place another day
        planned.write(values)
        return planned

    def _plan_next(self, interview, start):
        """The next RDV, where and as long as the one that was logged."""
        self.env["citeslab.interview"].create(
            {
                "parcours_id": self.id,
                "start": start,
                "duration": interview.duration,
                "mode": interview.mode,
                "place_id": interview.place_id.id,
                "place": interview.place,
            }
        )

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
