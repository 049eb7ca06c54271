from odoo import api, fields, models


class CiteslabParameter(models.Model):
    """Number set by a rule of the scheme, from a date, with the text that sets it."""

    _name = "citeslab.parameter"
    _description = "Number of the Scheme"
    _order = "code, valid_from desc, id"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    value = fields.Float(required=True, digits=(16, 2))
    valid_from = fields.Date(required=True)
    valid_to = fields.Date()
    source = fields.Char(required=True, help="Text that sets this number.")

    _code_from_unique = models.UniqueIndex(
        "(code, valid_from)", "This number already has a value from this date."
    )
    _period_order = models.Constraint(
        "CHECK (valid_to IS NULL OR valid_from <= valid_to)",
        "The number must end after it starts.",
    )

    @api.model
    def _in_force(self, code, day):
        """Number of the scheme that holds on a day.

        :param str code: code of the number
        :param date day: day at which the rule is read
        :return: the record, empty where no rule holds that day
        """
        return self.sudo().search(
            [
                ("code", "=", code),
                ("valid_from", "<=", day),
                "|",
                ("valid_to", "=", False),
                ("valid_to", ">=", day),
            ],
            limit=1,
        )

    @api.model
    def _secret_under(self, day):
        """Numbers of people under this one stay secret (``small_cell_minimum``).

        A rule of today holds for an older period too: it is told today.

        :param date day: last day of what is told
        :rtype: int
        """
        code = "small_cell_minimum"
        days = (day, fields.Date.context_today(self))
        return int(max(self._value_at(code, one) or 0 for one in days))

    @api.model
    def _value_at(self, code, day):
        """Value of a number on a day.

        :param str code: code of the number
        :param date day: day at which the rule is read
        :return: the value, or ``None`` where no rule holds that day
        """
        found = self._in_force(code, day)
        return found.value if found else None
