from odoo import fields, models
from odoo.exceptions import UserError


class CiteslabErasureDialog(models.TransientModel):
    """The last question before a person is erased for good."""

    _name = "citeslab.erasure.dialog"
    _description = "Erasure of a Person"

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="cascade"
    )
    reason = fields.Selection(
        [("request", "Asked for by the person"), ("withdrawal", "Consent withdrawn")],
        required=True,
        default="request",
    )
    is_checked = fields.Boolean(string="I have checked who is asking")

    def action_erase(self):
        """Erase, and come back to the list of people."""
        self.ensure_one()
        self.partner_id._check_counter()
        if not self.is_checked:
            raise UserError(
                self.env._(
                    "Check who is asking, then tick the box: an erasure is for good."
                )
            )
        self.partner_id._anonymise(self.reason)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.res_partner_action_porteur"
        )
        return {**action, "target": "main"}
