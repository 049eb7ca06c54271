from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .selections import (
    ANSWER_ORIGIN,
    ANSWERED_STATES,
    ORIENTATION_FAMILY,
    ORIENTATION_NEWS,
    ORIENTATION_STATE,
)

# What partners tell later, and what is sent to them: free in a closed period, where
# the orientation itself stays as it is.
FREE_AFTERWARDS = {
    "answer_date",
    "answer_origin",
    "asked_date",
    "call_by",
    "caller",
    "contact_id",
    "message",
    "news",
    "news_asked_date",
    "news_date",
    "news_reminder_count",
    "reason_id",
    "reminded_date",
    "reminder_count",
    "withdrawn_date",
}
# Chosen with each person: prescription libre (CDC §2).
FREE_CHOICE = ("organization_id", "promotion_id", "contact_id")
# A person is in such a promotion, or may still be.
OPEN_STATES = ("sent", "accepted")
# Typed by the partner on the page of the link, besides the answer itself.
CALLER_LENGTH = 100
COMMENT_LENGTH = 2000


class CiteslabOrientation(models.Model):
    """Hand-over of a person to an organisation or a programme (CDC §2).

    The partner answers by a link sent by mail (``_partner``), after so many reminders
    (``_reminder``), or the chef notes what was said on the phone: both count the same
    (CDC §4.3).
    """

    _name = "citeslab.orientation"
    _inherit = ["citeslab.parcours.child"]
    _description = "Orientation"

    family = fields.Selection(ORIENTATION_FAMILY, required=True)
    organization_id = fields.Many2one(
        "res.partner",
        string="Organisation",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('organization_kind', '!=', False)]",
        check_company=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Contact of the Partner",
        ondelete="set null",
        domain="[('parent_id', '=', organization_id)]",
        check_company=True,
        help="Who calls the person, and receives the mail.",
    )
    promotion_id = fields.Many2one(
        "citeslab.program.promotion",
        string="Programme",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    is_first = fields.Boolean(
        string="After the First RDV",
        readonly=True,
        copy=False,
        help="Decided after the person's first RDV ever in the structure, "
        "before the second one. Follows from the dates.",
    )
    message = fields.Text(
        string="Word to the Partner",
        help="Shown to the partner beside the name, the phone and the project.",
    )
    call_by = fields.Date(
        string="Call Expected By",
        copy=False,
        help="Day before which the partner calls the person, who is told so.",
    )
    caller = fields.Char(
        string="Who Calls", copy=False, help="As the partner says when accepting."
    )
    state = fields.Selection(
        ORIENTATION_STATE, required=True, default="sent", copy=False
    )
    answer_date = fields.Date(copy=False)
    answer_origin = fields.Selection(
        ANSWER_ORIGIN, string="Answered By", readonly=True, copy=False
    )
    reason_id = fields.Many2one(
        "citeslab.orientation.reason", string="Reason", ondelete="restrict", copy=False
    )
    news = fields.Selection(ORIENTATION_NEWS, string="News of the Project", copy=False)
    news_date = fields.Date(string="News of", copy=False)
    feedback = fields.Text(
        copy=False, help="What became of the project, as the partner says."
    )
    asked_date = fields.Date(
        string="Sent by Mail On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Day on which the partner first received a link to answer.",
    )
    reminder_count = fields.Integer(string="Reminders", readonly=True, copy=False)
    reminded_date = fields.Date(string="Last Mail On", readonly=True, copy=False)
    news_asked_date = fields.Date(string="News Asked On", readonly=True, copy=False)
    news_reminder_count = fields.Integer(readonly=True, copy=False)
    withdrawn_date = fields.Date(
        string="Agreement Withdrawn On",
        readonly=True,
        copy=False,
        help="From this day on the partner sees nothing more of the person, and "
        "owes no answer.",
    )
    link_ids = fields.One2many("citeslab.orientation.link", "orientation_id")
    has_agreement = fields.Boolean(
        string="Agreement to Share", compute="_compute_has_agreement"
    )

    promotion_warning = fields.Char(compute="_compute_promotion_warning")

    _company_date_idx = models.Index("(company_id, date)")

    @api.model
    def default_get(self, fields_list):
        """Prescription libre: whatever the context or the action says, nobody is
        proposed before the others.
        """
        values = super().default_get(fields_list)
        return {key: values[key] for key in values if key not in FREE_CHOICE}

    @api.depends("organization_id", "partner_id.consent_ids.withdrawn_date")
    def _compute_has_agreement(self):
        for orientation in self:
            orientation.has_agreement = orientation._is_agreed()

    @api.depends("promotion_id", "date", "state")
    def _compute_promotion_warning(self):
        """What the chef should know before sending to a promotion: it may be over."""
        for orientation in self:
            promotion = orientation.promotion_id
            taken = promotion.accepted_count
            if not promotion or orientation.state == "accepted":
                warning = False
            elif promotion.date_end and promotion.date_end < orientation.date:
                warning = self.env._(
                    "%(promotion)s is over since %(day)s.",
                    promotion=promotion.display_name,
                    day=orientation._label_of_day(promotion.date_end),
                )
            elif promotion.seats and taken >= promotion.seats:
                warning = self.env._(
                    "%(promotion)s is full: %(taken)s accepted for %(seats)s seats.",
                    promotion=promotion.display_name,
                    taken=taken,
                    seats=promotion.seats,
                )
            else:
                warning = False
            orientation.promotion_warning = warning

    @api.onchange("promotion_id")
    def _onchange_promotion(self):
        """A programme tells who runs it; nothing else proposes an organisation."""
        runner = self.promotion_id.program_id.organization_id
        if runner and not self.organization_id:
            self.organization_id = runner

    @api.onchange("organization_id")
    def _onchange_organization(self):
        if self.contact_id.parent_id != self.organization_id:
            self.contact_id = False

    @api.constrains("contact_id", "organization_id")
    def _check_contact(self):
        for orientation in self.filtered("contact_id"):
            if orientation.contact_id.parent_id != orientation.organization_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s does not work at %(organization)s: choose one "
                        "of its contacts.",
                        contact=orientation.contact_id.name,
                        organization=orientation.organization_id.name or "…",
                    )
                )

    @api.constrains("promotion_id", "parcours_id")
    def _check_once_a_promotion(self):
        """A person counts once in the table of the programmes."""
        for orientation in self.filtered("promotion_id"):
            if orientation.state not in OPEN_STATES:
                continue
            twin = self.search(
                [
                    ("id", "!=", orientation.id),
                    ("partner_id", "=", orientation.partner_id.id),
                    ("promotion_id", "=", orientation.promotion_id.id),
                    ("state", "in", OPEN_STATES),
                ],
                limit=1,
            )
            if twin:
                raise ValidationError(
                    self.env._(
                        "%(reference)s is already oriented to %(promotion)s, on "
                        "%(day)s: open that orientation instead.",
                        reference=orientation.parcours_id.reference,
                        promotion=orientation.promotion_id.display_name,
                        day=orientation._label_of_day(twin.date),
                    )
                )

    def write(self, vals):
        vals = dict(vals)
        today = fields.Date.context_today(self)
        overruled = self._overruled_by(vals)
        moved = self.filtered(
            lambda row: "organization_id" in vals
            and row.organization_id.id != vals["organization_id"]
        )
        if vals.get("state") in ANSWERED_STATES:
            vals.setdefault("answer_origin", "structure")
            if "answer_date" not in vals:
                unknown = self.filtered(lambda row: not row.answer_date)
                super(CiteslabOrientation, unknown).write({"answer_date": today})
        elif vals.get("state") == "sent":
            vals.update(answer_origin=False)
            vals.setdefault("answer_date", False)
        if vals.get("state", "refused") != "refused":
            vals.setdefault("reason_id", False)
        if (vals.get("news") or vals.get("feedback")) and "news_date" not in vals:
            vals["news_date"] = today
        result = super().write(vals)
        if vals.get("state") in ANSWERED_STATES:
            self._revoke_links("answer")
        if vals.get("state", "accepted") != "accepted":
            self._revoke_links("news")
        moved._start_anew(vals)
        for orientation, former in overruled:
            orientation._log_overruled(former)
        return result

    def _overruled_by(self, vals):
        """Answers given by a link that the structure is about to change.

        :return: pairs of an orientation and its state before
        :rtype: list[tuple]
        """
        if "state" not in vals or vals.get("answer_origin") == "partner":
            return []
        return [
            (row, row.state)
            for row in self
            if row.answer_origin == "partner" and row.state != vals["state"]
        ]

    def _log_overruled(self, former):
        """What a partner answered stays told in the story, whoever changes it."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        self.parcours_id._message_log(
            body=self.env._(
                "The answer of %(organization)s by the link, “%(former)s”, is changed "
                "to “%(state)s”.",
                organization=self.organization_id.name or "",
                former=labels[former],
                state=labels[self.state],
            )
        )

    def _start_anew(self, vals):
        """Another organisation was chosen: it was asked nothing yet."""
        self._revoke_links()
        unanswered = self.filtered(lambda row: row.state not in ANSWERED_STATES)
        if unanswered:
            unanswered.write(
                {
                    "state": "sent",
                    "asked_date": False,
                    "call_by": vals.get("call_by", False),
                    "reminded_date": False,
                    "reminder_count": 0,
                    "withdrawn_date": False,
                }
            )

    @api.model
    def _guarded_fields(self, names):
        """An answer is a new fact, even to an orientation of a closed period.

        A first one is always taken in; changing it needs the leave of a manager.
        """
        free = set(FREE_AFTERWARDS)
        if not any(row.state in ANSWERED_STATES for row in self):
            free.add("state")
        return super()._guarded_fields(names) - free
