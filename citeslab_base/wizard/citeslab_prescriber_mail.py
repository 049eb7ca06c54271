from odoo import api, fields, models
from odoo.exceptions import UserError


class CiteslabPrescriberMail(models.TransientModel):
    """Mail that gives a prescriber news of the people he sent, read over first."""

    _name = "citeslab.prescriber.mail"
    _description = "News to a Prescriber"

    organization_id = fields.Many2one(
        "res.partner", string="Prescriber", required=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    parcours_ids = fields.Many2many(
        "crm.lead",
        string="People",
        compute="_compute_parcours",
        store=True,
        readonly=False,
        help="Those who agree that this organisation hears of them.",
    )
    withheld_count = fields.Integer(
        string="Without Agreement", compute="_compute_withheld_count"
    )
    email_to = fields.Char(
        string="To", compute="_compute_email_to", store=True, readonly=False
    )
    body = fields.Html(
        compute="_compute_body", store=True, readonly=False, sanitize=True
    )

    @api.depends("organization_id", "company_id")
    def _compute_parcours(self):
        for mail in self:
            mail.parcours_ids = mail._sent().filtered(mail._is_agreed)

    @api.depends("organization_id", "company_id")
    def _compute_withheld_count(self):
        for mail in self:
            sent = mail._sent()
            mail.withheld_count = len(sent - sent.filtered(mail._is_agreed))

    @api.depends("organization_id")
    def _compute_email_to(self):
        for mail in self:
            mail.email_to = mail.organization_id.email

    @api.depends("parcours_ids")
    def _compute_body(self):
        template = self.env.ref("citeslab_base.mail_template_prescriber_news").sudo()
        for mail in self:
            context = {
                "citeslab_news": [
                    (parcours.partner_id.name, mail._news_of(parcours))
                    for parcours in mail.parcours_ids
                ],
                "citeslab_company": mail.company_id.name,
                "citeslab_author": self.env.user.name,
            }
            rendered = template.with_context(**context)._render_field(
                "body_html", mail.organization_id.ids
            )
            mail.body = rendered.get(mail.organization_id.id)

    def _sent(self):
        """Parcours of the people whom the organisation sent to the structure."""
        return self.env["crm.lead"].search(
            [
                ("is_parcours", "=", True),
                ("company_id", "=", self.company_id.id),
                ("prescriber_id", "=", self.organization_id.id),
            ]
        )

    def _is_agreed(self, parcours):
        """A person who agrees to be oriented did not agree that who sent him hears."""
        return parcours.partner_id._has_consent(
            "share", self.organization_id, named=True
        )

    def _news_of(self, parcours):
        """One line on a parcours: how far it is, and nothing of the private life."""
        field = "outcome" if parcours.outcome else "phase"
        labels = dict(parcours._fields[field]._description_selection(self.env))
        return labels.get(parcours[field], "")

    def action_send(self):
        """Send, and note for each person told that the prescriber had news.

        :raise UserError: without an address, without anybody, or when somebody did
            not agree
        """
        self.ensure_one()
        self._check_may_be_sent()
        self.env["citeslab.prescriber.news"].create(
            [
                {"parcours_id": parcours.id, "organization_id": self.organization_id.id}
                for parcours in self.parcours_ids
            ]
        )
        # sudo: kept nowhere once sent, so that an erased person leaves no trace
        self.env["mail.mail"].sudo().create(self._mail_values()).send_after_commit()
        return {"type": "ir.actions.act_window_close"}

    def _check_may_be_sent(self):
        if not self.email_to:
            raise UserError(self.env._("To which address? Fill in the recipient."))
        if not self.parcours_ids:
            raise UserError(
                self.env._(
                    "None of the people sent agrees that %(name)s hears of them: "
                    "record their agreement first.",
                    name=self.organization_id.name,
                )
            )
        if self.parcours_ids - self._sent().filtered(self._is_agreed):
            raise UserError(
                self.env._(
                    "Somebody in the list did not agree, or was not sent by "
                    "%(name)s: leave that person out.",
                    name=self.organization_id.name,
                )
            )

    def _mail_values(self):
        author = self.env.user.email_formatted
        return {
            "subject": self.env._(
                "News of the people you sent to us (%s)", self.company_id.name
            ),
            "body_html": self.body,
            "email_to": self.email_to,
            "email_from": self.company_id.email_formatted or author,
            "reply_to": author,
            "auto_delete": True,
        }
