import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

SHOWN_ROWS = 8
SHOWN_PROBLEMS = 200


class CiteslabRegisterImport(models.TransientModel):
    """Import of a register on screen: choose, look, mend, import."""

    _name = "citeslab.register.import"
    _description = "Import of a Register"
    _rec_name = "filename"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        default=lambda self: self.env.company,
    )
    # In the row and not in the file store: it goes away with the wizard.
    data = fields.Binary(string="File", attachment=False)
    filename = fields.Char()
    register_label = fields.Char(
        string="Register",
        help="Name of this register, usually its year: two registers of one structure "
        "may use the same numbers under different names. Its main year when empty.",
    )
    create_labels = fields.Boolean(
        string="Add Unknown Labels",
        help="Add to the lists of the structure the labels that they do not hold yet.",
    )
    state = fields.Selection(
        [("choose", "Choose"), ("check", "Check"), ("done", "Done")],
        default="choose",
        required=True,
    )
    corrections = fields.Json()
    problem_ids = fields.One2many("citeslab.register.import.problem", "import_id")
    error_count = fields.Integer(readonly=True)
    warning_count = fields.Integer(readonly=True)
    summary = fields.Html(readonly=True)
    preview = fields.Html(readonly=True)

    def action_check(self):
        """Read the file, with what was mended on screen, and show what it becomes."""
        self.ensure_one()
        self._keep_corrections()
        self._show(self._make_plan())
        self.state = "check"
        return self._reopen()

    def action_back(self):
        """Choose another file."""
        self.ensure_one()
        self.write({"state": "choose", "corrections": False, "problem_ids": False})
        self.problem_ids.unlink()
        return self._reopen()

    def action_import(self):
        """Import, wholly or not at all, then open the parcours.

        :return: window action on the parcours of this file
        :rtype: dict
        """
        self.ensure_one()
        self._keep_corrections()
        plan = self._make_plan()
        if plan.errors:
            self._show(plan)
            return self._reopen()
        parcours = self.env["citeslab.register.engine"]._apply(plan, self._progress)
        label = plan.label
        self.write({"state": "done", "data": False, "preview": False})
        self.problem_ids.unlink()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.crm_lead_action_parcours"
        )
        action["name"] = self.env._("Register %(label)s", label=label)
        action["domain"] = [("is_parcours", "=", True), ("id", "in", parcours.ids)]
        return action

    def _progress(self, done, total):
        """Tell on screen how far a long import is; a short one needs no word.

        The message leaves at once, in a transaction of its own: nothing of the import
        is seen before it is whole.
        """
        if not 0 < done < total:
            return
        message = self.env._("%(done)s / %(total)s rows", done=done, total=total)
        with self.env.registry.cursor() as cr:
            self.env.user.with_env(self.env(cr=cr))._bus_send(
                "simple_notification",
                {"title": self._description, "message": message, "type": "info"},
            )

    def _make_plan(self):
        if not self.data:
            raise UserError(self.env._("Choose a file first (.csv or .xlsx)."))
        corrections = {}
        for place, value in (self.corrections or {}).items():
            line, key = place.split(":", 1)
            corrections[int(line), key] = value
        return self.env["citeslab.register.engine"]._plan(
            base64.b64decode(self.data),
            self.company_id,
            label=self.register_label,
            create_labels=self.create_labels,
            corrections=corrections,
        )

    def _keep_corrections(self):
        """Remember the cells that were typed again in the list of problems."""
        typed = {
            f"{problem.line}:{problem.key}": problem.value or ""
            for problem in self.problem_ids
            if problem.key and (problem.value or "") != (problem.former_value or "")
        }
        if typed:
            self.corrections = {**(self.corrections or {}), **typed}

    def _show(self, plan):
        engine = self.env["citeslab.register.engine"]
        self.problem_ids.unlink()
        shown = plan.errors[:SHOWN_PROBLEMS] + plan.warnings[:SHOWN_PROBLEMS]
        self.write(
            {
                "register_label": plan.label,
                "error_count": len(plan.errors),
                "warning_count": len(plan.warnings),
                "summary": self._summary(plan),
                "preview": self._preview(plan),
                "problem_ids": [
                    fields.Command.create(
                        {
                            "line": problem.line,
                            "column": problem.column,
                            "key": problem.key,
                            "message": engine._problem_message(problem),
                            "is_error": problem.is_error,
                            "former_value": problem.value,
                            "value": problem.value,
                        }
                    )
                    for problem in shown
                ],
            }
        )

    def _summary(self, plan):
        if plan.errors:
            return False
        counts = self.env["citeslab.register.engine"]._count_texts(plan)
        items = Markup().join(
            Markup('<li class="col-6 col-md-3"><b>%s</b> %s</li>') % (count, label)
            for label, count in counts
        )
        added = self._added(plan)
        return Markup('<ul class="row list-unstyled">%s</ul>%s') % (items, added)

    def _added(self, plan):
        """Names of what the import would create besides people."""
        groups = (
            (self.env._("Labels"), [new.label for new in plan.new_labels]),
            (self.env._("Quartiers"), [name for name, *_x in plan.new_areas.values()]),
            (
                self.env._("Organisations"),
                [name for name, _kind in plan.new_organizations.values()],
            ),
        )
        return Markup().join(
            Markup("<p><b>%s</b> %s</p>") % (title, ", ".join(names))
            for title, names in groups
            if names
        )

    def _preview(self, plan):
        """First rows under the headers that were recognised."""
        keys = sorted(plan.table.columns, key=plan.table.columns.get)
        head = Markup().join(
            Markup("<th>%s</th>") % plan.table.heading(key) for key in keys
        )
        rows = []
        for row in plan.rows[:SHOWN_ROWS]:
            texts = dict(row.texts)
            cells = Markup().join(
                Markup("<td>%s</td>") % texts.get(key, "") for key in keys
            )
            rows.append(Markup("<tr><td>%s</td>%s</tr>") % (row.line, cells))
        return Markup(
            '<table class="table table-sm table-striped">'
            "<thead><tr><th>%s</th>%s</tr></thead><tbody>%s</tbody></table>"
        ) % (self.env._("Line"), head, Markup().join(rows))

    @api.model
    def _window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a Register"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _reopen(self):
        return {**self._window(), "res_id": self.id}
