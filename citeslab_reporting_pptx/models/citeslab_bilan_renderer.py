from odoo import api, models

from ..figures.slides import Brand, presentation

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class CiteslabBilanRenderer(models.AbstractModel):
    """Slides: one more reader of the matrix that the PDF prints."""

    _inherit = "citeslab.bilan.renderer"

    @api.model
    def _formats(self):
        return {**super()._formats(), "pptx": MEDIA_TYPE}

    @api.model
    def _pptx(self, matrix):
        """Bytes of the presentation."""
        layout = self._layout(matrix)
        return presentation(layout, self._brand(matrix, layout))

    def _brand(self, matrix, layout):
        """What makes the slides those of the structure, and of its funders."""
        company = self.env.company
        logo = matrix.structure.get("logo")
        return Brand(
            primary=company.primary_color or Brand.primary,
            secondary=company.secondary_color or Brand.secondary,
            logo=logo if self._logo(matrix) else None,
            facts=self._facts(matrix, layout),
            funders=matrix.meta.get("funders") or [],
            counting=self._min_minutes(matrix, layout.words),
        )
