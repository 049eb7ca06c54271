from odoo import api, fields, models
from odoo.fields import Domain

# Documents with mails about a person, and what tells a porteur's.
PERSONAL = {
    "crm.lead": "is_parcours",
    "res.partner": "is_porteur",
    "citeslab.interview": "id",  # every one
}


class MailMessage(models.Model):
    """Messages follow the rights of their document; what points to them did not."""

    _inherit = "mail.message"

    about_hidden_porteur = fields.Boolean(
        compute="_compute_about_hidden_porteur",
        search="_search_about_hidden_porteur",
        help="Posted on the parcours or contact of a porteur whom the reader does "
        "not see: neither its notifications nor its mail show then.",
    )

    @api.depends("model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_about_hidden_porteur(self):
        self.about_hidden_porteur = False
        for model, flag in PERSONAL.items():
            messages = self.filtered(
                lambda message, model=model: message.model == model
            )
            documents = self.env[model].sudo().browse(messages.mapped("res_id"))
            personal = documents.exists().filtered(flag)
            hidden = personal - personal.sudo(False)._filtered_access("read").sudo()
            for message in messages:
                message.about_hidden_porteur = message.res_id in hidden._ids

    @api.model
    def _search_about_hidden_porteur(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(
            Domain("model", "=", model) & self._domain_of_hidden(model, flag)
            for model, flag in PERSONAL.items()
        )

    @api.model
    def _domain_of_hidden(self, model, flag):
        """Messages of one model whose document the reader does not see."""
        Model = self.env[model].with_context(active_test=False)
        personal = [(flag, "!=", False)]
        domain = Domain("res_id", "in", Model.sudo()._search(personal))
        Reader = Model.sudo(False)
        if Reader.has_access("read"):
            # sudo: the flag is for our roles, the rules below are the reader's
            rules = self.env["ir.rule"].sudo(False)._compute_domain(model, "read")
            seen = Model.sudo()._search(Domain(personal) & rules)
            domain &= Domain("res_id", "not in", seen)
        return domain
