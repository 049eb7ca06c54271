"""The demo tells the animation of 2023 to the digit, and moves nobody."""

import json

FIGURES = """
import json
from datetime import date
company = env.ref("citeslab_base.company_brest")
chef = env.ref("citeslab_base.user_chef")
mine = env(user=chef, context={"lang": "fr_FR", "allowed_company_ids": company.ids})
def year(number):
    return date(number, 1, 1), date(number, 12, 31)
bilans = {
    number: mine["citeslab.bilan"]._matrix(company, *year(number))
    for number in (2022, 2023, 2024)
}
def parts(code, number):
    return {item.code: item.value for item in bilans[number][code].items if item.value}
people = {
    number: [bilans[number][code].value for code in (
        "persons_met", "persons_accompanied")]
    for number in (2022, 2023)
}
month = mine["event.event"].search([("date_precision", "=", "month")])
same_day = mine["event.event"].search([("citeslab_date", "=", "2024-09-26")])
print("DEMO " + json.dumps({
    "workshops": list(parts("workshops", 2023).values()),
    "values": {code: bilans[2023][code].value for code in (
        "workshops", "animations", "event_kind", "partner_meetings", "webinars",
        "newsletters")},
    "plan": parts("event_kind", 2024),
    "month": month.mapped("name"),
    "collisions": [bool(event.collision_message) for event in same_day],
    "people": people,
}))
"""


def test_demo_of_the_animation(demo_db, odoo_env):
    """E1–E7, E9: 18 = 10 + 4 + 4, 20 animations, 24 meetings; 152 and 118 as told."""
    printed = odoo_env(demo_db, FIGURES)
    line = next(one for one in printed.splitlines() if one.startswith("DEMO "))
    told = json.loads(line.removeprefix("DEMO "))
    assert told["workshops"] == [10, 4, 4]
    assert told["values"] == {
        "workshops": 18,
        "animations": 20,
        "event_kind": 20,
        "partner_meetings": 24,
        "webinars": 2,
        "newsletters": 4,
    }
    assert told["plan"] == {"workshop": 5, "cafe": 4, "breakfast": 4, "market": 3}
    assert len(told["month"]) == 1
    assert told["collisions"] == [True, True]
    assert told["people"] == {"2022": [120, 107], "2023": [152, 118]}
