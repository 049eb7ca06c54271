from odoo import models

FIGURES = "figures, nobody"


class CiteslabPersonalData(models.AbstractModel):
    """A report holds figures and the words of those who write it."""

    _inherit = "citeslab.personal.data"

    def _nobody(self):
        return {
            **super()._nobody(),
            "citeslab.application*": "request of a structure",
            "citeslab.campaign*": "requests of the network to structures",
            "citeslab.consolidation*": FIGURES,
            "citeslab.export.*": "settings of an export",
            "citeslab.network.*": FIGURES,
            "citeslab.objective": "figures aimed at, nobody",
            "citeslab.region": "a place",
            "citeslab.committee*": "members of the committees, never porteurs",
            "citeslab.declared.figure": FIGURES,
            "citeslab.indicator": FIGURES,
            "citeslab.report*": FIGURES,
        }
