"""A canary in every word that tells of fifty people, then not one byte of it.

Neither in a dump of the database nor in the files; and a restored backup is erased
again by the ledger (TRUST T24, T29).
"""

import json
import os
import re
import subprocess

from citeslab_tool.home import REPO

CANARY = "Canari9182"

WRITE = f"""
CANARY = "{CANARY}"
company = env.company
env["ir.config_parameter"].set_param("ir_attachment.location", "file")
users = env["res.users"]
chef = users.create({{
    "name": "Chef", "login": "chef_erasure", "company_id": company.id,
    "company_ids": [(6, 0, company.ids)],
    "group_ids": [(6, 0, [env.ref("citeslab_base.group_manager").id])],
}})
Lead = env(user=chef, context={{"mail_create_nosubscribe": True}})["crm.lead"]
for rank in range(50):
    mail = f"{{CANARY.lower()}}.{{rank}}@example.org"
    lead = Lead.create({{
        "is_parcours": True, "contact_name": f"{{CANARY}} {{rank}}",
        "name": f"Projet {{CANARY}}", "email_from": mail, "phone": "0601020304",
    }})
    person = lead.partner_id
    day = {{"parcours_id": lead.id, "date": "2023-02-01"}}
    lead.env["citeslab.situation"].create(day)
    lead.env["citeslab.interview"].create({{**day, "state": "done"}})
    lead.env["citeslab.orientation"].create({{**day, "family": "creation"}})
    lead.env["citeslab.outcome"].create({{**day, "value": "created"}})
    lead.env["citeslab.consent"].create({{"partner_id": person.id}})
    lead.message_post(body=CANARY, subject=CANARY)
    lead.name = f"Autre projet {{CANARY}}"
    lead.activity_schedule("mail.mail_activity_data_todo", summary=CANARY)
    env["ir.attachment"].create({{
        "name": CANARY, "raw": f"{{CANARY}} {{rank}}".encode(),
        "res_model": "crm.lead", "res_id": lead.id}})
    env["calendar.event"].create({{
        "name": CANARY, "start": "2023-02-01 09:00:00", "stop": "2023-02-01 10:00:00",
        "opportunity_id": lead.id, "partner_ids": [(4, person.id)]}})
    env["mailing.contact"].create({{
        "name": CANARY, "email": mail, "company_id": company.id}})
    env["bus.bus"]._sendone(person, "test", {{"word": CANARY}})
env.flush_all()
# Whatever the forms do not reach: every column that the register does not keep.
people = env["res.partner"].search([("name", "like", CANARY)])
data = env["citeslab.personal.data"]
scope = data._scope(people)
texts = {{"char", "text", "html"}}
# a number or an address found by its form: written above, or not free text
fixed = {{
    "email", "email_normalized", "siren", "lang", "access_token", "phone_sanitized"
}}
filled = 0
for name, personal in data._installed().items():
    ids = scope.ids.get(name)
    if not ids or personal.deleted:
        continue
    Model = env[name]
    for column in [*personal.emptied, *personal.replaced]:
        field = Model._fields.get(column)
        if not field or not field.store or not field.column_type or column in fixed:
            continue
        kind = field.column_type[0]
        words = '{{"fr_FR": "%s", "en_US": "%s"}}' % (CANARY, CANARY)
        value = {{"varchar": CANARY, "text": CANARY, "jsonb": words}}.get(kind)
        if value:
            env.cr.execute(
                f'UPDATE "{{Model._table}}" SET "{{column}}" = %s WHERE id = ANY(%s)',
                [value, list(ids)])
            filled += 1
env.cr.commit()
print("FILLED", filled, len(people))
"""

ERASE = """
people = env["res.partner"].search([("is_porteur", "=", True)])
for start in range(0, len(people), 20):
    people[start:start + 20]._anonymise("request")
    env.cr.commit()
env["ir.attachment"]._gc_file_store()
print("ERASED", len(people.filtered("anonymised_date")))
"""

FIGURES = """
import json
matrix = env["citeslab.bilan"]._matrix(
    env.company, __import__("datetime").date(2023, 1, 1),
    __import__("datetime").date(2023, 12, 31))
print("FIGURES" + json.dumps({code: [figure.value, sorted(
    [str(item.code), str(item.value)] for item in figure.items)]
    for code, figure in matrix.figures.items()}, sort_keys=True, default=str))
"""


def dump(lab, database, file):
    subprocess.run(
        ["pg_dump", "-f", str(file), database],
        check=True,
        env={**os.environ, **lab.env},
    )


def hits(text):
    """How often the canary is in a dump, as text or as bytes."""
    found = text.casefold()
    return found.count(CANARY.casefold()) + found.count(CANARY.encode().hex())


HOURLY_LEDGER = """
import json
env.cr.execute('''%s''')
print("LEDGER" + json.dumps(env.cr.fetchone()[0]))
"""


def filestore(lab, database, odoo_env):
    path = odoo_env(database, 'print("DIR" + env["ir.attachment"]._filestore())')
    return path.rpartition("DIR")[2].strip()


def files_with_canary(folder):
    found = 0
    for directory, _folders, names in os.walk(folder):
        for name in names:
            with open(os.path.join(directory, name), "rb") as file:
                found += CANARY.encode() in file.read()
    return found


def backup_query():
    """The ledger as the backups of the deployment page read it, every hour."""
    script = (REPO / "docker/backup.sh").read_text(encoding="utf-8")
    return re.search(r'--command="(.*?)"', script, re.S)[1]


def test_P17_not_one_byte_of_fifty_people_is_left(
    lab, odoo_db, odoo_env, new_database, run_citeslab, tmp_path
):
    told = odoo_env(odoo_db, WRITE).rpartition("FILLED ")[2].split()
    assert int(told[0]) >= 30
    assert int(told[1]) == 50
    figures = odoo_env(odoo_db, FIGURES).rpartition("FIGURES")[2]
    assert json.loads(figures)["persons_accompanied"][0] == 50
    folder = filestore(lab, odoo_db, odoo_env)
    before = tmp_path / "before.sql"
    dump(lab, odoo_db, before)
    assert hits(before.read_text(encoding="utf-8")) > 500
    assert files_with_canary(folder) == 50

    with new_database(odoo_db) as backup:
        assert "ERASED 50" in odoo_env(odoo_db, ERASE)
        after = tmp_path / "after.sql"
        dump(lab, odoo_db, after)
        lines = [
            line[:200]
            for line in after.read_text(encoding="utf-8").splitlines()
            if hits(line)
        ]
        assert lines == []
        assert files_with_canary(folder) == 0
        assert odoo_env(odoo_db, FIGURES).rpartition("FIGURES")[2] == figures

        ledger = tmp_path / "ledger.json"
        done = run_citeslab(
            "odoo", "citeslab_erasure", "export", ledger, "--db", odoo_db, env=lab.env
        )
        assert done.returncode == 0, done.stderr
        assert hits(ledger.read_text(encoding="utf-8")) == 0
        hourly = odoo_env(odoo_db, HOURLY_LEDGER % backup_query())
        rows = json.loads(hourly.rpartition("LEDGER")[2].splitlines()[0])
        assert rows == json.loads(ledger.read_text(encoding="utf-8"))
        done = run_citeslab(
            "odoo", "citeslab_erasure", "replay", ledger, "--db", backup, env=lab.env
        )
        assert done.returncode == 0, done.stderr
        assert "50 people erased again" in done.stdout
        replayed = tmp_path / "replayed.sql"
        dump(lab, backup, replayed)
        assert hits(replayed.read_text(encoding="utf-8")) == 0
