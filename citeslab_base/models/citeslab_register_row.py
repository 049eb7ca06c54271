import hashlib
import hmac

from odoo import api, fields, models


class CiteslabRegisterRow(models.Model):
    """Row of a register that was imported: what it became, to find it again.

    It names nobody: the fingerprint only tells whether the row has changed since.
    """

    _name = "citeslab.register.row"
    _description = "Row of a Register"
    _order = "company_id, label, id"
    _rec_name = "number"

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        ondelete="cascade",
    )
    label = fields.Char(string="Register", required=True)
    number = fields.Char(required=True)
    number_key = fields.Char(required=True, help="Number, without case nor accents.")
    date = fields.Date(
        required=True,
        help="Day of its first RDV, else of its contact: the latest "
        "row of a person says how to reach this person.",
    )
    fingerprint = fields.Char(required=True)
    told = fields.Json(
        string="Columns Told",
        help="Columns that it fills, to know what a corrected row empties.",
    )
    parcours_id = fields.Many2one(
        "crm.lead", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Porteur",
        related="parcours_id.partner_id",
        groups="citeslab_base.group_volunteer",
    )
    situation_id = fields.Many2one("citeslab.situation", ondelete="set null")
    contact_id = fields.Many2one("citeslab.interview", ondelete="set null")
    interview_id = fields.Many2one(
        "citeslab.interview", string="RDV", ondelete="set null"
    )
    orientation_id = fields.Many2one("citeslab.orientation", ondelete="set null")
    outcome_id = fields.Many2one("citeslab.outcome", ondelete="set null")

    _key_unique = models.UniqueIndex(
        "(company_id, label, number_key)",
        "This number already exists in this register of the structure.",
    )

    @api.model
    def _fingerprints(self, rows):
        """Tell a row from a corrected one without keeping what it says.

        :param list rows: ``register.rows.RegisterRow``
        :return: one keyed hash a row
        :rtype: list[str]
        """
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        key = (secret or "").encode()
        return [
            hmac.new(key, repr(row.texts).encode(), hashlib.sha256).hexdigest()
            for row in rows
        ]
