from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.citeslab_base.models.selections import (
    AGE_BANDS,
    GENDER,
    ORIENTATION_FAMILY,
    OUTCOME,
    OUTCOME_RANK,
    RESIDENCE,
    TARGET_PUBLIC,
)

# Rows of two periods never share an id: the ORM keeps what it read by id.
ID_MASK = 2**52 - 1


class CiteslabFactPerson(models.Model):
    """What one structure did with one person over one period, in one row.

    The period comes from the context (``citeslab_from``, ``citeslab_to``: ISO
    dates or dates, both included; default: this year). A row exists for whoever
    had a contact, or created a business, in the period. ARCHITECTURE §4 gives
    the rules; ``definition`` of the indicators prints them.
    """

    _name = "citeslab.fact.person"
    _description = "Person of a Period"
    _auto = False
    _rec_name = "partner_id"
    _order = "partner_id, id"

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    territory_id = fields.Many2one("citeslab.territory", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Porteur", readonly=True)
    parcours_id = fields.Many2one("crm.lead", string="Parcours", readonly=True)
    first_date = fields.Date(
        string="First of the Period",
        readonly=True,
        help="First interview of the period, else first contact.",
    )
    is_met = fields.Boolean(string="Met", readonly=True)
    is_accompanied = fields.Boolean(string="Accompanied", readonly=True)
    is_new = fields.Boolean(string="New", readonly=True)
    is_continuing = fields.Boolean(string="Continuing", readonly=True)
    is_oriented = fields.Boolean(
        string="Oriented", readonly=True, help="Accompanied and oriented in the period."
    )
    gender = fields.Selection(GENDER, readonly=True)
    age = fields.Integer(readonly=True, aggregator="avg")
    age_band = fields.Selection(AGE_BANDS, readonly=True)
    residence = fields.Selection(RESIDENCE, readonly=True)
    is_qpv = fields.Boolean(string="Lives in a QPV", readonly=True)
    is_qpv_or_near = fields.Boolean(string="In or Beside a QPV", readonly=True)
    neighborhood_id = fields.Many2one(
        "citeslab.neighborhood", string="Quartier", readonly=True
    )
    commune = fields.Char(string="City", readonly=True)
    target_public = fields.Selection(TARGET_PUBLIC, readonly=True)
    entry_public = fields.Selection(
        TARGET_PUBLIC, string="Public at Entry", readonly=True
    )
    current_public = fields.Selection(
        TARGET_PUBLIC, string="Public at the End", readonly=True
    )
    progress = fields.Selection(selection="_selection_progress", readonly=True)
    employment_id = fields.Many2one(
        "citeslab.employment", string="Situation", readonly=True
    )
    entry_employment_id = fields.Many2one(
        "citeslab.employment", string="Situation at Entry", readonly=True
    )
    is_jobseeker = fields.Boolean(string="Registered Jobseeker", readonly=True)
    education_id = fields.Many2one("citeslab.education", readonly=True)
    project_nature_id = fields.Many2one("citeslab.project.nature", readonly=True)
    discovery_source_id = fields.Many2one(
        "citeslab.discovery.source", string="Known Through", readonly=True
    )
    prescriber_id = fields.Many2one("res.partner", readonly=True)
    first_orientation = fields.Selection(ORIENTATION_FAMILY, readonly=True)
    outcome = fields.Selection(OUTCOME, readonly=True)
    creation_count = fields.Integer(string="Creations", readonly=True)

    _depends = {
        "citeslab.touch": ["company_id", "partner_id", "parcours_id", "date"],
        "citeslab.interview": ["state", "kind", "date", "start", "duration"],
        "citeslab.situation": [
            "parcours_id",
            "date",
            "gender",
            "age",
            "residence",
            "neighborhood_id",
            "target_public",
            "employment_id",
            "is_jobseeker",
            "education_id",
        ],
        "citeslab.orientation": ["parcours_id", "date", "family", "is_first"],
        "citeslab.outcome": ["parcours_id", "date", "value"],
        "citeslab.neighborhood": ["commune"],
        "crm.lead": [
            "company_id",
            "partner_id",
            "territory_id",
            "project_nature_id",
            "discovery_source_id",
            "prescriber_id",
        ],
    }

    @api.model
    def _selection_progress(self):
        """Every passage from a public at entry to a public at the end."""
        publics = self._fields["target_public"]._description_selection(self.env)
        return [
            (f"{entry}_{now}", f"{entry_label} → {now_label}")
            for entry, entry_label in publics
            for now, now_label in publics
        ]

    # Period and structures

    @api.model
    def _period(self):
        """Period asked for by the context, this year by default.

        :return: first and last day, both included
        :raises UserError: when a bound is not a date or the period is reversed
        """
        today = fields.Date.context_today(self)
        try:
            first = fields.Date.to_date(self.env.context.get("citeslab_from"))
            last = fields.Date.to_date(self.env.context.get("citeslab_to"))
        except (ValueError, TypeError) as error:
            raise UserError(
                self.env._("A bound of the period is not a date: write 2023-12-31.")
            ) from error
        first = first or today.replace(month=1, day=1)
        last = last or first.replace(month=12, day=31)
        if last < first:
            raise UserError(
                self.env._(
                    "The period ends (%(last)s) before it starts (%(first)s).",
                    first=first,
                    last=last,
                )
            )
        return first, last

    @api.model
    def _structure_ids(self):
        """Structures to read: only narrows what the record rules allow."""
        ids = self.env.context.get("citeslab_company_ids") or self.env.companies.ids
        return tuple(int(company_id) for company_id in ids) or (0,)

    # Records behind a figure

    @api.model
    def _bilan_action(self, indicator, domain):
        """Window on the rows of a domain: people, or the parcours they created.

        :rtype: dict
        """
        if indicator.measure_field == "creation_count":
            return self._created_action(domain)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "view_mode": "list,pivot,graph",
            "domain": list(domain),
            "context": {
                key: self.env.context[key]
                for key in ("citeslab_from", "citeslab_to", "citeslab_company_ids")
                if key in self.env.context
            },
        }

    @api.model
    def _created_action(self, domain):
        """Window on the parcours whose creation is dated in the period."""
        first, last = self._period()
        people = self.search(domain)
        outcomes = self.env["citeslab.outcome"].search(
            [
                ("value", "=", "created"),
                ("company_id", "in", self._structure_ids()),
                ("partner_id", "in", people.partner_id.ids),
                ("date", ">=", first),
                ("date", "<=", last),
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "views": [(False, "list"), (False, "form")],
            "view_mode": "list,form",
            "domain": [("id", "in", outcomes.parcours_id.ids)],
            "context": {"active_test": False},
        }

    def action_open_parcours(self):
        """Open the parcours that the row comes from, else the person."""
        self.ensure_one()
        record = self.parcours_id or self.partner_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
            "view_mode": "form",
        }

    # Query: an addon adds a column through super() on the two hooks

    @property
    def _table_query(self):
        columns = SQL(", ").join(
            SQL("%s AS %s", expression, SQL.identifier(name))
            for name, expression in self._fact_columns().items()
        )
        queries = SQL(", ").join(
            SQL("%s AS (%s)", SQL.identifier(name), query)
            for name, query in self._fact_queries().items()
        )
        # Materialised: a condition on the outside, as that of a record rule, would
        # make PostgreSQL expect one row and plan for it.
        return SQL(
            "WITH %s, fact AS MATERIALIZED (SELECT %s FROM %s) SELECT * FROM fact",
            queries,
            columns,
            SQL(" ").join(self._fact_joins()),
        )

    def _fact_columns(self):
        """Columns of the fact: hook, keyed by field name.

        :rtype: dict[str, SQL]
        """
        first, last = self._period()
        return {
            "id": SQL(
                "hashint8extended(person.partner_id,"
                " hashint8extended(person.company_id, %(period)s)) & %(mask)s",
                period=first.toordinal() << 20 | (last - first).days,
                mask=ID_MASK,
            ),
            "company_id": SQL("person.company_id"),
            "partner_id": SQL("person.partner_id"),
            "parcours_id": SQL("person.parcours_id"),
            "first_date": SQL("person.date"),
            "is_met": SQL("person.rank < 3"),
            "is_accompanied": SQL("person.rank = 1"),
            "is_new": SQL("person.rank = 1 AND history.first_interview >= %s", first),
            "is_continuing": SQL(
                "person.rank = 1 AND history.first_interview < %s", first
            ),
            "is_oriented": SQL(
                "person.rank = 1 AND COALESCE(referral.in_period, FALSE)"
            ),
            "territory_id": SQL("lead.territory_id"),
            "project_nature_id": SQL("lead.project_nature_id"),
            "discovery_source_id": SQL("origin.discovery_source_id"),
            "prescriber_id": SQL("origin.prescriber_id"),
            "first_orientation": SQL("first_referral.family"),
            "outcome": SQL("(%s::text[])[ended.rank]", list(OUTCOME_RANK)),
            "creation_count": SQL("COALESCE(ended.creations, 0)::int"),
            **self._photograph_columns(),
        }

    def _photograph_columns(self):
        """Columns read on the photographs: of the period, of entry and latest."""
        return {
            "gender": SQL("photo.gender"),
            "age": SQL("NULLIF(photo.age, 0)"),
            "age_band": SQL(
                """CASE WHEN COALESCE(photo.age, 0) = 0 THEN NULL
                        WHEN photo.age < 18 THEN 'under_18'
                        WHEN photo.age <= 25 THEN '18_25'
                        WHEN photo.age <= 35 THEN '26_35'
                        WHEN photo.age <= 45 THEN '36_45'
                        WHEN photo.age <= 55 THEN '46_55'
                        ELSE '56_plus' END"""
            ),
            "residence": SQL("COALESCE(photo.residence, 'unknown')"),
            "is_qpv": SQL("COALESCE(photo.residence = 'qpv', FALSE)"),
            "is_qpv_or_near": SQL(
                "COALESCE(photo.residence IN ('qpv', 'near'), FALSE)"
            ),
            "neighborhood_id": SQL("photo.neighborhood_id"),
            "commune": SQL("area.commune"),
            "target_public": SQL("photo.target_public"),
            "employment_id": SQL("photo.employment_id"),
            "is_jobseeker": SQL("COALESCE(photo.is_jobseeker, FALSE)"),
            "education_id": SQL("photo.education_id"),
            "entry_public": SQL("entry.target_public"),
            "entry_employment_id": SQL("entry.employment_id"),
            "current_public": SQL("latest.target_public"),
            "progress": SQL("entry.target_public || '_' || latest.target_public"),
        }

    def _fact_joins(self):
        """The person of each row, and what is read beside: hook.

        What is aggregated is read person by person, by index: whatever PostgreSQL
        guesses of the number of people, the cost stays in proportion to it. With
        ``citeslab_all_at_once`` in the context it is read for all of them together,
        several times faster where they are a large part of the tables.

        :rtype: list[SQL]
        """
        return [
            SQL("person"),
            self._join_beside("history", self._query_history()),
            self._join_beside("shot", self._query_shot()),
            self._join_beside("referral", self._query_referral()),
            self._join_beside("ended", self._query_ended()),
            SQL("LEFT JOIN crm_lead lead ON lead.id = person.parcours_id"),
            SQL("LEFT JOIN crm_lead origin ON origin.id = history.parcours_id"),
            SQL("LEFT JOIN citeslab_situation photo ON photo.id = shot.photo_id"),
            SQL("LEFT JOIN citeslab_situation entry ON entry.id = shot.entry_id"),
            SQL("LEFT JOIN citeslab_situation latest ON latest.id = shot.latest_id"),
            SQL(
                "LEFT JOIN citeslab_neighborhood area"
                " ON area.id = photo.neighborhood_id"
            ),
            SQL(
                "LEFT JOIN citeslab_orientation first_referral"
                " ON first_referral.id = referral.first_id"
            ),
        ]

    def _join_beside(self, name, query):
        """Join what :meth:`_gathered` aggregates of each person."""
        if self.env.context.get("citeslab_all_at_once"):
            return SQL(
                "LEFT JOIN (%s) %s USING (company_id, partner_id)",
                query,
                SQL.identifier(name),
            )
        return SQL("CROSS JOIN LATERAL (%s) %s", query, SQL.identifier(name))

    def _gathered(self, columns, rows, condition=None):
        """Aggregate some rows of each person.

        :param SQL columns: aggregates
        :param SQL rows: table, with alias ``one``
        :param SQL condition: which of them are those of ``person``; without it, all
            those of the person in the structure
        """
        if not self.env.context.get("citeslab_all_at_once"):
            theirs = condition or SQL(
                "one.partner_id = person.partner_id"
                " AND one.company_id = person.company_id"
            )
            return SQL("SELECT %s FROM %s WHERE %s", columns, rows, theirs)
        # whoever has no row in the period is dropped by the join beside: to leave
        # him out here would cost one more join of everybody
        source = SQL("person JOIN %s ON %s", rows, condition) if condition else rows
        return SQL(
            """SELECT %(owner)s.company_id, %(owner)s.partner_id, %(columns)s
                 FROM %(source)s WHERE one.company_id IN %(structures)s
                GROUP BY %(owner)s.company_id, %(owner)s.partner_id""",
            owner=SQL("person" if condition else "one"),
            columns=columns,
            source=source,
            structures=self._structure_ids(),
        )

    def _fact_queries(self):
        """Common table expressions, in order; each filters on the structures.

        :rtype: dict[str, SQL]
        """
        return {
            "touch": self._query_touch(),
            "created": self._query_created(),
            "person": self._query_person(),
        }

    def _query_touch(self):
        """Contacts of the period; rank 1 for an interview that counts as such."""
        first, last = self._period()
        return SQL(
            """SELECT company_id, partner_id, parcours_id, date, start, id,
                      CASE WHEN %(qualified)s THEN 1 ELSE 2 END AS rank
                 FROM %(touch)s contact
                WHERE company_id IN %(structures)s
                  AND date BETWEEN %(first)s AND %(last)s""",
            qualified=self._qualified(),
            touch=self.env["citeslab.touch"]._table_sql,
            structures=self._structure_ids(),
            first=first,
            last=last,
        )

    def _qualified(self):
        """Whether a contact is an interview long enough to accompany somebody."""
        minutes = self.env["citeslab.bilan"]._minimum_minutes()
        if not minutes:
            return SQL("kind = 'interview'")
        return SQL(
            "kind = 'interview' AND ROUND(COALESCE(duration, 0)::numeric * 60) >= %s",
            minutes,
        )

    def _query_created(self):
        first, last = self._period()
        return SQL(
            """SELECT company_id, partner_id, parcours_id, date, id
                 FROM citeslab_outcome
                WHERE company_id IN %(structures)s
                  AND date BETWEEN %(first)s AND %(last)s AND value = 'created'""",
            structures=self._structure_ids(),
            first=first,
            last=last,
        )

    def _query_person(self):
        """One row per person: the first interview, else contact, else creation."""
        return SQL(
            """SELECT DISTINCT ON (company_id, partner_id)
                      company_id, partner_id, parcours_id, date, rank
                 FROM (SELECT * FROM touch
                       UNION ALL
                       SELECT company_id, partner_id, parcours_id, date, NULL, id, 3
                         FROM created) anchor
                ORDER BY company_id, partner_id, rank, date, start NULLS LAST, id"""
        )

    # "First" and "latest" rows of a person are found as the least or greatest number
    # made of the day and the id: one pass, no sort.

    @staticmethod
    def _dated(identifier):
        """Number that is in the order of (day, id), and whose low half is the id."""
        return SQL(
            "((one.date - DATE '2000-01-01')::bigint << 32 | %s)",
            SQL.identifier("one", identifier),
        )

    @staticmethod
    def _low_half(number):
        return SQL("(%s & 4294967295)::int", number)

    def _query_history(self):
        """First interview and first parcours ever in the structure."""
        return self._gathered(
            SQL(
                "MIN(one.date) FILTER (WHERE %s) AS first_interview, %s AS parcours_id",
                self._qualified(),
                self._low_half(SQL("MIN(%s)", self._dated("parcours_id"))),
            ),
            SQL("%s one", self.env["citeslab.touch"]._table_sql),
        )

    def _query_shot(self):
        """Photographs of the parcours: of the first date, of entry, latest.

        That of entry is the first one that tells the public or the situation: a
        person met on a market tells little more than a quartier.
        """
        _first, last = self._period()
        dated = self._dated("id")
        return self._gathered(
            SQL(
                "%s AS photo_id, %s AS entry_id, %s AS latest_id",
                self._low_half(
                    SQL("MAX(%s) FILTER (WHERE one.date <= person.date)", dated)
                ),
                self._low_half(
                    SQL(
                        """COALESCE(MIN(%(dated)s)
                                      FILTER (WHERE one.target_public IS NOT NULL
                                                 OR one.employment_id IS NOT NULL),
                                    MIN(%(dated)s))""",
                        dated=dated,
                    )
                ),
                self._low_half(
                    SQL("MAX(%s) FILTER (WHERE one.date <= %s)", dated, last)
                ),
            ),
            SQL("citeslab_situation one"),
            SQL("one.parcours_id = person.parcours_id"),
        )

    def _query_referral(self):
        """First orientation ever of the person, and whether one is of the period."""
        first, last = self._period()
        return self._gathered(
            SQL(
                "%s AS first_id, BOOL_OR(one.date BETWEEN %s AND %s) AS in_period",
                self._low_half(
                    SQL("MIN(%s) FILTER (WHERE one.is_first)", self._dated("id"))
                ),
                first,
                last,
            ),
            SQL("citeslab_orientation one"),
        )

    def _query_ended(self):
        """Best of the last outcomes of each parcours in the period, and creations."""
        first, last = self._period()
        told = SQL(
            """(SELECT company_id, partner_id, parcours_id, value,
                       ROW_NUMBER() OVER (
                           PARTITION BY company_id, partner_id, parcours_id
                           ORDER BY date DESC, id DESC) = 1 AS is_last
                  FROM citeslab_outcome
                 WHERE company_id IN %(structures)s
                   AND date BETWEEN %(first)s AND %(last)s) one""",
            structures=self._structure_ids(),
            first=first,
            last=last,
        )
        return self._gathered(
            SQL(
                """MIN(ARRAY_POSITION(%s::text[], one.value::text))
                     FILTER (WHERE one.is_last) AS rank,
                   COUNT(DISTINCT one.parcours_id)
                     FILTER (WHERE one.value = 'created') AS creations""",
                list(OUTCOME_RANK),
            ),
            told,
        )
