"""One hour of a chef, asked for by everybody at the same moment."""

from datetime import datetime, timedelta

from http_race import Client, race, tagged

CLIENTS = 32

PREPARE = """
import json
from datetime import timedelta
from odoo import fields
company = env["res.company"].create({"name": "Structure des RDV"})
env["citeslab.territory"].create({"name": "Territoire", "company_id": company.id})
chefs = env["res.users"].create([{
    "name": login, "login": login, "password": login,
    "company_id": company.id, "company_ids": [(6, 0, company.ids)],
    "group_ids": [(4, env.ref("citeslab_base.group_chef").id)]}
    for login in ("chef-rdv", "chef-colleague")])
parcours = env["crm.lead"].with_user(chefs[0]).create([
    {"is_parcours": True, "contact_name": f"Personne {number}"}
    for number in range(%d)])
start = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
start += timedelta(days=10)
print("READY", json.dumps({
    "chef": chefs[0].id, "parcours": parcours.ids,
    "starts": [str(start + timedelta(minutes=m)) for m in (0, 20, 40)]}))
env.cr.commit()
"""

COUNT = """
import json
rows = env["citeslab.interview"].search(
    [("company_id.name", "=", "Structure des RDV")])
print("RDV", json.dumps([str(row.start) for row in rows]))
meetings = env["calendar.event"].search([("res_model", "=", "citeslab.interview")])
print("MEETINGS", json.dumps(meetings.filtered(
    lambda one: one.user_id == rows.user_id).mapped("name")))
print("NAMES", json.dumps(rows.partner_id.mapped("name")))
"""


def test_32_bookings_of_one_slot_leave_one_rdv(odoo_db, odoo_env, start_server):
    """By HTTP, on two workers, half of them overlapping by a part of the hour.

    One RDV is left; everybody else is told that the hour is taken; the next hour is
    still free; the calendar holds one meeting, which names nobody.
    """
    ready = tagged(odoo_env(odoo_db, PREPARE % CLIENTS), "READY ")

    def book(rank, client):
        values = {
            "parcours_id": ready["parcours"][rank],
            "user_id": ready["chef"],
            "start": ready["starts"][rank % 3],
            "duration": 1.0,
        }
        return client.create("citeslab.interview", values)

    with start_server(odoo_db, workers=2) as server:
        logins = ("chef-rdv", "chef-colleague")
        clients = [Client(server, logins[rank % 2]) for rank in range(CLIENTS)]
        taken, refused = race(clients, book)
        names = {one["error"]["data"]["name"] for one in refused}
        assert names == {"odoo.exceptions.ValidationError"}, refused[:1]
        words = {one["error"]["data"]["message"] for one in refused}
        assert all("Personne" not in text for text in words)
        assert len(taken) == 1
        (start,) = tagged(odoo_env(odoo_db, COUNT), "RDV ")
        after = {
            "parcours_id": ready["parcours"][0],
            "user_id": ready["chef"],
            "start": str(datetime.fromisoformat(start) + timedelta(hours=1)),
            "duration": 1.0,
        }
        assert "error" not in clients[0].create("citeslab.interview", after)
    printed = odoo_env(odoo_db, COUNT)
    assert len(tagged(printed, "RDV ")) == 2
    meetings = tagged(printed, "MEETINGS ")
    assert len(meetings) == 2
    for name in tagged(printed, "NAMES "):
        assert all(name not in title for title in meetings)
