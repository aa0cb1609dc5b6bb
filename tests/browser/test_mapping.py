"""The map with JavaScript: zoom, cards, filters, time, the link in the address bar; and by keyboard only."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
BANNED = "url(#s-banned)"


def box(page: Page) -> list[float]:
    return [
        float(part) for part in (page.locator("svg.map").get_attribute("viewBox") or "").split()
    ]


def test_zooming_moves_the_frame_and_the_link(page: Page) -> None:
    page.goto("/kratom/us")
    whole = box(page)
    page.get_by_role("button", name="Zoom in").click()
    assert box(page)[2] < whole[2]
    expect(page).to_have_url(re.compile(r"box="))
    zoomed = box(page)
    page.reload()
    assert [round(n) for n in box(page)] == [round(n) for n in zoomed]
    page.get_by_role("button", name="Show the whole map").click()
    expect(page).not_to_have_url(re.compile(r"box="))
    assert box(page) == whole


def test_the_map_is_worked_by_keyboard(page: Page) -> None:
    page.goto("/kratom/us")
    page.locator("svg.map a[href='/kratom/us-tn']").focus()
    whole = box(page)
    page.keyboard.press("+")
    page.keyboard.press("+")
    zoomed = box(page)
    assert zoomed[2] < whole[2]
    page.keyboard.press("ArrowRight")
    assert box(page)[0] > zoomed[0]
    page.keyboard.press("0")
    assert box(page) == whole


def test_a_card_tells_place_status_since_and_how_fresh(page: Page) -> None:
    page.goto("/kratom/us")
    page.locator("svg.map a[href='/kratom/us-al']").hover()
    card = page.locator(".card")
    expect(card).to_be_visible()
    for words in ("Alabama", "Banned since 10 May 2016", "Newest source: 31 March 2026"):
        expect(card).to_contain_text(words)
    page.locator("svg.map a[href='/kratom/us-tx']").focus()
    expect(card).to_contain_text("Texas")


def test_a_finger_sees_the_card_first_and_opens_it_second(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=site.url, has_touch=True, viewport={"width": 412, "height": 900}
    )
    page = context.new_page()
    page.goto("/kratom/us")
    page.locator("svg.map a[href='/kratom/us-tx']").tap()
    expect(page.locator(".card")).to_contain_text("Texas")
    assert page.url.endswith("/kratom/us")
    page.locator(".card a").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kratom in Texas")
    context.close()


def test_small_places_can_be_hit_with_a_finger(page: Page) -> None:
    page.set_viewport_size({"width": 412, "height": 900})
    page.goto("/kratom")
    ring = page.locator("svg.map a[href='/kratom/sg'] .target").bounding_box()
    assert ring is not None
    assert min(ring["width"], ring["height"]) >= 23.9


def test_another_day_changes_fills_and_link_without_a_page_load(page: Page) -> None:
    page.goto("/kratom/us")
    page.evaluate("window.stays = true")
    alabama = page.locator(f"svg.map a[href^='/kratom/us-al'] [fill='{BANNED}']")
    expect(alabama).to_have_count(1)
    page.get_by_label("Law in force on").fill("2015-01-01")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile("as_of=2015-01-01"))
    expect(alabama).to_have_count(0)
    assert page.evaluate("window.stays")
    page.go_back()
    expect(alabama).to_have_count(1)


def test_playing_runs_through_the_years_and_rests_on_a_link(page: Page) -> None:
    page.goto("/kratom")
    page.get_by_role("button", name="Play the years").click()
    slider = page.get_by_role("slider", name="Day")
    expect(slider).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page).to_have_url(re.compile(r"as_of=\d{4}-\d\d-\d\d"))
    expect(page.get_by_text("This shows the law as of")).to_be_visible()


def test_a_status_of_the_legend_dims_the_others(page: Page) -> None:
    page.goto("/kratom/us")
    page.locator(".legend").get_by_role("link", name=re.compile("Banned")).click()
    expect(page).to_have_url(re.compile("show=banned"))
    expect(page.locator("svg.map a[href='/kratom/us-al']")).not_to_have_class(re.compile("dim"))
    expect(page.locator("svg.map a[href='/kratom/us-tx']")).to_have_class(re.compile("dim"))


def test_another_topic_without_a_page_load(page: Page) -> None:
    page.goto("/kratom")
    page.evaluate("window.stays = true")
    page.get_by_role("navigation", name="Topics").get_by_role("link", name="7-OH").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where is 7-OH legal?")
    expect(page).to_have_url(re.compile("/7-oh"))
    assert page.evaluate("window.stays")


def test_the_link_to_a_place_on_the_map_works_without_javascript(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kratom?zoom=th&as_of=2020-01-01")
    assert box(page)[2] < 700
    expect(page.locator(f"svg.map a[href^='/kratom/th'] [fill='{BANNED}']")).to_have_count(1)
    page.goto("/kratom/us-ms")
    expect(page.locator("svg.map a.town[href='/kratom/us-ms-tupelo']")).to_have_count(1)
    context.close()


def test_a_place_chosen_in_the_search_is_shown_on_the_map(page: Page) -> None:
    page.goto("/kratom")
    whole = box(page)
    page.get_by_role("combobox").first.fill("Thailand")
    page.get_by_role("option").first.click()
    expect(page.locator(".card")).to_contain_text("Thailand")
    assert box(page)[2] < whole[2]
    expect(page).to_have_url(re.compile("box="))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kratom in Thailand")
