from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

# What the person takes along; the rest stays with the structure's figures.
IDENTITY = (
    "name", "email", "phone", "street", "street2", "zip", "city", "country_id",
    "lang", "gender", "birthdate_date", "residence",
)  # fmt: skip
PROJECT = ("name", "description", "project_kind", "contact_name", "email_from", "phone")


# Apart from the life of a parcours: its end in one structure.
class CrmLead(models.Model):
    """A person who goes on with another structure."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    def action_transfer(self):
        """Open the dialog that hands the person over to another structure.

        :rtype: dict
        """
        self.ensure_one()
        self._check_transferable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand over to another structure"),
            "res_model": "citeslab.transfer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_parcours_id": self.id},
        }

    def _check_transferable(self):
        self.check_access("write")
        if not self.is_parcours:
            raise UserError(self.env._("Only a parcours changes structure."))
        if self.partner_id.sudo().anonymised_date:
            raise UserError(
                self.env._("This person is anonymous: there is nobody to hand over.")
            )

    def _transfer(self, company, agreement_date, channel):
        """Open the parcours in another structure, and lose the person in this one.

        The rows that this structure's bilans count stay, without a name. The other
        one starts with the identity, the latest photograph and a printed history
        without the private notes. Its own counting starts anew.

        :param company: structure that receives the person
        :param date agreement_date: day on which the person agreed
        :param str channel: one of ``selections.CONSENT_CHANNEL``
        :return: the new parcours, of the other structure
        :raise UserError: the same structure, an agreement still to come
        """
        self.ensure_one()
        self._check_transferable()
        self._check_handed_over(company, agreement_date)
        # Nobody has rights in both structures, and whoever gives is no author there.
        former = self.with_user(SUPERUSER_ID).with_context(active_test=False)
        person = former.partner_id
        receiver = former.with_company(company).with_context(
            tracking_disable=True, mail_create_nosubscribe=True
        )
        history = former._history_file()
        new = receiver._receive(former, company)
        former._hand_over_photograph(new)
        new._record_agreement(former.company_id, agreement_date, channel)
        if history:
            name, content = history
            receiver.env["ir.attachment"].create(
                {
                    "name": name,
                    "raw": content,
                    "res_model": "crm.lead",
                    "res_id": new.id,
                }
            )
        new._announce_transfer(former.company_id)
        person._anonymise("transfer")
        return new

    def _check_handed_over(self, company, agreement_date):
        if company == self.company_id:
            raise UserError(
                self.env._("The parcours is already in this structure: choose another.")
            )
        if not agreement_date or agreement_date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "Write the day on which the person agreed to be handed over."
                )
            )

    @api.model
    def _receive(self, former, company):
        """The parcours that ``company`` opens, with the identity and the project."""
        person = self.env["res.partner"].create(
            {
                **self._values_of(former.partner_id, IDENTITY),
                "is_porteur": True,
                "company_id": company.id,
            }
        )
        return self.create(
            {
                **self._values_of(former, PROJECT),
                "is_parcours": True,
                "partner_id": person.id,
                "company_id": company.id,
                "user_id": False,
            }
        )

    def _record_agreement(self, giver, day, channel):
        self.env["citeslab.consent"].create(
            {
                "partner_id": self.partner_id.id,
                "purpose": "keep",
                "date": day,
                "channel": channel,
                "scope": self.env._(
                    "Handed over by %(structure)s", structure=giver.name
                ),
            }
        )

    def _values_of(self, record, names):
        return {
            name: record[name].id if record._fields[name].relational else record[name]
            for name in names
        }

    def _hand_over_photograph(self, new):
        """The latest photograph, as of today: lists of the structure stay behind."""
        latest = self.situation_ids[:1]
        if not latest:
            return
        values = latest._next_values()
        for name, field in latest._fields.items():
            if field.type == "many2one" and values.get(name):
                entry = self.env[field.comodel_name].browse(values[name])
                if "company_id" in entry._fields and entry.company_id:
                    values[name] = False
        self.env["citeslab.situation"].with_company(new.company_id).create(
            {
                **values,
                "parcours_id": new.id,
                "date": fields.Date.context_today(self),
                "age": latest.age,
            }
        )

    def _history_file(self):
        """The sheet of the parcours, without private notes, for who takes over.

        :return: name and content, or ``None`` where nothing prints PDF
        """
        report = self.env.ref("citeslab_base.report_parcours_sheet")
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(
            report, self.ids, data={"for_transfer": True}
        )
        return f"{self.reference}.{kind}", content

    def _announce_transfer(self, former_company):
        """Put the new parcours on the desk of those who receive it."""
        chefs = self.env.ref("citeslab_base.group_chef").all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and user.active
        )
        for user in self.territory_id.chef_ids & chefs or chefs:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._(
                    "Handed over by %(structure)s: call the person",
                    structure=former_company.name,
                ),
                user_id=user.id,
            )
