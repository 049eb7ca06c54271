from odoo import fields, models
from odoo.tools import SQL

from .selections import INTERVIEW_MODE


class CiteslabTouch(models.Model):
    """One row per dated contact of a known person, whatever it came from.

    An addon adds its own source through ``_touch_sources``. Only what is a contact
    enters: never a no-show, a cancelled RDV nor a mailing.
    """

    _name = "citeslab.touch"
    _description = "Contact of a Person"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "citeslab.interview": [
            "company_id",
            "partner_id",
            "parcours_id",
            "user_id",
            "date",
            "start",
            "kind",
            "state",
            "mode",
            "duration",
        ],
    }

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Porteur", readonly=True)
    parcours_id = fields.Many2one("crm.lead", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)
    date = fields.Date(readonly=True)
    start = fields.Datetime(readonly=True)
    kind = fields.Selection(
        [
            ("contact", "Contact"),
            ("interview", "Interview"),
            ("attendance", "Attendance"),
        ],
        readonly=True,
    )
    mode = fields.Selection(INTERVIEW_MODE, readonly=True)
    duration = fields.Float(readonly=True, help="In hours.")
    interview_id = fields.Many2one("citeslab.interview", readonly=True)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._touch_sources())

    def _touch_sources(self):
        """One SELECT per source of contacts, all with the columns of this model.

        Each source takes ids of its own by multiplying by 8 and adding its rank.

        :rtype: list[SQL]
        """
        return [
            SQL(
                """
                SELECT id * 8 AS id, company_id, partner_id, parcours_id, user_id,
                       date, start, kind, mode, duration, id AS interview_id
                  FROM citeslab_interview
                 WHERE state = 'done'
                """
            )
        ]
