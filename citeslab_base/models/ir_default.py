from odoo import api, models
from odoo.exceptions import ValidationError

from .citeslab_orientation import FREE_CHOICE


class IrDefault(models.Model):
    """Prescription libre: no network may be proposed before the others."""

    _inherit = "ir.default"

    @api.constrains("field_id")
    def _check_prescription_libre(self):
        for default in self:
            field = default.field_id
            if field.model == "citeslab.orientation" and field.name in FREE_CHOICE:
                raise ValidationError(
                    self.env._(
                        "Prescription libre: no organisation is proposed by default. "
                        "It is chosen with each person."
                    )
                )
