from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CiteslabApplication(models.Model):
    """Dossier de candidature of a structure, with the list of its contents (G6)."""

    _name = "citeslab.application"
    _description = "Application of a Structure"
    _inherit = ["citeslab.dated", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _checked_days = ("date", "date_due")

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        check_company=True,
        default=lambda self: self.env["citeslab.territory"]._default_for(
            self.env.company
        ),
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    date_due = fields.Date(string="To Be Sent by")
    state = fields.Selection(
        [("draft", "In Preparation"), ("complete", "Complete"), ("sent", "Sent Off")],
        required=True,
        default="draft",
        tracking=True,
    )
    line_ids = fields.One2many(
        "citeslab.application.line",
        "application_id",
        string="Contents",
        default=lambda self: self._default_lines(),
    )
    missing_count = fields.Integer(compute="_compute_missing")
    missing = fields.Char(compute="_compute_missing")

    @api.model
    def _default_lines(self):
        contents = self.env["citeslab.application.content"].search([])
        return [Command.create({"content_id": content.id}) for content in contents]

    @api.depends("line_ids.is_there", "line_ids.content_id")
    def _compute_missing(self):
        for application in self:
            missing = application._missing_contents()
            application.missing_count = len(missing)
            application.missing = ", ".join(missing.mapped("name")) or False

    def _missing_contents(self):
        """Contents without file nor text, or taken off the list."""
        listed = self.env["citeslab.application.content"].search(
            [("company_id", "in", [False, *self.company_id.ids])]
        )
        return listed - self.line_ids.filtered("is_there").content_id

    @api.constrains("state", "line_ids")
    def _check_complete(self):
        """Checked by the record, so that no other way round exists."""
        for application in self:
            if application.state != "draft" and application.missing_count:
                raise UserError(
                    self.env._(
                        "%(name)s is not complete: add a file or a text for "
                        "%(missing)s.",
                        name=application.name,
                        missing=application.missing,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self.line_ids._refuse_if_sent()

    def write(self, vals):
        result = super().write(vals)
        if "line_ids" in vals:
            self._check_complete()
        return result

    def action_complete(self):
        """The dossier holds everything: refused while something is missing."""
        self.write({"state": "complete"})

    def action_send(self):
        """It has left the structure."""
        self.write({"state": "sent"})

    def action_reopen(self):
        """Back to its preparation."""
        self.write({"state": "draft"})
