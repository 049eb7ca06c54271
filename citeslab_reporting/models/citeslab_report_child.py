from odoo import api, models


class CiteslabReportChild(models.AbstractModel):
    """Part of a report: it follows its report when that one is frozen.

    Whatever the way in (form, import, one2many command, superuser), a part of a
    submitted report is neither added, changed nor deleted.
    """

    _name = "citeslab.report.child"
    _description = "Part of a Report"

    _frozen_by = "report_id"

    def _report(self):
        """Reports that these parts belong to: hook."""
        return self.report_id

    @api.model_create_multi
    def create(self, vals_list):
        parent = self._fields[self._frozen_by]
        ids = {vals[parent.name] for vals in vals_list if vals.get(parent.name)}
        self.env[parent.comodel_name].browse(ids)._refuse_if_frozen()
        parts = super().create(vals_list)
        parts._refuse_if_frozen()
        return parts

    def write(self, vals):
        self._refuse_if_frozen()
        result = super().write(vals)
        self._refuse_if_frozen()  # moved into a frozen report
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._refuse_if_frozen()

    def _refuse_if_frozen(self):
        """Refuse where the report was submitted, whoever asks.

        :raises UserError: one of the reports was submitted
        """
        self.sudo()._report()._refuse_if_frozen()
