"""What kind of organisation a name in a register stands for."""

from ..tools.text import normalise

# Word of a name → kind of ``selections.ORGANIZATION_KIND``.
KINDS = {
    "adie": "finance",
    "initiative": "finance",
    "france active": "finance",
    "reseau entreprendre": "finance",
    "bpifrance": "finance",
    "bge": "creation",
    "boutique de gestion": "creation",
    "couveuse": "creation",
    "cooperative": "creation",
    "cci": "consular",
    "cma": "consular",
    "chambre": "consular",
    "france travail": "employment",
    "pole emploi": "employment",
    "cap emploi": "employment",
    "apec": "employment",
    "mission locale": "youth",
    "jeunesse": "youth",
    "greta": "training",
    "afpa": "training",
    "centre social": "social_centre",
    "maison de quartier": "social_centre",
    "ccas": "social_work",
    "departement": "local_authority",
    "mairie": "local_authority",
    "metropole": "local_authority",
    "plie": "integration",
    "bus": "mobile",
    "borne": "mobile",
    "bailleur": "landlord",
}
_FAMILIES = {"creation": "creation", "employment": "employment", "training": "training"}


def guess_kind(name, family=None):
    """Kind of an organisation, by its name, else by what people are sent there for.

    :param str name: name as written in a register
    :param str family: family of the orientation, if it is one
    :return: a value of ``selections.ORGANIZATION_KIND``
    """
    words = f" {normalise(name)} "
    for word, kind in KINDS.items():
        if f" {word} " in words:
            return kind
    return _FAMILIES.get(family, "other")
