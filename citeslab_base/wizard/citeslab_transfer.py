from odoo import api, fields, models

from ..models.selections import CONSENT_CHANNEL


class CiteslabTransfer(models.TransientModel):
    """Where the person goes, and that he agreed."""

    _name = "citeslab.transfer"
    _description = "Hand-Over of a Person"

    parcours_id = fields.Many2one("crm.lead", required=True, ondelete="cascade")
    # A chef reads the other structures' names here and nowhere else.
    structure = fields.Selection("_selection_structure", required=True)
    agreement_date = fields.Date(
        required=True, default=fields.Date.context_today, string="Agreed On"
    )
    channel = fields.Selection(CONSENT_CHANNEL, required=True, default="paper")

    @api.model
    def _selection_structure(self):
        # sudo: names of the structures with a territory, nothing else of them
        territories = self.env["citeslab.territory"].sudo().search([])
        others = territories.company_id - self.env.company
        return [(str(company.id), company.name) for company in others.sorted("name")]

    def action_transfer(self):
        """Hand the person over; this structure keeps its figures only."""
        self.ensure_one()
        company = self.env["res.company"].sudo().browse(int(self.structure))
        self.parcours_id._transfer(company, self.agreement_date, self.channel)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.crm_lead_action_parcours"
        )
        return {**action, "target": "main"}
