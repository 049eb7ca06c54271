import json

from odoo import models


# Apart from the receipt of a file: whose report its seal says that it is.
class CiteslabReportFile(models.Model):
    """The structure of a received file is the one that its seal names."""

    _inherit = "citeslab.report.file"  # pylint: disable=consider-merging-classes-inherited

    def _structure_of(self, values, name):
        structure = super()._structure_of(values, name)
        sealed = values["sealed_name"]
        if sealed and sealed not in self._sealed_names(structure):
            # as superuser: the reader may not follow the structure that is named
            others = structure.sudo().search([("id", "!=", structure.id)])
            if sealed in self._sealed_names(others):
                self._refuse(
                    name,
                    self.env._(
                        "its code %(code)s is that of %(structure)s, its seal that of "
                        "%(sealed)s",
                        code=structure.code,
                        structure=structure.name,
                        sealed=sealed,
                    ),
                )
        return structure

    def _sealed_names(self, structures):
        """Names that structures have, or had in the seals of what they sent."""
        # as superuser: a proved file is read to compare, nothing of it is shown
        files = self.sudo().search([("structure_id", "in", structures.ids)])
        sealed = (json.loads(one.manifest).get("report") or {} for one in files)
        return {*structures.mapped("name"), *(one.get("structure") for one in sealed)}
