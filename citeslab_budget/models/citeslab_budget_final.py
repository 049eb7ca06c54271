from odoo import fields, models


class CiteslabBudget(models.Model):
    """Words of the *compte rendu financier*, in the order of Cerfa 15059."""

    _inherit = "citeslab.budget"  # pylint: disable=consider-merging-classes-inherited

    final_description = fields.Html(
        string="Implementation",
        help="What was done, precisely (Cerfa 15059, part 1).",
    )
    final_people = fields.Text(
        string="People Who Benefited",
        help="How many, about, by kind of public; those accompanied are counted below.",
    )
    final_places = fields.Text(string="Dates and Places")
    final_objectives = fields.Text(string="Objectives Reached")
    final_indirect = fields.Text(
        string="Sharing of the Indirect Costs",
        help="Rules by which the indirect costs are charged to the action (part 3).",
    )
    explanation = fields.Html(
        string="Explanation of the Gaps",
        help="Significant gaps between what was planned and what is actual.",
    )
    final_nature = fields.Text(
        string="Main Expenses and Contributions in Kind",
        help="Nature and object of the most significant ones.",
    )

    def _final_parts(self):
        """Parts 1 and 3 of the form: (title, [(label, text)]), empty texts included.

        An empty text prints as a line to fill in by hand: the form wants them all.
        """
        self.ensure_one()
        counted = self.env._(
            "People accompanied in the period: %s.", self._persons_accompanied()
        )
        return {
            "before": (
                self.env._("1. Qualitative report"),
                [
                    self._final_row("final_description"),
                    (*self._final_row("final_people"), counted),
                    self._final_row("final_places"),
                    self._final_row("final_objectives"),
                ],
            ),
            "after": (
                self.env._("3. Annex to the final account"),
                [
                    self._final_row("final_indirect"),
                    self._final_row("explanation"),
                    self._final_row("final_nature"),
                ],
            ),
        }

    def _final_row(self, name):
        return self._fields[name]._description_string(self.env), self[name]

    def _final_facts(self):
        """(label, text) that the form asks for at its head, beside the usual ones."""
        conventions = self._cash_leaves().convention_id.mapped("display_name")
        return [
            (self.env._("SIRET:"), self.company_id.company_registry or "–"),
            (self.env._("Project:"), self.env._("CitésLab, creation of businesses")),
            (self.env._("Convention:"), ", ".join(conventions) or "–"),
        ]

    def _persons_accompanied(self):
        """People with at least one RDV done in the period (the bilan's base)."""
        found = (
            self.env["citeslab.interview"]
            .sudo()  # a count of people, who stay unread
            ._read_group(
                [
                    ("company_id", "=", self.company_id.id),
                    ("kind", "=", "interview"),
                    ("state", "=", "done"),
                    ("date", ">=", self.date_from),
                    ("date", "<=", self.date_to),
                ],
                aggregates=["partner_id:count_distinct"],
            )
        )
        return found[0][0]
