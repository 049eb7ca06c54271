from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CiteslabCommitteeMember(models.Model):
    """Organisation that sits in a committee, with one referent (CDC §4.1).

    Its duties are counted over the current year of activity, or that of the day
    ``citeslab_duties_day`` of the context: people whom it sent, immersion days that it
    hosted, answers given on those whom it was sent, as the ledger of the partners tells
    them.
    """

    _name = "citeslab.committee.member"
    _description = "Member of a Committee"
    _order = "committee_id, sequence, id"
    _rec_name = "organization_id"
    _check_company_auto = True

    committee_id = fields.Many2one(
        "citeslab.committee", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="committee_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    organization_id = fields.Many2one(
        "res.partner",
        string="Organisation",
        required=True,
        ondelete="restrict",
        domain="[('is_porteur', '=', False)]",
        check_company=True,
    )
    referent_id = fields.Many2one(
        "res.partner",
        string="Referent",
        ondelete="restrict",
        domain="[('is_porteur', '=', False), ('is_company', '=', False)]",
        check_company=True,
        help="The one person whom the organisation names (CDC §4.1).",
    )
    immersion_promised = fields.Integer(string="Immersion Days Promised")
    immersion_done = fields.Integer(string="Immersion Days Held")
    sent_count = fields.Integer(string="People Sent", compute="_compute_duties")
    received_count = fields.Integer(
        string="People Received",
        compute="_compute_duties",
        help="People whom CitésLab sent to this organisation this year.",
    )
    answered_count = fields.Integer(
        string="Answers Given",
        compute="_compute_duties",
        help="People received whom the organisation accepted or refused (CDC §4.3).",
    )
    owed_count = fields.Integer(
        string="Answers Owed",
        compute="_compute_duties",
        help="People received of whom nothing is known yet (CDC §4.3).",
    )
    answer_rate = fields.Float(
        string="Answers Given (%)", compute="_compute_duties", digits=(5, 1)
    )

    _organization_unique = models.UniqueIndex(
        "(committee_id, organization_id)",
        "This organisation already sits in this committee.",
    )
    _immersion_positive = models.Constraint(
        "CHECK (COALESCE(immersion_promised, 0) >= 0"
        " AND COALESCE(immersion_done, 0) >= 0)",
        "A number of immersion days is not negative.",
    )

    @api.constrains("organization_id", "referent_id")
    def _check_nobody_followed(self):
        """No porteur is named on the paper that leaves for the members."""
        for member in self:
            # as superuser: only whether it is a porteur is read
            people = (member.organization_id | member.referent_id).sudo()
            if any(people.mapped("is_porteur")):
                raise ValidationError(
                    self.env._(
                        "A porteur is no member of a committee: choose an organisation "
                        "and the person who works there."
                    )
                )

    @api.depends("organization_id", "committee_id.territory_id.date_start")
    @api.depends_context("citeslab_duties_day")
    def _compute_duties(self):
        day = self.env.context.get("citeslab_duties_day")
        self.sent_count = self.received_count = self.owed_count = 0
        self.answered_count = self.answer_rate = 0
        for committee, members in self.grouped("committee_id").items():
            members._count_duties(committee, *committee._year_bounds(day))

    def _count_duties(self, committee, first, last):
        """Fill the counts of members of one committee over a period."""
        organizations = self.organization_id.ids
        sent = dict(
            self.env["crm.lead"]._read_group(
                [
                    ("is_parcours", "=", True),
                    ("company_id", "=", committee.company_id.id),
                    ("prescriber_id", "in", organizations),
                    ("first_contact_date", ">=", first),
                    ("first_contact_date", "<=", last),
                ],
                ["prescriber_id"],
                ["partner_id:count_distinct"],
            )
        )
        ledger = {
            entry["organization"]: entry
            for entry in self.env["citeslab.orientation.ledger"]._summary(
                committee.company_id, first, last
            )
        }
        for member in self:
            told = ledger.get(member.organization_id, {})
            member.sent_count = sent.get(member.organization_id, 0)
            member.received_count = told.get("sent", 0)
            member.owed_count = told.get("owed", 0)
            member.answered_count = told.get("accepted", 0) + told.get("refused", 0)
            # a person withdrawn before the answer is owed by nobody
            asked = member.answered_count + member.owed_count
            member.answer_rate = 100 * member.answered_count / asked if asked else 0
