from odoo import api, fields, models
from odoo.tools import SQL

# Row ids: one work in its source, then one row per mission that it is compared with.
MISSIONS = 4096


class CiteslabMissionTime(models.Model):
    """Working time by mission, beside the time that the scheme suggests (CDC §2).

    Each piece of work gives one row of what was recorded, and one row per mission of
    its indicative share: whatever the period or the person, both add up alike.
    """

    _name = "citeslab.mission.time"
    _description = "Time by Mission"
    _auto = False
    _order = "date, id"
    _depends = {
        "citeslab.interview": [
            "company_id",
            "parcours_id",
            "user_id",
            "date",
            "state",
            "duration",
            "mission_id",
        ],
        "citeslab.action": [
            "company_id",
            "territory_id",
            "user_id",
            "date",
            "total_duration",
            "mission_id",
            "kind_id",
            "date_precision",
            "occurrences",
        ],
        "citeslab.action.kind": ["code", "mission_id"],
        "citeslab.training": ["company_id", "user_id", "date", "state", "hours"],
        "crm.lead": ["territory_id"],
        "citeslab.mission": ["code", "company_id"],
        "citeslab.parameter": ["code", "value", "valid_from", "valid_to"],
    }

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    territory_id = fields.Many2one("citeslab.territory", readonly=True)
    user_id = fields.Many2one("res.users", string="Done By", readonly=True)
    date = fields.Date(readonly=True)
    mission_id = fields.Many2one("citeslab.mission", readonly=True)
    series = fields.Selection(
        [("actual", "Recorded"), ("target", "Indicative share of the scheme")],
        string="Recorded or Indicative",
        readonly=True,
    )
    origin = fields.Selection(
        [("interview", "RDV"), ("action", "Action"), ("training", "Training")],
        string="From",
        readonly=True,
    )
    hours = fields.Float(readonly=True)

    @property
    def _table_query(self):
        work = SQL(" UNION ALL ").join(self._time_sources())
        return SQL(
            """
            WITH work AS (%(work)s)
            SELECT work.id * %(missions)s AS id, work.company_id, work.territory_id,
                   work.user_id, work.date, work.mission_id, work.origin, work.hours,
                   'actual' AS series
              FROM work
             WHERE work.hours > 0
         UNION ALL
            SELECT work.id * %(missions)s + mission.id AS id, work.company_id,
                   work.territory_id, work.user_id, work.date, mission.id, work.origin,
                   work.hours * number.value / 100, 'target'
              FROM work
              JOIN citeslab_mission mission ON mission.company_id IS NULL
              JOIN citeslab_parameter number
                   ON number.code = 'mission_share_' || mission.code
                  AND number.valid_from <= work.date
                  AND COALESCE(number.valid_to, 'infinity') >= work.date
             WHERE work.hours > 0
            """,
            work=work,
            missions=MISSIONS,
        )

    @api.model
    def _training_twin(self, action):
        """Whether an action only repeats a training of the list: it counts once.

        :param str action: alias of ``citeslab_action``, beside ``kind`` of its kind
        :rtype: SQL
        """
        return SQL(
            """COALESCE(kind.code = 'training', FALSE)
               AND %(action)s.date_precision = 'day' AND %(action)s.occurrences = 1
               AND EXISTS (
                   SELECT 1 FROM citeslab_training attended
                    WHERE %(action)s.date BETWEEN attended.date
                          AND COALESCE(attended.date_end, attended.date)
                      AND attended.company_id = %(action)s.company_id
                      AND attended.state = 'attended')""",
            action=SQL.identifier(action),
        )

    def _time_sources(self):
        """Queries of what takes time; a new one is appended and takes the next rank.

        Columns: id (of the record × 4 + rank), company_id, territory_id, user_id,
        date, mission_id, origin, hours.

        :rtype: list[SQL]
        """
        return [
            SQL(
                """SELECT rdv.id::bigint * 4 AS id, rdv.company_id, lead.territory_id,
                          rdv.user_id, rdv.date, rdv.mission_id, 'interview' AS origin,
                          COALESCE(rdv.duration, 0)::float8 AS hours
                     FROM citeslab_interview rdv
                     JOIN crm_lead lead ON lead.id = rdv.parcours_id
                    WHERE rdv.state = 'done'"""
            ),
            SQL(
                """SELECT action.id::bigint * 4 + 1, action.company_id,
                          action.territory_id, action.user_id, action.date,
                          action.mission_id, 'action',
                          COALESCE(action.total_duration, 0)::float8
                     FROM citeslab_action action
                LEFT JOIN citeslab_action_kind kind ON kind.id = action.kind_id
                    WHERE NOT (%s)""",
                self._training_twin("action"),
            ),
            SQL(
                """SELECT training.id::bigint * 4 + 3, training.company_id, NULL::int,
                          training.user_id, training.date, kind.mission_id,
                          'training', COALESCE(training.hours, 0)::float8
                     FROM citeslab_training training
                LEFT JOIN citeslab_action_kind kind
                          ON kind.code = 'training' AND kind.company_id IS NULL
                    WHERE training.state = 'attended'"""
            ),
        ]
