from datetime import date

from werkzeug.urls import url_encode

from odoo import api, fields, models


class CiteslabBilanWizard(models.TransientModel):
    """Dialog *Print*: which structure, which period, which file."""

    _name = "citeslab.bilan.wizard"
    _description = "Print a Bilan"

    company_id = fields.Many2one(
        "res.company",
        "Structure",
        required=True,
        default=lambda self: self.env.company,
        domain=lambda self: [("id", "in", self.env.companies.ids)],
    )
    period_kind = fields.Selection(
        [("year", "A year"), ("dates", "Other dates")],
        "Period",
        required=True,
        default="year",
    )
    year = fields.Char(required=True, default=lambda self: self._default_year())
    date_from = fields.Date(
        "From", compute="_compute_dates", store=True, readonly=False, required=True
    )
    date_to = fields.Date(
        "To", compute="_compute_dates", store=True, readonly=False, required=True
    )
    territory_id = fields.Many2one(
        "citeslab.territory",
        domain="[('company_id', '=', company_id)]",
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        help="Leave it empty for the whole structure.",
    )
    file_format = fields.Selection(
        [("pdf", "PDF"), ("xlsx", "Excel"), ("json", "JSON")],
        "Format",
        required=True,
        default="pdf",
    )

    @api.model
    def _default_year(self):
        choices = self.env["citeslab.bilan.renderer"].choices()
        return str(choices["year"])

    @api.depends("year", "period_kind")
    def _compute_dates(self):
        """A year typed in full sets both days; other dates stay as typed."""
        for wizard in self:
            text = (wizard.year or "").strip()
            if wizard.period_kind == "year" and text.isdecimal() and len(text) == 4:
                year = max(int(text), 1)
                wizard.date_from = date(year, 1, 1)
                wizard.date_to = date(year, 12, 31)

    @api.depends("company_id")
    def _compute_territory_id(self):
        for wizard in self:
            if wizard.territory_id.company_id != wizard.company_id:
                wizard.territory_id = False

    def _params(self):
        """Parameters of the bilan, as ``citeslab.bilan.renderer`` reads them."""
        self.ensure_one()
        params = {"company_id": self.company_id.id}
        if self.period_kind == "year":
            params["year"] = (self.year or "").strip()
        else:
            params["date_from"] = fields.Date.to_string(self.date_from)
            params["date_to"] = fields.Date.to_string(self.date_to)
        if self.territory_id:
            params["territory_id"] = self.territory_id.id
        return params

    def action_print(self):
        """Check the period, then hand over the file."""
        params = self._params()
        self.env["citeslab.bilan.renderer"]._parse(params)
        return {
            "type": "ir.actions.act_url",
            "url": f"/citeslab/bilan/{self.file_format}?{url_encode(params)}",
            "target": "download",
            "close": True,
        }
