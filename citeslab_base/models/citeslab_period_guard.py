from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# Texts that no figure reads: they stay free, also for an erasure.
FREE_TEXTS = {"notes", "next_step", "place", "feedback", "message_ids"}


class CiteslabPeriodGuard(models.AbstractModel):
    """Dated record that follows the closed periods of its structure (S2).

    A structure without a closed period pays nothing: what is closed is known
    without a query.
    """

    _name = "citeslab.period.guard"
    _description = "Record of a Period"

    def _guarded_days(self):
        """Structure and days of each record that the closed periods concern: hook.

        :return: list of ``(record, company, days)``
        """
        return [(row, row.company_id, (row.date,)) for row in self.sudo()]

    @api.model
    def _guarded_fields(self, names):
        """Those of the written fields that a closed period protects: hook.

        :param set names: fields about to be written
        :rtype: set[str]
        """
        return names - FREE_TEXTS

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._pass_locks(rows._closed_days(), "create")
        return rows

    def write(self, vals):
        changed = self._guarded_fields(set(vals))
        before = self._closed_days() if changed else {}
        result = super().write(vals)
        if changed:
            # a record moved into a closed period, or out of it, is refused alike
            self._pass_locks(self._closed_days() | before, "write", changed)
        return result

    def unlink(self):
        self._pass_locks(self._closed_days(), "unlink")
        return super().unlink()

    def _closed_days(self):
        """Records that are in a closed period.

        :return: ``{record: (lock, day)}``
        """
        if self.env.uid == SUPERUSER_ID:
            return {}  # imports by an administrator, scheduled work, upgrades
        Lock = self.env["citeslab.period.lock"]
        if not Lock._closed_companies():
            return {}
        found = {}
        for row, company, days in self._guarded_days():
            for day in days:
                lock = Lock._closing(company, day)
                if lock:
                    found[row.id] = (lock, day)
        return found

    def _pass_locks(self, closed, operation, names=()):
        """Refuse what nobody was allowed to change, note what a manager changed.

        :raises UserError: a day is closed, and the user holds no leave to correct it
        """
        if not closed:
            return
        leaves = {}
        for lock, day in closed.values():
            if lock not in leaves:
                leaves[lock] = self.env["citeslab.period.exception"]._running(lock)
            if not leaves[lock]:
                self._refuse_closed(lock, day)
        # the journal is written for whoever changes, and by nobody
        self.env["citeslab.period.change"].sudo().create(
            [
                self._change_values(self.browse(row_id), leaves[lock], day, operation)
                | {"fields_changed": ", ".join(sorted(names)) or False}
                for row_id, (lock, day) in closed.items()
            ]
        )

    def _change_values(self, row, leave, day, operation):
        return {
            "lock_id": leave.lock_id.id,
            "exception_id": leave.id,
            "company_id": leave.company_id.id,
            "user_id": self.env.user.id,
            "reason": leave.reason,
            "operation": operation,
            "res_model": self._name,
            "res_id": row.id,
            "label": f"{self._description} {row.id}",
            "day": day,
        }

    def _refuse_closed(self, lock, day):
        period = lock.sudo()
        values = {
            "day": format_date(self.env, day),
            "first": format_date(self.env, period.date_from),
            "last": format_date(self.env, period.date_to),
        }
        if self.env.user.has_group("citeslab_base.group_manager"):
            raise UserError(
                self.env._(
                    "%(day)s is in a closed period (%(first)s to %(last)s): open it "
                    "for yourself first, with the reason, under Configuration › "
                    "Closed periods.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "%(day)s is in a closed period (%(first)s to %(last)s): ask the "
                "manager of the structure to make this correction.",
                **values,
            )
        )
