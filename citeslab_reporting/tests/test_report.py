import json
from base64 import b64decode, b64encode
from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..figures.sealed import digest
from .report_common import YEAR, ReportCase

LAST_YEAR = (date(2022, 1, 1), date(2022, 12, 31))


@tagged("post_install", "-at_install")
class TestReport(ReportCase):
    """The chef prepares, the manager submits: then nothing changes any more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person("Rozenn", gender="female", residence="qpv")
        cls.person("Yann", gender="male", residence="outside")
        cls.report = cls.submitted()

    def state_of(self, report):
        """All that was frozen, as bytes and plain values."""
        report.invalidate_recordset()
        report.line_ids.invalidate_recordset()
        names = ("figures", "manifest", "content_hash", "pdf_file", "xlsx_file")
        return (
            [report[name] for name in names],
            report.line_ids.read(["code", "item_code", "value", "records"]),
        )

    # What is kept

    def test_figures_files_and_seal_are_written_once(self):
        report = self.report
        self.assertEqual(report.state, "submitted")
        self.assertEqual(report.submitted_by_id, self.manager)
        contract = json.loads(report.figures)
        self.assertEqual(contract["schema"], "citeslab.bilan/1")
        self.assertEqual(contract["indicators"]["persons_accompanied"]["value"], 2)
        self.assertEqual(report.content_hash, digest(report.manifest))
        seal = json.loads(report.manifest)
        self.assertEqual(seal["pdf"], digest(b64decode(report.pdf_file)))
        self.assertEqual(seal["xlsx"], digest(b64decode(report.xlsx_file)))
        self.assertTrue(b64decode(report.pdf_file).startswith(b"%PDF"))
        self.assertEqual(report._problems(), [])

    def test_every_figure_keeps_what_it_counted(self):
        people = self.total(self.report, "gender", "female")
        self.assertEqual(people.value, 1)
        ((model, record_id),) = people._counted()
        self.assertEqual(model, "res.partner")
        self.assertEqual(self.env[model].browse(record_id).name, "Rozenn")
        rate = self.total(self.report, "qpv_rate")
        self.assertEqual(sorted(rate._counted().values()), [0, 1])

    def test_a_figure_opens_then_and_now_with_its_definition(self):
        line = self.total(self.report, "persons_accompanied").with_user(self.chef)
        self.assertIn("entretien", line.definition)
        late = self.person("Gwenn", date(2023, 5, 1))
        self.assertEqual((line.value_text, line.now_text), ("2", "3"))
        self.assertEqual(line.difference, "1 more, 0 less, 0 changed.")
        then, now = line.action_open_then(), line.action_open_now()
        people = self.env[then["res_model"]].search(then["domain"])
        self.assertEqual(set(people.mapped("name")), {"Rozenn", "Yann"})
        rows = (
            self.env[now["res_model"]]
            .with_user(self.chef)
            .with_context(**now["context"])
            .search(now["domain"])
        )
        self.assertEqual(len(rows), 3)
        self.assertIn(late.partner_id, rows.partner_id)

    def test_what_was_counted_survives_the_names(self):
        """Whoever is anonymised stays the person that the figure counted."""
        line = self.total(self.report, "persons_accompanied")
        people = self.env["res.partner"].browse(
            [record_id for _model, record_id in line._counted()]
        )
        people.write({"name": "Personne anonymisée", "email": False})
        self.assertEqual(len(people.exists()), 2)
        self.assertEqual(self.report._problems(), [])

    def test_hours_and_euros_tell_their_records(self):
        hours = self.total(self.report, "mission_time")
        self.assertEqual(sum(hours._counted().values()), hours.value)
        self.assertEqual(
            {model for model, _id in hours._counted()}, {"citeslab.interview"}
        )

    # Nothing changes it

    def test_no_path_changes_a_frozen_report(self):
        report, line = self.report, self.report.line_ids[0]
        section = report.section_ids[0]
        before = self.state_of(report)
        csv = [[str(report.id), "2023-02-01"]]
        for user in (self.chef, self.manager, self.env.ref("base.user_root")):
            mine = report.with_user(user)
            for name, act in {
                "write": lambda r=mine: r.write({"date_from": date(2023, 2, 1)}),
                "sudo": lambda r=mine: r.sudo().write({"figures": "{}"}),
                "file": lambda r=mine: r.sudo().write({"pdf_file": b64encode(b"x")}),
                "draft again": lambda r=mine: r.sudo().write({"state": "draft"}),
                "one2many": lambda r=mine: r.write(
                    {"line_ids": [(1, line.id, {"value": 9})]}
                ),
                "one2many add": lambda r=mine: r.write(
                    {"section_ids": [(0, 0, {"title": "Encore"})]}
                ),
                "unlink": lambda r=mine: r.unlink(),
                "line": lambda r=mine: line.with_user(r.env.user)
                .sudo()
                .write({"value": 9}),
                "line unlink": lambda r=mine: line.with_env(r.env).sudo().unlink(),
                "line add": lambda r=mine: line.with_env(r.env).sudo().copy(),
                "section": lambda r=mine: section.with_env(r.env)
                .sudo()
                .write({"body": "<p>Autre</p>"}),
                "section unlink": lambda r=mine: section.with_env(r.env)
                .sudo()
                .unlink(),
                "submit again": lambda: report.with_user(self.manager).action_submit(),
            }.items():
                with self.subTest(user=user.login, path=name):
                    with self.assertRaises(UserError), self.env.cr.savepoint():
                        act()
            loaded = mine.load([".id", "date_from"], csv)
            self.assertFalse(loaded["ids"], "an import is a write")
        self.assertEqual(self.state_of(report), before)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_as_well(self):
        for query in (
            "UPDATE citeslab_report SET figures = 'x' WHERE id = %s",
            "UPDATE citeslab_report SET pdf_file = NULL WHERE id = %s",
            "UPDATE citeslab_report SET state = 'draft' WHERE id = %s",
            "DELETE FROM citeslab_report WHERE id = %s",
            "UPDATE citeslab_report_line SET value = 1 WHERE report_id = %s",
            "DELETE FROM citeslab_report_line WHERE report_id = %s",
        ):
            with (
                self.subTest(query),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [self.report.id])

    def test_nothing_frozen_is_an_attachment(self):
        found = self.env["ir.attachment"].search(
            [
                ("res_model", "like", "citeslab.report%"),
                ("res_id", "in", [self.report.id, *self.report.section_ids.ids]),
                ("res_field", "!=", False),
            ]
        )
        self.assertFalse(found)

    def test_nobody_types_what_the_submission_writes(self):
        draft = self.draft()
        for values in (
            {"state": "submitted"},
            {"figures": "{}"},
            {"content_hash": "0" * 64},
            {"version": 7},
            {"supersedes_id": self.report.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                draft.with_user(self.manager).write(values)
        with self.assertRaises(AccessError):
            self.draft(state="validated")
        self.assertEqual((draft.state, draft.version), ("draft", 1))

    def test_a_change_behind_the_back_is_seen(self):
        self.env.cr.execute(
            "ALTER TABLE citeslab_report_line DISABLE TRIGGER citeslab_report_line_keep"
        )
        self.env.cr.execute(
            "UPDATE citeslab_report_line SET value = 7 WHERE id = %s",
            [self.report.line_ids[0].id],
        )
        self.env.cr.execute(
            "ALTER TABLE citeslab_report_line ENABLE TRIGGER citeslab_report_line_keep"
        )
        self.report.line_ids.invalidate_recordset()
        self.assertEqual(self.report._problems(), ["lines"])
        told = self.report.action_verify()["params"]
        self.assertEqual(told["type"], "danger")

    # Who does what

    def test_a_chef_prepares_and_the_manager_is_told(self):
        draft = self.draft()
        draft.action_prepare()
        self.assertEqual(draft.prepared_by_id, self.chef)
        self.assertIn(self.manager, draft.sudo().activity_ids.user_id)
        with self.assertRaises(AccessError):
            draft.action_submit()
        draft.with_user(self.manager).action_submit()
        self.assertFalse(draft.sudo().activity_ids)

    def test_the_network_reads_what_is_handed_over_and_no_person(self):
        network = self.users["network"]
        report = self.report.with_user(network)
        self.assertTrue(report.read(["content_hash", "figures", "pdf_file"]))
        with self.assertRaises(AccessError):
            report.line_ids[0].read(["records"])
        with self.assertRaises(AccessError):
            self.draft().with_user(network).read(["name"])
        with self.assertRaises(AccessError):
            report.write({"state": "validated"})

    def test_the_network_answers_once(self):
        report = self.report.with_user(self.users["network"])
        with self.assertRaises(UserError):
            report._answer("returned")
        with self.assertRaises(AccessError):
            self.report.with_user(self.manager)._answer("validated")
        report._answer("returned", "Il manque les créations.")
        self.assertEqual(self.report.state, "returned")
        with self.assertRaises(UserError):
            report._answer("validated")

    # Versions

    def test_late_data_makes_a_version_that_tells_the_difference(self):
        parcours = self.person("Gwenn", date(2023, 5, 1))
        self.later(parcours.interview_ids)
        second = self.next_version(self.report)
        self.assertEqual((second.version, second.supersedes_id), (2, self.report))
        second.with_user(self.manager).action_submit()
        self.assertEqual(second.previous_hash, self.report.content_hash)
        told = {
            (one["code"], one["item"]): one for one in json.loads(second.restatement)
        }
        change = told["persons_accompanied", None]
        self.assertEqual((change["before"], change["after"]), (2, 3))
        self.assertEqual(change["added"], [["res.partner", parcours.partner_id.id]])
        self.assertEqual(change["late"], change["added"])
        self.assertIn("2 → 3", second.restatement_html)
        self.assertIn("one late entry", second.restatement_html)
        self.assertEqual(self.report._problems(), [])

    def test_a_correction_is_not_called_late(self):
        planned = self.create_parcours(contact_name="Prévue")
        row = self.meet(planned, date(2023, 4, 1), state="planned")
        first = self.submitted(date(2023, 4, 1), date(2023, 4, 30))
        row.state = "done"
        second = self.next_version(first)
        self.assertIn("one correction", second.restatement_html)
        self.assertNotIn("late", second.restatement_html)

    def test_a_version_has_one_successor(self):
        second = self.next_version(self.report)
        self.assertEqual(self.next_version(self.report), second)
        with self.assertRaises(UserError):
            second.action_new_version()
        with self.assertRaises(ValidationError):
            second.date_to = date(2023, 6, 30)

    def test_words_and_sections_follow_to_the_next_version(self):
        first = self.draft()
        first.section_ids[0].body = "<p>Une bonne année.</p>"
        first.with_user(self.manager).action_submit()
        second = self.next_version(first)
        self.assertEqual(
            second.section_ids.mapped("title"), first.section_ids.mapped("title")
        )
        self.assertIn("Une bonne année.", second.section_ids[0].body)

    # The year before

    def test_B12_the_year_before_is_the_frozen_one(self):
        self.person("Ancienne", date(2022, 6, 1))
        before = self.submitted(*LAST_YEAR)
        late = self.person("Tardive", date(2022, 7, 1))
        figure = self.figure("persons_accompanied", *YEAR)
        self.assertEqual(figure.previous, 1)
        second = self.next_version(before)
        second.with_user(self.manager).action_submit()
        self.assertEqual(self.figure("persons_accompanied", *YEAR).previous, 2)
        self.assertTrue(late)

    def test_without_a_frozen_year_it_is_counted(self):
        self.person("Ancienne", date(2022, 6, 1))
        self.assertEqual(self.figure("persons_accompanied", *YEAR).previous, 1)

    def test_a_report_sent_back_is_no_year_before(self):
        self.person("Ancienne", date(2022, 6, 1))
        before = self.submitted(*LAST_YEAR)
        self.person("Tardive", date(2022, 7, 1))
        before.with_user(self.users["network"])._answer("returned", "À revoir")
        self.assertEqual(self.figure("persons_accompanied", *YEAR).previous, 2)

    def test_a_definition_that_changed_is_footnoted(self):
        self.person("Ancienne", date(2022, 6, 1))
        indicator = self.env["citeslab.indicator"].create(
            {
                "code": "seniors",
                "name": "Seniors",
                "kind": "count",
                "source": "citeslab.fact.person",
                "base_field": "is_accompanied",
                "domain": "[('age', '>=', 60)]",
                "definition": "Soixante ans et plus.",
                "company_id": self.structure.id,
            }
        )
        self.submitted(*LAST_YEAR)
        self.assertEqual(self.figure("seniors", *YEAR).notes, ())
        indicator.write(
            {
                "domain": "[('age', '>=', 55)]",
                "definition": "Cinquante-cinq ans et plus.",
            }
        )
        (note,) = self.figure("seniors", *YEAR).notes
        self.assertIn("Soixante ans et plus.", note)
        self.assertEqual(self.figure("persons_accompanied", *YEAR).notes, ())

    # A funder's own

    def test_a_report_of_one_quartier_counts_its_people_alone(self):
        area = self.env["citeslab.neighborhood"].create(
            {"name": "Kérourien", "kind": "qpv", "commune": "Brest"}
        )
        self.person("Nolwenn", neighborhood_id=area.id, residence="qpv")
        template = self.env["citeslab.report.template"].create(
            {
                "name": "Bilan de la métropole",
                "company_id": self.structure.id,
                "communes": "Brest",
                "section_ids": [
                    (0, 0, {"sequence": 1, "kind": "results", "title": "Résultats"}),
                    (0, 0, {"sequence": 2, "kind": "key_figures", "title": "Clés"}),
                ],
            }
        )
        report = self.draft(template_id=template.id, communes="Brest")
        self.assertEqual(report.section_ids.mapped("kind"), ["results", "key_figures"])
        report.with_user(self.manager).action_submit()
        self.assertEqual(self.total(report, "persons_accompanied").value, 1)
        self.assertEqual(json.loads(report.figures)["filters"], ["Brest"])
        self.assertEqual(self.total(self.report, "persons_accompanied").value, 2)

    def test_a_report_of_the_future_is_refused(self):
        year = date.today().year + 2
        with self.assertRaisesRegex(UserError, "has not begun"):
            self.submitted(date(year, 1, 1), date(year, 12, 31))
