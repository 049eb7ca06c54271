from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..figures import claims
from ..figures.matrix import RATE
from ..figures.tokens import Tokens

FAULTY = (claims.FALSE, claims.OTHER_BASE)


class CiteslabReportClaim(models.Model):
    """What the words of a report claim of a figure, and whether it holds.

    Found in the text by itself and tied to the figure it speaks of; the chef may
    tie it to another one, or say why it stays as it is.
    """

    _name = "citeslab.report.claim"
    _description = "Claim of a Report"
    _inherit = ["citeslab.report.child"]
    _order = "section_id, sequence, id"
    _rec_name = "text"
    _frozen_by = "section_id"

    section_id = fields.Many2one(
        "citeslab.report.section", required=True, index=True, ondelete="cascade"
    )
    report_id = fields.Many2one(
        "citeslab.report", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    text = fields.Char(string="Words", required=True, readonly=True)
    sentence = fields.Char(required=True, readonly=True)
    indicator_id = fields.Many2one(
        "citeslab.indicator", string="Figure", ondelete="set null"
    )
    item_codes = fields.Char(string="Rows", help="Codes of the rows, with commas.")
    is_by_hand = fields.Boolean(string="Chosen by Hand", readonly=True)
    status = fields.Selection(
        [
            (claims.TRUE, "Holds"),
            (claims.FALSE, "Does not hold"),
            (claims.OTHER_BASE, "About other people"),
            (claims.UNTIED, "No figure found"),
        ],
        required=True,
        readonly=True,
    )
    message = fields.Char(string="What the Figure Says", readonly=True)
    reason = fields.Char(
        string="Kept Because", help="Why the words stay though the figure differs."
    )
    is_blocking = fields.Boolean(compute="_compute_is_blocking")

    @api.depends("status", "reason")
    def _compute_is_blocking(self):
        for claim in self:
            claim.is_blocking = claim.status in FAULTY and not claim.reason

    def write(self, vals):
        """A figure chosen by hand is checked at once."""
        by_hand = {"indicator_id", "item_codes"} & vals.keys()
        if by_hand and "is_by_hand" not in vals:
            vals = {**vals, "is_by_hand": True}
        result = super().write(vals)
        if by_hand and "status" not in vals:
            self._refresh(self.section_id)
        return result

    # Reading the words

    @api.model
    def _refresh(self, sections):
        """Read the claims of these sections again; choices and reasons stay.

        :param sections: ``citeslab.report.section`` records of drafts
        """
        for report, of_report in sections.grouped("report_id").items():
            layout = report._layout()
            for section in of_report:
                self._refresh_section(section, layout)

    def _refresh_section(self, section, layout):
        known = {(one.sentence, one.text): one for one in section.claim_ids}
        kept = self.browse()
        # the text of the reader: breaks between paragraphs, no links
        text = html2plaintext(Tokens(layout).fill(section.body or ""), False)
        for rank, found in enumerate(claims.find(text)):
            former = known.get((found.sentence, found.text), self.browse())
            values = {
                "sequence": rank,
                **self._verdict_values(found, former, section, layout),
            }
            if former:
                former.write({**values, "is_by_hand": former.is_by_hand})
                kept |= former
            else:
                kept |= self.create(
                    {
                        "section_id": section.id,
                        "report_id": section.report_id.id,
                        "sentence": found.sentence,
                        "text": found.text,
                        **values,
                    }
                )
        (section.claim_ids - kept).unlink()

    def _verdict_values(self, found, former, section, layout):
        figures = layout.matrix.figures
        tied = claims.tie(found, figures)
        if former.is_by_hand:
            rows = [code.strip() for code in (former.item_codes or "").split(",")]
            tied = claims.Tie(
                former.indicator_id.code,
                tuple(code for code in rows if code),
                claims.population(found.sentence),
            )
        verdict = claims.check(found, tied, figures)
        indicator = self.env["citeslab.indicator"]
        if tied and tied.code in figures:
            company = section.report_id.company_id
            indicator = indicator.search(
                [("code", "=", tied.code), ("company_id", "in", (False, company.id))],
                limit=1,
            )
        return {
            "indicator_id": indicator.id,
            "item_codes": ", ".join(tied.items) if tied else False,
            "status": verdict.status,
            "message": self._message(found, tied, verdict, layout),
        }

    def _message(self, found, tied, verdict, layout):
        """What the figure says, in one sentence."""
        if verdict.status == claims.UNTIED:
            return self.env._("No figure of the bilan was found: check it yourself.")
        figures = layout.matrix.figures
        figure = figures[tied.code]
        unit = RATE if found.unit == claims.PERCENT else figure.kind
        values = {
            "claim": found.text,
            "value": layout.style.value(verdict.value, unit),
            "figure": self._subject(figure, tied),
        }
        if verdict.status == claims.TRUE:
            return self.env._("%(figure)s: %(value)s.", **values)
        if verdict.status == claims.OTHER_BASE:
            base, other = figures[verdict.base], figures.get(tied.population)
            return self.env._(
                "“%(claim)s”: %(figure)s is counted among “%(base)s” (%(count)s), "
                "not among “%(other)s” (%(others)s).",
                base=base.label,
                count=layout.style.number(base.value),
                other=other.label if other else tied.population,
                others=layout.style.number(other.value if other else None),
                **values,
            )
        return self.env._(
            "“%(claim)s”: the figure says %(value)s (%(figure)s).", **values
        )

    @staticmethod
    def _subject(figure, tied):
        labels = [item.label for item in figure.items if item.code in tied.items]
        return f"{figure.label}, {' + '.join(labels)}" if labels else figure.label

    def _keep_reasons(self, former):
        """Give the same words the reason that they had in the version before."""
        known = {(one.section_id.title, one.text): one.reason for one in former}
        for claim in self:
            claim.reason = known.get((claim.section_id.title, claim.text))
