from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


# Apart from the counting: the way back, from a figure to its records.
class CiteslabBilan(models.AbstractModel):
    """The records behind a figure, or behind one of its rows."""

    _inherit = "citeslab.bilan"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    @api.readonly
    def action_open_records(self, params, code, item_code=None):
        """Records that one figure, or one of its rows, counted.

        :param dict params: ``company_id``, ``date_from``, ``date_to`` and, if
            wanted, ``territory_id``, ``neighborhood_ids``, ``communes``;
            ``previous`` opens the records of the year before
        :param str code: code of the indicator
        :param str item_code: code of the row; empty for the whole figure
        :return: an ``ir.actions.act_window`` dict
        :raises UserError: unknown figure or row, or nobody feeds it
        """
        scope = self._scope_from_params(params)
        engine = self._for_scope(scope)
        indicator = engine._indicator_by_code(scope.company, code)
        if params.get("previous"):
            scope = scope.previous()
        return engine._open_records(indicator, scope, item_code)

    def _indicator_by_code(self, company, code):
        indicators = self.env["citeslab.indicator"]._for_company(company)
        indicator = indicators.filtered(lambda i: i.code == code)[:1]
        if not indicator:
            raise UserError(
                self.env._("There is no figure with the code %(code)s.", code=code)
            )
        if not indicator.source:
            raise UserError(
                self.env._(
                    "%(name)s: nothing is registered yet, so no record can be shown.",
                    name=indicator.name,
                )
            )
        return indicator

    def _open_records(self, indicator, scope, item_code):
        """Window on the rows of the source that the figure counted."""
        domain = self._counted_domain(indicator, scope)
        model = self._source_model(indicator.source, scope)
        name = indicator.name
        if item_code:
            domain, label = self._item_domain(indicator, model, domain, item_code)
            name = f"{name} : {label}"
        if indicator._measures_number():
            domain &= Domain(indicator.measure_field, "!=", 0)
        action = model._bilan_action(indicator, domain)
        action["name"] = name
        # the structure of the bilan, whichever ones the reader has ticked
        action["context"]["allowed_company_ids"] = scope.company.ids
        return action

    def _counted_domain(self, indicator, scope):
        """Rows of the source that a figure counts."""
        domain = self._source_domain(indicator.source, scope)
        domain &= indicator._parsed_domain()
        for flag in indicator._flags():
            domain &= Domain(flag, "=", True)
        return domain

    def _item_domain(self, indicator, model, domain, item_code):
        """Narrow a domain to one row of the figure.

        :return: domain and label of the row
        :raises UserError: when the figure has no such row
        """
        group = indicator.group_field
        labels, codes = {}, {}
        if group:
            groups = [key for (key,) in model._read_group(domain, [group])]
            codes = self._group_codes(indicator, groups, labels)
        keys = [key for key, code in codes.items() if code == item_code]
        if not keys:
            raise UserError(
                self.env._(
                    "%(name)s: no record of the period is under %(code)s.",
                    name=indicator.name,
                    code=item_code,
                )
            )
        values = [key.id if isinstance(key, models.BaseModel) else key for key in keys]
        known = labels[indicator.source, group]
        label = known[item_code][1] if item_code in known else self.env._("Unknown")
        return domain & Domain(group, "in", values), label
