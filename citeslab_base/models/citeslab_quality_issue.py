from odoo import fields, models
from odoo.tools import SQL

# Keeps the ids of two rules on one parcours apart.
RULES_PER_LEAD = 100_000


class CiteslabQualityIssue(models.Model):
    """Parcours that a rule of quality finds, as the data are now."""

    _name = "citeslab.quality.issue"
    _description = "Point to Complete"
    _auto = False
    _order = "rule_id, parcours_id desc"
    _depends = {
        "crm.lead": ["company_id", "partner_id", "user_id", "last_contact_date"],
        "citeslab.quality.rule": ["domain", "active"],
    }

    rule_id = fields.Many2one("citeslab.quality.rule", string="Rule", readonly=True)
    parcours_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", string="Structure", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Porteur", readonly=True)
    user_id = fields.Many2one("res.users", string="Référent", readonly=True)
    last_contact_date = fields.Date(readonly=True)
    advice = fields.Char(related="rule_id.advice")

    @property
    def _table_query(self):
        """One SELECT per rule; rights are those of this model, by structure."""
        Lead = self.env["crm.lead"].sudo().with_context(active_test=True)
        rules = self.env["citeslab.quality.rule"].sudo().search([])
        queries = [
            Lead._search(rule._lead_domain()).select(
                SQL(
                    "crm_lead.id::bigint * %(base)s + %(rule)s AS id, "
                    "%(rule)s AS rule_id, crm_lead.id AS parcours_id, "
                    "crm_lead.company_id, crm_lead.partner_id, crm_lead.user_id, "
                    "crm_lead.last_contact_date",
                    base=RULES_PER_LEAD,
                    rule=rule.id,
                )
            )
            for rule in rules
        ]
        return SQL(" UNION ALL ").join(queries or [self._nothing()])

    def _nothing(self):
        return SQL(
            "SELECT id, id AS rule_id, id AS parcours_id, company_id, partner_id, "
            "user_id, last_contact_date FROM crm_lead WHERE FALSE"
        )

    def action_open(self):
        """Open the parcours to complete.

        :return: window action
        :rtype: dict
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.parcours_id.id,
            "views": [(self.parcours_id.get_formview_id(), "form")],
        }
