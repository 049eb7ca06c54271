from dataclasses import dataclass

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import clean_context

from odoo.addons.citeslab_base.register.people import People, Person
from odoo.addons.citeslab_base.register.values import email_key, phone_key
from odoo.addons.citeslab_base.tools.text import normalise_name


@dataclass(slots=True)
class Told:
    """What a registration tells of somebody, as the duplicate rules read it."""

    name: str
    email_key: str = ""
    phone_key: str = ""
    birthdate: object = None
    gender: str | None = None


class ResPartner(models.Model):
    """Recognition of the participants of our events."""

    _inherit = "res.partner"

    @api.model
    def _find_or_create_porteur(self, company, name, email=None, phone=None):
        """The porteur of a structure that a registration names, else a new one.

        The rules are those of the import of a register.

        :param company: structure
        :param str name: name as typed
        :param str email: e-mail as typed, if any
        :param str phone: phone as typed, if any
        :rtype: models.Model
        """
        found = self._find_porteur(company, name, email, phone)
        if found:
            found._complete_reach(email, phone)
            return found
        Partner = self.env(context=clean_context(self.env.context))[self._name]
        return Partner.create(
            {
                "name": name,
                "email": email or False,
                "phone": phone or False,
                "company_id": company.id,
                "is_porteur": True,
            }
        )

    @api.model
    def _find_porteur(self, company, name, email=None, phone=None, birthdate=None):
        """Who somebody is among the porteurs of a structure.

        :return: one partner, or an empty set for somebody new
        """
        told = Told(name, email_key(email), phone_key(phone), birthdate)
        people = People()
        for partner in self.search(self._porteur_candidates(company, told)):
            person = Person(
                id=partner.id,
                name=partner.name,
                birthdate=partner.birthdate_date or None,
                gender=partner.gender or None,
            )
            people.add(person, partner.email, partner.phone)
        person, _doubts = people.find(told)
        return self.browse(person.id if person else [])

    @api.model
    def _porteur_candidates(self, company, told):
        """Porteurs who share an e-mail, a phone or a name with somebody."""
        reach = Domain("name_normalized", "=", normalise_name(told.name))
        if told.email_key:
            reach |= Domain("email", "=ilike", told.email_key.replace("_", r"\_"))
        if told.phone_key:
            reach |= Domain("phone_sanitized", "=like", f"%{told.phone_key[-9:]}")
        return (
            Domain("is_porteur", "=", True)
            & Domain("company_id", "=", company.id)
            & reach
        )

    def _take_portraits_down(self):
        """A portrait whose consent was withdrawn is published no more."""
        # sudo: whoever notes the withdrawal, it acts on every event
        self.env["citeslab.event.witness"].sudo().search(
            [("partner_id", "in", self.ids)]
        ).write({"is_published": False, "consent_date": False})

    def _complete_reach(self, email, phone):
        """Keep an e-mail or a phone that was not known yet."""
        for name, value in (("email", email), ("phone", phone)):
            if value and not self[name]:
                self[name] = value
