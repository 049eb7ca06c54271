from datetime import date, datetime

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from ..figures.matrix import DECLARED, NOT_REGISTERED, OK
from .engine_common import EngineCase

YEAR = (date(2023, 1, 1), date(2023, 12, 31))
BEFORE = (date(2022, 1, 1), date(2022, 12, 31))

CODES = {
    "persons_met",
    "persons_accompanied",
    "persons_new",
    "persons_oriented",
    "objective",
    "gender",
    "residence",
    "qpv_rate",
    "qpv_and_near_rate",
    "neighborhood",
    "age_band",
    "education",
    "employment",
    "jobseekers",
    "target_public",
    "discovery_source",
    "prescriber",
    "project_nature",
    "first_orientation",
    "orientations",
    "outcome",
    "creations",
    "progress",
    "event_kind",
    "workshops",
    "event_attendance",
    "partner_meetings",
    "newsletters",
    "webinars",
    "permanences",
    "programs",
    "contest_entries",
    "training",
    "mission_time",
    "funding",
    "budget",
}


@tagged("post_install", "-at_install")
class TestEngine(EngineCase):
    """What one person, one period and one setting do to the figures."""

    def test_every_code_of_the_contract_is_there(self):
        matrix = self.matrix(*YEAR)
        self.assertLessEqual(CODES, set(matrix.figures))
        unfed = {"event_kind", "workshops", "event_attendance", "permanences"}
        for code in unfed | {"funding", "budget", "training", "mission_time"}:
            figure = matrix[code]
            self.assertEqual(figure.status, NOT_REGISTERED)
            self.assertEqual((figure.value, figure.items), (None, ()))

    def test_an_empty_year_counts_zero_and_no_rate(self):
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["persons_met"].value, 0)
        self.assertEqual(matrix["persons_met"].previous, None)
        self.assertEqual(matrix["qpv_rate"].value, None)
        self.assertEqual([i.code for i in matrix["gender"].items], ["unknown"])

    def test_minimum_duration_is_a_national_setting(self):
        self.meet(self.new_parcours("Courte"), date(2023, 3, 1), duration=0.25)
        self.meet(self.new_parcours("Longue"), date(2023, 3, 1), duration=0.5)
        self.meet(self.new_parcours("Sans durée"), date(2023, 3, 1))
        self.assertEqual(self.figure("persons_accompanied", *YEAR).value, 3)
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("citeslab.minimum_interview_minutes", 30)
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["persons_accompanied"].value, 1)
        self.assertEqual(matrix["persons_met"].value, 3)
        self.assertEqual(matrix.meta["min_minutes"], 30)
        parameters.set_param("citeslab.minimum_interview_minutes", "half an hour")
        with self.assertRaisesRegex(UserError, "whole number of minutes"):
            self.matrix(*YEAR)

    def test_photograph_is_the_one_of_the_first_interview(self):
        parcours = self.new_parcours()
        self.photograph(parcours, date(2022, 5, 1), target_public="intentionniste")
        self.photograph(parcours, date(2023, 2, 1), target_public="en_devenir")
        self.photograph(parcours, date(2023, 9, 1), target_public="en_activite")
        self.meet(parcours, date(2023, 2, 1))
        self.meet(parcours, date(2023, 10, 1))
        matrix = self.matrix(*YEAR)
        self.assertEqual(self.items(matrix["target_public"]), {"en_devenir": 1})
        self.assertEqual(
            self.items(matrix["progress"]), {"intentionniste_en_activite": 1}
        )
        labels = {i.code: i.label for i in matrix["progress"].items}
        self.assertIn(" → ", labels["intentionniste_en_activite"])

    def test_two_interviews_of_one_day_go_by_the_hour(self):
        """The parcours of 9:00 tells the nature, whichever was typed first."""
        natures = self.env["citeslab.project.nature"].search([], limit=3)
        late = self.new_parcours(project_nature_id=natures[0].id)
        person = late.partner_id.id
        unknown, early = (
            self.create_parcours(partner_id=person, project_nature_id=nature.id)
            for nature in natures[1:]
        )
        self.meet(unknown, date(2023, 3, 1))  # no hour: after the others
        for parcours, hour in ((late, 14), (early, 9)):
            self.meet(parcours, date(2023, 3, 1), start=datetime(2023, 3, 1, hour))
        figure = self.figure("project_nature", *YEAR)
        self.assertEqual(self.items(figure), {natures[2].code: 1})

    def test_last_outcome_of_one_day_is_the_last_typed(self):
        parcours = self.new_parcours()
        self.meet(parcours, date(2023, 3, 1))
        for value in ("created", "abandoned", "lost"):
            self.end(parcours, date(2023, 6, 1), value)
        matrix = self.matrix(*YEAR)
        self.assertEqual(self.items(matrix["outcome"]), {"lost": 1})
        self.assertEqual(matrix["creations"].value, 1)

    def test_qva_is_neither_qpv_nor_beside(self):
        for rank, residence in enumerate(("qpv", "near", "qva", "outside", "unknown")):
            parcours = self.new_parcours(f"Personne {rank}")
            self.photograph(parcours, date(2023, 3, 1), residence=residence)
            self.meet(parcours, date(2023, 3, 1))
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["qpv_rate"].value, 20.0)
        self.assertEqual(matrix["qpv_and_near_rate"].value, 40.0)

    def test_known_through_is_that_of_the_first_contact(self):
        """A first contact counts, though no interview was held on that parcours."""
        sources = self.env["citeslab.discovery.source"].search([], limit=2)
        second = self.new_parcours(discovery_source_id=sources[1].id)
        first = self.create_parcours(
            partner_id=second.partner_id.id, discovery_source_id=sources[0].id
        )
        self.meet(first, date(2022, 3, 1), kind="contact")
        self.meet(second, date(2023, 3, 1))
        figure = self.figure("discovery_source", *YEAR)
        self.assertEqual(self.items(figure), {sources[0].code: 1})

    def test_who_comes_back_is_not_new(self):
        parcours = self.new_parcours()
        for year in (2022, 2023):
            self.meet(parcours, date(year, 6, 1))
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["persons_new"].value, 0)
        self.assertEqual(matrix["persons_continuing"].value, 1)
        self.assertEqual(matrix["persons_new"].previous, 1)

    def test_creation_counts_whoever_was_seen(self):
        parcours = self.new_parcours()
        self.meet(parcours, date(2022, 6, 1))
        self.end(parcours, date(2023, 1, 15), "created")
        self.end(parcours, date(2023, 11, 2), "created")  # reopened, created again
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["creations"].value, 1)
        self.assertEqual(matrix["persons_met"].value, 0)
        self.assertEqual(self.items(matrix["outcome"]), {})

    def test_two_periods_in_one_transaction_do_not_mix(self):
        """Rows read by id for one year are not served for the other."""
        parcours = self.new_parcours()
        self.meet(parcours, date(2022, 6, 1))
        self.meet(parcours, date(2023, 6, 1))
        rows = [
            self.env["citeslab.fact.person"]
            .with_context(
                citeslab_from=first,
                citeslab_to=last,
                citeslab_company_ids=self.structure.ids,
            )
            .search([("parcours_id", "=", parcours.id)])
            for first, last in (BEFORE, YEAR)
        ]
        self.assertEqual([row.is_new for row in rows], [True, False])
        self.assertNotEqual(rows[0].id, rows[1].id)

    def test_figures_follow_a_write_of_the_same_transaction(self):
        parcours = self.new_parcours()
        interview = self.meet(parcours, date(2023, 6, 1))
        self.assertEqual(self.figure("persons_accompanied", *YEAR).value, 1)
        interview.state = "no_show"
        self.assertEqual(self.figure("persons_met", *YEAR).value, 0)

    def test_previous_period_keeps_the_end_of_february(self):
        matrix = self.matrix(date(2024, 2, 1), date(2024, 2, 29))
        self.assertEqual(matrix.previous_period, (date(2023, 2, 1), date(2023, 2, 28)))
        matrix = self.matrix(date(2025, 2, 1), date(2025, 2, 28))
        self.assertEqual(matrix.previous_period, (date(2024, 2, 1), date(2024, 2, 29)))

    def test_labels_are_those_of_the_reader(self):
        parcours = self.new_parcours()
        self.photograph(parcours, date(2023, 2, 1), residence="qpv")
        self.meet(parcours, date(2023, 2, 1))
        bilan = self.Bilan.with_user(self.chef)._for_scope(
            self.Bilan._scope(self.structure, *YEAR, None, None, None)
        )
        self.assertEqual(bilan.env.lang, "en_US")
        without = self.Bilan.with_context(lang=None)._for_scope(
            self.Bilan._scope(self.structure, *YEAR, None, None, None)
        )
        installed = dict(self.env["res.lang"].get_installed())
        wanted = "fr_FR" if "fr_FR" in installed else "en_US"
        self.assertEqual(without.env.lang, wanted)

    def test_bad_questions_get_one_sentence(self):
        with self.assertRaisesRegex(UserError, "before it starts"):
            self.matrix(*reversed(YEAR))
        with self.assertRaisesRegex(UserError, "first and the last day"):
            self.matrix(None, None)
        with self.assertRaisesRegex(UserError, "not one of Structure Estuaire"):
            self.matrix(*YEAR, territory=self.other_territory)


@tagged("post_install", "-at_install")
class TestActivity(EngineCase):
    """What is counted by row: actions, programmes, contests, hours."""

    def act(self, code, day, **values):
        kind = self.env["citeslab.action.kind"].search([("code", "=", code)])
        return self.env["citeslab.action"].create(
            {
                "name": code,
                "company_id": self.structure.id,
                "date": day,
                "kind_id": kind.id,
                **values,
            }
        )

    def test_repeated_actions_count_each_time(self):
        self.act("partner_meeting", date(2023, 1, 10), occurrences=23)
        self.act("partner_meeting", date(2023, 5, 10))
        self.act("webinar", date(2022, 5, 10), occurrences=2)
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["partner_meetings"].value, 24)
        self.assertEqual(matrix["newsletters"].status, NOT_REGISTERED)
        # registered the year before, so that nothing this year is a zero
        self.assertEqual(matrix["webinars"].status, OK)
        self.assertEqual(matrix["webinars"].value, 0)

    def test_hours_by_mission(self):
        preparation = self.env.ref("citeslab_base.mission_preparation")
        self.meet(
            self.new_parcours(),
            date(2023, 4, 1),
            duration=1.5,
            mission_id=preparation.id,
        )
        self.act("partner_meeting", date(2023, 4, 2), duration=0.75, occurrences=2)
        figure = self.figure("mission_time", *YEAR)
        self.assertEqual(figure.value, 3.0)
        self.assertEqual(self.items(figure), {"preparation": 1.5, "animation": 1.5})
        self.assertEqual([i.percent for i in figure.items], [50, 50, 0])

    def test_programmes_tell_sent_and_accepted(self):
        program = self.env["citeslab.program"].create({"code": "eiti", "name": "EITI"})
        promotion = self.env["citeslab.program.promotion"].create(
            {
                "program_id": program.id,
                "name": "2023",
                "company_id": self.structure.id,
            }
        )
        for rank, state in enumerate(("accepted", "refused", "sent")):
            parcours = self.new_parcours(f"Candidate {rank}")
            self.meet(parcours, date(2023, 4, 1))
            self.orient(
                parcours, date(2023, 4, 1), promotion_id=promotion.id, state=state
            )
        figure = self.figure("programs", *YEAR)
        item = figure.items[0]
        self.assertEqual((item.code, item.label, item.value), ("eiti", "EITI", 3))
        self.assertEqual(item.extra, {"sent": 3, "accepted": 1})

    def test_a_withdrawn_entry_is_not_presented(self):
        contest = self.env["citeslab.contest"].create(
            {"code": "elan", "name": "Élan des quartiers"}
        )
        parcours = self.new_parcours()
        for edition, state in (("2022", "presented"), ("2023", "withdrawn")):
            self.create_row(
                "citeslab.contest.entry",
                parcours,
                date(2023, 4, 1),
                contest_id=contest.id,
                edition=edition,
                state=state,
            )
        self.assertEqual(self.figure("contest_entries", *YEAR).value, 1)

    def test_a_quartier_filter_says_what_it_leaves_whole(self):
        area = self.env["citeslab.neighborhood"].create({"name": "Bellevue"})
        self.act("partner_meeting", date(2023, 1, 10))
        matrix = self.matrix(*YEAR, neighborhoods=area)
        self.assertEqual(matrix["partner_meetings"].value, 1)
        self.assertIn("whole territory", matrix["partner_meetings"].notes[0])
        self.assertFalse(matrix["persons_met"].notes)


@tagged("post_install", "-at_install")
class TestDeclaredFigures(EngineCase):
    """Totals typed by a first-time structure, with their source."""

    def declare(self, code, value, item=None, period=BEFORE, **values):
        indicator = self.env["citeslab.indicator"].search([("code", "=", code)])
        return (
            self.env["citeslab.declared.figure"]
            .with_user(self.chef)
            .create(
                {
                    "indicator_id": indicator.id,
                    "item_code": item,
                    "value": value,
                    "date_from": period[0],
                    "date_to": period[1],
                    "source": "bilan 2022, page 4",
                    **values,
                }
            )
        )

    def test_typed_year_before_stands_beside_with_its_source(self):
        self.meet(self.new_parcours(), date(2023, 4, 1))
        self.declare("persons_accompanied", 107)
        self.declare("outcome", 107)
        self.declare("outcome", 19, "created")
        self.declare("outcome", 40, "lost")
        matrix = self.matrix(*YEAR)
        figure = matrix["persons_accompanied"]
        self.assertEqual((figure.value, figure.previous), (1, 107))
        self.assertEqual((figure.status, figure.previous_status), (OK, DECLARED))
        self.assertIn("bilan 2022, page 4", figure.notes[0])
        self.assertEqual(
            self.items(matrix["outcome"], "previous"),
            {"created": 19, "lost": 40, "unknown": 48},
        )
        self.assertEqual(matrix["gender"].previous, None)

    def test_registered_figures_win_over_typed_ones(self):
        self.meet(self.new_parcours(), date(2022, 4, 1))
        self.declare("persons_accompanied", 107)
        figure = self.figure("persons_accompanied", *YEAR)
        self.assertEqual((figure.previous, figure.previous_status), (1, OK))

    def test_a_typed_figure_fills_what_nobody_registers(self):
        self.meet(self.new_parcours(), date(2023, 4, 1))
        self.declare("newsletters", 4, period=YEAR)
        self.declare("workshops", 18, period=YEAR)
        matrix = self.matrix(*YEAR)
        for code, value in (("newsletters", 4), ("workshops", 18)):
            figure = matrix[code]
            self.assertEqual((figure.status, figure.value), (DECLARED, value))
        self.assertEqual(matrix["persons_accompanied"].status, OK)

    def test_a_typed_year_has_its_own_bilan(self):
        self.declare("gender", 58, "female")
        self.declare("gender", 49, "male")
        figure = self.figure("gender", *BEFORE)
        self.assertEqual((figure.status, figure.value), (DECLARED, 107))
        self.assertEqual(self.items(figure), {"female": 58, "male": 49})
        self.assertEqual(self.items(figure, "percent"), {"female": 54, "male": 46})

    def test_another_period_or_filter_ignores_them(self):
        self.meet(self.new_parcours(), date(2023, 4, 1))
        self.declare("persons_accompanied", 107)
        half = self.figure("persons_accompanied", date(2023, 1, 1), date(2023, 6, 30))
        self.assertEqual(half.previous, None)
        area = self.env["citeslab.neighborhood"].create({"name": "Bellevue"})
        part = self.figure("persons_accompanied", *YEAR, neighborhoods=area)
        self.assertEqual(part.previous, None)

    def test_mistakes_are_told(self):
        with self.refused("female, male, other, unknown"):
            self.declare("gender", 3, "women")
        with self.refused("leave the row empty"):
            self.declare("persons_met", 3, "female")
        self.declare("gender", 10)
        with self.refused("more than its total of 10"):
            self.declare("gender", 11, "female")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.declare("gender", 10)


@tagged("post_install", "-at_install")
class TestOwnIndicator(EngineCase):
    """A structure adds a figure without code."""

    def add(self, **values):
        return (
            self.env["citeslab.indicator"]
            .with_user(self.manager)
            .create(
                {
                    "code": "seniors",
                    "name": "Seniors",
                    "kind": "count",
                    "source": "citeslab.fact.person",
                    "base_field": "is_accompanied",
                    "domain": "[('age', '>=', 60)]",
                    **values,
                }
            )
        )

    def test_a_domain_narrows_what_is_counted(self):
        for rank, age in enumerate((30, 60, 75)):
            parcours = self.new_parcours(f"Personne {rank}")
            self.photograph(parcours, date(2023, 4, 1), age=age)
            self.meet(parcours, date(2023, 4, 1))
        self.add()
        self.add(
            code="senior_gender",
            name="Genre des seniors",
            kind="distribution",
            group_field="gender",
        )
        matrix = self.matrix(*YEAR)
        self.assertEqual(matrix["seniors"].value, 2)
        self.assertEqual(self.items(matrix["senior_gender"]), {"unknown": 2})
        self.assertIn("seniors", [c for s in matrix.sections for c in s.figures])
        other = self.matrix(*YEAR, company=self.other, user=self.other_chef)
        self.assertNotIn("seniors", other.figures)

    def test_more_columns_than_one_query_takes(self):
        """Beyond 30 grouping columns the engine asks twice, and adds up the same."""
        parcours = self.new_parcours()
        self.photograph(parcours, date(2023, 4, 1), residence="qpv")
        self.meet(parcours, date(2023, 4, 1))
        fact = self.env["citeslab.fact.person"]
        names = [
            name
            for name, field in fact._fields.items()
            if field.store
            and field.type in ("selection", "many2one", "char", "boolean")
        ]
        for name in names:
            self.add(
                code=f"by_{name}",
                name=name,
                kind="distribution",
                group_field=name,
                domain=False,
            )
        matrix = self.matrix(*YEAR)
        for name in names:
            self.assertEqual(matrix[f"by_{name}"].value, 1, name)

    def test_mistakes_are_told(self):
        for values, sentence in (
            ({"domain": "[('age', '>>', 60)]"}, "cannot be read"),
            ({"domain": "[('shoe_size', '=', 42)]"}, "cannot be read"),
            ({"domain": "__import__('os')"}, "cannot be read"),
            ({"domain": "[(('age'"}, "cannot be read"),
            ({"base_field": "age"}, "is_accompanied"),
            ({"base_field": "is_tall"}, "not a field that can be used there"),
            ({"group_field": "age"}, "age_band"),
            ({"kind": "rate"}, "Counted"),
            ({"kind": "distribution"}, "Split By"),
            ({"code": "gender"}, "national indicator"),
        ):
            with self.subTest(values), self.refused(sentence):
                self.add(**values)

    def test_an_archived_indicator_leaves_the_bilan(self):
        indicator = self.add()
        indicator.action_archive()
        self.assertNotIn("seniors", self.matrix(*YEAR).figures)

    @users("citeslab_manager")
    def test_a_manager_leaves_the_national_list_alone(self):
        national = self.env.ref("citeslab_reporting.indicator_gender")
        with self.assertRaises(AccessError):
            national.with_user(self.env.user).name = "Autre"
        with self.assertRaises(AccessError):
            self.add(company_id=False)


@tagged("post_install", "-at_install")
class TestRecordsBehind(EngineCase):
    """Every figure opens exactly the records that it counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.area = cls.env["citeslab.neighborhood"].create(
            {"name": "Pontanézen", "commune": "Brest"}
        )
        for rank in range(9):
            cls.live(rank)

    @classmethod
    def live(cls, rank):
        """One person whose story depends on its rank."""
        parcours = cls.create_parcours(contact_name=f"Personne {rank}")
        day = date(2023 - (rank == 8), 2, 1 + rank)
        cls.photograph(
            parcours,
            day,
            age=20 + 5 * rank,
            residence=("qpv", "near", "outside")[rank % 3],
            neighborhood_id=cls.area.id if rank % 2 else False,
            target_public=("intentionniste", False)[rank % 2],
        )
        kind = "contact" if rank == 7 else "interview"
        cls.meet(parcours, day, kind=kind, duration=rank / 4)
        if rank < 4:
            cls.orient(parcours, day)
            cls.end(parcours, date(2023, 11, 1), ("created", "lost")[rank % 2])
        if rank == 8:
            cls.end(parcours, date(2023, 11, 1), "created")

    def count(self, action, figure):
        """Records of a window, as the web client would count them."""
        records = (
            self.env[action["res_model"]]
            .with_user(self.chef)
            .with_context(**action["context"])
            .search(action["domain"])
        )
        if figure.kind == "hours":
            return sum(records.mapped("duration"))
        return len(records)

    def open(self, code, item=None, **params):
        bilan = self.env["citeslab.bilan"].with_user(self.chef)
        asked = {
            "company_id": self.structure.id,
            "date_from": "2023-01-01",
            "date_to": "2023-12-31",
            **params,
        }
        return bilan.action_open_records(asked, code, item)

    def test_counts_match_every_figure_and_row(self):
        matrix = self.matrix(*YEAR)
        checked = 0
        for code, figure in self.registered(matrix).items():
            if figure.kind == "rate":
                continue
            action = self.open(code)
            self.assertEqual(self.count(action, figure), figure.value, code)
            for item in figure.items:
                if not item.value:
                    continue
                opened = self.open(code, item.code)
                self.assertEqual(self.count(opened, figure), item.value, item)
                self.assertIn(item.label, opened["name"])
                checked += 1
        self.assertGreater(checked, 20)
        self.assertEqual(matrix["creations"].value, 3)
        self.assertEqual(self.open("creations")["res_model"], "crm.lead")

    def test_year_before_and_filters(self):
        figure = self.figure("persons_accompanied", *YEAR)
        action = self.open("persons_accompanied", previous=True)
        self.assertEqual(self.count(action, figure), figure.previous)
        filtered = self.matrix(*YEAR, neighborhoods=self.area, communes=["Brest"])
        action = self.open(
            "persons_met", neighborhood_ids=self.area.ids, communes=["Brest"]
        )
        figure = filtered["persons_met"]
        self.assertEqual(self.count(action, figure), figure.value)
        self.assertEqual(figure.value, 4)

    def test_a_row_opens_its_parcours(self):
        action = self.open("persons_accompanied")
        rows = (
            self.env[action["res_model"]]
            .with_user(self.chef)
            .with_context(**action["context"])
            .search(action["domain"], limit=1)
        )
        opened = rows.action_open_parcours()
        self.assertEqual(opened["res_model"], "crm.lead")
        self.assertEqual(opened["res_id"], rows.parcours_id.id)

    def test_windows_load_as_the_web_client_loads_them(self):
        """List, pivot and graph, with the period that the window carries."""
        for code in ("persons_met", "mission_time", "creations"):
            action = self.open(code)
            model = (
                self.env[action["res_model"]]
                .with_user(self.chef)
                .with_context(**action["context"])
            )
            views = model.get_views(action["views"])
            names = dict.fromkeys(views["models"][model._name]["fields"], {})
            rows = model.web_search_read(
                action["domain"], dict.fromkeys(("display_name", *list(names)[:9]), {})
            )
            self.assertEqual(rows["length"], model.search_count(action["domain"]))
            groups = model.formatted_read_group(
                action["domain"], ["company_id"], ["__count"]
            )
            self.assertEqual(groups[0]["__count"], rows["length"])

    def test_unknown_codes_are_told(self):
        with self.assertRaisesRegex(UserError, "no figure with the code"):
            self.open("nonsense")
        self.env["citeslab.indicator"].create(
            {"code": "survey", "name": "Enquête", "kind": "count"}
        )
        with self.assertRaisesRegex(UserError, "nothing is registered yet"):
            self.open("survey")
        with self.assertRaisesRegex(UserError, "no record of the period"):
            self.open("gender", "martian")
        with self.assertRaisesRegex(UserError, "no record of the period"):
            self.open("persons_met", "female")


@tagged("post_install", "-at_install")
class TestQueriesOfABilan(EngineCase):
    """What grows with a structure is the number of rows, never that of queries."""

    def accompany(self, numbers):
        for number in numbers:
            parcours = self.new_parcours(f"Personne {number}")
            self.photograph(parcours, "2023-03-01", residence="qpv")
            self.meet(parcours, "2023-03-01")
            self.meet(parcours, "2023-06-01")
            self.orient(parcours, "2023-06-01")
            self.end(parcours, "2023-11-01", "ongoing")

    def queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        # the zone of the reader is read anew, or not, as Python forgets environments
        self.chef.partner_id.fetch(["tz"])
        before = self.env.cr.sql_log_count
        matrix = self.matrix(*YEAR)
        return self.env.cr.sql_log_count - before, matrix

    def test_a_bilan_of_many_costs_the_queries_of_few(self):
        self.accompany(range(4))
        self.queries()  # fills the caches of the registry
        few, matrix = self.queries()
        self.assertEqual(matrix["persons_accompanied"].value, 4)
        self.accompany(range(4, 44))
        self.queries()  # what was written may have emptied them
        many, matrix = self.queries()
        self.assertEqual(matrix["persons_accompanied"].value, 44)
        self.assertEqual(many, few)
