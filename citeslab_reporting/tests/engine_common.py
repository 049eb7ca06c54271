"""What the tests of the engine share: writing a history, reading a matrix."""

from contextlib import contextmanager

from odoo.exceptions import ValidationError

from odoo.addons.citeslab_base.tests.common import CiteslabCase

from ..figures.matrix import NOT_REGISTERED


class EngineCase(CiteslabCase):
    """The cast of the base addon, and short ways to a figure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "mail_create_nolog": True,
                "citeslab_no_photograph": True,
                "lang": "en_US",
            }
        )
        cls.Bilan = cls.env["citeslab.bilan"]

    @contextmanager
    def undone(self):
        """A block whose writes are all undone at its end."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()

    @contextmanager
    def refused(self, sentence, error=ValidationError):
        """A block that must raise an error whose message holds ``sentence``."""
        with self.assertRaises(error) as caught, self.env.cr.savepoint():
            yield
        self.assertIn(sentence, str(caught.exception))

    def matrix(self, first, last, company=None, user=None, **filters):
        """Bilan of a structure as a user reads it (the chef by default)."""
        bilan = self.Bilan.with_user(user or self.chef)
        return bilan._matrix(company or self.structure, first, last, **filters)

    def figure(self, code, first, last, **options):
        return self.matrix(first, last, **options)[code]

    @staticmethod
    def items(figure, column="value"):
        """Rows of a figure that hold something, as ``{code: number}``."""
        rows = {item.code: getattr(item, column) for item in figure.items}
        return {code: value for code, value in rows.items() if value}

    def new_parcours(self, name="Rozenn Quéméner", **values):
        """A parcours of a new person of the structure, written by its chef."""
        return self.create_parcours(contact_name=name, **values)

    def registered(self, matrix):
        return {
            code: figure
            for code, figure in matrix.figures.items()
            if figure.status != NOT_REGISTERED
        }
