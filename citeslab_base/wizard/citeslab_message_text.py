from odoo import api, fields, models


class CiteslabMessageText(models.TransientModel):
    """Text that a structure has written beforehand in its SMS and WhatsApp."""

    _name = "citeslab.message.text"
    _description = "Text of the Messages"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    text = fields.Text(
        required=True,
        size=500,
        default=lambda self: self.env.company.sudo().citeslab_message
        or self.env["res.company"]._citeslab_default_message(),
    )
    preview = fields.Text(compute="_compute_preview")

    @api.depends("text", "company_id")
    def _compute_preview(self):
        for wizard in self:
            company = wizard.company_id.new({"citeslab_message": wizard.text})
            company.name = wizard.company_id.sudo().name
            text = company._citeslab_message_for(self.env.user)
            wizard.preview = text.replace("{person}", "Awa Diallo")

    def action_save(self):
        """Keep the text for everybody of the structure."""
        self.ensure_one()
        # sudo: a manager changes this text, nothing else of the structure
        self.company_id.sudo().citeslab_message = self.text
        return {"type": "ir.actions.act_window_close"}
