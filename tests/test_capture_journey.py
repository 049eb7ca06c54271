"""People met out of doors: captured on a phone, with and without network; met twice."""

import re

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
PAGE = "/citeslab/capture"


def open_page(page, server):
    page.set_viewport_size(PHONE)
    page.goto(server.url + PAGE)
    page.wait_for_selector("body[data-config] #areas button")


def wait_sent(page):
    """Until nothing waits any more."""
    page.wait_for_selector("#queue[data-count='0']", state="attached")


def capture(page, name, line=""):
    """One person; returns how many clicks and fields it took."""
    page.fill("#name", name)  # 1
    page.locator("#areas button", has_text="Bellevue").click()  # 2
    if line:
        page.fill("#line", line)  # 3
    page.click("#person button[type=submit]")  # 4
    page.wait_for_function("document.querySelector('#name').value === ''")
    return 4 if line else 3


def test_a_market_capture_is_four_gestures_on_a_phone(login, demo_server, rpc):
    page = login(demo_server, "volontaire")
    open_page(page, demo_server)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    nasty = "<img src=x onerror=document.title='xss'> Ève"
    assert capture(page, nasty, "Couture & retouches") <= 4
    wait_sent(page)
    assert nasty in page.inner_text("#message")
    assert page.title() != "xss"
    people = rpc(
        "crm.lead",
        "search_read",
        [["name", "=", "Couture & retouches"]],
        ["partner_id", "first_contact_date", "person_neighborhood_id"],
    )
    assert [one["partner_id"][1] for one in people] == [nasty]
    assert people[0]["first_contact_date"]
    assert people[0]["person_neighborhood_id"][1].startswith("Bellevue")
    assert not page.outside


def test_five_captures_without_network_make_five_people(login, demo_server, rpc):
    page = login(demo_server, "chef")
    open_page(page, demo_server)
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function(
        "caches.match('/citeslab/capture').then((kept) => Boolean(kept))"
    )
    page.context.set_offline(True)
    names = [f"Sansréseau {word}" for word in ("Un", "Deux", "Trois", "Quatre", "Cinq")]
    for name in names[:3]:
        capture(page, name)
    page.reload()  # the browser kept the page, and what waits
    page.wait_for_selector("#queue[data-count='3']")
    for name in names[3:]:
        capture(page, name)
    page.wait_for_selector("#queue[data-count='5']")
    page.context.set_offline(False)
    page.reload()
    page.reload()
    wait_sent(page)
    people = [["name", "ilike", "Sansréseau"]]
    found = rpc("res.partner", "search_read", people, ["name"])
    assert sorted(one["name"] for one in found) == sorted(names)
    parcours = [["partner_id", "in", [one["id"] for one in found]]]
    assert rpc("crm.lead", "search_count", parcours) == 5
    assert rpc("citeslab.interview", "search_count", parcours) == 5


def test_a_double_tap_keeps_one_person_and_says_so(login, demo_server, rpc):
    page = login(demo_server, "volontaire")
    open_page(page, demo_server)
    assert not page.locator("text=/^(Women|Men)$/").count()
    page.fill("#name", "Doubletape Ana")
    page.locator("#person button[type=submit]").dblclick()
    wait_sent(page)
    assert "Doubletape Ana" in page.inner_text("#message")
    page.wait_for_timeout(1000)
    page.click("#person button[type=submit]")  # nobody's name: it is asked for
    assert "Doubletape Ana" not in page.inner_text("#message")
    assert (
        rpc("crm.lead", "search_count", [["partner_id.name", "ilike", "Doubletape"]])
        == 1
    )


def is_seen(page, selector):
    """Whether all of it is on the screen, without a scroll."""
    top, bottom = page.evaluate(
        "(one) => { const box = document.querySelector(one).getBoundingClientRect();"
        " return [box.top, box.bottom]; }",
        selector,
    )
    return 0 <= top < bottom <= PHONE["height"]


def test_a_phone_shows_its_answers_and_the_way_back_in(login, demo_server):
    """The answer is in sight from the button; a session that ended has its link."""
    page = login(demo_server, "chef")
    open_page(page, demo_server)
    page.click("#person summary")  # the longest form
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.click("#person button[type=submit]")  # nobody's name
    page.wait_for_selector("#message:not(:empty)")
    assert is_seen(page, "#message")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.context.clear_cookies()
    capture(page, "Sanssession Léa")
    link = page.locator("#network a")
    link.wait_for()
    assert is_seen(page, "#message") and is_seen(page, "#network a")
    covered = page.locator("#top").bounding_box()["height"]
    assert page.locator("#name").bounding_box()["y"] >= covered
    link.click()
    page.wait_for_selector("input[name=login]")
    assert page.url.endswith(f"/web/login?redirect={PAGE}")


def test_taps_are_counted_and_absorb_a_name(login, demo_server, rpc):
    page = login(demo_server, "chef")
    open_page(page, demo_server)
    page.fill("#place", "Marché des taps")
    page.click("#tab-count")
    for _time in range(3):
        page.click("[data-tap='female:26_35']")
    page.click("[data-tap='male:18_25']")
    page.click("#undo")
    wait_sent(page)
    assert "3" in page.inner_text("#tally")
    page.click("#tab-person")
    page.click("#person summary")
    for name, is_kept in (("Tap Une", True), ("Tap Homme", False)):
        page.fill("#name", name)
        page.locator(
            "[data-gender=female]" if is_kept else "[data-gender=male]"
        ).click()
        page.check("#already")
        page.click("#person button[type=submit]")
        wait_sent(page)
    page.wait_for_selector("#refused li:has-text('Tap Homme')")
    assert "Tap Une" not in page.inner_text("#refused")
    action = rpc(
        "citeslab.action",
        "search_read",
        [["name", "=", "Marché des taps"]],
        ["headcount_people", "named_count"],
    )
    assert [(one["headcount_people"], one["named_count"]) for one in action] == [(3, 1)]
    page.locator("#refused li button").first.click()  # correct: not counted before
    page.uncheck("#already")
    page.click("#person button[type=submit]")
    wait_sent(page)
    assert not page.inner_text("#refused").strip()


def test_who_may_be_known_is_told_while_typing(login, demo_server):
    page = login(demo_server, "chef")
    page.goto(f"{demo_server.url}/odoo/parcours")
    page.locator(".o_kanban_quick_add").first.click()
    field = page.locator(".o_kanban_quick_create [name=contact_name] input")
    field.press_sequentially("Dialo Awa")  # the field is not left
    known = page.locator(".o_citeslab_known", has_text="Awa Diallo")
    known.wait_for()
    assert known.locator("button").count() == 2
    open_page(page, demo_server)
    page.locator("#name").press_sequentially("Dialo Awa")
    page.locator("#alike .known", has_text="Awa Diallo").wait_for()
    link = page.locator("#alike .known a").get_attribute("href")
    assert re.fullmatch(r"/odoo/parcours/\d+", link)


def test_a_volunteer_is_told_to_leave_it_to_the_chef(login, demo_server):
    page = login(demo_server, "volontaire")
    open_page(page, demo_server)
    page.locator("#name").press_sequentially("Awa Diallo")
    page.locator("#alike .check").wait_for()
    assert "Diallo" not in page.inner_text("#alike")


def test_card_calls_and_writes_without_a_provider(login, demo_server, rpc):
    page = login(demo_server, "chef")
    page.goto(f"{demo_server.url}/odoo/parcours")
    card = page.locator(".o_kanban_record", has_text="Awa Diallo").first
    links = card.locator(".o_citeslab_reach a")
    links.first.wait_for()
    tel, sms, whatsapp = (one.get_attribute("href") for one in links.all())
    assert re.fullmatch(r"tel:\+?\d+", tel)
    assert re.match(r"sms:\+?\d+\?body=Bonjour%2C", sms)
    assert re.match(r"https://wa\.me/33\d{9}\?text=Bonjour", whatsapp)


def test_what_is_typed_survives_the_back_button(login, demo_server, rpc):
    """A thumb goes back in the middle of a capture: nothing is lost, nothing sent.

    Of two people with one name and one phone, the second has a file of his own.
    """
    page = login(demo_server, "chef")
    told = {"is_parcours": True, "contact_name": "Moussa", "phone": "0639980321"}
    rpc("crm.lead", "create", told)
    open_page(page, demo_server)
    page.fill("#name", "Moussa")
    page.fill("#line", "Réparation de vélos")
    page.go_back()
    page.wait_for_selector(".o_main_navbar")
    page.go_forward()
    page.wait_for_selector("#name")
    page.wait_for_function("document.querySelector('#name').value === 'Moussa'")
    assert page.input_value("#line") == "Réparation de vélos"
    page.fill("#phone", "0639980321")
    page.locator("#alike .known", has_text="Moussa").last.wait_for()
    page.locator("#other").check()
    page.locator("#person button.main").dblclick()
    page.wait_for_selector("#message:has-text('Moussa – Reçu')")
    assert rpc("res.partner", "search_count", [["name", "=", "Moussa"]]) == 2
    open_page(page, demo_server)
    assert page.input_value("#name") == ""
