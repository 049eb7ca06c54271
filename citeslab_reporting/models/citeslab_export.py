import gzip
import io
import json

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.citeslab_base.tools.text import normalise

from ..figures.export import (
    Column,
    Field,
    Rows,
    Sheet,
    write_csv,
    write_json,
    write_xlsx,
    write_zip,
)
from ..figures.matrix import period_dict
from ..figures.workbook import TooManyRows
from .citeslab_export_people import PERSON_KEYS

INDICATORS = (
    ("code", "text"),
    ("label", "text"),
    ("kind", "text"),
    ("item", "text"),
    ("item_label", "text"),
    ("value", "number"),
    ("previous", "number"),
    ("percent", "integer"),
    ("status", "text"),
)
ACTIONS = (
    ("date", "date"),
    ("type", "text"),
    ("kind", "text"),
    ("mission", "text"),
    ("occurrences", "integer"),
    ("hours", "number"),
    ("territory", "text"),
)
TERRITORY = (
    ("territory", "text"),
    ("region", "text"),
    ("date_start", "date"),
    ("residents", "integer"),
    ("area_code", "text"),
    ("area", "text"),
    ("area_kind", "text"),
    ("commune", "text"),
    ("area_residents", "integer"),
    ("area_residents_year", "text"),
)
BUDGET = (
    ("date_from", "date"),
    ("date_to", "date"),
    ("side", "text"),
    ("category", "text"),
    ("planned", "number"),
    ("granted", "number"),
    ("paid", "number"),
    ("actual", "number"),
)
KNOWN = {
    "indicators": tuple(key for key, _type in INDICATORS),
    "actions": tuple(key for key, _type in ACTIONS),
    "territory": tuple(key for key, _type in TERRITORY),
    "budget": tuple(key for key, _type in BUDGET),
    "people": PERSON_KEYS,
}
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json; charset=utf-8",
}


class CiteslabExport(models.AbstractModel):
    """National export of a structure: indicators, actions, territory, budget, people.

    People are told one by one without a name, by months and ages, and never so finely
    that a row is alone (``figures/anonymity.py``). The record rules of the reader apply
    to what is read; what a frozen report kept is written from it, the same for ever.
    """

    _name = "citeslab.export"
    _description = "National Export"

    @api.model
    def _known(self, source):
        """Keys that a column of a section may show.

        :rtype: tuple[str]
        """
        return KNOWN.get(source, ())

    # What is read

    @api.model
    def _sources(self, matrix, company, first, last, territory=None):
        """Everything that the export may tell of a structure and a period.

        :param matrix: the bilan of the same period
        :return: ``{source: Rows}``
        """
        scoped = self.with_context(allowed_company_ids=company.ids)
        return {
            "indicators": scoped._indicator_rows(matrix),
            "actions": scoped._action_rows(company, first, last, territory),
            "territory": scoped._territory_rows(company, territory),
            "budget": scoped._budget_rows(company, first, last, territory),
            "people": scoped.env["citeslab.export.people"]._rows(
                company, first, last, territory
            ),
        }

    @api.model
    def _indicator_rows(self, matrix):
        rows = []
        for code in sorted(matrix.figures):
            figure = matrix[code]
            head = (code, figure.label, figure.kind)
            rows.append(
                (*head, None, None, figure.value, figure.previous, None, figure.status)
            )
            rows += [
                (*head, item.code, item.label, item.value, item.previous, item.percent)
                + (figure.status,)
                for item in figure.items
            ]
        return Rows(self._fields_of(INDICATORS), rows)

    @api.model
    def _action_rows(self, company, first, last, territory):
        """Actions and events of the structure, by kind: a title may name somebody."""
        domain = [
            ("company_id", "in", company.ids),
            ("date", ">=", first),
            ("date", "<=", last),
            ("res_model", "in", ("citeslab.action", "event.event")),
        ]
        if territory:
            domain.append(("territory_id", "=", territory.id))
        found = self.env["citeslab.fact.activity"].search(domain, order="date, id")
        labels = {
            "kind": {},
            "mission": {},
            "type": {
                "action": self.env._("Action"),
                "event": self.env._("Event"),
            },
        }
        rows = []
        for one in found:
            kind = one.kind_id or one.event_kind_id
            labels["kind"][kind.code] = kind.name
            labels["mission"][one.mission_id.code] = one.mission_id.name
            rows.append(
                (
                    one.date.isoformat(),
                    "action" if one.res_model == "citeslab.action" else "event",
                    kind.code or None,
                    one.mission_id.code or None,
                    one.occurrences,
                    one.hours,
                    one.territory_id.name or None,
                )
            )
        return Rows(self._fields_of(ACTIONS, labels), rows)

    @api.model
    def _territory_rows(self, company, territory):
        territories = territory or self.env["citeslab.territory"].search(
            [("company_id", "in", company.ids)], order="name, id"
        )
        kinds = dict(
            self.env["citeslab.neighborhood"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        rows = []
        for one in territories:
            head = (
                one.name,
                one.region_id.name or None,
                one.date_start and one.date_start.isoformat() or None,
                one.population,
            )
            rows += [
                head
                + (
                    area.code or None,
                    area.name,
                    area.kind,
                    area.commune or None,
                    area.population,
                    area.population_year or None,
                )
                for area in one.neighborhood_ids
            ] or [head + (None,) * 6]
        return Rows(self._fields_of(TERRITORY, {"area_kind": kinds}), rows)

    @api.model
    def _budget_rows(self, company, first, last, territory):
        """Lines of the budgets in force, added up by category."""
        budgets = self.env["citeslab.budget"]._budgets_of(company, first, last)
        if territory:
            budgets = budgets.filtered(lambda one: one.territory_id == territory)
        labels, totals = {}, {}
        for line in budgets.line_ids.filtered(lambda line: not line.has_children):
            category, budget = line.category_id, line.budget_id
            labels[category.code] = category.name
            key = (budget.date_from, budget.date_to, line.side, category.code)
            amounts = (line.planned, line.granted, line.paid, line.actual)
            before = totals.get(key, (0, 0, 0, 0))
            totals[key] = tuple(map(sum, zip(before, amounts, strict=True)))
        rows = [
            (key[0].isoformat(), key[1].isoformat(), *key[2:])
            + tuple(round(amount, 2) for amount in totals[key])
            for key in sorted(totals)
        ]
        return Rows(self._fields_of(BUDGET, {"category": labels}), rows)

    @api.model
    def _fields_of(self, known, labels=None):
        return tuple(
            Field(key, kind, (labels or {}).get(key, {})) for key, kind in known
        )

    # What is kept in a frozen report

    @api.model
    def _freeze(self, sources):
        """Bytes of what the export of a report will ever be made of.

        :param sources: see :meth:`_sources`
        :rtype: bytes
        """
        values = {
            name: {
                "fields": [[one.key, one.type, one.labels] for one in source.fields],
                "rows": [list(row) for row in source.rows],
            }
            for name, source in sources.items()
        }
        kept = {"sources": values, "layout": self._layout()}
        text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
        return gzip.compress(text.encode(), mtime=0)

    @api.model
    def _thaw(self, content):
        """What :meth:`_freeze` kept.

        :return: ``({source: Rows}, layout)``; reports frozen before the columns were
            kept with them have those of today
        """
        kept = json.loads(gzip.decompress(content))
        sources = {
            name: Rows(
                tuple(Field(key, kind, labels) for key, kind, labels in one["fields"]),
                one["rows"],
            )
            for name, one in kept.get("sources", kept).items()
        }
        return sources, kept.get("layout") or self._layout()

    # What is written

    @api.model
    def _layout(self):
        """Sections with their columns, as the network sets them today.

        :return: ``[(code, name, source, [(code, label, source, show)])]``
        """
        # as superuser: the same list for whoever exports; read again in its order
        columns = self.env["citeslab.export.column"].sudo().search([])
        return [
            (
                section.code,
                section.name,
                section.source,
                [(one.code, one.name, one.source, one.show) for one in own],
            )
            for section, own in columns.grouped("section_id").items()
            if section.active
        ]

    @api.model
    def _sheets(self, sources, layout):
        return [
            Sheet(code, name, tuple(Column(*one) for one in columns), sources[source])
            for code, name, source, columns in layout
            if source in sources
        ]

    @api.model
    def _write(self, file_format, header, sources, layout, out):
        """Write the export of ``sources`` to a binary file.

        :param str file_format: ``csv`` (people only), ``zip``, ``xlsx`` or ``json``
        :param dict header: see ``figures.export.write_json``
        :param list layout: see :meth:`_layout`
        :raises UserError: unknown format, or no section of people
        """
        sheets = self._sheets(sources, layout)
        if file_format == "csv":
            people = [one for one in sheets if one.source is sources.get("people")]
            if not people:
                raise UserError(self.env._("The export has no section of people."))
            write_csv(people[0], out)
        elif file_format == "zip":
            write_zip(sheets, out)
        elif file_format == "xlsx":
            self._write_workbook(sheets, header["structure"]["name"], out)
        elif file_format == "json":
            write_json(header, sheets, out)
        else:
            raise UserError(
                self.env._(
                    "“%(format)s” is no format of the export: ask for one of "
                    "%(known)s.",
                    format=file_format,
                    known=", ".join(FORMATS),
                )
            )

    @api.model
    def _write_workbook(self, sheets, title, out):
        try:
            write_xlsx(sheets, title, out)
        except TooManyRows as error:
            raise UserError(
                self.env._(
                    "“%(sheet)s” has more rows than a sheet holds: export it as CSV.",
                    sheet=str(error),
                )
            ) from error

    @api.model
    def _check_may_export(self):
        """Exports leave the house: those who may export, and the network.

        :raises AccessError: for anybody else
        """
        user = self.env.user
        if not self.env.su and not (
            user.has_group("base.group_allow_export")
            or user.has_group("citeslab_base.group_network")
        ):
            raise AccessError(
                self.env._(
                    "Only the manager of the structure exports: ask him for the file."
                )
            )

    @api.model
    def _header(self, structure, period, kind, version=None):
        """What the first lines of the file say.

        :param dict structure: as a matrix names it
        :param period: ``(first day, last day)``
        :param int version: of the frozen report; none for figures of today
        """
        return {
            "structure": {
                key: structure[key]
                for key in ("name", "city", "siret")
                if structure.get(key)
            },
            "period": period_dict(period),
            "kind": kind,
            "version": version,
            "frozen": version is not None,
        }

    @api.model
    def _export_live(self, file_format, params):
        """Export of figures of today, not frozen.

        :param dict params: see ``citeslab.bilan.renderer._parse``
        :return: ``(name, bytes)``
        """
        self._check_may_export()
        asked = self.env["citeslab.bilan.renderer"]._parse(params)
        matrix = self.env["citeslab.bilan.renderer"]._matrix(params)
        sources = self._sources(
            matrix,
            asked["company"],
            asked["date_from"],
            asked["date_to"],
            asked["territory"] or None,
        )
        header = self._header(matrix.structure, matrix.period, "live")
        return self._file(file_format, header, sources, self._layout())

    @api.model
    def _file(self, file_format, header, sources, layout):
        """Name and bytes of an export."""
        out = io.BytesIO()
        self._write(file_format, header, sources, layout, out)
        slug = normalise(header["structure"]["name"]).replace(" ", "-")
        first, last = header["period"]["from"], header["period"]["to"]
        return f"export-{slug}-{first}-{last}.{file_format}", out.getvalue()
