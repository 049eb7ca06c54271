"""Labels of the closed lists, as registers write them in French or in English."""

from ..tools.text import normalise

GENDER = {
    "female": ("Femme", "F", "Mme", "Madame", "Mlle", "Féminin", "female", "Woman"),
    "male": ("Homme", "H", "M", "M.", "Mr", "Monsieur", "Masculin", "male", "Man"),
    "other": ("Autre", "Non binaire", "X", "other"),
    None: ("Non renseigné", "NR", "NC", "Inconnu", "unknown"),
}
RESIDENCE = {
    "qpv": ("QPV", "En QPV", "Oui", "Quartier prioritaire"),
    "qva": ("QVA", "Quartier de veille", "Quartier de veille active"),
    "near": ("Limite", "En limite", "Limite QPV", "Limitrophe", "QPV limite", "near"),
    "outside": (
        "Hors quartier",
        "Hors QPV",
        "Hors",
        "Non",
        "Hors quartiers",
        "outside",
    ),
    "unknown": ("Inconnu", "Inconnue", "Non renseigné", "NR", "NC", "unknown"),
}
TARGET_PUBLIC = {
    "intentionniste": ("Intentionniste", "Intentionnistes", "Intention"),
    "en_devenir": (
        "En devenir",
        "Entrepreneur en devenir",
        "Entrepreneuse en devenir",
        "en_devenir",
    ),
    "en_activite": (
        "En activité",
        "Entrepreneur en activité",
        "Entrepreneuse en activité",
        "en_activite",
    ),
}
ORIENTATION = {
    "creation": ("Acteurs de la création", "Création", "Acteur de la création"),
    "employment": ("Acteurs de l'emploi", "Emploi", "Acteur de l'emploi"),
    "training": (
        "Acteurs de la formation et de l'insertion",
        "Acteurs de la formation",
        "Formation et insertion",
        "Formation",
        "Insertion",
    ),
    "continues": (
        "Poursuite CitésLab",
        "Poursuite avec CitésLab",
        "Continue avec CitésLab",
        "CitésLab",
    ),
    "other": ("Autres", "Autre"),
}
OUTCOME = {
    "created": ("Création", "Créé", "Créée", "Création d'entreprise", "created"),
    "consolidated": ("Consolidation", "Entreprise consolidée", "consolidated"),
    "redirected": (
        "Emploi ou formation",
        "Emploi",
        "Formation",
        "Emploi/formation",
        "redirected",
    ),
    "ongoing": (
        "Poursuite du processus",
        "Poursuite",
        "En cours",
        "Poursuite du parcours",
        "ongoing",
    ),
    "lost": ("Sans nouvelles", "Sans nouvelle", "Perdu de vue", "lost"),
    "abandoned": ("Abandon", "Abandonné", "Projet abandonné", "abandoned"),
}


class Labels:
    """What a column may hold: labels of a list and what each of them stands for."""

    def __init__(self, index, known):
        """
        :param dict index: folded label → value
        :param list known: one readable label for each value, in order
        """
        self.index = index
        self.known = known

    @classmethod
    def closed(cls, labels):
        """Labels of a closed list, the first one of each value being readable."""
        index = {}
        for value, names in labels.items():
            for name in names:
                index.setdefault(normalise(name), value)
        return cls(index, [names[0] for names in labels.values()])

    def __contains__(self, label):
        return normalise(label) in self.index

    def __getitem__(self, label):
        return self.index[normalise(label)]


CLOSED = {
    "gender": Labels.closed(GENDER),
    "residence": Labels.closed(RESIDENCE),
    "target_public": Labels.closed(TARGET_PUBLIC),
    "orientation": Labels.closed(ORIENTATION),
    "outcome": Labels.closed(OUTCOME),
}
