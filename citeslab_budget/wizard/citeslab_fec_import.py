import base64

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.citeslab_base.tools.text import quoted

from ..figures import fec
from ..figures.money import to_cents, to_euros

SHOWN = 20


class CiteslabFecImport(models.TransientModel):
    """Import of a FEC into the actual amounts of a budget: all or nothing."""

    _name = "citeslab.fec.import"
    _description = "Import of a FEC"

    budget_id = fields.Many2one("citeslab.budget", required=True)
    file = fields.Binary(string="FEC File", required=True)
    filename = fields.Char()

    def action_import(self):
        """Import, or stop at the problems without importing anything."""
        self.ensure_one()
        self.budget_id.check_access("write")
        counts = self._import(base64.b64decode(self.file))
        return self.budget_id._notify(
            self.env._(
                "%(created)s entries imported, %(known)s already there, %(other)s "
                "rows of other accounts or years.",
                **counts,
            )
        )

    def _import(self, content):
        """Create the entries of a ledger that concern the budget.

        :param bytes content: the file
        :return: ``{"created", "known", "other"}``
        :raises UserError: one sentence a problem; nothing is imported then
        """
        mapping = self.env["citeslab.budget.mapping"]._index(self.budget_id.company_id)
        if not mapping:
            raise UserError(
                self.env._(
                    "No account feeds a line yet: fill Configuration, Budget, Accounts "
                    "of the Ledger."
                )
            )
        rows, problems = fec.read(content)
        if problems:
            raise UserError(self._problem_text(problems))
        chosen = self._chosen(rows, mapping)
        known = self._known(chosen)
        values = [
            self._values(row, category)
            for row, category in chosen
            if row.key not in known
        ]
        self.env["citeslab.budget.entry"].create(values)
        return {
            "created": len(values),
            "known": len(chosen) - len(values),
            "other": len(rows) - len(chosen),
        }

    def _chosen(self, rows, mapping):
        """Rows of mapped accounts dated in the year, with their category."""
        budget = self.budget_id
        found = []
        for row in rows:
            category = mapping.category_of(row.account, row.label)
            if category and row.cents and budget.date_from <= row.day <= budget.date_to:
                found.append((row, category))
        return found

    def _known(self, chosen):
        """Keys that were imported before; a changed amount is a problem."""
        keys = [row.key for row, _category in chosen]
        entries = self.env["citeslab.budget.entry"].search(
            Domain("company_id", "=", self.budget_id.company_id.id)
            & Domain("fec_key", "in", keys)
        )
        before = {entry.fec_key: to_cents(entry.amount) for entry in entries}
        changed = [
            (row, before[row.key])
            for row, category in chosen
            if row.key in before and before[row.key] != self._signed(row, category)
        ]
        if changed:
            raise UserError(
                "\n".join(self._changed_text(row, old) for row, old in changed[:SHOWN])
            )
        return set(before)

    def _changed_text(self, row, old):
        return self.env._(
            "Line %(line)s: “%(label)s” was imported with %(old).2f and now has "
            "another amount; delete the entry, then import again.",
            line=row.line,
            label=row.label,
            old=to_euros(old),
        )

    def _signed(self, row, category):
        """Costs are debits, receipts are credits: both positive in a budget."""
        return row.cents if category.side == "expense" else -row.cents

    def _values(self, row, category):
        return {
            "budget_id": self.budget_id.id,
            "line_id": self.budget_id._line_of(category).id,
            "name": row.label,
            "date": row.day,
            "amount": to_euros(self._signed(row, category)),
            "ledger_account": row.account,
            "piece": row.piece,
            "source": "fec",
            "fec_key": row.key,
        }

    # Problems in words

    def _problem_text(self, problems):
        lines = [self._sentence(problem) for problem in problems[:SHOWN]]
        if len(problems) > SHOWN:
            lines.append(
                self.env._("… and %(count)s more.", count=len(problems) - SHOWN)
            )
        return "\n".join(lines)

    def _sentence(self, problem):
        """One sentence: what is wrong, where, how to mend it."""
        where = {
            "line": problem.line,
            "column": problem.column,
            "value": quoted(problem.value),
        }
        sentences = {
            "empty": lambda: self.env._("The file is empty: export the FEC again."),
            "too_big": lambda: self.env._(
                "The file is larger than 50 MB: export one year."
            ),
            "encoding": lambda: self.env._(
                "The file is neither in UTF-8 nor in ISO 8859-15: export it in one of "
                "these encodings."
            ),
            "separator": lambda: self.env._(
                "This is not a FEC: its columns are separated neither by a tab nor by "
                "a vertical bar."
            ),
            "missing": lambda: self.env._(
                "line %(line)s, column “%(column)s”: missing; a FEC has its 18 columns "
                "in the legal order.",
                **where,
            ),
            "column": lambda: self.env._(
                "line %(line)s, column “%(column)s”: found “%(value)s” in its place; a "
                "FEC has its 18 columns in the legal order.",
                **where,
            ),
            "width": lambda: self.env._(
                "line %(line)s: %(value)s columns instead of 18; a label may hold a "
                "separator.",
                **where,
            ),
            "long": lambda: self.env._(
                "line %(line)s: a cell is longer than any ledger writes; export the "
                "file again.",
                **where,
            ),
            "date": lambda: self.env._(
                "line %(line)s, column “%(column)s”: “%(value)s” is not a date written "
                "yyyymmdd.",
                **where,
            ),
            "amount": lambda: self.env._(
                "line %(line)s, column “%(column)s”: “%(value)s” is not an amount in "
                "euros and cents.",
                **where,
            ),
            "account": lambda: self.env._(
                "line %(line)s, column “%(column)s”: no account number.", **where
            ),
        }
        return sentences[problem.code]()
