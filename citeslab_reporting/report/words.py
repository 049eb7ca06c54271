"""Fixed words of a bilan, shared by the PDF, the workbook and the screen."""

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

WORDS = {
    "scheme": _lt("CitésLab"),
    "scheme_motto": _lt("Revealing talents"),
    "title": _lt("Activity report"),
    "structure": _lt("Structure"),
    "territory": _lt("Territory"),
    "period": _lt("Period"),
    "compared_with": _lt("Compared with"),
    "filters": _lt("Only"),
    "from_to": _lt("from %(start)s to %(end)s"),
    "inhabitants": _lt("%(count)s inhabitants"),
    "neighborhoods": _lt("Neighbourhoods"),
    "funders": _lt("With the support of"),
    "funders_place": _lt("Place for the logos of the funders"),
    "key_figures": _lt("Key figures"),
    "figure": _lt("Figure"),
    "previous": _lt("Previous year"),
    "change": _lt("Change"),
    "share": _lt("Share"),
    "total": _lt("Total"),
    "value": _lt("Number"),
    "sent": _lt("Oriented"),
    "accepted": _lt("Accepted"),
    "new_and_continuing": _lt("%(new)s new + %(continuing)s already followed"),
    "nothing": _lt("Nothing in this period nor in the year before."),
    "not_registered": _lt("Not registered this period: %(figures)s."),
    "previous_total": _lt("%(year)s: %(value)s in all, rows not known."),
    "declared": _lt("Total declared by the structure."),
    "definitions": _lt("How the figures are counted"),
    "definitions_intro": _lt(
        "Everybody is counted once per structure and period. Percentages are "
        "rounded so that they add up to 100."
    ),
    "min_minutes": _lt("An interview counts from %(minutes)s minutes on."),
    "sign_title": _lt("Certified true and accurate"),
    "sign_name": _lt("Name"),
    "sign_function": _lt("Function"),
    "sign_date": _lt("Date"),
    "sign_place": _lt("Place"),
    "signature": _lt("Signature and stamp"),
    "page": _lt("page"),
    "notes": _lt("Notes"),
}
