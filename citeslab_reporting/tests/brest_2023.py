"""The bilan of Brest for 2023, typed by hand: what renderers are tested on."""

from datetime import date

from ..figures.matrix import (
    DECLARED,
    DISTRIBUTION,
    HOURS,
    NOT_REGISTERED,
    RATE,
    Definition,
    Figure,
    Item,
    Matrix,
    Section,
    distribution,
)

UNKNOWN_LABEL = "Non renseigné"

# code: (label, rows); a row is (code, label, value, previous)
DISTRIBUTIONS = {
    "gender": (
        "Femmes et hommes",
        [("female", "Femmes", 71, 64), ("male", "Hommes", 47, 43)],
    ),
    "residence": (
        "Lieu de résidence",
        [
            ("qpv", "Quartier prioritaire (QPV)", 50, 44),
            ("near", "En limite de QPV", 33, 30),
            ("outside", "Hors quartier", 35, 33),
        ],
    ),
    "neighborhood": (
        "Quartier",
        [
            ("kerourien", "Kérourien", 11, 10),
            ("pontanezen", "Pontanézen", 22, 19),
            ("bellevue", "Bellevue", 16, 15),
            ("kerangoff", "Kerangoff Loti", 9, 8),
            ("keredern", "Kérédern", 8, 7),
            ("lambezellec", "Lambézellec Bourg", 10, 9),
            ("queliverzan", "Quéliverzan/Pontaniou", 7, 6),
            ("centre", "Autres (centre ville, Siam…)", 23, 21),
            ("rural", "Autres (rural)", 12, 12),
        ],
    ),
    "target_public": (
        "Situation des porteurs",
        [
            ("intentionniste", "Intentionnistes", 67, 60),
            ("en_devenir", "Entrepreneurs en devenir", 40, 37),
            ("en_activite", "Entrepreneurs en activité", 11, 10),
        ],
    ),
    "age_band": (
        "Âge",
        [
            ("under_18", "Moins de 18 ans", 0, 0),
            ("18_25", "18-25 ans", 10, 9),
            ("26_35", "26-35 ans", 42, 38),
            ("36_45", "36-45 ans", 36, 33),
            ("46_55", "46-55 ans", 20, 18),
            ("56_plus", "56 ans et plus", 10, 9),
        ],
    ),
    "education": (
        "Niveau de formation",
        [
            ("sup_bac4", "> bac+4", 16, 14),
            ("bac34", "bac+3/4", 12, 11),
            ("bac2", "bac+2", 12, 11),
            ("bac", "bac", 18, 16),
            ("cap", "BEP/CAP", 45, 41),
            ("college", "Fin de scolarité obligatoire", 15, 14),
        ],
    ),
    "project_nature": (
        "Nature du projet",
        [
            ("food", "Restauration", 21, 19),
            ("association", "Association", 3, 3),
            ("services", "Services à la personne", 45, 41),
            ("arts", "Artistique", 11, 10),
            ("other", "Divers", 38, 34),
        ],
    ),
    "discovery_source": (
        "Comment les porteurs ont connu CitésLab",
        [
            ("direct", "Action CitésLab, internet et réseaux", 78, 70),
            ("word_of_mouth", "Bouche à oreille", 25, 23),
            ("partners", "Partenaires", 15, 14),
        ],
    ),
    "first_orientation": (
        "Orientation après le 1er rendez-vous",
        [
            ("creation", "Acteurs de la création", 36, 33),
            ("employment", "Acteurs de l'emploi", 23, 21),
            ("training", "Formation et insertion", 11, 10),
            ("continues", "Autres (poursuit avec CitésLab…)", 48, 43),
        ],
    ),
    "outcome": (
        "Ce que sont devenus les porteurs",
        [
            ("created", "Créations", 5, 19),
            ("ongoing", "Poursuivent leur parcours", 45, 15),
            ("redirected", "Vers l'emploi ou la formation", 23, 11),
            ("lost", "Sans nouvelles", 12, 14),
            ("unknown", UNKNOWN_LABEL, 33, 48),
        ],
    ),
}

# code: (label, value, previous, kind, other arguments)
TOTALS = {
    "persons_met": (
        "Personnes rencontrées",
        152,
        120,
        {
            "previous_status": DECLARED,
            "notes": ("2022 : total déclaré, bilan 2022 de la structure.",),
        },
    ),
    "persons_accompanied": ("Personnes accompagnées", 118, 107, {}),
    "persons_new": ("Nouvelles personnes accompagnées", 118, 107, {}),
    "persons_oriented": ("Personnes accompagnées et orientées", 70, 64, {}),
    "jobseekers": (
        "Demandeurs d'emploi",
        79,
        48,
        {
            "notes": (
                "La façon de compter a changé entre 2022 et 2023 : la comparaison "
                "est indicative.",
            )
        },
    ),
    "creations": ("Créations d'entreprise", 5, 19, {}),
    "qpv_rate": ("Part résidant en QPV", 42.4, 41.1, {"kind": RATE}),
    "qpv_and_near_rate": (
        "Part résidant en QPV ou en limite",
        70.3,
        69.2,
        {"kind": RATE},
    ),
    "partner_meetings": ("Rencontres partenaires", 24, None, {}),
    "mission_time": ("Temps de travail suivi", 1234.5, None, {"kind": HOURS}),
}

UNREGISTERED = {
    "newsletters": "Lettres d'information",
    "webinars": "Webinaires",
    "permanences": "Permanences",
    "funding": "Financements",
    "budget": "Budget",
}

SECTIONS = (
    (
        "persons",
        "Les personnes",
        (
            "persons_met",
            "persons_accompanied",
            "persons_new",
            "persons_oriented",
        ),
    ),
    (
        "portrait",
        "Portrait des personnes accompagnées",
        (
            "gender",
            "residence",
            "qpv_rate",
            "qpv_and_near_rate",
            "neighborhood",
            "target_public",
            "age_band",
            "education",
            "jobseekers",
            "discovery_source",
        ),
    ),
    (
        "paths",
        "Projets et parcours",
        ("project_nature", "first_orientation", "outcome", "creations"),
    ),
    (
        "animation",
        "Animation et partenariats",
        (
            "programs",
            "partner_meetings",
            "mission_time",
            "newsletters",
            "webinars",
            "permanences",
        ),
    ),
    ("money", "Financement", ("funding", "budget")),
)


def _distribution(code, label, rows):
    items = [Item(*row) for row in rows]
    if all(item.code != "unknown" for item in items):
        items.append(Item("unknown", UNKNOWN_LABEL, 0, 0))
    return Figure(
        code,
        label,
        value=sum(item.value for item in items),
        previous=sum(item.previous for item in items),
        items=distribution(items),
        kind=DISTRIBUTION,
        base="persons_accompanied",
    )


def _programs():
    rows = [
        ("eiti", "EITI Sato", 6, 4),
        ("determines", "Les Déterminés", 5, 2),
        ("activees", "Les Activé·es", 5, 3),
        ("cuisine", "Cuisine du monde", 4, 3),
    ]
    items = tuple(
        Item(code, label, sent, None, extra={"sent": sent, "accepted": accepted})
        for code, label, sent, accepted in rows
    )
    return Figure("programs", "Programmes", value=20, items=items, kind=DISTRIBUTION)


def figures():
    """``{code: Figure}`` of the whole bilan."""
    found = [_distribution(code, *args) for code, args in DISTRIBUTIONS.items()]
    found += [
        Figure(code, label, value, previous, **others)
        for code, (label, value, previous, others) in TOTALS.items()
    ]
    found += [
        Figure(code, label, status=NOT_REGISTERED)
        for code, label in UNREGISTERED.items()
    ]
    return {figure.code: figure for figure in [*found, _programs()]}


def matrix(**changes):
    """A :class:`Matrix`; ``changes`` replace its arguments."""
    found = figures()
    values = {
        "structure": {"name": "CitésLab Brest (démonstration)", "city": "Brest"},
        "territory": {
            "name": "Brest",
            "region": "Bretagne",
            "population": 18053,
            "neighborhoods": [{"name": "Kérourien"}, {"name": "Bellevue"}],
        },
        "period": (date(2023, 1, 1), date(2023, 12, 31)),
        "previous_period": (date(2022, 1, 1), date(2022, 12, 31)),
        "figures": found,
        "sections": tuple(Section(*section) for section in SECTIONS),
        "definitions": tuple(
            Definition(
                code,
                figure.label,
                f"« {figure.label} » compte chaque personne une seule fois par "
                "structure et par période, d'après sa photographie à l'entrée.",
            )
            for code, figure in found.items()
        ),
        "meta": {
            "generated_on": date(2024, 1, 15),
            "min_minutes": 0,
            "funders": [
                {"name": "Bpifrance", "logo": None},
                {"name": "Contrat de ville de Brest métropole", "logo": None},
            ],
        },
    }
    return Matrix(**{**values, **changes})
