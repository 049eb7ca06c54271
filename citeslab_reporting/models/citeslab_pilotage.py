from dataclasses import dataclass, replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..figures import pilotage
from ..figures.pilotage import Measure
from .citeslab_fact_delay import STEPS
from .citeslab_objective import USUAL

DIGEST = "citeslab_reporting.digest_weekly"


@dataclass(frozen=True, slots=True)
class Row:
    """What one gauge shows: a figure, or the share of one of its rows."""

    indicator: models.Model
    item_code: str | bool = False
    target: float | None = None
    source: str | bool = False

    @property
    def is_share(self):
        return bool(self.item_code or self.indicator.kind == "rate")


class CiteslabPilotage(models.AbstractModel):
    """The year under way: objectives, their pace, two years before, delays.

    Every figure comes from the engine of the bilan; nothing is counted here.
    """

    _name = "citeslab.pilotage"
    _description = "Board of the Year"

    # What the screen asks for

    @api.model
    @api.readonly
    def board(self, params):
        """Everything that the board shows, as plain values.

        :param dict params: ``year``, and if wanted ``company_id``, ``territory_id``
        :raises UserError: unknown structure, territory or year
        """
        company, territory, year = self._asked(params)
        board = self.with_context(
            allowed_company_ids=company.ids,
            lang=self.env["citeslab.bilan.renderer"]._lang(),
        )
        return board._board(company, territory, year)

    @api.model
    def prepare_objectives(self, params):
        """Write the usual objectives of a year that has none, and open them.

        :return: an ``ir.actions.act_window`` dict
        :raises AccessError: the reader is no manager
        """
        company, territory, year = self._asked(params)
        Objective = self.env["citeslab.objective"].with_company(company)
        Objective.check_access("create")
        Objective._prepare_year(company, territory, year)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "citeslab_reporting.citeslab_objective_action"
        )
        action["domain"] = [("company_id", "=", company.id), ("year", "=", year)]
        action["context"] = {
            "default_company_id": company.id,
            "default_territory_id": territory.id if territory else False,
            "default_year": year,
        }
        return action

    @api.model
    def toggle_digest(self):
        """Receive the weekly mail, or no longer.

        :return: whether the reader receives it now
        :raises AccessError: the reader follows no project
        """
        if not self.env.user.has_group("citeslab_base.group_chef"):
            raise AccessError(
                self.env._("Only a chef de projet receives the weekly summary.")
            )
        digest = self._digest()
        if not digest:
            raise UserError(
                self.env._("The weekly summary was deleted from this database.")
            )
        if digest.is_subscribed:
            digest.action_unsubscribe()
        else:
            digest.action_subscribe()
        return digest.is_subscribed

    def _digest(self):
        digest = self.env.ref(DIGEST, raise_if_not_found=False)
        return digest or self.env["digest.digest"]

    def _asked(self, params):
        renderer = self.env["citeslab.bilan.renderer"]
        today = fields.Date.context_today(self)
        year = renderer._parse_year(params.get("year") or today.year)
        territory = renderer._parse_ids(
            "citeslab.territory", params.get("territory_id")
        )
        return renderer._parse_company(params.get("company_id")), territory, year

    # Board

    def _board(self, company, territory, year):
        first, last = pilotage.year_bounds(year)
        today = min(max(fields.Date.context_today(self), first), last)
        rows = self._rows(company, territory, year)
        measures = self._measures(company, territory, rows, first, last, today)
        share = pilotage.pace(first, last, today)
        return {
            "structure": company.name,
            "year": year,
            "before": [year - 1, year - 2],
            "as_of": format_date(self.env, today),
            "same_day": format_date(self.env, pilotage.same_day(today, 1)),
            "is_over": today == last,
            "pace": share,
            "pace_text": self._style().value(share, "rate"),
            "gauges": [
                self._gauge(row, one, share)
                for row, one in zip(rows, measures, strict=True)
            ],
            "delays": self._delays(company, territory, year),
            "has_objectives": any(row.target for row in rows),
            "can_edit": self.env["citeslab.objective"].has_access("create"),
            "is_subscribed": self._digest().is_subscribed,
        }

    def _style(self):
        return self.env["citeslab.bilan.renderer"]._style()

    def _rows(self, company, territory, year):
        """Gauges: the objectives of the year, else the usual figures without one."""
        objectives = self.env["citeslab.objective"]._of(company, territory, year)
        if objectives:
            return [
                Row(one.indicator_id, one.item_code, one.target, one.source)
                for one in objectives.sorted("sequence")
            ]
        indicators = self.env["citeslab.indicator"]._for_company(company)
        by_code = {one.code: one for one in indicators}
        return [
            Row(by_code[code], item_code)
            for code, item_code, _parameter in USUAL
            if code in by_code
        ]

    def _measures(self, company, territory, rows, first, last, today):
        """Measures of each row: this year, the same day before, two years before.

        :return: ``[{"now", "same_day", 1, 2: Measure}]`` in the order of the rows
        """
        bilan = self.env["citeslab.bilan"]
        scope = bilan._scope(company, first, last, territory, None, None)
        engine = bilan._for_scope(scope)
        indicators = self.env["citeslab.indicator"].union(
            *(row.indicator | row.indicator.divisor_id for row in rows)
        )
        to_date = replace(scope, last=today)
        now = engine._current_tallies(indicators, to_date, {})
        before = scope.previous()
        same_day = replace(before, last=pilotage.same_day(today, 1))
        found = {
            "now": now,
            "same_day": engine._current_tallies(indicators, same_day, {}),
            1: engine._previous_tallies(indicators, scope, now, {}),
            2: engine._previous_tallies(indicators, before, now, {}),
        }
        return [
            {key: self._measure(engine, row, tallies) for key, tallies in found.items()}
            for row in rows
        ]

    def _measure(self, engine, row, tallies):
        tally = tallies.get(row.indicator)
        if not engine._is_registered(row.indicator, tally):
            return Measure(is_share=row.is_share)
        if row.item_code:
            whole = sum(tally.parts.values()) or tally.value
            return Measure(tally.parts.get(row.item_code, 0), whole, True)
        if row.indicator.kind != "rate":
            return Measure(tally.value)
        if tally.source or tally.is_final:  # only the rate is known
            return Measure(tally.value, 100, True)
        return Measure(tally.value, tally.whole, True)

    def _gauge(self, row, measures, share):
        """One gauge: numerator, denominator and the definition used (P14).

        :param dict measures: of this row, by key of :meth:`_measures`
        """
        now = measures["now"]
        expected = 100 if now.is_share else share
        target = row.target
        return {
            "code": row.indicator.code,
            "item_code": row.item_code,
            "label": self._label(row),
            "is_share": now.is_share,
            "value": now.value,
            "value_text": self._value_text(row, now),
            "numerator": now.numerator,
            "denominator": now.denominator,
            "fraction_text": self._fraction_text(now),
            "target": target,
            "target_text": self._number_text(row, target),
            "reached": pilotage.reached(now, target),
            "expected": expected,
            "expected_text": self._expected_text(row, share),
            "status": pilotage.status(now, target, share),
            "definition": self._definition(row),
            "source": row.source or "",
            "same_day_text": self._value_text(row, measures["same_day"]),
            "before": [
                {
                    "value_text": self._value_text(row, measures[back]),
                    "fraction_text": self._fraction_text(measures[back]),
                }
                for back in (1, 2)
            ],
        }

    def _label(self, row):
        if not row.item_code:
            return row.indicator.name
        label = row.indicator._rows().get(row.item_code, row.item_code)
        return self.env._("%(figure)s: %(row)s", figure=row.indicator.name, row=label)

    def _definition(self, row):
        """What is counted; of a share, what is in it and what is not (P14)."""
        definition = row.indicator.definition or ""
        if not row.item_code:
            return definition
        labels = row.indicator._rows()
        share = self.env._(
            "Numerator: “%(row)s” alone, without %(others)s. Denominator: everybody.",
            row=labels.pop(row.item_code, row.item_code),
            others=", ".join(labels.values()),
        )
        return f"{definition} {share}".strip()

    def _number_text(self, row, value):
        kind = "rate" if row.is_share else row.indicator.kind
        return self._style().value(value, kind)

    def _value_text(self, row, measure):
        return self._number_text(row, measure.value)

    def _fraction_text(self, measure):
        if not measure.is_share or measure.denominator is None:
            return ""
        style = self._style()
        return self.env._(
            "%(part)s out of %(whole)s",
            part=style.number(measure.numerator),
            whole=style.number(measure.denominator),
        )

    def _expected_text(self, row, share):
        """What should be reached by today to keep pace; a rate at any day."""
        if not row.target:
            return ""
        due = row.target if row.is_share else row.target * share / 100
        return self._style().number(round(due, 1))

    # Delays

    def _delays(self, company, territory, year):
        """Median days of each step, for the parcours that passed it in the year."""
        labels = {
            "interview": self.env._("First contact → first RDV"),
            "orientation": self.env._("First RDV → orientation"),
            "outcome": self.env._("Orientation → outcome"),
        }
        return [
            {
                "code": step,
                "label": labels[step],
                "years": [
                    self._delay(company, territory, year - back, step)
                    for back in range(3)
                ],
            }
            for step in STEPS
        ]

    def _delay(self, company, territory, year, step):
        first, last = pilotage.year_bounds(year)
        domain = Domain("company_id", "=", company.id)
        domain &= Domain(f"{step}_date", ">=", first)
        domain &= Domain(f"{step}_date", "<=", last)
        if territory:
            domain &= Domain("territory_id", "=", territory.id)
        [[found]] = self.env["citeslab.fact.delay"]._read_group(
            domain, [], [f"{step}_delay:array_agg"]
        )
        days = [one for one in found or [] if one is not None]
        middle = pilotage.middle(days)
        return {
            "days": middle,
            "count": len(days),
            "text": self._days_text(middle),
        }

    def _days_text(self, days):
        if days is None:
            return "–"
        number = self._style().number(days)
        return self.env._("%(days)s d", days=number)
