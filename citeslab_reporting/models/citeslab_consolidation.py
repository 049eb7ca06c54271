import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools.misc import format_date

from odoo.addons.citeslab_base.tools.roles import NETWORK

from ..figures.consolidation import DEPARTMENT, REGION, STRUCTURE, Source, consolidate

NATIONAL_GROUP = "citeslab_reporting.group_network_national"
# What is asked, and what is found: the one by people, the other by the sum alone.
ASKED = ("campaign_id", "region_id", "only_validated")
FOUND = {
    "line_ids",
    "entry_ids",
    "missing_ids",
    "computed_on",
    "computed_by_id",
    "threshold",
    "twice_count",
    "sources",
    "published_on",
    "published_by_id",
}


class CiteslabConsolidation(models.Model):
    """Figures of a campaign added up: network, regions, departments, structures.

    It reads what was submitted and nothing else: reports of this database, files of the
    others. Numbers of people under the threshold of the scheme are never stored.
    """

    _name = "citeslab.consolidation"
    _description = "Consolidation"
    _inherit = ["mail.thread"]
    _order = "date_to desc, id desc"

    name = fields.Char(compute="_compute_name", store=True)
    campaign_id = fields.Many2one(
        "citeslab.campaign", required=True, ondelete="restrict", index=True
    )
    date_from = fields.Date(related="campaign_id.date_from", store=True)
    date_to = fields.Date(related="campaign_id.date_to", store=True)
    region_id = fields.Many2one(
        "citeslab.region",
        string="Only the Region",
        domain="[('kind', '=', 'region')]",
        ondelete="restrict",
    )
    only_validated = fields.Boolean(default=True, string="Validated Reports Only")
    line_ids = fields.One2many("citeslab.consolidation.line", "consolidation_id")
    entry_ids = fields.Many2many(
        "citeslab.campaign.entry",
        "citeslab_consolidation_entry_rel",
        "consolidation_id",
        "entry_id",
        string="Added Up",
        readonly=True,
    )
    missing_ids = fields.Many2many(
        "citeslab.network.structure",
        "citeslab_consolidation_missing_rel",
        "consolidation_id",
        "structure_id",
        string="Missing",
        readonly=True,
        context={"active_test": False},
    )
    computed_on = fields.Datetime(readonly=True)
    computed_by_id = fields.Many2one("res.users", readonly=True)
    threshold = fields.Integer(readonly=True)
    twice_count = fields.Integer(
        string="People of Two Structures",
        readonly=True,
        help="People of this database met by several structures; 0 when too few.",
    )
    sources = fields.Text(
        readonly=True, help="Seals of the reports that were added up (JSON)."
    )
    published_on = fields.Datetime(readonly=True, copy=False, tracking=True)
    published_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    is_stale = fields.Boolean(
        string="Changed Since",
        compute="_compute_is_stale",
        compute_sudo=True,
        help="A structure handed over, or was answered, since it was added up.",
    )
    explanation = fields.Html(compute="_compute_explanation")
    table_html = fields.Html(
        string="By Region", compute="_compute_tables", sanitize=False
    )
    network_html = fields.Html(
        string="Network", compute="_compute_tables", sanitize=False
    )

    _published_once = models.UniqueIndex(
        "(campaign_id) WHERE published_on IS NOT NULL",
        "The consolidation of this campaign is published already.",
    )
    _published_who = models.Constraint(
        "CHECK (published_on IS NULL OR published_by_id IS NOT NULL)",
        "A published consolidation says who published it.",
    )

    @api.depends("campaign_id.name", "region_id.name")
    def _compute_name(self):
        for one in self:
            parts = [one.campaign_id.name, one.region_id.name]
            one.name = " – ".join(filter(None, parts))

    @api.depends("computed_on", "published_on")
    def _compute_is_stale(self):
        """Of the structures that were looked at: other readers follow others."""
        for one in self:
            seen = one.entry_ids.structure_id | one.missing_ids
            entries = one.campaign_id.entry_ids.filtered(
                lambda entry, seen=seen: entry.structure_id in seen
            )
            seals = self._seals(entries._counted(one.only_validated))
            is_final = one.published_on or not one.computed_on
            one.is_stale = not is_final and seals != one.sources

    @api.model
    def _seals(self, counted):
        """Which reports were added up, in JSON: the code and the seal of each."""
        return json.dumps(
            sorted(
                [entry.structure_id.code, report.content_hash]
                for entry, report in counted.items()
            )
        )

    def action_compute(self):
        """Add up what was submitted by now; the former result is replaced.

        :raises AccessError: for anybody but the network
        :raises UserError: nothing to add up
        """
        if not self.env.user.has_group(NETWORK):
            raise AccessError(
                self.env._("Only the animation of the network consolidates.")
            )
        self.check_access("write")
        self._refuse_if_published()
        for one in self:
            one._consolidate()

    def action_publish(self):
        """Let the distributions of people leave, once for a structure and a day.

        Two tables of the same campaign, a structure or a correction apart, or of a
        half-year and its year, give small numbers back by subtraction, whatever each of
        them keeps secret. Headline counts are always printed.

        :raises AccessError: for anybody but the national animation
        :raises UserError: nothing added up, or published already
        """
        self.ensure_one()
        self._check_may_publish()
        self.sudo().write(
            {
                "published_on": fields.Datetime.now(),
                "published_by_id": self.env.user.id,
            }
        )

    def _check_may_publish(self):
        if not self.env.user.has_group(NATIONAL_GROUP):
            raise AccessError(
                self.env._("Only the national animation publishes a consolidation.")
            )
        if not self.computed_on or self.region_id:
            raise UserError(
                self.env._("Add up the whole network first, then publish it.")
            )
        former = self._published_beside()[:1]
        if former:
            raise UserError(
                self.env._(
                    "%(campaign)s was published on %(day)s: a second table of the same "
                    "structures and days would give small numbers back by subtraction. "
                    "Print that one; headline counts of this one print as they are.",
                    campaign=former.campaign_id.name,
                    day=format_date(self.env, former.published_on),
                )
            )

    def _published_beside(self):
        """Published consolidations of some of these structures and days.

        A half-year subtracted from its year tells the other half.
        """
        # as superuser: what was published does not depend on who publishes
        published = self.sudo().search(
            [
                ("published_on", "!=", False),
                ("date_from", "<=", self.date_to),
                ("date_to", ">=", self.date_from),
            ]
        )
        mine = self.sudo().entry_ids.structure_id
        return published.filtered(
            lambda other: other.campaign_id == self.campaign_id
            or other.entry_ids.structure_id & mine
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_typed(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_typed(vals)
        if not vals.keys() & set(ASKED):
            return super().write(vals)
        if not self.env.su:
            self._refuse_if_published()
        former = {one: [one[name] for name in ASKED] for one in self}
        done = super().write(vals)
        for one in self:
            if former[one] != [one[name] for name in ASKED]:
                one._forget_result()
        return done

    def _forget_result(self):
        """A result is that of what was asked: another question has none yet."""
        # as superuser: nobody types what was added up
        own = self.sudo()
        own.line_ids.unlink()
        own.write(
            {
                "entry_ids": [Command.clear()],
                "missing_ids": [Command.clear()],
                "computed_on": False,
                "computed_by_id": False,
                "sources": False,
            }
        )

    def _refuse_typed(self, vals):
        """What a consolidation finds is written by it and nobody else."""
        if not self.env.su and vals.keys() & FOUND:
            raise AccessError(
                self.env._("The result of a consolidation is not typed: add it up.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._refuse_if_published()

    def _refuse_if_published(self):
        for one in self.filtered("published_on"):
            raise UserError(
                self.env._(
                    "%(name)s is published: it stays as it left. Open another "
                    "consolidation to follow the campaign.",
                    name=one.name,
                )
            )

    def _consolidate(self):
        entries = self._entries()
        counted = entries._counted(self.only_validated)
        given = entries.filtered(lambda entry: entry in counted)
        if not given:
            raise UserError(
                self.env._("No structure has submitted its report: nothing to add up.")
            )
        threshold = self.env["citeslab.parameter"]._secret_under(self.date_to)
        bilans = {entry: json.loads(counted[entry].figures) for entry in given}
        lines = self._line_commands(bilans, threshold)
        # as superuser: nobody types a figure, nor what was added up
        self.line_ids.sudo().unlink()
        self.sudo().write(
            {
                "line_ids": lines,
                "entry_ids": [Command.set(given.ids)],
                "missing_ids": [Command.set((entries - given).structure_id.ids)],
                "computed_on": fields.Datetime.now(),
                "computed_by_id": self.env.user.id,
                "threshold": threshold,
                "twice_count": self._twice(given.company_id, threshold),
                "sources": self._seals(counted),
            }
        )

    def _line_commands(self, bilans, threshold):
        """Commands that create the lines of what structures told.

        :param dict bilans: entry of the campaign → its bilan, as plain values
        :param int threshold: smallest number of people shown beside an attribute
        """
        sources = [
            Source(
                entry.structure_id.id,
                entry.structure_id.region_id.id or None,
                entry.structure_id.department_id.id or None,
                bilan["indicators"],
            )
            for entry, bilan in bilans.items()
        ]
        rules = self.env["citeslab.consolidation.rule"].search([])
        lines = consolidate(sources, rules._specs(), threshold)
        # rows are named as this database does, files of others come after
        own_first = sorted(bilans, key=lambda entry: not entry.company_id)
        labels = self._item_labels(bilans[entry] for entry in own_first)
        return [
            Command.create(self._line_values(rank, line, rules, labels))
            for rank, line in enumerate(lines)
        ]

    def _entries(self):
        """Entries of the campaign that the reader follows."""
        entries = self.env["citeslab.campaign.entry"].search(
            [("campaign_id", "=", self.campaign_id.id)]
        )
        if self.region_id:
            entries = entries.filtered(
                lambda entry: entry.structure_id.region_id == self.region_id
            )
        return entries

    @api.model
    def _item_labels(self, bilans):
        """Label of each row, as the first report that has it says it."""
        labels = {}
        for bilan in bilans:
            for code, figure in bilan["indicators"].items():
                for item in figure.get("items", ()):
                    labels.setdefault((code, item["code"]), item["label"])
        return labels

    @api.model
    def _line_values(self, rank, line, rules, labels):
        level, key = line.place
        rule = rules.filtered(lambda one: one.code == line.code)
        label = rule.name
        if line.item:
            label = labels.get((line.code, line.item)) or (
                self.env._("Unknown") if line.item == "unknown" else line.item
            )
        return {
            "sequence": rank,
            "level": level,
            "region_id": key if level in (REGION, DEPARTMENT) else False,
            "structure_id": key if level == STRUCTURE else False,
            "code": line.code,
            "item_code": line.item,
            "label": label,
            "unit": "count" if line.item and rule.unit == "rate" else rule.unit,
            "is_hidden": line.is_hidden,
            "value": line.value or 0,
            "percent": line.percent or 0,
            "structure_count": line.count,
        }

    @api.model
    def _twice(self, companies, threshold):
        """People of this database met by several of the structures.

        Same name and birth date, or same e-mail, or same phone. Only the number leaves.
        """
        # as superuser: who they are is told to nobody
        first, last = self.date_from, self.date_to
        model = (
            self.env["citeslab.fact.person"]
            .sudo()
            .with_context(
                citeslab_from=fields.Date.to_string(first),
                citeslab_to=fields.Date.to_string(last),
                citeslab_company_ids=companies.ids,
            )
        )
        met = model.search([("is_met", "=", True)]).partner_id
        seen = defaultdict(set)
        for person in met:
            for key in self._person_keys(person):
                seen[key].add((person.company_id.id, person.id))
        twice = set()
        for people in seen.values():
            if len({company for company, _person in people}) > 1:
                twice.add(min(person for _company, person in people))
        return len(twice) if len(twice) >= threshold else 0

    @api.model
    def _person_keys(self, person):
        """What two structures may both know of one person."""
        keys = []
        if person.name_normalized and person.birthdate_date:
            keys.append((person.name_normalized, person.birthdate_date))
        if person.email_normalized:
            keys.append(person.email_normalized)
        digits = "".join(filter(str.isdigit, person.phone or ""))[-9:]
        if len(digits) == 9:
            keys.append(digits)
        return keys

    def action_open_lines(self):
        """All the figures, of every place."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "citeslab.consolidation.line",
            "view_mode": "list",
            "domain": [("consolidation_id", "=", self.id)],
            "context": {"search_default_regions": 1},
        }
