from odoo import fields, models

from ..models.selections import BUSINESS_OUTCOMES, DEFUSED_OUTCOMES, OUTCOME

# What the parcours tells by itself; the rest is the chef's.
FACTS = ("last_date", "last_step", "has_orientation", "proposal")


class CiteslabOutcomeGridLine(models.TransientModel):
    """Parcours of the grid of outcomes: what is proposed, what is told."""

    _name = "citeslab.outcome.grid.line"
    _description = "Outcome in the Grid"
    _order = "id"
    _transient_max_hours = 24.0

    grid_id = fields.Many2one(
        "citeslab.outcome.grid", required=True, index=True, ondelete="cascade"
    )
    parcours_id = fields.Many2one(
        "crm.lead", required=True, readonly=True, ondelete="cascade"
    )
    last_date = fields.Date(string="Last RDV", readonly=True)
    last_step = fields.Char(string="Next Step Told", readonly=True)
    has_orientation = fields.Boolean(string="Oriented", readonly=True)
    proposal = fields.Selection(OUTCOME, readonly=True)
    value = fields.Selection(
        OUTCOME, string="Outcome", help="Emptied: the parcours keeps no outcome."
    )
    date = fields.Date(required=True)
    reason_id = fields.Many2one("citeslab.outcome.reason", string="Reason")
    orientation_refused = fields.Boolean(string="Wants No Orientation")
    siren = fields.Char(string="SIREN")
    note = fields.Char()

    def _news(self, told):
        """What changed in the parcours since this line was filled.

        A proposal that was left as it was follows a new one; a corrected line keeps
        all that the chef told.

        :param dict told: values of a fresh line of the same parcours
        :rtype: dict
        """
        is_corrected = self.value != self.proposal
        if is_corrected or told["proposal"] == self.proposal:
            told = {name: told[name] for name in FACTS}
        now = self.read(list(told), load=None)[0]
        return {name: value for name, value in told.items() if now[name] != value}

    def _mistakes(self):
        """What keeps this line from being saved, one sentence each.

        :rtype: list[str]
        """
        name = self.parcours_id.display_name
        found = []
        if self.date.year != self.grid_id.year:
            found.append(
                self.env._(
                    "%(name)s: the outcome is dated out of the year %(year)s.",
                    name=name,
                    year=self.grid_id.year,
                )
            )
        if self.value not in DEFUSED_OUTCOMES:
            return found
        if not self.reason_id:
            found.append(
                self.env._("%(name)s: why does the project stop? Choose.", name=name)
            )
        if not (self.has_orientation or self.orientation_refused):
            found.append(
                self.env._(
                    "%(name)s: orient the person on the parcours, or tick that "
                    "no orientation is wanted.",
                    name=name,
                )
            )
        return found

    def _outcome_values(self):
        stops = self.value in DEFUSED_OUTCOMES
        is_business = self.value in BUSINESS_OUTCOMES
        return {
            "parcours_id": self.parcours_id.id,
            "value": self.value,
            "date": self.date,
            "reason_id": not is_business and self.reason_id.id,
            "orientation_refused": stops and self.orientation_refused,
            "siren": is_business and self.siren,
            "note": self.note,
        }
