from odoo import fields, models


class CiteslabMission(models.Model):
    """Mission of the chef de projet, with its share of working time (CDC §2)."""

    _name = "citeslab.mission"
    _inherit = ["citeslab.nomenclature"]
    _description = "Mission"

    share = fields.Float(
        string="Indicative Share (%)",
        compute="_compute_share",
        help="Share of working time, in percent, from the numbers of the scheme.",
    )
    source = fields.Char(compute="_compute_share", help="Text that sets the share.")

    def _compute_share(self):
        """The share is a dated number of the scheme, not one of the list."""
        today = fields.Date.context_today(self)
        Parameter = self.env["citeslab.parameter"]
        for mission in self:
            number = Parameter._in_force(f"mission_share_{mission.code}", today)
            mission.share = number.value
            mission.source = number.source
