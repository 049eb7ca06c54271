from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.text import normalise

ROLES = "citeslab_base.group_volunteer"


class ResPartner(models.Model):
    """How a porteur is found and opened on the screens of our roles."""

    _inherit = "res.partner"

    porteur_search = fields.Char(
        string="Porteur",
        compute="_compute_porteur_search",
        search="_search_porteur_search",
        groups=ROLES,
        help="Finds a person by name, without regard to case, accents nor order, "
        "by e-mail or by phone.",
    )

    def _compute_porteur_search(self):
        """Only there to be searched."""
        self.porteur_search = False

    @api.model
    def _search_porteur_search(self, operator, value):
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        names = Domain.AND(
            Domain("name_normalized", "ilike", word)
            for word in normalise(value).split()
        )
        contact = Domain("email", "ilike", value)
        digits = "".join(char for char in value if char.isdigit()).lstrip("0")
        if len(digits) >= 4:  # whatever stands between them, and +33 for the zero
            contact |= Domain("phone", "=ilike", f"%{'%'.join(digits)}%")
        return Domain("is_porteur", "=", True) & (names | contact)

    @api.readonly
    def get_formview_id(self, access_uid=None):
        """Open a porteur on his own form for our roles, as stock for others."""
        user = self.env["res.users"].browse(access_uid or self.env.uid)
        if self.sudo().is_porteur and user.has_group(ROLES):
            return self.env.ref("citeslab_base.res_partner_view_form_porteur").id
        return super().get_formview_id(access_uid=access_uid)

    def write(self, vals):
        result = super().write(vals)
        if {"residence", "neighborhood_id"} & vals.keys():
            everyone = self.sudo().with_context(active_test=False)
            everyone.parcours_ids._refresh_from_rows()
        return result
