"""What each partner does with the people sent to it, as the COPIL reads it."""

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CANARY
from .test_orientation_link import OrientationCase

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@tagged("post_install", "-at_install")
class TestLedger(OrientationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.monts = cls.create_organization("Réseau des Monts")
        cls.Ledger = cls.env["citeslab.orientation.ledger"].with_user(cls.chef)

    def answer(self, orientation, state, day, **values):
        orientation.write({"state": state, "answer_date": day, **values})
        return orientation

    def fill(self):
        """Five to one partner: 3, 10 and 40 days to answer; one to the other."""
        full, early = self.reason(), self.reason("immature")
        self.answer(self.refer("2026-03-01"), "accepted", "2026-03-04", news="created")
        self.answer(
            self.refer("2026-03-01"), "refused", "2026-03-11", reason_id=full.id
        )
        self.answer(
            self.refer("2026-03-01"), "refused", "2026-04-10", reason_id=early.id
        )
        self.refer("2026-03-01", state="no_answer")
        self.refer("2026-03-01")
        self.refer("2026-03-01", organization_id=self.monts.id)
        self.refer("2025-03-01")

    def summary(self):
        return self.Ledger._summary(self.structure, *YEAR)

    def test_G3_answers_owed_and_given_are_counted_by_organisation(self):
        self.fill()
        rives, monts = self.summary()
        self.assertEqual(rives["organization"], self.rives)
        told = {key: rives[key] for key in rives if key not in ("organization",)}
        self.assertEqual(
            told,
            {
                "sent": 5, "accepted": 1, "refused": 2, "waiting": 1, "silent": 1,
                "owed": 2, "news": 1, "answer_days": 10.0,
                "reasons": [("Plus de place", 1), ("Projet pas assez avancé", 1)],
            },
        )  # fmt: skip
        self.assertEqual((monts["sent"], monts["owed"]), (1, 1))
        self.assertIsNone(monts["answer_days"])

    def test_P11_the_split_by_network_is_visible(self):
        self.fill()
        self.monts.organization_kind = "finance"
        split = dict(
            self.Ledger._read_group(
                [("date", ">=", YEAR[0])], ["organization_kind"], ["sent:sum"]
            )
        )
        self.assertEqual(split, {"creation": 5, "finance": 1})

    def test_a_link_and_a_phone_call_count_the_same(self):
        one, two = self.refer("2026-03-01"), self.refer("2026-03-01")
        link = self.Link._find(self.send(one))
        link._take()
        link.orientation_id._record_answer(
            {"state": "refused", "reason_id": self.reason().id}
        )
        two.write({"state": "refused", "reason_id": self.reason().id})
        (rives,) = self.summary()
        self.assertEqual(rives["refused"], 2)
        self.assertEqual(rives["reasons"], [("Plus de place", 2)])

    def test_the_delay_counts_from_the_mail(self):
        orientation = self.refer("2026-03-01")
        orientation.sudo().asked_date = "2026-03-05"
        self.answer(orientation, "accepted", "2026-03-06")
        self.assertEqual(self.summary()[0]["answer_days"], 1)

    def test_who_withdrew_is_owed_nothing(self):
        orientation = self.refer("2026-03-01")
        self.send(orientation)
        self.consent.action_withdraw()
        (rives,) = self.summary()
        self.assertEqual((rives["sent"], rives["owed"], rives["waiting"]), (1, 0, 0))

    def test_another_structure_reads_nothing(self):
        self.fill()
        for user in (self.other_chef, self.users["manager"]):
            Ledger = self.env["citeslab.orientation.ledger"].with_user(user)
            count = Ledger.search_count([("company_id", "=", self.structure.id)])
            self.assertEqual(count, 7 if user == self.manager else 0)
        self.assertFalse(
            self.env["citeslab.orientation.ledger"]
            .with_user(self.other_chef)
            ._summary(self.structure, *YEAR)
        )

    def test_the_document_of_the_copil_names_no_person(self):
        self.fill()
        Print = self.env["citeslab.ledger.print"].with_user(self.chef)
        wizard = Print.create({"date_from": YEAR[0], "date_to": YEAR[1]})
        report = self.env["ir.actions.report"].with_user(self.chef)
        html, _kind = report.with_context(lang="fr_FR")._render_qweb_html(
            "citeslab_base.report_ledger", wizard.ids
        )
        text = html.decode()
        for words in ("Réseau des Rives", "Plus de place", "Réseau des Monts"):
            self.assertIn(words, text)
        self.assertNotIn(CANARY, text)
        self.assertNotIn(self.parcours.reference, text)
        action = wizard.action_print()
        self.assertEqual(action["report_name"], "citeslab_base.report_ledger")
        gone = wizard.ids
        wizard.sudo().unlink()
        with self.assertRaisesRegex(UserError, "open it again"):
            report._render_qweb_html("citeslab_base.report_ledger", gone)


@tagged("post_install", "-at_install")
class TestProgrammes(OrientationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["citeslab.program"].create(
            {"name": "Envol", "code": "envol"}
        )
        cls.promotion = cls.env["citeslab.program.promotion"].create(
            {
                "name": "2026",
                "program_id": cls.program.id,
                "company_id": cls.structure.id,
                "date_start": "2026-04-01",
                "date_end": "2026-09-30",
                "place": "Maison de quartier",
                "seats": 8,
            }
        )

    def test_P12_oriented_accepted_finished(self):
        for number, (state, news) in enumerate((
            ("accepted", "finished"), ("accepted", "created"), ("accepted", "stopped"),
            ("accepted", False), ("refused", False), ("sent", False),
        )):  # fmt: skip
            self.orient(
                self.create_parcours(contact_name=f"Personne {number}"),
                "2026-03-02",
                promotion_id=self.promotion.id,
            ).write({"state": state, "news": news})
        promotion = self.promotion.with_user(self.chef)
        promotion.invalidate_recordset()
        self.assertEqual(
            (
                promotion.oriented_count,
                promotion.accepted_count,
                promotion.finished_count,
            ),
            (6, 4, 2),
        )
        empty = self.promotion.copy({"name": "2027"})
        self.assertEqual(empty.oriented_count, 0)

    def test_P12_counts_stay_within_the_chefs(self):
        self.refer(promotion_id=self.promotion.id)
        seen = self.promotion.with_user(self.volunteer).read(["name"])
        self.assertEqual(seen[0]["name"], "2026")
        self.assertNotIn(
            "oriented_count", self.promotion.with_user(self.volunteer).fields_get()
        )

    def test_P13_a_project_is_presented_once_to_an_edition(self):
        values = {
            "parcours_id": self.parcours.id,
            "contest_id": self.env.ref("citeslab_base.contest_talents_cites").id,
            "edition": "2026",
        }
        Entry = self.env["citeslab.contest.entry"].with_user(self.chef)
        Entry.create(values)
        with (
            self.assertRaisesRegex(IntegrityError, "once_an_edition"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            Entry.create(values)

    def test_P13_entries_by_edition_category_and_state(self):
        contest = self.env.ref("citeslab_base.contest_talents_cites")
        Entry = self.env["citeslab.contest.entry"].with_user(self.chef)
        for name, edition, category, state in (
            ("Awa", "2025", "Émergence", "regional"),
            ("Yann", "2025", "Création", "presented"),
            ("Zoé", "2026", "Émergence", "presented"),
        ):
            Entry.create(
                {
                    "parcours_id": self.create_parcours(contact_name=name).id,
                    "contest_id": contest.id,
                    "edition": edition,
                    "category": category,
                    "state": state,
                    "date": f"{edition}-10-01",
                }
            )
        counts = Entry._read_group(
            [], ["edition", "category", "state"], ["__count"], order="edition, category"
        )
        self.assertEqual(
            counts,
            [
                ("2025", "Création", "presented", 1),
                ("2025", "Émergence", "regional", 1),
                ("2026", "Émergence", "presented", 1),
            ],
        )
