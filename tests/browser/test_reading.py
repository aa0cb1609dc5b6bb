"""What a reader does: from the map to a place, by search, without JavaScript, on a phone, in the dark."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from legalmap.services.places.map_shapes import shapes
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
PAGES = [
    "/",
    "/7-oh",
    "/kratom/us",
    "/kratom/us-al",
    "/kratom/us-ms",
    "/kratom/th",
    "/kratom/us-ca-fresno",
    "/kratom/table",
    "/kratom/codebook",
    "/kratom/changes",
    "/kratom/us-al/history",
    "/kratom/us-al/history/0",
    "/search?q=Sarasota",
    "/data",
    "/sign-in",
    "/nowhere",
]


def _click_inside(page: Page, view: str, code: str) -> None:
    """Click where a person would: on the land, not in the middle of its bounding box."""
    region = next(region for region in shapes(view).regions if region.code == code)
    page.locator("svg.map").evaluate("svg => svg.scrollIntoView()")
    x, y = page.locator("svg.map").evaluate(
        "(svg, [x, y]) => { const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM());"
        " return [p.x, p.y]; }",
        [region.x, region.y],
    )
    page.mouse.click(x, y)


def test_from_the_world_map_to_alabama(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Where is kratom legal?")
    page.get_by_role("main").get_by_role("link", name="United States by state").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kratom in the United States")
    _click_inside(page, "us", "us-al")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kratom in Alabama")
    answer = page.locator(".answer")
    expect(answer).to_contain_text("Kratom is banned in Alabama since 10 May 2016.")
    expect(answer).to_contain_text("Newest source: 31 March 2026")
    expect(page.locator(".period").first).to_contain_text("Ala. Code § 20-2-23")


def test_from_the_world_map_straight_to_a_country(page: Page) -> None:
    page.goto("/")
    _click_inside(page, "world", "br")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kratom in Brazil")


def test_regions_tell_their_status_in_words_and_pattern(page: Page) -> None:
    page.goto("/kratom/us")
    region = page.locator("svg.map a[href='/kratom/us-al']")
    expect(region).to_have_attribute("aria-label", re.compile("^Alabama. Banned since"))
    assert region.locator("[fill='url(#s-banned)']").count() == 1
    assert page.locator("pattern#s-banned path").count() == 1


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("34236", "/kratom/us-fl-sarasota-county"),
        ("Sarasota", "/kratom/us-fl-sarasota"),
        ("Alabma", "/kratom/us-al"),
    ],
)
def test_what_may_mean_several_places_is_listed(page: Page, text: str, href: str) -> None:
    _find(page, text)
    expect(page.locator(f".hits a[href='{href}']")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "path"),
    [("TH", "/kratom/th"), ("us-mo-kansas-city", "/kratom/us-mo-kansas-city")],
)
def test_what_can_mean_but_one_place_opens_it(page: Page, text: str, path: str) -> None:
    _find(page, text)
    expect(page).to_have_url(re.compile(f"{path}$"))


def _find(page: Page, text: str) -> None:
    page.goto("/")
    page.get_by_label("Find a place or a US ZIP code").fill(text)
    page.get_by_label("Find a place or a US ZIP code").press("Enter")


def test_the_law_on_another_day(page: Page) -> None:
    page.goto("/kratom/us-al")
    page.get_by_label("Law in force on").fill("2015-01-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile(r"as_of=2015-01-01"))
    expect(page.locator(".answer")).to_contain_text("Kratom is legal in Alabama")
    expect(page.get_by_text("This shows the law as of 1 January 2015")).to_be_visible()


def test_keyboard_only_from_home_to_a_place(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.get_by_label("Find a place or a US ZIP code").focus()
    page.keyboard.type("Mobile County")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kratom in Mobile County")
    expect(page.locator(".answer")).to_contain_text("by the law of Alabama")


def test_everything_works_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kratom/us")
    page.locator("svg.map a[href='/kratom/us-tn']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kratom in Tennessee")
    page.goto("/kratom/table?status=banned&kind=state")
    expect(page.locator(".records tbody tr").first).to_be_visible()
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
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_readers_get_no_cookie(page: Page) -> None:
    for path in PAGES:
        page.goto(path) if path != "/nowhere" else None
    assert page.context.cookies() == []
