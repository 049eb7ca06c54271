from odoo import fields, models
from odoo.tools import SQL

STEPS = ("interview", "orientation", "outcome")


class CiteslabFactDelay(models.Model):
    """How many days a parcours took from one step to the next, in one row.

    First contact, first RDV, first orientation on or after it, outcome. A delay that
    is not known, or would run backwards, is empty and counts nowhere.
    """

    _name = "citeslab.fact.delay"
    _description = "Delays of a Parcours"
    _auto = False
    _rec_name = "parcours_id"
    _order = "interview_date desc, id"
    _depends = {
        "crm.lead": [
            "is_parcours",
            "company_id",
            "territory_id",
            "first_contact_date",
            "first_interview_date",
            "outcome_date",
        ],
        "citeslab.orientation": ["parcours_id", "date"],
    }

    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    territory_id = fields.Many2one("citeslab.territory", readonly=True)
    parcours_id = fields.Many2one("crm.lead", string="Parcours", readonly=True)
    contact_date = fields.Date(string="First Contact", readonly=True)
    interview_date = fields.Date(string="First RDV", readonly=True)
    orientation_date = fields.Date(string="Orientation", readonly=True)
    outcome_date = fields.Date(readonly=True)
    interview_delay = fields.Integer(
        string="Contact to RDV (days)", readonly=True, aggregator="avg"
    )
    orientation_delay = fields.Integer(
        string="RDV to Orientation (days)", readonly=True, aggregator="avg"
    )
    outcome_delay = fields.Integer(
        string="Orientation to Outcome (days)", readonly=True, aggregator="avg"
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT step.*,
                   CASE WHEN step.interview_date >= step.contact_date
                        THEN step.interview_date - step.contact_date END
                       AS interview_delay,
                   step.orientation_date - step.interview_date AS orientation_delay,
                   CASE WHEN step.outcome_date >= step.orientation_date
                        THEN step.outcome_date - step.orientation_date END
                       AS outcome_delay
              FROM (
            SELECT lead.id, lead.id AS parcours_id, lead.company_id, lead.territory_id,
                   lead.first_contact_date AS contact_date,
                   lead.first_interview_date AS interview_date,
                   lead.outcome_date,
                   (SELECT MIN(orientation.date)
                      FROM citeslab_orientation orientation
                     WHERE orientation.parcours_id = lead.id
                       AND orientation.date >= lead.first_interview_date)
                       AS orientation_date
              FROM crm_lead lead
             WHERE lead.is_parcours
                   ) step
            """
        )
