from odoo import fields, models


class CiteslabContestEntry(models.Model):
    """Candidate presented to one edition of a contest."""

    _name = "citeslab.contest.entry"
    _inherit = ["citeslab.parcours.child"]
    _description = "Contest Entry"

    contest_id = fields.Many2one("citeslab.contest", required=True, ondelete="restrict")
    edition = fields.Char(required=True, size=4, help="Year of the edition.")
    category = fields.Char()
    state = fields.Selection(
        [
            ("presented", "Presented"),
            ("regional", "Regional Prize"),
            ("national", "National Prize"),
            ("not_selected", "Not Selected"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="presented",
    )

    _once_an_edition = models.UniqueIndex(
        "(parcours_id, contest_id, edition)",
        "This project is already presented to this edition.",
    )
