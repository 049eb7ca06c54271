from stdnum.fr import siren

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ..tools.dates import local_date
from ..tools.text import quoted
from .selections import (
    DEFUSED_OUTCOMES,
    LEGAL_FORM,
    OUTCOME,
    PROJECT_KIND,
    SETTLEMENT,
)

FOLLOWUP_MONTHS = (6, 12, 24)

# Lets a register of past years tell a désamorçage without its reason, which the
# points to complete then ask for. An object, since a caller sends only values.
REGISTER = object()


class CiteslabOutcome(models.Model):
    """What became of a project, at a date: a later one never rewrites it."""

    _name = "citeslab.outcome"
    _inherit = ["citeslab.parcours.child"]
    _description = "Outcome"

    value = fields.Selection(OUTCOME, required=True)
    reason_id = fields.Many2one(
        "citeslab.outcome.reason", string="Reason", ondelete="restrict"
    )
    siren = fields.Char(string="SIREN", help="Its nine digits, spaces or not.")
    project_kind = fields.Selection(PROJECT_KIND, string="Creation or Takeover")
    legal_form = fields.Selection(LEGAL_FORM)
    settlement = fields.Selection(SETTLEMENT, string="Place of the Business")
    orientation_refused = fields.Boolean(
        help="The person wants no orientation towards a job or a training."
    )
    note = fields.Char()
    followup_ids = fields.One2many("citeslab.followup", "outcome_id")

    _company_date_idx = models.Index("(company_id, date)")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_plain_siren(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_plain_siren(vals))

    @staticmethod
    def _with_plain_siren(vals):
        """One business is written one way, however it was typed."""
        if not vals.get("siren"):
            return vals
        return {**vals, "siren": siren.compact(vals["siren"])}

    @api.constrains("date")
    def _check_date(self):
        """What is to come is no outcome yet: the bilan of that year would count it."""
        now = fields.Datetime.now()
        for outcome in self:
            if outcome.date > local_date(now, outcome.company_id):
                raise ValidationError(
                    self.env._(
                        "%(name)s: the outcome of %(date)s is still to come. Write it "
                        "when it is there, or correct its date.",
                        name=outcome.parcours_id.display_name,
                        date=format_date(self.env, outcome.date),
                    )
                )

    @api.constrains("siren")
    def _check_siren(self):
        for outcome in self.filtered("siren"):
            if not siren.is_valid(outcome.siren):
                raise ValidationError(
                    self.env._(
                        "%(siren)s is not a SIREN: it has nine digits, the last of "
                        "which checks the others.",
                        siren=quoted(outcome.siren),
                    )
                )

    @api.constrains("value", "reason_id", "orientation_refused", "parcours_id")
    def _check_desamorcage(self):
        """A project that stops tells why, and where the person goes (CDC §2)."""
        if self.env.context.get("citeslab_register") is REGISTER:
            return
        for outcome in self.filtered(lambda row: row.value in DEFUSED_OUTCOMES):
            if not outcome.reason_id:
                raise ValidationError(
                    self.env._(
                        "%(name)s: why does the project stop? Choose a reason of the "
                        "list.",
                        name=outcome.parcours_id.display_name,
                    )
                )
            oriented = outcome.parcours_id.orientation_ids
            if not (oriented or outcome.orientation_refused):
                raise ValidationError(
                    self.env._(
                        "%(name)s: a project that stops is oriented elsewhere. Orient "
                        "the person first, or tick that no orientation is wanted.",
                        name=outcome.parcours_id.display_name,
                    )
                )

    def _plan_followups(self):
        """Ask how a business is doing 6, 12 and 24 months after its creation.

        Dates already past are not asked, nor is a creation asked twice, even when it is
        noted again after the parcours was reopened.

        :return: the follow-ups made
        :rtype: citeslab.followup
        """
        today = fields.Date.context_today(self)
        values = []
        for outcome in self.filtered(lambda row: row.value == "created"):
            same = outcome.parcours_id.outcome_ids.filtered(
                lambda other, outcome=outcome: other.value == "created"
                and (
                    other.siren == outcome.siren or not (other.siren and outcome.siren)
                )
            )
            known = same.followup_ids.mapped("months")
            for months in FOLLOWUP_MONTHS:
                due = fields.Date.add(outcome.date, months=months)
                if due >= today and months not in known:
                    values.append(
                        {
                            "parcours_id": outcome.parcours_id.id,
                            "outcome_id": outcome.id,
                            "months": months,
                            "date": due,
                        }
                    )
        followups = self.env["citeslab.followup"].create(values)
        followups._schedule_activities()
        return followups
