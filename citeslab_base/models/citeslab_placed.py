from odoo import fields, models


class CiteslabPlaced(models.AbstractModel):
    """Something held at a place of the list, or at one that is met once."""

    _name = "citeslab.placed"
    _description = "Held at a Place"

    place_id = fields.Many2one(
        "citeslab.place",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    place = fields.Char(
        string="Where Exactly",
        help="Where a moving place stands that day, or a place met only once.",
    )

    def _place_label(self):
        """Where it is held, in one line.

        :rtype: str
        """
        self.ensure_one()
        if self.place_id:
            return self.place_id._label(self.place)
        return self.place or ""
