from odoo import api, fields, models
from odoo.exceptions import UserError

from .selections import CONSENT_PURPOSE


class CiteslabConsentText(models.Model):
    """Wording that people agree to, one version after the other.

    What somebody signed never changes: a correction is a new version.
    """

    _name = "citeslab.consent.text"
    _description = "Text of a Consent"
    _order = "purpose, valid_from desc, id desc"
    _rec_name = "version"

    purpose = fields.Selection(CONSENT_PURPOSE, required=True)
    version = fields.Char(required=True, help="As printed under the text: 2026-1.")
    valid_from = fields.Date(required=True, default=fields.Date.context_today)
    body = fields.Text(
        string="Text", required=True, help="In the language people read it in."
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        help="Empty for a text of the national list; a structure's own goes first.",
    )
    consent_ids = fields.One2many("citeslab.consent", "text_id")

    _version_unique = models.UniqueIndex(
        "(purpose, version, COALESCE(company_id, 0))",
        "This version of the text already exists: give the new one a new number.",
    )

    @api.depends("purpose", "version")
    def _compute_display_name(self):
        labels = dict(self._fields["purpose"]._description_selection(self.env))
        for text in self:
            text.display_name = f"{labels.get(text.purpose, '')} ({text.version})"

    @api.model
    def _current(self, purpose, company, day=None):
        """The text to agree to on a day: the structure's own, else the national one.

        :param str purpose: one of ``selections.CONSENT_PURPOSE``
        :param company: structure
        :param date day: default today
        :return: one text, or an empty set
        """
        day = day or fields.Date.context_today(self)
        texts = self.search(
            [
                ("purpose", "=", purpose),
                ("valid_from", "<=", day),
                ("company_id", "in", (False, company.id)),
            ],
            order="valid_from desc, id desc",
        )
        return texts.filtered("company_id")[:1] or texts[:1]

    def write(self, vals):
        if {"body", "purpose", "version"} & vals.keys():
            # sudo: a text in use by whatever structure is closed
            signed = self.sudo().filtered("consent_ids")
            if signed:
                raise UserError(
                    self.env._(
                        "People have already agreed to “%(text)s”: add a new version "
                        "instead of changing what they signed.",
                        text=signed[:1].display_name,
                    )
                )
        return super().write(vals)
