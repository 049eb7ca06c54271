from odoo import fields, models


class CiteslabChannel(models.Model):
    """A group of people outside of Odoo: WhatsApp, quartier group, network."""

    _name = "citeslab.channel"
    _description = "Channel"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        [
            ("whatsapp", "WhatsApp group"),
            ("facebook", "Group of a social network"),
            ("signal", "Signal or Telegram group"),
            ("display", "Posters and windows"),
            ("other", "Other"),
        ],
        required=True,
        default="whatsapp",
    )
    url = fields.Char(string="Link")
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood", string="Quartier", ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users", string="Moderator", default=lambda self: self.env.user
    )
    consent_date = fields.Date(
        help="Day on which the members agreed to be written to in this group."
    )
    consent_note = fields.Char(help="How they agreed, and how one leaves the group.")
    member_count = fields.Integer(string="Members", help="Counted, never listed.")
    notes = fields.Text()

    _members_positive = models.Constraint(
        "CHECK (member_count IS NULL OR member_count >= 0)",
        "A number of members cannot be negative.",
    )
