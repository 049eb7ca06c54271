from collections import Counter
from datetime import date

from odoo.fields import Date
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

FILES = (
    "demo/citeslab_structure_demo.xml",
    "demo/citeslab_action_demo.xml",
    "demo/citeslab_people_demo.xml",
    "demo/citeslab_training_demo.xml",
)
YEAR = [("date", ">=", "2023-01-01"), ("date", "<=", "2023-12-31")]


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo lives, and tells of 2023 what the registers tell."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.env.ref("citeslab_base.company_brest", raise_if_not_found=False):
            idref = {}
            for path in FILES:
                convert_file(
                    cls.env, "citeslab_base", path, idref, mode="init", noupdate=True
                )
        cls.brest = cls.env.ref("citeslab_base.company_brest")
        cls.own = [("company_id", "=", cls.brest.id)]

    def _people(self, domain):
        touches = self.env["citeslab.touch"].search(self.own + YEAR + domain)
        return touches.partner_id

    def test_people_of_2023(self):
        self.assertEqual(len(self._people([])), 152)
        self.assertEqual(len(self._people([("kind", "=", "interview")])), 118)

    def test_nobody_gains_a_first_interview(self):
        rows = self.env["citeslab.register.row"].search(self.own)
        self.assertEqual(len(rows), 272)
        for row in rows.filtered("interview_id"):
            days = row.parcours_id.interview_ids.filtered(
                lambda rdv: rdv.kind == "interview"
            ).mapped("date")
            self.assertEqual(min(days), row.interview_id.date)
            self.assertEqual({day.year for day in days}, {row.date.year})

    def test_interviews_are_on_working_days_without_overlap(self):
        added = self.env["citeslab.interview"].search(
            [*self.own, ("start", "!=", False), ("date", "<", "2024-01-01")]
        )
        self.assertGreater(len(added), 150)
        self.assertLess(max(day.weekday() for day in added.mapped("date")), 5)
        self.assertEqual(len(set(added.mapped("start"))), len(added))

    def test_first_orientations_and_outcomes_are_those_of_the_register(self):
        firsts = self.env["citeslab.orientation"].search(
            [*self.own, *YEAR, ("is_first", "=", True)]
        )
        self.assertEqual(
            Counter(firsts.mapped("family")),
            {"creation": 36, "employment": 23, "training": 11, "other": 48},
        )
        outcomes = self.env["citeslab.outcome"].search(self.own + YEAR)
        self.assertEqual(
            Counter(outcomes.mapped("value")),
            {"created": 5, "ongoing": 45, "redirected": 23, "lost": 12},
        )

    def test_P12_the_table_of_the_programmes_prints_from_the_demo(self):
        promotions = self.env["citeslab.program.promotion"].search(self.own)
        sent = {
            promotion.program_id.code: (
                len(promotion.orientation_ids),
                promotion.orientation_ids.mapped("state").count("accepted"),
            )
            for promotion in promotions
        }
        self.assertEqual(
            sent,
            {
                "eiti_sato": (6, 4),
                "determines": (5, 2),
                "actives": (5, 3),
                "cuisine_monde": (4, 3),
            },
        )
        totals = [sum(column) for column in zip(*sent.values(), strict=True)]
        self.assertEqual(totals, [20, 12])

    def test_P9_prescribers_have_a_kind_and_are_ranked_by_people_sent(self):
        rows = self.env["citeslab.prescriber"].search(self.own)
        sent = rows.mapped("sent_count")
        self.assertEqual(sent, sorted(sent, reverse=True))
        self.assertEqual(sum(sent), 146)
        self.assertTrue(all(row.organization_kind for row in rows))
        self.assertEqual(rows[0].organization_id.name, "France Travail")

    def test_P13_two_candidates_of_the_talents_des_cites(self):
        entries = self.env["citeslab.contest.entry"].search(self.own + YEAR)
        self.assertEqual(entries.contest_id.code, "talents_cites")
        self.assertEqual(set(entries.mapped("edition")), {"2023"})
        self.assertEqual(len(entries), 2)

    def test_partners_of_today_answer_in_every_way(self):
        orientations = self.env["citeslab.orientation"].search(
            [*self.own, ("organization_id", "!=", False), ("date", ">=", "2024-01-01")]
        )
        self.assertEqual(
            set(orientations.mapped("state")),
            {"sent", "accepted", "refused", "no_answer"},
        )
        self.assertTrue(all(orientations.mapped("has_agreement")))
        self.assertFalse(orientations.link_ids)
        refused = self.env["citeslab.orientation"].search(
            [*self.own, ("state", "=", "refused")]
        )
        self.assertTrue(all(refused.mapped("reason_id")))

    def test_actions_of_2023(self):
        actions = self.env["citeslab.action"].search(self.own + YEAR)
        count = Counter()
        for action in actions:
            count[action.kind_id.code] += action.occurrences
        self.assertEqual(count["partner_meeting"], 24)
        self.assertEqual(count["webinar"], 2)
        self.assertEqual(count["newsletter"], 4)

    def test_quartiers_keep_their_list(self):
        territory = self.env.ref("citeslab_base.territory_brest")
        self.assertEqual(territory.population, 18053)
        self.assertFalse(territory.population_warning)
        photographs = self.env["citeslab.situation"].search(self.own + YEAR)
        vintages = photographs.filtered(
            lambda row: row.neighborhood_id.kind == "qpv"
        ).mapped("neighborhood_vintage")
        self.assertEqual(set(vintages), {2015})

    def test_calendar_is_alive(self):
        today = Date.context_today(self.env["citeslab.interview"])
        planned = self.env["citeslab.interview"].search(
            [*self.own, ("state", "=", "planned")]
        )
        self.assertGreaterEqual(len(planned), 5)
        done = self.env["citeslab.interview"].search(
            [*self.own, ("state", "=", "done"), ("date", ">", date(2023, 12, 31))]
        )
        self.assertTrue(done)
        self.assertLessEqual(max(done.mapped("date")), today)

    def test_each_user_sees_what_the_role_may(self):
        seen = {}
        for key in ("volunteer", "chef", "manager", "network", "chef_quimper"):
            user = self.env.ref(f"citeslab_base.user_{key}")
            leads = self.env["crm.lead"].with_user(user)
            may = leads.has_access("read")
            seen[key] = leads.search_count([("is_parcours", "=", True)]) if may else 0
        self.assertEqual(seen["volunteer"], 3)
        self.assertEqual(seen["chef"], seen["manager"])
        self.assertGreater(seen["chef"], 270)
        self.assertEqual(seen["network"], 0)
        self.assertEqual(seen["chef_quimper"], 12)

    def test_passwords_are_the_logins(self):
        for login in ("volontaire", "chef", "responsable", "animation", "chef-quimper"):
            user = self.env["res.users"].search([("login", "=", login)])
            credential = {"type": "password", "login": login, "password": login}
            info = user.with_user(user)._check_credentials(
                credential, {"interactive": True}
            )
            self.assertEqual(info["uid"], user.id)
