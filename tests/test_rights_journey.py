"""A person at the counter: consent, papers, what is known, erasure, old files."""

import zipfile

import pytest
from test_screens import DESK, PHONE, assert_no_trouble

NAMES = iter(("Gwenn Droits", "Soizic Papiers", "Enora Oubli"))


@pytest.fixture
def person(login, demo_server, rpc):
    """Page of the chef on the rights of a new porteur, and who he is."""
    name = next(NAMES)
    page = login(demo_server, "chef")
    lead = rpc(
        "crm.lead",
        "create",
        {
            "is_parcours": True,
            "contact_name": name,
            "name": "Atelier vélo",
        },
    )
    number = rpc("crm.lead", "read", [lead], ["partner_id"])[0]["partner_id"][0]
    page.goto(f"{demo_server.url}/odoo/porteurs/{number}")
    page.locator("[name=rights]").first.click()
    page.wait_for_selector("[name=consent_ids]")
    return page, number, name


def look(page, folder, name, shown):
    """Keep what is seen of a part; nothing may go over the edge of a phone."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        page.wait_for_timeout(300)
        # in one go: the client may draw the part anew at the new width
        page.locator(shown).first.evaluate("part => part.scrollIntoView()")
        page.screenshot(path=folder / f"{name}-{size['width']}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.set_viewport_size(DESK)


def consents(rpc, number):
    """``(purpose, withdrawn)`` of a person's consents."""
    rows = rpc(
        "citeslab.consent",
        "search_read",
        [["partner_id", "=", number]],
        ["purpose", "withdrawn_date"],
    )
    return sorted((row["purpose"], bool(row["withdrawn_date"])) for row in rows)


def download(page, click):
    """What a click downloads: name and path."""
    with page.expect_download() as told:
        click.click()
    return told.value.suggested_filename, told.value.path()


def test_P16_consent_is_recorded_and_withdrawn(person, rpc, tmp_path):
    page, number, _name = person
    before = len(consents(rpc, number))
    field = page.locator("[name=consent_ids]")
    field.locator(".o_field_x2many_list_row_add a").click()
    field.locator(".o_selected_row [name=purpose] input").click()
    page.locator(".o_select_menu_item:has-text('Portrait')").first.click()
    page.locator(".o_form_button_save").click()
    row = field.locator(".o_data_row button[name=action_withdraw]")
    row.first.wait_for()
    assert ("portrait", False) in consents(rpc, number)
    assert len(consents(rpc, number)) == before + 1
    look(page, tmp_path, "rights", "[name=consent_ids]")
    field.locator(
        ".o_data_row:has-text('Portrait') button[name=action_withdraw]"
    ).click()
    page.locator(".modal footer .btn-primary").click()
    page.wait_for_selector(".modal", state="detached")
    field.locator(
        ".o_data_row.text-muted:has-text('Portrait'), "
        ".o_data_row:has-text('Portrait') .text-muted"
    ).first.wait_for()
    assert ("portrait", True) in consents(rpc, number)
    assert_no_trouble(page)


def test_papers_and_all_that_is_known(person):
    page, _number, who = person
    for method in ("action_print_notice", "action_print_my_parcours"):
        name, path = download(page, page.locator(f"button[name={method}]"))
        assert name.endswith(".pdf")
        assert path.read_bytes().startswith(b"%PDF")
    name, path = download(page, page.locator("button[name=action_access_export]"))
    assert name.endswith(".zip")
    with zipfile.ZipFile(path) as file:
        assert not file.testzip()
        told = b"".join(file.read(one) for one in file.namelist())
    assert who.encode() in told
    assert_no_trouble(page)


def test_a_person_is_erased_after_a_last_check(person, rpc, tmp_path):
    page, number, who = person
    page.locator("button[name=action_erase]").click()
    dialog = page.locator(".modal").first
    dialog.locator("[name=is_checked]").wait_for()
    look(page, tmp_path, "erasure", "[name=is_checked]")
    dialog.locator("button[name=action_erase]").click()
    page.wait_for_selector(".modal >> nth=1")  # the box first, in one sentence
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('.modal').length === 1")
    dialog.locator("[name=is_checked] input").check()
    dialog.locator("button[name=action_erase]").click()
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_selector(".o_kanban_view, .o_list_view")
    found = rpc("res.partner", "search_count", [["name", "ilike", who]])
    assert not found
    told = rpc("res.partner", "read", [number], ["anonymised_date"])[0]
    assert told["anonymised_date"]
    assert_no_trouble(page)


def test_old_files_are_listed_and_nothing_is_erased(login, demo_server, rpc, tmp_path):
    page = login(demo_server, "responsable")
    page.goto(f"{demo_server.url}/odoo/dossiers-anciens")
    page.wait_for_selector("[name=partner_ids]")
    hidden = [["anonymised_date", "!=", False], ["notice_date", "!=", False]]
    before = rpc("res.partner", "search_count", ["|", *hidden])
    page.locator("[name=months] input").fill("1")
    page.locator("button[name=action_apply]").click()
    page.wait_for_selector("[name=partner_ids] .o_data_row")
    assert int(page.locator("[name=due_count]").inner_text()) > 0
    look(page, tmp_path, "old", "[name=partner_ids]")
    assert rpc("res.partner", "search_count", ["|", *hidden]) == before
    assert_no_trouble(page)
