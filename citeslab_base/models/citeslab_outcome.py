from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .selections import OUTCOME


class CiteslabOutcome(models.Model):
    """What became of a project, at a date: a later one never rewrites it."""

    _name = "citeslab.outcome"
    _inherit = ["citeslab.parcours.child"]
    _description = "Outcome"

    value = fields.Selection(OUTCOME, required=True)
    reason_id = fields.Many2one(
        "citeslab.outcome.reason", string="Reason", ondelete="restrict"
    )
    siren = fields.Char(string="SIREN", size=11)
    note = fields.Char()

    _company_date_idx = models.Index("(company_id, date)")

    @api.constrains("siren")
    def _check_siren(self):
        from stdnum.fr import siren

        for outcome in self.filtered("siren"):
            if not siren.is_valid(outcome.siren):
                raise ValidationError(
                    self.env._(
                        "%(siren)s is not a SIREN: it has nine digits, the last of "
                        "which checks the others.",
                        siren=outcome.siren,
                    )
                )
