import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, consteq
from odoo.tools.misc import hmac

from .selections import LINK_PURPOSE

# Where partners answer; the page of a link lies under it.
ADDRESS = "/citeslab/reponse"
SCOPE = "citeslab-orientation-link"
TOKEN_BYTES = 16  # 128 bits
SIGNATURE_LENGTH = 32


class CiteslabOrientationLink(models.Model):
    """A link sent to a partner: good for one thing, once, for some days.

    The token itself is in the mail only; here is its fingerprint.
    """

    _name = "citeslab.orientation.link"
    _description = "Link Sent to a Partner"
    _order = "id desc"

    orientation_id = fields.Many2one(
        "citeslab.orientation", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    purpose = fields.Selection(LINK_PURPOSE, required=True)
    recipient = fields.Char(string="Sent To", readonly=True)
    token_hash = fields.Char(required=True, copy=False, groups="base.group_system")
    expires_at = fields.Datetime(string="Good Until", required=True)
    used_at = fields.Datetime(readonly=True)
    revoked_at = fields.Datetime(readonly=True)

    _token_unique = models.UniqueIndex("(token_hash)")

    @api.depends("orientation_id")
    def _compute_company_id(self):
        for link in self:
            link.company_id = link.orientation_id.company_id

    @api.model
    def _issue(self, orientation, purpose, recipient):
        """Make a link of an orientation.

        :param orientation: one ``citeslab.orientation``
        :param str purpose: ``answer`` or ``news``
        :param recipient: the partner it is sent to
        :return: address to write in the mail; it is kept nowhere
        :rtype: str
        """
        secret = secrets.token_urlsafe(TOKEN_BYTES)
        days = orientation._days("orientation_link_days")
        # sudo: nobody types a link; a role may read that one was sent
        self.sudo().create(
            {
                "orientation_id": orientation.id,
                "purpose": purpose,
                "recipient": recipient.email_formatted,
                "token_hash": self._fingerprint(secret),
                "expires_at": fields.Datetime.now() + timedelta(days=days),
            }
        )
        base = orientation.company_id.sudo().get_base_url()
        return f"{base}{ADDRESS}/{secret}.{self._signature(secret)}"

    @api.model
    def _fingerprint(self, secret):
        return hashlib.sha256(secret.encode()).hexdigest()

    @api.model
    def _signature(self, secret):
        # sudo: the key of the database, read by the host's own signing
        return hmac(self.env(su=True), SCOPE, secret)[:SIGNATURE_LENGTH]

    @api.model
    def _find(self, token):
        """The live link of a token.

        :param str token: as typed in the address
        :return: one link with its rights raised, or none: unknown, expired, used,
            withdrawn and forged look the same
        :rtype: models.Model
        """
        secret, _dot, signature = (token or "").partition(".")
        nothing = self.sudo().browse()
        expected = self._signature(secret).encode()
        if not consteq(expected, signature.encode(errors="replace")):
            return nothing
        link = self.sudo().search(
            [("token_hash", "=", self._fingerprint(secret))], limit=1
        )
        return link if link and link._is_live() else nothing

    def _is_live(self):
        """Whether the link still opens: the agreement of the person counts too."""
        self.ensure_one()
        orientation = self.orientation_id
        return (
            not self.used_at
            and not self.revoked_at
            and self.expires_at > fields.Datetime.now()
            and not orientation.withdrawn_date
            and orientation._is_agreed()
        )

    def _take(self):
        """Use the link up, and with it every other one of the same question.

        Updating before answering lets the database set two simultaneous answers
        one after the other: the second finds nothing left to take.

        :return: whether it was still there to be used
        :rtype: bool
        """
        self.ensure_one()
        self.env.flush_all()
        taken = self.env.execute_query(
            SQL(
                """
                UPDATE citeslab_orientation_link SET used_at = %s
                 WHERE orientation_id = %s AND purpose = %s
                   AND used_at IS NULL AND revoked_at IS NULL
             RETURNING id
                """,
                fields.Datetime.now(),
                self.orientation_id.id,
                self.purpose,
            )
        )
        self.invalidate_model(["used_at"])
        return self.id in [link_id for (link_id,) in taken]
