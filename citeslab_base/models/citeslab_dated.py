from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools.dates import EARLIEST_DAY


class CiteslabDated(models.AbstractModel):
    """Something whose days are of these years: of another century, a slip of the
    keyboard, which no list nor bilan would ever show."""

    _name = "citeslab.dated"
    _description = "Dated in These Years"

    # Days that are checked, and how far ahead one may plan.
    _checked_days = ("date",)
    _years_ahead = 10

    @api.constrains(lambda self: self._checked_days)
    def _check_century(self):
        latest = fields.Date.add(fields.Date.today(), years=self._years_ahead)
        for record in self:
            for name in self._checked_days:
                if record[name] and not EARLIEST_DAY <= record[name] <= latest:
                    record._refuse_day(name, latest)

    def _refuse_day(self, name, latest):
        raise ValidationError(
            self.env._(
                "%(record)s: “%(field)s” cannot be %(date)s, only from %(first)s to "
                "%(last)s; correct the year.",
                record=self.display_name,
                field=self._fields[name]._description_string(self.env),
                date=format_date(self.env, self[name]),
                first=format_date(self.env, EARLIEST_DAY),
                last=format_date(self.env, latest),
            )
        )
