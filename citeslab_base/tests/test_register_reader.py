import datetime
import io
import random
import time
import zipfile

from odoo.tests import BaseCase

from ..register import headers, reader, rows, values
from ..register.problems import FileRefused
from ..register.vocabulary import Labels
from ..tools import identity
from .register_files import HEADERS, as_csv, as_xlsx, person, row

TODAY = datetime.date(2026, 11, 22)
LABELS = {
    key: Labels(
        {"divers": 1, "restauration": 2, "bac 2": 3}, ["Divers", "Restauration"]
    )
    for key in rows.NOMENCLATURES
}


def check(content, create_labels=True, corrections=None):
    table = reader.read_table(content)
    return rows.check_table(table, LABELS, TODAY, create_labels, corrections)


class RegisterCase(BaseCase):
    def assert_refused(self, content, *words):
        """Refused with one sentence that holds these words, within seconds."""
        start = time.monotonic()
        with self.assertRaises(FileRefused) as caught:
            reader.read_table(content)
        sentence = str(caught.exception)
        self.assertLess(time.monotonic() - start, 10)
        self.assertNotIn("\n", sentence)
        self.assertNotIn("Traceback", sentence)
        self.assertGreater(len(sentence), 15)
        for word in words:
            self.assertIn(word, sentence)

    def errors(self, content, **options):
        return [str(problem) for problem in check(content, **options).errors]


class TestTables(RegisterCase):
    def test_csv_of_every_kind_reads_the_same(self):
        rows_ = [person(1, area="Lambézellec, Bourg; haut"), person(2, last="L'HOSTIS")]
        expected = None
        for delimiter in ";,\t":
            for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
                with self.subTest(delimiter=delimiter, encoding=encoding):
                    table = reader.read_table(as_csv(rows_, delimiter, encoding))
                    expected = expected or table.rows
                    self.assertEqual(table.rows, expected)
        self.assertEqual([line for line, _cells in expected], [2, 3])
        self.assertEqual(reader.read_table(as_xlsx(rows_)).header, list(HEADERS))

    def test_xlsx_reads_as_the_csv(self):
        rows_ = [person(1), person(2, birth="", outcome="Création")]
        from_csv = check(as_csv(rows_)).rows
        from_xlsx = check(as_xlsx(rows_)).rows
        self.assertEqual(from_csv, from_xlsx)

    def test_xlsx_typed_cells(self):
        """Dates, numbers and a lost leading zero, as Excel stores them."""

        def retype(book):
            sheet = book.active
            place = {cell.value: cell.column for cell in sheet[1]}
            sheet.cell(2, place["Date de naissance"]).value = datetime.date(1985, 5, 4)
            sheet.cell(2, place["Date de contact"]).value = datetime.datetime(
                2023, 1, 10, 14, 30
            )
            sheet.cell(2, place["Date du 1er RDV"]).value = 44946
            sheet.cell(2, place["Numéro"]).value = 12
            sheet.cell(2, place["Téléphone"]).value = 639981001
            sheet.cell(2, place["Code postal"]).value = 1000

        found = check(as_xlsx([row()], change=retype)).rows[0]
        self.assertEqual(found.birthdate, datetime.date(1985, 5, 4))
        self.assertEqual(found.contact_date, datetime.date(2023, 1, 10))
        self.assertEqual(found.interview_date, datetime.date(2023, 1, 20))
        self.assertEqual((found.number, found.zip), ("12", "01000"))
        self.assertEqual(found.phone_key, "0639981001")

    def test_1904_calendar(self):
        def retype(book):
            book.epoch = openpyxl_1904()
            place = {cell.value: cell.column for cell in book.active[1]}
            book.active.cell(2, place["Date de contact"]).value = 43484
            book.active.cell(2, place["Date du 1er RDV"]).value = 43484

        found = check(as_xlsx([row()], change=retype)).rows[0]
        self.assertEqual(found.contact_date, datetime.date(2023, 1, 20))

    def test_first_sheet_that_is_a_register(self):
        def add_cover(book):
            cover = book.create_sheet("Lisez-moi", 0)
            cover["A1"] = "Registre de la structure"
            hidden = book.create_sheet("Brouillon", 0)
            hidden.append(list(HEADERS))
            hidden.sheet_state = "hidden"

        checked = check(as_xlsx([row()], change=add_cover))
        self.assertEqual(len(checked.rows), 1)

    def test_title_above_the_headers(self):
        content = b"Registre 2023;;\r\n;;\r\n" + as_csv([row()], encoding="utf-8")
        table = reader.read_table(content)
        self.assertEqual((table.header_line, table.rows[0][0]), (3, 4))

    def test_headers_whatever_their_spelling(self):
        names = {
            "Numéro": "NUMERO",
            "Prénom": "prénom ",
            "Situation à l'entrée": "Situation a l’entree",
            "Date du 1er RDV": "date du 1ER rdv.",
            "Date d'issue": "DATE D ISSUE",
        }
        wanted = [names.get(header, header) for header in HEADERS]
        content = as_csv([row()]).decode("utf-8-sig").split("\r\n", 1)
        table = reader.read_table(
            ";".join(wanted).encode() + b"\r\n" + content[1].encode()
        )
        self.assertEqual(len(table.columns), len(HEADERS))

    def test_unknown_column_is_told_not_lost_in_silence(self):
        content = as_csv([{**row(), "Remarques": "x"}], headers=[*HEADERS, "Remarques"])
        checked = check(content)
        self.assertEqual(checked.errors, [])
        self.assertIn('line 1, column "Remarques"', str(checked.warnings[0]))


def openpyxl_1904():
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    return CALENDAR_MAC_1904


class TestHostileFiles(RegisterCase):
    def test_empty(self):
        self.assert_refused(b"", "empty")
        self.assert_refused(b"\r\n \r\n", "empty")
        self.assert_refused(b"\xef\xbb\xbf", "No column")

    def test_headers_alone(self):
        self.assert_refused(as_csv([]), "no row")
        self.assert_refused(as_xlsx([]), "no row")

    def test_other_kinds_of_files(self):
        self.assert_refused(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF")
        self.assert_refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls")
        self.assert_refused(b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "image")
        self.assert_refused(b"<html><table><tr><td>Nom</td></tr></table>", "web page")
        self.assert_refused(b"MZ\x90\0\x03\0\0\0", "not text")
        self.assert_refused(b"Num\xe9ro;Nom\r\n1;\0\0", "not text")
        self.assert_refused(b"bonjour tout le monde", "No column")

    def test_other_archives(self):
        self.assert_refused(_zip({"word/document.xml": b"<a/>"}), "not a spreadsheet")
        self.assert_refused(
            _zip({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
            "OpenDocument",
        )
        self.assert_refused(_zip({"xl/workbook.xml": b"<workbook/>"}), "damaged")

    def test_too_heavy(self):
        self.assert_refused(b"a;b\r\n" * (reader.MAX_BYTES // 5 + 9), "MB")

    def test_bomb(self):
        """300 MB of zeros weigh 300 kB; nothing of it is unzipped."""
        bomb = _zip({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": 300})
        self.assertLess(len(bomb), reader.MAX_BYTES)
        self.assert_refused(bomb, "300 MB", "50 MB")
        self.assert_refused(
            _zip({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": 40}), "reason"
        )

    def test_entities(self):
        evil = (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
            b'<!ENTITY b "&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
        )
        self.assert_refused(_with_part("xl/sharedStrings.xml", evil), "entities")
        wide = evil.decode().encode("utf-16")
        self.assert_refused(_with_part("xl/sharedStrings.xml", wide), "entities")

    def test_macros_and_odd_names(self):
        self.assert_refused(_with_part("xl/vbaProject.bin", b"\xcc\x61"), "macros")
        self.assert_refused(_with_part("../../etc/cron.d/x", b"x"), "unusual")

    def test_absurd_addresses(self):
        """A far cell must not become a row of millions of empty ones."""
        far = _sheet(b'<row r="1"><c r="XFD1" t="n"><v>1</v></c></row>')
        self.assert_refused(far, "200 columns")
        deep = _sheet(b'<row r="999999999"><c r="A999999999"><v>1</v></c></row>')
        self.assert_refused(deep, "damaged")
        many = _sheet(b'<row r="1">' + b"<c/>" * 5_000 + b"</row>")
        self.assert_refused(many, "columns")

    def test_formula(self):
        def add_formula(book):
            book.active["B3"] = '=HYPERLINK("http://example.org")'

        for content, line in (
            (as_xlsx([row(), person(2)], change=add_formula), 3),
            (as_csv([row(last="=cmd|' /C calc'!A0")]), 2),
        ):
            errors = self.errors(content)
            self.assertEqual(len(errors), 1)
            self.assertIn(
                f'line {line}, column "Nom": this cell holds a form', errors[0]
            )
            self.assertEqual(
                self.errors(content, corrections={(line, "last_name"): "X"}), []
            )

    def test_every_formula_is_told(self):
        """Wherever it stands: number, date, header, column that means nothing."""
        headers_ = (*HEADERS, "Âge", "=A1")
        rows_ = [
            {**row(number="=A1+1", contact="=NOW()"), "Âge": "=2+2"},
            {**row(number="2"), "=A1": " =1"},
        ]
        errors = self.errors(as_csv(rows_, headers=headers_))
        self.assertEqual(
            [error.split(": ")[0] for error in errors],
            [
                'line 1, column "26"',
                'line 2, column "Numéro"',
                'line 2, column "Date de contact"',
                'line 2, column "Âge"',
                'line 3, column "=A1"',
            ],
        )
        self.assertTrue(all("formula" in error for error in errors))

    def test_too_many_rows_and_columns(self):
        content = as_csv(
            [{"Numéro": str(n)} for n in range(20_001)], headers=HEADERS[:5]
        )
        self.assert_refused(content, "20000 rows")
        self.assert_refused(
            ";".join(f"c{n}" for n in range(201)).encode() + b"\r\n1", "columns"
        )

    def test_headers_missing_or_twice(self):
        content = as_csv([row()], headers=[h for h in HEADERS if h != "Numéro"])
        self.assert_refused(content, "Missing column: Numéro")
        content = as_csv([row()], headers=["Genre", "Ville", "Public"])
        self.assert_refused(content, "Numéro, Nom, Date de contact")
        text = as_csv([row()]).decode("utf-8-sig").replace(";Ville;", ";E-mail;")
        self.assert_refused(text.encode(), '"Email" and "E-mail"')

    def test_broken_csv(self):
        self.assert_refused(as_csv([row()]) + b'2;"jamais ferm\xc3\xa9;x', "quotation")
        whole = as_csv([person(n) for n in range(1, 30)])
        self.assert_refused(whole[: whole.rindex(b"Restauration")], "cut at line 30")
        self.assert_refused(as_csv([row(), row()]) + b"3;\xff\xfe\xfd;x\r\n", "line 4")
        self.assert_refused(as_csv([row()]) + b";" * 30 + b"trop\r\n", "more values")

    def test_truncated_anywhere(self):
        """Cut at each kB, a file is refused or is a shorter whole register."""
        whole = as_xlsx([person(n) for n in range(1, 120)])
        for size in range(0, len(whole) - 1, 1024):
            with self.assertRaises(FileRefused):
                reader.read_table(whole[:size])
        whole = as_csv([person(n) for n in range(1, 60)])
        for size in range(0, len(whole) - 1, 1024):
            try:
                table = reader.read_table(whole[:size])
            except FileRefused:
                continue
            self.assertTrue(whole[:size].endswith((b"\n", b";")), size)
            self.assertLess(len(table.rows), 60)

    def test_spoilt_bytes_never_crash(self):
        whole = as_xlsx([person(n) for n in range(1, 20)])
        for place in range(0, len(whole), 97):
            spoilt = whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :]
            try:
                reader.read_table(spoilt)
            except FileRefused as refused:
                self.assertTrue(str(refused))


class TestValues(RegisterCase):
    def test_dates(self):
        day = datetime.date(2023, 2, 1)
        for text in (
            "01/02/2023",
            "1/2/2023",
            "01-02-2023",
            "01.02.2023",
            "2023-02-01",
            "2023-02-01 10:30:00",
            "44958",
            44958,
            44958.75,
        ):
            with self.subTest(text=text):
                self.assertEqual(values.to_date(text), day)
        self.assertIsNone(values.to_date("  "))
        self.assertEqual(values.to_date(1), datetime.date(1900, 1, 1))
        self.assertEqual(values.to_date(61), datetime.date(1900, 3, 1))
        for text in ("31/02/2023", "2023", 1985, "01/02/23", "hier", "13/13/2023", -4):
            with self.subTest(text=text), self.assertRaises(values.WrongValue):
                values.to_date(text)

    def test_phones(self):
        for text in (
            "06 39 98 10 01",
            "+33 6 39 98 10 01",
            "0033639981001",
            "639981001",
            "+33 (0)6 39 98 10 01",
            "06.39.98.10.01",
        ):
            self.assertEqual(identity.phone_key(text), "0639981001", text)
        self.assertEqual(identity.phone_key("+262 692 12 34 56"), "0692123456")
        self.assertEqual(identity.phone_key("+32 470 12 34 56"), "+32470123456")
        for text in ("", "néant", "06 39", "123456789012"):
            self.assertEqual(identity.phone_key(text), "", text)

    def test_names(self):
        self.assertTrue(identity.names_agree("MARCHAND Odile", "Odile Marchand"))
        self.assertTrue(identity.names_agree("LE GOFF Anne-Marie", "Le Goff Anne Mari"))
        self.assertTrue(identity.names_agree("MARCHAND", "MARCHAND Odile"))
        self.assertFalse(identity.names_agree("LE ROUX Malo", "LE ROUX Valérie"))
        self.assertFalse(identity.names_agree("PETIT Léa", "PETIT Léo"))


class TestRows(RegisterCase):
    def test_all_problems_are_told_together(self):
        content = as_csv(
            [
                person(1, contact="32/01/2023"),
                person(2, employment="Astronaute"),
                person(3, birth="21/01/2023"),
                person(1, last="AUTRE"),
                person(5, last="", first=""),
                person(6, contact="", rdv=""),
                person(7, contact="10/01/2099"),
                person(8, outcome="Création", outcome_date="01/01/2023"),
                person(9, residence="Quelque part"),
                person("", last="SANS NUMERO"),
            ]
        )
        errors = self.errors(content, create_labels=False)
        expected = [
            ('line 2, column "Date de contact"', "32/01/2023"),
            ('line 3, column "Situation à l\'entrée"', "known labels: Divers"),
            ('line 4, column "Date de naissance"', "after"),
            ('line 5, column "Numéro"', "line 2"),
            ('line 6, column "Nom"', "missing"),
            ('line 7, column "Date de contact"', "needed"),
            ('line 8, column "Date de contact"', "future"),
            ('line 9, column "Date d\'issue"', "before the first contact"),
            ('line 10, column "Résidence"', "QPV; QVA; Limite; Hors quartier"),
            ('line 11, column "Numéro"', "missing"),
        ]
        for place, words in expected:
            self.assertTrue(
                any(place in error and words in error for error in errors), place
            )
        only = [error for error in errors if "unknown label" not in error]
        self.assertEqual(len(only), 8)

    def test_gaps_are_no_errors(self):
        gaps = (
            "gender",
            "birth",
            "email",
            "phone",
            "street",
            "zip",
            "city",
            "area",
            "residence",
            "public",
            "employment",
            "education",
            "nature",
            "known",
            "prescriber",
            "orientation",
            "organization",
            "outcome",
            "outcome_date",
        )
        content = as_csv([person(1, **dict.fromkeys(gaps, ""))])
        self.assertEqual(check(content).problems, [])

    def test_warnings_do_not_stop(self):
        content = as_csv(
            [
                person(1, email="pas une adresse", phone="néant"),
                person(2, contact="25/01/2023"),
                person(3, outcome="Création"),
                person(4, outcome_date="03/03/2023"),
                person(5, orientation="", organization="ADIE"),
                person(6, birth="01/01/2020"),
            ]
        )
        checked = check(content)
        self.assertEqual(checked.errors, [])
        self.assertEqual({problem.line for problem in checked.warnings}, {*range(2, 8)})

    def test_age_is_told_as_it_is_on_the_day(self):
        """Fourteen in December is thirteen in January: worth a second look."""
        checked = check(as_csv([person(1, birth="31/12/2009")]))
        (warning,) = checked.warnings
        self.assertEqual(warning.params["age"], 13)

    def test_a_cell_mended_on_screen(self):
        content = as_csv([person(1, contact="32/01/2023", last="=oops".strip("="))])
        self.assertEqual(len(self.errors(content)), 1)
        mended = {(2, "contact_date"): "12/01/2023"}
        self.assertEqual(self.errors(content, corrections=mended), [])

    def test_spreadsheet_errors_are_told(self):
        errors = self.errors(as_csv([person(1, last="#REF!")]))
        self.assertIn('line 2, column "Nom"', errors[0])

    def test_label_of_a_register(self):
        dates = ("10/01/2023", "11/01/2022", "12/01/2023")
        content = as_csv([person(n, contact=day) for n, day in enumerate(dates, 1)])
        self.assertEqual(rows.main_year(check(content).rows), 2023)

    def test_any_text_in_any_cell(self):
        """Whatever is typed, a row is read or its problems are told."""
        draw = random.Random(11)
        scraps = (
            "\u202e",
            "\x07",
            "=",
            "'",
            '"',
            ";",
            "é",
            "0",
            "31/12/2023",
            "-1",
            " ",
            "1e308",
            "NaN",
            "²",
            "٣",
            "9999999999",
            "QPV",
            "<b>",
            "%s",
            "%(x)s",
            "@",
        )
        table = reader.read_table(as_csv([row()]))
        for _round in range(3000):
            cells = [
                "".join(draw.choices(scraps, k=draw.randrange(4))) for _ in HEADERS
            ]
            table.rows = [(2, cells)]
            checked = rows.check_table(table, LABELS, TODAY)
            for problem in checked.problems:
                self.assertTrue(str(problem).startswith("line "))
            for text in (checked.rows[0].last_name, checked.rows[0].city):
                self.assertNotIn("\x07", text)

    def test_columns_have_distinct_names(self):
        names = {}
        for column in headers.COLUMNS:
            for label in (column.label, *column.aliases):
                key = names.setdefault(headers.normalise(label), column.key)
                self.assertEqual(key, column.key, label)


def _zip(parts):
    """An archive; a part given as a number weighs so many MB of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            if isinstance(content, int):
                with archive.open(name, "w", force_zip64=True) as part:
                    for _megabyte in range(content):
                        part.write(b"\0" * 1024**2)
            else:
                archive.writestr(name, content)
    return out.getvalue()


def _with_part(name, content):
    """A sound workbook in which one part is replaced or added."""
    source = zipfile.ZipFile(io.BytesIO(as_xlsx([row()])))
    parts = {entry: source.read(entry) for entry in source.namelist()}
    return _zip({**parts, name: content})


def _sheet(data):
    return _with_part(
        "xl/worksheets/sheet1.xml",
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + data + b"</sheetData></worksheet>",
    )
