"""From a matrix to a file or to the screen."""

from collections import defaultdict
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import file_open, format_date

from odoo.addons.citeslab_base.tools import pdf
from odoo.addons.citeslab_base.tools.text import quoted

from ..figures import svg
from ..figures.layout import Layout
from ..figures.text import Style, data_uri
from ..figures.xlsx import workbook
from .words import words

REPORT = "citeslab_reporting.action_report_bilan"
TEMPLATE = "citeslab_reporting.bilan_document"
FORMATS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json; charset=utf-8",
}
FONTS = (("Lig", 300), ("Reg", 400), ("Bol", 700))
FUNDER_PLACES = 4
PAGE_PIXELS = 665  # width of the text of a page, 176 mm
BAR_MARGIN = 32  # beside the bars, 8 mm


@lru_cache(maxsize=1)
def stylesheet():
    """Style of the printed bilan, its fonts inside."""
    faces = []
    for name, weight in FONTS:
        try:
            path = f"web/static/fonts/lato/Lato-{name}-webfont.ttf"
            with file_open(path, "rb") as font:
                faces.append(_font_face(font.read(), weight))
        except FileNotFoundError:  # the style names a second choice
            continue
    with file_open("citeslab_reporting/static/src/report/bilan.css") as css:
        return "".join(faces) + css.read()


def _font_face(font, weight):
    encoded = data_uri(font, "font/ttf")
    return (
        f'@font-face{{font-family:"Bilan Sans";font-weight:{weight};'
        f"src:url({encoded})}}\n"
    )


class CiteslabBilanRenderer(models.AbstractModel):
    """Reads one matrix, writes a PDF, a workbook, a JSON file or a screen."""

    _name = "citeslab.bilan.renderer"
    _description = "Bilan Renderer"

    # Parameters

    @api.model
    def _parse(self, params):
        """Checked arguments of ``citeslab.bilan._matrix``.

        :param params: ``company_id``, ``date_from`` and ``date_to`` (ISO dates)
            or ``year``, and optionally ``territory_id``, ``neighborhood_ids``,
            ``communes``; numbers may be text (they come from an address).
        :raises UserError: when one of them makes no sense.
        :raises AccessError: for a structure that is not the user's.
        """
        date_from, date_to = self._parse_period(params)
        return {
            "company": self._parse_company(params.get("company_id")),
            "date_from": date_from,
            "date_to": date_to,
            "territory": self._parse_ids(
                "citeslab.territory", params.get("territory_id")
            ),
            "neighborhoods": self._parse_ids(
                "citeslab.neighborhood", params.get("neighborhood_ids")
            ),
            "communes": self._parse_list(params.get("communes")),
        }

    def _parse_period(self, params):
        if params.get("year"):
            year = self._parse_year(params["year"])
            return date(year, 1, 1), date(year, 12, 31)
        try:
            date_from = fields.Date.to_date(params.get("date_from"))
            date_to = fields.Date.to_date(params.get("date_to"))
        except ValueError:
            date_from = date_to = None
        if not date_from or not date_to:
            raise UserError(
                self.env._("Give the first and the last day of the period, or a year.")
            )
        if date_from > date_to:
            raise UserError(self.env._("The period must end after it starts."))
        return date_from, date_to

    def _parse_year(self, value):
        text = str(value)
        is_year = len(text) == 4 and text.isdecimal()
        if not (is_year and 2000 <= int(text) <= 2100):
            raise UserError(
                self.env._(
                    "“%(year)s” is not a year: give four digits, from 2000 to 2100.",
                    year=quoted(text),
                )
            )
        return int(text)

    def _parse_company(self, value):
        company = self._parse_ids("res.company", value) or self.env.company
        if not self.env.su and company not in self.env.user.company_ids:
            raise AccessError(self.env._("This structure is not one of yours."))
        return company

    def _parse_list(self, value):
        if not value:
            return []
        if isinstance(value, str):
            return value.split(",")
        return [value] if isinstance(value, int) else list(value)

    def _parse_ids(self, model, value):
        try:
            ids = [int(one) for one in self._parse_list(value)]
            if not all(0 < one < 2**31 for one in ids):
                raise ValueError
            records = self.env[model].browse(ids)
        except (TypeError, ValueError):
            records = None
        if records is None or len(records.exists()) != len(records):
            raise UserError(
                self.env._(
                    "“%(value)s” is not a known %(model)s.",
                    value=quoted(value),
                    model=self.env["ir.model"]._get(model).name,
                )
            )
        return records

    @api.model
    def _matrix(self, params):
        """Matrix of the bilan that ``params`` ask for (see :meth:`_parse`)."""
        arguments = self._parse(params)
        company = arguments["company"]
        bilan = self.env["citeslab.bilan"].with_context(
            allowed_company_ids=company.ids, lang=self._lang()
        )
        return bilan._matrix(
            company,
            arguments["date_from"],
            arguments["date_to"],
            territory=arguments["territory"] or None,
            neighborhoods=arguments["neighborhoods"] or None,
            communes=arguments["communes"] or None,
        )

    # Language

    @api.model
    def _lang(self):
        """The reader's language; French for a reader without one."""
        installed = dict(self.env["res.lang"].get_installed())
        for code in (self.env.context.get("lang"), self.env.user.lang, "fr_FR"):
            if code in installed:
                return code
        return "en_US"

    @api.model
    def _words(self):
        lang = self._lang()
        # too short a term to be translated: French puts a space before it
        colon = "\N{NO-BREAK SPACE}: " if lang.startswith("fr") else ": "
        return words(self.with_context(lang=lang).env) | {"colon": colon}

    @api.model
    def _style(self):
        lang = self.env["res.lang"]._get_data(code=self._lang())
        thousands = (lang.thousands_sep or "").replace(" ", "\N{NO-BREAK SPACE}")
        is_french = self._lang().startswith("fr")
        return Style(
            decimal=lang.decimal_point,
            thousands=thousands.replace("\N{NARROW NO-BREAK SPACE}", "\xa0"),
            percent="\N{NO-BREAK SPACE}%" if is_french else "%",
        )

    @api.model
    def _layout(self, matrix):
        """What every renderer shows of ``matrix``."""
        return Layout(matrix, self._words(), self._style())

    def _day(self, day):
        """``1er janvier 2023``: CLDR has no pattern for the French first day."""
        lang = self._lang()
        text = format_date(self.env, day, lang_code=lang, date_format="d MMMM y")
        return "1er" + text[1:] if lang.startswith("fr") and day.day == 1 else text

    def _period_text(self, period, words):
        return words["from_to"] % {
            "start": self._day(period[0]),
            "end": self._day(period[1]),
        }

    # Printed document

    @api.model
    def _document_values(self, matrix):
        """Values of the QWeb template of the printed bilan."""
        layout = self._layout(matrix)
        words = layout.words
        return {
            "matrix": matrix,
            "layout": layout,
            "words": words,
            "lang": self._lang().split("_")[0],
            "title": f"{words['title']} {layout.year}",
            "css": Markup(stylesheet()),
            "engine": "weasyprint" if pdf.is_available() else "wkhtmltopdf",
            "logo": self._logo(matrix),
            "facts": self._facts(matrix, layout),
            "funders": matrix.meta.get("funders") or [],
            "funder_rows": self._funder_rows(matrix),
            "tile_rows": self._in_rows(layout.tiles(), 4),
            "author": matrix.meta.get("author") or "",
            "min_minutes": self._min_minutes(matrix, words),
            "swatch": lambda kind: Markup(svg.swatch(kind)),
            "bars": self._bars,
            "widths": self._column_widths,
        }

    def _logo(self, matrix):
        """Logo of the structure, unless it is the one Odoo gives to everybody."""
        logo = matrix.structure.get("logo")
        if not logo or logo == self.env["res.company"]._get_logo():
            return None
        return data_uri(logo)

    def _bars(self, block, row):
        """Drawing of one row; :mod:`figures.svg` escapes what users typed."""
        return Markup(
            svg.bar_pair(
                row["value"],
                row["previous"] if block["has_previous"] else None,
                block["maximum"],
                label=f"{row['label']} : {row['value_text']}",
                unknown=row["is_unknown"],
                width=self._bar_width(block),
            )
        )

    @staticmethod
    def _column_widths(block):
        """Widths of the columns of a printed table, in percent."""
        number = 14 if block["is_wide"] else 9
        return {"label": 30 if block["is_wide"] else 34, "number": number, "share": 8}

    def _bar_width(self, block):
        """Pixels that are left for the bars beside the numbers of a table."""
        widths = self._column_widths(block)
        numbers = widths["number"] + block["has_percent"] * widths["share"]
        taken = widths["label"] + numbers * (1 + block["has_previous"])
        taken += 10 * len(block["columns"])
        return max(40, min(svg.WIDTH, (100 - taken) * PAGE_PIXELS // 100 - BAR_MARGIN))

    @staticmethod
    def _in_rows(cells, width):
        """``cells`` in rows of ``width``, the last one filled with ``None``."""
        filled = cells + [None] * (-len(cells) % width)
        return [filled[start : start + width] for start in range(0, len(filled), width)]

    def _funder_rows(self, matrix):
        funders = [
            {"name": funder["name"], "logo": data_uri(funder.get("logo"))}
            for funder in matrix.meta.get("funders") or []
        ]
        return self._in_rows(funders, FUNDER_PLACES)

    def _facts(self, matrix, layout):
        """Label and text of each line of the cover."""
        words = layout.words
        facts = [(words["structure"], self._structure_text(matrix))]
        if matrix.territory:
            facts.append((words["territory"], self._territory_text(matrix, layout)))
        facts.append((words["period"], self._period_text(matrix.period, words)))
        if matrix.previous_period and layout.has_previous:
            previous = self._period_text(matrix.previous_period, words)
            facts.append((words["compared_with"], previous))
        if matrix.meta.get("filters"):
            facts.append((words["filters"], ", ".join(matrix.meta["filters"])))
        return facts

    @staticmethod
    def _structure_text(matrix):
        parts = [matrix.structure["name"], matrix.structure.get("city")]
        return ", ".join(part for part in parts if part)

    def _territory_text(self, matrix, layout):
        territory = matrix.territory
        parts = [territory["name"], territory.get("region")]
        if territory.get("population"):
            count = layout.style.number(territory["population"])
            parts.append(layout.words["inhabitants"] % {"count": count})
        names = [one["name"] for one in territory.get("neighborhoods") or []]
        text = ", ".join(part for part in parts if part)
        return f"{text} ({', '.join(names)})" if names else text

    def _min_minutes(self, matrix, words):
        """The national minimum of an interview is printed, 0 as well."""
        minutes = matrix.meta.get("min_minutes")
        if not minutes:
            return words["any_minutes"]
        return words["min_minutes"] % {"minutes": minutes}

    @api.model
    def _html(self, matrix):
        """The printed bilan as one self-contained HTML page."""
        values = self._document_values(matrix)
        qweb = self.env["ir.qweb"].with_context(lang=self._lang())
        html = qweb._render(TEMPLATE, values, minimal_qcontext=True)
        return f"<!DOCTYPE html>\n{html}"

    @api.model
    def _pdf(self, matrix):
        """Bytes of the PDF, by WeasyPrint or else by the host's own engine."""
        return self._print(self._html(matrix))

    def _print(self, html):
        """Bytes of the PDF of a self-contained page."""
        if pdf.is_available():
            return pdf.print_html(html)
        report = self.env["ir.actions.report"]._get_report(REPORT)
        if report.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._(
                    "This server can not print a PDF: install the Python package "
                    "weasyprint (with the Pango library), or wkhtmltopdf."
                )
            )
        bodies, _ids, header, footer, arguments = report._prepare_html(html)
        return report._run_wkhtmltopdf(
            bodies,
            report_ref=REPORT,
            header=header,
            footer=footer,
            specific_paperformat_args=arguments,
        )

    # Files

    @api.model
    def _xlsx(self, matrix):
        """Bytes of the workbook."""
        layout = self._layout(matrix)
        return workbook(layout, self._facts(matrix, layout))

    @api.model
    def _json(self, matrix):
        """Bytes of the JSON file (contract ``citeslab.bilan/1``)."""
        return matrix.as_json().encode()

    @api.model
    def _formats(self):
        """Formats that can be written and their media types, in order: hook.

        An addon that adds ``x`` also adds ``_x(matrix)``, which returns the bytes.

        :rtype: dict[str, str]
        """
        return dict(FORMATS)

    @api.model
    def _file(self, matrix, file_format):
        """Name and bytes of ``matrix`` in one of :meth:`_formats`."""
        formats = self._formats()
        if file_format not in formats:
            raise UserError(
                self.env._(
                    "“%(format)s” is not a format of the bilan: choose among "
                    "%(formats)s.",
                    format=file_format,
                    formats=", ".join(formats),
                )
            )
        content = getattr(self, f"_{file_format}")(matrix)
        return f"{self._file_stem(matrix)}.{file_format}", content

    @staticmethod
    def _file_stem(matrix):
        start, end = matrix.period
        if (start, end) == (date(start.year, 1, 1), date(start.year, 12, 31)):
            return f"bilan-{start.year}"
        return f"bilan-{start}_{end}"

    # Screen

    @api.model
    @api.readonly
    def screen(self, params):
        """What the bilan screen shows, as plain values.

        :param params: see :meth:`_parse`.
        """
        matrix = self._matrix(params)
        layout = self._layout(matrix)
        return {
            "structure": matrix.structure["name"],
            "title": f"{layout.words['title']} {layout.year}",
            "facts": self._facts(matrix, layout),
            "year": layout.year,
            "previous_year": layout.previous_year,
            "has_previous": layout.has_previous,
            "is_empty": layout.is_empty,
            "tiles": layout.tiles(),
            "key_notes": layout.key_notes(),
            "key_blocks": layout.key_blocks(),
            "sections": layout.sections(),
            "unregistered": layout.unregistered(),
            "warnings": [
                *(matrix.meta.get("warnings") or []),
                *self._quality_warnings(params),
            ],
            "definitions": [d.as_dict() for d in layout.definitions()],
            "words": layout.words,
        }

    def _quality_warnings(self, params):
        """How many parcours of the bilan wait to be completed, rule by rule.

        On the screen only: who hands the bilan over mends them first.
        """
        if not self.env["crm.lead"].has_access("read"):
            return []
        asked = self._parse(params)
        counts = self.env["citeslab.quality.rule"]._count_by_rule(
            asked["company"], asked["date_from"], asked["date_to"]
        )
        if not counts:
            return []
        found = [
            f"{rule.name} ({count})"
            for rule, count in sorted(counts.items(), key=lambda pair: -pair[1])
        ]
        return [
            self.env._(
                "Parcours of this bilan to complete: %(rules)s. See Data Quality.",
                rules=" · ".join(found),
            )
        ]

    @api.model
    @api.readonly
    def choices(self):
        """What the screen offers: years, structures, places, formats of file."""
        companies = self.env.companies
        this_year = fields.Date.context_today(self).year
        return {
            "years": list(range(this_year + 1, this_year - 6, -1)),
            "year": self._latest_year(this_year),
            "company_id": self.env.company.id,
            "companies": [{"id": c.id, "name": c.name} for c in companies],
            "formats": list(self._formats()),
            "territories": self._territory_choices(companies),
            "neighborhoods": self._neighborhood_choices(companies),
        }

    def _latest_year(self, this_year):
        """The running year, or before April the one that has just ended."""
        today = fields.Date.context_today(self)
        return this_year - 1 if today.month < 4 else this_year

    def _territory_choices(self, companies):
        territories = self.env["citeslab.territory"].search_fetch(
            [("company_id", "in", companies.ids)], ["name", "company_id"]
        )
        return [
            {"id": one.id, "name": one.name, "company_id": one.company_id.id}
            for one in territories
        ]

    def _neighborhood_choices(self, companies):
        """Quartiers of the territories, and those where somebody lives."""
        territories = self.env["citeslab.territory"].search(
            [("company_id", "in", companies.ids)]
        )
        inhabited = self.env["citeslab.situation"]._read_group(
            [("company_id", "in", companies.ids), ("neighborhood_id", "!=", False)],
            ["neighborhood_id", "company_id"],
        )
        areas = territories.neighborhood_ids
        company_ids = defaultdict(set)
        for area, company in inhabited:
            areas |= area
            company_ids[area].add(company.id)
        for territory in territories:
            for area in territory.neighborhood_ids:
                company_ids[area].add(territory.company_id.id)
        return [
            {
                "id": area.id,
                "name": area.display_name,
                "commune": area.commune or "",
                "company_ids": sorted(company_ids[area]),
                "territory_ids": territories.filtered(
                    lambda one, area=area: area in one.neighborhood_ids
                ).ids,
            }
            for area in areas.sorted()
        ]
