from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext

from ..figures.tokens import Tokens

# What a section shows besides its words and pictures. Those with the code of a
# section of the figures show its figures.
SECTION_KINDS = [
    ("text", "Words"),
    ("territory", "Territory and quartiers"),
    ("key_figures", "Key figures"),
    ("results", "Results, with the year before"),
    ("people", "Portrait of the people"),
    ("project", "Projects"),
    ("journey", "Orientation and outcomes"),
    ("animation", "Animation"),
    ("partnership", "Partnerships and programmes"),
    ("partners", "Partnerships by theme"),
    ("means", "Means"),
    ("plan", "Plan of the next period"),
    ("funding", "Funding"),
    ("financing", "Financing over three years"),
]


class CiteslabReportSection(models.Model):
    """A chapter of a report: words with figures in them, pictures, and figures."""

    _name = "citeslab.report.section"
    _description = "Section of a Report"
    _inherit = ["citeslab.report.child"]
    _order = "sequence, id"
    _rec_name = "title"

    report_id = fields.Many2one(
        "citeslab.report", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        SECTION_KINDS, string="Shows", required=True, default="text"
    )
    title = fields.Char(required=True)
    body = fields.Html(
        string="Text",
        sanitize_attributes=True,
        sanitize_style=True,
        help="{{persons_accompanied}} becomes the figure, {{gender:female %}} the "
        "share of a row, {{creations @previous}} the year before.",
    )
    picture_ids = fields.One2many("citeslab.report.picture", "section_id")
    claim_ids = fields.One2many("citeslab.report.claim", "section_id", readonly=True)
    excerpt = fields.Char(string="Words", compute="_compute_excerpt")
    claim_warning = fields.Char(compute="_compute_claim_warning")

    @api.depends("claim_ids.status", "claim_ids.reason")
    def _compute_claim_warning(self):
        for section in self:
            wrong = section.claim_ids.filtered("is_blocking")
            section.claim_warning = " ".join(wrong.mapped("message")) or False

    @api.depends("body")
    def _compute_excerpt(self):
        for section in self:
            text = " ".join(html2plaintext(section.body or "", False).split())
            section.excerpt = shorten(text, 80, placeholder="…")

    @api.onchange("kind")
    def _onchange_kind(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        if not self.title or self.title in labels.values():
            self.title = labels.get(self.kind)

    @api.model_create_multi
    def create(self, vals_list):
        sections = super().create(vals_list)
        sections._check_words()
        return sections

    def write(self, vals):
        result = super().write(vals)
        if "body" in vals:
            self._check_words()
        return result

    def _check_words(self):
        """Refuse a token that names nothing, then look at what the words claim.

        :raises ValidationError: one sentence, with what may be written instead
        """
        for report, sections in self.filtered("body").grouped("report_id").items():
            tokens = Tokens(report._layout(), report._row_codes)
            for section in sections:
                section._check_tokens(tokens)
        self.env["citeslab.report.claim"]._refresh(self)

    def _check_tokens(self, tokens):
        problem = next(iter(tokens.problems(self.body)), None)
        if problem:
            raise ValidationError(
                self.env._(
                    "%(section)s: %(token)s names no figure. Write one of: %(known)s.",
                    section=self.title,
                    token=problem.token,
                    known=", ".join(problem.known),
                )
            )

    def action_write(self):
        """The words and pictures of the section, in a window of their own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.title,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _copy_values(self):
        """Values of the same section in the next version of the report."""
        return [
            {
                "sequence": section.sequence,
                "kind": section.kind,
                "title": section.title,
                "body": section.body,
                "picture_ids": [
                    (
                        0,
                        0,
                        {
                            "sequence": picture.sequence,
                            "image": picture.image,
                            "caption": picture.caption,
                            "event_id": picture.event_id.id,
                            "has_agreement": picture.has_agreement,
                        },
                    )
                    for picture in section.picture_ids
                ],
            }
            for section in self
        ]
