from odoo import api, fields, models

from ..tools.dates import local_date
from ..tools.identity import international_number
from ..tools.roles import ROLES

# Told by the chef: never taken from the parcours that joins another one.
COMPLETED = (
    "project_nature_id",
    "project_kind",
    "project_neighborhood_id",
    "discovery_source_id",
    "prescriber_id",
    "description",
    "user_id",
)


class CiteslabParcoursCapture(models.AbstractModel):
    """Fast capture, messages with the text already written, joining two parcours.

    Part of ``crm.lead``, in a file of its own.
    """

    _name = "citeslab.parcours.capture"
    _description = "Capture of a Parcours"

    met_on = fields.Date(
        compute="_compute_met_on",
        inverse="_inverse_met_on",
        groups=ROLES,
        help="Day of the first contact: the person counts as met from then on. "
        "Empty: nobody has met the person yet.",
    )
    reach_text = fields.Char(compute="_compute_reach_text", groups=ROLES)
    reach_number = fields.Char(compute="_compute_reach_number", groups=ROLES)

    @api.depends("is_parcours", "first_contact_date")
    def _compute_met_on(self):
        """Today in the form of a new parcours: who is typed has just been met."""
        for lead in self:
            is_new = lead.is_parcours and not lead._origin
            company = lead.company_id or self.env.company
            today = is_new and local_date(fields.Datetime.now(), company)
            lead.met_on = today or lead.first_contact_date

    def _inverse_met_on(self):
        """Note the first contact of a person just captured."""
        mission = self.env.ref("citeslab_base.mission_prospecting")
        met = self._parcours().filtered(
            lambda lead: lead.met_on and not lead.first_contact_date
        )
        self.env["citeslab.interview"].create(
            [
                {
                    "parcours_id": lead.id,
                    "kind": "contact",
                    "state": "done",
                    "date": lead.met_on,
                    "mission_id": mission.id,
                }
                for lead in met
            ]
        )

    @api.depends("is_parcours", "company_id", "partner_id")
    @api.depends_context("uid")
    def _compute_reach_text(self):
        """The SMS of the structure, ready to be sent from one's own phone."""
        parcours = self._parcours()
        (self - parcours).reach_text = False
        texts = {
            company: company._citeslab_message_for(self.env.user)
            for company in parcours.company_id
        }
        for lead in parcours:
            name = lead.partner_id.name or ""
            lead.reach_text = texts[lead.company_id].replace("{person}", name)

    @api.depends("is_parcours", "phone")
    def _compute_reach_number(self):
        for lead in self:
            lead.reach_number = lead.is_parcours and international_number(lead.phone)

    def _join_parcours(self, twin):
        """Make of two parcours of a person one: rows, chatter and files of both.

        :param twin: the parcours that disappears
        :return: this parcours
        """
        self.ensure_one()
        kept, gone = self.sudo(), twin.sudo()
        Merge = self.env["base.partner.merge.automatic.wizard"].sudo()
        kept.write(
            {
                name: gone[name].id if gone._fields[name].relational else gone[name]
                for name in COMPLETED
                if gone[name] and not kept[name]
            }
        )
        kept.message_post(
            body=self.env._(
                "The parcours %(reference)s “%(name)s” was joined to this one.",
                reference=gone.reference,
                name=gone.name,
            )
        )
        # a project is presented once to an edition of a contest
        entries = kept.contest_entry_ids.mapped(
            lambda row: (row.contest_id, row.edition)
        )
        gone.contest_entry_ids.filtered(
            lambda row: (row.contest_id, row.edition) in entries
        ).unlink()
        self.env.flush_all()
        Merge._update_foreign_keys_generic("crm.lead", gone, kept)
        Merge._update_reference_fields_generic("crm.lead", gone, kept)
        self.env.invalidate_all()
        # sudo: its rows are here now, the guard of what counts has nothing to keep
        gone.unlink()
        kept._move_rows_to_person()
        return self
