import base64
from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import BudgetCase

HEAD = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum "
    "CompAuxLib PieceRef PieceDate EcritureLib Debit Credit EcritureLet DateLet "
    "ValidDate Montantdevise Idevise"
).split()


def row(number, day, account, label, debit="", credit=""):
    """A row of a ledger, as an accountant's software writes it."""
    return [
        "AC", "Achats", number, day, account, "Compte", "", "", f"F{number}", day,
        label, debit, credit, "", "", day, "", "",
    ]  # fmt: skip


@tagged("post_install", "-at_install")
class TestFec(BudgetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ledger = [
            row("1", "20230131", "641100", "Paie de janvier", "2500,00", "0,00"),
            row("2", "20230215", "625100", "Train Brest–Rennes CITESLAB", "45,50"),
            row("3", "20230216", "625100", "Train d'un autre service", "80,00"),
            row("4", "20230301", "741000", "Subvention de la ville", "", "5000,00"),
            row("5", "20230302", "512000", "Banque", "5000,00"),
            row("6", "20220131", "641100", "Paie d'un autre exercice", "2400,00"),
            row("7", "20230310", "641100", "Avoir", "", "100,00"),
        ]
        cls.budget = cls.env["citeslab.budget"].create(
            {
                "company_id": cls.company.id,
                "date_from": date(2023, 1, 1),
                "analytic_account_id": cls.account.id,
            }
        )
        for prefix, words, code in (
            ("641", False, "salary"),
            ("6251", "CITESLAB", "travel"),
            ("741", False, "communes"),
        ):
            cls.env["citeslab.budget.mapping"].create(
                {
                    "company_id": cls.company.id,
                    "prefix": prefix,
                    "label_contains": words,
                    "category_id": cls.env.ref(f"citeslab_budget.category_{code}").id,
                }
            )

    def _file(self, rows, head=HEAD, mark="\t"):
        return "\r\n".join(mark.join(one) for one in [head, *rows])

    def _import(self, content, budget=None):
        raw = content if isinstance(content, bytes) else content.encode()
        wizard = self.env["citeslab.fec.import"].create(
            {"budget_id": (budget or self.budget).id, "file": base64.b64encode(raw)}
        )
        return wizard._import(raw)

    def _refuses(self, content, words):
        with self._refused(words, UserError):
            self._import(content)
        self.assertFalse(self.budget.entry_ids)

    def _actual(self, code):
        return self._line(self.budget, code).actual

    def test_import_fills_the_lines(self):
        counts = self._import(self._file(self.ledger))
        self.assertEqual(counts, {"created": 4, "known": 0, "other": 3})
        self.assertEqual(self._actual("salary"), 2400)
        self.assertEqual(self._actual("travel"), 45.50)
        self.assertEqual(self._actual("communes"), 5000)
        self.assertEqual(self.budget.entry_ids.analytic_account_id, self.account)

    def test_twice_without_duplicates(self):
        self._import(self._file(self.ledger))
        more = [*self.ledger, row("8", "20230401", "641100", "Paie de mars", "2500,00")]
        counts = self._import(self._file(more))
        self.assertEqual(counts, {"created": 1, "known": 4, "other": 3})
        self.assertEqual(self._actual("salary"), 4900)

    def test_two_equal_rows_are_two_expenses(self):
        same = row("9", "20230401", "641100", "Prime", "100,00")
        self._import(self._file([same, same]))
        self.assertEqual(self._actual("salary"), 200)
        self._import(self._file([same, same]))
        self.assertEqual(self._actual("salary"), 200)

    def test_changed_amount_is_told(self):
        self._import(self._file(self.ledger))
        changed = [*self.ledger]
        changed[0] = row("1", "20230131", "641100", "Paie de janvier", "2600,00")
        with self._refused("Line 2.*another amount", UserError):
            self._import(self._file(changed))
        self.assertEqual(self._actual("salary"), 2400)

    def test_encodings_and_separators(self):
        text = self._file([row("1", "20230131", "641100", "Prime d'été", "1,5")])
        for content in (
            text.encode("utf-8-sig"),
            text.replace("\t", "|").encode("iso8859-15"),
        ):
            with self.subTest(content=content[:20]):
                self._import(content)
                self.assertEqual(self.budget.entry_ids.name, "Prime d'été")
                self.assertEqual(self.budget.entry_ids.amount, 1.5)
                self.budget.entry_ids.unlink()

    def test_amount_and_side_layout(self):
        head = [{"Debit": "Montant", "Credit": "Sens"}.get(name, name) for name in HEAD]
        rows = [
            row("1", "20230131", "641100", "Paie", "100,00", "D"),
            row("2", "20230131", "641100", "Avoir", "30,00", "C"),
        ]
        self._import(self._file(rows, head))
        self.assertEqual(self._actual("salary"), 70)

    def test_wrong_column(self):
        head = [*HEAD]
        head[4] = "Compte"
        self._refuses(
            self._file(self.ledger, head), "column “CompteNum”: found “Compte”"
        )
        self._refuses(self._file(self.ledger, HEAD[:-1]), "column “Idevise”: missing")

    def test_wrong_encoding(self):
        self._refuses(self._file(self.ledger).encode("utf-16"), "neither in UTF-8")
        broken = self._file(self.ledger).encode("cp1252")
        self._refuses(broken, "neither in UTF-8")

    def test_not_a_fec(self):
        self._refuses("Date;Compte;Montant", "not a FEC")
        self._refuses(" ", "empty")

    def test_any_line_end_and_none_within_a_cell(self):
        self._import(self._file(self.ledger).replace("\r\n", "\r"))
        self.assertEqual(self._actual("salary"), 2400)
        rows = [row("1", "20230131", "641100", "Paie\rde janvier", "1")]
        with self.assertRaisesRegex(UserError, "line 2: 11 columns"):
            self._import(self._file(rows))

    def test_every_problem_names_its_line(self):
        rows = [
            row("1", "20230230", "641100", "Paie", "1"),
            row("2", "20230131", "641100", "Paie", "12,345"),
            row("3", "20230131", "641100", "Paie", "1")[:5],
            row("4", "20230131", "", "Paie", "1"),
        ]
        with self.assertRaises(UserError) as caught:
            self._import(self._file(rows))
        lines = str(caught.exception).split("\n")
        self.assertEqual(len(lines), 4)
        for text, words in zip(
            lines,
            (
                "line 2, column “EcritureDate”: “20230230”",
                "line 3, column “Debit”: “12,345”",
                "line 4: 5 columns",
                "line 5, column “CompteNum”",
            ),
            strict=True,
        ):
            self.assertIn(words, text)
        self.assertFalse(self.budget.entry_ids)

    def test_what_no_ledger_holds_is_told(self):
        huge = row("1", "20230110", "606300", "Papier", "9" * 5000)
        self._refuses(self._file([huge]), "99…” is not an amount")
        long = row("1", "20230110", "606300", "x" * 200_000, "12,50")
        self._refuses(self._file([long]), "line 2: a cell is longer")

    def test_without_mapping(self):
        self.env["citeslab.budget.mapping"].search([]).unlink()
        self._refuses(self._file(self.ledger), "No account feeds a line")

    def test_longest_account_wins(self):
        self.env["citeslab.budget.mapping"].create(
            {"prefix": "6411", "category_id": self._category("charges").id}
        )
        self._import(self._file(self.ledger[:1]))
        self.assertEqual(self._actual("charges"), 2500)

    def test_agreed_budget_takes_actuals(self):
        self.budget.action_submit()
        self.budget.action_agree()
        self._import(self._file(self.ledger))
        self.assertEqual(self._actual("salary"), 2400)

    def test_label_is_never_a_formula(self):
        label = '=HYPERLINK("http://x")'
        self._import(self._file([row("1", "20230131", "641100", label, "1")]))
        self.assertEqual(self.budget.entry_ids.name, label)
