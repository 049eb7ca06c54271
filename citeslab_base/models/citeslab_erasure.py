import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from .selections import ERASURE_REASON


class CiteslabErasure(models.Model):
    """Ledger of the erasures: a hash and a date, to erase again after a restore.

    A backup older than an erasure brings the person back: the ledger, kept apart
    from the database, tells whom to erase again. It names nobody.
    """

    _name = "citeslab.erasure"
    _description = "Erasure"
    _order = "date desc, id desc"
    _rec_name = "digest"

    company_id = fields.Many2one(
        "res.company", string="Structure", required=True, index=True, readonly=True
    )
    date = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    reason = fields.Selection(ERASURE_REASON, required=True, readonly=True)
    digest = fields.Char(
        string="Fingerprint",
        required=True,
        readonly=True,
        help="Of the number of the person in this database, which only the database "
        "itself can recognise.",
    )

    _digest_unique = models.UniqueIndex(
        "(digest)", "This person is already in the ledger."
    )

    @api.model
    def _digest_of(self, partner):
        """Fingerprint of a person: the same in every copy of this database.

        :param partner: one ``res.partner``
        :rtype: str
        """
        # sudo: the key that no copy of the ledger gives away
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        born = fields.Datetime.to_string(partner.create_date)
        text = f"{secret}|res.partner|{partner.id}|{born}"
        return hashlib.sha256(text.encode()).hexdigest()

    @api.model
    def _record(self, partners, reason, day=None):
        """Write people into the ledger, once each.

        :param partners: ``res.partner`` about to be erased
        :param str reason: one of ``selections.ERASURE_REASON``
        :param date day: default today
        :return: the new rows of the ledger
        """
        digests = {self._digest_of(partner): partner for partner in partners}
        known = set(self.search([("digest", "in", list(digests))]).mapped("digest"))
        return self.create(
            [
                {
                    "company_id": partner.company_id.id,
                    "date": day or fields.Date.context_today(self),
                    "reason": reason,
                    "digest": digest,
                }
                for digest, partner in digests.items()
                if digest not in known
            ]
        )

    @api.model
    def _export_ledger(self):
        """Rows of the ledger as plain data, to be kept beside the backups.

        :rtype: list[dict]
        """
        return [
            {
                "date": fields.Date.to_string(row.date),
                "reason": row.reason,
                "digest": row.digest,
            }
            for row in self.search([], order="date, id")
        ]

    @api.model
    def _replay_ledger(self, rows):
        """Erase again whoever a restored backup brought back.

        :param list rows: as ``_export_ledger`` gives them
        :return: how many people were erased again
        :rtype: int
        :raise UserError: when the file is no ledger
        """
        try:
            told = {row["digest"]: row for row in rows}
            reasons = {row["reason"] for row in rows}
        except (TypeError, KeyError):
            raise UserError(
                self.env._("This file is no ledger of erasures: export it again.")
            ) from None
        unknown = reasons - {value for value, _label in ERASURE_REASON}
        if unknown:
            raise UserError(
                self.env._(
                    "The ledger gives a reason that is unknown here: %(reason)s.",
                    reason=", ".join(sorted(unknown)),
                )
            )
        people = (
            self.env["res.partner"]
            .with_context(active_test=False)
            .search([("is_porteur", "=", True), ("anonymised_date", "=", False)])
        )
        back = {
            digest: partner
            for partner in people
            if (digest := self._digest_of(partner)) in told
        }
        for digest, partner in back.items():
            partner._anonymise(told[digest]["reason"])
        return len(back)
