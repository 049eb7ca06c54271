from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Which of several registrations of one person is kept: who came, then who may come.
RANK = {"done": 0, "open": 1, "draft": 2, "cancel": 3}


class ResPartner(models.Model):
    """Registrations of a person, when two files become one."""

    _inherit = "res.partner"

    def _person_inventory(self):
        """Add the events to which these people are registered, each once."""
        inventory = super()._person_inventory()
        registrations = self._registrations_of_porteurs()
        inventory[self.env._("registrations")] = len(
            {(row.event_id, row.event_slot_id) for row in registrations}
        )
        return inventory

    def _registrations_of_porteurs(self):
        Registration = self.env["event.registration"].sudo()
        return Registration.with_context(active_test=False).search(
            [("porteur_id", "in", self.ids)]
        )

    def _collapse_registrations(self):
        """Leave one registration an event to these people, who are one person.

        The one who came is kept; it takes over the RDV and the parcours that only
        the other one had.
        """
        registrations = self._registrations_of_porteurs()
        same = registrations.grouped(lambda row: (row.event_id, row.event_slot_id))
        for rows in same.values():
            rows = rows.sorted(
                lambda row: (not row.active, RANK.get(row.state, 9), row.id)
            )
            kept, doubles = rows[0], rows[1:]
            if not doubles:
                continue
            for name in ("interview_id", "parcours_id", "residence", "neighborhood_id"):
                told = doubles.filtered(name)[:1]
                if told and not kept[name]:
                    kept[name] = told[name]
            # an attended one is never deleted as it is: the bilan counts it
            doubles.filtered_domain(
                [("interview_id", "=", kept.interview_id.id)]
            ).write({"interview_id": False})
            doubles.write({"state": "cancel"})
            doubles.unlink()

    def _before_erasure(self):
        """Free the seats of people about to be erased."""
        result = super()._before_erasure()
        # sudo: the person goes from every event of the structure
        coming = (
            self.env["event.registration"]
            .sudo()
            .search(
                [
                    ("porteur_id", "in", self.ids),
                    ("state", "in", ("draft", "open")),
                    ("attendance_date", ">=", fields.Date.context_today(self)),
                ]
            )
        )
        coming.action_cancel()
        self._take_portraits_down()
        return result

    @api.model
    def _is_link_of_ours(self, model, column):
        ours = (model, column) == ("event.registration", "porteur_id")
        return ours or super()._is_link_of_ours(model, column)

    def _check_may_hold_booth(self, company):
        """Booths of a market go to the porteurs of the structure that holds it.

        :param company: structure of the market
        :raise ValidationError: somebody else
        """
        if not self.is_porteur or self.company_id != company:
            raise ValidationError(
                self.env._(
                    "%(name)s is not followed by %(company)s: booths go to creators "
                    "of the structure.",
                    name=self.name,
                    company=company.name,
                )
            )

    def _take_portraits_down(self):
        """A portrait whose consent was withdrawn is published no more."""
        # sudo: whoever notes the withdrawal, it acts on every event
        self.env["citeslab.event.witness"].sudo().search(
            [("partner_id", "in", self.ids)]
        ).write({"is_published": False, "consent_date": False})
