from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_date


class CiteslabFactMoney(models.Model):
    """Euros of a structure: one row per line of a budget that holds money.

    Of each territory and year the version in force is read, the latest agreed one
    first. Contributions in kind are apart, and a line with sub-lines is read
    through them: no euro is there twice. The amount is the actual one as soon as
    the budget has any on that side, else the forecast.
    """

    _name = "citeslab.fact.money"
    _description = "Euros of a Budget"
    _auto = False
    _rec_name = "line_id"
    _order = "date_from, is_funding, sequence, id"
    _depends = {
        "citeslab.budget": [
            "company_id",
            "territory_id",
            "date_from",
            "date_to",
            "state",
            "version",
        ],
        "citeslab.budget.line": [
            "budget_id",
            "parent_id",
            "sequence",
            "category_id",
            "funder_id",
            "planned",
            "actual",
        ],
        "citeslab.budget.category": ["side", "is_inkind"],
        "res.company": ["currency_id"],
    }

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    territory_id = fields.Many2one("citeslab.territory", readonly=True)
    budget_id = fields.Many2one("citeslab.budget", readonly=True)
    line_id = fields.Many2one(
        "citeslab.budget.line", string="Line of the Budget", readonly=True
    )
    payer_id = fields.Many2one(
        "citeslab.budget.line",
        string="Who Pays",
        readonly=True,
        help="The line itself, or the pot that it is a part of.",
    )
    category_id = fields.Many2one(
        "citeslab.budget.category", string="Line of Annexe 2", readonly=True
    )
    funder_id = fields.Many2one("citeslab.funder", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    sequence = fields.Integer(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    is_cost = fields.Boolean(string="Cost", readonly=True)
    is_funding = fields.Boolean(string="Funding", readonly=True)
    is_actual = fields.Boolean(
        string="Actual", readonly=True, help="Else the amount is a forecast."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT leaf.id, leaf.id AS line_id, leaf.payer_id, leaf.budget_id,
                   leaf.company_id, leaf.territory_id, leaf.category_id,
                   leaf.funder_id, leaf.date_from, leaf.date_to, leaf.sequence,
                   leaf.is_cost, NOT leaf.is_cost AS is_funding,
                   company.currency_id, leaf.is_actual,
                   CASE WHEN leaf.is_actual THEN leaf.actual
                        ELSE leaf.planned END AS amount
              FROM (%(leaves)s) leaf
              JOIN res_company company ON company.id = leaf.company_id
            """,
            leaves=self._leaves_query(),
        )

    def _leaves_query(self):
        """Lines without sub-lines, with the column that is read on each."""
        return SQL(
            """
            SELECT line.id, line.budget_id, line.category_id, line.funder_id,
                   COALESCE(line.actual, 0) AS actual,
                   COALESCE(line.planned, 0) AS planned,
                   COALESCE(line.parent_id, line.id) AS payer_id,
                   COALESCE(pot.sequence, line.sequence) AS sequence,
                   category.side = 'expense' AS is_cost,
                   budget.company_id, budget.territory_id, budget.date_from,
                   budget.date_to,
                   BOOL_OR(COALESCE(line.actual, 0) != 0) OVER (
                       PARTITION BY budget.company_id, budget.id, category.side
                   ) AS is_actual
              FROM (%(budgets)s) budget
              JOIN citeslab_budget_line line ON line.budget_id = budget.id
              JOIN citeslab_budget_category category
                   ON category.id = line.category_id AND NOT category.is_inkind
         LEFT JOIN citeslab_budget_line pot ON pot.id = line.parent_id
             WHERE NOT EXISTS (SELECT 1 FROM citeslab_budget_line part
                                WHERE part.parent_id = line.id)
            """,
            budgets=self._budgets_query(),
        )

    def _budgets_query(self):
        """Version in force of each budget: agreed, else submitted, else draft."""
        return SQL(
            """
            SELECT DISTINCT ON (company_id, COALESCE(territory_id, 0), date_from)
                   id, company_id, territory_id, date_from, date_to
              FROM citeslab_budget
             WHERE state != 'amended'
          ORDER BY company_id, COALESCE(territory_id, 0), date_from,
                   state = 'agreed' DESC, state = 'submitted' DESC, version DESC
            """
        )

    # Rows of the figures

    @api.model
    def _bilan_catalogue(self, field, keys):
        """Code, rank and label of who pays: a pot, a funder, the structure itself.

        :param str field: column by which a figure is split
        :param keys: groups to describe; ``None`` for all: the list is an open one
        :return: ``{group: (code, (rank, label))}``; ``None`` for other columns
        """
        if field != "payer_id":
            return None
        bilan = self.env["citeslab.bilan"]
        catalogue = {}
        for line in self.env["citeslab.budget.line"].union(*filter(None, keys or ())):
            # a pot has no funder of its own: the contrat de ville is one row
            label = line.funder_id.name or line._label()
            catalogue[line] = (bilan._slug(label), (line.sequence, label))
        return catalogue

    @api.model
    def _bilan_notes(self, domain, first, last):
        """What a reader must know of the amounts of a figure.

        :param Domain domain: rows that the figure counted
        :param date first: first day of its period
        :param date last: last day of its period
        :return: list of sentences
        """
        notes = []
        for budget, is_actual in self._read_group(domain, ["budget_id", "is_actual"]):
            if budget.date_from < first or budget.date_to > last:
                notes.append(
                    self.env._(
                        "Whole amounts of %(budget)s, from %(first)s to %(last)s.",
                        budget=budget.name,
                        first=format_date(self.env, budget.date_from),
                        last=format_date(self.env, budget.date_to),
                    )
                )
            if not is_actual:
                notes.append(
                    self.env._(
                        "Forecast of %(budget)s: no actual amount is entered yet.",
                        budget=budget.name,
                    )
                )
        return notes

    # Records behind a figure

    @api.model
    def _bilan_action(self, indicator, domain):
        """Window on the rows of a domain.

        :rtype: dict
        """
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "views": [(False, "list"), (False, "pivot")],
            "view_mode": "list,pivot",
            "domain": list(domain),
            "context": {},
        }

    def action_open_budget(self):
        """Open the budget of the row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "citeslab.budget",
            "res_id": self.budget_id.id,
            "views": [(False, "form")],
            "view_mode": "form",
        }
