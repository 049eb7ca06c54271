"""Registers made for the tests, as files of any kind."""

import csv
import io

import openpyxl

HEADERS = (
    "Numéro;Nom;Prénom;Genre;Date de naissance;Email;Téléphone;Adresse;Code postal;"
    "Ville;Quartier;Résidence;Public;Situation à l'entrée;Niveau de formation;"
    "Nature du projet;Comment connu;Prescripteur;Date de contact;Date du 1er RDV;"
    "Orientation après 1er RDV;Structure d'orientation;Issue;Date d'issue"
).split(";")
USUAL = {
    "Numéro": "1",
    "Nom": "MARCHAND",
    "Prénom": "Odile",
    "Genre": "Femme",
    "Date de naissance": "04/05/1985",
    "Email": "odile@example.org",
    "Téléphone": "06 39 98 10 01",
    "Adresse": "3 rue du Port",
    "Code postal": "29200",
    "Ville": "Brest",
    "Quartier": "Bellevue",
    "Résidence": "QPV",
    "Public": "Intentionniste",
    "Situation à l'entrée": "Demandeur d'emploi indemnisé",
    "Niveau de formation": "bac+2",
    "Nature du projet": "Restauration",
    "Comment connu": "Partenaires",
    "Prescripteur": "PLIE",
    "Date de contact": "10/01/2023",
    "Date du 1er RDV": "20/01/2023",
    "Orientation après 1er RDV": "Acteurs de la création",
    "Structure d'orientation": "ADIE",
    "Issue": "",
    "Date d'issue": "",
}


def row(**values):
    """A row of a register; keyword arguments are keys of ``KEYS``."""
    return {**USUAL, **{KEYS[key]: value for key, value in values.items()}}


KEYS = {
    "number": "Numéro",
    "last": "Nom",
    "first": "Prénom",
    "gender": "Genre",
    "birth": "Date de naissance",
    "email": "Email",
    "phone": "Téléphone",
    "street": "Adresse",
    "zip": "Code postal",
    "city": "Ville",
    "area": "Quartier",
    "residence": "Résidence",
    "public": "Public",
    "employment": "Situation à l'entrée",
    "education": "Niveau de formation",
    "nature": "Nature du projet",
    "known": "Comment connu",
    "prescriber": "Prescripteur",
    "contact": "Date de contact",
    "rdv": "Date du 1er RDV",
    "orientation": "Orientation après 1er RDV",
    "organization": "Structure d'orientation",
    "outcome": "Issue",
    "outcome_date": "Date d'issue",
}


def person(number, **values):
    """A row about somebody that nothing links to the person of another number."""
    own = {
        "number": str(number),
        "last": f"NOM{number}",
        "first": f"Prénom{number}",
        "email": f"p{number}@example.org",
        "phone": f"06{number:08d}" if isinstance(number, int) else "",
    }
    return row(**{**own, **values})


def as_csv(rows, delimiter=";", encoding="utf-8-sig", headers=HEADERS):
    """A register as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(
        out, headers, delimiter=delimiter, extrasaction="ignore", lineterminator="\r\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows, headers=HEADERS, change=None):
    """A register as an Excel workbook.

    :param change: called with the workbook before it is saved
    """
    book = openpyxl.Workbook()
    book.active.append(list(headers))
    for values in rows:
        book.active.append([values.get(header) or None for header in headers])
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
