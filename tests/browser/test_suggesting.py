"""A reader suggests a correction on a phone; a contributor makes a proposal of it. And axe looks at all pages."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.steps import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
PHONE = {"width": 360, "height": 740}
PLACE = "us-id"
TEXT = "The minimum age is 21 since July, not 18."
LINK = "https://law.example/idaho/2026/7"


@pytest.fixture
def reader(browser: Browser, site: Site) -> Iterator[Page]:
    """Somebody without an account and without scripts, on a phone."""
    with browser.new_context(
        base_url=site.url, viewport=PHONE, is_mobile=True, has_touch=True, java_script_enabled=False
    ) as context:
        page = context.new_page()
        yield page
        assert context.cookies() == [], "A reader is given no cookie."


@pytest.fixture
def ana(context: BrowserContext, site: Site) -> Page:
    """A contributor."""
    return sign_in(context.new_page(), site, "demo-ana")


def suggest(reader: Page, place: str, text: str = TEXT) -> None:
    """From the page of a place, as a person would."""
    reader.goto(f"/kratom/{place}")
    reader.get_by_role("link", name="Suggest a correction").tap()
    reader.get_by_label("What is wrong?").fill(text)
    reader.get_by_label("A link that shows it").fill(LINK)


def test_a_suggestion_from_a_phone_becomes_a_proposal(reader: Page, ana: Page) -> None:
    suggest(reader, PLACE)
    expect(reader.get_by_label("Leave this empty")).not_to_be_in_viewport()
    reader.get_by_label("Your e-mail address").fill("kim")
    reader.get_by_role("button", name="Send").tap()
    # The one thing that is wrong is told at its field; what was typed is still there.
    expect(reader.get_by_role("alert")).to_contain_text("There is one problem")
    expect(reader.get_by_label("What is wrong?")).to_have_value(TEXT)
    reader.get_by_label("Your e-mail address").fill("kim@mail.example")
    reader.get_by_role("button", name="Send").tap()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Thank you")

    ana.goto("/desk/suggestions")
    ana.get_by_role("link", name="Idaho").first.click()
    expect(ana.get_by_role("main")).to_contain_text(TEXT)
    expect(ana.get_by_role("main")).not_to_contain_text("kim@mail.example")
    ana.get_by_role("button", name="Take it up").click()
    expect(ana.get_by_role("main")).to_contain_text("kim@mail.example")
    address = ana.url
    ana.get_by_role("link", name="Turn it into a proposal").click()
    ana.locator("#notes").fill("A reader says that the minimum age is 21.")
    ana.get_by_label("What did you change, and why?").fill("What a reader told us.")
    ana.get_by_role("radio", name="Correct an error").check()
    ana.get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Proposal")
    proposal = ana.url

    ana.goto(address)
    expect(ana.locator(".state").first).to_have_text("Became a proposal")
    expect(ana.get_by_role("main")).not_to_contain_text("kim@mail.example")
    ana.get_by_role("link", name="Proposal", exact=False).last.click()
    assert ana.url == proposal
    ana.get_by_role("button", name="Withdraw this proposal").click()
    expect(ana.locator(".state.withdrawn")).to_be_visible()


CSV = (
    "topic,jurisdiction,effective_from,status,summary,source_urls,source_title,source_publisher,"
    "source_kind,confidence\n"
    "kratom,us-wy-casper,2026-05,banned,A ban since May.,https://law.example/5,Act 5,Council,"
    "ordinance,high\n"
)


def dry_run(page: Page) -> None:
    page.goto("/desk/import")
    file = {"name": "changes.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.set_input_files("#file", file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the file would do")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    reader: Page, ana: Page, width: int, scheme: str
) -> None:
    suggest(reader, "us-wy", f"Wrong at {width} in {scheme}.")
    reader.get_by_role("button", name="Send").tap()
    ana.set_viewport_size({"width": width, "height": 800})
    ana.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ana.goto("/desk/sources")
    link = ana.locator(".queue .card-title a").first.get_attribute("href")
    ana.goto("/desk/suggestions")
    suggestion = ana.locator(".queue a").last.get_attribute("href")
    ana.goto("/desk/round?topic=kratom&place=us-wy")
    ana.get_by_role("button", name="Take ten").or_(ana.get_by_role("link", name="Go on")).click()
    public = ("/kratom/us-wy/suggest", "/kratom/us-wy/suggest/sent")
    desk = ("suggestions", "import", "batches", "sources", "round", "round/work")
    for path in (*public, *(f"/desk/{name}" for name in desk), link, suggestion, None):
        dry_run(ana) if path is None else ana.goto(path)
        results = Axe().run(ana)
        assert results.violations_count == 0, f"{path}: {results.generate_report()}"
        assert ana.evaluate("document.documentElement.scrollWidth") <= width, path
