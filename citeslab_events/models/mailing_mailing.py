from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.citeslab_base.tools.dates import local_date

PURPOSE = [
    ("invitation", "Invitation"),
    ("reminder", "Reminder"),
    ("thanks", "Thanks"),
    ("absent", "To those who did not come"),
    ("newsletter", "Newsletter"),
    ("calendar", "Quarterly calendar"),
]


class MailingMailing(models.Model):
    """A mail of one structure: its recipients never cross the walls.

    A mailing without company is one of the host: it never reaches our people.
    """

    _inherit = "mailing.mailing"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        default=lambda self: self.env["mailing.list"]._default_structure(),
    )
    citeslab_purpose = fields.Selection(PURPOSE, string="Purpose")
    citeslab_event_id = fields.Many2one(
        "event.event", string="Event", index="btree_not_null", ondelete="set null"
    )
    citeslab_list_id = fields.Many2one(
        "mailing.list",
        string="Subject List",
        ondelete="restrict",
        help="Whoever left this list does not get the mail, whatever its recipients; "
        "leaving by the link of the mail leaves this list only.",
    )
    citeslab_sent_on = fields.Date(
        string="Sent on", compute="_compute_citeslab_sent_on", store=True
    )

    @api.depends("sent_date", "company_id")
    def _compute_citeslab_sent_on(self):
        for mailing in self:
            ours = bool(mailing.sent_date and mailing.company_id)
            mailing.citeslab_sent_on = ours and local_date(
                mailing.sent_date, mailing.company_id
            )

    def _get_recipients_domain(self):
        """Keep the recipients inside the structure, also when the queue runs.

        The queue runs as superuser: no record rule would do it.
        """
        return super()._get_recipients_domain() & self._structure_domain()

    def _structure_domain(self):
        """Recipients that this mailing may reach, whatever its own domain says."""
        self.ensure_one()
        Model = self.env[self.mailing_model_real]
        company = self.company_id
        if not company:
            return self._host_domain(Model)
        if "company_id" not in Model._fields:
            return Domain.TRUE
        domain = Domain("company_id", "=", company.id)
        if Model._name == "res.partner":
            # partner organisations may be shared by all structures
            shared = Domain("company_id", "=", False)
            domain |= shared & Domain("is_porteur", "=", False)
        if Model._name == "event.registration":
            domain &= Domain("state", "not in", ("cancel", "draft"))
        return domain

    def _host_domain(self, Model):
        """What a mailing of the host may reach: nobody known through our roles."""
        hidden = {
            "res.partner": Domain("is_porteur", "!=", True)
            | Domain("porteur_shared", "=", True),
            "crm.lead": Domain("is_parcours", "!=", True),
            "event.registration": Domain("is_citeslab", "!=", True),
            "mailing.contact": Domain("company_id", "=", False),
        }
        return hidden.get(Model._name, Domain.TRUE)

    def _action_send_mail(self, res_ids=None):
        """Records given by the caller pass through the same gate."""
        if not res_ids:
            return super()._action_send_mail(res_ids)
        for mailing in self:
            Model = self.env[mailing.mailing_model_real]
            allowed = Model.search(
                Domain("id", "in", list(res_ids)) & mailing._structure_domain()
            )
            super(MailingMailing, mailing)._action_send_mail(allowed.ids)
        return True

    def _get_opt_out_list(self):
        """Add whoever left the subject list of this mailing."""
        opted_out = set(super()._get_opt_out_list())
        if self.citeslab_list_id:
            left = self.sudo().citeslab_list_id.subscription_ids.filtered("opt_out")
            opted_out |= set(left.contact_id.mapped("email_normalized"))
        if self.company_id and self.citeslab_purpose != "reminder":
            opted_out |= self._withdrawn_addresses()
        return opted_out

    def _withdrawn_addresses(self):
        """Addresses of those who want no news any more: a reminder is no news."""
        # sudo: the queue and any author keep to what people asked for
        rows = (
            self.env["citeslab.consent"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("purpose", "=", "mailing"),
                    ("withdrawn_date", "!=", False),
                ]
            )
        )
        people = rows.partner_id._withdrew_consent("mailing")
        return set(people.mapped("email_normalized")) - {False}

    def _leave_subject_list(self, email):
        """Note that somebody no longer wants mails on this subject, and only this.

        :param str email: address of the person
        """
        self.ensure_one()
        subject = self.sudo().citeslab_list_id
        contacts = subject._contacts_of(email)
        contacts.subscription_ids.filtered(lambda row: row.list_id == subject).write(
            {"opt_out": True}
        )
