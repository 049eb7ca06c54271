import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.dates import DEFAULT_TIMEZONE

# Zones of France: the others would only lengthen the list.
ZONES = [
    ("Europe/Paris", "Metropolitan France"),
    ("America/Guadeloupe", "Guadeloupe"),
    ("America/Martinique", "Martinique"),
    ("America/Cayenne", "French Guiana"),
    ("Indian/Reunion", "Réunion"),
    ("Indian/Mayotte", "Mayotte"),
    ("America/Miquelon", "Saint-Pierre-et-Miquelon"),
    ("Pacific/Noumea", "New Caledonia"),
    ("Pacific/Tahiti", "French Polynesia"),
]


class CiteslabStart(models.TransientModel):
    """What a new structure tells once, to be ready in five minutes."""

    _name = "citeslab.start"
    _description = "First Start"

    company_id = fields.Many2one(
        "res.company",
        string="Company",
        required=True,
        default=lambda self: self.env.company,
    )
    is_new = fields.Boolean(string="A new structure beside the others")
    name = fields.Char(string="Structure")
    street = fields.Char()
    zip = fields.Char(string="ZIP")
    city = fields.Char()
    phone = fields.Char()
    email = fields.Char(
        string="Sender of the Mails",
        help="Invitations, reminders and thanks leave from this address.",
    )
    tz = fields.Selection(
        ZONES,
        string="Zone",
        required=True,
        default=DEFAULT_TIMEZONE,
        help="Its days are those of the bilan.",
    )
    territory_name = fields.Char(string="Territory")
    region_id = fields.Many2one(
        "res.country.state", domain="[('country_id.code', '=', 'FR')]"
    )
    date_start = fields.Date(string="Since")
    neighborhood_ids = fields.Many2many(
        "citeslab.neighborhood",
        string="Quartiers of the List",
        domain="['|', ('valid_to', '=', False), ('valid_to', '>=', 'today')]",
    )
    neighborhood_text = fields.Text(
        string="Quartiers to Type",
        help="One per line: a code or a name, then the inhabitants after a semicolon, "
        "as “Pontanézen; 2623”.",
    )
    neighborhood_file = fields.Binary(
        string="National List of QPV",
        help="CSV file of the national list, with the columns code_qp, lib_qp, "
        "insee_com and lib_com.",
    )
    chef_ids = fields.Many2many(
        "res.users",
        string="Already Users",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    person_ids = fields.One2many(
        "citeslab.start.person", "start_id", string="To Be Invited"
    )
    is_chef = fields.Boolean(string="I follow porteurs myself", default=True)
    has_mail_server = fields.Boolean(compute="_compute_has_mail_server")
    may_administer = fields.Boolean(compute="_compute_has_mail_server")

    @api.model
    def default_get(self, names):
        """Start from what the structure already told."""
        values = super().default_get(names)
        company = self.env.company.sudo()
        territory = self.env["citeslab.territory"]._default_for(company).sudo()
        others = territory.chef_ids - self.env.user
        known = {
            "name": company.name,
            "street": company.street,
            "zip": company.zip,
            "city": company.city,
            "phone": company.phone,
            "email": company.email,
            "territory_name": territory.name or company.city,
            "region_id": territory.region_id.id,
            "date_start": territory.date_start,
            "neighborhood_ids": [fields.Command.set(territory.neighborhood_ids.ids)],
            "chef_ids": [fields.Command.set(others.ids)],
            "is_chef": not territory or self.env.user in territory.chef_ids,
        }
        if company.partner_id.tz in dict(ZONES):
            known["tz"] = company.partner_id.tz
        return {**values, **{key: known[key] for key in known if key in names}}

    @api.depends_context("uid")
    def _compute_has_mail_server(self):
        # nobody but an administrator reads the servers: only whether there is one
        found = self.env["ir.mail_server"].sudo().search_count([], limit=1)
        administrator = self.env.user.has_group("base.group_system")
        for start in self:
            start.has_mail_server = bool(found)
            start.may_administer = administrator

    def action_start(self):
        """Make the structure ready, then open its kanban.

        :rtype: dict
        """
        self.ensure_one()
        self._check_may_start()
        if self.neighborhood_file:
            self.env["citeslab.neighborhood"]._load_national_list(
                base64.b64decode(self.neighborhood_file)
            )
        company = self._company()
        # the rights were checked just above; a manager holds none on companies,
        # users and, for an administrator, on our records
        company.sudo()._citeslab_start(
            identity=self._identity(),
            territory=self._territory_values(),
            quartiers=self.neighborhood_text or "",
            people=[person._values() for person in self.person_ids],
        )
        return {"type": "ir.actions.act_url", "url": "/odoo/parcours", "target": "self"}

    def action_later(self):
        """Leave it for another day.

        :rtype: dict
        """
        return self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.crm_lead_action_parcours"
        )

    def _check_may_start(self):
        """A manager prepares his own structure; an administrator any of them."""
        user = self.env.user
        if user.has_group("base.group_system"):
            return
        manages = user.has_group("citeslab_base.group_manager")
        if self.is_new or not manages or self.company_id not in user.company_ids:
            raise AccessError(
                self.env._(
                    "Only the manager of a structure prepares it: ask him, or an "
                    "administrator for a new structure."
                )
            )

    def _company(self):
        """The structure to prepare: the present one, or a new one of the user."""
        if not self.is_new:
            return self.company_id
        company = self.env["res.company"].create({"name": self.name})
        self.env.user.company_ids = [fields.Command.link(company.id)]
        return company

    def _identity(self):
        names = ("name", "street", "zip", "city", "phone", "email")
        return {**{name: self[name] for name in names}, "tz": self.tz}

    def _territory_values(self):
        chefs = self.chef_ids | (self.env.user if self.is_chef else self.chef_ids)
        return {
            "name": self.territory_name or self.city or self.name,
            "region_id": self.region_id.id,
            "date_start": self.date_start,
            "neighborhood_ids": [fields.Command.set(self.neighborhood_ids.ids)],
            "chef_ids": [fields.Command.set(chefs.ids)],
        }
