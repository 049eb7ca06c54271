from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

BOARD = "citeslab_reporting.citeslab_pilotage_action"


class DigestDigest(models.Model):
    """Figures of a structure in Odoo's own periodic mail; off unless ticked."""

    _inherit = "digest.digest"

    kpi_citeslab_interviews = fields.Boolean("RDV Done")
    kpi_citeslab_interviews_value = fields.Integer(
        compute="_compute_kpi_citeslab_interviews_value"
    )
    kpi_citeslab_new = fields.Boolean("People Received for the First Time")
    kpi_citeslab_new_value = fields.Integer(compute="_compute_kpi_citeslab_new_value")
    kpi_citeslab_orientations = fields.Boolean("Orientations")
    kpi_citeslab_orientations_value = fields.Integer(
        compute="_compute_kpi_citeslab_orientations_value"
    )
    kpi_citeslab_creations = fields.Boolean("Businesses Created")
    kpi_citeslab_creations_value = fields.Integer(
        compute="_compute_kpi_citeslab_creations_value"
    )

    def _compute_kpi_citeslab_interviews_value(self):
        self._count_of_the_days(
            "kpi_citeslab_interviews_value",
            "citeslab.interview",
            Domain("kind", "=", "interview") & Domain("state", "=", "done"),
        )

    def _compute_kpi_citeslab_new_value(self):
        self._count_of_the_days(
            "kpi_citeslab_new_value",
            "citeslab.fact.delay",
            Domain.TRUE,
            "interview_date",
        )

    def _compute_kpi_citeslab_orientations_value(self):
        self._count_of_the_days(
            "kpi_citeslab_orientations_value", "citeslab.orientation", Domain.TRUE
        )

    def _compute_kpi_citeslab_creations_value(self):
        self._count_of_the_days(
            "kpi_citeslab_creations_value",
            "citeslab.outcome",
            Domain("value", "=", "created"),
        )

    def _count_of_the_days(self, name, model, domain, day="date"):
        """Rows dated in the days of the mail, today's day included.

        :raises AccessError: the reader follows no project: Odoo then leaves the
            figure out of that reader's mail
        """
        if not self.env.user.has_group("citeslab_base.group_chef"):
            raise AccessError(self.env._("These figures are those of a structure."))
        # Only the mail asks for a period; a form that shows the value has none.
        today = fields.Date.context_today(self)
        start = fields.Date.to_date(self.env.context.get("start_datetime")) or today
        end = fields.Date.to_date(self.env.context.get("end_datetime")) or today
        for digest in self:
            company = digest.company_id or self.env.company
            digest[name] = self.env[model].search_count(
                domain
                & Domain("company_id", "=", company.id)
                & Domain(day, ">", start)
                & Domain(day, "<=", end)
            )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        ours = [
            name
            for name in self._fields
            if name.startswith("kpi_citeslab_") and not name.endswith("_value")
        ]
        return {**dict.fromkeys(ours, BOARD), **actions}
