from odoo import api, fields, models
from odoo.fields import Domain

ROLES = "citeslab_base.group_volunteer"


class CrmLead(models.Model):
    """What the screens of a parcours need besides its own columns.

    The person's fields are typed on the parcours and kept on the person only: no
    column is added to the stock table, and nobody without a role reads them.
    """

    _inherit = "crm.lead"

    porteur_search = fields.Char(
        string="Porteur or Project",
        compute="_compute_porteur_search",
        search="_search_porteur_search",
        groups=ROLES,
    )
    person_gender = fields.Selection(
        related="partner_id.gender", readonly=False, related_sudo=False, groups=ROLES
    )
    person_birthdate = fields.Date(
        related="partner_id.birthdate_date",
        string="Birth Date",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_residence = fields.Selection(
        related="partner_id.residence",
        string="Residence Today",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_neighborhood_id = fields.Many2one(
        related="partner_id.neighborhood_id",
        string="Quartier Today",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_street = fields.Char(
        related="partner_id.street",
        string="Person's Street",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_zip = fields.Char(
        related="partner_id.zip",
        string="Person's ZIP",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )
    person_city = fields.Char(
        related="partner_id.city",
        string="Person's City",
        readonly=False,
        related_sudo=False,
        groups=ROLES,
    )

    def _compute_porteur_search(self):
        """Only there to be searched."""
        self.porteur_search = False

    @api.model
    def _search_porteur_search(self, operator, value):
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        person = Domain("partner_id.porteur_search", "ilike", value)
        project = Domain("name", "ilike", value) | Domain("reference", "ilike", value)
        return Domain("is_parcours", "=", True) & (person | project)

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._parcours()._refresh_from_rows()  # the person's quartier, if known
        return leads

    @api.model
    @api.readonly
    def get_view(self, view_id=None, view_type="form", **options):
        """Without a view asked for, show ours to those who have parcours only.

        The list of activities, a notification or a link opens the default view of
        the model: people without a sales role would meet revenue there.
        """
        asked = view_id or self.env.context.get(f"{view_type}_view_ref")
        if not asked and self._reader_has_parcours_only():
            view = self._parcours_view(view_type)
            view_id = view.id if view else view_id
        return super().get_view(view_id, view_type, **options)

    @api.model
    def _reader_has_parcours_only(self):
        user = self.env.user
        return user.has_group(ROLES) and not user.has_group(
            "sales_team.group_sale_salesman"
        )

    @api.model
    def _parcours_view(self, view_type):
        return self.env.ref(
            f"citeslab_base.crm_lead_view_{view_type}", raise_if_not_found=False
        )

    @api.readonly
    def get_formview_id(self, access_uid=None):
        """Open a parcours on its own form, whoever holds both roles."""
        if self.is_parcours:
            return self._parcours_view("form").id
        return super().get_formview_id(access_uid=access_uid)
