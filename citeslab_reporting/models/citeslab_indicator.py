import re
from ast import literal_eval
from datetime import date

from psycopg2 import DatabaseError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.citeslab_base.tools.text import quoted

from ..figures.matrix import UNKNOWN

NUMERIC = ("integer", "float", "monetary")
GROUPABLE = ("selection", "many2one", "char", "boolean")
PREVIEW_ROWS = 10
# What a condition typed by hand may raise when it is read.
UNREADABLE = (
    ValueError,
    SyntaxError,
    TypeError,
    KeyError,
    AttributeError,
    MemoryError,
    RecursionError,
    AccessError,
    UserError,
)
KINDS = [
    ("count", "Number"),
    ("rate", "Rate (%)"),
    ("distribution", "Distribution"),
    ("hours", "Hours"),
    ("amount", "Amount (€)"),
]


class CiteslabIndicator(models.Model):
    """One figure of a bilan, declared: what is counted, among whom, by what.

    The engine reads these records and nothing else, so that a structure adds a
    figure of its own without code.
    """

    _name = "citeslab.indicator"
    _description = "Indicator"
    _check_company_auto = True
    _order = "section, sequence, id"
    _rec_names_search = ["name", "code"]

    code = fields.Char(
        required=True,
        copy=False,
        help="Stable name of the figure in exports; letters, digits and underscores.",
    )
    name = fields.Char(required=True, translate=True)
    definition = fields.Text(
        translate=True, help="How the figure is counted, as printed in the annex."
    )
    section = fields.Selection(
        [
            ("1_reach", "Key figures"),
            ("2_people", "People accompanied"),
            ("3_project", "Projects"),
            ("4_journey", "Orientation and outcomes"),
            ("5_animation", "Animation"),
            ("6_partnership", "Partnerships and programmes"),
            ("7_means", "Means"),
            ("8_funding", "Funding"),
        ],
        required=True,
        default="2_people",
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        KINDS,
        required=True,
        default="distribution",
    )
    source = fields.Selection(
        selection="_selection_source",
        string="Counted From",
        help="Empty while no installed application feeds this figure.",
    )
    base_field = fields.Char(
        string="Among",
        help="Yes/no field of the source: only the rows where it is yes are counted.",
    )
    measure_field = fields.Char(
        string="Counted",
        help="Yes/no field: the rows where it is yes are counted. Number: it is "
        "added up. Empty: every row counts for one.",
    )
    group_field = fields.Char(
        string="Split By", help="Field of the source that gives the rows of the figure."
    )
    extra_fields = fields.Char(
        string="Further Columns",
        help="Number fields of the source added up beside each row, with commas.",
    )
    divisor_id = fields.Many2one(
        "citeslab.indicator",
        string="Divided By",
        ondelete="restrict",
        index="btree_not_null",
        help="Another figure, as the number of people accompanied: what is counted "
        "is given for one of them.",
        check_company=True,
    )
    item_order = fields.Selection(
        [("list", "Order of the list"), ("value", "Largest first")],
        string="Order of the Rows",
        required=True,
        default="list",
    )
    domain = fields.Char(
        help="Further condition on the source, as [('age', '>=', 60)]. "
        "It costs one more query."
    )
    is_optional = fields.Boolean(
        string="Only Once Registered",
        help="The bilan says that it is not registered as long as no row exists.",
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        default=lambda self: not self.env.su and self.env.company,
        help="Empty for an indicator of every structure.",
    )
    active = fields.Boolean(default=True)
    preview_year = fields.Integer(
        string="Tried On", compute="_compute_preview_year", readonly=False
    )
    preview = fields.Html(compute="_compute_preview")
    preview_problem = fields.Char(compute="_compute_preview")

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "An indicator with this code already exists: choose another one.",
    )
    _code_format = models.Constraint(
        r"CHECK (code ~ '^[a-z][a-z0-9_]*$')",
        "The code of an indicator is made of small letters, digits and underscores.",
    )

    # What it gives, before anything is saved

    @api.depends("source")
    def _compute_preview_year(self):
        today = fields.Date.context_today(self)
        year = self.env["citeslab.bilan.renderer"]._latest_year(today.year)
        for indicator in self:
            indicator.preview_year = indicator.preview_year or year

    @api.depends(
        "name",
        "kind",
        "source",
        "base_field",
        "measure_field",
        "group_field",
        "extra_fields",
        "item_order",
        "domain",
        "preview_year",
    )
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_preview(self):
        """The figure and what it counts, or one sentence on what is wrong."""
        for indicator in self:
            indicator.preview = indicator.preview_problem = False
            if not indicator.source or not indicator.kind:
                continue
            try:
                # a condition that the database refuses must not spoil the form
                with self.env.cr.savepoint(flush=False):
                    indicator._check_fields()
                    indicator._check_domain()
                    indicator.preview = indicator._preview_html()
            except AccessError:
                continue  # who reads the definitions only has no records to try
            except UserError as problem:
                indicator.preview_problem = str(problem)

    def _preview_scope(self):
        year = self.preview_year or fields.Date.context_today(self).year
        return self.env["citeslab.bilan"]._scope(
            self.company_id._origin or self.env.company,
            date(year, 1, 1),
            date(year, 12, 31),
            None,
            None,
            None,
        )

    def _preview_html(self):
        """Figure and rows of the period, then the first records that it counted."""
        scope = self._preview_scope()
        engine = self.env["citeslab.bilan"]._for_scope(scope)
        labels = {}
        (tally,) = engine._tally_batch(self.source, [self], scope, labels).values()
        figure = engine._figures(self, scope, {self: tally}, {}, labels)[
            self.code or False
        ]
        style = self.env["citeslab.bilan.renderer"]._style()
        model = engine._source_model(self.source, scope)
        rows = model.search(engine._counted_domain(self, scope), limit=PREVIEW_ROWS)
        return self.env["ir.qweb"]._render(
            "citeslab_reporting.indicator_preview",
            {
                "value": style.value(figure.value, figure.kind),
                "items": [
                    (item.label, style.value(item.value, figure.kind))
                    for item in figure.visible_items
                ],
                "count": len(rows),
                "records": rows.mapped("display_name") if model._rec_name else [],
                "is_more": len(rows) == PREVIEW_ROWS,
                "year": scope.first.year,
            },
        )

    def action_preview_records(self):
        """Window on all the records that the figure counts in the year tried."""
        self.ensure_one()
        scope = self._preview_scope()
        engine = self.env["citeslab.bilan"]._for_scope(scope)
        return engine._open_records(self, scope, None)

    @api.model
    def _selection_source(self):
        """Sources that the engine can count, as declared by the installed addons."""
        return [
            (name, self.env["ir.model"]._get(name).name)
            for name in self.env["citeslab.bilan"]._sources()
        ]

    # Checks: each one names the indicator, the field and what may be written.

    @api.constrains("code", "company_id")
    def _check_code(self):
        for indicator in self.filtered("company_id"):
            national = self.sudo().with_context(active_test=False)
            if national.search_count(
                [("code", "=", indicator.code), ("company_id", "=", False)], limit=1
            ):
                raise ValidationError(
                    self.env._(
                        "The code %(code)s is that of a national indicator: "
                        "choose another one for yours.",
                        code=indicator.code,
                    )
                )

    @api.constrains(
        "source", "kind", "base_field", "measure_field", "group_field", "extra_fields"
    )
    def _check_fields(self):
        for indicator in self.filtered("source"):
            indicator._check_field("base_field", ("boolean",))
            indicator._check_field("measure_field", ("boolean", *NUMERIC))
            indicator._check_field("group_field", GROUPABLE)
            for name in indicator._extra_names():
                indicator._check_field_name(name, "extra_fields", NUMERIC)
            indicator._check_kind()

    def _check_field(self, setting, types):
        if self[setting]:
            self._check_field_name(self[setting], setting, types)

    def _check_field_name(self, name, setting, types):
        """Refuse a name that the source lacks or cannot use there."""
        model = self.env[self.source]
        field = model._fields.get(name)
        if field and field.store and field.type in types:
            return
        known = sorted(
            fname
            for fname, known_field in model._fields.items()
            if known_field.store
            and known_field.type in types
            and fname not in models.MAGIC_COLUMNS
        )
        raise ValidationError(
            self.env._(
                "Indicator %(name)s, %(setting)s: %(field)s is not a field that can "
                "be used there. Write one of: %(known)s.",
                name=self.name,
                setting=self._fields[setting]._description_string(self.env),
                field=quoted(name),
                known=", ".join(known),
            )
        )

    @api.constrains("divisor_id", "group_field", "kind", "company_id")
    def _check_divisor(self):
        nobody = self.env["res.company"]
        for indicator in self.filtered("divisor_id"):
            divisor = indicator.divisor_id
            if (
                indicator.kind not in ("hours", "amount")
                or indicator.group_field
                or divisor.divisor_id
                or divisor.kind not in ("count", "distribution")
                or divisor.company_id not in (indicator.company_id, nobody)
            ):
                raise ValidationError(
                    self.env._(
                        "Indicator %(name)s: only hours or an amount that has no rows "
                        "can be divided, and only by a number of people or of "
                        "records that is read by the same structures.",
                        name=indicator.name,
                    )
                )

    def _check_kind(self):
        missing = {"rate": "measure_field", "distribution": "group_field"}.get(
            self.kind
        )
        if missing and not self[missing]:
            raise ValidationError(
                self.env._(
                    "Indicator %(name)s: fill in %(setting)s, without which this "
                    "kind of figure cannot be counted.",
                    name=self.name,
                    setting=self._fields[missing]._description_string(self.env),
                )
            )

    @api.constrains("domain", "source")
    def _check_domain(self):
        for indicator in self.filtered("domain"):
            if not indicator.source:
                raise ValidationError(
                    self.env._(
                        "Indicator %(name)s: choose what is counted before writing "
                        "a condition.",
                        name=indicator.name,
                    )
                )
            domain = indicator._parsed_domain()
            try:
                # some mistakes are only seen by the database: a text for a number
                with self.env.cr.savepoint(flush=False):
                    self.env[indicator.source].sudo().search_count(domain, limit=1)
            except (DatabaseError, *UNREADABLE) as error:
                raise indicator._unreadable(error) from error

    def _parsed_domain(self):
        """Condition of the indicator on its source.

        :rtype: Domain
        :raises ValidationError: one sentence when it cannot be read
        """
        self.ensure_one()
        if not self.domain or self.domain.strip() in ("", "[]"):
            return Domain.TRUE
        try:
            domain = Domain(literal_eval(self.domain.strip()))
            self.env[self.source].sudo()._search(domain)
        except UNREADABLE as error:
            raise self._unreadable(error) from error
        return domain

    def _unreadable(self, error):
        """What is wrong with a condition, in one sentence.

        :rtype: ValidationError
        """
        reason = str(error).strip().partition("\n")[0]
        reason = re.sub(r":?\s*<[^>]*>", "", reason)  # objects of the reader of Python
        return ValidationError(
            self.env._(
                "Indicator %(name)s: the condition %(domain)s cannot be read "
                "(%(error)s). Write it like [('age', '>=', 60)].",
                name=self.name or "",
                domain=quoted(self.domain, 200),
                error=quoted(reason, 200),
            )
        )

    # Reading, for the engine

    def _extra_names(self):
        """Names of the further columns, in order."""
        return [
            name.strip()
            for name in (self.extra_fields or "").split(",")
            if name.strip()
        ]

    def _measures_number(self):
        """Whether the figure adds a number up (else it counts rows)."""
        field = self.env[self.source]._fields.get(self.measure_field or "")
        return bool(field) and field.type in NUMERIC

    def _flags(self):
        """Yes/no fields that a row must have to be counted, the base first."""
        flags = [self.base_field, not self._measures_number() and self.measure_field]
        return [flag for flag in flags if flag]

    def _grouping(self):
        """Columns by which the engine groups to count this indicator."""
        names = [*self._flags(), self.group_field]
        return tuple(dict.fromkeys(name for name in names if name))

    def _rows(self):
        """Rows that the figure may have, when its list is a closed one.

        :return: ``{code: label}``, empty when any code will do
        """
        if not (self.source and self.group_field):
            return {}
        catalogue = self.env["citeslab.bilan"]._catalogue(self)
        rows = {code: label for code, (_rank, label) in catalogue.values()}
        return rows and rows | {UNKNOWN: self.env._("Unknown")}

    def _check_row(self, code):
        """Refuse the code of a row that the figure never has.

        :raise ValidationError: with the codes that may be written
        """
        rows = self._rows()
        if rows and code not in rows:
            raise ValidationError(
                self.env._(
                    "%(indicator)s has no row %(row)s. Write one of: %(known)s.",
                    indicator=self.name,
                    row=code,
                    known=", ".join(rows),
                )
            )

    def _summed_fields(self):
        """Number fields that the engine adds up for this indicator."""
        measure = [self.measure_field] if self._measures_number() else []
        return [*measure, *self._extra_names()]

    def _is_plain_count(self):
        """Whether it counts the rows of its base, and nothing narrower."""
        return bool(
            self.base_field
            and not (self.measure_field or self.group_field or self.domain)
        )

    @api.model
    def _for_company(self, company):
        """Indicators of a structure, in the order of the document.

        :param company: a ``res.company`` record
        :rtype: models.Model
        """
        return self.search([("company_id", "in", (False, company.id))])
