"""Import of a register against Odoo's `load()`, for the same end state.

`load()` is given what the chef would have to prepare by hand: one file per model
(people, parcours, photographs, exchanges, orientations, outcomes), every link by its
external id, every derived value spelt out. The two end states are then compared
field by field, so that the ratio is that of the same work.
"""

import csv
import io
import random
import time
from datetime import date, timedelta

ROWS = 400
HEADERS = (
    "Numéro;Nom;Prénom;Genre;Date de naissance;Email;Téléphone;Adresse;Code postal;"
    "Ville;Quartier;Résidence;Public;Situation à l'entrée;Niveau de formation;"
    "Nature du projet;Comment connu;Prescripteur;Date de contact;Date du 1er RDV;"
    "Orientation après 1er RDV;Structure d'orientation;Issue;Date d'issue"
).split(";")
CHILDREN = {
    "citeslab.situation": (
        "date", "gender", "age", "target_public", "employment_id", "is_jobseeker",
        "resource_id", "education_id", "residence", "neighborhood_id",
    ),
    "citeslab.interview": ("date", "kind", "state", "mode", "mission_id"),
    "citeslab.orientation": ("date", "family", "organization_id"),
    "citeslab.outcome": ("date", "value"),
}  # fmt: skip
PERSON = (
    "name", "gender", "birthdate_date", "email", "phone", "street", "zip", "city",
    "residence", "neighborhood_id", "is_porteur", "country_id",
)  # fmt: skip
PARCOURS = (
    "name", "project_nature_id", "discovery_source_id", "prescriber_id",
    "register_label", "register_number", "is_parcours",
)  # fmt: skip
DERIVED = (
    "first_contact_date", "first_interview_date", "last_contact_date", "outcome",
    "outcome_date", "target_public", "residence", "neighborhood_id", "stage_id",
    "territory_id", "team_id",
)  # fmt: skip


def register(count, year=2023):
    """A register of invented people, as a CSV file."""
    draw = random.Random(count)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADERS)
    for number in range(1, count + 1):
        contact = date(year, 1, 1) + timedelta(draw.randrange(300))
        rdv = contact + timedelta(draw.randrange(20))
        ended = draw.random() < 0.6
        writer.writerow(
            [
                number, f"NOM{number}", f"Prénom{number % 97}",
                draw.choice(["Femme", "Homme"]),
                f"05/03/{draw.randrange(1960, 2000)}", f"p{number}@example.org",
                f"06 39 98 {number // 100:02} {number % 100:02}", f"{number} rue Haute",
                "29200", "Brest", draw.choice(["Bellevue", "Pontanézen"]),
                draw.choice(["QPV", "Limite", "Hors quartier"]),
                draw.choice(["Intentionniste", "En devenir"]),
                draw.choice(["Salarié", "Bénéficiaire du RSA"]),
                draw.choice(["bac", "bac+2"]), draw.choice(["Divers", "Restauration"]),
                "Partenaires", draw.choice(["PLIE", "Mission locale"]),
                f"{contact:%d/%m/%Y}", f"{rdv:%d/%m/%Y}",
                draw.choice(["Acteurs de la création", "Autres"]), "CCI",
                "Création" if ended else "", f"{rdv:%d/%m/%Y}" if ended else "",
            ]
        )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def structure(env, name):
    """A structure with its territory, empty."""
    company = env["res.company"].create(
        {"name": name, "country_id": env.ref("base.fr").id}
    )
    env["citeslab.territory"].create({"name": name, "company_id": company.id})
    return company


def surroundings(env):
    """Organisations and quartiers that both structures may use."""
    env["res.partner"].create(
        [
            {"name": name, "is_company": True, "organization_kind": "other"}
            for name in ("PLIE", "Mission locale", "CCI")
        ]
    )
    env["citeslab.neighborhood"].create(
        [{"name": name, "commune": "Brest"} for name in ("Bellevue", "Pontanézen")]
    )


def ours(env, company, content):
    """Import by our engine; seconds."""
    start = time.perf_counter()
    engine = env["citeslab.register.engine"]
    plan = engine._plan(content, company)
    if plan.errors:
        raise SystemExit(f"bench: the register has errors: {plan.errors[0]}")
    engine._apply(plan)
    env.flush_all()
    return time.perf_counter() - start


def tables(env, source):
    """What `load()` needs to rebuild the structure `source`: one table a model."""
    domain = [("company_id", "=", source.id)]
    leads = env["crm.lead"].search([*domain, ("is_parcours", "=", True)], order="id")
    people = leads.partner_id
    yield "res.partner", PERSON, people, {}
    yield "crm.lead", PARCOURS, leads, {"partner_id": people}
    for model, names in CHILDREN.items():
        rows = env[model].search(domain, order="id")
        yield model, names, rows, {"parcours_id": leads}


def by_load(env, company, source):
    """Rebuild `source` in another structure by `load()`; seconds of `load()` alone."""
    spent = 0.0
    env = env(context={"allowed_company_ids": company.ids, "tracking_disable": False})
    for model, names, records, links in list(tables(env, source)):
        header, data = table(env, model, names, records, links, company)
        env.flush_all()
        env.invalidate_all()
        start = time.perf_counter()
        result = env[model].load(header, data)
        env.flush_all()
        spent += time.perf_counter() - start
        if not result["ids"]:
            raise SystemExit(f"bench: load() refused: {result['messages'][:1]}")
    return spent


def table(env, model, names, records, links, company):
    """Header and rows of one `load()`: database ids, so that nothing is looked up."""
    fields = env[model]._fields
    has_company = model in ("res.partner", "crm.lead")
    header = ["id"] + ["company_id/.id"] * has_company
    header += [f"{link}/id" for link in links]
    header += [f"{name}/.id" if fields[name].relational else name for name in names]
    labels = {name: selection(env, model, name) for name in names}
    data = []
    for record in records:
        values = [key(record)] + [str(company.id)] * has_company
        values += [key(record[link]) for link in links]
        values += [cell(record, name, labels[name]) for name in names]
        data.append(values)
    return header, data


def selection(env, model, name):
    """Labels of a selection: what a person writes in a file for `load()`."""
    field = env[model]._fields[name]
    return dict(field._description_selection(env)) if field.type == "selection" else {}


def key(record):
    return f"__bench__.{record._table}_{record.id}"


def cell(record, name, labels):
    value = record[name]
    if record._fields[name].relational:
        return str(value.id) if value else ""
    if record._fields[name].type == "boolean":
        return "1" if value else "0"
    if value is False or value is None:
        return ""
    return str(labels.get(value, value))


def state(env, company):
    """All that both ways must leave behind, record by record."""
    env.flush_all()
    env.invalidate_all()
    domain = [("company_id", "=", company.id)]
    leads = env["crm.lead"].search([*domain, ("is_parcours", "=", True)], order="id")
    rows = []
    for lead in leads:
        found = {f"person.{name}": lead.partner_id[name] for name in PERSON}
        found |= {name: lead[name] for name in (*PARCOURS, *DERIVED)}
        found["territory_id"] = bool(lead.territory_id)
        for model, names in CHILDREN.items():
            children = env[model].search([("parcours_id", "=", lead.id)], order="id")
            found[model] = [[child[name] for name in names] for child in children]
        found["first"] = lead.orientation_ids.mapped("is_first")
        rows.append(found)
    return rows


def main(bench):
    """Print milliseconds a row of both ways, their ratio and the differences."""
    env = bench.env
    surroundings(env)
    ours(env, structure(env, "Bench warm-up"), register(20))
    content = register(ROWS)
    mine, other = structure(env, "Bench import"), structure(env, "Bench load")
    fast = ours(env, mine, content)
    slow = by_load(env, other, mine)
    first, second = state(env, mine), state(env, other)
    different = [
        (place, name)
        for place, (one, two) in enumerate(zip(first, second, strict=True))
        for name in one
        if one[name] != two[name]
    ]
    bench.tell(
        f"import of {ROWS} rows: {fast / ROWS * 1000:.1f} ms a row, "
        f"load() {slow / ROWS * 1000:.1f} ms a row, {slow / fast:.1f} times faster; "
        f"fields that differ: {len(different)} {different[:3] or ''}",
        ours_ms=round(fast / ROWS * 1000, 2),
        beside_ms=round(slow / ROWS * 1000, 2),
        ratio=round(slow / fast, 2),
    )
    again = ours(env, mine, content)
    bench.tell(f"same file again: {again / ROWS * 1000:.2f} ms a row")
