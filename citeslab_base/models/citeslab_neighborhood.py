import csv
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.text import normalise
from .selections import NEIGHBORHOOD_KIND

# National lists by the first letters of their codes: vintage, first day in mainland
# France and overseas. The one that follows ends it.
NATIONAL_LISTS = {
    "QP": (2015, "2015-01-01", "2015-01-01"),
    "QN": (2024, "2024-01-01", "2025-01-01"),
}
_CODE = re.compile(r"(Q[PN])\d{3}\w{3}", re.ASCII)


class CiteslabNeighborhood(models.Model):
    """Quartier in one vintage of the national list, or a local area.

    A quartier redrawn in a new vintage is another record, so that the photographs
    of past years keep the code that was in force.
    """

    _name = "citeslab.neighborhood"
    _description = "Neighbourhood"
    _order = "sequence, name, vintage desc, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True)
    code = fields.Char(index="btree_not_null", help="National code, as QN02907M.")
    kind = fields.Selection(NEIGHBORHOOD_KIND, required=True, default="qpv")
    vintage = fields.Integer(
        help="Year of the national list that holds this quartier, as 2015 or 2024."
    )
    valid_from = fields.Date()
    valid_to = fields.Date()
    commune = fields.Char(string="City")
    insee_codes = fields.Char(
        string="INSEE Codes", help="INSEE codes of its communes, separated by commas."
    )
    population = fields.Integer(string="Inhabitants", aggregator="sum")
    population_year = fields.Char(string="Year of the Count", size=4)
    predecessor_ids = fields.Many2many(
        "citeslab.neighborhood",
        "citeslab_neighborhood_succession",
        "successor_id",
        "predecessor_id",
        string="Formerly",
        help="Quartiers of the former list that this one replaces.",
    )
    successor_ids = fields.Many2many(
        "citeslab.neighborhood",
        "citeslab_neighborhood_succession",
        "predecessor_id",
        "successor_id",
        string="Today",
        help="Quartiers of the next list that replace this one.",
    )
    aliases = fields.Text(help="Other names that an import accepts, one per line.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        help="Empty for a quartier that every structure may use.",
    )

    _code_vintage_unique = models.UniqueIndex(
        "(code, vintage, COALESCE(company_id, 0)) WHERE code IS NOT NULL",
        "This quartier already exists in this vintage.",
    )
    _validity_order = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to)",
        "The validity of a quartier must end after it starts.",
    )
    _population_positive = models.Constraint(
        "CHECK (population IS NULL OR population >= 0)",
        "A number of inhabitants cannot be negative.",
    )

    @api.depends("name", "vintage")
    def _compute_display_name(self):
        """Tell two vintages of one name apart; one alone needs no year."""
        for area in self:
            area.display_name = area.name
            if area.vintage and area.valid_to:
                area.display_name = f"{area.name} ({area.vintage})"

    @api.model
    def _domain_valid_at(self, day):
        """Quartiers whose list is in force on a day.

        :param date day: day of the fact
        :rtype: Domain
        """
        started = Domain("valid_from", "=", False) | Domain("valid_from", "<=", day)
        running = Domain("valid_to", "=", False) | Domain("valid_to", ">=", day)
        return started & running

    # ------------------------------------------------------------
    # Typed and loaded quartiers
    # ------------------------------------------------------------

    @api.model
    def _from_lines(self, text, company):
        """Quartiers typed one per line, those of the list found, the others created.

        :param str text: lines as ``name``, ``code`` or ``name; inhabitants``
        :param company: structure that types them
        :raise UserError: an amount of inhabitants cannot be read
        :rtype: models.Model
        """
        known = self._typed_index(company)
        found = self.browse()
        for number, line in enumerate(text.splitlines(), 1):
            label, _sep, people = (part.strip() for part in line.partition(";"))
            if not label:
                continue
            area = known.get(normalise(label)) or self.create(
                self._typed_values(label, company)
            )
            if people and (not area.company_id or area.company_id == company):
                count = self._typed_population(people, number)
                if area.company_id or not area.population:
                    area.population = count
            known[normalise(label)] = area
            found |= area
        return found

    @api.model
    def _typed_index(self, company):
        """Folded code or name → quartier in force; a name only if it is the city's."""
        areas = self.search(
            self._domain_valid_at(fields.Date.context_today(self))
            & Domain("company_id", "in", (False, company.id))
        )
        city = normalise(company.city)
        index = {normalise(area.code): area for area in areas if area.code}
        for area in areas:
            if area.company_id or (city and normalise(area.commune) == city):
                index.setdefault(normalise(area.name), area)
        return index

    @api.model
    def _typed_values(self, label, company):
        values = {"name": label, "company_id": company.id, "commune": company.city}
        if _CODE.fullmatch(label.upper()):
            values |= {"code": label.upper(), **self._list_values(label.upper())}
        return values

    @api.model
    def _typed_population(self, text, number):
        digits = re.sub(r"\s", "", text)
        if not digits.isdecimal():
            raise UserError(
                self.env._(
                    "Quartiers to type, line %(number)s: “%(text)s” is no number of "
                    "inhabitants. Write figures only, as 2623.",
                    number=number,
                    text=text,
                )
            )
        return int(digits)

    @api.model
    def _list_values(self, code, department=None):
        """Vintage and validity of a code of a national list.

        :param str code: national code, as QN02907M
        :param str department: its department; read in the code when not given
        :rtype: dict
        """
        prefix = code[:2]
        vintage, *starts = NATIONAL_LISTS[prefix]
        overseas = (department or code[2:5]).lstrip("0").startswith(("97", "98"))
        values = {"vintage": vintage, "valid_from": starts[overseas]}
        if prefix == "QP":
            next_start = fields.Date.to_date(NATIONAL_LISTS["QN"][1 + overseas])
            values["valid_to"] = fields.Date.subtract(next_start, days=1)
        return values

    @api.model
    def _load_national_list(self, content):
        """Add the quartiers of a national list that are not here yet.

        :param bytes content: CSV with the columns ``code_qp``, ``lib_qp``,
            ``insee_com``, ``lib_com``
        :return: the added quartiers
        :raise UserError: a column or a code cannot be read; nothing is added
        """
        self.browse().check_access("create")
        try:
            lines = content.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise UserError(
                self.env._("The national list is no text in UTF-8: export it as CSV.")
            ) from error
        separator = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
        rows = csv.DictReader(lines, delimiter=separator)
        wanted = ("code_qp", "lib_qp", "insee_com", "lib_com")
        missing = [name for name in wanted if name not in (rows.fieldnames or ())]
        if missing:
            raise UserError(
                self.env._(
                    "The national list lacks the column %(column)s: choose the CSV "
                    "file of the quartiers prioritaires.",
                    column=missing[0],
                )
            )
        national = self.with_context(active_test=False).search(
            [("company_id", "=", False), ("code", "!=", False)]
        )
        known = set(national.mapped("code"))
        return self.create(
            [
                self._national_values(row, number)
                for number, row in enumerate(rows, 2)
                if row["code_qp"] not in known
            ]
        )

    @api.model
    def _national_values(self, row, number):
        code = (row["code_qp"] or "").strip()
        if not _CODE.fullmatch(code):
            raise UserError(
                self.env._(
                    "National list, line %(number)s, column code_qp: “%(code)s” is no "
                    "code of a quartier, as QN02907M.",
                    number=number,
                    code=code,
                )
            )
        return {
            "name": row["lib_qp"],
            "code": code,
            "kind": "qpv",
            "commune": row["lib_com"],
            "insee_codes": row["insee_com"],
            **self._list_values(code),
        }
