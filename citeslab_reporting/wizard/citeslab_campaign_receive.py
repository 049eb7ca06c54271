from base64 import b64decode

from odoo import fields, models


class CiteslabCampaignReceive(models.TransientModel):
    """Takes the file of a campaign that the network sent."""

    _name = "citeslab.campaign.receive"
    _description = "Open a Campaign Received"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        default=lambda self: self.env.company,
    )
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    def action_receive(self):
        """Open the draft report that the campaign asks for."""
        self.ensure_one()
        entry = self.env["citeslab.campaign"]._receive(
            b64decode(self.file), self.company_id
        )
        return entry.action_open_report()
