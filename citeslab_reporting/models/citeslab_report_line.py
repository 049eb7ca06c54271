import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.citeslab_base.tools.roles import CHEF

from ..figures.matrix import COUNT, DISTRIBUTION
from ..figures.sealed import Sealed, canonical, digest
from .citeslab_indicator import KINDS

# What the submission writes in a line, in the order of its seal.
WRITTEN = (
    "code",
    "item_code",
    "label",
    "section",
    "kind",
    "status",
    "has_value",
    "value",
    "has_previous",
    "previous",
    "percent",
    "definition",
    "spec",
    "origin",
    "records",
    "record_count",
)


class CiteslabReportLine(models.Model):
    """One figure of a frozen report, or one of its rows, and what it counted.

    Written once, when the report is submitted.
    """

    _name = "citeslab.report.line"
    _description = "Figure of a Report"
    _inherit = ["citeslab.report.child"]
    _order = "report_id, sequence, id"
    _rec_name = "label"

    report_id = fields.Many2one(
        "citeslab.report", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", string="Structure", required=True, index=True
    )
    sequence = fields.Integer()
    code = fields.Char(required=True, index=True)
    item_code = fields.Char(string="Row", help="Empty for the total of the figure.")
    label = fields.Char(required=True)
    section = fields.Char()
    kind = fields.Selection(KINDS, required=True)
    status = fields.Selection(
        [
            ("ok", "Counted"),
            ("declared", "Typed"),
            ("not_registered", "Not registered"),
        ],
        required=True,
    )
    has_value = fields.Boolean(help="No: the figure is unknown, which is not zero.")
    value = fields.Float(digits=(16, 2), aggregator=None)
    has_previous = fields.Boolean()
    previous = fields.Float(digits=(16, 2), aggregator=None)
    percent = fields.Integer(aggregator=None)
    definition = fields.Text(help="How it was counted, in the words of that day.")
    spec = fields.Text(help="How it was counted, as the engine read it (JSON).")
    origin = fields.Char(help="Where a typed figure came from.")
    records = fields.Text(
        groups=CHEF, help="What it counted: model, id and part in the figure (JSON)."
    )
    record_count = fields.Integer(string="Records Counted", aggregator=None)

    value_text = fields.Char(string="Then", compute="_compute_value_text")
    previous_text = fields.Char(string="Year Before", compute="_compute_value_text")
    now_text = fields.Char(string="Now", compute="_compute_now", groups=CHEF)
    definition_now = fields.Text(compute="_compute_now", groups=CHEF)
    difference = fields.Char(compute="_compute_now", groups=CHEF)

    def init(self):
        """The database keeps the lines of what is frozen, as the report itself."""
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION citeslab_report_line_keep() RETURNS trigger AS $$
            DECLARE frozen_id integer;
            BEGIN
                IF TG_OP = 'INSERT' THEN
                    frozen_id := NEW.report_id;
                ELSE
                    frozen_id := OLD.report_id;
                END IF;
                IF EXISTS (SELECT 1 FROM citeslab_report report
                            WHERE report.id = frozen_id AND report.state != 'draft')
                THEN
                    RAISE EXCEPTION USING ERRCODE = 'check_violation',
                          MESSAGE = 'A submitted report never changes.';
                ELSIF TG_OP = 'DELETE' THEN
                    RETURN OLD;
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            DROP TRIGGER IF EXISTS citeslab_report_line_keep ON citeslab_report_line;
            CREATE TRIGGER citeslab_report_line_keep
                   BEFORE INSERT OR UPDATE OR DELETE ON citeslab_report_line
                   FOR EACH ROW EXECUTE FUNCTION citeslab_report_line_keep();
            """
        )

    @api.depends_context("lang")
    def _compute_value_text(self):
        style = self.env["citeslab.bilan.renderer"]._style()
        for line in self:
            value = line.value if line.has_value else None
            previous = line.previous if line.has_previous else None
            line.value_text = style.value(value, line.kind)
            line.previous_text = style.value(previous, line.kind)

    @api.depends_context("lang", "uid")
    def _compute_now(self):
        """The same figure counted now, and what differs."""
        style = self.env["citeslab.bilan.renderer"]._style()
        for report, lines in self.grouped("report_id").items():
            current = {
                (sealed.code, sealed.item or ""): (sealed, definition)
                for sealed, definition in report._sealed_now()
            }
            for line in lines:
                sealed, definition = current.get(
                    (line.code, line.item_code or ""), (None, False)
                )
                line.now_text = style.value(sealed and sealed.value, line.kind)
                line.definition_now = definition
                line.difference = line._difference(sealed)

    def _difference(self, sealed):
        """How many records came, went or changed since."""
        then, now = self._counted(), sealed.counted if sealed else {}
        came, went = now.keys() - then.keys(), then.keys() - now.keys()
        changed = [key for key in then.keys() & now.keys() if then[key] != now[key]]
        if not (came or went or changed):
            return self.env._("The same records.")
        return self.env._(
            "%(came)s more, %(went)s less, %(changed)s changed.",
            came=len(came),
            went=len(went),
            changed=len(changed),
        )

    def _counted(self):
        """What the line counted when it was frozen.

        :return: ``{(model, id): part}``
        """
        self.ensure_one()
        return {
            (model, record_id): part
            for model, record_id, part in json.loads(self.records or "[]")
        }

    def _digest(self):
        """Seal of these lines, as the database holds them.

        :rtype: str
        """
        self.flush_recordset()
        self.invalidate_recordset(list(WRITTEN))
        lines = self.sorted(lambda line: (line.sequence, line.id))
        return digest(canonical([[line[name] for name in WRITTEN] for line in lines]))

    def _number(self):
        """The value as the engine gives it: whole for what is counted."""
        return int(self.value) if self.kind in (COUNT, DISTRIBUTION) else self.value

    def _sealed(self):
        """These lines as plain data.

        :rtype: list[Sealed]
        """
        return [
            Sealed(
                code=line.code,
                item=line.item_code or None,
                label=line.label,
                kind=line.kind,
                value=line._number() if line.has_value else None,
                counted=line._counted(),
                spec=line.spec or "",
            )
            for line in self
        ]

    # Opening a figure

    def action_open(self):
        """The figure with its definition, then and now."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.label,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_open_then(self):
        """Records that the figure counted when it was frozen.

        :raises UserError: none was counted, or the figure was typed
        """
        self.ensure_one()
        counted = self._counted()
        if not counted:
            raise UserError(
                self.env._("%(figure)s counted no record.", figure=self.label)
            )
        by_model = defaultdict(list)
        for model, record_id in counted:
            by_model[model].append(record_id)
        return self._window(self.env._("%(figure)s, then", figure=self.label), by_model)

    def _window(self, name, by_model):
        """Window on the records of one model, or on the activities of several."""
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "views": [(False, "list"), (False, "form")],
            "view_mode": "list,form",
            "context": {
                "active_test": False,
                "allowed_company_ids": self.company_id.ids,
            },
        }
        if len(by_model) == 1:
            ((model, ids),) = by_model.items()
            return {**action, "res_model": model, "domain": [("id", "in", sorted(ids))]}
        domain = []
        for model, ids in sorted(by_model.items()):
            branch = ["&", ("res_model", "=", model), ("res_id", "in", sorted(ids))]
            domain = ["|", *domain, *branch] if domain else branch
        return {
            **action,
            "res_model": "citeslab.fact.activity",
            "views": [(False, "list")],
            "view_mode": "list",
            "domain": domain,
        }

    def action_open_now(self):
        """Records that the same figure counts now."""
        self.ensure_one()
        return self.env["citeslab.bilan"].action_open_records(
            self.report_id._params(), self.code, self.item_code or None
        )
