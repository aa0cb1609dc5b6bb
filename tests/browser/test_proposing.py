"""Proposing in a real browser: drafts keep themselves, edits that collide come together, reverts."""

import re
from collections.abc import Iterator

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route, expect

from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.store.desk import drafts
from legalmap.store.engine import Store
from legalmap.store.history import records
from legalmap.store.people import accounts
from tests.browser.conftest import Site
from tests.browser.steps import fill_in_a_ban, fill_in_password, sign_in
from tests.patience import soon
from tests.services.build import decide, propose
from tests.store.build import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group(__name__)]
NOTE = "What did you change, and why?"
BAN = "A new act bans it."
NOTES = "Open questions and notes"
# What a page is told when another tab comes to the front, and that it is back.
LOOK_AWAY = """() => {
  for (const state of ["hidden", "visible"]) {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }
}"""


@pytest.fixture
def tracker(site: Site) -> Iterator[Tracker]:
    """The database of the site, for what others do meanwhile; one more contributor is in it."""
    store = Store(site.database_url)
    with store.writing() as connection:
        if accounts.by_handle(connection, "kim") is None:
            accounts.insert(connection, "kim", Role.CONTRIBUTOR, None, NOW)
    yield Tracker(store)
    store.close()


@pytest.fixture
def ana(context: BrowserContext, site: Site) -> Page:
    """A contributor; any error of a script fails the test."""
    return sign_in(context.new_page(), site, "demo-ana")


@pytest.fixture
def ana_in_trouble(context: BrowserContext, site: Site) -> Iterator[Page]:
    """The same in a profile in which requests may be refused or fail."""
    assert context.browser is not None
    with context.browser.new_context(base_url=site.url) as other:
        yield sign_in(other.new_page(), site, "demo-ana")


def publish_notes(tracker: Tracker, code: str, notes: str) -> None:
    """Somebody else's change of one field is published."""
    with tracker.store.reading() as connection:
        record = records.find(connection, "kratom", code)
    assert record is not None
    number = record.current_number
    base = proposals.payload_at(tracker, "kratom", code, number)
    changed = msgspec.structs.replace(base, notes=notes)
    revised = propose(tracker, changed, by="kim", jurisdiction=code, base_number=number)
    decide(tracker, revised, by="demo-ben")


def wait_until_kept(tracker: Tracker, text: str) -> None:
    """What is sent while a page goes away arrives when it arrives."""

    def is_kept() -> bool:
        with tracker.store.reading() as connection:
            owner = accounts.by_handle(connection, "demo-ana")
            assert owner is not None
            return any(text in draft.form for draft in drafts.of_person(connection, owner.id))

    assert soon(is_kept), f"“{text}” was not kept."


def throw_away(page: Page, place: str) -> None:
    """The draft of a place, once it is kept: others use the same site."""
    expect(page.locator("#saved")).to_contain_text("Kept as a draft at")
    page.goto("/desk")
    page.get_by_role("button", name=f"Throw away the draft of {place}, kratom").click()
    expect(page.locator(".flash")).to_have_text("The draft is gone.")


def test_what_is_typed_keeps_itself(ana: Page, tracker: Tracker) -> None:
    """After some seconds, and at once if somebody leaves sooner; coming back finds all of it."""
    ana.goto("/desk/edit/kratom/us-vt?intent=law-changed")
    fill_in_a_ban(ana, BAN)
    expect(ana.locator("#saved")).to_contain_text("Kept as a draft at")
    ana.goto("/kratom/us-vt")
    ana.goto("/desk/edit/kratom/us-vt")
    period = ana.locator(".period-form").last
    expect(period.get_by_label("Summary")).to_have_value(BAN)
    expect(ana.get_by_label("The law changed")).to_be_checked()

    ana.get_by_label(NOTES).fill("Typed in the last second.")
    ana.goto("/desk")
    wait_until_kept(tracker, "Typed in the last second.")
    ana.go_back()
    expect(ana.get_by_label(NOTES)).to_have_value("Typed in the last second.")
    expect(period.get_by_label("Link", exact=True).first).to_have_value(
        "https://law.example/2026/7"
    )
    ana.goto("/desk")
    ana.get_by_role("button", name="Throw away the draft of Vermont, kratom").click()
    ana.goto("/desk/edit/kratom/us-vt")
    expect(ana.locator(".period-form")).to_have_count(1)


def test_hints_come_and_go_while_one_types(ana: Page) -> None:
    """Beside the field and in the list, by the answer to the draft."""
    ana.goto("/desk/edit/kratom/us-nh")
    ana.get_by_text("Source 1", exact=False).first.click()
    link = ana.get_by_label("Link", exact=True).first
    before = link.input_value()
    link.fill("https://bit.ly/3x")
    beside = ana.locator('[data-hints="periods-0-sources-0-url"]')
    expect(beside).to_contain_text("bit.ly hides where a link leads")
    expect(ana.locator("#hints")).to_contain_text("Period 1, source 1, link")
    link.fill(before)
    expect(beside).to_be_empty()
    expect(ana.locator("#hints")).to_be_hidden()
    throw_away(ana, "New Hampshire")


def test_the_kind_is_changed_in_place(ana: Page) -> None:
    """An empty period comes and goes; what is typed and the focus stay."""
    ana.goto("/desk/edit/kratom/us-wy")
    periods = ana.locator(".period-form")
    count = periods.count()
    ana.get_by_label(NOTES).fill("Typed.")
    ana.get_by_label("The law changed").check()
    expect(periods).to_have_count(count + 1)
    expect(ana.get_by_label("The law changed")).to_be_focused()
    expect(ana.get_by_label(NOTES)).to_have_value("Typed.")
    ana.get_by_label("Correct an error").check()
    expect(periods).to_have_count(count)
    throw_away(ana, "Wyoming")


def test_a_save_that_fails_is_said_and_tried_again(ana_in_trouble: Page) -> None:
    """Nothing is lost while the site cannot be reached."""
    ana = ana_in_trouble
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort()

    ana.goto("/desk/edit/kratom/us-ut")
    ana.route("**/draft", lose)
    ana.get_by_label(NOTES).fill("Typed while the line was down.")
    expect(ana.locator("#saved")).to_contain_text("Not saved: the site cannot be reached")
    assert lost
    ana.unroute("**/draft")
    expect(ana.locator("#saved")).to_contain_text("Kept as a draft at")
    throw_away(ana, "Utah")


def test_what_is_sent_on_leaving_arrives_before_the_proposal(ana: Page) -> None:
    """Who looks into another tab, comes back and sends at once finds no draft of it afterwards."""
    happened: list[str] = []

    def slowly(route: Route) -> None:
        ana.wait_for_timeout(300)
        happened.append("draft")
        route.continue_()

    ana.route("**/draft", slowly)
    ana.on(
        "request", lambda sent: happened.append(sent.method) if sent.url.endswith("nm") else None
    )
    ana.goto("/desk/edit/kratom/us-nm")
    ana.get_by_label(NOTES).fill("Typed and sent.")
    ana.get_by_label(NOTE).fill("Why.")
    ana.evaluate(LOOK_AWAY)
    ana.get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Proposal")
    assert happened == ["GET", "draft", "POST"]
    ana.goto("/desk/edit/kratom/us-nm")
    expect(ana.get_by_role("main")).not_to_contain_text("This is your draft")


def test_an_expired_session_loses_nothing(ana_in_trouble: Page, site: Site) -> None:
    """The form says so; its button leads through sign-in and back to what was typed."""
    ana = ana_in_trouble
    ana.goto("/desk/edit/kratom/us-or")
    ana.context.clear_cookies()
    ana.get_by_label(NOTES).fill("Typed for an hour.")
    expect(ana.locator("#saved")).to_contain_text("Not saved: you are signed out")
    ana.get_by_role("button", name="Keep as draft").click()
    fill_in_password(ana, "demo-ana", site.passwords["demo-ana"])
    ana.get_by_role("button", name="Go on with what you typed").click()
    expect(ana.get_by_label(NOTES)).to_have_value("Typed for an hour.")
    expect(ana.locator("#saved")).to_contain_text("Kept as a draft at")
    throw_away(ana, "Oregon")


def test_a_law_that_changed_meets_another_edit(ana_in_trouble: Page, tracker: Tracker) -> None:
    """Three sides, one press, both together, with the map before and after."""
    ana = ana_in_trouble
    ana.goto("/kratom/us-ga")
    ana.get_by_role("link", name="The law changed").click()
    fill_in_a_ban(ana, BAN)
    publish_notes(tracker, "us-ga", "Published meanwhile.")
    ana.get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("The record has moved on")
    expect(ana.get_by_role("main")).to_contain_text("Published meanwhile.")
    ana.get_by_role("button", name="Take over").click()
    expect(ana.get_by_label(NOTES)).to_have_value("Published meanwhile.")
    maps = ana.locator("#preview svg.map")
    expect(maps).to_have_count(2)
    expect(ana.locator("#preview")).to_contain_text("Kratom is banned in Georgia since July 2026")
    assert maps.nth(0).locator(".marked").count() == maps.nth(1).locator(".marked").count() > 0
    ana.locator(".sending").get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Proposal")
    ana.goto("/desk/edit/kratom/us-ga")
    expect(ana.get_by_role("main")).not_to_contain_text("This is your draft")


def test_back_to_an_earlier_revision(ana: Page, tracker: Tracker) -> None:
    """From the history, word for word, said to the reviewer."""
    publish_notes(tracker, "us-ar", "This should not have been published.")
    ana.goto("/kratom/us-ar/history")
    ana.get_by_role("link", name="Go back to this revision 0").click()
    expect(ana.get_by_label("Back to revision 0")).to_be_checked()
    expect(ana.get_by_label(NOTE)).to_have_value(re.compile("^Back to revision 0, published on "))
    expect(ana.get_by_label(NOTES)).not_to_have_value("This should not have been published.")
    ana.get_by_role("button", name="Send for review").click()
    expect(ana.get_by_role("heading", level=1)).to_contain_text("Proposal")
    expect(ana.get_by_role("main")).to_contain_text("Back to revision 0, published on")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    ana_in_trouble: Page, tracker: Tracker, width: int, scheme: str
) -> None:
    """The form with hints, with problems, its preview, and the three sides."""
    ana = ana_in_trouble
    ana.set_viewport_size({"width": width, "height": 800})
    ana.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ana.goto("/desk/edit/kratom/us-nd?intent=law-changed")
    ana.get_by_role("button", name="Send for review").click()
    examine(ana, width)
    fill_in_a_ban(ana, BAN)
    ana.locator(".sending").get_by_role("button", name="Preview").click()
    expect(ana.locator("#preview svg.map")).to_have_count(2)
    expect(ana.locator("#hints")).to_be_visible()
    examine(ana, width)
    ana.get_by_label(NOTES).fill("Mine.")
    publish_notes(tracker, "us-nd", f"Theirs at {width} in the {scheme}.")
    ana.locator(".sending").get_by_role("button", name="Send for review").click()
    expect(ana.locator("fieldset.clash")).to_be_visible()
    examine(ana, width)
    ana.goto("/desk")
    ana.get_by_role("button", name="Throw away the draft of North Dakota, kratom").click()


def examine(page: Page, width: int) -> None:
    """No violation of WCAG that axe knows, and no scrolling sideways."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
