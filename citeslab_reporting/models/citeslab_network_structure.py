from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.citeslab_base.tools.dates import local_date

from ..figures import cadence

# What a chef types day after day.
TYPED = (
    "citeslab.interview",
    "citeslab.action",
    "citeslab.orientation",
    "citeslab.outcome",
)


class CiteslabNetworkStructure(models.Model):
    """Structure of the network, kept in this database or elsewhere.

    What an animator follows of it is counted, without any name: the day of the last
    entry, the pace of the year, the committees, the reports.
    """

    _name = "citeslab.network.structure"
    _description = "Structure of the Network"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "region_id, department_id, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True)
    code = fields.Char(
        required=True,
        help="Names the structure in the files that go and come, as its SIRET.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure Here",
        index="btree_not_null",
        ondelete="set null",
        help="Empty: the structure keeps its data in another database.",
    )
    department_id = fields.Many2one(
        "citeslab.region",
        string="Department",
        domain="[('kind', '=', 'department')]",
        ondelete="restrict",
    )
    region_id = fields.Many2one(
        "citeslab.region",
        string="Region",
        compute="_compute_region_id",
        store=True,
        readonly=False,
        domain="[('kind', '=', 'region')]",
        ondelete="restrict",
        index="btree_not_null",
    )
    email = fields.Char(
        help="Where a structure of another database gets its campaigns."
    )
    animator_ids = fields.Many2many(
        "res.users",
        "citeslab_network_structure_animator_rel",
        "structure_id",
        "user_id",
        string="Followed By",
        default=lambda self: self.env.user,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("citeslab_base.group_network").ids)
        ],
        help="The RCE and animators who read its reports.",
    )
    entry_ids = fields.One2many("citeslab.campaign.entry", "structure_id")
    file_ids = fields.One2many("citeslab.report.file", "structure_id", string="Files")

    # The board: numbers only, counted for all the structures at once
    last_entry_date = fields.Date(
        string="Last Entry", compute="_compute_board", compute_sudo=True
    )
    accompanied_count = fields.Integer(
        string="People Accompanied", compute="_compute_board", compute_sudo=True
    )
    reached_count = fields.Integer(
        string="Accompanied and Oriented", compute="_compute_board", compute_sudo=True
    )
    target_count = fields.Integer(
        string="Objective", compute="_compute_board", compute_sudo=True
    )
    pace = fields.Integer(
        string="Pace (%)",
        compute="_compute_board",
        compute_sudo=True,
        help="What is reached, of what the objective asks for up to today.",
    )
    committees_held = fields.Char(
        string="Committees",
        compute="_compute_board",
        compute_sudo=True,
        help="Held, of those expected by now this year of activity.",
    )
    alert_count = fields.Integer(
        string="Alerts", compute="_compute_board", compute_sudo=True
    )
    alerts = fields.Char(
        string="What Is Missing", compute="_compute_board", compute_sudo=True
    )
    report_state = fields.Selection(
        lambda self: self.env["citeslab.campaign.entry"]
        ._fields["state"]
        ._description_selection(self.env),
        string="Last Report",
        compute="_compute_report_state",
        compute_sudo=True,
    )

    _code_unique = models.UniqueIndex(
        "(code)", "This code is already that of another structure."
    )
    _company_unique = models.UniqueIndex(
        "(company_id) WHERE company_id IS NOT NULL",
        "This structure is already in the network.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_may_link(any(vals.get("company_id") for vals in vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_may_link(
            "company_id" in vals
            and any(one.company_id.id != vals["company_id"] for one in self)
        )
        return super().write(vals)

    @api.model
    def _check_may_link(self, is_linked):
        """Reports are read through this link: national animation alone makes it."""
        national = "citeslab_reporting.group_network_national"
        if is_linked and not (self.env.su or self.env.user.has_group(national)):
            raise AccessError(
                self.env._(
                    "Only the national animation says which structure of this database "
                    "a structure of the network is."
                )
            )

    @api.depends("department_id")
    def _compute_region_id(self):
        for structure in self:
            structure.region_id = structure.department_id.parent_id or (
                structure.region_id
            )

    @api.depends("entry_ids.state")
    def _compute_report_state(self):
        """State of the report of the latest campaign that was opened."""
        for structure in self:
            entries = structure.entry_ids.filtered(
                lambda entry: entry.campaign_id.state != "draft"
            )
            latest = entries.sorted(lambda entry: entry.campaign_id.date_to)[-1:]
            structure.report_state = latest.state

    @api.depends("company_id")
    def _compute_board(self):
        """One query per thing counted, whatever the number of structures."""
        companies = self.company_id
        today = fields.Date.context_today(self)
        entries = self._last_entries(companies)
        people = self._people_of_year(companies, today)
        targets = self._targets(companies, today)
        committees = self._committees(companies, today)
        elapsed = (today - today.replace(month=1, day=1)).days + 1
        for structure in self:
            company = structure.company_id
            accompanied, reached = people.get(company.id, (0, 0))
            target = targets.get(company.id, 0)
            held, expected, sentences = committees.get(company.id, (0, 0, []))
            structure.last_entry_date = entries.get(company.id)
            structure.accompanied_count = accompanied
            structure.reached_count = reached
            structure.target_count = target
            wanted = target * min(elapsed, 365) / 365
            structure.pace = round(100 * reached / wanted) if wanted else 0
            structure.committees_held = f"{held} / {expected}" if company else False
            structure.alerts = " ".join(sentences) or False
            structure.alert_count = len(sentences)

    @api.model
    def _last_entries(self, companies):
        """Day on which the structure typed something last: ``{company id: day}``."""
        found = {}
        for model in TYPED:
            for company, moment in self.env[model]._read_group(
                [("company_id", "in", companies.ids)],
                ["company_id"],
                ["create_date:max"],
            ):
                found[company] = max(moment, found.get(company, moment))
        return {
            company.id: local_date(moment, company) for company, moment in found.items()
        }

    @api.model
    def _people_of_year(self, companies, today):
        """``{company id: (accompanied, accompanied and oriented)}`` since 1 January."""
        if not companies:
            return {}
        model = self.env["citeslab.fact.person"].with_context(
            citeslab_from=fields.Date.to_string(today.replace(month=1, day=1)),
            citeslab_to=fields.Date.to_string(today),
            citeslab_company_ids=companies.ids,
        )
        found = {}
        for company, oriented, count in model._read_group(
            [("is_accompanied", "=", True), ("company_id", "in", companies.ids)],
            ["company_id", "is_oriented"],
            ["__count"],
        ):
            accompanied, reached = found.get(company.id, (0, 0))
            found[company.id] = (
                accompanied + count,
                reached + (count if oriented else 0),
            )
        return found

    @api.model
    def _targets(self, companies, today):
        """People to accompany and orient this year: ``{company id: number}``.

        What the COPIL set, else the number of the scheme (CDC §5.1).
        """
        number = self.env["citeslab.parameter"]._value_at("objective_persons", today)
        targets = dict.fromkeys(companies.ids, int(number or 0))
        for company, target in self.env["citeslab.objective"]._read_group(
            [
                ("company_id", "in", companies.ids),
                ("year", "=", today.year),
                ("indicator_id.code", "=", "objective"),
                ("item_code", "=", False),
            ],
            ["company_id"],
            ["target:sum"],
        ):
            targets[company.id] = int(target)
        return targets

    @api.model
    def _committees(self, companies, today):
        """``{company id: (held, expected by now, sentences)}`` of the year."""
        found = {}
        committees = self.env["citeslab.committee"].search(
            Domain("company_id", "in", companies.ids)
        )
        for committee in committees:
            held, expected, sentences = found.get(committee.company_id.id, (0, 0, []))
            for slot, state in committee._expected(today):
                held += state == cadence.HELD
                expected += state == cadence.HELD or slot.last < today
                if state in cadence.ALERTS:
                    sentences = [*sentences, committee._slot_sentence(slot, state)]
            if start := committee._start_sentence():
                sentences = [*sentences, start]
            found[committee.company_id.id] = (held, expected, sentences)
        return found

    @api.model
    def _followed(self):
        """Structures that the reader follows: the record rules say which."""
        return self.search([])

    @api.model
    def _ensure_for(self, companies):
        """Put structures of this database in the network, once.

        :param companies: ``res.company`` records
        """
        known = self.with_context(active_test=False).search(
            [("company_id", "in", companies.ids)]
        )
        self.with_context(mail_create_nolog=True).create(
            [
                {
                    "name": company.name,
                    "code": company.company_registry or f"local-{company.id}",
                    "company_id": company.id,
                    "animator_ids": False,
                }
                for company in companies - known.company_id
            ]
        )

    def _send_file(self, subject, body, file):
        """Mail a file to a structure of another database.

        :param str body: HTML
        :param file: ``(name, bytes)``
        """
        self.ensure_one()
        name, content = file
        # as superuser: an animator writes no mail in the name of the database
        mail = (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    "subject": subject,
                    "email_to": self.email,
                    "body_html": body,
                    "auto_delete": True,
                }
            )
        )
        mail.attachment_ids = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name,
                    "raw": content,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
