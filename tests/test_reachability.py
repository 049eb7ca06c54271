"""Reachability: axe-core on the screens that the menus of the app open.

What the web client itself draws around a screen (search bar, chatter, checkboxes of a
list, avatars, calendar…) has violations of its own in any Odoo: it is left to the
host, by the selectors of HOST. Everything else on the page is ours: nothing serious
or critical.
"""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as Late

HOST = (
    ".o_control_panel",
    ".o-mail-Form-chatter",
    ".o_notebook_headers",
    ".o_list_record_selector",
    ".o_list_actions_header",
    ".o_optional_columns_dropdown",
    ".o_avatar",
    ".o_m2o_avatar",
    ".o_kanban_quick_add",
    ".o_mail_activity",
    ".o_field_kanban_activity",
    ".o_field_many2one_avatar_user",
    ".o_activity_view",
    ".o_select_menu",
    ".o_input_dropdown",
    ".o-autocomplete",
    ".o_field_boolean",
    ".o_field_tags",
    ".o_field_image",
    ".o_statusbar_status",
    ".o_calendar_container",
    ".o_graph_renderer",
    ".o_pivot",
    ".o_pager",
    ".o_priority",
    ".o-checkbox",
    ".o_progress",
    ".o_field_list_activity",
    ".o_field_event_state_selection",
    ".o_field_state_selection",
    ".fa-long-arrow-right",  # between the two dates of a period
    # an editor in the cell of a list takes no label: its column's title is above
    ".o_selected_row .o_input",
)
# Screens that a menu of ours opens and the host draws alone, by their model or tag.
HOST_SCREENS = ("mailing.mailing", "mailing.list", "mail.action_discuss")
SCREENS = """
import json
user = env["res.users"].search([("login", "=", %r)])
menus = env["ir.ui.menu"].with_user(user)
root = env.ref("citeslab_base.menu_root")
visible = set(menus._visible_menu_ids())
found = []
for menu in env["ir.ui.menu"].browse(sorted(visible)):
    above = set(map(int, menu.parent_path.strip("/").split("/")))
    action = menu.action
    if root.id in above and above <= visible and action:
        draws = "tag" if action.type == "ir.actions.client" else "res_model"
        draws = action[draws] if draws in action._fields else ""
        found.append([action.id, action.name, action.type, draws])
print("SCREENS" + json.dumps(found))
"""
MAIN = ("parcours", "porteurs", "rdv", "orientations", "actions-citeslab")


# What is open on a page, the foremost first; a page of ours outside the web client.
PLACES = (".modal-content", ".o_action_manager", "body[data-config]")


def violations(page):
    """Serious and critical violations of what is ours on the page."""
    place = next(one for one in PLACES if page.locator(one).count())
    context = {"include": [[place]], "exclude": [[selector] for selector in HOST]}
    answer = Axe().run(page, context=context, options={"resultTypes": ["violations"]})
    return [
        f"{page.url}: {found['id']} ({found['impact']}) {node['html'][:200]}"
        for found in answer.response["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"][:3]
    ]


def settle(page):
    """Wait until a screen is drawn."""
    page.wait_for_selector(
        ".o_action_manager > *, .o_dialog .modal-body, .o_notification, "
        "body[data-config]"
    )
    page.wait_for_timeout(1200)  # the web client keeps a connection open: never idle


def open_first_record(page):
    """Open the first record of a list or of a kanban, or edit its line.

    :return: whether there is something new to look at
    """
    rows = page.locator(
        ".o_data_row .o_data_cell.cursor-pointer"
        ":not(.o_handle_cell, .o_boolean_toggle_cell), "
        ".o_kanban_record:not(.o_kanban_ghost)"
    )
    if not rows.count():
        return False
    opened = "() => document.querySelector('.o_form_view, .o_selected_row, .o_dialog')"
    url = page.url
    rows.first.click()
    page.wait_for_function(
        f"(url) => location.href !== url || ({opened})()", arg=url, timeout=20_000
    )
    page.wait_for_timeout(800)
    return True


@pytest.mark.parametrize("path", MAIN)
def test_main_screens(login, demo_server, path):
    page = login(demo_server, "chef")
    page.goto(f"{demo_server.url}/odoo/{path}")
    settle(page)
    found = violations(page)
    if open_first_record(page):
        found += violations(page)
    assert not found, "\n".join(found)


@pytest.mark.nightly
@pytest.mark.parametrize("role", ["responsable", "volontaire", "animation"])
def test_every_menu(login, demo_server, odoo_env, role):
    """Each screen of the menus and its first record; all are seen, then told."""
    answer = odoo_env(demo_server.db, SCREENS % role)
    screens = [
        (action, name, kind)
        for action, name, kind, draws in json.loads(answer.rpartition("SCREENS")[2])
        if draws not in HOST_SCREENS
    ]
    found, shut = [], []
    page = login(demo_server, role)
    page.set_default_timeout(60_000)
    for action, name, kind in screens:
        page.goto(f"{demo_server.url}/odoo/action-{action}")
        try:
            settle(page)
        except Late:
            found.append(f"{name}: {page.url} does not open")
            continue
        found += violations(page)
        try:
            if kind == "ir.actions.act_window" and open_first_record(page):
                found += violations(page)
        except Late:  # a list without a form of its own, as the possible doubles
            shut.append(name)
    print(f"{role}: {len(screens)} screens; lines that open nothing: {shut}")
    assert len(screens) > 5
    assert not found, "\n".join(found)
