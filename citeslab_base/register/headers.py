"""Headers of a register, found whatever their case, accents and punctuation."""

# There is no environment here: a sentence is translated where it is shown.
# pylint: disable=prefer-env-translation

from dataclasses import dataclass

from ..tools.text import normalise
from .problems import FileRefused, _lt

SEARCHED_ROWS = 10  # some registers start with a title


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the import understands: ``label`` is what we write ourselves."""

    key: str
    label: str
    aliases: tuple = ()


COLUMNS = (
    Column(
        "number",
        "Numéro",
        (
            "N°",
            "No",
            "Num",
            "N",
            "Numéro de dossier",
            "N° dossier",
            "Identifiant",
            "ID",
        ),
    ),
    Column("last_name", "Nom", ("Nom de famille", "Nom d'usage", "Nom et prénom")),
    Column("first_name", "Prénom", ("Prénoms",)),
    Column("gender", "Genre", ("Sexe", "Civilité", "H/F", "F/H")),
    Column(
        "birthdate",
        "Date de naissance",
        ("Naissance", "Né le", "Née le", "Né(e) le", "Date naissance", "DDN"),
    ),
    Column(
        "email",
        "Email",
        ("E-mail", "Mail", "Courriel", "Adresse mail", "Adresse e-mail", "Mél"),
    ),
    Column(
        "phone",
        "Téléphone",
        ("Tél", "Tel", "Portable", "Mobile", "N° de téléphone", "Numéro de téléphone"),
    ),
    Column("street", "Adresse", ("Rue", "Adresse postale", "Voie")),
    Column("zip", "Code postal", ("CP", "Code post")),
    Column("city", "Ville", ("Commune", "Localité")),
    Column("neighborhood", "Quartier", ("Quartier de résidence", "Nom du quartier")),
    Column(
        "residence",
        "Résidence",
        ("Lieu de résidence", "QPV", "QPV / limite / hors", "Résidence QPV"),
    ),
    Column("target_public", "Public", ("Public cible", "Type de public", "Profil")),
    Column(
        "employment",
        "Situation à l'entrée",
        ("Situation", "Statut", "Situation d'entrée", "Situation professionnelle"),
    ),
    Column("resource", "Ressource", ("Ressources", "Revenus")),
    Column(
        "education",
        "Niveau de formation",
        ("Formation", "Niveau d'études", "Diplôme", "Niveau de diplôme"),
    ),
    Column("title", "Projet", ("Nom du projet", "Intitulé du projet")),
    Column(
        "nature",
        "Nature du projet",
        ("Nature", "Secteur", "Secteur d'activité", "Type de projet"),
    ),
    Column(
        "discovery",
        "Comment connu",
        ("Comment avez-vous connu CitésLab", "Connu par", "Source"),
    ),
    Column("prescriber", "Prescripteur", ("Orienté par", "Adressé par")),
    Column(
        "contact_date",
        "Date de contact",
        ("Date du contact", "Premier contact", "Date du 1er contact"),
    ),
    Column(
        "interview_date",
        "Date du 1er RDV",
        (
            "Date du premier RDV",
            "1er RDV",
            "Premier RDV",
            "Date 1er RDV",
            "Date du 1er rendez-vous",
            "Date du premier rendez-vous",
            "Date de RDV",
            "Date RDV",
        ),
    ),
    Column(
        "orientation",
        "Orientation après 1er RDV",
        (
            "Orientation",
            "Orientation après le 1er RDV",
            "Orientation après premier RDV",
            "Orientation après 1er rendez-vous",
        ),
    ),
    Column(
        "organization",
        "Structure d'orientation",
        ("Orienté vers", "Organisme d'orientation"),
    ),
    Column("outcome", "Issue", ("Résultat", "Suite", "Issue du parcours", "Devenir")),
    Column("outcome_date", "Date d'issue", ("Date de l'issue", "Date issue")),
)
BY_KEY = {column.key: column for column in COLUMNS}
_INDEX = {
    normalise(name): column.key
    for column in reversed(COLUMNS)
    for name in (*column.aliases, column.label)
}
# One of each group is enough to read a row.
REQUIRED = (
    ("number",),
    ("last_name", "first_name"),
    ("contact_date", "interview_date"),
)


def column_key(header):
    """Key of the column that a header names, or ``None``."""
    return _INDEX.get(normalise(str(header))) if header not in (None, "") else None


def find_header(rows, strict=False):
    """Find the line of headers and what each of them means.

    :param list rows: ``(line, cells)``
    :param bool strict: raise rather than return ``None``
    :return: ``(line, headers, {key: index}, [headers not understood])``
    :raise FileRefused: when a required column lacks or one appears twice
    """
    candidates = rows[:SEARCHED_ROWS]
    known = [
        sum(1 for cell in cells if column_key(cell)) for _line, cells in candidates
    ]
    best = known.index(max(known)) if known else 0
    if not known or known[best] < 3:
        if not strict:
            return None
        best = 0
    line, cells = rows[best]
    header = ["" if cell is None else str(cell).strip() for cell in cells]
    columns, ignored = _match(header)
    if strict:
        _check_required(columns)
    return line, header, columns, ignored


def _match(header):
    columns, ignored = {}, []
    for index, name in enumerate(header):
        key = column_key(name)
        if not key:
            ignored += [name] if name else []
        elif key in columns:
            raise FileRefused(
                _lt(
                    'The columns "%(first)s" and "%(second)s" both mean '
                    '"%(meaning)s": keep one of them.'
                ),
                first=header[columns[key]],
                second=name,
                meaning=BY_KEY[key].label,
            )
        else:
            columns[key] = index
    return columns, ignored


def _check_required(columns):
    missing = [
        BY_KEY[group[0]].label
        for group in REQUIRED
        if not any(key in columns for key in group)
    ]
    if missing:
        raise FileRefused(
            _lt(
                "Missing column: %(missing)s. The first line of the file must hold the "
                "headers of the register."
            ),
            missing=", ".join(missing),
        )
