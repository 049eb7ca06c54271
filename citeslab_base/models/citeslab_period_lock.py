from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class CiteslabPeriodLock(models.Model):
    """A closed period of a structure: what is dated in it is no longer typed.

    A manager still corrects it, under an exception that keeps the reason (S2).
    """

    _name = "citeslab.period.lock"
    _description = "Closed Period"
    _inherit = ["citeslab.dated", "mail.thread"]
    _order = "date_to desc, company_id, id"
    _checked_days = ("date_from", "date_to")

    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    date_from = fields.Date(string="From", required=True, tracking=True)
    date_to = fields.Date(string="To", required=True, tracking=True)
    reason = fields.Char(help="Why it is closed, as: bilan 2023 handed over.")
    active = fields.Boolean(default=True, tracking=True)
    exception_ids = fields.One2many("citeslab.period.exception", "lock_id")
    change_ids = fields.One2many("citeslab.period.change", "lock_id", readonly=True)

    _period_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The period must end after it starts."
    )

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for lock in self:
            lock.display_name = f"{lock.date_from} – {lock.date_to}"

    @api.model
    @tools.ormcache("company_id")
    def _periods(self, company_id):
        """Closed periods of a structure: no query once they are known.

        :return: tuple of ``(first day, last day, id of the lock)``
        """
        locks = self.sudo().search([("company_id", "=", company_id)])
        return tuple((lock.date_from, lock.date_to, lock.id) for lock in locks)

    @api.model
    @tools.ormcache()
    def _closed_companies(self):
        """Structures that closed a period, known without a query.

        :rtype: frozenset[int]
        """
        locks = self.sudo().search([])
        return frozenset(locks.company_id.ids)

    @api.model
    def _closing(self, company, day):
        """The lock that closes a day of a structure.

        :param company: a ``res.company`` record
        :param date | None day: day of a record
        :rtype: citeslab.period.lock record, or none
        """
        if not company or not day:
            return self.browse()
        for first, last, lock_id in self._periods(company.id):
            if first <= day <= last:
                return self.browse(lock_id)
        return self.browse()

    @api.constrains("date_to")
    def _check_past(self):
        """The future is not closed: what is planned is still to come."""
        for lock in self:
            if lock.date_to > fields.Date.context_today(lock):
                raise ValidationError(
                    self.env._(
                        "A period is closed once it is over: %(day)s is still to come.",
                        day=format_date(self.env, lock.date_to),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        locks = super().create(vals_list)
        self.env.registry.clear_cache()
        return locks

    def write(self, vals):
        result = super().write(vals)
        if {"date_from", "date_to", "active", "company_id"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_changed(self):
        """What was corrected in a closed period stays told."""
        if self.sudo().change_ids:
            raise ValidationError(
                self.env._(
                    "Corrections were made in this period, with their reasons: "
                    "archive it to open it again, and they stay."
                )
            )
