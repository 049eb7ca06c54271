from odoo import api, fields, models
from odoo.fields import Domain

# Documents with mails about a person, and what tells a porteur's.
PERSONAL = {
    "crm.lead": "is_parcours",
    "res.partner": "is_porteur",
    "citeslab.interview": "id",  # every one
}


class CiteslabAboutPorteur(models.AbstractModel):
    """Row of ``model`` and ``res_id``: whether its document is hidden to the reader."""

    _name = "citeslab.about.porteur"
    _description = "About a Porteur"

    about_hidden_porteur = fields.Boolean(
        compute="_compute_about_hidden_porteur",
        search="_search_about_hidden_porteur",
        help="Written on the parcours or contact of a porteur whom the reader "
        "does not see: neither it nor what points to it shows then.",
    )

    @api.depends("model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_about_hidden_porteur(self):
        self.about_hidden_porteur = False
        for model, flag in PERSONAL.items():
            rows = self.filtered(lambda row, model=model: row.model == model)
            documents = self.env[model].sudo().browse(rows.mapped("res_id"))
            personal = documents.exists().filtered(flag)
            hidden = personal - personal.sudo(False)._filtered_access("read").sudo()
            for row in rows:
                row.about_hidden_porteur = row.res_id in hidden._ids

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
        """Rows of one model whose document the reader does not see."""
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
