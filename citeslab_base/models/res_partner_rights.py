from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..tools.roles import ROLES

# What only CitésLab knows of a contact that the host keeps.
OURS = (
    "is_porteur",
    "porteur_shared",
    "gender",
    "birthdate_date",
    "residence",
    "neighborhood_id",
)


# Apart from what a porteur is: a file for his rights.
class ResPartner(models.Model):
    """The rights of a person over his file: to read it, to be erased from it."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    anonymised_date = fields.Date(
        string="Anonymised On", readonly=True, copy=False, groups=ROLES
    )
    notice_date = fields.Date(
        string="Told On",
        readonly=True,
        copy=False,
        groups=ROLES,
        help="Day on which the person was told that the file will be anonymised.",
    )
    last_sign_date = fields.Date(
        string="Last Sign of Life",
        compute="_compute_last_sign_date",
        groups=ROLES,
        help="Latest date of anything in the file.",
    )

    @api.depends("parcours_ids", "consent_ids")
    def _compute_last_sign_date(self):
        self.last_sign_date = False
        if not self._ids:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, date FROM (%s) AS sign WHERE partner_id IN %s",
                self.env["citeslab.retention"]._last_signs(),
                tuple(self._origin.ids) or (0,),
            )
        )
        signs = dict(rows)
        for partner in self:
            partner.last_sign_date = signs.get(partner._origin.id, False)

    # ------------------------------------------------------------
    # Erasure
    # ------------------------------------------------------------

    def _anonymise(self, reason):
        """Erase the identity of these people everywhere; their figures stay.

        What the register of personal data lists is blanked or deleted; the row of
        the person, the parcours and the photographs stay, so that no bilan moves
        (ARCHITECTURE §5). Done once: whoever is anonymous already is left alone.

        :param str reason: one of ``selections.ERASURE_REASON``
        :return: the people who are anonymous now, and were not
        :raise UserError: somebody who is no porteur
        """
        # sudo: what concerns a person goes, wherever his chef may look
        people = self.sudo().with_context(active_test=False)
        people = people.filtered(lambda person: not person.anonymised_date)
        if not people:
            return people
        if not all(people.mapped("is_porteur")):
            raise UserError(
                self.env._("Only a porteur is anonymised: this contact is none.")
            )
        people._before_erasure()
        people = people.union(*(person._apart_from_host() for person in people))
        people = people.filtered("is_porteur")
        lang = people.company_id[:1].partner_id.lang or self.env.lang
        data = self.env["citeslab.personal.data"].sudo().with_context(lang=lang)
        self.env["citeslab.erasure"].sudo()._record(people, reason)
        data._blank(data._scope(people))
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET anonymised_date = %s, is_hidden_porteur = TRUE "
                "WHERE id = ANY(%s)",
                fields.Date.context_today(self),
                people.ids,
            )
        )
        people._close_parcours()
        self.env.invalidate_all()
        return people

    def _before_erasure(self):
        """Hook: undo what is still to come for people about to go. Call super()."""
        today = fields.Date.context_today(self)
        coming = self.env["citeslab.interview"].search(
            [
                ("partner_id", "in", self.ids),
                ("state", "=", "planned"),
                ("date", ">=", today),
            ]
        )
        coming.action_cancel()
        self.consent_ids._in_force().filtered(
            lambda consent: consent.purpose != "keep"
        ).action_withdraw()

    def _close_parcours(self):
        """A card without a name leaves the kanban: no figure reads the stage."""
        closed = self.env["crm.lead"]._stages_by_phase()["closed"]
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET stage_id = %s "
                "WHERE is_parcours AND partner_id = ANY(%s)",
                closed.id,
                self.ids,
            )
        )

    def _apart_from_host(self):
        """Part a porteur from the user or the customer that he also is.

        The host keeps its contact, without what CitésLab knew; the parcours go to a
        new one that can be anonymised.

        :return: the one to anonymise
        """
        self.ensure_one()
        if not (self.user_ids or self.porteur_shared):
            return self
        twin = self.create(
            {
                "name": self.env["citeslab.personal.data"]._neutral("person"),
                "is_porteur": True,
                "company_id": self.company_id.id,
                "gender": self.gender,
                "residence": self.residence,
            }
        )
        self._hand_links_to(twin)
        self.write(dict.fromkeys(OURS, False))
        return twin

    def _hand_links_to(self, twin):
        """What our models tell of this person is told of another one from now on.

        In SQL: a write would say in the chatter whom it was told of before.
        """
        self.env.flush_all()
        for table, column in self._links_of_ours():
            self.env.cr.execute(
                SQL(
                    "UPDATE %(table)s SET %(column)s = %(twin)s "
                    "WHERE %(column)s = %(person)s",
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    twin=twin.id,
                    person=self.id,
                )
            )
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET partner_id = %s WHERE is_parcours "
                "AND partner_id = %s",
                twin.id,
                self.id,
            )
        )
        self.env.invalidate_all(flush=False)

    def _links_of_ours(self):
        """Columns of our own models that point to a porteur.

        :rtype: list[tuple[str, str]]
        """
        return [
            (self.env[name]._table, column)
            for name, personal in self.env["citeslab.personal.data"]
            ._installed()
            .items()
            for column, target in personal.links.items()
            if target == "res.partner" and self._is_link_of_ours(name, column)
        ]

    @api.model
    def _is_link_of_ours(self, model, column):
        """Whether a column tells of a porteur in one of our models: hook."""
        return model.startswith("citeslab.")

    # ------------------------------------------------------------
    # At the counter
    # ------------------------------------------------------------

    def _check_counter(self):
        """Who may answer a person who asks for his rights.

        :raise UserError: somebody who is no porteur, or anonymous already
        """
        self.ensure_one()
        self.check_access("write")
        if not self.is_porteur:
            raise UserError(self.env._("Only a porteur has a file here."))
        if self.anonymised_date:
            raise UserError(
                self.env._(
                    "This person was anonymised on %(date)s: nothing is known now.",
                    date=format_date(self.env, self.anonymised_date),
                )
            )

    def action_erase(self):
        """Open the dialog that erases the person, after a last check.

        :rtype: dict
        """
        self._check_counter()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase this person"),
            "res_model": "citeslab.erasure.dialog",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def action_access_export(self):
        """Give the person everything that is known of him: a ZIP to download.

        :rtype: dict
        """
        self._check_counter()
        return {
            "type": "ir.actions.act_url",
            "url": f"/citeslab/my-file/{self.id}",
            "target": "self",
        }

    def action_print_notice(self):
        """Print what we keep, why, how long, and how to say stop.

        :rtype: dict
        """
        self.ensure_one()
        return self.env.ref("citeslab_base.report_notice").report_action(self)

    def action_print_my_parcours(self):
        """Print the sheet for the person: where I am, who helps me, what comes next.

        :rtype: dict
        """
        self._check_counter()
        return self.env.ref("citeslab_base.report_my_parcours").report_action(self)
