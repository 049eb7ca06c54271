"""A campaign from the animation to the structure and back, by three roles."""

import pytest


def look(page, folder, name):
    """Keep the page as it is seen on a desk and on a phone."""
    for width in (1400, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(400)
        page.screenshot(path=folder / f"{name}-{width}.png")
    page.set_viewport_size({"width": 1400, "height": 900})


@pytest.fixture
def as_user(demo_server, page, login):
    """Function: leave the session and open a path as somebody else."""

    def open_as(user, path):
        if page.url.startswith("http"):  # the sign-in page remembers who came before
            page.evaluate("localStorage.clear()")
        page.context.clear_cookies()
        login(demo_server, user)
        page.goto(f"{demo_server.url}/odoo/{path}")
        return page

    return open_as


def test_campaign_report_returned_resubmitted_validated_consolidated(
    demo_server, page, as_user, tmp_path
):
    """Animation opens, responsable submits, animation sends back, chef completes…"""
    as_user("animation", "reseau-structures")
    page.get_by_text("CitésLab Brest (démonstration)").first.wait_for()
    page.get_by_text("CitésLab Lorient (démonstration)").first.wait_for()
    look(page, tmp_path, "structures")

    page.goto(f"{demo_server.url}/odoo/campagnes/new")
    page.locator("[name=name] input, [name=name] textarea").first.fill("Bilan 2023")
    for field, day in (
        ("date_from", "01/01/2023"),
        ("date_to", "31/12/2023"),
        ("deadline", "15/02/2024"),
    ):
        page.locator(f"[name={field}] input").fill(day)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Prendre toutes mes structures").click()
    page.locator("[name=entry_ids] .o_data_row").nth(2).wait_for()
    page.get_by_role("button", name="Ouvrir la campagne").click()
    page.locator("[name=entry_ids]").get_by_text("En préparation").first.wait_for()
    look(page, tmp_path, "campaign")
    campaign = page.url

    as_user("responsable", "citeslab-reports")
    page.get_by_text("Bilan 2023, version 1").first.click()
    submit(page)
    look(page, tmp_path, "submitted")

    as_user("animation", "rapports-reseau")
    page.get_by_text("Bilan 2023, version 1").first.click()
    page.get_by_role("button", name="Renvoyer").click()
    page.locator(".modal [name=missing] textarea").fill("Les newsletters\nLes issues")
    page.locator(".modal").get_by_role("button", name="Renvoyer").click()
    page.locator(".modal").wait_for(state="detached")
    page.locator(".o_arrow_button_current", has_text="Renvoyé").wait_for()
    look(page, tmp_path, "returned")

    as_user("chef", "citeslab-reports")
    page.get_by_text("Bilan 2023, version 2").first.click()
    asked = page.locator("[name=request_ids] .o_data_row")
    asked.nth(1).wait_for()
    look(page, tmp_path, "asked")
    for rank in range(2):
        asked.nth(rank).locator("[name=answer]").click()
        asked.nth(rank).locator("[name=answer] input").fill("Vérifié")
    page.locator(".o_form_button_save").click()
    page.locator(".o_form_button_save").wait_for(state="hidden")
    as_user("responsable", "citeslab-reports")
    page.get_by_text("Bilan 2023, version 2").first.click()
    submit(page)

    as_user("animation", "rapports-reseau")
    page.get_by_text("Bilan 2023, version 2").first.click()
    page.get_by_role("button", name="Valider").click()
    page.locator(".o_arrow_button_current", has_text="Validé").wait_for()
    look(page, tmp_path, "validated")

    page.goto(f"{demo_server.url}/odoo/consolidations/new")
    page.locator("[name=campaign_id] input").fill("Bilan 2023")
    page.locator(".o-autocomplete--dropdown-item", has_text="Bilan 2023").first.click()
    page.get_by_role("button", name="Additionner").click()
    table = page.locator("[name=table_html] table")
    table.wait_for()
    assert "Bretagne" in table.inner_text()
    assert "118" in table.inner_text()
    told = page.locator("[name=explanation]").inner_text()
    assert "compte dans les deux" in told
    assert "Quimper" in told
    look(page, tmp_path, "consolidated")
    page.get_by_role("tab", name="Réseau").click()
    page.locator("[name=network_html]").get_by_text("secret").first.wait_for()
    look(page, tmp_path, "network")
    number = page.url.rstrip("/").split("/")[-1].split("?")[0]
    paper = f"{demo_server.url}/report/pdf/citeslab_reporting.consolidation_paper"
    content = page.request.get(f"{paper}/{number}", timeout=90000).body()
    assert content.startswith(b"%PDF")
    (tmp_path / "consolidation.pdf").write_bytes(content)
    look_more(page, demo_server, tmp_path)

    page.goto(campaign)
    page.locator("[name=entry_ids]").get_by_text("Validé").first.wait_for()
    assert page.outside == []


def look_more(page, server, folder):
    """Other screens of the animation."""
    for path in ("rapports-recus", "chiffres-reseau", "campagnes", "consolidations"):
        page.goto(f"{server.url}/odoo/{path}")
        page.locator(".o_list_view, .o_view_nocontent").first.wait_for()
        look(page, folder, path)


def submit(page):
    """Submit the report that is open; it asks once."""
    page.locator("button[name=action_submit]:visible").first.click()
    page.locator(".modal .btn-primary").click()
    current = page.locator(".o_arrow_button_current", has_text="Remis")
    current.wait_for(state="attached", timeout=90000)  # folded where there is no room


def test_committee_of_a_chef(demo_server, page, as_user, tmp_path):
    """A chef reads what is expected, and prints the file of a committee."""
    as_user("chef", "comites")
    page.locator(".o_data_row").nth(1).wait_for()
    look(page, tmp_path, "committees")
    page.locator(".o_data_row", has_text="COPIL").first.click()
    page.locator("[name=member_ids] .o_data_row").first.wait_for()
    look(page, tmp_path, "copil")
    page.goto(f"{demo_server.url}/odoo/reunions-comites")
    page.locator(".o_data_row").first.click()
    page.get_by_role("button", name="Imprimer le dossier").wait_for()
    look(page, tmp_path, "meeting")
    meeting = page.url.rstrip("/").split("/")[-1].split("?")[0]
    pack = f"{demo_server.url}/report/pdf/citeslab_reporting.committee_pack/{meeting}"
    content = page.request.get(pack, timeout=90000).body()
    assert content.startswith(b"%PDF")
    (tmp_path / "pack.pdf").write_bytes(content)

    page.goto(f"{demo_server.url}/odoo/candidatures-citeslab/new")
    page.locator("[name=name] input, [name=name] textarea").first.fill("Candidature")
    page.locator(".o_form_button_save").click()
    page.get_by_role("button", name="Complet").click()
    page.get_by_text("n'est pas complet").first.wait_for()
    look(page, tmp_path, "application")
