from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


class CiteslabQualityRule(models.Model):
    """What a file must tell for the bilan to be true."""

    _name = "citeslab.quality.rule"
    _description = "Rule of Data Quality"
    _order = "sequence, id"

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    advice = fields.Char(translate=True, help="How to mend what the rule finds.")
    domain = fields.Text(
        required=True,
        help="Parcours that the rule finds. May use today, year_start and "
        "days_ago(number).",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    issue_count = fields.Integer(string="Parcours", compute="_compute_issue_count")

    _code_unique = models.UniqueIndex("(code)", "This code is already used.")

    @api.constrains("domain")
    def _check_domain(self):
        Lead = self.env["crm.lead"].sudo()
        for rule in self:
            try:
                Lead.search(rule._lead_domain(), limit=1)
            except (KeyError, SyntaxError, TypeError, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "The domain of the rule %(rule)s cannot be read: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_issue_count(self):
        groups = self.env["citeslab.quality.issue"]._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
        )
        counts = dict(groups)
        for rule in self:
            rule.issue_count = counts.get(rule, 0)

    def _lead_domain(self):
        """Parcours that this rule finds today, of any structure."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        words = {
            "today": fields.Date.to_string(today),
            "year_start": fields.Date.to_string(today.replace(month=1, day=1)),
            "days_ago": lambda days: fields.Date.to_string(
                fields.Date.subtract(today, days=days)
            ),
        }
        found = Domain(safe_eval(self.domain, words))
        return Domain("is_parcours", "=", True) & found

    @api.model
    def _count_by_rule(self, company, date_from, date_to):
        """How many parcours of a bilan each rule finds.

        The parcours of a bilan are those with a RDV done in its period.

        :param company: structure of the bilan
        :param date date_from: first day of the period
        :param date date_to: last day, included
        :return: rule → parcours that it concerns, rules without any left out
        :rtype: dict[models.Model, int]
        """
        company.check_access("read")
        done = Domain(
            [
                ("state", "=", "done"),
                ("kind", "=", "interview"),
                ("date", ">=", date_from),
                ("date", "<=", date_to),
            ]
        )
        scope = Domain("company_id", "=", company.id)
        scope &= Domain("interview_ids", "any", done)
        Lead = self.env["crm.lead"]
        counts = {
            rule: Lead.search_count(rule._lead_domain() & scope)
            for rule in self.sudo().search([])
        }
        return {rule.sudo(False): count for rule, count in counts.items() if count}
