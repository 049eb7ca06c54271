from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, clean_context

from ..tools.identity import LISTED, WHILE_TYPING, Directory, Identity, resemblance
from ..tools.roles import ROLES
from .selections import ENDED_PHASES

SHOWN = 5


class CiteslabPersonIdentity(models.AbstractModel):
    """Recognition of people: who is it, and who looks alike.

    Part of ``res.partner``, in a file of its own. The rules are in
    ``tools/identity.py``; here is the one query that feeds them.
    """

    _name = "citeslab.person.identity"
    _description = "Recognition of a Person"

    @api.model
    def _identities(self, company, told=None):
        """People of a structure, in one query.

        :param company: structure; the caller has checked that the user may know
        :param Identity told: only people who may look like this one
        :rtype: list[Identity]
        """
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT name, email, phone, birthdate_date, gender, neighborhood_id, id
                  FROM res_partner
                 WHERE is_porteur AND active AND company_id = %s AND %s
              ORDER BY id
                """,
                company.id,
                self._narrowed_by(told) if told else SQL("TRUE"),
            )
        )
        return [
            Identity(name or "", email or "", phone or "", *rest)
            for name, email, phone, *rest in rows
        ]

    @api.model
    def _narrowed_by(self, told):
        """Condition on the people who share an e-mail, a phone or a word's start."""
        either = [SQL("FALSE")]
        if told.email_key:
            either.append(SQL("lower(trim(email)) = %s", told.email_key))
        if told.phone_key:
            digits = told.phone_key.lstrip("+")[-9:]
            either.append(
                SQL(
                    "right(regexp_replace(phone, '[^0-9]', '', 'g'), %s) = %s",
                    len(digits),
                    digits,
                )
            )
        starts = [f"%{word[:3]}%" for word in told.name_key.split() if len(word) > 1]
        if starts:
            either.append(SQL("name_normalized LIKE ANY(%s)", starts))
        return SQL("(%s)", SQL(" OR ").join(either))

    @api.model
    def _find_porteur(self, company, name, email=None, phone=None, birthdate=None):
        """Who somebody is among the porteurs of a structure, without a doubt.

        Of two people whom a chef found to be two, nobody tells which one it is: that
        makes a file of its own, listed among the possible duplicates.

        :return: one partner, or an empty set for somebody new
        """
        told = Identity(name or "", email or "", phone or "", birthdate or None)
        directory = Directory()
        for person in self._identities(company, told):
            directory.add(person, person.email, person.phone)
        found = self.browse(dict.fromkeys(p.id for p in directory.without_doubt(told)))
        return (found - found._found_to_be_two())[:1]

    def _found_to_be_two(self):
        """Those among these people of whom a chef said that they are two."""
        if len(self) < 2:
            return self.browse()
        # sudo: decided for the whole structure, whoever types
        pairs = self.env["citeslab.duplicate"].sudo()
        pairs = pairs.search(
            [
                ("state", "=", "different"),
                ("partner_id", "in", self.ids),
                ("other_id", "in", self.ids),
            ]
        )
        return self.browse((pairs.partner_id | pairs.other_id).ids)

    @api.model
    def _find_or_create_porteur(self, company, name, email=None, phone=None):
        """The porteur of a structure that is meant, else a new one.

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
        return self._create_porteur(company, name, email, phone)

    @api.model
    def _create_porteur(self, company, name, email=None, phone=None):
        """A porteur who is nobody that is known, whoever looks alike."""
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

    def _complete_reach(self, email, phone):
        """Keep an e-mail or a phone that was not known yet."""
        for name, value in (("email", email), ("phone", phone)):
            if value and not self[name]:
                self[name] = value

    def _parcours_to_follow(self, company):
        """The parcours on which a new contact of this person goes.

        :return: the latest open one, else the latest one, else an empty set
        """
        self.ensure_one()
        parcours = self.env["crm.lead"].search(
            Domain("is_parcours", "=", True)
            & Domain("partner_id", "=", self.id)
            & Domain("company_id", "=", company.id),
            order="last_contact_date desc nulls last, id desc",
        )
        is_open = parcours.filtered(lambda lead: lead.phase not in ENDED_PHASES)
        return (is_open or parcours)[:1]

    @api.model
    @api.readonly
    def citeslab_look_alike(self, told):
        """People who may be the one that is being typed, best first.

        A chef gets whom he may open; a volunteer only that the chef has something
        to check, never whom.

        :param dict told: ``name``, ``phone``, ``email``, ``area`` (id of a quartier)
        :return: ``people`` (id, name, area, why, parcours_id) and ``to_check``
        :rtype: dict
        :raise AccessError: without a role
        """
        if not self.env.user.has_group(ROLES):
            raise AccessError(self.env._("Only the roles of CitésLab look people up."))
        typed = {
            key: str(told.get(key) or "")[:128] for key in ("name", "email", "phone")
        }
        area = told.get("area") if isinstance(told.get("area"), int) else None
        one = Identity(**typed, area=area)
        is_chef = self.env.user.has_group("citeslab_base.group_chef")
        found = self._look_alikes(
            self.env.company, one, WHILE_TYPING if is_chef else LISTED
        )
        if not is_chef:
            return {"people": [], "to_check": bool(found)}
        people = []
        for person, alike in found[:SHOWN]:
            partner = self.browse(person.id)
            parcours = partner._parcours_to_follow(self.env.company)
            people.append(
                {
                    "id": partner.id,
                    "name": partner.name,
                    "area": partner.neighborhood_id.name or "",
                    "why": self.env["citeslab.duplicate"]._reasons_label(alike.reasons),
                    "parcours_id": parcours.id,
                }
            )
        return {"people": people, "to_check": False}

    @api.model
    def _look_alikes(self, company, told, minimum=LISTED):
        """People of a structure who look like somebody, best first.

        :param company: structure
        :param Identity told: somebody, stored or being typed
        :param int minimum: points of resemblance
        :return: ``[(Identity, Resemblance)]``
        """
        compared = (
            (person, resemblance(told, person))
            for person in self._identities(company, told)
            if person.id != told.id
        )
        found = [pair for pair in compared if pair[1].score >= minimum]
        return sorted(found, key=lambda pair: -pair[1].score)
