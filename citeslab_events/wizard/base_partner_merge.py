from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    """Nobody is left twice in one event by a merge."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _prepare_merge_of_porteurs(self, gone, kept):
        result = super()._prepare_merge_of_porteurs(gone, kept)
        everybody = gone | kept
        everybody._collapse_registrations()
        for model in ("citeslab.booth.request", "citeslab.event.witness"):
            self._drop_doubles(model, gone, kept)
        self._free_second_booths(gone, kept)
        return result

    def _drop_doubles(self, model, gone, kept):
        """Of two rows of one event, the one of the file that is kept stays."""
        Rows = self.env[model].sudo()
        events = Rows.search([("partner_id", "=", kept.id)]).event_id
        doubles = [("partner_id", "in", gone.ids), ("event_id", "in", events.ids)]
        Rows.search(doubles).unlink()

    def _free_second_booths(self, gone, kept):
        Booth = self.env["event.booth"].sudo()
        markets = Booth.search([("partner_id", "=", kept.id)]).event_id
        doubles = Booth.search(
            [
                ("partner_id", "in", gone.ids),
                ("event_id", "in", markets.ids),
                ("is_citeslab", "=", True),
            ]
        )
        doubles.write({"state": "available", "partner_id": False})
