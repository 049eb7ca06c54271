"""A chef's day without a mouse, from the login to the printed bilan.

Nothing but keys: `Tab` until what is wanted holds the focus, and the keys of the host
(Ctrl+K for menus). What cannot be reached this way fails by its name.
"""

import pytest

PERSON = "Clavier Maïwenn"


class Keys:
    """What a keyboard can do on a page."""

    def __init__(self, page):
        self.page = page
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def focused(self, selector, words=""):
        """Whether what holds the focus is, or lies in, this."""
        return self.page.evaluate(
            """([selector, words]) => {
                const found = document.activeElement?.closest(selector);
                return Boolean(found && found.textContent.includes(words));
            }""",
            [selector, words],
        )

    def tab_to(self, selector, words="", limit=90):
        """Press `Tab` until the focus is there.

        :raise AssertionError: it is not reached
        """
        seen = []
        for _press in range(limit):
            if self.focused(selector, words):
                return
            self.press("Tab")
            seen.append(
                self.page.evaluate(
                    "document.activeElement?.outerHTML.slice(0, 80) || ''"
                )
            )
        raise AssertionError(
            f"{selector} {words} is not reached:\n" + "\n".join(seen[-30:])
        )

    def shows_focus(self):
        """Whether the focus can be seen: an outline, a ring or a border of its own."""
        return self.page.evaluate(
            """() => {
                const node = document.activeElement;
                const on = {...getComputedStyle(node)};
                const look = (style) => [style.outlineStyle + style.outlineWidth,
                    style.boxShadow, style.borderColor, style.backgroundColor].join();
                const with_focus = look(getComputedStyle(node));
                node.blur();
                const without = look(getComputedStyle(node));
                node.focus();
                return with_focus !== without;
            }"""
        )

    def menu(self, words, path=None):
        """Open a menu by its name.

        :param words: what is typed
        :param path: end of the line to open, where several menus have this name
        """
        self.press("Control+k")
        self.page.wait_for_selector(".o_command_palette_search input")
        self.type(f"/{words}")
        # What was typed is looked for after a moment, and the best hit comes first:
        # down the list until the name that is wanted, to its end, holds the focus.
        ends_so = """(words) => [...document.querySelectorAll('%s')].some(
            (one) => one.innerText.split('\\n')[0].trim().endsWith(words))"""
        self.page.wait_for_function(ends_so % ".o_command", arg=path or words)
        for _down in range(self.page.locator(".o_command").count()):
            if self.page.evaluate(ends_so % ".o_command.focused", path or words):
                break
            self.press("ArrowDown")
        found = self.page.locator(".o_command").all_inner_texts()
        assert self.page.evaluate(ends_so % ".o_command.focused", path or words), found
        self.press("Enter")
        self.page.wait_for_selector(".o_command_palette", state="detached")


@pytest.fixture
def keys(page, demo_server):
    """A chef who has logged in by keys alone."""
    page.goto(f"{demo_server.url}/web/login")
    page.wait_for_function("document.activeElement?.name === 'login'")
    keys = Keys(page)
    keys.type("chef")
    keys.press("Tab")
    keys.tab_to("input[name=password]")
    keys.type("chef")
    keys.press("Enter")
    page.wait_for_selector(".o_main_navbar")
    page.wait_for_selector(".o_action_manager > *")
    return keys


def _capture(keys):
    """Somebody met out of doors."""
    page = keys.page
    keys.menu("Saisie sur téléphone")
    page.wait_for_selector("body[data-config] #areas button")
    keys.tab_to("#name")
    keys.type(PERSON)
    keys.tab_to("#areas button")
    assert keys.shows_focus()
    keys.press("Space")
    page.wait_for_selector("#areas button[aria-pressed=true]")
    keys.tab_to("#line")
    keys.type("Atelier au clavier")
    keys.tab_to("#person button[type=submit]")
    keys.press("Enter")
    page.wait_for_selector(f"#message:has-text('{PERSON}')")
    page.wait_for_selector("#queue[data-count='0']", state="attached")
    keys.press("Shift+Tab")
    page.keyboard.press("Control+Home")
    keys.tab_to("header a[href='/odoo/parcours']")
    keys.press("Enter")


def _open_parcours(keys):
    """Find the person in the kanban, and open the card."""
    page = keys.page
    page.wait_for_selector(".o_kanban_record")
    page.wait_for_function("document.activeElement?.closest('.o_searchview')")
    keys.type(PERSON)
    keys.press("Enter")
    page.wait_for_selector(".o_searchview_facet")
    page.wait_for_function(
        "document.querySelectorAll('.o_kanban_record:not(.o_kanban_ghost)').length == 1"
    )
    keys.press("ArrowDown")
    keys.tab_to(".o_kanban_record")
    keys.press("Enter")
    page.wait_for_selector(".o_form_view [name=stage_id]")


def _log_a_rdv(keys):
    page = keys.page
    keys.tab_to(".o_form_statusbar button", "Noter un RDV")
    keys.press("Enter")
    page.wait_for_selector(".modal [name=next_step]")
    page.wait_for_function("document.activeElement?.closest('[name=next_step]')")
    keys.type("Revoir le plan de financement")
    keys.tab_to(".modal [name=target_public] input")
    keys.press("Space")
    keys.tab_to(".modal footer .btn-primary")
    keys.press("Enter")
    page.wait_for_selector(".modal", state="detached")


def _orient(keys):
    page = keys.page
    keys.tab_to(".o_form_statusbar button", "Orienter")
    keys.press("Enter")
    page.wait_for_selector(".modal [name=family] select, .modal [name=family] input")
    keys.tab_to(".modal [name=family]")
    keys.press("Space")
    page.wait_for_selector(".o_select_menu_menu")
    keys.press("ArrowDown")
    keys.press("Enter")
    page.wait_for_selector(".o_select_menu_menu", state="detached")
    keys.tab_to(".modal footer .o_form_button_save")
    keys.press("Enter")
    page.wait_for_selector(".modal", state="detached")


def _tell_the_outcomes(keys):
    """The grid of January: first line proposed, kept as it is, all saved."""
    page = keys.page
    keys.menu("Issues de l'année")
    page.wait_for_selector(".o_selected_row [name=value] select, .alert-success")
    keys.press("Alt+q")
    page.wait_for_selector(".o_list_view .o_searchview, .modal .o_error_dialog, .modal")


def _print_the_bilan(keys):
    page = keys.page
    keys.menu("Bilan", "Bilan / Bilan")
    page.wait_for_selector(".o_citeslab_bilan_files button[data-format=pdf]:enabled")
    keys.tab_to("button[data-format=pdf]")
    assert keys.shows_focus()
    with page.expect_download() as waiting:
        keys.press("Enter")
    return waiting.value.path().read_bytes()


def test_a_day_without_a_mouse(keys, rpc, tmp_path):
    page = keys.page
    _capture(keys)
    _open_parcours(keys)
    _log_a_rdv(keys)
    _orient(keys)
    parcours = [["partner_id.name", "=", PERSON]]
    told = [["parcours_id.partner_id.name", "=", PERSON]]
    assert rpc("crm.lead", "search_count", parcours) == 1
    assert rpc(
        "citeslab.interview", "search_count", [*told, ["kind", "=", "interview"]]
    )
    assert rpc("citeslab.orientation", "search_count", told) == 1
    _tell_the_outcomes(keys)
    page.screenshot(path=str(tmp_path / "outcomes.png"))
    assert _print_the_bilan(keys).startswith(b"%PDF-")
    assert not page.outside
