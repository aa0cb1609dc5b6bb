"""Search boxes by keyboard and by hand, ZIP codes, and “Where am I?” allowed, refused and at sea."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

from tests.browser.conftest import PATIENCE_MS, Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
Opened = Callable[..., Page]


def box(page: Page) -> Locator:
    """The box in the header."""
    return page.get_by_role("combobox", name="Find a place or a US ZIP code")


def typed(page: Page, text: str, path: str = "/data") -> Locator:
    """Type into the header's box and wait for what it suggests."""
    page.goto(path)
    found = box(page)
    found.focus()
    page.keyboard.type(text)
    expect(found).to_have_attribute("aria-expanded", "true")
    return found


def test_by_keyboard_alone_to_a_county(page: Page) -> None:
    found = typed(page, "Sarasota Cou")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Sarasota County")
    expect(option).to_contain_text("Florida, United States")
    expect(option).to_contain_text("Banned")
    expect(page.locator(".find .unseen[role=status]").first).to_have_text("1 place fits.")
    assert found.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(found).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/kratom/us-fl-sarasota-county$"))


def test_the_box_is_an_aria_combobox(page: Page) -> None:
    found = typed(page, "alab")
    expect(found).to_be_focused()
    expect(found).to_have_attribute("aria-autocomplete", "list")
    controlled = page.locator(f"#{found.get_attribute('aria-controls')}")
    expect(controlled).to_have_attribute("role", "listbox")
    expect(controlled).to_be_visible()
    assert controlled.get_by_role("option").count() > 0


def test_arrows_go_round_and_the_text_is_a_stop(page: Page) -> None:
    found = typed(page, "kansas city")
    options = page.get_by_role("option")
    count = options.count()
    assert count > 1
    page.keyboard.press("ArrowUp")
    expect(options.nth(count - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(0)
    expect(found).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)


def test_escape_closes_and_keeps_the_text(page: Page) -> None:
    found = typed(page, "alab")
    page.keyboard.press("Escape")
    expect(found).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(found).to_have_value("alab")
    expect(found).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(found).to_have_attribute("aria-expanded", "true")


def test_tab_closes_and_goes_on(page: Page) -> None:
    found = typed(page, "alab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(found).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".site-head .find button")).to_be_focused()
    expect(page).to_have_url(re.compile("/data$"))


def test_enter_without_choosing_searches_as_ever(page: Page) -> None:
    typed(page, "Sarasota")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?.*q=Sarasota"))
    expect(page.locator(".hits a").first).to_be_visible()


def test_a_suggestion_is_clicked(page: Page) -> None:
    typed(page, "alabam")
    page.get_by_role("option", name=re.compile("^Alabama state")).click()
    expect(page).to_have_url(re.compile(r"/kratom/us-al$"))


def test_typing_errors_are_forgiven_and_announced(page: Page) -> None:
    typed(page, "Sarasotta")
    expect(page.locator(".site-head .found .hint")).to_contain_text("Did you mean")
    expect(page.get_by_role("option").first).to_contain_text("Sarasota city")
    expect(page.locator(".site-head .find .unseen[role=status]")).to_have_text(
        "Nothing is called “Sarasotta”. Did you mean: 5 places fit."
    )


def test_a_zip_in_two_counties_asks_which(page: Page) -> None:
    typed(page, "22046")
    expect(page.locator(".site-head .found .hint")).to_contain_text("Which one is yours?")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text(
        "ZIP code 22046 touches 2 counties. Which one is yours?"
    )
    page.locator(".hits a").first.click()
    expect(page).to_have_url(re.compile(r"/kratom/us-va-fairfax-county$"))


def test_one_question_for_many_letters_and_none_for_old_ones(page: Page) -> None:
    page.clock.install()
    page.goto("/data")
    asked: list[str] = []

    def note(sent: Request) -> None:
        if "/suggest" in sent.url:
            asked.append(sent.url)

    page.on("request", note)
    # Time stands while the letters come, as if somebody were quicker than any pause.
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    box(page).focus()
    page.keyboard.type("Sarasota")
    assert asked == []
    page.clock.run_for(1_000)
    expect(page.get_by_role("option").first).to_be_visible()
    (address,) = asked
    assert "q=Sarasota" in address


def test_a_late_answer_does_not_overwrite_a_newer_one(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if re.search(r"q=alab(&|$)", route.request.url):
            held.append(route)
        else:
            route.continue_()

    page.route("**/suggest?*", hold)
    page.goto("/data")
    found = box(page)
    found.focus()
    with page.expect_request(re.compile(r"q=alab(&|$)")):
        page.keyboard.type("alab")
    found.fill("texas")
    expect(page.get_by_role("option").first).to_contain_text("Texas")
    for route in held:
        route.fulfill(json={"query": "alab", "note": "late", "suggestions": []})
    page.wait_for_timeout(200)
    expect(page.get_by_role("option").first).to_contain_text("Texas")


def test_the_day_stays_with_the_suggestions(page: Page) -> None:
    typed(page, "us-al", path="/kratom/us-tn?as_of=2015-01-01")
    expect(page.get_by_role("option").first).to_contain_text("Legal")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/kratom/us-al\?as_of=2015-01-01$"))


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Opened]:
    """Opens a page for somebody who is at a point, or who shares none."""
    contexts: list[BrowserContext] = []

    def open_(
        point: tuple[float, float] | None, *, path: str = "/search", script: bool = True
    ) -> Page:
        context = browser.new_context(base_url=site.url, java_script_enabled=script)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if point:
            context.grant_permissions(["geolocation"], origin=site.url)
            context.set_geolocation({"latitude": point[0], "longitude": point[1]})
        page = context.new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()


def test_where_am_i_answers_with_the_county_and_keeps_the_point_out_of_addresses(
    opened: Opened,
) -> None:
    page = opened((27.331234, -82.541234))
    addresses: list[str] = []
    page.on("request", lambda sent: addresses.append(sent.url))
    page.locator("main").get_by_role("button", name="Where am I?").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are in Sarasota County")
    expect(page.locator(".levels li")).to_have_count(3)
    assert addresses
    assert [url for url in addresses if "27.33" in url or "82.54" in url] == []
    assert "27.33" not in page.url
    assert page.context.cookies() == []
    page.locator(".verdict a.button").click()
    expect(page).to_have_url(re.compile(r"/kratom/us-fl-sarasota-county$"))


def test_where_am_i_from_the_header_keeps_the_topic(opened: Opened) -> None:
    page = opened((36.74, -119.78), path="/7-oh/us-al")
    page.locator(".site-head").get_by_role("button", name="Where am I?").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fresno County")
    assert "/7-oh/us-ca-fresno-county" in str(
        page.locator(".verdict a.button").get_attribute("href")
    )


def test_a_refusal_is_told_and_nothing_is_sent(opened: Opened) -> None:
    page = opened(None)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.locator("main").get_by_role("button", name="Where am I?").click()
    expect(page.locator("main .here .said")).to_have_text(
        "Your browser does not share where you are. Allow it for this site, "
        "or search for your town or ZIP code."
    )
    assert [url for url in sent if "/static/" not in url] == []


def test_a_point_at_sea_is_told(opened: Opened) -> None:
    page = opened((0.0, -30.0))
    page.locator("main").get_by_role("button", name="Where am I?").click()
    expect(page.locator("main")).to_contain_text("You are at sea")


def test_without_javascript_there_is_no_button_and_search_works(opened: Opened) -> None:
    page = opened(None, script=False)
    assert page.locator(".here").count() == 2
    for form in page.locator(".here").all():
        expect(form).to_be_hidden()
    page.get_by_label("Name, code or US ZIP code").fill("34236")
    page.keyboard.press("Enter")
    expect(page.locator(".hits a[href='/kratom/us-fl-sarasota-county']")).to_be_visible()
