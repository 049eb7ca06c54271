"""Fixed words of a bilan, shared by the PDF, the workbook and the screen."""


def words(env):
    """``{key: word}`` in the language of ``env``."""
    return {
        "scheme": env._("CitésLab"),
        "scheme_motto": env._("Revealing talents"),
        "title": env._("Activity report"),
        "structure": env._("Structure"),
        "territory": env._("Territory"),
        "period": env._("Period"),
        "compared_with": env._("Compared with"),
        "filters": env._("Only"),
        "from_to": env._("from %(start)s to %(end)s"),
        "inhabitants": env._("%(count)s inhabitants"),
        "neighborhoods": env._("Neighbourhoods"),
        "funders": env._("With the support of"),
        "funders_place": env._("Place for the logos of the funders"),
        "key_figures": env._("Key figures"),
        "figure": env._("Figure"),
        "previous": env._("Previous year"),
        "change": env._("Change"),
        "share": env._("Share"),
        "total": env._("Total"),
        "value": env._("Number"),
        "sent": env._("Oriented"),
        "accepted": env._("Accepted"),
        "named": env._("Named"),
        "qpv_count": env._("From QPV"),
        "new_and_continuing": env._("%(new)s new + %(continuing)s already followed"),
        "nothing": env._("Nothing in this period nor in the year before."),
        "not_registered": env._("Not registered this period: %(figures)s."),
        "previous_total": env._("%(year)s: %(value)s in all, rows not known."),
        "declared": env._("Total declared by the structure."),
        "definitions": env._("How the figures are counted"),
        "definitions_intro": env._(
            "Everybody is counted once per structure and period. Percentages are "
            "rounded so that they add up to 100."
        ),
        "min_minutes": env._("An interview counts from %(minutes)s minutes on."),
        "any_minutes": env._("An interview counts whatever its duration."),
        "sign_title": env._("Certified true and accurate"),
        "sign_name": env._("Name"),
        "sign_function": env._("Function"),
        "sign_date": env._("Date"),
        "sign_place": env._("Place"),
        "signature": env._("Signature and stamp"),
        "page": env._("page"),
        "notes": env._("Notes"),
    }
