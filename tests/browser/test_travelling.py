"""Comparing and travelling as people do it: with suggestions, without scripts, on a phone."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
COMPARED = "/kratom/compare?place=us-al&place=us-tn&place=us-fl&place=us-ca&place=us-la&place=th"
ROUTE = "/kratom/route?place=us-tx&place=us-la&place=us-al&place=us-hi"


def _add(page: Page, text: str) -> None:
    """Add a place by keyboard alone: type, arrow, Enter."""
    page.get_by_role("combobox", name=re.compile("^(Add|Where do you start)")).focus()
    page.keyboard.type(text)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_from_a_place_to_a_comparison_by_keyboard(page: Page) -> None:
    page.goto("/kratom/us-al")
    page.get_by_role("link", name="Compare places").click()
    _add(page, "florida")
    expect(page).to_have_url(re.compile(r"/kratom/compare\?place=us-al&place=us-fl$"))
    status = page.locator(".compare tbody tr").first
    expect(status).to_contain_text("≠ differs")
    expect(status.locator("td")).to_have_text(["Banned", "Regulated"])
    page.get_by_role("link", name="Remove Alabama").click()
    expect(page.locator(".compare td").first).to_have_text("Regulated")
    expect(page.get_by_text("Add at least one more")).to_be_visible()


def test_a_route_is_planned_by_keyboard(page: Page) -> None:
    page.goto("/kratom/route")
    for name in ("texas", "louisiana", "arkansas"):
        before = page.locator(".leg").count()
        _add(page, name)
        expect(page.locator(".leg")).to_have_count(before + 1)
    expect(page.locator(".verdict .answer")).to_have_text(
        "The strictest on this route: kratom is banned in Louisiana and in Arkansas, "
        "and possession is prohibited."
    )
    page.get_by_role("link", name="Remove Arkansas, leg 3").click()
    expect(page.locator(".beside")).to_contain_text("Arkansas")
    page.get_by_role("link", name="Later Texas, leg 1").click()
    expect(page.locator(".leg h3 a")).to_have_text(["Louisiana", "Texas"])


def test_a_route_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kratom/route?place=us-tx")
    page.get_by_label("Add the next place").fill("Georgia")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Add Georgia").first.click()
    expect(page.locator(".leg h3 a")).to_have_text(["Texas", "Georgia"])
    expect(page.locator(".gap")).to_contain_text("do not touch")
    context.close()


def test_on_a_phone_the_questions_stay_while_the_places_scroll(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(COMPARED)
    head = page.locator(".compare tbody th").first
    table = page.get_by_role("region", name="Comparison, scrolls sideways")
    before = head.bounding_box()
    table.focus()
    table.evaluate("each => { each.scrollLeft = 400; }")
    assert table.evaluate("each => each.scrollLeft") == 400
    after = head.bounding_box()
    assert before
    assert after
    assert before["x"] == pytest.approx(after["x"], abs=1)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1600])
def test_no_page_is_wider_than_the_window(
    browser: Browser, site: Site, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page = context.new_page()
    for path in (COMPARED, ROUTE, "/kratom/compare", "/kratom/route", "/here", "/search?q=01001"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
