from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.dates import age_at
from ..tools.roles import ROLES
from ..tools.text import normalise, normalise_name
from .base import VOUCHED
from .selections import GENDER, ORGANIZATION_KIND, RESIDENCE


class ResPartner(models.Model):
    """A porteur de projet, or a partner organisation.

    What CitésLab knows of a person is readable by its own roles only; everyone
    else sees an ordinary contact, or nothing.
    """

    _name = "res.partner"
    _inherit = [
        "res.partner",
        "citeslab.person.identity",
        "citeslab.person.merge",
    ]

    is_porteur = fields.Boolean(index="btree_not_null", groups=ROLES)
    porteur_shared = fields.Boolean(
        string="Shared with the Rest of the Structure",
        groups=ROLES,
        help="Also a customer or supplier: people without a CitésLab role see "
        "the contact, never that it is a porteur.",
    )
    # Open to all, since whoever may not know of a porteur never reads one where it
    # is true; a rule on a field of our roles would cost the host a query.
    is_hidden_porteur = fields.Boolean(
        string="Hidden from the Rest of the Structure",
        compute="_compute_is_hidden_porteur",
        store=True,
        precompute=True,
        index="btree_not_null",
    )
    gender = fields.Selection(GENDER, groups=ROLES)
    birthdate_date = fields.Date(string="Birth Date", groups=ROLES)
    residence = fields.Selection(RESIDENCE, groups=ROLES)
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood",
        string="Quartier",
        ondelete="restrict",
        index="btree_not_null",
        groups=ROLES,
    )
    organization_kind = fields.Selection(
        ORGANIZATION_KIND, string="Kind of Organisation", groups=ROLES
    )
    parcours_ids = fields.One2many(
        "crm.lead",
        "partner_id",
        string="Parcours",
        domain=[("is_parcours", "=", True)],
        groups=ROLES,
    )
    parcours_count = fields.Integer(compute="_compute_parcours_count", groups=ROLES)
    consent_ids = fields.One2many(
        "citeslab.consent", "partner_id", string="Consents", groups=ROLES
    )
    name_normalized = fields.Char(
        compute="_compute_name_normalized",
        store=True,  # not precomputed: the host reads what it precomputes as its user
        index="trigram",
        groups=ROLES,
    )
    porteur_search = fields.Char(
        string="Porteur",
        compute="_compute_porteur_search",
        search="_search_porteur_search",
        groups=ROLES,
        help="Finds a person by name, without regard to case, accents nor order, "
        "by e-mail or by phone.",
    )

    _porteur_has_company = models.Constraint(
        "CHECK (is_porteur IS NOT TRUE OR company_id IS NOT NULL)",
        "A porteur belongs to a structure: the company cannot be empty.",
    )

    _hidden_is_porteur = models.Constraint(
        "CHECK (is_hidden_porteur IS NOT TRUE OR is_porteur IS TRUE)",
        "Only a porteur is hidden from the rest of the structure.",
    )

    @api.depends("is_porteur", "porteur_shared")
    def _compute_is_hidden_porteur(self):
        for partner in self:
            partner.is_hidden_porteur = (
                partner.is_porteur and not partner.porteur_shared
            )

    @api.depends("is_hidden_porteur")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        """A link to a porteur tells no name to whom does not see him.

        The label of a many2one is read as superuser: ask for the reader himself.
        """
        super()._compute_display_name()
        hidden = self.filtered("is_hidden_porteur")
        if not hidden or self.env.uid == SUPERUSER_ID:
            return
        (hidden - hidden._seen_by_reader()).display_name = self.env._("Porteur")

    def _seen_by_reader(self):
        """Those of these porteurs whom the current user may read."""
        if self.env.user.has_group("citeslab_base.group_chef"):
            # the rule of a chef, without a query
            companies = self.env.companies
            return self.filtered(lambda person: person.company_id in companies)
        return self.sudo(False)._filtered_access("read").with_env(self.env)

    def _check_seen(self):
        """Refuse porteurs whom the current user does not see.

        For records that copy from their contact: they do it as superuser.

        :raise AccessError: one of these people is hidden from the user
        """
        if self.env.su:
            return
        hidden = self.sudo().filtered("is_hidden_porteur")
        if hidden - hidden._seen_by_reader():
            raise AccessError(
                self.env._(
                    "This contact is followed by CitésLab and is not shown to you: "
                    "choose another one."
                )
            )

    def _vouch_for_link(self):
        """Let the user's own row point at these people until the end of the request.

        For people found by the duplicate rules, whom the user typed and may not read:
        the caller sees to it that nothing of their file is copied.
        """
        self.env.cr.cache.setdefault(VOUCHED, set()).update(self._ids)

    @api.depends("name", "is_porteur")
    def _compute_name_normalized(self):
        """Only porteurs are looked for by folded name: other contacts stay as is."""
        for partner in self:
            partner.name_normalized = (
                normalise_name(partner.name) if partner.is_porteur else False
            )

    @api.depends("parcours_ids")
    def _compute_parcours_count(self):
        counts = dict(
            self.env["crm.lead"]._read_group(
                [("partner_id", "in", self.ids), ("is_parcours", "=", True)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.parcours_count = counts.get(partner, 0)

    def _get_contact_opportunities_domain(self):
        """A parcours is no sale: the host neither counts nor lists it as one."""
        sales = Domain("is_parcours", "=", False)
        return list(sales & Domain(super()._get_contact_opportunities_domain()))

    @api.constrains("birthdate_date")
    def _check_birthdate(self):
        today = fields.Date.context_today(self)
        for partner in self:
            if partner.birthdate_date and partner.birthdate_date > today:
                raise ValidationError(
                    self.env._(
                        "The birth date of %(name)s is in the future: correct it.",
                        name=partner.name,
                    )
                )

    def write(self, vals):
        former = {}
        if vals.get("birthdate_date"):  # a blanked date erases nobody's age
            former = {partner: partner.birthdate_date for partner in self}
        result = super().write(vals)
        if former:
            self._complete_ages(former)
        if {"residence", "neighborhood_id"} & vals.keys():
            everyone = self.sudo().with_context(active_test=False)
            everyone.parcours_ids._refresh_from_rows()
        return result

    def _complete_ages(self, former):
        """Correct the ages that came from a missing or mistyped birth date.

        A photograph whose age was typed by hand stays as it is.

        :param dict former: partner → birth date before the correction
        """
        photographs = self.env["citeslab.situation"].search(
            [("partner_id", "in", self.ids)]
        )
        for photograph in photographs:
            partner = photograph.partner_id
            if photograph.age == age_at(former[partner], photograph.date):
                photograph.age = age_at(partner.birthdate_date, photograph.date)

    def _as_porteur(self, company):
        """The contact to use when somebody known to the host becomes a porteur.

        A contact that several structures share stays untouched: a copy of it
        starts the parcours, so that no structure learns of another's porteur. A
        contact of this structure alone is kept, and stays visible to those who
        worked with it.

        :param company: structure of the parcours
        :return: one partner of that structure, flagged as porteur
        :raise ValidationError: when the contact belongs to another structure
        """
        self.ensure_one()
        self.check_access("read")
        if self.company_id and self.company_id != company:
            raise ValidationError(
                self.env._(
                    "The contact chosen belongs to another structure: create the "
                    "person in yours.",
                )
            )
        if self.is_porteur:
            return self
        values = {"is_porteur": True, "company_id": company.id}
        if self._is_shared_beyond(company):
            return self.copy({**values, "name": self.name, "parent_id": False})
        # sudo: the host lets nobody change the contact of a colleague
        self.sudo().write({**values, "porteur_shared": True})
        return self

    def _is_shared_beyond(self, company):
        """Whether a contact serves people outside a structure."""
        users = self.with_context(active_test=False).sudo().user_ids
        if users:
            return users.company_ids != company
        several = self.env["res.company"].sudo().search_count([], limit=2) > 1
        return several and not self.company_id

    def _unlink_unused(self):
        """Delete the contacts of this set that no other record points to."""
        for partner in self - self._used_by_the_host():
            try:
                with self.env.cr.savepoint():
                    partner.unlink()
            except Exception:  # refused by another module of the host: leave it there
                partner.invalidate_recordset()

    def _used_by_the_host(self):
        """The contacts of this set that a record outside of CitésLab points to.

        A link that would be emptied counts as well as one that forbids the deletion;
        chatter does not.
        """
        self.env.flush_all()
        used = self.child_ids.parent_id
        links = self.env.execute_query(
            SQL(
                """
            SELECT conrelid::regclass::text, attname
              FROM pg_constraint
              JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE contype = 'f' AND confrelid = 'res_partner'::regclass
               AND conrelid != confrelid
               AND conrelid::regclass::text !~ '^(citeslab_|mail_|calendar_)'
            """
            )
        )
        for table, column in links:
            rows = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT %(column)s FROM %(table)s "
                    "WHERE %(column)s IN %(ids)s",
                    column=SQL.identifier(column),
                    table=SQL.identifier(table),
                    ids=tuple(self.ids) or (0,),
                )
            )
            used |= self.browse([partner_id for (partner_id,) in rows])
        return used

    def _has_consent(self, purpose, organization=None, named=False):
        """Whether a person agreed to something and did not change his mind.

        :param str purpose: one of ``selections.CONSENT_PURPOSE``
        :param organization: who would receive the data; a consent that names
            nobody covers every organisation to which the person is oriented
        :param bool named: the consent has to name the organisation: it is not one
            to which the person is oriented
        :rtype: bool
        """
        self.ensure_one()
        given = self.consent_ids._in_force().filtered(
            lambda consent: consent.purpose == purpose
        )
        if organization is None:
            return bool(given)
        receiver = organization.commercial_partner_id
        return any(
            (not consent.organization_id and not named)
            or consent.organization_id.commercial_partner_id == receiver
            for consent in given
        )

    def _withdrew_consent(self, purpose):
        """The people of this set who said yes once, and no since.

        :param str purpose: one of ``selections.CONSENT_PURPOSE``
        """
        return self.filtered(
            lambda person: person.consent_ids.filtered(
                lambda row: row.purpose == purpose and row.withdrawn_date
            )
            and not person._has_consent(purpose)
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
