from base64 import b64decode

from odoo import fields, models


class CiteslabCampaignReceive(models.TransientModel):
    """Takes a file that the network sent: a campaign, or its answer to a report."""

    _name = "citeslab.campaign.receive"
    _description = "Open a File of the Network"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        default=lambda self: self.env.company,
    )
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    def action_receive(self):
        """Open the report that the file asks for, or answers."""
        self.ensure_one()
        return self.env["citeslab.campaign"]._open_received(
            b64decode(self.file), self.company_id
        )
