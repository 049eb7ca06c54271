from odoo import models

from odoo.addons.citeslab_base.tools.personal import EMAIL, Personal

SHARED = "a word of a shared list"
ORGANISATION = "an organisation, no person"


class CiteslabPersonalData(models.AbstractModel):
    """People in events and mailings."""

    _inherit = "citeslab.personal.data"

    def _people_register(self):
        return {
            **super()._people_register(),
            "event.registration": Personal(
                links={
                    "porteur_id": "res.partner",
                    "partner_id": "res.partner",
                    "parcours_id": "crm.lead",
                },
                replaced={"name": "person"},
                emptied=("email", "phone", "company_name", "registration_properties"),
                kept={"barcode": "a random number of the ticket"},
            ),
            "event.registration.answer": Personal(
                links={"registration_id": "event.registration"}, deleted=True
            ),
            "event.booth": Personal(
                links={"partner_id": "res.partner"},
                emptied=(
                    "contact_name",
                    "contact_email",
                    "contact_phone",
                    "trade",
                    "needs",
                ),
                kept={"name": "name of the place in the market"},
            ),
            "citeslab.booth.request": Personal(
                links={"partner_id": "res.partner"}, emptied=("trade", "needs")
            ),
            "citeslab.event.witness": Personal(
                links={"partner_id": "res.partner"},
                emptied=("topic", "consent_scope"),
            ),
            "mailing.contact": Personal(
                links={"email_normalized": EMAIL}, deleted=True
            ),
            "mailing.trace": Personal(
                links={"email": EMAIL},
                document=("model", "res_id"),
                emptied=("email", "message_id", "failure_reason"),
            ),
        }

    def _relations(self):
        return {
            **super()._relations(),
            "crm_lead_event_registration_rel": ("crm_lead_id", "crm.lead", True),
            "citeslab_event_organization_rel": ("partner_id", "res.partner", False),
        }

    def _nobody(self):
        return {
            **super()._nobody(),
            "event.event": "an event; its organiser and place are organisations",
            "event.event.ticket": SHARED,
            "event.booth.category": SHARED,
            "event.lead.*": "rules of the host",
            "event.mail*": "settings of the host",
            "event.question*": "what is asked, not what is answered",
            "event.slot": "hours",
            "event.stage": SHARED,
            "event.tag*": SHARED,
            "event.type*": SHARED,
            "link.tracker*": "public pages",
            "mailing.filter": "settings of the host",
            "mailing.list": "a list",
            "mailing.mailing": "a mail to many",
            "mailing.subscription*": "goes with its contact",
            "citeslab.channel": "pages of the structure",
            "citeslab.event.kind": SHARED,
            "citeslab.permanence": "a place and hours",
        }
