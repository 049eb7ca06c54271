from odoo import models
from odoo.exceptions import AccessError

from ..tools.roles import ROLES


class IrModelAccess(models.Model):
    _inherit = "ir.model.access"

    def _make_access_error(self, model, mode):
        """Tell who works with CitésLab in one sentence what his role does not open.

        The host lists technical names of models and groups, of no use to a volunteer
        who typed the address of a screen. Its own models and users keep its message.
        """
        error = super()._make_access_error(model, mode)
        if not model.startswith("citeslab.") or not self.env.user.has_group(ROLES):
            return error
        told = {"thing": self.env["ir.model"]._get(model).name}
        if mode == "read":
            return AccessError(
                self.env._(
                    "Your role does not open “%(thing)s”: ask your chef de "
                    "projet or the manager of your structure.",
                    **told,
                )
            )
        return AccessError(
            self.env._(
                "Your role does not let you change “%(thing)s”: ask your chef de "
                "projet or the manager of your structure.",
                **told,
            )
        )
