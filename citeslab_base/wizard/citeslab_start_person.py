from odoo import fields, models


class CiteslabStartPerson(models.TransientModel):
    """Colleague to invite at the first start."""

    _name = "citeslab.start.person"
    _description = "Colleague to Invite"

    start_id = fields.Many2one("citeslab.start", required=True, ondelete="cascade")
    name = fields.Char(required=True)
    email = fields.Char(required=True)
    role = fields.Selection(
        [
            ("group_chef", "Chef de projet"),
            ("group_volunteer", "Volunteer"),
            ("group_manager", "Manager of the structure"),
        ],
        required=True,
        default="group_chef",
    )

    def _values(self):
        """Name, address and role, as the structure takes them.

        :rtype: dict
        """
        self.ensure_one()
        return {"name": self.name, "email": self.email.strip(), "role": self.role}
