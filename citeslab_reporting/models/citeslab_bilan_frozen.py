import json
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ..figures.matrix import DECLARED, OK, RATE
from ..figures.sealed import canonical
from .citeslab_bilan import Tally


class CiteslabBilan(models.AbstractModel):
    """What the figures counted, record by record, and the frozen year before."""

    _inherit = "citeslab.bilan"

    # The records behind all the figures

    @api.model
    def _counted(self, matrix, scope):
        """Records that each counted figure, and each of its rows, holds.

        One query per source and condition, as the figures themselves.

        :param Matrix matrix: the figures of this scope
        :return: ``{code: {row code or None: {(model, id): part}}}``
        """
        engine = self._for_scope(scope)
        indicators = engine.env["citeslab.indicator"]._for_company(scope.company)
        batches = defaultdict(list)
        for indicator in indicators.filtered("source"):
            figure = matrix.figures.get(indicator.code)
            if figure and figure.status == OK:
                batches[indicator.source, indicator.domain or ""].append(indicator)
        counted = {}
        for (source, _domain), batch in batches.items():
            counted.update(engine._counted_batch(source, batch, scope))
        return counted

    def _counted_batch(self, source, batch, scope):
        model = self._source_model(source, scope)
        domain = self._source_domain(source, scope) & batch[0]._parsed_domain()
        names = {name for i in batch for name in (*i._grouping(), *i._summed_fields())}
        origin = self._sources()[source]
        names.add(origin.record_field)
        if not origin.record_model and "res_model" in model._fields:
            names.add("res_model")
        rows = model.search_fetch(domain, sorted(names - {"id"}))
        keys = [self._record_key(row, origin) for row in rows]
        return {
            indicator.code: self._counted_parts(indicator, rows, keys)
            for indicator in batch
        }

    @api.model
    def _record_key(self, row, origin):
        """The record that stays behind a row of a source: ``(model, id)``."""
        name = origin.record_model
        if not name:
            name = row.res_model if "res_model" in row._fields else row._name
        value = row[origin.record_field]
        return name, value.id if isinstance(value, models.BaseModel) else value

    def _counted_parts(self, indicator, rows, keys):
        """Parts of one figure: the whole under ``None``, then each of its rows."""
        parts = {None: defaultdict(int)}
        codes, groups = {}, [None] * len(rows)
        if indicator.group_field:
            groups = [row[indicator.group_field] for row in rows]
            codes = self._group_codes(indicator, groups, {})
        for row, key, group in zip(rows, keys, groups, strict=True):
            part = self._part(indicator, row)
            if part is None:
                continue
            parts[None][key] += part
            if indicator.group_field:
                parts.setdefault(codes[group], defaultdict(int))[key] += part
        return {code: dict(found) for code, found in parts.items()}

    def _part(self, indicator, row):
        """What a row adds to a figure; ``None`` when it is not counted.

        Of a rate, whoever is in the base is counted: 1 for those it measures.
        """
        if indicator.base_field and not row[indicator.base_field]:
            return None
        is_inside = all(row[flag] for flag in indicator._flags())
        if indicator.kind == RATE:
            return int(is_inside)
        if not is_inside:
            return None
        if indicator._measures_number():
            return row[indicator.measure_field] or None
        return 1

    @api.model
    def _born_after(self, keys, scope, moment):
        """Records that were typed after a moment.

        A person counts as typed when a RDV, an orientation, an outcome, a photograph
        or an attendance of the period was.

        :param keys: ``{(model, id)}``
        :param datetime moment: in UTC
        :rtype: set
        """
        ids = defaultdict(list)
        for model, record_id in keys:
            ids[model].append(record_id)
        late = set()
        for model, record_ids in ids.items():
            if model == "res.partner":
                found = self._people_told_after(record_ids, scope, moment)
            else:
                found = (
                    self.env[model]
                    .with_context(active_test=False)
                    .search([("id", "in", record_ids), ("create_date", ">", moment)])
                    .ids
                )
            late.update((model, record_id) for record_id in found)
        return late

    def _people_told_after(self, partner_ids, scope, moment):
        """People of whom something of the period was typed after a moment."""
        found = set()
        for model, person, day in self._dated_sources():
            rows = self.env[model].search(
                [
                    (person, "in", partner_ids),
                    (day, ">=", scope.first),
                    (day, "<=", scope.last),
                    ("company_id", "=", scope.company.id),
                    ("create_date", ">", moment),
                ]
            )
            found.update(rows[person].ids)
        return found

    @api.model
    def _dated_sources(self):
        """Models that tell of a person, with the fields of the person and the day.

        :rtype: list[tuple[str, str, str]]
        """
        return [
            ("citeslab.interview", "partner_id", "date"),
            ("citeslab.orientation", "partner_id", "date"),
            ("citeslab.outcome", "partner_id", "date"),
            ("citeslab.situation", "partner_id", "date"),
            ("event.registration", "porteur_id", "attendance_date"),
        ]

    # How a figure is counted, to know whether it still is

    @api.model
    def _spec(self, indicator):
        """Everything that decides of a figure, as canonical JSON.

        :rtype: str
        """
        values = {
            name: indicator[name] or None
            for name in (
                "kind",
                "source",
                "base_field",
                "measure_field",
                "group_field",
                "extra_fields",
            )
        }
        values["domain"] = (indicator.domain or "").strip() or None
        values["divisor"] = indicator.divisor_id.code or None
        if indicator.source == "citeslab.fact.person":
            values["minutes"] = self._minimum_minutes()
        return canonical(values)

    # The year before

    @api.model
    def _previous_frozen(self, indicators, scope):
        """Figures of the latest report handed over for exactly this scope."""
        report = self._frozen_report(scope)
        if not report:
            return super()._previous_frozen(indicators, scope)
        figures = json.loads(report.figures)["indicators"]
        lines = {line.code: line for line in report._total_lines()}
        return {
            indicator: self._frozen_tally(indicator, figures, lines, report)
            for indicator in indicators
            if indicator.code in figures
        }

    @api.model
    def _frozen_report(self, scope):
        """Latest report handed over for a scope, and not sent back.

        :rtype: citeslab.report record, or none
        """
        domain = Domain(
            [
                ("company_id", "=", scope.company.id),
                ("territory_id", "=", scope.territory.id if scope.territory else False),
                ("date_from", "=", scope.first),
                ("date_to", "=", scope.last),
                ("state", "in", ("submitted", "validated")),
            ]
        )
        reports = self.env["citeslab.report"].search(
            domain, order="frozen_on desc, version desc, id desc"
        )
        wanted = set(scope.neighborhoods), set(scope.communes)
        return reports.filtered(
            lambda one: (set(one.neighborhood_ids.ids), set(one._commune_list()))
            == wanted
        )[:1]

    def _frozen_tally(self, indicator, figures, lines, report):
        """One figure of a frozen report; ``None`` when it says nothing of it."""
        figure = figures[indicator.code]
        if figure["value"] is None:
            return None
        line = lines.get(indicator.code)
        declared = figure["status"] == DECLARED
        return Tally(
            value=figure["value"],
            parts={item["code"]: item["value"] for item in figure["items"]},
            names={item["code"]: item["label"] for item in figure["items"]},
            source=line.origin if declared and line else None,
            is_final=True,
            note=line and self._definition_note(indicator, line, report),
        )

    def _definition_note(self, indicator, line, report):
        """Footnote when a figure was not counted then as it is now."""
        words = indicator.with_context(lang=report.lang or self.env.context.get("lang"))
        if line.spec == self._spec(indicator) and (line.definition or "") == (
            words.definition or ""
        ):
            return None
        return self.env._(
            "Not counted as in the report before (%(report)s), which said: "
            "%(definition)s",
            report=report.name,
            definition=line.definition or self.env._("no definition"),
        )
