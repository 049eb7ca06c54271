from odoo import api, models
from odoo.exceptions import ValidationError

from ..figures.money import has_too_many_decimals

# Two hundred times the largest CitésLab: beyond it, somebody typed a zero too many.
LARGEST = 10_000_000


class CiteslabBudgetAmounts(models.AbstractModel):
    """Amounts as a funder reads them: whole cents, never negative, never absurd."""

    _name = "citeslab.budget.amounts"
    _description = "Checked Amounts"

    @api.model
    def _amount_fields(self):
        """Fields typed in euros that must be zero or more."""
        return []

    @api.model
    def _signed_amount_fields(self):
        """Fields typed in euros where a credit note may be negative."""
        return []

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_amounts(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_amounts(vals)
        return super().write(vals)

    @api.model
    def _check_amounts(self, vals):
        """Refuse an amount before the ORM rounds it.

        :raises ValidationError: more than two decimals, negative, or too large
        """
        for name in self._amount_fields() + self._signed_amount_fields():
            if vals.get(name):
                self._check_amount(name, vals[name])

    @api.model
    def _check_amount(self, name, amount):
        label = self._fields[name]._description_string(self.env)
        if has_too_many_decimals(amount):
            raise ValidationError(
                self.env._(
                    "%(field)s: %(amount)s has more than two decimals; type an "
                    "amount in euros and cents.",
                    field=label,
                    amount=amount,
                )
            )
        if abs(amount) > LARGEST:
            raise ValidationError(
                self.env._(
                    "%(field)s: %(amount)s is more than any structure manages "
                    "(%(limit)s at most); check the number of zeros.",
                    field=label,
                    amount=f"{amount:.2f}",
                    limit=LARGEST,
                )
            )
        if amount < 0 and name in self._amount_fields():
            raise ValidationError(
                self.env._(
                    "%(field)s: %(amount)s is negative; type an amount of zero or "
                    "more.",
                    field=label,
                    amount=amount,
                )
            )
