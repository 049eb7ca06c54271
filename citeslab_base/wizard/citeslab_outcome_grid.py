from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

SILENCE = timedelta(days=90)
SHOWN_MISTAKES = 10
# A job or a training that an orientation tells is its own reason.
REASON_BY_FAMILY = {
    "employment": "citeslab_base.outcome_reason_job",
    "training": "citeslab_base.outcome_reason_training",
}


class CiteslabOutcomeGrid(models.TransientModel):
    """Outcomes of the year, all in one grid: proposed, corrected, saved in one go."""

    _name = "citeslab.outcome.grid"
    _description = "Outcomes of the Year"
    # A chef is called away from the grid, and finds it again in the afternoon.
    _transient_max_hours = 24.0

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    year = fields.Integer(
        required=True,
        default=lambda self: self._default_year(),
        aggregator=None,
    )
    line_ids = fields.One2many("citeslab.outcome.grid.line", "grid_id")

    @api.depends("year")
    def _compute_display_name(self):
        for grid in self:
            grid.display_name = self.env._("Outcomes of %(year)s", year=grid.year)

    def _default_year(self):
        """Until the end of March, the year to tell is the one that ended."""
        today = fields.Date.context_today(self)
        return today.year - (today.month <= 3)

    @api.model
    def action_open(self):
        """Open the grid that the user left unsaved, else one on the year to tell.

        :return: window action
        :rtype: dict
        """
        grid = self._left_unsaved() or self.create({})
        grid._fill()
        return grid._window()

    @api.model
    def _left_unsaved(self):
        """The user's last grid of the structure, when it still holds something."""
        return self.search(
            Domain("create_uid", "=", self.env.uid)
            & Domain("company_id", "=", self.env.company.id)
            & Domain("line_ids", "!=", False),
            order="id desc",
            limit=1,
        )

    def action_fill(self):
        """Take again the parcours of the year that was typed."""
        self.ensure_one()
        self.line_ids.unlink()
        self._fill()
        return self._window()

    def action_save(self):
        """Write an outcome for each line that tells one, all or none.

        A parcours that somebody ended meanwhile keeps that outcome.

        :return: window action on the parcours of the lines
        :rtype: dict
        :raise UserError: when lines are incomplete, which it names
        """
        self.ensure_one()
        open_parcours = self._parcours_without_outcome()
        lines = self.line_ids.filtered(
            lambda line: line.value and line.parcours_id in open_parcours
        )
        mistakes = [text for line in lines for text in line._mistakes()]
        if mistakes:
            raise UserError("\n".join(mistakes[:SHOWN_MISTAKES]))
        values = [line._outcome_values() for line in lines]
        self.env["citeslab.outcome"].create(values)._plan_followups()
        parcours = self.line_ids.parcours_id
        self.line_ids.unlink()
        return self._window_of(parcours)

    def _period(self):
        if not 2000 <= self.year <= 2100:
            raise UserError(
                self.env._("Type a year of four digits, such as 2026, in the grid.")
            )
        return date(self.year, 1, 1), date(self.year, 12, 31)

    def _last_day(self):
        """Outcomes are dated at the end of the year, or today while it lasts."""
        return min(self._period()[1], fields.Date.context_today(self))

    def _parcours_without_outcome(self):
        """Parcours with a RDV done in the year and no outcome dated in it."""
        start, end = self._period()
        in_year = Domain("date", ">=", start) & Domain("date", "<=", end)
        done = Domain("state", "=", "done") & Domain("kind", "=", "interview")
        return self.env["crm.lead"].search(
            Domain("is_parcours", "=", True)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("interview_ids", "any", in_year & done)
            & Domain("outcome_ids", "not any", in_year),
            order="first_interview_date, id",
        )

    def _fill(self):
        """A line for each parcours without an outcome; what was corrected stays."""
        parcours = self._parcours_without_outcome()
        rows = self._rows_by_parcours("citeslab.interview", parcours)
        orientations = self._rows_by_parcours("citeslab.orientation", parcours)
        known = self.line_ids.grouped("parcours_id")
        changes = [
            Command.delete(line.id)
            for lead, line in known.items()
            if lead not in parcours
        ]
        for lead in parcours:
            told = self._line_values(lead, rows[lead], orientations.get(lead, ()))
            if lead not in known:
                changes.append(Command.create(told))
            elif news := known[lead]._news(told):
                changes.append(Command.update(known[lead].id, news))
        self.line_ids = changes

    def _rows_by_parcours(self, model, parcours):
        """Rows of all parcours in one query, the oldest first."""
        rows = self.env[model].search(
            [("parcours_id", "in", parcours.ids)], order="date, id"
        )
        return rows.grouped("parcours_id")

    def _line_values(self, lead, interviews, orientations):
        end = self._last_day()
        done = [row for row in interviews if row.state == "done" and row.date <= end]
        last = done[-1]
        proposal = self._propose(last, interviews, orientations)
        reason = REASON_BY_FAMILY.get(orientations and orientations[-1].family)
        return {
            "parcours_id": lead.id,
            "last_date": last.date,
            "last_step": last.next_step,
            "has_orientation": bool(orientations),
            "proposal": proposal,
            "value": proposal,
            "reason_id": proposal == "redirected" and self.env.ref(reason).id,
            "date": end,
        }

    def _propose(self, last, interviews, orientations):
        """Outcome that the last done RDV of the year suggests; the chef decides.

        :param last: last done row of the period
        :param interviews: all RDV and contacts of the parcours, oldest first
        :param orientations: its orientations, oldest first
        :return: value of an outcome
        :rtype: str
        """
        later = [row for row in interviews if (row.date, row.id) > (last.date, last.id)]
        if any(row.state in ("planned", "done") for row in later):
            return "ongoing"
        since = [row for row in orientations if row.date >= last.date]
        if since and since[-1].family in ("employment", "training"):
            return "redirected"
        if later and later[-1].state == "no_show":
            return "lost"
        return "lost" if self._last_day() - last.date >= SILENCE else "ongoing"

    def _window(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outcomes of the Year"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.id,
            "target": "current",
        }

    def _window_of(self, parcours):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_base.crm_lead_action_parcours"
        )
        action["views"] = sorted(action["views"], key=lambda view: view[1] != "list")
        action["domain"] = [("is_parcours", "=", True), ("id", "in", parcours.ids)]
        return action
