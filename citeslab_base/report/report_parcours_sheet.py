from odoo import api, fields, models


class ReportParcoursSheet(models.AbstractModel):
    """The internal sheet of a parcours; without notes for another structure."""

    _name = "report.citeslab_base.parcours_sheet"
    _description = "Sheet of a Parcours"

    @api.model
    def _get_report_values(self, docids, data=None):
        parcours = self.env["crm.lead"].browse(docids).filtered("is_parcours")
        parcours.check_access("read")
        readers = self.env.user.has_group("citeslab_base.group_chef")
        return {
            "doc_ids": docids,
            "doc_model": "crm.lead",
            "docs": parcours,
            "today": fields.Date.context_today(self),
            "with_notes": readers and not (data or {}).get("for_transfer"),
        }
