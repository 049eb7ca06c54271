from odoo import api, fields, models
from odoo.exceptions import UserError


class CiteslabApplicationLine(models.Model):
    """One content of a dossier: there when it has a file or a text."""

    _name = "citeslab.application.line"
    _description = "Content of an Application"
    _order = "application_id, sequence, id"
    _rec_name = "content_id"

    application_id = fields.Many2one(
        "citeslab.application", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="application_id.company_id", store=True, index=True
    )
    content_id = fields.Many2one(
        "citeslab.application.content", required=True, ondelete="restrict"
    )
    sequence = fields.Integer(related="content_id.sequence", store=True)
    advice = fields.Char(related="content_id.advice")
    text = fields.Text()
    file_ids = fields.Many2many(
        "ir.attachment",
        "citeslab_application_line_attachment_rel",
        "line_id",
        "attachment_id",
        string="Files",
    )
    is_there = fields.Boolean(string="There", compute="_compute_is_there", store=True)

    _content_unique = models.UniqueIndex(
        "(application_id, content_id)", "This content is already in the list."
    )

    @api.depends("text", "file_ids")
    def _compute_is_there(self):
        for line in self:
            line.is_there = bool((line.text or "").strip() or line.file_ids)

    def write(self, vals):
        self._refuse_if_sent()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        self._refuse_if_sent()

    def _refuse_if_sent(self):
        """A dossier that left stays as it left.

        :raises UserError: it was sent
        """
        for application in self.application_id:
            if application.state != "sent":
                continue
            raise UserError(
                self.env._(
                    "%(name)s was sent: put it back in preparation to change it.",
                    name=application.name,
                )
            )
