from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.dates import DEFAULT_TIMEZONE


class ResCompany(models.Model):
    """A structure partenaire; its days are those of its own timezone."""

    _inherit = "res.company"

    citeslab_message = fields.Text(
        string="Text of the Messages",
        help="Written beforehand in the SMS and WhatsApp messages of a parcours. "
        "{agent}, {structure} and {person} are replaced by names.",
    )

    retention_active = fields.Boolean(
        string="Anonymise Old Files",
        help="Until the manager has read the list and started it, nothing is erased.",
    )
    retention_months = fields.Integer(
        string="Months Without News",
        help="Files are anonymised after so many months; 0: the national number.",
    )

    def _retention_months(self):
        """Months without news after which a file is anonymised.

        :rtype: int
        """
        self.ensure_one()
        return self.retention_months or self._retention_number("retention_months", 24)

    def _retention_notice_days(self):
        """Days between the notice and the anonymisation.

        :rtype: int
        """
        return self._retention_number("retention_notice_days", 30)

    def _retention_number(self, code, default):
        today = fields.Date.context_today(self)
        value = self.env["citeslab.parameter"]._value_at(code, today)
        return int(value) if value is not None else default

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies.partner_id.filtered(lambda partner: not partner.tz).write(
            {"tz": DEFAULT_TIMEZONE}
        )
        return companies

    def write(self, vals):
        if "user_ids" not in vals:
            return super().write(vals)
        with self.env["res.users"]._roles_told():
            return super().write(vals)

    def _tell_roles(self, given):
        """Tell the managers of the structure who has just been given a role in it.

        :param dict given: ``{res.users: res.groups}``
        """
        self.ensure_one()
        # sudo: whoever manages accounts may not read, nor write on, the structure
        company = self.sudo()
        card = company.partner_id.with_context(lang=company.partner_id.lang)
        group = card.env.ref("citeslab_base.group_manager")
        told = group.all_user_ids.filtered(
            lambda user: user.active and company in user.company_ids
        )
        lines = Markup().join(
            Markup("<li>%s: %s</li>")
            % (user.name, groups.with_env(card.env)._highest_names())
            for user, groups in given.items()
        )
        card.message_post(
            subject=card.env._("CitésLab: a role was given"),
            body=Markup("<p>%s</p><ul>%s</ul>")
            % (
                card.env._(
                    "%(giver)s gave a role in CitésLab at %(structure)s:",
                    giver=self.env.user.name,
                    structure=company.name,
                ),
                lines,
            ),
            partner_ids=told.filtered(lambda user: user not in given).partner_id.ids,
        )

    @api.model
    def _citeslab_default_message(self):
        return self.env._(
            "Hello, this is {agent} of CitésLab ({structure}). I am writing to you "
            "about your project: when may I call you?"
        )

    def _citeslab_message_for(self, user):
        """Text of a message from one user; ``{person}`` is still to be filled.

        :param user: ``res.users`` who sends it
        :rtype: str
        """
        text = self.sudo().citeslab_message or self._citeslab_default_message()
        names = {"{agent}": user.name, "{structure}": self.sudo().name}
        for mark, name in names.items():
            text = text.replace(mark, name or "")
        return text

    # ------------------------------------------------------------
    # First start
    # ------------------------------------------------------------

    def _citeslab_start(self, identity, territory, quartiers, people):
        """Make a structure ready: who it is, where it works, who works there.

        :param dict identity: values of the company, and ``tz``
        :param dict territory: values of its territory, the only one so far or a new one
        :param str quartiers: quartiers typed one per line
        :param list[dict] people: colleagues to invite: ``name``, ``email``, ``role``
        :return: the territory
        :raise UserError: a line of a quartier or a colleague cannot be taken as it is
        """
        self.ensure_one()
        zone = identity.pop("tz")
        self.write({name: value for name, value in identity.items() if value})
        self.partner_id.tz = zone
        Territory = self.env["citeslab.territory"].with_company(self)
        record = Territory._default_for(self).sudo()
        if record:
            record.write(territory)
        else:
            record = Territory.create({**territory, "company_id": self.id})
        Quartier = self.env["citeslab.neighborhood"]
        record.neighborhood_ids |= Quartier._from_lines(quartiers, self)
        self._invite_colleagues(record, people)
        self._give_role(record.chef_ids, "group_chef")
        return record

    def _invite_colleagues(self, territory, people):
        """Create the users, in this structure only, and place them on the territory."""
        places = {"group_chef": "chef_ids", "group_volunteer": "volunteer_ids"}
        for person in people:
            user = self._invite_colleague(person)
            if field := places.get(person["role"]):
                territory[field] = [Command.link(user.id)]

    def _invite_colleague(self, person):
        Users = self.env["res.users"].with_context(active_test=False)
        if Users.search_count([("login", "=", person["email"])], limit=1):
            raise UserError(
                self.env._(
                    "%(email)s is already a user: choose him among the users of the "
                    "structure, or ask an administrator to add him to it.",
                    email=person["email"],
                )
            )
        role = self.env.ref(f"citeslab_base.{person['role']}")
        return Users.create(
            {
                "name": person["name"],
                "login": person["email"],
                "email": person["email"],
                "tz": self.partner_id.tz,
                "lang": self.env.user.lang,
                "company_id": self.id,
                "company_ids": [Command.set(self.ids)],
                "group_ids": [
                    Command.set((self.env.ref("base.group_user") + role).ids)
                ],
            }
        )

    def _give_role(self, users, role):
        """Give a role to those who have none that implies it."""
        group = self.env.ref(f"citeslab_base.{role}")
        for user in users:
            if not user.has_group(f"citeslab_base.{role}"):
                user.group_ids = [Command.link(group.id)]

    @api.model
    def action_open_citeslab(self):
        """What opens with the application: the kanban, the day, or the first start.

        A volunteer finds three big buttons and the day; a manager whose structure has
        no territory yet is offered to prepare it.

        :rtype: dict
        """
        action, user = "crm_lead_action_parcours", self.env.user
        if not user.has_group("citeslab_base.group_chef"):
            Client = self.env["ir.actions.client"]
            return Client._for_xml_id("citeslab_base.citeslab_home_action")
        if user.has_group("citeslab_base.group_manager"):
            own = [("company_id", "=", self.env.company.id)]
            if not self.env["citeslab.territory"].search_count(own, limit=1):
                action = "citeslab_start_action"
        return self.env["ir.actions.act_window"]._for_xml_id(f"citeslab_base.{action}")
