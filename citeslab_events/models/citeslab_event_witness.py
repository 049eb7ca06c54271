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
        string="Image Consent", help="Day on which the consent was signed."
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

    @api.depends("event_id")
    def _compute_display_name(self):
        """Named by its event: a person's name never leaves that way."""
        for witness in self:
            witness.display_name = f"{witness.event_id.name or ''} · {witness.id or ''}"
