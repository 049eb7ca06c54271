"""The register of personal data against the database: nothing is forgotten.

A new column of text, a new file or a new link to a person or a parcours is red
here until somebody decides what an erasure does with it.
"""

from fnmatch import fnmatchcase

from odoo.tests import TransactionCase, tagged

TEXTS = {
    "binary",
    "char",
    "html",
    "json",
    "many2one_reference",
    "properties",
    "reference",
    "text",
}
PERSON_TABLES = ("res_partner", "crm_lead")


@tagged("post_install", "-at_install")
class TestRegisterOfPersonalData(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.env["citeslab.personal.data"]
        cls.register = cls.data._people_register()
        cls.nobody = cls.data._nobody()

    def stored_models(self):
        return [
            (name, self.env[name])
            for name in sorted(self.env.registry)
            if self.env[name]._auto
            and not self.env[name]._abstract
            and not self.env[name]._transient
        ]

    def names_nobody(self, name):
        return any(fnmatchcase(name, pattern) for pattern in self.nobody)

    def test_P17_every_text_and_file_is_decided_about(self):
        forgotten = []
        for name, model in self.stored_models():
            if name in self.register:
                personal = self.register[name]
                if not personal.deleted:
                    forgotten += [
                        f"{name}.{field.name}"
                        for field in model._fields.values()
                        if field.store
                        and field.type in TEXTS
                        and field.name not in personal.decided()
                        and not (field.type == "binary" and field.attachment)
                    ]
            elif not self.names_nobody(name):
                forgotten.append(name)
        self.assertFalse(forgotten)

    def test_P17_every_link_to_a_person_is_decided_about(self):
        self.env.cr.execute(
            """
            SELECT conrelid::regclass::text, attname
              FROM pg_constraint
              JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
             WHERE contype = 'f' AND confrelid::regclass::text = ANY(%s)
               AND conrelid != confrelid
            """,
            [list(PERSON_TABLES)],
        )
        tables = {model._table: name for name, model in self.stored_models()}
        relations = self.data._relations()
        forgotten = []
        for table, column in self.env.cr.fetchall():
            name = tables.get(table)
            if name in self.register:
                personal = self.register[name]
                if not personal.deleted and column not in personal.decided():
                    forgotten.append(f"{name}.{column}")
            elif name:
                if not self.names_nobody(name):
                    forgotten.append(f"{name}.{column}")
            elif table not in relations and not self.is_of_a_wizard(table):
                forgotten.append(f"{table}.{column}")
        self.assertFalse(forgotten)

    def is_of_a_wizard(self, table):
        """The host empties the tables of its dialogs within hours."""
        wizards = [m for m in self.env.registry.values() if m._transient]
        tables = {model._table for model in wizards}
        relations = {
            field.relation
            for model in wizards
            for field in model._fields.values()
            if field.type == "many2many" and field.store
        }
        return table in tables | relations

    def test_P17_the_register_names_what_exists(self):
        """A column that was renamed would be forgotten in silence."""
        for name, personal in self.data._installed().items():
            for column in personal.decided():
                with self.subTest(model=name, column=column):
                    self.assertIn(column, self.env[name]._fields)

    def test_P17_reasons_are_told(self):
        for name, personal in self.register.items():
            for column, reason in personal.kept.items():
                self.assertTrue(reason, (name, column))
        self.assertTrue(all(self.nobody.values()))
