from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CiteslabReportReceive(models.TransientModel):
    """Takes the report files that structures of other databases sent."""

    _name = "citeslab.report.receive"
    _description = "Receive Report Files"

    file_ids = fields.Many2many("ir.attachment", string="Files")
    result = fields.Text(readonly=True)

    def action_receive(self):
        """Read all the files, or none: the first one that is wrong says why."""
        self.ensure_one()
        if not self.file_ids:
            raise UserError(self.env._("Choose the files that you received."))
        told = []
        for file in self.file_ids:
            report, is_new = self.env["citeslab.report.file"]._receive(
                file.raw or b"", file.name
            )
            label = self.env._("received") if is_new else self.env._("already here")
            told.append(f"{file.name}: {report.display_name} – {label}")
        # the answers are kept, the uploads are not
        uploads = self.file_ids
        self.write({"result": "\n".join(told), "file_ids": [Command.clear()]})
        uploads.unlink()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
