import json

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.citeslab_base.tools.text import normalise

from ..figures import anonymity
from ..figures.export import Field, guard, guard_sql

# What is told of a person: key, type, column of the fact. No name, no day, no note.
PEOPLE = (
    ("structure", "text", "company_id"),
    ("territory", "text", "territory_id"),
    ("month", "month", "first_date"),
    ("is_met", "boolean", "is_met"),
    ("is_accompanied", "boolean", "is_accompanied"),
    ("is_new", "boolean", "is_new"),
    ("is_continuing", "boolean", "is_continuing"),
    ("is_oriented", "boolean", "is_oriented"),
    ("gender", "text", "gender"),
    ("age", "integer", "age"),
    ("age_band", "text", "age_band"),
    ("residence", "text", "residence"),
    ("is_qpv", "boolean", "is_qpv"),
    ("is_qpv_or_near", "boolean", "is_qpv_or_near"),
    ("area", "text", "neighborhood_id"),
    ("commune", "text", "commune"),
    ("target_public", "text", "target_public"),
    ("entry_public", "text", "entry_public"),
    ("current_public", "text", "current_public"),
    ("employment", "text", "employment_id"),
    ("entry_employment", "text", "entry_employment_id"),
    ("is_jobseeker", "boolean", "is_jobseeker"),
    ("education", "text", "education_id"),
    ("project_nature", "text", "project_nature_id"),
    ("discovery_source", "text", "discovery_source_id"),
    ("first_orientation", "text", "first_orientation"),
    ("outcome", "text", "outcome"),
    ("creations", "integer", "creation_count"),
)
PERSON_KEYS = tuple(key for key, _type, _column in PEOPLE)
# Columns that follow from a quasi-identifier are blanked with it.
BLANKED = {
    "month": "month",
    "gender": "gender",
    "age": "age",
    "age_band": "age_band",
    "residence": "residence",
    "is_qpv": "residence",
    "is_qpv_or_near": "residence",
    "area": "area",
    "commune": "commune",
}
# A text of the record pointed to is looked up by its id, as labels are.
LOOKED_UP = {"commune": "neighborhood_id"}
BATCH = 2000
WORK_MEM = "32MB"


class PeopleRows:
    """Rows of people, read from the database whenever they are written.

    It reads as ``figures.export.Rows`` does; all of them are never in memory.

    :param fields: tuple of ``figures.export.Field``
    :param codes: ``{key: {id of a record: its code}}``
    :param raw: ``{key: SQL}`` of the query of the people
    """

    def __init__(self, env, query, raw, fields, codes, k):
        self.env = env
        self.query = query
        self.raw = raw
        self.fields = fields
        self.codes = codes
        self.k = k

    @property
    def rows(self):
        return self.pick([one.key for one in self.fields])

    def pick(self, keys):
        """Rows of these keys: codes, in tuples, by small batches."""
        query = self._select(keys, [self._code(key) for key in keys])
        cr = self._cursor()
        cr.execute(SQL("DECLARE citeslab_export NO SCROLL CURSOR FOR %s", query))
        try:
            while True:
                cr.execute(SQL("FETCH %s FROM citeslab_export", BATCH))
                batch = cr.fetchall()
                yield from batch
                if len(batch) < BATCH:
                    return
        finally:
            cr.execute("CLOSE citeslab_export")

    def copy_csv(self, columns, out):
        """Write the lines of a CSV file straight from the database.

        :param columns: ``[(key, whether its label is shown)]``
        :param out: object whose ``write`` takes the bytes of one line
        """
        keys = [key for key, _labelled in columns]
        texts = [self._text(key, labelled) for key, labelled in columns]
        statement = SQL(
            "COPY (%s) TO STDOUT (FORMAT csv, DELIMITER ';')", self._select(keys, texts)
        )
        cr = self._cursor()
        cr.copy_expert(cr.mogrify(statement).decode(), out)

    def _cursor(self):
        """The cursor, set for one long query until the end of the transaction.

        To compile it would take longer than to run it, and its sorts fit in memory.
        """
        self.env.cr.execute(
            "SELECT set_config('jit', 'off', TRUE), set_config('work_mem', %s, TRUE)",
            [WORK_MEM],
        )
        return self.env.cr

    def _select(self, keys, values):
        """The people, each told as finely as ``k`` allows, in an order that tells none.

        :param keys: columns of ``told`` that are read: no other is computed
        :param values: list of SQL over ``told`` (a column a key) and ``told.step``
        """
        columns = [
            SQL("%s AS %s", value, SQL.identifier(key))
            for key, value in self.raw.items()
            if key in keys or key in anonymity.QUASI or key == "structure"
        ]
        # The order is that of (structure, id). One number that most often decides
        # alone is sorted three times as fast as two of which the first seldom does.
        identifier = SQL.identifier(self.query.table, "id")
        place = SQL(
            "(%s::bigint << 32) | (%s >> 20)", self.raw["structure"], identifier
        )
        rows = self.query.select(identifier, SQL("%s AS place", place), *columns)
        # sorted first: what is shown of a row is longer than the row
        query = SQL(
            "SELECT %s FROM (%s ORDER BY place, id) told ORDER BY told.place, told.id",
            SQL(", ").join(values),
            anonymity.graded(rows, self.k, self._texts()),
        )
        self.env.flush_query(query)
        return query

    def _texts(self):
        """Every text that a column which may give somebody away takes."""
        return {
            one.key: list(one.labels)
            for one in self.fields
            if one.key in ("gender", "residence", "age_band")
        }

    def _shown(self, key):
        """A column, blank where the step of the row does not tell it."""
        column = SQL.identifier("told", key)
        if key == "month":
            column = SQL("to_char(%s, 'YYYY-MM')", column)
        if key not in BLANKED:
            return column
        last = anonymity.last_step(BLANKED[key])
        return SQL("CASE WHEN told.step <= %s THEN %s END", last, column)

    def _code(self, key):
        value = self._shown(key)
        return _looked_up(value, self.codes[key]) if key in self.codes else value

    def _text(self, key, labelled):
        """What a cell of a table shows; each label is cleaned once, not once a row."""
        field = next(one for one in self.fields if one.key == key)
        value, codes = self._shown(key), self.codes.get(key)
        if field.type in ("integer", "number", "month"):
            return value
        if field.type == "boolean":
            return SQL("(%s)::int", value)
        known = codes or {code: code for code in field.labels}
        labels = field.labels if labelled else {}
        text = _looked_up(
            value, {raw: labels.get(code, code) for raw, code in known.items()}, guard
        )
        if codes is None:
            text = SQL("COALESCE(%s, NULLIF(%s, ''))", text, guard_sql(value))
        return text


def _looked_up(value, texts, clean=str):
    """The text of a value, ``NULL`` for one that has none.

    :param dict texts: of each id, or of each code
    """
    told = {raw: clean(text) or None for raw, text in texts.items() if text}
    ids = [raw for raw in told if isinstance(raw, int)]
    if ids and max(ids) < 1024 + 8 * len(ids):  # found by its place, twice as fast
        places = [told.get(raw) for raw in range(max(ids) + 1)]
        return SQL("(%s::jsonb ->> %s)", json.dumps(places), value)
    known = json.dumps({str(raw): text for raw, text in told.items()})
    return SQL("(%s::jsonb ->> (%s)::text)", known, value)


class CiteslabExportPeople(models.AbstractModel):
    """People of the national export, one by one: months and ages, never a name.

    Nobody is told so finely that his row is alone (``figures/anonymity.py``). The
    record rules of the reader are in the query.
    """

    _name = "citeslab.export.people"
    _description = "People of the National Export"

    @api.model
    def _rows(self, company, first, last, territory=None):
        """One row per person of the period.

        :param company: one or several ``res.company`` records
        :rtype: PeopleRows
        """
        model = self.env["citeslab.fact.person"].with_context(
            citeslab_from=fields.Date.to_string(first),
            citeslab_to=fields.Date.to_string(last),
            citeslab_company_ids=company.ids,
            citeslab_all_at_once=True,
        )
        model.check_access("read")
        domain = [("company_id", "in", company.ids)]
        if territory:
            domain.append(("territory_id", "=", territory.id))
        query = model._search(domain)
        raw = {
            key: model._field_to_sql(query.table, LOOKED_UP.get(column, column), query)
            for key, _kind, column in PEOPLE
        }
        codes, labels = self._codes(model)
        k = self.env["citeslab.parameter"]._secret_under(last)
        told = tuple(Field(key, kind, labels.get(key, {})) for key, kind, _c in PEOPLE)
        return PeopleRows(self.env, query, raw, told, codes, k or 1)

    @api.model
    def _codes(self, model):
        """Codes by record id, and labels by code, of what a person points to."""
        codes, labels = {}, {}
        for key, _kind, column in PEOPLE:
            one = model._fields[LOOKED_UP.get(column, column)]
            if one.type == "selection":
                labels[key] = dict(one._description_selection(self.env))
            elif one.type == "many2one":
                # a label is told to whoever reads the row, as Odoo does
                records = self.env[one.comodel_name].sudo()
                records = records.with_context(active_test=False).search([])
                if column in LOOKED_UP:
                    codes[key] = {one.id: one[column] for one in records}
                    continue
                codes[key] = {one.id: self._code_of(one) for one in records}
                labels[key] = {codes[key][one.id]: one.name for one in records}
        return codes, labels

    @api.model
    def _code_of(self, record):
        code = record.code if "code" in record._fields else None
        return code or normalise(record.name).replace(" ", "_")
