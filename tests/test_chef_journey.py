"""What a chef does between two permanences, at a desk and on a phone.

One test a journey, as the chef of the demo unless told otherwise. With
CITESLAB_PICTURES=folder, what is seen is kept there as pictures.
"""

import os
import re
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from test_screens import (
    DESK,
    PHONE,
    assert_no_trouble,
    choose,
    find_card,
    open_screen,
)

AS_CHEF = """
from datetime import timedelta
from odoo import fields
env = env(user=env.ref("citeslab_base.user_chef"), context={"lang": "fr_FR"})
def parcours(name, **values):
    return env["crm.lead"].create({
        "is_parcours": True, "contact_name": name, "name": "Projet", **values})
"""
CLOSED = f"""{AS_CHEF}
one = parcours(%r)
env["citeslab.interview"].create({{
    "parcours_id": one.id, "state": "done",
    "date": fields.Date.today() - timedelta(40)}})
one.situation_ids.target_public = "en_devenir"
env["citeslab.outcome"].create({{
    "parcours_id": one.id, "value": "lost",
    "date": fields.Date.today() - timedelta(9)}})
print("ID", one.id)
env.cr.commit()
"""
OUTSIDE = f"""{AS_CHEF}
one = parcours(%r)
one.partner_id.residence = "outside"
print("ID", one.id)
env.cr.commit()
"""
SAVED = ".o_form_status_indicator_buttons.invisible"
sizes = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])


def somebody(word):
    """A name that nobody of the demo has."""
    return f"{word} {uuid.uuid4().hex[:8]}"


def told_id(printed):
    """Number that a snippet printed."""
    return int(re.search(r"ID (\d+)", printed).group(1))


@pytest.fixture
def chef(login, demo_server):
    """Function: `chef(size)` is the page of the chef at that size."""

    def enter(size, user="chef"):
        page = login(demo_server, user)
        page.set_viewport_size(size)
        return page

    return enter


@pytest.fixture
def look(request):
    """Function: `look(page)` checks the width, and keeps a picture if asked to."""
    folder = os.environ.get("CITESLAB_PICTURES")

    def check(page, name=""):
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"]
        if folder:
            label = re.sub(r"\W+", "-", request.node.name).strip("-")
            page.screenshot(path=Path(folder) / f"{label}{name}.png")

    return check


def open_parcours(page, server, number):
    page.goto(f"{server.url}/odoo/parcours/{number}")
    page.wait_for_selector(".o_form_view .o_field_widget[name=partner_id]")


def press_header(page, words):
    """A button of the header, which a phone keeps behind a menu."""
    button = page.locator(f".o_statusbar_buttons button:has-text('{words}')")
    page.wait_for_selector(".o_statusbar_buttons button")
    if not button.first.is_visible():
        page.locator(".o_statusbar_buttons .oi-ellipsis-v").click()
        button = page.locator(f".o-dropdown--menu button:has-text('{words}')")
    choose(button.first)
    page.wait_for_selector(".modal .o_form_view")
    return page.locator(".modal").first


@sizes
def test_two_rdv_of_one_hour_are_refused_in_one_sentence(
    chef, demo_server, look, size, rpc
):
    """The second says which hour is taken; what was typed stays, mended it is kept."""
    page = chef(size)
    (number,) = rpc("crm.lead", "search", [["partner_id.name", "=", "Brieuc Morvan"]])
    day = date.today() + timedelta(days=60 + (size == PHONE))
    before = [["parcours_id", "=", number], ["date", "=", str(day)]]
    open_parcours(page, demo_server, number)
    for hour, is_refused in (("10:00", False), ("10:30", True)):
        dialog = press_header(page, "Planifier un RDV")
        field = dialog.locator("[name=start] input").first
        page.wait_for_function("document.activeElement.closest('[name=start]')")
        field.fill(f"{day:%d/%m/%Y} {hour}:00")
        field.press("Tab")
        dialog.locator("footer .btn-primary").click()
        if is_refused:
            words = page.locator(".modal", has_text="Erreur de validation")
            words.wait_for()
            look(page)
            text = words.inner_text()
            assert "Ce chef de projet a déjà un RDV" in text
            assert "operation cannot" not in text
            assert "10:00" in text
            words.locator("button:has-text('Fermer')").click()
            words.wait_for(state="detached")
            dialog.locator("[name=start] button").first.click()
            field.fill(f"{day:%d/%m/%Y} 11:00:00")
            field.press("Tab")
            dialog.locator("footer .btn-primary").click()
        page.wait_for_selector(".modal", state="detached")
    assert rpc("citeslab.interview", "search_count", before) == 2
    assert not page.outside


def test_dialog_of_a_rdv_names_what_is_still_to_fill_in(chef, demo_server, look, rpc):
    page = chef(DESK)
    (number,) = rpc("crm.lead", "search", [["partner_id.name", "=", "Kevin Floc'h"]])
    open_parcours(page, demo_server, number)
    dialog = press_header(page, "Noter un RDV")
    dialog.locator("button[name=action_apply]").click()
    told = page.locator(".o_notification")
    told.wait_for()
    look(page)
    assert "Public à l'entrée" in told.inner_text()
    dialog.locator("button:has-text('Annuler')").click()
    page.wait_for_selector(".modal", state="detached")
    assert_no_trouble(page)


@sizes
def test_P5_a_closed_parcours_is_reopened_by_a_rdv(
    chef, demo_server, odoo_env, look, size, rpc
):
    """The person comes back: the same file goes on, nobody is there twice."""
    name = somebody("Revenante")
    page = chef(size)
    number = told_id(odoo_env(demo_server.db, CLOSED % name))
    (former,) = rpc("crm.lead", "read", [number], ["phase"])
    assert former["phase"] == "closed"
    open_parcours(page, demo_server, number)
    dialog = press_header(page, "Noter un RDV")
    dialog.locator("[name=next_step] input").fill("Reprendre le projet")
    look(page, "-dialog")
    dialog.locator("button[name=action_apply]").click()
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_selector("text=Reprendre le projet")
    look(page)
    (again,) = rpc("crm.lead", "read", [number], ["phase", "outcome"])
    assert (again["phase"], again["outcome"]) == ("followup", "lost")
    assert rpc("res.partner", "search_count", [["name", "=", name]]) == 1
    assert rpc("crm.lead", "search_count", [["partner_id.name", "=", name]]) == 1
    assert_no_trouble(page)


@sizes
def test_a_creation_is_asked_about_after_6_12_and_24_months(
    chef, demo_server, odoo_env, look, size, rpc
):
    """A false SIREN is refused; then three questions wait, and one is answered."""
    page = chef(size)
    number = told_id(odoo_env(demo_server.db, CLOSED % somebody("Créatrice")))
    open_parcours(page, demo_server, number)
    dialog = press_header(page, "Issue")
    dialog.locator("[name=value] label:has-text('Création')").first.click()
    dialog.locator("[name=siren] input").fill("732829321")
    dialog.locator("button[name=action_apply]").click()
    refused = page.locator(".modal", has_text="732829321").last
    refused.locator("button:has-text('Fermer')").click()
    page.wait_for_function("document.querySelectorAll('.modal').length === 1")
    dialog.locator("[name=siren] input").fill("732829320")
    look(page, "-dialog")
    dialog.locator("button[name=action_apply]").click()
    page.wait_for_selector(".modal", state="detached")
    page.locator(".nav-link[name=outcomes]").click()
    questions = page.locator("[name=followup_ids]")
    questions.wait_for()
    questions.scroll_into_view_if_needed()
    look(page)
    kept = [["parcours_id", "=", number]]
    asked = rpc("citeslab.followup", "search_read", kept, ["months"])
    assert [one["months"] for one in asked] == [6, 12, 24]
    activities = [["res_model", "=", "crm.lead"], ["res_id", "=", number]]
    assert rpc("mail.activity", "search_count", activities) == 3
    if size == DESK:
        questions.locator(".o_data_row td[name=answer]").first.click()
        choice = questions.locator(".o_selected_row [name=answer]")
        choice.locator("select, input").first.wait_for()
        if choice.locator("select").count():
            choice.locator("select").select_option(index=1)
        else:
            choice.locator("input").click()
            choose(page.locator(".o_select_menu_item").first)
        questions.locator(".o_selected_row [name=jobs] input").fill("2")
        page.click("button.o_form_button_save")
        page.wait_for_selector(SAVED, state="attached")
        (first, *_rest) = rpc("citeslab.followup", "search_read", kept, ["jobs"])
        assert first["jobs"] == 2
        assert rpc("mail.activity", "search_count", activities) == 2
    assert_no_trouble(page)


@sizes
def test_P6_somebody_from_outside_asks_who_sent_him(
    chef, demo_server, odoo_env, look, size, rpc
):
    """The form and the dialog ask; once told, nothing asks any more."""
    page = chef(size)
    number = told_id(odoo_env(demo_server.db, OUTSIDE % somebody("Dehors")))
    open_parcours(page, demo_server, number)
    question = page.locator(".alert:has-text('hors QPV et QVA')")
    question.wait_for()
    look(page, "-asked")
    dialog = press_header(page, "Noter un RDV")
    dialog.locator("[name=target_public] label").first.click()
    sender = dialog.locator("[name=prescriber_id] input")
    if size == DESK:
        sender.fill("Centre social")
        found = page.locator(".o-autocomplete--dropdown-item", has_text="Centre social")
    else:
        sender.click()  # a phone chooses in a list of its own
        found = page.locator(".modal .o_kanban_record", has_text="Centre social")
    found.first.click()
    dialog.locator("button[name=action_apply]").click()
    page.wait_for_selector(".modal", state="detached")
    question.wait_for(state="hidden")
    (told,) = rpc("crm.lead", "read", [number], ["prescriber_id", "margin_share"])
    assert "Centre social" in told["prescriber_id"][1]
    assert told["margin_share"]
    look(page)
    assert_no_trouble(page)


@sizes
def test_the_journal_repeats_the_last_action(chef, demo_server, look, size, rpc):
    """At a desk by the button of the list, on a phone by that of the action."""
    page = chef(size)
    name = somebody("Réunion répétée")
    kind = rpc("citeslab.action.kind", "search", [["code", "=", "partner_meeting"]])[0]
    rpc(
        "citeslab.action",
        "create",
        {"name": name, "kind_id": kind, "date": "2024-01-09"},
    )
    open_screen(page, demo_server, "actions-citeslab")
    if size == DESK:
        page.locator("button[name=action_repeat_last]").click()
    else:
        find_card(page, name).click()
        page.locator("button[name=action_repeat]:visible").click()
    page.wait_for_selector(
        ".o_form_view [name=date]:not(:has-text('2024')):not(:has(:text('2024')))"
    )
    page.wait_for_selector(SAVED, state="attached")
    look(page)
    rows = rpc("citeslab.action", "search_read", [["name", "=", name]], ["date"])
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    assert sorted(one["date"] for one in rows) == ["2024-01-09", str(today)]
    assert_no_trouble(page)


UNSENT = f"""{AS_CHEF}
one = parcours(%r)
one.partner_id.residence = "outside"
env["citeslab.interview"].create({{
    "parcours_id": one.id, "state": "done", "date": fields.Date.today()}})
one.situation_ids.target_public = "en_devenir"
env.cr.commit()
"""


@sizes
def test_the_worklist_of_quality_leads_to_the_file_and_empties(
    chef, demo_server, odoo_env, look, size, rpc
):
    """A rule, its référent, the parcours; once completed, it is in the list no more."""
    name = somebody("Incomplète")
    page = chef(size)
    odoo_env(demo_server.db, UNSENT % name)

    open_screen(page, demo_server, "qualite")
    if size == DESK:  # two groups to open; a phone shows a column
        rule = "Hors QPV/QVA sans prescripteur"
        page.locator(".o_group_header", has_text=rule).click()
        page.locator(".o_group_header", has_text="Maëlle").click()
    lines = page.locator(".o_data_row, .o_kanban_record")
    lines = lines.filter(has_text="Indiquez qui a adressé la personne")
    line = lines.filter(has_text=name)
    line.wait_for()
    look(page, "-list")
    line.click()
    page.wait_for_selector(".o_form_view .o_field_widget[name=partner_id]")
    look(page)
    assert page.locator(".alert:has-text('hors QPV et QVA')").is_visible()
    sender = rpc("res.partner", "search", [["organization_kind", "!=", False]])[0]
    number = rpc("crm.lead", "search", [["partner_id.name", "=", name]])
    waiting = [["parcours_id", "in", number]]
    before = rpc("citeslab.quality.issue", "search_count", waiting)
    rpc("crm.lead", "write", number, {"prescriber_id": sender})
    assert rpc("citeslab.quality.issue", "search_count", waiting) == before - 1
    assert_no_trouble(page)


@sizes
def test_P15_a_territory_too_small_warns_and_asks_the_reason(
    chef, demo_server, look, size, rpc
):
    """The manager may keep it all the same; his reason ends the warning."""
    page = chef(size, "responsable")
    name = somebody("Territoire")
    open_screen(page, demo_server, "territoires")
    page.locator(".o_list_button_add:visible, .o-kanban-button-new:visible").click()
    page.fill(".o_form_view [name=name] input", name)
    quartiers = page.locator("[name=neighborhood_ids]")
    quartiers.locator("a:has-text('Ajouter'), .o-kanban-button-new").first.click()
    choice = page.locator(".modal")
    if size == DESK:
        choice.locator(".o_data_row").first.wait_for()
        choice.locator(".o_searchview_input").fill("QN02905M")
        page.locator(".o_searchview_autocomplete .o-dropdown-item").first.click()
        choice.locator(".o_facet_value:has-text('QN02905M')").wait_for()
    choice.locator(".o_data_row, .o_kanban_record", has_text="QN02905M").locator(
        ".o_data_cell, [name=name], span"
    ).first.click()
    choice.wait_for(state="detached")
    warning = page.locator(".alert", has_text="le dispositif en demande au moins 3000")
    warning.wait_for()
    look(page, "-warned")
    page.click("button.o_form_button_save")
    page.wait_for_selector(SAVED, state="attached")
    assert warning.is_visible()
    page.fill("[name=population_reason] textarea", "Accord de Bpifrance du 12 mars")
    page.click("button.o_form_button_save")
    warning.wait_for(state="hidden")
    page.wait_for_selector(SAVED, state="attached")
    look(page)
    fields = ["population", "population_reason"]
    (kept,) = rpc("citeslab.territory", "search_read", [["name", "=", name]], fields)
    assert kept["population"] == 1968
    assert kept["population_reason"].startswith("Accord")
    assert_no_trouble(page)


@sizes
def test_two_files_become_one_and_two_people_stay_two(
    chef, demo_server, look, size, rpc
):
    """Merged: one person, one parcours, told in the chatter. Two Mohamed stay two."""
    page = chef(size)
    word = somebody("Yasmine")
    family = somebody("Mohamed")
    phone, shared = (f"06399{uuid.uuid4().int % 10**5:05}" for _time in "ab")
    for name, number in (
        (f"Doublon {word}", phone),
        (f"{word} Doublon", ""),
        (family, shared),
        (family, shared),
    ):
        told = {"is_parcours": True, "contact_name": name, "phone": number}
        rpc("crm.lead", "create", {**told, "name": "Projet"})
    rpc("citeslab.duplicate", "action_open_list")
    open_screen(page, demo_server, "doublons")
    row = page.locator(".o_data_row, .o_kanban_record", has_text=family)
    row.locator("button[name=action_different]").dblclick()
    row.wait_for(state="detached")
    row = page.locator(".o_data_row, .o_kanban_record", has_text=word)
    row.locator("button[name=action_merge]").click()
    page.locator(".modal [name=join_parcours]").wait_for()
    look(page, "-dialog")
    page.locator(".modal footer button.btn-primary").dblclick()
    page.wait_for_selector(".o_form_view:not(.modal *)")
    page.wait_for_selector(".o-mail-Message:has-text('a fusionné la fiche')")
    look(page)

    def people(name):
        known = [["name", "ilike", name], ["is_porteur", "=", True]]
        return rpc("res.partner", "search_read", known, ["phone", "parcours_count"])

    (found,) = people(word)
    assert found["phone"].replace(" ", "")[-9:] == phone[-9:]
    assert found["parcours_count"] == 1
    assert len(people(family)) == 2
    assert_no_trouble(page)


def test_the_quick_form_forgets_whom_it_told_of(chef, demo_server, look, rpc):
    """A double click keeps one person; the next one starts without a warning."""
    page = chef(DESK)
    name = somebody("Mohamed")
    told = {"is_parcours": True, "contact_name": name, "phone": "0639980444"}
    rpc("crm.lead", "create", told)
    open_screen(page, demo_server, "parcours")
    page.locator(".o_kanban_quick_add").first.click()
    form = page.locator(".o_kanban_quick_create")
    form.locator("[name=contact_name] input").fill(name)
    form.locator("[name=phone] input").fill("06 39 98 04 44")
    form.locator(".o_citeslab_known").wait_for()
    look(page)
    form.locator(".o_kanban_add").dblclick()
    page.wait_for_function(
        "!document.querySelector('.o_kanban_quick_create [name=contact_name] input')"
        "?.value"
    )
    form.locator(".o_citeslab_known").wait_for(state="detached")
    assert rpc("res.partner", "search_count", [["name", "=", name]]) == 2
    assert_no_trouble(page)


def test_who_types_a_forbidden_address_gets_one_sentence(chef, demo_server, look):
    page = chef(DESK, "volontaire")
    page.goto(f"{demo_server.url}/odoo/orientations")
    refusal = page.locator(".modal", has_text="chef de projet")
    refusal.wait_for()
    look(page)
    words = refusal.inner_text()
    assert "ne donne pas accès à" in words
    assert "citeslab." not in words and "Autorisations" not in words
