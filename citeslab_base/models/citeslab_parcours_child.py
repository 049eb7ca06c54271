from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date


class CiteslabParcoursChild(models.AbstractModel):
    """Dated row of a parcours: what is current on the parcours follows from it.

    The structure and the person are computed from the link alone: a related field
    stored through it would slow every write of a stock lead.
    """

    _name = "citeslab.parcours.child"
    _inherit = ["citeslab.period.guard"]
    _description = "Row of a Parcours"
    _order = "date desc, id desc"
    _check_company_auto = True

    parcours_id = fields.Many2one(
        "crm.lead",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_parcours', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        compute="_compute_from_parcours",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Porteur",
        compute="_compute_from_parcours",
        store=True,
        precompute=True,
        index=True,
    )
    date = fields.Date(required=True, index=True, default=fields.Date.context_today)

    @api.depends("parcours_id")
    def _compute_from_parcours(self):
        for row in self:
            row.company_id = row.parcours_id.company_id
            row.partner_id = row.parcours_id.partner_id

    @api.depends("parcours_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """A row is named by its parcours' reference: a name never leaves that way."""
        for row in self:
            reference = row.parcours_id.sudo().reference or ""
            row.display_name = f"{reference} · {format_date(self.env, row.date)}"

    @api.constrains("parcours_id")
    def _check_parcours(self):
        if any(not row.parcours_id.is_parcours for row in self):
            raise ValidationError(
                self.env._(
                    "Choose a parcours: a lead of the sales pipeline has no such rows."
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.parcours_id._refresh_from_rows()
        return rows

    def write(self, vals):
        before = self.parcours_id
        result = super().write(vals)
        (before | self.parcours_id)._refresh_from_rows()
        return result

    def unlink(self):
        parcours = self.parcours_id
        result = super().unlink()
        parcours.exists()._refresh_from_rows()
        return result
