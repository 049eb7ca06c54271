from odoo import api, models


class ReportCommitteePack(models.AbstractModel):
    """Values of the printed file of a meeting."""

    _name = "report.citeslab_reporting.committee_pack"
    _description = "Printed File of a Committee"

    @api.model
    def _get_report_values(self, docids, data=None):
        meetings = self.env["citeslab.committee.meeting"].browse(docids)
        meetings.check_access("read")
        renderer = self.env["citeslab.bilan.renderer"]
        return {
            "docs": meetings,
            "packs": {meeting.id: meeting._pack() for meeting in meetings},
            "day": renderer._day,
            "style": renderer._style(),
        }
