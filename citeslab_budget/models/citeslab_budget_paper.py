import base64

from odoo import api, models
from odoo.tools.mimetypes import guess_mimetype
from odoo.tools.misc import format_date, get_lang

from odoo.addons.citeslab_base.tools.rounding import rate

from ..figures import xlsx
from ..figures.money import to_cents
from ..figures.sheets import Sheet, Table

SIDES = ("expense", "resource")


class CiteslabBudget(models.Model):
    """Papers of a budget: the same sheets feed the PDF and the spreadsheet."""

    _inherit = "citeslab.budget"  # pylint: disable=consider-merging-classes-inherited

    # Annexe 2

    def _sheet_annexe2(self):
        """*Budget prévisionnel* laid out as annexe 2 (CDC §6.4, §6.5)."""
        tables = [self._annexe2_table(side, False) for side in SIDES]
        if self._leaves().filtered(lambda line: line.category_id.is_inkind):
            tables += [self._annexe2_table(side, True) for side in SIDES]
        return Sheet(
            "annexe2",
            self.env._("Forecast budget"),
            tables,
            sentences=self._paper_sentences(),
        )

    def _annexe2_table(self, side, is_inkind):
        titles = {
            "expense": self.env._("Expenses"),
            "resource": self.env._("Resources"),
        }
        table = Table(titles[side], [self.env._("Amount (€)")])
        sections = dict(
            self.env["citeslab.budget.category"]
            ._fields["section"]
            ._description_selection(self.env)
        )
        heads = []
        for section, categories in self._categories(side, is_inkind):
            head = table.open(sections[section])
            parts = [self._annexe2_row(table, category) for category in categories]
            heads.append(table.close(head, parts))
        totals = {
            "expense": self.env._("Total of expenses"),
            "resource": self.env._("Total of resources"),
        }
        table.total(totals[side], heads)
        return table

    def _categories(self, side, is_inkind):
        """(section, categories) of the form, in its order, those in use included."""
        Category = self.env["citeslab.budget.category"]
        shown = Category.search(
            [
                ("side", "=", side),
                ("is_inkind", "=", is_inkind),
                ("company_id", "in", (False, self.company_id.id)),
            ]
        )
        used = self._leaves().category_id.filtered(
            lambda one: one.side == side and one.is_inkind == is_inkind
        )
        grouped = {}
        for category in (shown | used).sorted():
            grouped.setdefault(category.section, Category)
            grouped[category.section] |= category
        return grouped.items()

    def _annexe2_row(self, table, category):
        leaves = self._leaves().filtered(lambda line: line.category_id == category)
        details = leaves.filtered(
            lambda line: line.planned
            and (line.name or line.funder_id or line.parent_id)
        )
        number = category.number or ""
        if len(details) == 1 and details._detail_label() == category.name:
            details = details.browse()
        if not details:
            cents = sum(to_cents(line.planned) for line in leaves)
            return table.add(category.name, [cents], number=number)
        place = table.open(category.name, "line", number=number)
        parts = [
            table.add(line._detail_label(), [to_cents(line.planned)], "sub")
            for line in leaves
            if line.planned
        ]
        return table.close(place, parts)

    # Plan de financement

    def _sheet_financing(self):
        """*Plan de financement*, one table a year of the framework agreement."""
        years = self.frame_id.budget_ids.filtered(lambda one: one.state != "amended")
        years = (years | self).filtered(
            lambda one: one == self or one.date_from != self.date_from
        )
        return Sheet(
            "financing",
            self.env._("Financing plan"),
            [year._financing_table() for year in years.sorted("date_from")],
            has_share=True,
            sentences=years.sorted("date_from")._printed_sentences()
            + self._paper_sentences(),
        )

    def _financing_table(self):
        table = Table(self._year_label(), [self.env._("Amount (€)")])
        parts = []
        for row in self._financing():
            line = row["line"]
            if line.child_ids:
                place = table.open(row["label"], "line", share=row["percent"])
                subs = [
                    table.add(child._label(), [to_cents(child.planned)], "sub")
                    for child in line.child_ids
                ]
                parts.append(table.close(place, subs))
            else:
                parts.append(
                    table.add(row["label"], [row["cents"]], share=row["percent"])
                )
        place = table.total(self.env._("Total of resources"), parts)
        table.rows[place].share = sum(table.rows[part].share for part in parts)
        return table

    def _printed_sentences(self):
        """Where percentages of an earlier paper are shown, the computed ones too."""
        return [
            self.env._(
                "%(year)s: percentages as printed at the time; computed: %(shares)s "
                "%%.",
                year=budget._year_label(),
                shares=" / ".join(str(row["computed"]) for row in budget._financing()),
            )
            for budget in self.filtered("is_as_printed")
        ]

    # Cerfa

    def _sheet_cerfa(self):
        """Budget table of Cerfa 12156: accounts 60 to 69 and 70 to 79, 86 and 87."""
        column = [(self.env._("Amount (€)"), "planned")]
        return Sheet(
            "cerfa",
            self.env._("Cerfa 12156 budget"),
            [self._cerfa_table(side, column) for side in SIDES],
            sentences=self._paper_sentences(),
        )

    def _sheet_final(self):
        """*Compte rendu financier* (Cerfa 15059): forecast, actual, gap."""
        columns = [
            (self.env._("Forecast (€)"), "planned"),
            (self.env._("Actual (€)"), "actual"),
        ]
        return Sheet(
            "final",
            self.env._("Final account"),
            [self._cerfa_table(side, columns) for side in SIDES],
            has_rate=True,
            sentences=self._grant_sentences() + self._paper_sentences("actual"),
        )

    def _cerfa_table(self, side, columns):
        titles = {"expense": self.env._("Charges"), "resource": self.env._("Products")}
        table = Table(titles[side], [label for label, _field in columns])
        names = [name for _label, name in columns]
        accounts = self.env["citeslab.budget.account"].search(
            [
                ("side", "=", side),
                ("parent_id", "=", False),
                ("company_id", "in", (False, self.company_id.id)),
            ]
        )
        cash = [
            self._cerfa_account(table, account, names)
            for account in accounts
            if not account.is_inkind
        ]
        totals = {
            "expense": self.env._("Total of charges"),
            "resource": self.env._("Total of products"),
        }
        total = table.total(totals[side], cash)
        kind = [
            self._cerfa_account(table, account, names)
            for account in accounts
            if account.is_inkind
        ]
        table.total(self.env._("Total"), [total, *kind])
        return table

    def _cerfa_account(self, table, account, names):
        place = table.open(account.name, "head", number=account.code)
        parts = [
            self._cerfa_row(table, child, names) for child in account.child_ids.sorted()
        ]
        own = self._leaves().filtered(lambda line: line.account_id == account)
        if own or not parts:
            cells = [sum(to_cents(line[name]) for line in own) for name in names]
            if not parts:
                table.rows[place].cells = cells
                table.rows[place].note = self._notes(own)
                return place
            label = self.env._("Not detailed")
            parts.append(table.add(label, cells, "sub", note=self._notes(own)))
        return table.close(place, parts)

    def _cerfa_row(self, table, account, names):
        lines = self._leaves().filtered(lambda line: line.account_id == account)
        cells = [sum(to_cents(line[name]) for line in lines) for name in names]
        return table.add(account.name, cells, "sub", note=self._notes(lines))

    @api.model
    def _notes(self, lines):
        return " ; ".join(filter(None, lines.mapped("explanation")))

    # Sentences

    def _paper_sentences(self, column=None):
        """Findings with their derogations, and funders without a logo."""
        found = []
        for one in self._findings(column):
            found.append(one["sentence"])
            if one["derogation"]:
                found.append(self._derogation_sentence(one["derogation"]))
        warning = self._funders()._logo_warning()
        return found + ([warning] if warning else [])

    def _funders(self):
        """Funders of this budget, whose support is shown (CDC §6.7)."""
        return self._cash_leaves().filtered("planned").funder_id.sorted()

    def _grant_sentences(self):
        """Share of each public grant in the products, as Cerfa 15059 words it."""
        total = self._totals()["resource", "actual"]
        column = "actual" if total else "planned"
        total = total or self._totals()["resource", "planned"]
        lines = self._cash_leaves().filtered(
            lambda line: line.section == "public" and to_cents(line[column])
        )
        return [
            self.env._(
                "The grant of %(amount)s from %(funder)s represents %(share)s %% of "
                "the total of products.",
                amount=self.currency_id.format(line[column]),
                funder=line._label(),
                share=str(rate(to_cents(line[column]), total, 2)).replace(
                    ".", self._decimal_mark()
                ),
            )
            for line in lines
        ]

    def _decimal_mark(self):
        return get_lang(self.env).decimal_point

    # Documents

    def _sheets(self):
        """Every sheet of the budget, in the order of the workbook."""
        self.ensure_one()
        return [
            self._sheet_annexe2(),
            self._sheet_financing(),
            self._sheet_cerfa(),
            self._sheet_final(),
        ]

    def _xlsx(self):
        """Workbook of the four documents, whose totals are formulas."""
        self.ensure_one()
        words = {
            "share": self.env._("Share"),
            "rate": self.env._("Actual / forecast"),
            "gap": self.env._("Gap (€)"),
            "explanation": self.env._("Explanation"),
            "remarks": self.env._("Remarks"),
        }
        return xlsx.workbook(self._sheets(), self._facts(), words)

    def _facts(self):
        """(label, text) printed above each document."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return [
            (self.env._("Structure:"), self.company_id.name),
            (self.env._("Territory:"), self.territory_id.name or "–"),
            (
                self.env._("Period:"),
                self.env._(
                    "from %(start)s to %(end)s",
                    start=self._day(self.date_from),
                    end=self._day(self.date_to),
                ),
            ),
            (
                self.env._("Version:"),
                f"{self.version} – {labels[self.state].lower()}",
            ),
        ]

    def _day(self, day):
        return format_date(self.env, day)

    def _balance_sentence(self):
        """Whether both sides are equal, in words (M1)."""
        if self.is_balanced:
            return self.env._("Balanced: expenses equal resources.")
        return self.env._(
            "Not balanced: %(gap)s between expenses and resources.",
            gap=self.currency_id.format(abs(self.total_expense - self.total_resource)),
        )

    def _logos(self):
        """(name, ``data:`` address) of the funders that have a logo."""
        found = {}
        for funder in self._funders().filtered("logo"):
            kind = guess_mimetype(base64.b64decode(funder.logo))
            # Two lines of the same funder show one logo.
            address = f"data:{kind};base64,{funder.logo.decode()}"
            found.setdefault(address, funder.name)
        return [(name, address) for address, name in found.items()]

    def action_xlsx(self):
        """Download the workbook."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/citeslab_budget/{self.id}/budget.xlsx",
            "target": "self",
        }

    @api.model
    def _format_cell(self, euros):
        """Whole euros as the reader writes them: 1 234."""
        lang = get_lang(self.env)
        mark = lang.thousands_sep or "\N{NO-BREAK SPACE}"
        return f"{euros:,}".replace(",", mark).replace(" ", "\N{NO-BREAK SPACE}")

    @api.model
    def _rate_text(self, cells):
        """Actual over forecast in percent, one decimal; nothing without forecast."""
        percent = rate(cells[1], cells[0], 1)
        if percent is None:
            return ""
        return f"{percent} %".replace(".", self._decimal_mark())
