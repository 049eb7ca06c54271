from datetime import date

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
# Parts of the numbers that find "first" and "latest" rows: ``_number``, ``_anchor``.
ID_BITS, CODE_BITS, TIME_BITS, DAY_BITS = 31, 4, 11, 19
# Days are counted from there: before whatever may be dated, for 1,400 years.
DAY_ZERO = date(1900, 1, 1)
OUTCOMES = list(OUTCOME_RANK)
FAMILIES = [code for code, _label in ORIENTATION_FAMILY]
PUBLICS = [code for code, _label in TARGET_PUBLIC]


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
        # OFFSET 0 keeps a condition of the outside, as that of a record rule, out of
        # here: PostgreSQL would expect one row and plan for it.
        return SQL(
            "WITH %s SELECT %s FROM %s OFFSET 0",
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
            "discovery_source_id": self._of_origin("discovery_source_id"),
            "prescriber_id": self._of_origin("prescriber_id"),
            "first_orientation": self._named(SQL("referral.first"), FAMILIES),
            "outcome": SQL("(%s::text[])[ended.rank]", OUTCOMES),
            "creation_count": SQL("COALESCE(ended.creations, 0)::int"),
            **self._photograph_columns(),
        }

    def _photograph_columns(self):
        """Columns read on the photographs: of the period, of entry and latest."""
        entry_public = self._of_entry("target_public")
        current_public = self._named(SQL("shot.latest"), PUBLICS)
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
            "entry_public": entry_public,
            "entry_employment_id": self._of_entry("employment_id"),
            "current_public": current_public,
            "progress": SQL("%s || '_' || %s", entry_public, current_public),
        }

    # The first parcours and the photograph of entry most often are those of the row:
    # the others alone are joined.

    @staticmethod
    def _of_origin(name):
        return SQL(
            "CASE WHEN history.parcours_id = person.parcours_id THEN %s ELSE %s END",
            SQL.identifier("lead", name),
            SQL.identifier("origin", name),
        )

    @staticmethod
    def _of_entry(name):
        return SQL(
            "CASE WHEN shot.entry_id = shot.photo_id THEN %s ELSE %s END",
            SQL.identifier("photo", name),
            SQL.identifier("entry", name),
        )

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
            self._join_history(),
            self._join_beside("shot", self._query_shot()),
            self._join_beside("referral", self._query_referral()),
            self._join_beside("ended", self._query_ended()),
            SQL("LEFT JOIN crm_lead lead ON lead.id = person.parcours_id"),
            SQL(
                "LEFT JOIN crm_lead origin"
                " ON origin.id = NULLIF(history.parcours_id, person.parcours_id)"
            ),
            SQL("LEFT JOIN citeslab_situation photo ON photo.id = shot.photo_id"),
            SQL(
                "LEFT JOIN citeslab_situation entry"
                " ON entry.id = NULLIF(shot.entry_id, shot.photo_id)"
            ),
            SQL(
                "LEFT JOIN citeslab_neighborhood area"
                " ON area.id = photo.neighborhood_id"
            ),
        ]

    def _join_history(self):
        """First interview and first parcours ever in the structure."""
        if self.env.context.get("citeslab_all_at_once"):
            columns = "person.first_interview, person.first_parcours_id AS parcours_id"
            return SQL("CROSS JOIN LATERAL (SELECT %s) history", SQL(columns))
        return self._join_beside("history", self._query_history())

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
        """Contacts: those of the period, all of them where all is read at once."""
        first, last = self._period()
        is_own = SQL("date BETWEEN %s AND %s", first, last)
        rank = SQL("CASE WHEN %s THEN 1 ELSE 2 END", self._qualified())
        anchor = self._anchor(rank, SQL("one.start"))
        if self.env.context.get("citeslab_all_at_once"):
            anchor = SQL("CASE WHEN %s THEN %s END", is_own, anchor)
            is_own = SQL("TRUE")
        return SQL(
            """SELECT company_id, partner_id, %(anchor)s AS anchor,
                      CASE WHEN %(qualified)s THEN date END AS interview_date,
                      %(dated)s AS dated_parcours
                 FROM %(touch)s one
                WHERE company_id IN %(structures)s AND %(is_own)s""",
            anchor=anchor,
            qualified=self._qualified(),
            dated=self._number("parcours_id"),
            touch=self.env["citeslab.touch"]._table_sql,
            structures=self._structure_ids(),
            is_own=is_own,
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
            """SELECT company_id, partner_id, %(anchor)s AS anchor,
                      NULL::date AS interview_date, NULL::bigint AS dated_parcours
                 FROM citeslab_outcome one
                WHERE company_id IN %(structures)s
                  AND date BETWEEN %(first)s AND %(last)s AND value = 'created'""",
            anchor=self._anchor(SQL("3"), SQL("NULL::timestamp")),
            structures=self._structure_ids(),
            first=first,
            last=last,
        )

    def _query_person(self):
        """One row per person: the first interview, else contact, else creation.

        Of two on the same day, the earliest, or that of the parcours opened first.
        """
        anchor = SQL("MIN(anchor)")
        return SQL(
            """SELECT company_id, partner_id, %(day_zero)s + %(day)s AS date,
                      %(rank)s AS rank, NULLIF(%(parcours)s, 0) AS parcours_id,
                      MIN(interview_date) AS first_interview,
                      %(first_parcours)s AS first_parcours_id
                 FROM (SELECT * FROM touch UNION ALL SELECT * FROM created) dated
                GROUP BY company_id, partner_id HAVING %(anchor)s IS NOT NULL""",
            anchor=anchor,
            rank=self._bits(anchor, 2, after=DAY_BITS + TIME_BITS + ID_BITS),
            day_zero=DAY_ZERO,
            day=self._bits(anchor, DAY_BITS, after=TIME_BITS + ID_BITS),
            parcours=self._bits(anchor, ID_BITS),
            first_parcours=self._bits(SQL("MIN(dated_parcours)"), ID_BITS),
        )

    # "First" and "latest" rows of a person are found as the least or greatest number
    # made of the day, the id and what is asked of the row: one pass, no sort, and no
    # join back.

    @staticmethod
    def _number(identifier, code=None):
        """Number in the order of (day, id), that also holds the code of the row.

        :param str identifier: name of a column of ids
        :param SQL code: at most 15
        """
        number = SQL(
            "(%s::bigint << %s) | %s",
            SQL("(one.date - %s)", DAY_ZERO),
            ID_BITS,
            SQL.identifier("one", identifier),
        )
        return SQL("((%s) << %s) | %s", number, CODE_BITS, code) if code else number

    @staticmethod
    def _anchor(rank, start):
        """Number in the order of (rank, day, time of the day, parcours).

        :param SQL rank: 1 to 3
        :param SQL start: UTC time, to two minutes, or none; the day is a local one,
            which begins up to fourteen hours before that of UTC
        """
        minutes = SQL("(date_part('epoch', %s - one.date)::int + 50400) / 120", start)
        number = SQL("%s::bigint", rank)
        for bits, part in (
            (DAY_BITS, SQL("one.date - %s", DAY_ZERO)),
            (TIME_BITS, minutes),  # of none, the last one: LEAST knows no NULL
        ):
            held = SQL("GREATEST(LEAST(%s, %s), 0)", part, 2**bits - 1)
            number = SQL("(%s << %s) | %s", number, bits, held)
        return SQL("(%s << %s) | COALESCE(one.parcours_id, 0)", number, ID_BITS)

    @staticmethod
    def _code(name, names):
        """Rank of a code among its like; 0 for none."""
        column = SQL.identifier("one", name)
        return SQL("COALESCE(ARRAY_POSITION(%s::text[], %s::text), 0)", names, column)

    def _named(self, number, names):
        """The code that a number holds."""
        return SQL("(%s::text[])[%s]", names, self._bits(number, CODE_BITS))

    @staticmethod
    def _bits(number, bits, after=0):
        return SQL("(%s >> %s & %s)::int", number, after, 2**bits - 1)

    def _query_history(self):
        """First interview and first parcours ever in the structure."""
        return self._gathered(
            SQL(
                "MIN(one.date) FILTER (WHERE %s) AS first_interview, %s AS parcours_id",
                self._qualified(),
                self._bits(SQL("MIN(%s)", self._number("parcours_id")), ID_BITS),
            ),
            SQL("%s one", self.env["citeslab.touch"]._table_sql),
        )

    def _query_shot(self):
        """Photographs of the parcours: of the first date, of entry, latest.

        That of entry is the first one that tells the public or the situation: a
        person met on a market tells little more than a quartier.
        """
        dated = self._number("id")
        return self._gathered(
            SQL(
                "%s AS photo_id, %s AS entry_id, %s AS latest",
                self._bits(
                    SQL("MAX(%s) FILTER (WHERE one.date <= person.date)", dated),
                    ID_BITS,
                ),
                self._bits(
                    SQL(
                        """COALESCE(MIN(%(dated)s)
                                      FILTER (WHERE one.target_public IS NOT NULL
                                                 OR one.employment_id IS NOT NULL),
                                    MIN(%(dated)s))""",
                        dated=dated,
                    ),
                    ID_BITS,
                ),
                SQL(
                    "MAX(%s) FILTER (WHERE one.date <= %s)",
                    self._number("id", self._code("target_public", PUBLICS)),
                    self._period()[1],
                ),
            ),
            SQL("citeslab_situation one"),
            SQL("one.parcours_id = person.parcours_id"),
        )

    def _query_referral(self):
        """First orientation ever of the person, and whether one is of the period."""
        first, last = self._period()
        family = self._code("family", FAMILIES)
        return self._gathered(
            SQL(
                "MIN(%s) FILTER (WHERE one.is_first) AS first,"
                " BOOL_OR(one.date BETWEEN %s AND %s) AS in_period",
                self._number("id", family),
                first,
                last,
            ),
            SQL("citeslab_orientation one"),
        )

    def _query_ended(self):
        """Best of the last outcomes of each parcours in the period, and creations."""
        first, last = self._period()
        told = SQL(
            """(SELECT company_id, partner_id, MAX(%(number)s) AS latest,
                       MAX((value = 'created')::int) AS is_created
                  FROM citeslab_outcome one
                 WHERE company_id IN %(structures)s
                   AND date BETWEEN %(first)s AND %(last)s
                 GROUP BY company_id, partner_id, parcours_id) one""",
            number=self._number("id", self._code("value", OUTCOMES)),
            structures=self._structure_ids(),
            first=first,
            last=last,
        )
        rank = self._bits(SQL("one.latest"), CODE_BITS)
        return self._gathered(
            SQL("MIN(%s) AS rank, SUM(one.is_created) AS creations", rank), told
        )
