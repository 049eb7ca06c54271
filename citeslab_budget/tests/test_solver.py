"""Live check, plain engine and a reimplementation written apart agree."""

import re
from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from odoo.tests import tagged

from odoo.addons.citeslab_base.tools.rounding import percentages

from ..figures import rules, solver
from ..figures.money import whole_euros
from .common import BudgetCase

EXPENSES = (
    "salary", "charges", "travel", "communication", "supervision", "furniture",
    "hardware", "telephony", "indirect",
)  # fmt: skip
RESOURCES = (
    "bpifrance", "state", "region", "department", "communes", "private", "own",
)  # fmt: skip
LOCAL = ("region", "department", "communes")
CENTS = st.one_of(
    st.sampled_from([0, 100_00, 1_999_99, 2_000_00, 2_000_01, 3_000_00, 2_500_00]),
    st.integers(0, 60_000_00),
)
BUDGETS = st.fixed_dictionaries({code: CENTS for code in EXPENSES + RESOURCES})
SLOW = dict(deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def reviewer(cents, case):
    """The rules of CDC §6.3 and §6.4 as a reviewer with a calculator applies them.

    :param cents: cents by line of the form
    :return: cents over (or short) by rule
    """
    over = {}
    if not any(cents.values()):
        return over

    def ceiling(rule, amount, limit):
        if Fraction(amount) > limit:
            over[rule] = amount - int(limit)

    total = sum(cents[code] for code in EXPENSES)
    invested = cents["furniture"] + cents["hardware"] + cents["telephony"]
    direct = cents["travel"] + cents["communication"] + cents["supervision"]
    local = sum(cents[code] for code in LOCAL)
    staff = cents["salary"] + cents["charges"]
    ceiling("travel_ceiling", cents["travel"], 200_000)
    ceiling("communication_ceiling", cents["communication"], 300_000)
    ceiling("supervision_ceiling", cents["supervision"], 250_000)
    ceiling("direct_ceiling", direct, 750_000)
    if case == "none":
        ceiling("investment_year", invested, 0)
    else:
        ceiling("investment_ceiling", invested, 300_000)
    ceiling("indirect_rate", cents["indirect"], Fraction(staff * 15, 100))
    ceiling("main_rate", cents["bpifrance"], Fraction(total * 3, 10))
    ceiling("main_local", cents["bpifrance"], local)
    if local < 1:
        over["local_required"] = 1
    return over


@tagged("post_install", "-at_install")
class TestSolver(BudgetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.checked = cls.env["citeslab.budget"].create(
            {"company_id": cls.company.id, "date_from": date(2026, 1, 1)}
        )
        categories = cls.env["citeslab.budget.category"].search(
            [("code", "in", EXPENSES + RESOURCES), ("company_id", "=", False)]
        )
        cls.lines = {
            category.code: cls.env["citeslab.budget.line"].create(
                {"budget_id": cls.checked.id, "category_id": category.id}
            )
            for category in categories
        }

    def _type(self, cents, case="none"):
        self.checked.investment_case = case
        for code, amount in cents.items():
            if round(self.lines[code].planned * 100) != amount:
                self.lines[code].planned = amount / 100

    @given(cents=BUDGETS, case=st.sampled_from(["none", "first", "renewal"]))
    @settings(max_examples=25, **SLOW)
    def test_check_agrees_with_a_reviewer(self, cents, case):
        self._type(cents, case)
        found = {
            one["code"]: round(one["over"] * 100)
            for one in self.checked._findings()
            if one["rule"]
        }
        self.assertEqual(found, reviewer(cents, case))
        self.assertEqual(self._printed(), found)

    def _printed(self):
        """The same, read on the printed page: cents over by rule."""
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "citeslab_budget.paper_annexe2", self.checked.ids
        )
        lines = [
            " ".join(item.text_content().split())
            for item in html.fromstring(content.decode()).iter("li")
        ]
        found = {}
        for rule in self.checked._rules():
            for line in lines:
                if line.startswith(rule.message):
                    over = re.search(r"([\d,]+\.\d\d) € (?:over|short)", line)
                    found[rule.code] = int(re.sub(r"\D", "", over[1]))
        return found

    @given(cents=BUDGETS)
    @settings(max_examples=25, **SLOW)
    def test_solver_complies_and_one_euro_more_does_not(self, cents):
        self._type(cents)
        answer = self.checked._fit()
        about = {"main_rate", "main_local", "local_required"}
        if answer is None:
            self.assertFalse(sum(cents[code] for code in EXPENSES))
            return
        costs = sum(cents[code] for code in EXPENSES)
        pledges = sum(
            cents[code] for code in RESOURCES if code not in ("bpifrance", "own")
        )

        def fits(request, extra=0):
            asked = {**cents, "bpifrance": request}
            asked["communes"] += extra
            return (
                not about & reviewer(asked, "none").keys()
                and request + extra <= costs - pledges
            )

        if answer.request is None:
            self.assertFalse(fits(0))
        else:
            self.assertTrue(fits(answer.request))
            self.assertFalse(fits(answer.request + 100))
            self.assertFalse(fits(answer.request + 1))
        if answer.extra:
            self.assertTrue(fits(answer.request_with_extra, answer.extra))
            self.assertFalse(fits(answer.request_with_extra, answer.extra - 1))
            self.assertFalse(fits(answer.request_with_extra + 1, answer.extra))

    @given(
        costs=st.integers(0, 60),
        state=st.integers(0, 30),
        local=st.integers(0, 30),
        asked=st.integers(0, 60),
        rate=st.sampled_from([30, 33, 50]),
    )
    @settings(max_examples=60, **SLOW)
    def test_solver_agrees_with_trying_everything(
        self, costs, state, local, asked, rate
    ):
        lines = [rules.Line("cost", planned=costs)] + [
            rules.Line("paid", kind, planned=amount, is_expense=False)
            for kind, amount in (("main", asked), ("state", state), ("local", local))
        ]
        main, near = frozenset(["main"]), frozenset(["local"])
        held = [
            rules.Rule(
                "rate",
                rules.Terms(kinds=main),
                rate=Fraction(rate),
                base=rules.Terms(total=True),
            ),
            rules.Rule(
                "local",
                rules.Terms(kinds=main),
                rate=Fraction(100),
                base=rules.Terms(kinds=near),
            ),
            rules.Rule(
                "required", rules.Terms(kinds=near), amount=1, operator=rules.AT_LEAST
            ),
        ]
        best = {}
        for extra in range(62):
            best[extra] = max(
                (
                    x
                    for x in range(62)
                    if solver.complies(
                        solver.with_amounts(lines, "main", x, "local", extra),
                        held,
                        "main",
                    )
                ),
                default=-1,
            )
        answer = solver.solve(lines, held, "main", "local")
        self.assertEqual(-1 if answer.request is None else answer.request, best[0])
        top = max(best.values())
        if top > best[0]:
            self.assertEqual(answer.request_with_extra, top)
            self.assertEqual(answer.extra, min(e for e in best if best[e] == top))
        else:
            self.assertEqual(answer.extra, 0)

    @given(st.lists(st.integers(0, 10**9), max_size=12))
    @settings(max_examples=100, **SLOW)
    def test_roundings_add_up(self, cents):
        self.assertEqual(sum(percentages(cents)), 100 if sum(cents) else 0)
        euros = whole_euros(cents)
        self.assertEqual(sum(euros), (sum(cents) + 50) // 100)
        for exact, whole in zip(cents, euros, strict=True):
            self.assertLess(abs(exact / 100 - whole), 1)

    def test_brest_2024_names_both_rules_and_the_amounts(self):
        budget = self._brest(2024)
        answer = budget._fit()
        self.assertEqual(answer.request, 7_500_00)
        names = budget._binding_names(answer)
        self.assertIn("collectivités", names)
        self.assertEqual(answer.request_with_extra, 16_939_80)
        self.assertEqual(answer.extra, 9_439_80)
        broken = {one["code"]: one["over"] for one in budget._findings()}
        self.assertEqual(broken, {"main_rate": 11285.20, "main_local": 20725.00})
        self.assertIn("20,725.00", budget.fit_html)

    def test_three_years_together(self):
        for year in (2022, 2023, 2024):
            self._brest(year)
        for year in ("2022", "2023", "2024"):
            self.assertIn(year, self.frame.fit_summary)
        self.assertIn("17,500.00", self.frame.fit_summary)
