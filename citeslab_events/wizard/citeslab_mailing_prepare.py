from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.citeslab_base.models.selections import (
    ORGANIZATION_KIND,
    PHASE,
    TARGET_PUBLIC,
)

from ..models.mailing_mailing import PURPOSE

# Kinds of organisations that send people to us (CDC §3).
PRESCRIBERS = ("employment", "youth", "social_centre", "social_work", "integration")


class CiteslabMailingPrepare(models.TransientModel):
    """Whom to write to and about what: makes a mailing ready to be read and sent."""

    _name = "citeslab.mailing.prepare"
    _description = "Prepare a Mailing"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        compute="_compute_company_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    event_id = fields.Many2one("event.event", ondelete="cascade")
    purpose = fields.Selection(PURPOSE, required=True, default="invitation")
    audience = fields.Selection(
        [
            ("porteurs", "Porteurs that we follow"),
            ("registered", "Registered"),
            ("present", "Those who came"),
            ("absent", "Registered who did not come"),
            ("partners", "Partner organisations"),
            ("prescribers", "Prescribers"),
            ("list", "A mailing list"),
        ],
        required=True,
        compute="_compute_audience",
        store=True,
        readonly=False,
        precompute=True,
    )
    neighborhood_ids = fields.Many2many("citeslab.neighborhood", string="Quartiers")
    phase = fields.Selection(PHASE)
    target_public = fields.Selection(TARGET_PUBLIC, string="Public")
    organization_kind = fields.Selection(
        ORGANIZATION_KIND, string="Kind of Organisation"
    )
    list_id = fields.Many2one(
        "mailing.list", domain="[('company_id', '=', company_id)]"
    )
    year = fields.Integer(default=lambda self: fields.Date.context_today(self).year)
    quarter = fields.Selection(
        [("1", "T1"), ("2", "T2"), ("3", "T3"), ("4", "T4")], default="1"
    )
    recipient_count = fields.Integer(compute="_compute_recipient_count")

    @api.depends("event_id")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = (
                wizard.event_id.company_id or wizard.company_id or self.env.company
            )

    @api.depends("purpose", "event_id")
    def _compute_audience(self):
        """Each purpose has its usual readers; any other may be chosen."""
        usual = {
            "reminder": "registered",
            "thanks": "present",
            "absent": "absent",
            "calendar": "partners",
        }
        for wizard in self:
            wizard.audience = usual.get(wizard.purpose, "porteurs")

    @api.depends(
        "company_id",
        "event_id",
        "audience",
        "neighborhood_ids",
        "phase",
        "target_public",
        "organization_kind",
        "list_id",
    )
    def _compute_recipient_count(self):
        for wizard in self:
            model, domain = wizard._recipients()
            wizard.recipient_count = self.env[model].search_count(domain)

    def _recipients(self):
        """Model and domain of the people to write to, all of the structure.

        :rtype: tuple[str, Domain]
        """
        if self.audience in ("registered", "present", "absent"):
            return "event.registration", self._registration_domain()
        if self.audience == "list":
            subscribed = Domain("list_ids", "in", self.list_id.ids)
            return "mailing.contact", subscribed
        with_mail = Domain("email_normalized", "!=", False)
        if self.audience == "porteurs":
            return "res.partner", self._porteur_domain() & with_mail
        return "res.partner", self._organization_domain() & with_mail

    def _registration_domain(self):
        domain = Domain("event_id", "=", self.event_id.id)
        if self.audience == "present":
            return domain & Domain("state", "=", "done")
        if self.audience == "absent":
            return domain & Domain("state", "=", "open")
        return domain & Domain("state", "in", ("open", "done"))

    def _porteur_domain(self):
        domain = Domain("is_porteur", "=", True)
        domain &= Domain("company_id", "=", self.company_id.id)
        if self.neighborhood_ids:
            areas = self.neighborhood_ids.ids
            domain &= Domain("neighborhood_id", "in", areas)
        path = Domain("is_parcours", "=", True)
        if self.phase:
            path &= Domain("stage_id.phase", "=", self.phase)
        else:
            path &= Domain("stage_id.phase", "!=", "closed")
        if self.target_public:
            path &= Domain("target_public", "=", self.target_public)
        return domain & Domain("parcours_ids", "any", path)

    def _organization_domain(self):
        domain = Domain("company_id", "in", (self.company_id.id, False))
        if self.audience == "prescribers":
            domain &= Domain("organization_kind", "in", PRESCRIBERS)
        else:
            domain &= Domain("organization_kind", "!=", False)
        if self.organization_kind:
            domain &= Domain("organization_kind", "=", self.organization_kind)
        return domain

    # ------------------------------------------------------------
    # The mailing
    # ------------------------------------------------------------

    def action_prepare(self):
        """Make the mailing as a draft and open it: nothing leaves by itself.

        :raise UserError: a mail about an event without one
        """
        self.ensure_one()
        about_event = self.purpose not in ("newsletter", "calendar")
        if not self.event_id and (
            about_event
            or self._recipients()[0] != "res.partner"
            and self.audience != "list"
        ):
            raise UserError(
                self.env._("Open this from an event: the mail is about one.")
            )
        mailing = self.env["mailing.mailing"].create(self._mailing_values())
        return {
            "type": "ir.actions.act_window",
            "res_model": "mailing.mailing",
            "res_id": mailing.id,
            "view_mode": "form",
            "target": "current",
        }

    def _mailing_values(self):
        model, domain = self._recipients()
        is_list = model == "mailing.contact"
        body = self._body()
        Lists = self.env["mailing.list"]
        subject_list = Lists._subject_list(self.company_id, self.purpose)
        target = "mailing.list" if is_list else model
        return {
            "company_id": self.company_id.id,
            "citeslab_purpose": self.purpose,
            "citeslab_event_id": self.event_id.id,
            "citeslab_list_id": False if is_list else subject_list.id,
            "subject": self._subject(),
            "mailing_model_id": self.env["ir.model"]._get_id(target),
            "contact_list_ids": [fields.Command.set(self.list_id.ids)],
            "mailing_domain": repr(list(domain)),
            "body_arch": body,
            "body_html": body,
            "email_from": self.company_id.email_formatted
            or self.env.user.email_formatted,
            "reply_to_mode": "new",
            "reply_to": self.company_id.email or self.env.user.email,
            "user_id": self.env.user.id,
        }

    def _subject(self):
        event, company = self.event_id, self.company_id
        if self.purpose == "newsletter":
            return self.env._("News from %(company)s", company=company.name)
        if self.purpose == "calendar":
            sheet = self._calendar_sheet()
            return self.env._(
                "Calendar of CitésLab, %(quarter)s", quarter=sheet._title()
            )
        subjects = {
            "invitation": self.env._("Invitation: %(event)s", event=event.name),
            "reminder": self.env._("See you soon: %(event)s", event=event.name),
            "thanks": self.env._("Thank you for coming: %(event)s", event=event.name),
            "absent": self.env._("We missed you: %(event)s", event=event.name),
        }
        return subjects[self.purpose]

    def _calendar_sheet(self):
        return self.env["citeslab.calendar.print"].new(
            {
                "company_id": self.company_id.id,
                "year": self.year,
                "quarter": self.quarter or "1",
            }
        )

    def _body(self):
        """Text of the mail, in the reader's language, ready to be changed."""
        sheet = self._calendar_sheet() if self.purpose == "calendar" else None
        upcoming = self.env["event.event"]
        if self.purpose in ("newsletter", "thanks", "absent"):
            today = fields.Date.context_today(self)
            last = fields.Date.add(today, months=3)
            upcoming = upcoming._calendar_events(self.company_id, today, last)
            upcoming = upcoming.filtered(lambda event: not event.is_permanence)
        return self.env["ir.qweb"]._render(
            "citeslab_events.mailing_body",
            {
                "purpose": self.purpose,
                "event": self.event_id,
                "company": self.company_id,
                "upcoming": (upcoming - self.event_id)[:6],
                "months": sheet._months() if sheet else [],
                "permanences": sheet._permanences() if sheet else [],
                "contact_line": self.event_id._contact_line(self.company_id),
            },
        )
