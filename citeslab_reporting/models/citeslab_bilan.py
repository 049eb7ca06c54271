from collections import defaultdict
from dataclasses import dataclass, field, replace

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.citeslab_base.tools.rounding import half_up, rate
from odoo.addons.citeslab_base.tools.text import normalise

from ..figures.matrix import (
    COUNT,
    DECLARED,
    DISTRIBUTION,
    NOT_REGISTERED,
    OK,
    RATE,
    UNKNOWN,
    Figure,
    Item,
    distribution,
)

# PostgreSQL's GROUPING() takes 31 arguments at most.
MAX_KEYS = 30


@dataclass(frozen=True, slots=True)
class Source:
    """How the engine reads one model.

    ``date_field`` is the day of a row; a fact without one takes its period from
    the context. A row that lasts ends on ``end_field``: it counts, whole, in every
    period that it touches. The paths say which rows a filter keeps; ``None``: it
    cannot. ``record_field`` holds the record behind a row, of ``record_model`` or
    else of the model that ``res_model`` names.
    """

    date_field: str | None = None
    end_field: str | None = None
    territory: str | None = "territory_id"
    neighborhood: str | None = None
    commune: str | None = None
    record_model: str | None = None
    record_field: str = "id"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom and when a bilan counts."""

    company: models.Model
    first: object
    last: object
    territory: models.Model | None = None
    neighborhoods: tuple = ()
    communes: tuple = ()

    @property
    def is_partial(self):
        """Whether it covers quartiers or communes rather than everybody."""
        return bool(self.neighborhoods or self.communes)

    def previous(self):
        """The same days one year before (more for a period longer than a year).

        The last day of a month stays one: February counts 28 or 29 days.
        """
        years = max(1, -(-(self.last - self.first).days // 366))
        years = min(years, self.first.year - 1)  # nothing is older than the calendar
        last = self.last - relativedelta(years=years)
        if (self.last + relativedelta(days=1)).day == 1:
            last += relativedelta(day=31)
        first = self.first - relativedelta(years=years)
        return replace(self, first=first, last=last)


@dataclass(slots=True)
class Tally:
    """What was counted for one indicator: a total and its parts by code."""

    value: int | float = 0
    whole: int = 0
    parts: dict = field(default_factory=dict)
    extras: dict = field(default_factory=dict)
    source: str | None = None
    # of a frozen report: the figure itself, the names of its rows, a footnote
    is_final: bool = False
    names: dict = field(default_factory=dict)
    note: str | None = None

    def add(self, code, value, extras):
        """Add ``value`` to the total and, where it has one, to its part."""
        self.value += value
        if code is None:
            return
        self.parts[code] = self.parts.get(code, 0) + value
        known = self.extras.setdefault(code, {})
        for name, number in extras.items():
            known[name] = known.get(name, 0) + number


class CiteslabBilan(models.AbstractModel):
    """Engine of the figures: reads the indicators, aggregates, builds a Matrix.

    One query per source and period; the record rules of the reader apply. What a
    document says besides is in ``citeslab_bilan_document.py``, the records behind a
    figure in ``citeslab_bilan_records.py``.
    """

    _name = "citeslab.bilan"
    _description = "Figures of a Bilan"

    # Entry points

    @api.model
    def _matrix(
        self,
        company,
        date_from,
        date_to,
        territory=None,
        neighborhoods=None,
        communes=None,
    ):
        """All the figures of a structure over a period, the year before beside.

        :param company: a ``res.company`` record that the reader may see
        :param date date_from: first day, included
        :param date date_to: last day, included
        :param territory: ``citeslab.territory`` record: its parcours only
        :param neighborhoods: ``citeslab.neighborhood`` records: people who live there
        :param communes: names of cities: people who live in a quartier of them
        :rtype: citeslab_reporting.figures.matrix.Matrix
        :raises UserError: reversed period, territory of another structure
        :raises AccessError: structure or figures closed to the reader
        """
        return self._matrix_of(
            self._scope(company, date_from, date_to, territory, neighborhoods, communes)
        )

    @api.model
    def _matrix_of(self, scope):
        """See :meth:`_matrix`."""
        engine = self._for_scope(scope)
        indicators = engine.env["citeslab.indicator"]._for_company(scope.company)
        labels = {}
        current = engine._current_tallies(indicators, scope, labels)
        previous = engine._previous_tallies(indicators, scope, current, labels)
        figures = engine._figures(indicators, scope, current, previous, labels)
        return engine._build(indicators, scope, figures)

    # Hooks of other addons

    @api.model
    def _sources(self):
        """Models that an indicator may count, in order: hook.

        :rtype: dict[str, Source]
        """
        return {
            "citeslab.fact.person": Source(
                neighborhood="neighborhood_id",
                commune="commune",
                record_model="res.partner",
                record_field="partner_id",
            ),
            "citeslab.fact.activity": Source(date_field="date", record_field="res_id"),
            "citeslab.fact.event": Source(
                date_field="date", record_model="event.event", record_field="event_id"
            ),
            "citeslab.fact.money": Source(
                date_field="date_from",
                end_field="date_to",
                record_model="citeslab.budget.line",
                record_field="line_id",
            ),
        }

    @api.model
    def _previous_frozen(self, indicators, scope):
        """Figures of a frozen report of the period, which win over others: hook.

        :param indicators: ``citeslab.indicator`` records
        :param Scope scope: the period before
        :return: ``{indicator: Tally}`` of the figures that it holds, ``None`` for
            one that it says nothing of; empty where no report was frozen
        """
        return {}

    @api.model
    def _minimum_minutes(self):
        """Shortest interview that accompanies somebody, in minutes.

        National setting ``citeslab.minimum_interview_minutes``, 0 by default.

        :raises UserError: when the setting is not a whole number
        """
        value = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("citeslab.minimum_interview_minutes")
        )
        try:
            return int(value or 0)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "The system parameter citeslab.minimum_interview_minutes is "
                    "%(value)s: write a whole number of minutes.",
                    value=value,
                )
            ) from error

    # Scope

    def _scope(self, company, first, last, territory, neighborhoods, communes):
        """Check what was asked for, in one sentence each."""
        if not company:
            raise UserError(self.env._("Choose the structure of the bilan."))
        if not first or not last:
            raise UserError(
                self.env._("Write the first and the last day of the period.")
            )
        if last < first:
            raise UserError(
                self.env._(
                    "The period ends (%(last)s) before it starts (%(first)s).",
                    first=first,
                    last=last,
                )
            )
        if territory and territory.sudo().company_id != company:
            raise UserError(
                self.env._(
                    "This territory is not one of %(company)s: choose another one.",
                    company=company.sudo().name,
                )
            )
        return Scope(
            company,
            first,
            last,
            territory or None,
            tuple(neighborhoods.ids) if neighborhoods else (),
            tuple(communes or ()),
        )

    def _scope_from_params(self, params):
        """Scope of the plain values that a screen sends, checked by its reader."""
        asked = self.env["citeslab.bilan.renderer"]._parse(params)
        return self._scope(
            asked["company"],
            asked["date_from"],
            asked["date_to"],
            asked["territory"],
            asked["neighborhoods"],
            asked["communes"],
        )

    def _for_scope(self, scope):
        """This engine, reading one structure, in French where no language is set."""
        context = {
            "allowed_company_ids": scope.company.ids,
            "citeslab_company_ids": scope.company.ids,
        }
        if not self.env.context.get("lang"):
            installed = dict(self.env["res.lang"].get_installed())
            context["lang"] = "fr_FR" if "fr_FR" in installed else "en_US"
        return self.with_context(**context)

    def _source_model(self, name, scope):
        """Model of a source, in the period of the scope."""
        return self.env[name].with_context(
            citeslab_from=fields.Date.to_string(scope.first),
            citeslab_to=fields.Date.to_string(scope.last),
        )

    def _source_domain(self, name, scope):
        """Rows of a source that belong to the scope.

        A filter that the source cannot apply is left out: the figure says so.
        """
        source = self._sources()[name]
        domain = Domain("company_id", "=", scope.company.id)
        if source.date_field:
            last_day = source.end_field or source.date_field
            domain &= Domain(last_day, ">=", scope.first)
            domain &= Domain(source.date_field, "<=", scope.last)
        if scope.territory and source.territory:
            domain &= Domain(source.territory, "=", scope.territory.id)
        if scope.neighborhoods and source.neighborhood:
            domain &= Domain(source.neighborhood, "in", list(scope.neighborhoods))
        if scope.communes and source.commune:
            domain &= Domain(source.commune, "in", list(scope.communes))
        return domain

    # Counting

    def _current_tallies(self, indicators, scope, labels):
        """Counted figures; what is typed fills in what nobody registered."""
        counted = self._tallies(indicators, scope, labels)
        if any(tally.value for tally in counted.values()):
            indicators = indicators.filtered(
                lambda i: i not in counted or (i.is_optional and not counted[i].value)
            )
        return self._divided(counted | self._declared_tallies(indicators, scope), scope)

    def _divided(self, tallies, scope):
        """Divide the figures that are given per person, or per anything else.

        Without anybody to divide by there is no such figure, nor among the people
        of a quartier: what a whole structure costs is not theirs.
        """
        kept = dict(tallies)
        for indicator in [i for i in tallies if i.divisor_id]:
            tally, divisor = tallies[indicator], tallies.get(indicator.divisor_id)
            if tally.source:
                continue
            if scope.is_partial or not divisor or not divisor.value:
                del kept[indicator]
            else:
                kept[indicator] = replace(tally, value=tally.value / divisor.value)
        return kept

    def _previous_tallies(self, indicators, scope, current, labels):
        """Figures of the year before: frozen, else counted, else typed."""
        before = scope.previous()
        frozen = self._previous_frozen(indicators, before)
        known = {i: tally for i, tally in frozen.items() if tally}
        indicators = indicators.filtered(lambda i: i not in frozen)
        if not indicators:
            return known
        declared = self._declared_tallies(indicators, before)
        counted = self._registered_tallies(indicators, before, labels)
        optional = [i for i in counted if i.is_optional]
        # A nought is told where something else of its source was written that year;
        # hours alone tell nothing: RDV bring them by themselves.
        written = {i.source for i in optional if counted[i].value and i.kind != "hours"}
        for indicator in optional:
            is_silent = not counted[indicator].value
            if is_silent and (
                indicator in declared
                or indicator.source not in written
                or not self._is_registered(indicator, current.get(indicator))
            ):
                del counted[indicator]
        return self._divided(declared | counted, before) | known

    def _registered_tallies(self, indicators, scope, labels):
        """Counted figures of the sources that hold anything in the period.

        A structure may have written its actions of a year and none of its people:
        the figures of people are then unknown, not zero.
        """
        counted = self._tallies(indicators, scope, labels)
        whole = defaultdict(int)
        for indicator, tally in counted.items():
            whole[indicator.source] += tally.whole
        everybody = replace(scope, territory=None, neighborhoods=(), communes=())
        silent = {
            source
            for source, count in whole.items()
            if not count and not self._has_rows(source, everybody)
        }
        return {i: tally for i, tally in counted.items() if i.source not in silent}

    def _has_rows(self, source, scope):
        """Whether a source holds anything in the period."""
        domain = self._source_domain(source, scope)
        return bool(self._source_model(source, scope).search_count(domain, limit=1))

    def _tallies(self, indicators, scope, labels):
        """Count every indicator that has a source.

        :param dict labels: filled with ``{(source, field): {code: (rank, label)}}``
        :return: ``{indicator: Tally}``
        """
        batches = defaultdict(list)
        for indicator in indicators.filtered("source"):
            batches[indicator.source, indicator.domain or ""].append(indicator)
        tallies = {}
        for (source, _domain), batch in batches.items():
            for chunk in self._chunks(batch):
                tallies.update(self._tally_batch(source, chunk, scope, labels))
        return tallies

    def _chunks(self, batch):
        """Cut a batch so that one query never groups by too many columns."""
        chunk, keys = [], set()
        for indicator in batch:
            wanted = set(indicator._grouping())
            if chunk and len(keys | wanted) > MAX_KEYS:
                yield chunk
                chunk, keys = [], set()
            chunk.append(indicator)
            keys |= wanted
        yield chunk

    def _tally_batch(self, source, batch, scope, labels):
        """Count the indicators of one source and one condition in one query."""
        model = self._source_model(source, scope)
        domain = self._source_domain(source, scope) & batch[0]._parsed_domain()
        sets = list(dict.fromkeys(indicator._grouping() for indicator in batch))
        sums = list(dict.fromkeys(s for i in batch for s in i._summed_fields()))
        groups = model._read_grouping_sets(
            domain, sets, ["__count", *(f"{name}:sum" for name in sums)]
        )
        rows = dict(zip(sets, groups, strict=True))
        return {
            indicator: self._tally(indicator, rows[indicator._grouping()], sums, labels)
            for indicator in batch
        }

    def _tally(self, indicator, rows, sums, labels):
        """Add up the rows of one grouping set for one indicator."""
        tally = Tally()
        columns = indicator._grouping()
        flags = [columns.index(name) for name in indicator._flags()]
        base = columns.index(indicator.base_field) if indicator.base_field else None
        measure = indicator._measures_number() and indicator.measure_field
        extra_names = indicator._extra_names()
        group, codes = None, {}
        if indicator.group_field:
            group = columns.index(indicator.group_field)
            codes = self._group_codes(indicator, [row[group] for row in rows], labels)
        for row in rows:
            if base is not None and not row[base]:
                continue
            count, *totals = row[len(columns) :]
            tally.whole += count
            if not all(row[flag] for flag in flags):
                continue
            numbers = {n: total or 0 for n, total in zip(sums, totals, strict=True)}
            tally.add(
                None if group is None else codes[row[group]],
                numbers[measure] if measure else count,
                {name: numbers[name] for name in extra_names},
            )
        return tally

    # Codes and labels of the rows

    def _group_codes(self, indicator, groups, labels):
        """Code of each group that a query returned; remembers their labels."""
        keys = list(dict.fromkeys(groups))
        catalogue = self._catalogue(indicator, keys)
        known = labels.setdefault((indicator.source, indicator.group_field), {})
        known.update(catalogue.values())
        return {key: catalogue[key][0] if key in catalogue else UNKNOWN for key in keys}

    def _catalogue(self, indicator, keys=None):
        """Codes of the groups of a figure.

        :param keys: groups to describe; ``None`` for all the known ones
        :return: ``{group: (code, (rank, label))}`` without the unknown one
        """
        source = self.env[indicator.source]
        if hasattr(source, "_bilan_catalogue"):
            catalogue = source._bilan_catalogue(indicator.group_field, keys)
            if catalogue is not None:
                return catalogue
        column = source._fields[indicator.group_field]
        if column.type == "selection":
            entries = enumerate(column._description_selection(self.env))
            return {
                value: (value, (rank, label))
                for rank, (value, label) in entries
                if value != UNKNOWN
            }
        if column.type == "boolean":
            return {
                True: ("yes", (0, self.env._("Yes"))),
                False: ("no", (1, self.env._("No"))),
            }
        if column.type == "char":
            return {
                key: (self._slug(key), (rank, key))
                for rank, key in enumerate(sorted(key for key in keys or () if key))
            }
        return self._record_catalogue(column.comodel_name, keys)

    def _record_catalogue(self, comodel, keys):
        """Codes of groups that are records: their code, else their name."""
        model = self.env[comodel].sudo().with_context(active_test=False)
        if keys is None:
            records = model.search([]) if "code" in model._fields else model
        else:
            records = model.browse([key.id for key in keys if key])
        if "code" not in model._fields:
            records.fetch(["name"])
            records = records.sorted(lambda record: record.name or "")
        else:
            records = records.sorted()
        return {
            record.with_env(self.env): (
                "code" in model._fields and record.code or self._slug(record.name),
                (rank, record.name),
            )
            for rank, record in enumerate(records)
        }

    @api.model
    def _slug(self, label):
        """Code made from a label, the same in every database."""
        return normalise(label).replace(" ", "_") or UNKNOWN

    # Typed figures

    def _declared_tallies(self, indicators, scope):
        """Figures typed by the structure for exactly this period and territory."""
        if scope.is_partial or not indicators:
            return {}
        territory = scope.territory.id if scope.territory else False
        lines = self.env["citeslab.declared.figure"].search(
            [
                ("company_id", "=", scope.company.id),
                ("territory_id", "=", territory),
                ("date_from", "=", scope.first),
                ("date_to", "=", scope.last),
                ("indicator_id", "in", indicators.ids),
            ]
        )
        return {
            indicator: group._as_tally()
            for indicator, group in lines.grouped("indicator_id").items()
        }

    # Figures

    def _is_registered(self, indicator, tally):
        """Whether somebody feeds the figure at all."""
        return bool(tally) and bool(
            tally.source or tally.value or not indicator.is_optional
        )

    def _figures(self, indicators, scope, current, previous, labels):
        """One :class:`Figure` per indicator, in their order."""
        bases = self._base_codes(indicators)
        figures = {}
        for indicator in indicators:
            now, before = current.get(indicator), previous.get(indicator)
            figure = Figure(
                code=indicator.code,
                label=indicator.name,
                kind=indicator.kind,
                section=self._section_code(indicator),
                definition=indicator.definition or "",
                base=bases.get((indicator.source, indicator.base_field)),
                status=NOT_REGISTERED,
            )
            if before:
                figure = replace(
                    figure,
                    previous=self._value(indicator, before),
                    previous_status=DECLARED if before.source else OK,
                )
            registered = self._is_registered(indicator, now)
            if self._falls_to_zero(indicator, registered, before):
                now, registered = Tally(), True
            if registered:
                figure = replace(
                    figure,
                    status=DECLARED if now.source else OK,
                    value=self._value(indicator, now),
                    items=self._items(indicator, now, before, labels),
                )
            notes = self._notes(indicator, scope, now, before)
            figures[indicator.code] = replace(figure, notes=notes)
        return figures

    def _falls_to_zero(self, indicator, registered, before):
        """Whether what was counted the year before is none now, and not unknown."""
        counted = before and not before.source and before.value
        return bool(counted and not registered and not indicator.divisor_id)

    def _base_codes(self, indicators):
        """Figure that counts each base, for the rows that add up to it."""
        bases = {}
        for indicator in indicators:
            if indicator.kind == COUNT and indicator._is_plain_count():
                key = (indicator.source, indicator.base_field)
                bases.setdefault(key, indicator.code)
        return bases

    def _value(self, indicator, tally):
        """Total of a figure: whole for counts, one decimal for rates."""
        if indicator.kind == RATE and not (tally.source or tally.is_final):
            return rate(tally.value, tally.whole)
        return self._number(indicator, tally.value)

    def _number(self, indicator, value):
        if indicator.kind in (COUNT, DISTRIBUTION):
            return int(half_up(value))
        return half_up(value, 1 if indicator.kind == RATE else 2)

    def _items(self, indicator, now, before, labels):
        """Rows of a figure; together they give its total."""
        if not indicator.group_field:
            return ()
        known = self._labels(indicator, now, before, labels)
        former = before.parts if before else {}
        items = [
            Item(
                code=code,
                label=known[code][1],
                value=self._number(indicator, now.parts.get(code, 0)),
                previous=before and self._number(indicator, former.get(code, 0)),
                extra=now.extras.get(code)
                or dict.fromkeys(indicator._extra_names(), 0),
            )
            for code in known
        ]
        items.sort(key=lambda item: self._item_key(indicator, item, known))
        return distribution(items)

    def _labels(self, indicator, now, before, labels):
        """Rank and label of each row, the unknown one last."""
        known = dict(labels.get((indicator.source, indicator.group_field), {}))
        for code, name in (before.names if before else {}).items():
            known.setdefault(code, (len(known), name))
        codes = {*now.parts, *(before.parts if before else ())} - {UNKNOWN}
        if codes - known.keys():  # typed figures may name rows that nobody has
            catalogue = self._catalogue(indicator)
            known = dict(catalogue.values()) | known
        found = {code: known.get(code, (len(known), code)) for code in sorted(codes)}
        return found | {UNKNOWN: (len(known) + 1, self.env._("Unknown"))}

    def _item_key(self, indicator, item, known):
        """Order of the rows: of the list or by size; the unknown one is last."""
        rank, label = known[item.code]
        size = -item.value if indicator.item_order == "value" else 0
        return (item.code == UNKNOWN, size, rank, label)

    def _notes(self, indicator, scope, now, before):
        """Footnotes: where a typed figure comes from, what a filter left whole."""
        notes = []
        if now and now.source:
            notes.append(
                self.env._("Typed figure; source: %(origin)s", origin=now.source)
            )
        if before and before.source:
            notes.append(
                self.env._(
                    "Year before: typed figure; source: %(origin)s",
                    origin=before.source,
                )
            )
        if before and before.note:
            notes.append(before.note)
        source = indicator.source and self._sources()[indicator.source]
        if source and scope.is_partial and not (source.neighborhood or source.commune):
            notes.append(
                self.env._(
                    "Counted for the whole territory: it has no quartier of residence."
                )
            )
        return tuple(notes + self._source_notes(indicator, scope, now, before))

    def _source_notes(self, indicator, scope, now, before):
        """Footnotes that the source itself gives on what it counted."""
        model = indicator.source and self.env[indicator.source]
        if model is None or not hasattr(model, "_bilan_notes"):
            return []
        notes = []
        for tally, period in ((now, scope), (before, scope.previous())):
            if tally and not (tally.source or tally.is_final) and tally.value:
                domain = self._counted_domain(indicator, period)
                notes += model._bilan_notes(domain, period.first, period.last)
        return list(dict.fromkeys(notes))

    def _section_code(self, indicator):
        """Stable code of the section: its rank only orders the document."""
        return indicator.section.partition("_")[2]
