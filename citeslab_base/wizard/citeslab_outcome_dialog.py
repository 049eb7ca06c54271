from odoo import api, fields, models

from ..models.selections import (
    BUSINESS_OUTCOMES,
    DEFUSED_OUTCOMES,
    LEGAL_FORM,
    ORIENTATION_FAMILY,
    OUTCOME,
    PROJECT_KIND,
    SETTLEMENT,
)


class CiteslabOutcomeDialog(models.TransientModel):
    """What became of a parcours, asked in one dialog (CDC §2, §7)."""

    _name = "citeslab.outcome.dialog"
    _description = "Outcome of a Parcours"
    _rec_name = "parcours_id"

    parcours_id = fields.Many2one("crm.lead", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="parcours_id.company_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    value = fields.Selection(OUTCOME, string="What Became of It?", required=True)
    reason_id = fields.Many2one("citeslab.outcome.reason", string="Reason")
    note = fields.Char()
    project_kind = fields.Selection(
        PROJECT_KIND,
        string="Creation or Takeover",
        compute="_compute_project_kind",
        store=True,
        readonly=False,
    )
    siren = fields.Char(string="SIREN")
    legal_form = fields.Selection(LEGAL_FORM)
    settlement = fields.Selection(SETTLEMENT, string="Place of the Business")
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood", string="Settles In", check_company=True
    )
    needs_orientation = fields.Boolean(compute="_compute_needs_orientation")
    orientation_family = fields.Selection(ORIENTATION_FAMILY, string="Oriented To")
    organization_id = fields.Many2one(
        "res.partner",
        string="Organisation",
        domain="[('organization_kind', '!=', False)]",
    )
    orientation_refused = fields.Boolean(string="Wants No Orientation")

    @api.depends("parcours_id")
    def _compute_project_kind(self):
        for dialog in self:
            dialog.project_kind = dialog.parcours_id.project_kind or "creation"

    @api.depends("parcours_id", "value")
    def _compute_needs_orientation(self):
        """A project that stops hands the person over, once at least."""
        for dialog in self:
            stops = dialog.value in DEFUSED_OUTCOMES
            dialog.needs_orientation = stops and not dialog.parcours_id.orientation_ids

    def action_apply(self):
        """Write the outcome, the orientation that goes with it and the follow-ups.

        :raise ValidationError: when a désamorçage tells no reason, or neither an
            orientation nor its refusal
        """
        self.ensure_one()
        if self.needs_orientation and self.orientation_family:
            self.env["citeslab.orientation"].create(self._orientation_values())
        self._write_project()
        self.env["citeslab.outcome"].create(self._outcome_values())._plan_followups()
        return {"type": "ir.actions.act_window_close"}

    def _outcome_values(self):
        values = {
            "parcours_id": self.parcours_id.id,
            "date": self.date,
            "value": self.value,
            "note": self.note,
        }
        if self.value in BUSINESS_OUTCOMES:
            names = ["siren", "legal_form", "settlement"]
            names += ["project_kind"] if self.value == "created" else []
            return values | {name: self[name] for name in names}
        refused = self.needs_orientation and not self.orientation_family
        return values | {
            "reason_id": self.reason_id.id,
            "orientation_refused": refused and self.orientation_refused,
        }

    def _orientation_values(self):
        return {
            "parcours_id": self.parcours_id.id,
            "date": self.date,
            "family": self.orientation_family,
            "organization_id": self.organization_id.id,
        }

    def _write_project(self):
        """Keep on the project what a business tells of it."""
        if self.value not in BUSINESS_OUTCOMES:
            return
        values = {}
        if self.value == "created" and self.project_kind:
            values["project_kind"] = self.project_kind
        if self.settlement == "inside" and self.neighborhood_id:
            values["project_neighborhood_id"] = self.neighborhood_id.id
        if values:
            self.parcours_id.write(values)
