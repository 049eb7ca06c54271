from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from .selections import CONSENT_CHANNEL, CONSENT_PURPOSE


class CiteslabConsent(models.Model):
    """What a person agreed to: which text, when, how, and until when.

    One row per purpose, and per organisation where data is shared. A withdrawal
    is a date: it acts at once, and stays as a proof.
    """

    _name = "citeslab.consent"
    _description = "Consent"
    _order = "date desc, id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_porteur', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    purpose = fields.Selection(CONSENT_PURPOSE, required=True, default="keep")
    organization_id = fields.Many2one(
        "res.partner",
        string="Shared With",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('organization_kind', '!=', False)]",
        check_company=True,
        help="Empty: whoever the person is oriented to.",
    )
    text_id = fields.Many2one(
        "citeslab.consent.text",
        string="Text",
        compute="_compute_text_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    channel = fields.Selection(CONSENT_CHANNEL, required=True, default="paper")
    withdrawn_date = fields.Date(string="Withdrawn On", copy=False, readonly=True)
    scope = fields.Char(help="Limits that the person set: places, length, supports.")

    _owned = models.Constraint(
        "CHECK (company_id IS NOT NULL)",
        "A consent is given to a structure: choose a porteur.",
    )
    _organization_of_share = models.Constraint(
        "CHECK (organization_id IS NULL OR purpose = 'share')",
        "Only the sharing of data names an organisation.",
    )
    _person_purpose_idx = models.Index("(partner_id, purpose)")

    @api.depends("partner_id")
    def _compute_company_id(self):
        for consent in self:
            consent.company_id = consent.partner_id.company_id

    @api.depends("purpose", "partner_id")
    def _compute_text_id(self):
        Text = self.env["citeslab.consent.text"]
        for consent in self:
            if consent.text_id.purpose != consent.purpose:
                company = consent.partner_id.company_id or self.env.company
                consent.text_id = Text._current(consent.purpose, company, consent.date)

    @api.depends("purpose", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Named by its purpose and day: a name never leaves that way."""
        labels = dict(self._fields["purpose"]._description_selection(self.env))
        for consent in self:
            day = format_date(self.env, consent.date)
            consent.display_name = f"{labels.get(consent.purpose, '')} · {day}"

    @api.constrains("purpose", "text_id")
    def _check_text(self):
        for consent in self:
            if consent.text_id and consent.text_id.purpose != consent.purpose:
                raise ValidationError(
                    self.env._(
                        "The text “%(text)s” is about something else: choose a text of "
                        "this purpose.",
                        text=consent.text_id.display_name,
                    )
                )

    @api.constrains("date", "withdrawn_date")
    def _check_dates(self):
        today = fields.Date.context_today(self)
        for consent in self:
            if consent.date > today:
                raise ValidationError(
                    self.env._("A consent is given today or before: correct its date.")
                )
            if consent.withdrawn_date and consent.withdrawn_date < consent.date:
                raise ValidationError(
                    self.env._(
                        "This consent was withdrawn before it was given: correct one "
                        "of the dates."
                    )
                )

    def _in_force(self):
        """The consents of this set that were not withdrawn."""
        return self.filtered(lambda consent: not consent.withdrawn_date)

    def write(self, vals):
        """A withdrawal acts in the same transaction: nothing waits for a cron."""
        withdrawn = self.browse()
        if vals.get("withdrawn_date"):
            withdrawn = self._in_force()
        result = super().write(vals)
        if withdrawn:
            withdrawn._on_withdrawal()
        return result

    def action_withdraw(self):
        """Withdraw from today on, as the person may ask at any time."""
        self._in_force().write({"withdrawn_date": fields.Date.context_today(self)})

    def _on_withdrawal(self):
        """Hook: undo at once what these consents allowed. Call super()."""
        shared = self.filtered(lambda consent: consent.purpose == "share")
        # sudo: a volunteer who notes a withdrawal reads no orientation
        orientations = (
            self.env["citeslab.orientation"]
            .sudo()
            .search([("partner_id", "in", shared.partner_id.ids)])
        )
        stopped = orientations.filtered(lambda row: not row._is_agreed())
        stopped._stop_sharing()._tell_withdrawal()
