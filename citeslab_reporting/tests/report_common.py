"""What the tests of reports share: a year of Brest, ready to be handed over."""

from datetime import date

from .engine_common import EngineCase
from .renderer_common import load_registers

YEAR = (date(2023, 1, 1), date(2023, 12, 31))


class ReportCase(EngineCase):
    """The structure has a few people in 2023; a chef prepares, a manager submits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.Report = cls.env["citeslab.report"].with_user(cls.chef)
        own = [("company_id", "=", cls.structure.id)]
        followed = cls.env["citeslab.network.structure"].search(own)
        followed.animator_ids = cls.users["network"]

    @classmethod
    def person(cls, name="Rozenn Quéméner", day=date(2023, 3, 1), **photograph):
        """Somebody accompanied that day."""
        parcours = cls.create_parcours(contact_name=name)
        if photograph:
            cls.photograph(parcours, day, **photograph)
        cls.meet(parcours, day, duration=1)
        return parcours

    @classmethod
    def draft(cls, first=YEAR[0], last=YEAR[1], **values):
        values = {"date_from": first, "date_to": last, **values}
        return cls.Report.create(values)

    @classmethod
    def submitted(cls, *period, **values):
        report = cls.draft(*period, **values)
        report.with_user(cls.manager).action_submit()
        return report

    @classmethod
    def next_version(cls, report):
        action = report.with_user(cls.chef).action_new_version()
        return cls.Report.browse(action["res_id"])

    @classmethod
    def later(cls, records, hours=1):
        """Make as if these records had been typed after what was submitted before.

        All that a test writes bears the same hour: that of its transaction.
        """
        cls.env.flush_all()
        cls.env.cr.execute(
            f'UPDATE "{records._table}"'  # pylint: disable=sql-injection
            " SET create_date = create_date + %s * interval '1 hour' WHERE id IN %s",
            [hours, records._ids],
        )
        records.invalidate_recordset(["create_date"])

    def total(self, report, code, item=False):
        return report.line_ids.filtered(
            lambda line: line.code == code and line.item_code == item
        )


class BrestCase(ReportCase):
    """Both registers of Brest, in the structure of the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_registers(cls.env, cls.structure)
