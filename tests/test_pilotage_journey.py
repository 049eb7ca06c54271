"""The board of the year and the slides, as a chef and a responsable meet them."""

import io

from pptx import Presentation


def open_year(page, server, year):
    page.goto(f"{server.url}/odoo/pilotage-citeslab")
    page.locator(".o_citeslab_gauge").first.wait_for()
    page.select_option("select[name=year]", year)
    page.get_by_text(f"de l'année {year}").wait_for()


def test_P14_chef_reads_the_gauge_and_its_records(demo_server, login):
    """Numerator, denominator, definition; a click opens the people counted."""
    page = login(demo_server, "chef")
    open_year(page, demo_server, "2023")
    gauge = page.locator(".o_citeslab_gauge", has_text="QPV").nth(1)
    text = gauge.inner_text()
    assert "50 sur 118" in text
    assert "Au numérateur : « QPV » seul" in text
    assert page.locator("button[name=prepare]").count() == 0
    gauge.locator(".o_citeslab_value").click()
    page.locator(".o_kanban_record, .o_data_row").first.wait_for()
    page.set_viewport_size({"width": 390, "height": 844})
    open_year(page, demo_server, "2023")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.outside == []


def test_responsable_prepares_objectives_and_asks_for_the_mail(demo_server, login):
    page = login(demo_server, "responsable")
    open_year(page, demo_server, "2025")
    page.locator("button[name=digest]").click()
    page.get_by_text("Ne plus recevoir").wait_for()
    page.locator("button[name=prepare]").click()
    page.locator(".o_data_row").nth(3).wait_for()


def test_chef_downloads_slides(demo_server, login):
    """The slides stand beside the PDF and hold the same key figure."""
    page = login(demo_server, "chef")
    page.goto(f"{demo_server.url}/odoo/action-citeslab_reporting.citeslab_bilan_action")
    page.select_option("select[name=period]", "2023")
    button = page.locator("button[data-format=pptx]")
    with page.expect_download() as download:
        button.click()
    with open(download.value.path(), "rb") as stream:
        deck = Presentation(io.BytesIO(stream.read()))
    texts = [s.text_frame.text for s in deck.slides[1].shapes if s.has_text_frame]
    assert "118" in texts
