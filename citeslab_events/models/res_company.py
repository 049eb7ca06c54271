import secrets

from odoo import fields, models


class ResCompany(models.Model):
    """What a structure prints on its sheets, and the address of its calendar."""

    _inherit = "res.company"

    citeslab_funders = fields.Char(
        string="Funders",
        help="Printed on sign-in sheets and calendars, as asked by the agreements.",
    )
    citeslab_funders_banner = fields.Image(
        string="Logos of the Funders", max_width=1600, max_height=300
    )
    citeslab_calendar_token = fields.Char(
        copy=False, groups="citeslab_base.group_chef", index="btree_not_null"
    )

    def action_citeslab_calendar_feed(self):
        """Show the address of the calendar, made on first use.

        :return: notification that holds the address
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Calendar to subscribe to"),
                "message": self._citeslab_calendar_url(),
                "sticky": True,
            },
        }

    def _citeslab_calendar_url(self):
        """Address that any agenda may subscribe to; it names nobody."""
        company = self.sudo()
        if not company.citeslab_calendar_token:
            company.citeslab_calendar_token = secrets.token_urlsafe(24)
        token = company.citeslab_calendar_token
        return f"{self.get_base_url()}/citeslab/calendar/{token}.ics"
