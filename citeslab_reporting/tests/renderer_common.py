from datetime import date

from odoo.tests import TransactionCase
from odoo.tools.misc import file_open

from . import brest_2023


def load_registers(env, structure):
    """Import both registers of the demonstration into a structure."""
    engine = env["citeslab.register.engine"]
    for year in (2022, 2023):
        path = f"citeslab_base/demo/registre-brest-{year}.csv"
        with file_open(path, "rb") as register:
            plan = engine._plan(register.read(), structure, str(year))
        engine._apply(plan)


class RendererCase(TransactionCase):
    """A renderer that reads the same matrix as the other tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env = cls.env(context={**cls.env.context, "lang": "en_US"})
        cls.renderer = cls.env["citeslab.bilan.renderer"]
        cls.matrix = brest_2023.matrix()
        cls.quarter = brest_2023.matrix(period=(date(2023, 1, 1), date(2023, 3, 31)))
