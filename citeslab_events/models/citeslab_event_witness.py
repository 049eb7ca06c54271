from odoo import api, fields, models


class CiteslabEventWitness(models.Model):
    """A creator who tells his story, and what he agreed to about his portrait."""

    _name = "citeslab.event.witness"
    _description = "Witness of an Event"
    _order = "event_id, id"

    event_id = fields.Many2one(
        "event.event", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Witness",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_porteur', '=', True), ('company_id', '=', company_id)]",
    )
    topic = fields.Char()
    consent_date = fields.Date(
        string="Image Consent",
        compute="_compute_consent_date",
        store=True,
        readonly=False,
        precompute=True,
        help="Day on which the consent to show the portrait was signed.",
    )
    consent_scope = fields.Char(help="Where the portrait may appear, until when.")
    is_published = fields.Boolean(string="Portrait Published")

    _consent_before_publication = models.Constraint(
        "CHECK (is_published IS NOT TRUE OR consent_date IS NOT NULL)",
        "A portrait is published with a signed image consent only: write its date.",
    )
    _once = models.UniqueIndex(
        "(event_id, partner_id)", "This witness is already in the list."
    )

    @api.depends("event_id")
    def _compute_company_id(self):
        for witness in self:
            witness.company_id = witness.event_id.company_id

    @api.depends("partner_id")
    def _compute_consent_date(self):
        """A consent to show the portrait is given once, not at each event."""
        for witness in self:
            if not witness.consent_date:
                witness.consent_date = witness._portrait_consent().date

    def _portrait_consent(self):
        """The consent in force of the witness, or an empty set."""
        portraits = self.partner_id.consent_ids._in_force().filtered(
            lambda consent: consent.purpose == "portrait"
        )
        return portraits[:1]

    @api.model_create_multi
    def create(self, vals_list):
        witnesses = super().create(vals_list)
        witnesses._record_consents()
        return witnesses

    def write(self, vals):
        result = super().write(vals)
        if vals.get("consent_date"):
            self._record_consents()
        return result

    def _record_consents(self):
        """What was signed at an event is a consent like any other: withdrawable."""
        for witness in self.filtered("consent_date"):
            if not witness._portrait_consent():
                self.env["citeslab.consent"].create(
                    {
                        "partner_id": witness.partner_id.id,
                        "purpose": "portrait",
                        "date": witness.consent_date,
                        "scope": witness.consent_scope,
                    }
                )

    @api.depends("event_id")
    def _compute_display_name(self):
        """Named by its event: a person's name never leaves that way."""
        for witness in self:
            witness.display_name = f"{witness.event_id.name or ''} · {witness.id or ''}"
