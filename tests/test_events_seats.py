"""The last seats of an event, asked for by everybody at the same moment."""

from http_race import Client, race, tagged

ROUNDS, CLIENTS, SEATS = 20, 32, 8

PREPARE = """
from datetime import timedelta
from odoo import fields
company = env["res.company"].create({"name": "Structure des places"})
env["citeslab.territory"].create({"name": "Territoire", "company_id": company.id})
chef = env["res.users"].create({
    "name": "Chef des places", "login": "chef-places", "password": "chef-places",
    "company_id": company.id, "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_chef").id)]})
kind = env.ref("citeslab_events.event_kind_workshop")
start = fields.Datetime.now() + timedelta(days=10)
events = env["event.event"].with_user(chef).create([
    {"name": f"Atelier {number}", "citeslab_kind_id": kind.id,
     "date_begin": start + timedelta(days=number),
     "date_end": start + timedelta(days=number, hours=2),
     "seats_limited": True, "seats_max": %d} for number in range(%d)])
print("EVENTS", events.ids)
env.cr.commit()
"""

COUNT = """
import json
rows = env["event.registration"].search(
    [("event_id.company_id.name", "=", "Structure des places")])
print("COUNTS", json.dumps({
    str(event.id): len(event.registration_ids.filtered(lambda r: r.state == "open"))
    for event in rows.event_id}))
print("PEOPLE", len(rows.sudo().porteur_id))
scheduler = env.ref("event.event_mail_scheduler")
env["event.mail"].schedule_communications(autocommit=False)
sent = env["event.mail.registration"].search_count([
    ("registration_id", "in", rows.ids),
    ("scheduler_id.interval_type", "=", "after_sub")])
print("MAILS", sent)
"""


def _round(clients, event_id, number):
    """Every client asks for a seat at once; return who got one and who did not."""
    return race(
        clients,
        lambda rank, client: client.create(
            "event.registration",
            {"event_id": event_id, "name": f"Personne {number}-{rank}"},
        ),
    )


def test_seats_are_never_oversold(odoo_db, odoo_env, start_server):
    """20 rounds of 32 people for 8 seats, by HTTP, on two workers.

    Exactly the seats are sold, nobody else is let in, nobody is refused for another
    reason than a full event, and everybody registered gets the confirmation.
    """
    events = tagged(odoo_env(odoo_db, PREPARE % (SEATS, ROUNDS)), "EVENTS ")
    with start_server(odoo_db, workers=2) as server:
        clients = [Client(server, "chef-places") for _ in range(CLIENTS)]
        for number, event_id in enumerate(events):
            taken, refused = _round(clients, event_id, number)
            assert len(taken) == SEATS, (number, refused[:1])
            names = {one["error"]["data"]["name"] for one in refused}
            assert names <= {"odoo.exceptions.ValidationError"}, names
    printed = odoo_env(odoo_db, COUNT)
    counts = tagged(printed, "COUNTS ")
    assert list(counts.values()) == [SEATS] * ROUNDS
    # who was refused left no trace: neither a registration nor a person
    assert tagged(printed, "PEOPLE ") == SEATS * ROUNDS
    assert tagged(printed, "MAILS ") == SEATS * ROUNDS
