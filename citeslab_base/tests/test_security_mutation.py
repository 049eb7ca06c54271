"""Remove each access line, rule and field group in turn: does a test see it?

Not a test of every day: ``./citeslab test --nightly`` runs it (12 minutes). The tests
that must see the hole are the access matrix and the list of the fields of our roles.
"""

import csv
import logging
import os
import unittest
from pathlib import Path

from odoo.tests import tagged

from .common import CiteslabCase
from .test_access import AccessCase

FIELD_GROUPS = Path(__file__).parent / "field_groups.csv"
GOAL = 0.95
# Models of the host that base extends.
EXTENDED = ("crm.lead", "res.partner")

_logger = logging.getLogger(__name__)


def fields_with_groups(env):
    """Fields of base that only some may read.

    :return: ``{(model, field): groups}``
    """
    return {
        (name, field.name): field.groups
        for name, model in env.registry.items()
        for field in model._fields.values()
        if field.groups
        and "citeslab_base." in field.groups
        and field._modules[:1] == ("citeslab_base",)
        and not model._abstract
        and (model._original_module == "citeslab_base" or name in EXTENDED)
    }


def read_field_groups():
    """Expected groups of the fields, reviewed."""
    with FIELD_GROUPS.open(encoding="utf-8", newline="") as file:
        return {
            (row["model"], row["field"]): row["groups"] for row in csv.DictReader(file)
        }


@tagged("post_install", "-at_install")
class TestFieldGroups(CiteslabCase):
    """T9: who may read a field of ours is written down, and shut for the others."""

    def test_T9_the_groups_of_fields_are_those_reviewed(self):
        found, reviewed = fields_with_groups(self.env), read_field_groups()
        differing = set(found.items()) ^ set(reviewed.items())
        self.assertFalse(sorted(differing))

    def test_T9_nobody_without_a_role_reads_them(self):
        for model, name in read_field_groups():
            for user in ("salesperson", "employee", "portal", "network"):
                described = self.env[model].with_user(self.users[user]).fields_get()
                with self.subTest(model=model, field=name, user=user):
                    self.assertNotIn(name, described)


@unittest.skipUnless(
    os.environ.get("CITESLAB_NIGHTLY"), "takes long: ./citeslab test --nightly runs it"
)
@tagged("post_install", "-at_install", "-standard", "citeslab_mutation")
class TestSecurityMutation(AccessCase):
    """Each mutant lives in a savepoint of its own."""

    def mutants(self):
        """Name of a mutant, and what makes it."""
        ours = [("module", "=", "citeslab_base")]
        data = self.env["ir.model.data"]
        for model in ("ir.model.access", "ir.rule"):
            found = data.search([*ours, ("model", "=", model)])
            for row in found.sorted("name"):
                yield row.name, self.env[model].browse(row.res_id)

    def is_killed(self, record, expected):
        """Whether the matrix differs once a record is gone."""
        savepoint = self.env.cr.savepoint()
        try:
            if record._name == "ir.rule" and self.env[record.model_id.model]._transient:
                return not self.dialogs_are_shut(record)
            record.unlink()
            self.env.registry.clear_all_caches()
            self.env.invalidate_all()
            return self._actual() != expected
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.registry.clear_all_caches()
            self.env.invalidate_all()

    def dialogs_are_shut(self, rule):
        """Whether everyone's dialogs stay his own without one rule: never."""
        model = rule.model_id.model
        rule.unlink()
        guarded = self.env["ir.rule"].search(
            [("model_id.model", "=", model), ("global", "=", True)]
        )
        return bool(guarded)

    def test_removing_any_line_is_seen(self):
        expected = self._actual()
        self.assertEqual(expected, self._expected())
        survivors, count = [], 0
        for name, record in self.mutants():
            count += 1
            if not self.is_killed(record, expected):
                survivors.append(name)
        for (model, name), groups in fields_with_groups(self.env).items():
            count += 1
            if read_field_groups().get((model, name)) != groups:
                survivors.append(f"{model}.{name}")
        rate = 1 - len(survivors) / count
        _logger.runbot(
            "Security mutants: %s, killed %.1f %%; alive: %s",
            count,
            100 * rate,
            ", ".join(survivors) or "none",
        )
        self.assertGreaterEqual(rate, GOAL, survivors)
