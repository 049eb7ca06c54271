"""From a report, its words and its figures, to the document that is handed over."""

import json
from base64 import b64decode
from collections import defaultdict
from dataclasses import replace

from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import html2plaintext
from odoo.tools.misc import format_date

from odoo.addons.citeslab_base.tools.rounding import half_up

from ..figures.matrix import DISTRIBUTION
from ..figures.sealed import digest
from ..figures.text import data_uri
from ..figures.tokens import Tokens

DOCUMENT = "citeslab_reporting.report_document"
# Rows of the table of results: a figure, or one of its rows.
RESULTS = (
    ("persons_met", None),
    ("persons_accompanied", None),
    ("persons_oriented", None),
    ("jobseekers", None),
    ("creations", None),
    ("outcome", "ongoing"),
    ("outcome", "redirected"),
    ("outcome", "lost"),
    ("outcome", "abandoned"),
    ("outcome", "unknown"),
    ("animations", None),
    ("workshops", None),
    ("partner_meetings", None),
    ("webinars", None),
    ("newsletters", None),
    ("permanences", None),
)


class CiteslabReportRenderer(models.AbstractModel):
    """Reads one report and its matrix, writes the files that are frozen."""

    _name = "citeslab.report.renderer"
    _description = "Report Renderer"
    _inherit = ["citeslab.bilan.renderer"]

    # Files

    @api.model
    def _report_files(self, report, matrix, content):
        """Bytes of the PDF and of the workbook."""
        html = self._report_html(report, matrix, content)
        return self._print(html), self._xlsx(matrix)

    @api.model
    def _report_html(self, report, matrix, content=None):
        """The document as one self-contained HTML page."""
        values = self._report_values(report, matrix, content)
        qweb = self.env["ir.qweb"].with_context(lang=self._lang())
        html = qweb._render(DOCUMENT, values, minimal_qcontext=True)
        return f"<!DOCTYPE html>\n{html}"

    @api.model
    def _report_values(self, report, matrix, content=None):
        """Values of the QWeb template of a report.

        :param content: what is handed over; by default, the draft as it is now
        """
        is_draft = content is None
        if is_draft:
            content = self._content(report, matrix, self._changes(report, matrix))
        values = self._document_values(matrix)
        former = report.supersedes_id
        return {
            **values,
            **content,
            "report": report,
            "parts": [part for part in content["parts"] if self._is_shown(part)],
            "facts": self._report_facts(report, values, is_draft),
            "seal": digest(matrix.as_json()),
            "differences_intro": values["words"]["differences_intro"]
            % {
                "version": former.version,
                "day": former.frozen_on
                and self._day(fields.Date.context_today(self, former.frozen_on)),
            },
        }

    @api.model
    def _file_of(self, report, file_format):
        """Name and bytes of a report: the frozen ones, or those of now.

        :param str file_format: ``pdf``, ``xlsx`` or ``json``
        """
        if report.state == "draft":
            return self._draft_file(report, file_format)
        content = {
            "pdf": lambda: b64decode(report.pdf_file),
            "xlsx": lambda: b64decode(report.xlsx_file),
            "json": lambda: report.figures.encode(),
        }[file_format]()
        return f"{report.file_stem}.{file_format}", content

    def _draft_file(self, report, file_format):
        matrix = report._matrix()
        name = f"{report.file_stem}-{self._words()['draft']}.{file_format}"
        if file_format == "pdf":
            return name, self._print(self._report_html(report, matrix))
        return name, self._file(matrix, file_format)[1]

    def _changes(self, report, matrix):
        """Differences with the version before, as they are now."""
        if not report.supersedes_id:
            return []
        lines = [sealed for _values, sealed in report._lines_of(matrix)]
        return report._restatement(lines, fields.Datetime.now())

    def _report_facts(self, report, values, is_draft):
        """Lines of the cover: which version this is, and beside which one."""
        words = values["words"]
        version = str(report.version)
        if is_draft:
            version = f"{version} ({words['draft']})"
        else:
            today = self._day(fields.Date.context_today(self))
            version = words["handed_over"] % {
                "version": version,
                "day": today,
                "name": self.env.user.name,
            }
        facts = [*values["facts"], (words["version"], version)]
        frozen = self.env["citeslab.bilan"]._frozen_report(report._scope().previous())
        if frozen and values["layout"].has_previous:
            facts = [
                (
                    label,
                    f"{text} ({frozen.name})"
                    if label == words["compared_with"]
                    else text,
                )
                for label, text in facts
            ]
        if report.funder_id:
            facts.append((words["for_funder"], report.funder_id.name))
        return facts

    # Content

    @api.model
    def _content(self, report, matrix, changes):
        """Sections and differences of a report, ready to be drawn.

        :param list changes: see ``citeslab.report._restatement``
        :return: ``{"parts": [...], "differences": [...]}``
        """
        layout = self._layout(matrix)
        tokens = Tokens(layout, report._row_codes)
        figures = {section["code"]: section for section in layout.sections()}
        return {
            "parts": [
                self._part(section, layout, tokens, figures)
                for section in report.section_ids
            ],
            "differences": self._differences(changes, layout.style),
        }

    def _part(self, section, layout, tokens, figures):
        """One section: its words, pictures, figures and tables."""
        tables = getattr(self, f"_tables_{section.kind}", None)
        told = figures.get(section.kind)
        return {
            "kind": section.kind,
            "title": section.title,
            "html": Markup(tokens.fill(section.body or "")),
            "has_words": bool(html2plaintext(section.body or "").strip()),
            "pictures": [
                {"src": data_uri(picture.image), "caption": picture.caption or ""}
                for picture in section.picture_ids
                if picture.image
            ],
            "blocks": told["blocks"] if told else [],
            "tables": tables(section.report_id, layout) if tables else [],
        }

    def _content_seal(self, content):
        """What the seal says of the words and pictures.

        :rtype: list[dict]
        """
        return [
            {
                "kind": part["kind"],
                "title": part["title"],
                "words": str(part["html"]),
                "pictures": [
                    {"caption": one["caption"], "picture": digest(one["src"])}
                    for one in part["pictures"]
                ],
                "tables": part["tables"],
            }
            for part in content["parts"]
        ]

    @staticmethod
    def _is_shown(part):
        """A section that holds nothing is not printed."""
        return (
            part["has_words"]
            or part["pictures"]
            or part["blocks"]
            or part["tables"]
            or part["kind"] == "key_figures"
        )

    # Tables of a section

    def _tables_territory(self, report, layout):
        """Inhabitants of each quartier of the territory, with the year of the count."""
        areas = (layout.matrix.territory or {}).get("neighborhoods") or []
        told = [area for area in areas if area.get("population")]
        if not told:
            return []
        words, number = layout.words, layout.style.number
        rows = [
            [area["name"], number(area["population"]), area.get("year") or ""]
            for area in told
        ]
        total = sum(area["population"] for area in told)
        return [
            {
                "title": "",
                "columns": [
                    words["neighborhood"],
                    words["people_living"],
                    words["count_year"],
                ],
                "numeric": [1, 2],
                "rows": rows,
                "total": [words["total"], number(total), ""],
            }
        ]

    def _tables_results(self, report, layout):
        """The figures that funders follow, beside those of the year before."""
        figures = layout.matrix.figures
        lines = [
            self._result(figures[code], item, layout)
            for code, item in RESULTS
            if code in figures and figures[code].is_registered
        ]
        rows = [line for line in lines if line]
        if not rows:
            return []
        return [
            {
                "title": "",
                "columns": [
                    "",
                    layout.year,
                    layout.previous_year,
                    layout.words["change"],
                ],
                "numeric": [1, 2, 3],
                "rows": rows,
                "total": None,
            }
        ]

    def _result(self, figure, item_code, layout):
        part, label = figure, figure.label
        if item_code:
            part = next((one for one in figure.items if one.code == item_code), None)
            if part is None or part.is_empty:
                return None
            label = f"{figure.label}{layout.words['colon']}{part.label}"
        style = layout.style
        return [
            label,
            style.value(part.value, figure.kind),
            style.value(part.previous, figure.kind),
            style.change(part.value, part.previous, figure.kind),
        ]

    def _tables_partners(self, report, layout):
        """Meetings, juries, forums… told by theme, each with its day."""
        scope = report._scope()
        domain = [
            ("company_id", "=", scope.company.id),
            ("theme", "!=", False),
            ("date", ">=", scope.first),
            ("date", "<=", scope.last),
        ]
        if scope.territory:
            domain.append(("territory_id", "=", scope.territory.id))
        actions = self.env["citeslab.action"].search(domain, order="date, id")
        themes = self.env["citeslab.action"]._fields["theme"]
        labels = dict(themes._description_selection(self.env))
        words = layout.words
        return [
            {
                "title": labels[theme],
                "columns": [words["when"], words["what"], words["with_whom"]],
                "numeric": [],
                "widths": [20, 45, 35],
                "rows": [self._partner_row(action) for action in told],
                "total": None,
            }
            for theme, told in sorted(
                actions.grouped("theme").items(),
                key=lambda one: list(labels).index(one[0]),
            )
        ]

    def _partner_row(self, action):
        name = action.name
        if action.occurrences > 1:
            name += f" (× {action.occurrences})"
        return [
            self._date_label(action.date, action.date_precision),
            name,
            ", ".join(action.sudo().organization_ids.mapped("name")),
        ]

    def _date_label(self, day, precision):
        """``12/03``, ``mars`` or ``2023``: as precise as it is known."""
        pattern = {"month": "MMMM", "year": "y"}.get(precision, "d MMMM")
        return format_date(self.env, day, lang_code=self._lang(), date_format=pattern)

    def _tables_plan(self, report, layout):
        """Events already planned for the period that follows, kind by kind."""
        scope = report._scope()
        first, last = self._next_period(scope.first, scope.last)
        events = self.env["event.event"].search(
            [
                ("is_citeslab", "=", True),
                ("is_own", "=", True),
                ("company_id", "=", scope.company.id),
                ("citeslab_date", ">=", first),
                ("citeslab_date", "<=", last),
                ("kanban_state", "!=", "cancel"),
            ],
            order="citeslab_date, id",
        )
        if scope.territory:
            events = events.filtered(lambda one: one.territory_id == scope.territory)
        words = layout.words
        rows = [
            [kind.name, str(len(told)), self._plan_dates(told, words)]
            for kind, told in sorted(
                events.grouped("citeslab_kind_id").items(),
                key=lambda one: (one[0].sequence, one[0].id),
            )
        ]
        if not rows:
            return []
        return [
            {
                "title": "",
                "columns": [words["kind"], words["value"], words["dates"]],
                "numeric": [1],
                "widths": [28, 10, 62],
                "rows": rows,
                "total": None,
            }
        ]

    @staticmethod
    def _next_period(first, last):
        """The days that follow a period: as many months, else as many days."""
        following = last + relativedelta(days=1)
        if (first.day, last) == (1, last + relativedelta(day=31)):
            months = (last.year - first.year) * 12 + last.month - first.month + 1
            return following, following + relativedelta(months=months, days=-1)
        return following, following + (last - first)

    def _plan_dates(self, events, words):
        """Days of the events; permanences are told by month: there are many."""
        if events[:1].is_permanence:
            months = defaultdict(int)
            for event in events:
                months[self._date_label(event.citeslab_date, "month")] += 1
            return ", ".join(
                f"{month}{words['colon']}{n}" for month, n in months.items()
            )
        return ", ".join(
            words["to_be_set"] % {"month": self._date_label(one.citeslab_date, "month")}
            if one.date_precision == "month"
            else f"{one.citeslab_date:%d/%m}"
            for one in events
        )

    def _tables_financing(self, report, layout):
        """Cost and funding of the year before, of this one and of the next."""
        money, years = self._money_years(report._scope())
        if not years:
            return []
        funding = money.filtered(lambda one: one.code == "funding")
        amount = self._amount(layout)
        rows = [
            [name, *(amount(self._funded(funding, name, *year[1:])) for year in years)]
            for name in self._funding_names(funding, years)
        ]
        cost, paid = (
            [amount(year[1][one].value if one in year[1] else 0) for year in years]
            for one in (money - funding, funding)
        )
        words = layout.words
        labels = [label for label, _tallies, _labels in years]
        return [
            self._yearly_table(words["funder"], labels, rows, [words["total"], *paid]),
            self._yearly_table(
                words["total_cost"], labels, [[words["total_cost"], *cost]]
            ),
        ]

    def _money_years(self, scope):
        """Indicators of money, and ``[(year, tallies, labels)]`` of those with any."""
        following = replace(
            scope,
            first=scope.first + relativedelta(years=1),
            last=scope.last + relativedelta(years=1),
        )
        engine = self.env["citeslab.bilan"]._for_scope(scope)
        indicators = engine.env["citeslab.indicator"]._for_company(scope.company)
        money = indicators.filtered(lambda one: one.code in ("funding", "budget"))
        years = []
        for one in (scope.previous(), scope, following):
            labels = {}
            tallies = engine._tallies(money, one, labels)
            if any(tally.value for tally in tallies.values()):
                years.append((str(one.first.year), tallies, labels))
        return money, years

    @api.model
    def _yearly_table(self, head, years, rows, total=None):
        """A table of amounts with one column a year."""
        return {
            "title": "",
            "columns": [head, *years],
            "numeric": list(range(1, len(years) + 1)),
            "rows": rows,
            "total": total,
        }

    @staticmethod
    def _amount(layout):
        return lambda value: layout.style.value(half_up(value or 0, 2), "amount")

    def _funding_names(self, funding, years):
        """Who pays, one line each over the years, in the order of the budgets."""
        names = {}
        for _year, tallies, labels in years:
            known = labels.get((funding.source, funding.group_field), {})
            for code in tallies[funding].parts if funding in tallies else ():
                name = known[code][1] if code in known else code
                names.setdefault(name, len(names))
        return list(names)

    def _funded(self, funding, name, tallies, labels):
        known = labels.get((funding.source, funding.group_field), {})
        parts = tallies[funding].parts if funding in tallies else {}
        return sum(
            value
            for code, value in parts.items()
            if (known[code][1] if code in known else code) == name
        )

    # Differences between two versions

    def _differences(self, changes, style):
        """Each figure that differs, in one line: ``118 → 119 : une saisie tardive``.

        :rtype: list[dict]
        """
        told = [change for change in changes if self._is_told(change, changes)]
        return [
            {
                "label": change["label"],
                "before": style.value(change["before"], change["kind"]),
                "after": style.value(change["after"], change["kind"]),
                "why": self._why(change),
            }
            for change in told
        ]

    @staticmethod
    def _is_told(change, changes):
        """Whether a difference adds something to those around it.

        The total of a distribution is that of its base, told already; a row that
        keeps its value though other people are in it is told by the total.
        """
        if change["item"]:
            return change["before"] != change["after"]
        is_told_by_rows = change["kind"] == DISTRIBUTION and any(
            other["item"] and other["code"] == change["code"] for other in changes
        )
        return change["redefined"] or not is_told_by_rows

    def _why(self, change):
        """Where a difference comes from, in words."""
        late = len(change["late"])
        entered = len(change["added"]) - late
        reasons = []
        if change["redefined"]:
            reasons.append(self.env._("counted in another way"))
        if late:
            reasons.append(
                self.env._("one late entry")
                if late == 1
                else self.env._("%(count)s late entries", count=late)
            )
        corrected = entered + len(change["changed"])
        if corrected:
            reasons.append(
                self.env._("one correction")
                if corrected == 1
                else self.env._("%(count)s corrections", count=corrected)
            )
        gone = len(change["removed"])
        if gone:
            reasons.append(
                self.env._("one withdrawal")
                if gone == 1
                else self.env._("%(count)s withdrawals", count=gone)
            )
        return ", ".join(reasons) or self.env._("typed again")

    @api.model
    def _restatement_html(self, report):
        """Differences of a report as a table for its form; of now for a draft."""
        if not report.supersedes_id or not report.date_from:
            return False
        if report.restatement:
            changes = json.loads(report.restatement)
        else:
            changes = self._changes(report, report._matrix())
        words = self._words()
        rows = Markup("").join(
            Markup("<tr><td>%s</td><td>%s → %s</td><td>%s</td></tr>")
            % (
                one["label"],
                one["before"],
                one["after"],
                one["why"],
            )
            for one in self._differences(changes, self._style())
        )
        if not rows:
            return Markup("<p>%s</p>") % words["no_difference"]
        return Markup("<table class='table table-sm'>%s</table>") % rows
