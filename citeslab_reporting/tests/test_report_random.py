"""Whatever is edited after a freezing, what was frozen stays, byte for byte.

And the difference that the next version prints is the difference of the two.
"""

from datetime import date
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..figures.matrix import RATE
from ..figures.sealed import Sealed, counted_total, restate
from .report_common import ReportCase

FROZEN = (
    "figures",
    "manifest",
    "restatement",
    "content_hash",
    "previous_hash",
    "pdf_file",
    "xlsx_file",
    "state",
)
DAYS = st.dates(date(2022, 11, 1), date(2024, 2, 28))
people = st.integers(0, 4)
homes = st.sampled_from(("qpv", "near"))
edits = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), DAYS, st.sampled_from(("qpv", "near", "outside"))),
        st.tuples(st.just("meet"), people, DAYS),
        st.tuples(st.just("cancel"), people),
        st.tuples(
            st.just("photograph"), people, DAYS, st.sampled_from(("qpv", "near"))
        ),
        st.tuples(st.just("end"), people, DAYS, st.sampled_from(("created", "lost"))),
        st.tuples(st.just("act"), DAYS, st.integers(1, 5)),
        st.tuples(st.just("forget"), people),
        st.tuples(st.just("attack"), st.sampled_from(FROZEN)),
        st.tuples(st.just("attack lines"), st.sampled_from(("value", "records"))),
    ),
    max_size=8,
)


@tagged("post_install", "-at_install")
class TestReportRandom(ReportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [
            cls.person(f"Personne {rank}", date(2023, rank + 1, 3), residence="qpv")
            for rank in range(5)
        ]
        # the print itself is tested elsewhere: here its bytes only have to stay
        cls.startClassPatcher(
            patch.object(
                cls.env.registry["citeslab.report.renderer"],
                "_print",
                lambda _self, html: html.encode(),
            )
        )
        cls.frozen = cls.submitted()

    def kept(self, report):
        report.invalidate_recordset()
        report.line_ids.invalidate_recordset()
        lines = report.line_ids.read(["code", "item_code", "value", "records", "spec"])
        return [report[name] for name in FROZEN], lines

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(edits)
    def test_edits_leave_what_was_frozen_and_the_difference_is_told(self, sequence):
        before = self.kept(self.frozen)
        with self.undone():
            for name, *arguments in sequence:
                getattr(self, f"_{name.replace(' ', '_')}")(*arguments)
            self.assertEqual(self.kept(self.frozen), before)
            self.assertEqual(self.frozen._problems(), [])
            second = self.next_version(self.frozen)
            second.with_user(self.manager).action_submit()
            self.assertEqual(self.kept(self.frozen), before)
            self._check_restatement(self.frozen, second)

    # Edits: each one as its user would make it

    def _arrive(self, day, residence):
        self.person("Nouvelle personne", day, residence=residence)

    def _meet(self, rank, day):
        self.meet(self.people[rank], day)

    def _cancel(self, rank):
        self.people[rank].interview_ids[:1].state = "cancelled"

    def _photograph(self, rank, day, residence):
        self.photograph(self.people[rank], day, residence=residence)

    def _end(self, rank, day, value):
        self.end(self.people[rank], day, value)

    def _act(self, day, occurrences):
        kind = self.env.ref("citeslab_base.action_kind_partner_meeting")
        self.env["citeslab.action"].with_user(self.chef).create(
            {"name": "R", "date": day, "kind_id": kind.id, "occurrences": occurrences}
        )

    def _forget(self, rank):
        self.people[rank].partner_id.name = "Personne anonymisée"

    def _attack(self, name):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.frozen.sudo().write({name: False})

    def _attack_lines(self, name):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.frozen.sudo().line_ids.write({name: False})

    # What must hold between two versions

    def _check_restatement(self, first, second):
        old = {line.key: line for line in first.line_ids._sealed()}
        new = {line.key: line for line in second.line_ids._sealed()}
        changes = {
            (one.code, one.item or ""): one
            for one in restate(old.values(), new.values())
        }
        for key in old.keys() | new.keys():
            then, now = old.get(key), new.get(key)
            change = changes.get(key)
            values = [line and line.value for line in (then, now)]
            if change is None:
                self.assertEqual(values[0], values[1], key)
                continue
            self.assertEqual([change.before, change.after], values, key)
            if None in values or now.kind == RATE:
                continue
            told = sum(now.counted[one] for one in change.added)
            told -= sum(then.counted[one] for one in change.removed)
            told += sum(now.counted[one] - then.counted[one] for one in change.changed)
            self.assertAlmostEqual(told, change.after - change.before, 2, key)


names = st.sampled_from("abcdef")
counted = st.dictionaries(
    st.tuples(st.just("res.partner"), st.integers(1, 6)), st.integers(1, 3), max_size=6
)


@tagged("post_install", "-at_install")
class TestRestate(ReportCase):
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(names, counted), st.dictionaries(names, counted))
    def test_restatement_is_the_difference_of_any_two_versions(self, old, new):
        """Plain data: what is added less what is removed is the difference, always."""

        def lines(version):
            for code, parts in version.items():
                value = sum(parts.values())
                line = Sealed(code, None, code, "count", value, parts)
                self.assertEqual(counted_total(line), value)
                yield line

        changes = {one.code: one for one in restate(lines(old), lines(new))}
        for code in old.keys() | new.keys():
            then, now = old.get(code, {}), new.get(code, {})
            if then == now and (code in old) == (code in new):
                self.assertNotIn(code, changes)
                continue
            one = changes.get(code)
            if one is None:  # a line of nobody came or went: nothing to tell
                self.assertEqual((then, now), ({}, {}))
                continue
            moved = sum(now[key] for key in one.added)
            moved -= sum(then[key] for key in one.removed)
            moved += sum(now[key] - then[key] for key in one.changed)
            self.assertEqual(moved, sum(now.values()) - sum(then.values()))
