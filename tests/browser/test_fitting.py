"""Pages fit the screens people hold: nothing that matters is cut off or pushed out of sight."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
PHONE = {"width": 360, "height": 800}


def _open(browser: Browser, site: Site, path: str, width: int) -> Page:
    page = browser.new_page(base_url=site.url, viewport={"width": width, "height": 800})
    page.goto(path)
    return page


def _right(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"]


@pytest.mark.parametrize("width", [360, 414])
def test_the_head_of_a_page_takes_two_lines_of_a_phone(
    browser: Browser, site: Site, width: int
) -> None:
    page = _open(browser, site, "/kratom/us-al", width)
    head = page.locator(".site-head").bounding_box()
    assert head
    assert head["height"] < 120
    answer = page.locator(".answer")
    expect(answer).to_be_in_viewport(ratio=1)
    page.close()


@pytest.mark.parametrize("width", [360, 414])
def test_the_table_shows_each_status_whole_on_a_phone(
    browser: Browser, site: Site, width: int
) -> None:
    page = _open(browser, site, "/kratom/table?parent=us", width)
    tags = page.locator(".records td:nth-child(3) .tag")
    assert max(_right(each) for each in tags.all()) <= width
    # Further columns come by scrolling, and the place stays in sight.
    page.locator(".scroll").evaluate("e => { e.scrollLeft = e.scrollWidth; e.scrollIntoView(); }")
    expect(page.locator(".records th[scope=row]").first).to_be_in_viewport(ratio=1)
    page.close()


@pytest.mark.parametrize("width", [1280, 1600])
def test_the_table_shows_its_last_column_on_a_desk(
    browser: Browser, site: Site, width: int
) -> None:
    page = _open(browser, site, "/kratom/table", width)
    assert page.locator(".scroll").evaluate("e => e.scrollWidth - e.clientWidth") == 0
    assert _right(page.locator(".records tbody td:last-child").first) <= width
    page.close()


def test_the_filters_of_the_table_stand_two_by_two_on_a_phone(browser: Browser, site: Site) -> None:
    page = _open(browser, site, "/kratom/table", 360)
    expect(page.locator(".records th[scope=row]").first).to_be_in_viewport(ratio=1)
    page.close()


def test_a_traveller_finds_the_route_from_the_map_and_from_a_place(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Check a route").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kratom on the way")
    page.goto("/kratom/us-fl?as_of=2026-01-01")
    page.get_by_role("link", name="Check a route from here").click()
    expect(page.locator(".leg h3 a")).to_have_text("Florida")
    expect(page.get_by_label("Law in force on")).to_have_value("2026-01-01")


def test_who_says_so_leads_to_the_sources(page: Page) -> None:
    page.goto("/kratom/us-al-jefferson-county")
    page.locator(".says-who a").click()
    expect(page.locator("#rule")).to_be_in_viewport()
    expect(page.locator("#rule .sources a").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_made_to_fit_is_accessible(
    browser: Browser, site: Site, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(base_url=site.url, viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/", "/kratom/table", "/kratom/us-al-jefferson-county", "/kratom/us-al"):
        page.goto(path)
        assert Axe().run(page).response["violations"] == [], path
    page.close()
